"""Who comes in, and who doesn't: as browsers, strangers' pages and strangers themselves would try it."""

import logging
import os
import select
import socket
import stat
import time
from urllib.parse import urlsplit

import anyio
import httpx
import pytest

from extract.workspace.errors import ConfigurationError
from extract.workspace.serve_settings import ServeSettings
from reports.door import connections
from reports.server.access import Buckets, Keys, read_token
from reports.server.api import leads
from reports.server.app import create_app
from reports.server.guard import HEADERS, MOST_BODY
from reports.server.pages.forms import MOST_FIELDS
from tests.serving import copied, serving

LEADS = "/api/leads?limit=1"


@pytest.fixture
def stranger(served):
    with httpx.Client(base_url=served.base) as client:
        yield client


def raw(served, text: bytes) -> bytes:
    parts = urlsplit(served.base)
    with socket.create_connection((parts.hostname, parts.port), timeout=5) as sock:
        sock.sendall(text)
        return sock.makefile("rb").read()


def keys_of(token: str) -> Keys:
    return Keys(lambda: token)


def token_of(served) -> str:
    return served.workspace.paths.server_token.read_text().strip()


@pytest.mark.parametrize("path", ["/", "/leads", LEADS, "/docs", "/openapi.json", "/api/report", "/nothing"])
def test_nobody_comes_in_without_a_key(stranger, path):
    answer = stranger.get(path)
    assert answer.status_code == 401
    assert "rows" not in answer.text
    assert ("problem+json" in answer.headers["content-type"]) == path.startswith(("/api", "/openapi"))


@pytest.mark.parametrize("path", ["/api/health", "/api/ready", "/static/style.css"])
def test_whoever_watches_over_the_server_needs_none(stranger, path):
    assert stranger.get(path).status_code == 200


def test_the_token_opens_and_another_one_does_not(served, stranger):
    assert stranger.get(LEADS, headers={"authorization": f"Bearer {token_of(served)}"}).status_code == 200
    for wrong in (
        "Bearer x",
        "Bearer",
        f"Basic {token_of(served)}",
        f"Bearer {token_of(served)}x",
        "Bearer ü",
    ):
        assert stranger.get(LEADS, headers={"authorization": wrong.encode()}).status_code == 401
    assert stranger.get(f"{LEADS}&token={token_of(served)}").status_code == 401


def test_a_link_is_good_once_and_becomes_a_session(served):
    with httpx.Client(base_url=served.base) as browser:
        link = f"/enter/{served.site.keys.link()}"
        entered = browser.get(link)
        cookie = entered.headers["set-cookie"]
        assert "HttpOnly" in cookie
        assert "samesite=strict" in cookie.lower()
        assert browser.get("/leads").status_code == 200
        browser.cookies.clear()
        assert browser.get("/leads").status_code == 401
        assert browser.get(link).status_code == 401
        assert browser.get("/enter/1.2.3").status_code == 401


def test_behind_a_proxy_with_tls_the_session_goes_nowhere_without_it(served):
    for sent, is_secure in (({}, False), ({"x-forwarded-proto": "https"}, True)):
        entered = httpx.get(f"{served.base}/enter/{served.site.keys.link()}", headers=sent)
        assert ("; secure" in entered.headers["set-cookie"].lower()) == is_secure


def test_a_link_is_good_for_five_minutes_and_a_session_for_a_month(monkeypatch):
    keys = keys_of("t" * 40)
    link, session = keys.link(), keys.session()
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 301)
    assert not keys.takes_link(link)
    assert keys.is_session(session)
    monkeypatch.setattr(time, "time", lambda: now + 31 * 24 * 3600)
    assert not keys.is_session(session)


def test_keys_of_another_token_open_nothing():
    ours, others = keys_of("t" * 40), keys_of("u" * 40)
    assert not ours.takes_link(others.link())
    assert not ours.takes_link(keys_of("t" * 40).link())  # of another server with the same token
    assert not ours.is_session(others.session())
    assert not ours.is_session(ours.link())
    assert keys_of("t" * 40).is_session(ours.session())


def test_whoever_deletes_the_tokens_file_ends_all_sessions_at_once(own):
    path, token = own.workspace.paths.server_token, token_of(own)
    with httpx.Client(base_url=own.base) as browser:
        browser.get(f"/enter/{own.site.keys.link()}")
        link = own.site.keys.link()
        assert browser.get(LEADS).status_code == own.get(LEADS).status_code == 200
        path.unlink()
        assert browser.get(LEADS).status_code == own.get(LEADS).status_code == 401
        assert not path.exists()
        # `make serve LINK=1` makes another one, which holds without a new start.
        bearer = {"authorization": f"Bearer {read_token(path)}"}
        assert browser.get(f"/enter/{link}").status_code == 401
        assert browser.get(LEADS).status_code == own.get(LEADS).status_code == 401
        assert httpx.post(f"{own.base}/api/links", headers=bearer).status_code == 200
        path.chmod(0o644)
        assert httpx.get(f"{own.base}{LEADS}", headers=bearer).status_code == 401
        path.chmod(0o600)
        path.write_text(token)
        assert browser.get(LEADS).status_code == own.get(LEADS).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example.com",
        "evil.example.com:{port}",
        "127.0.0.1.evil.example.com:{port}",
        "localhost:1",
        "127.0.0.1:{port}@evil.example.com",
        "127.0.0.1:{port}/x",
        "2130706433.example.com",
        "",
        "[::1",
    ],
)
def test_a_name_that_is_turned_to_this_machine_is_not_answered(served, host):
    port = urlsplit(served.base).port
    answer = served.get(LEADS, headers={"host": host.format(port=port)})
    assert answer.status_code in (400, 421)
    assert "rows" not in answer.text


def test_a_request_without_or_with_two_hosts_is_not_answered(served):
    bearer = f"Authorization: Bearer {token_of(served)}\r\n".encode()
    for hosts in (b"", b"Host: 127.0.0.1\r\nHost: evil.example.com\r\n"):
        answer = raw(served, b"GET /api/leads HTTP/1.1\r\n" + hosts + bearer + b"Connection: close\r\n\r\n")
        assert answer.split(b" ")[1] in (b"400", b"404", b"421")


@pytest.mark.parametrize("host", ["127.0.0.1:{port}", "localhost:{port}", "127.0.0.1"])
def test_the_names_of_this_machine_are_answered(served, host):
    port = urlsplit(served.base).port
    assert served.get(LEADS, headers={"host": host.format(port=port)}).status_code == 200


def test_a_name_that_is_set_is_answered(demo, tmp_path):
    settings = ServeSettings(names=("desk.example.com",), origins=("https://front.example.com",))
    with serving(copied(demo[0].warehouse, tmp_path / "data"), settings) as named:
        assert named.get(LEADS, headers={"host": "desk.example.com"}).status_code == 200
        assert named.get(LEADS, headers={"host": "x.desk.example.com"}).status_code == 421
        asked = {"origin": "https://front.example.com", "access-control-request-method": "POST"}
        allowed = httpx.options(f"{named.base}/api/leads", headers=asked)
        assert allowed.status_code == 204
        assert allowed.headers["access-control-allow-origin"] == "https://front.example.com"
        other = httpx.options(
            f"{named.base}/api/leads", headers=asked | {"origin": "https://evil.example.com"}
        )
        assert other.status_code == 403
        assert "access-control-allow-origin" not in other.headers
        assert (
            "access-control-allow-origin"
            not in named.get(LEADS, headers={"origin": "https://x.example.com"}).headers
        )


def test_another_sites_page_changes_nothing(served):
    session = {"cookie": f"{served.site.cookie}={served.site.keys.session()}"}
    with httpx.Client(base_url=served.base, headers=session) as browser:
        assert browser.get("/leads").status_code == 200
        for sent in (
            {"sec-fetch-site": "cross-site"},
            {"sec-fetch-site": "same-site"},
            {"origin": "https://evil.example.com"},
            {"origin": "null"},
            {},
        ):
            assert browser.post("/leads", headers=sent).status_code == 403
        for sent in ({"sec-fetch-site": "same-origin"}, {"origin": served.base}):
            assert browser.post("/leads", headers=sent).status_code == 405  # let in; nobody takes it
    # The token is nothing that a browser sends by itself; a page that has it is still another site's.
    assert served.post("/leads").status_code == 405
    assert served.post("/leads", headers={"sec-fetch-site": "cross-site"}).status_code == 403


def test_long_requests_are_refused(served):
    assert served.client.post("/api/leads", content=b"x" * (MOST_BODY + 1)).status_code == 413
    fields = "&".join(f"field_{number}=1" for number in range(MOST_FIELDS + 1))
    assert served.client.post("/icp", content=fields).status_code == 422

    def pieces():
        for _ in range(MOST_BODY // 1000 + 2):
            yield b"x" * 1000

    assert served.client.post("/api/leads", content=pieces()).status_code == 413
    answer = raw(
        served,
        f"POST /api/leads HTTP/1.1\r\nHost: {urlsplit(served.base).netloc}\r\nAuthorization: Bearer "
        f"{token_of(served)}\r\nContent-Length: -1\r\nConnection: close\r\n\r\n".encode(),
    )
    assert answer.split(b" ")[1] in (b"400", b"404", b"413")


def test_a_length_that_is_void_lets_no_long_body_in(served):
    body = b'{"user_id": "' + b"x" * MOST_BODY + b'"}'
    head = (
        f"POST /api/outreach/metrics HTTP/1.1\r\nHost: {urlsplit(served.base).netloc}\r\nAuthorization: "
        f"Bearer {token_of(served)}\r\nContent-Type: application/json\r\nContent-Length: 5\r\n"
        f"Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n{len(body):x}\r\n"
    )
    answer = raw(served, head.encode() + body + b"\r\n0\r\n\r\n")
    assert answer.split(b" ")[1] == b"413"


@pytest.mark.parametrize(
    "others",
    [
        *('theme={"dark":true}', "a b=c d", "x[y]=1", "flag", "n=\xfc"),
        "{own}=of-somebody-else",
    ],
)
def test_cookies_of_other_programs_on_this_machine_lock_nobody_out(served, others):
    other = others.replace("{own}", served.site.cookie)
    own = f"{served.site.cookie}={served.site.keys.session()}"
    for cookies in (f"{other}; {own}", f"{own}; {other}"):
        answer = httpx.get(f"{served.base}{LEADS}", headers={"cookie": cookies.encode("latin-1")})
        assert answer.status_code == 200
    assert httpx.get(f"{served.base}{LEADS}", headers={"cookie": other.encode("latin-1")}).status_code == 401


def test_who_is_slow_is_hung_up_on(served, monkeypatch):
    monkeypatch.setattr(connections, "SECONDS", 0.2)
    parts = urlsplit(served.base)
    with socket.create_connection((parts.hostname, parts.port), timeout=5) as sock:
        sock.sendall(b"GET /api/leads HTTP/1.1\r\nHost: ")
        assert select.select([sock], [], [], 5)[0], "it is still open"
        assert sock.recv(100) == b""
    assert served.get(LEADS).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/static/../access.py",
        "/static/..%2f..%2faccess.py",
        "/static/%2e%2e/%2e%2e/access.py",
        "/tables/..%2f..%2fetc%2fpasswd",
        "/api/tables/%00",
        "/leads/..%2f..%2f..%2fetc%2fpasswd",
        "/enter/..%2f..",
    ],
)
def test_no_path_leads_out(served, path):
    answer = served.get(path)
    assert answer.status_code in (401, 404)
    assert "import" not in answer.text


def test_every_answer_has_the_headers(served, stranger):
    for answer in (served.get("/"), served.get(LEADS), stranger.get("/"), served.get("/nothing")):
        for name, value in HEADERS.items():
            assert answer.headers[name] == value


def test_whoever_asks_too_often_waits():
    buckets = Buckets(rate=2, burst=3)
    assert [buckets.wait("one") for _ in range(3)] == [0, 0, 0]
    assert 0 < buckets.wait("one") <= 0.5
    assert buckets.wait("another") == 0


@pytest.mark.parametrize("path", ["/static/style.css", LEADS])
def test_whoever_asks_too_often_is_told_when_to_come_again(served, path):
    guard = create_app(served.site)
    guard._requests = Buckets(rate=0.5, burst=2)

    async def ask() -> list[httpx.Response]:
        transport = httpx.ASGITransport(guard)
        async with httpx.AsyncClient(
            transport=transport, base_url=served.base, headers=served.client.headers
        ) as client:
            return [await client.get(path) for _ in range(3)]

    answers = anyio.run(ask)
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert answers[-1].headers["retry-after"] == "2"


def test_guessing_is_slow(own):
    with httpx.Client(base_url=own.base) as stranger:
        statuses = [stranger.get(LEADS).status_code for _ in range(25)]
        assert statuses[:20] == [401] * 20
        answer = stranger.get(LEADS)
        assert answer.status_code == 429
        assert int(answer.headers["retry-after"]) >= 1
    assert own.get(LEADS).status_code == 200


def test_the_token_is_made_for_one_pair_of_eyes(tmp_path):
    path = tmp_path / "server" / "token"
    token = read_token(path)
    assert len(token) >= 40
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert read_token(path) == token
    os.chmod(path, 0o644)
    with pytest.raises(ConfigurationError, match="others can read it"):
        read_token(path)
    os.chmod(path, 0o600)
    path.write_text("short")
    with pytest.raises(ConfigurationError, match="holds no token"):
        read_token(path)


def test_nothing_of_a_request_is_logged(served, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    served.get("/leads/sentinel-in-the-path?title=sentinel-in-the-query")
    assert "sentinel" not in caplog.text.replace("HTTP Request", "").replace(served.base, "") or all(
        record.name.startswith(("httpx", "httpcore"))
        for record in caplog.records
        if "sentinel" in record.getMessage()
    )
    assert "sentinel" not in "".join(capfd.readouterr())


def test_what_fails_here_is_named_by_its_place_and_never_quoted(served, monkeypatch, caplog, capfd):
    def fails(*_):
        raise ValueError("sentinel of Sam Sample")

    monkeypatch.setattr(leads, "read_lead", fails)
    answer = served.get("/api/leads/anybody")
    assert (answer.status_code, answer.headers["content-type"]) == (500, "application/problem+json")
    deadline = time.monotonic() + 5
    while "ValueError" not in caplog.text and time.monotonic() < deadline:
        time.sleep(0.01)  # it is told after the answer
    assert "test_access.py:" in caplog.text
    assert "sentinel" not in caplog.text + answer.text + "".join(capfd.readouterr())
