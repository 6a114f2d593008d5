import contextlib
import gzip
import json
import logging
import shutil
import socket
import ssl
import subprocess
import threading
import time
import traceback
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from extract.heyreach.client import LIMITS, HeyReachClient
from extract.http.pacing import Pacer
from extract.workspace.errors import (
    AuthenticationError,
    ConfigurationError,
    MissingRouteError,
    NotFoundError,
    ProviderError,
    RefusedError,
    UnknownOutcomeError,
)
from tests.extract.heyreach.scripted_server import Reply, Request, ScriptedServer, VirtualTime, in_turn, send

KEY = "SENTINEL-KEY-9f3a"
GOOD = Reply({"totalCount": 1, "items": [{"id": 1}]})


@pytest.fixture
def clock():
    return VirtualTime()


@pytest.fixture
def pacer(tmp_path, clock):
    return Pacer(0, KEY, tmp_path, clock=clock, sleep=clock.sleep)


def client_of(server, pacer, clock, **options):
    base_url = server if isinstance(server, str) else server.base_url
    return HeyReachClient(base_url, KEY, pacer, monotonic=clock, **options)


def ask(server, pacer, clock, **options):
    with client_of(server, pacer, clock, **options) as client:
        return client.post("campaign/GetAll", {"offset": 0, "limit": 100})


def write(server, pacer, clock, **options):
    with client_of(server, pacer, clock, **options) as client:
        return client.write("campaign/AddLeadsToCampaignV2", {"campaignId": 40001})


def post_something(client):
    return client.post("list/GetAll", {})


def write_something(client):
    return client.write("list/AddLeadsToListV2", {})


# What is sent


def test_a_request_carries_the_key_and_who_asks(pacer, clock):
    with ScriptedServer(in_turn(GOOD)) as server:
        answer = ask(server, pacer, clock)
    (request,) = server.requests
    assert answer.data == GOOD.body
    assert (request.method, request.path) == ("POST", "campaign/GetAll")
    assert request.body == {"offset": 0, "limit": 100}
    assert request.headers["X-Api-Key".upper()] == KEY
    assert request.headers["User-Agent"].startswith("connection-analytics/")


def test_get_puts_its_parameters_into_the_address(pacer, clock):
    with ScriptedServer(in_turn(GOOD)) as server, client_of(server, pacer, clock) as client:
        client.get("campaign/GetCampaignSequence", {"campaignId": "7"})
    assert server.requests[0].path == "campaign/GetCampaignSequence?campaignId=7"
    assert server.requests[0].method == "GET"


@pytest.mark.parametrize(
    "url",
    [
        "http://api.example.com",
        "https://user:word@api.example.com",
        "http://10.0.0.1/api",
        "ftp://localhost",
        "",
        "api.example.com",
    ],
)
def test_an_unsafe_base_url_is_refused(pacer, url):
    with pytest.raises(ConfigurationError, match="HEYREACH_BASE_URL"):
        HeyReachClient(url, KEY, pacer)


@pytest.mark.parametrize("key", ["", "two words", "line\nbreak", "schlüssel"])
def test_an_unusable_key_is_refused_without_being_shown(pacer, key):
    with pytest.raises(ConfigurationError, match="HEYREACH_API_KEY") as caught:
        HeyReachClient("https://api.example.com", key, pacer)
    assert not key or key not in str(caught.value)


def test_a_redirect_is_not_followed(pacer, clock):
    with ScriptedServer(in_turn(GOOD)) as elsewhere:
        moved = Reply(status=307, headers={"Location": f"{elsewhere.base_url}/campaign/GetAll"})
        with ScriptedServer(in_turn(moved)) as server:
            with pytest.raises(ProviderError, match="HEYREACH_BASE_URL"):
                ask(server, pacer, clock)
            assert len(server.requests) == 1
    assert elsewhere.requests == []


@pytest.mark.parametrize("call", [ask, write])
def test_the_operators_proxy_is_used_and_never_sees_the_key(pacer, clock, monkeypatch, call):
    with ScriptedServer(in_turn(Reply(status=502))) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.base_url.removesuffix("/api/public"))
        monkeypatch.setenv("NO_PROXY", "")
        with pytest.raises(ProviderError, match="no connection through the proxy; tried 8 times"):
            call("https://api.example.invalid", pacer, clock)
    assert {request.method for request in proxy.requests} == {"CONNECT"}
    assert KEY not in str(proxy.requests)


# When an answer was true


def test_bounds_come_from_the_servers_clock(pacer, clock):
    served_at = datetime(2031, 5, 6, 7, 8, 9, tzinfo=UTC)
    reply = Reply({}, date=format_datetime(served_at, usegmt=True), delay=0.2)
    with ScriptedServer(in_turn(reply)) as server:
        answer = ask(server, pacer, clock)
    assert answer.not_after == served_at + timedelta(seconds=1)
    earliest = served_at - timedelta(seconds=1.2)
    assert earliest - timedelta(seconds=1) < answer.not_before <= earliest
    # This machine's clock is kept beside it.
    assert abs(answer.received_at - datetime.now(UTC)) < timedelta(seconds=5)


@pytest.mark.parametrize("date", [None, "yesterday", "Thu, 01 Jan 1970 00:00:00 GMT", "99999"])
def test_without_a_usable_date_the_local_clock_counts(pacer, clock, date):
    before = datetime.now(UTC)
    with ScriptedServer(in_turn(Reply({}, date=date))) as server:
        answer = ask(server, pacer, clock)
    assert before <= answer.not_before <= answer.not_after <= datetime.now(UTC)
    assert answer.not_after.tzinfo is UTC


def test_a_given_clock_replaces_both_bounds(pacer):
    as_of = datetime(2026, 1, 31, tzinfo=UTC)
    with ScriptedServer(in_turn(GOOD)) as server:
        client = HeyReachClient(server.base_url, KEY, pacer, clock=lambda: as_of)
        answer = client.get("campaign/GetById")
    assert answer.not_before == answer.not_after == as_of
    assert answer.received_at is None


# Bodies (fault row 8)


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        pytest.param(b'{"items":[{', {}, id="cut JSON"),
        pytest.param(b"<html><body>Sign in</body></html>", {}, id="HTML"),
        pytest.param(b"", {}, id="empty"),
        pytest.param(b'{"items": [NaN]}', {}, id="NaN"),
        pytest.param(b'{"items": [-Infinity]}', {}, id="Infinity"),
        pytest.param(b'{"items": [1e999]}', {}, id="number out of range"),
        pytest.param(b'{"items": ["\xff\xfe"]}', {}, id="not UTF-8"),
        pytest.param(b"[1, 2]", {}, id="a list"),
        pytest.param(b"null", {}, id="null"),
        pytest.param(b"[" * 100_000 + b"]" * 100_000, {}, id="100,000 levels"),
        pytest.param(b'{"a":' * 1500 + b"1" + b"}" * 1500, {}, id="1,500 levels"),
        pytest.param(b'{"n": ' + b"9" * 5000 + b"}", {}, id="5,000 digits"),
        pytest.param(b"rubbish", {"Content-Encoding": "gzip"}, id="gzip rubbish"),
    ],
)
def test_a_body_that_is_no_json_object_is_asked_for_again_then_given_up(pacer, clock, body, headers):
    bad = Reply(body, headers=headers)
    with ScriptedServer(in_turn(bad, bad, GOOD)) as server:
        assert ask(server, pacer, clock).data == GOOD.body
        assert len(server.requests) == 3
    with ScriptedServer(in_turn(bad)) as server, pytest.raises(ProviderError, match="tried 8 times"):
        ask(server, pacer, clock)
    assert len(server.requests) == 8


@pytest.mark.parametrize(
    ("body", "value"),
    [
        pytest.param(b'{"name": "\\ud83d"}', {"name": "\ud83d"}, id="half a surrogate pair"),
        pytest.param(b'\xef\xbb\xbf{"id": 1}', {"id": 1}, id="byte order mark"),
        pytest.param(b'{"id": 9223372036854775807}', {"id": 2**63 - 1}, id="64-bit integer"),
        pytest.param(b'{"id": 1, "id": 2}', {"id": 2}, id="duplicate key"),
        pytest.param(b'{"name": "\\u0000"}', {"name": "\0"}, id="NUL"),
    ],
)
def test_odd_but_readable_json_is_read(pacer, clock, body, value):
    with ScriptedServer(in_turn(Reply(body))) as server:
        assert ask(server, pacer, clock).data == value


@pytest.mark.parametrize("text", [b"%s", b'"%s"'], ids=["plain", "JSON text"])
@pytest.mark.parametrize("call", [HeyReachClient.check_api_key, post_something, write_something])
def test_an_organisation_key_is_recognised_at_once(pacer, clock, text, call):
    reply = Reply(text % b"The provided API key is not a workspace-level key.")
    with (
        ScriptedServer(in_turn(reply)) as server,
        client_of(server, pacer, clock) as client,
        pytest.raises(AuthenticationError, match=r"HEYREACH_API_KEY.*organisation key"),
    ):
        call(client)
    assert len(server.requests) == 1


@pytest.mark.parametrize("is_compressed", [False, True])
def test_a_body_over_50_mb_is_refused(pacer, clock, is_compressed):
    body = b'{"items": "' + b"x" * 51 * 1024 * 1024 + b'"}'
    headers = {"Content-Encoding": "gzip"} if is_compressed else {}
    reply = Reply(gzip.compress(body, 1) if is_compressed else body, headers=headers)
    with ScriptedServer(in_turn(reply)) as server:
        with pytest.raises(ProviderError, match="50 MB"):
            ask(server, pacer, clock)
        assert len(server.requests) == 1


# Connections (fault rows 9, 12, 13)


@pytest.mark.parametrize("is_reset", [False, True], ids=["closed", "reset"])
def test_an_answer_cut_at_any_tenth_is_asked_for_again(pacer, clock, is_reset):
    size = len(json.dumps(GOOD.body))
    cuts = [Reply(GOOD.body, cut_after=size * tenth // 10, is_reset=is_reset) for tenth in range(10)]
    cuts.append(Reply(GOOD.body, cut_after=-40, is_reset=is_reset))
    for cut in cuts:
        with ScriptedServer(in_turn(cut, GOOD)) as server:
            assert ask(server, pacer, clock).data == GOOD.body
        assert len(server.requests) == 2


@pytest.mark.parametrize(
    ("slow", "timeouts"),
    [
        pytest.param(Reply(GOOD.body, drip=0.05), {"seconds": 0.5}, id="a byte now and then"),
        pytest.param(Reply(GOOD.body, delay=3), {"silence": 0.3}, id="no byte within the read timeout"),
        pytest.param(Reply(GOOD.body, delay=3), {"seconds": 0.3}, id="no byte within the whole time"),
    ],
)
def test_a_slow_answer_is_cut_off_in_time(pacer, clock, slow, timeouts):
    with ScriptedServer(in_turn(slow, GOOD)) as server:
        began = time.monotonic()
        answer = ask(server, pacer, clock, limits=replace(LIMITS, **timeouts))
        assert time.monotonic() - began < 1.5
    assert answer.data == GOOD.body
    assert len(server.requests) == 2


def test_a_server_that_never_answers_is_given_up(pacer, clock):
    with (
        ScriptedServer(in_turn(Reply(delay=5))) as server,
        pytest.raises(ProviderError, match=r"in time.*8 times"),
    ):
        ask(server, pacer, clock, limits=replace(LIMITS, silence=0.05))


@pytest.mark.parametrize("call", [ask, write])
def test_a_refused_port_is_given_up_soon(pacer, clock, call):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}"
        started = clock()
        with pytest.raises(ProviderError, match=r"127\.0\.0\.1 refuses.*4 times.*HEYREACH_BASE_URL"):
            call(url, pacer, clock)
    assert clock() - started <= 15


@pytest.mark.parametrize("call", [ask, write])
def test_an_unknown_host_is_named(pacer, clock, call):
    with pytest.raises(ProviderError, match=r"heyreach\.invalid can't be found.*4 times.*HEYREACH_BASE_URL"):
        call("https://heyreach.invalid/api", pacer, clock)


@pytest.mark.parametrize("call", [ask, write])
def test_a_self_signed_certificate_is_refused_before_the_key_is_sent(pacer, clock, tmp_path, call):
    if not shutil.which("openssl"):
        pytest.skip("needs the openssl command to make a certificate")
    command = (
        "openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 2 -subj /CN=localhost"
    )
    subprocess.run(command.split(), cwd=tmp_path, check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")
    with (
        ScriptedServer(in_turn(GOOD), tls=context) as server,
        pytest.raises(ProviderError, match=r"no safe connection to 127\.0\.0\.1 \(self.signed.*4 times"),
    ):
        call(server, pacer, clock)
    assert server.requests == []


@pytest.mark.parametrize("call", [ask, write])
def test_a_host_that_accepts_no_connection_in_time_is_given_up(pacer, clock, call):
    with socket.socket() as listener, contextlib.ExitStack() as waiting:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(3):  # nobody accepts them, so there is no room for one more
            connection = waiting.enter_context(socket.socket())
            connection.setblocking(False)
            connection.connect_ex(listener.getsockname())
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        with pytest.raises(ProviderError, match=r"no connection in time; tried 8 times"):
            call(url, pacer, clock, limits=replace(LIMITS, seconds=0.1))


# Statuses (fault rows 11, 14)


@pytest.mark.parametrize("status", [500, 502, 503, 504, 429])
def test_a_passing_status_is_retried(pacer, clock, status):
    with ScriptedServer(in_turn(Reply(status=status), Reply(status=status), GOOD)) as server:
        assert ask(server, pacer, clock).data == GOOD.body
    assert len(server.requests) == 3


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, RefusedError),
        (401, AuthenticationError),
        (403, AuthenticationError),
        (404, MissingRouteError),
        (405, MissingRouteError),
        (413, RefusedError),
        (422, RefusedError),
        (418, ProviderError),
    ],
)
@pytest.mark.parametrize("call", [ask, write])
def test_a_final_status_is_not_retried(pacer, clock, call, status, kind):
    with ScriptedServer(in_turn(Reply(b"", status=status), GOOD)) as server:
        with pytest.raises(kind, match=rf"HeyReach campaign/\w+: {status}") as caught:
            call(server, pacer, clock)
        assert len(server.requests) == 1
    assert not isinstance(caught.value, UnknownOutcomeError)


@pytest.mark.parametrize("status", [401, 403])
@pytest.mark.parametrize("body", [{}, b"", b"Missing API key", b"Invalid API key"])
def test_a_refused_key_names_the_setting_in_one_line(pacer, clock, status, body):
    with (
        ScriptedServer(in_turn(Reply(body, status=status))) as server,
        pytest.raises(AuthenticationError, match="HEYREACH_API_KEY") as caught,
    ):
        ask(server, pacer, clock)
    assert len(server.requests) == 1
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "body", [b"", {}, {"title": "Not Found", "status": 404}, b"<html>", {"errorMessage": None}]
)
def test_a_404_without_a_word_is_a_missing_route(pacer, clock, body):
    with (
        ScriptedServer(in_turn(Reply(body, status=404))) as server,
        pytest.raises(MissingRouteError, match="campaign/GetAll: 404, there is no such route"),
    ):
        ask(server, pacer, clock)


def test_a_404_that_says_so_is_a_missing_thing(pacer, clock):
    told = Reply({"errorMessage": "The list was not found."}, status=404)
    with (
        ScriptedServer(in_turn(told)) as server,
        pytest.raises(NotFoundError, match="404, not found: The list was not found"),
    ):
        ask(server, pacer, clock)


@pytest.mark.parametrize(
    "reply",
    [Reply(b""), Reply(b"null"), Reply(b" \n"), Reply(b"", status=204)],
    ids=["empty", "null", "blank", "204"],
)
def test_an_empty_answer_is_one_where_there_may_be_none(pacer, clock, reply):
    with ScriptedServer(in_turn(reply)) as server, client_of(server, pacer, clock) as client:
        answer = client.get_if_any("campaign/GetCampaignSequence", {"campaignId": "7"})
    assert answer.data is None
    assert answer.not_before < answer.not_after
    assert len(server.requests) == 1


def test_a_broken_answer_is_none_even_there(pacer, clock):
    with ScriptedServer(in_turn(Reply(b"[1, 2"), GOOD)) as server, client_of(server, pacer, clock) as client:
        assert client.get_if_any("campaign/GetCampaignSequence").data == GOOD.body
    assert len(server.requests) == 2


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ({"errorMessage": "The list was\ndeleted.\x1b[31m"}, ": The list was deleted. [31m"),
        ({"errorMessage": "x" * 900}, f": {'x' * 200}"),
        ({"errorMessage": f"key {KEY} is odd"}, ": key *** is odd"),
        ({"title": "One or more", "errors": {"AccountIds": ["Missing."]}}, ": invalid: AccountIds"),
        ({"errorMessage": {"name": "Zyxlead Piisentinel"}}, ""),
        (["Zyxlead Piisentinel"], ""),
        (b"Zyxlead Piisentinel", ""),
    ],
    ids=["control characters", "long", "key echoed", "validation", "object", "list", "text"],
)
@pytest.mark.parametrize("status", [400, 404])
def test_a_refusal_passes_on_the_servers_short_reason_only(pacer, clock, status, body, told):
    kind, text = (RefusedError, "refused") if status == 400 else (NotFoundError, "not found")
    if status == 404 and not told:
        kind, text = MissingRouteError, "there is no such route: check HEYREACH_BASE_URL"
    with ScriptedServer(in_turn(Reply(body, status=status))) as server, pytest.raises(kind) as caught:
        ask(server, pacer, clock)
    assert str(caught.value).endswith(text + told)


def test_a_lasting_outage_is_given_up_within_twelve_minutes(pacer, clock):
    started = clock()
    with (
        ScriptedServer(in_turn(Reply(status=503))) as server,
        pytest.raises(ProviderError, match=r"answered 503; tried 8 times.*run again later"),
    ):
        ask(server, pacer, clock)
    assert len(server.requests) == 8
    assert clock() - started <= 12 * 60


def test_an_outage_that_asks_for_patience_is_given_up_before_its_time_is_over(pacer, clock):
    started = clock()
    patient = Reply(status=503, headers={"Retry-After": "200"})
    with (
        ScriptedServer(in_turn(patient)) as server,
        pytest.raises(ProviderError, match=r"answered 503; tried 4 times in 600 s: run again later"),
    ):
        ask(server, pacer, clock)
    assert len(server.requests) == 4
    assert clock() - started == pytest.approx(600)


def test_a_few_failures_in_a_hundred_are_survived(pacer, clock):
    def fails_at_times(request: Request) -> Reply:
        return Reply(status=503) if request.number % 10 == 0 else GOOD

    with ScriptedServer(fails_at_times) as server, client_of(server, pacer, clock) as client:
        for _ in range(500):
            client.post("campaign/GetAll", {})
    assert len(server.requests) == 555


def test_a_short_run_survives_a_burst(pacer, clock):
    burst = [Reply(status=500)] * 7
    with ScriptedServer(in_turn(*burst, GOOD)) as server:
        assert ask(server, pacer, clock).data == GOOD.body


def test_a_run_that_repeats_more_than_a_fifth_of_its_calls_stops(pacer, clock):
    def fails_every_other_time(request: Request) -> Reply:
        return Reply(status=503) if request.number % 2 else GOOD

    answered = 0
    with (
        ScriptedServer(fails_every_other_time) as server,
        client_of(server, pacer, clock) as client,
        pytest.raises(ProviderError, match="30 of 61 calls"),
    ):
        while True:
            client.post("campaign/GetAll", {})
            answered += 1
    assert answered == 30
    assert len(server.requests) == 61


# Writes: sent again only where HeyReach certainly did nothing

THROTTLED = Reply(status=429)


def test_a_write_is_a_post_and_returns_the_answer(pacer, clock):
    counts = {"addedLeadsCount": 1, "updatedLeadsCount": 0, "failedLeadsCount": 0}
    with ScriptedServer(in_turn(Reply(counts))) as server:
        assert write(server, pacer, clock).data == counts
    (request,) = server.requests
    assert (request.method, request.path) == ("POST", "campaign/AddLeadsToCampaignV2")
    assert request.body == {"campaignId": 40001}


@pytest.mark.parametrize(
    ("reply", "told"),
    [
        pytest.param(Reply(GOOD.body, cut_after=-10_000), "connection broke", id="closed without a byte"),
        pytest.param(Reply(GOOD.body, cut_after=-10_000, is_reset=True), "connection broke", id="reset"),
        pytest.param(Reply(GOOD.body, cut_after=-40), "connection broke", id="closed within the headers"),
        pytest.param(Reply(GOOD.body, cut_after=9), "connection broke", id="closed within the body"),
        pytest.param(Reply(GOOD.body, delay=2), "no whole answer in time", id="no byte in time"),
        pytest.param(Reply(GOOD.body, drip=0.05), "no whole answer in time", id="a byte now and then"),
        pytest.param(Reply(status=500), "answered 500", id="500"),
        pytest.param(Reply(status=502), "answered 502", id="502"),
        pytest.param(Reply(status=503, headers={"Retry-After": "1"}), "answered 503", id="503, retry after"),
        pytest.param(Reply(status=504), "answered 504", id="504"),
        pytest.param(Reply(status=524), "524, unexpected", id="524"),
        pytest.param(Reply(status=408), "408, unexpected", id="408"),
        pytest.param(Reply(status=303, headers={"Location": "/"}), "303, redirects", id="redirect"),
        pytest.param(Reply(b'{"addedLeads'), "without a JSON object", id="cut JSON"),
        pytest.param(Reply(b"<html>Sign in</html>"), "without a JSON object", id="HTML"),
        pytest.param(Reply(b""), "without a JSON object", id="empty"),
        pytest.param(Reply([1]), "without a JSON object", id="a list"),
        pytest.param(Reply(b"", status=204), "without a JSON object", id="204"),
        pytest.param(
            Reply(b"rubbish", headers={"Content-Encoding": "gzip"}), "is damaged", id="gzip rubbish"
        ),
        pytest.param(Reply(b" " * (51 << 20)), "50 MB", id="51 MB"),
    ],
)
def test_a_write_that_may_have_been_carried_out_is_sent_once(pacer, clock, reply, told):
    with ScriptedServer(in_turn(reply, GOOD)) as server:
        seconds = 0.4 if reply.delay or reply.drip else 60
        with pytest.raises(UnknownOutcomeError) as caught:
            write(server, pacer, clock, limits=replace(LIMITS, seconds=seconds))
        assert len(server.requests) == 1
    message = str(caught.value)
    assert message.startswith("HeyReach campaign/AddLeadsToCampaignV2: ")
    assert told in message
    assert message.endswith("; whether it was carried out is not known")
    assert "\n" not in message


def test_a_throttled_write_is_sent_until_it_is_heard(pacer, clock):
    with ScriptedServer(in_turn(THROTTLED, THROTTLED, GOOD)) as server:
        assert write(server, pacer, clock).data == GOOD.body
    assert len(server.requests) == 3
    assert len({str(request.body) for request in server.requests}) == 1


def test_a_throttled_write_waits_as_long_as_asked(pacer, clock):
    started = clock()
    with ScriptedServer(in_turn(Reply(status=429, headers={"Retry-After": "7"}), GOOD)) as server:
        write(server, pacer, clock)
    assert clock() - started == pytest.approx(7)


def test_a_write_is_paced_like_a_read(tmp_path, clock):
    pacer = Pacer(60, KEY, tmp_path, clock=clock, sleep=clock.sleep)
    started = clock()
    with ScriptedServer(rate_limited(clock, "sliding")) as server, client_of(server, pacer, clock) as client:
        for _ in range(60):
            post_something(client)
            write_something(client)
    assert len(server.requests) == 120
    assert clock() - started == pytest.approx(119 * pacer.interval)


def test_a_write_that_is_only_ever_throttled_was_not_carried_out(pacer, clock):
    with ScriptedServer(in_turn(THROTTLED)) as server:
        with pytest.raises(ProviderError, match=r"429.*tried 8 times") as caught:
            write(server, pacer, clock)
        assert len(server.requests) == 8
    assert not isinstance(caught.value, UnknownOutcomeError)


def test_a_throttled_write_that_is_lost_later_is_not_sent_again(pacer, clock):
    with ScriptedServer(in_turn(THROTTLED, Reply(status=500), GOOD)) as server:
        with pytest.raises(UnknownOutcomeError):
            write(server, pacer, clock)
        assert len(server.requests) == 2


def test_a_write_goes_through_once_the_server_is_up(tmp_path, clock):
    received = []
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))

        def answer():
            connection, _ = listener.accept()
            with connection:
                request = b""
                while not request.endswith(b"}"):
                    request += connection.recv(4096)
                received.append(request)
                send(connection, GOOD)

        def sleep(seconds):
            clock.sleep(seconds)
            listener.listen()
            threading.Thread(target=answer, daemon=True).start()

        pacer = Pacer(0, KEY, tmp_path, clock=clock, sleep=sleep)
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        assert write(url, pacer, clock).data == GOOD.body
    assert len(received) == 1


def test_a_connection_closed_while_idle_costs_no_write(pacer, clock):
    whole_then_closed = Reply(GOOD.body, cut_after=len(json.dumps(GOOD.body)))
    with (
        ScriptedServer(in_turn(whole_then_closed, GOOD)) as server,
        client_of(server, pacer, clock) as client,
    ):
        post_something(client)
        time.sleep(0.1)
        assert write_something(client).data == GOOD.body
    assert len(server.requests) == 2


def test_an_earlier_failure_does_not_make_a_lost_write_look_unsent(pacer, clock):
    lost = Reply(GOOD.body, cut_after=-10_000)
    with ScriptedServer(in_turn(lost, GOOD)) as server:
        try:
            raise ConnectionRefusedError
        except ConnectionRefusedError:
            # Whoever writes here has this error in the context of every later one.
            with pytest.raises(UnknownOutcomeError):
                write(server, pacer, clock)
        assert len(server.requests) == 1


# The key check


@pytest.mark.parametrize(
    "reply", [Reply(b""), Reply(status=404), Reply(status=405)], ids=["200", "404", "405"]
)
def test_a_key_that_is_not_refused_passes_the_check(pacer, clock, reply):
    with ScriptedServer(in_turn(reply)) as server, client_of(server, pacer, clock) as client:
        assert client.check_api_key() is None
    assert [(request.method, request.path) for request in server.requests] == [("GET", "auth/CheckApiKey")]


def test_a_refused_key_fails_the_check(pacer, clock):
    with (
        ScriptedServer(in_turn(Reply(status=401))) as server,
        client_of(server, pacer, clock) as client,
        pytest.raises(AuthenticationError, match="HEYREACH_API_KEY"),
    ):
        client.check_api_key()


# Too many requests (fault row 10)


def rate_limited(clock, kind, most=60, headers=None):
    """Answers `most` requests a minute: a fixed or sliding window, or one that refusals fill as well."""
    counted = []

    def script(request: Request) -> Reply:
        now = clock()
        if kind == "fixed":
            recent = [moment for moment in counted if moment // 60 == now // 60]
        else:
            recent = [moment for moment in counted if moment > now - 60]
        is_refused = len(recent) >= most
        if not is_refused or kind == "refusals count":
            counted.append(now)
        return Reply(status=429, headers=headers or {}) if is_refused else GOOD

    return script


def calls_refused(tmp_path, clock, script, per_minute, calls):
    pacer = Pacer(per_minute, KEY, tmp_path, clock=clock, sleep=clock.sleep)
    with ScriptedServer(script) as server, client_of(server, pacer, clock) as client:
        for _ in range(calls):
            client.post("campaign/GetAll", {})
    return len(server.requests) - calls


@pytest.mark.parametrize("kind", ["fixed", "sliding", "refusals count"])
def test_a_client_at_the_right_pace_is_never_refused(tmp_path, clock, kind):
    started = clock()
    assert calls_refused(tmp_path, clock, rate_limited(clock, kind), 60, 300) == 0
    assert clock() - started < 300 * 1.2


@pytest.mark.parametrize(
    "headers",
    [
        {},
        *({"Retry-After": text} for text in ("7", "0", "-5", "rubbish", "1.5", "")),
        {"Retry-After": "Thu, 01 Jan 2026 00:00:00 GMT"},
    ],
    ids=lambda headers: headers.get("Retry-After", "none") or "blank",
)
def test_any_retry_after_is_survived(tmp_path, clock, headers):
    started = clock()
    refused = calls_refused(tmp_path, clock, rate_limited(clock, "sliding", headers=headers), 300, 150)
    assert refused <= 6
    assert clock() - started < 5 * 60


@pytest.mark.parametrize("kind", ["fixed", "sliding", "refusals count"])
def test_a_client_that_was_promised_too_much_survives(tmp_path, clock, kind):
    started = clock()
    assert calls_refused(tmp_path, clock, rate_limited(clock, kind), 300, 150) <= 6
    assert clock() - started < 5 * 60


@pytest.mark.parametrize(
    ("retry_after", "seconds"),
    [("7", 7), ("300", 300), ("Thu, 01 Jan 2026 00:00:40 GMT", 40)],
    ids=["seconds", "longest", "date"],
)
def test_an_unpaced_client_waits_as_long_as_asked(pacer, clock, retry_after, seconds):
    started = clock()
    refusal = Reply(status=429, headers={"Retry-After": retry_after}, date="Thu, 01 Jan 2026 00:00:00 GMT")
    with ScriptedServer(in_turn(refusal, GOOD)) as server:
        ask(server, pacer, clock)
    assert clock() - started == pytest.approx(seconds)


@pytest.mark.parametrize("retry_after", ["9999", "Fri, 02 Jan 2026 00:00:00 GMT"])
def test_a_wait_of_hours_is_not_waited_for(pacer, clock, retry_after):
    refusal = Reply(status=429, headers={"Retry-After": retry_after}, date="Thu, 01 Jan 2026 00:00:00 GMT")
    with ScriptedServer(in_turn(refusal)) as server:
        with pytest.raises(ProviderError, match="asks to wait"):
            ask(server, pacer, clock)
        assert len(server.requests) == 1


def test_nothing_is_sent_until_the_oldest_call_is_a_minute_old(tmp_path, clock):
    pacer = Pacer(60, KEY, tmp_path, clock=clock, sleep=clock.sleep)
    sent_at = []

    def script(request: Request) -> Reply:
        sent_at.append(clock())
        return Reply(status=429) if request.number in (11, 12) else GOOD

    with ScriptedServer(script) as server, client_of(server, pacer, clock) as client:
        for _ in range(11):
            client.post("campaign/GetAll", {})
    assert sent_at[11] - sent_at[0] >= 60
    assert sent_at[12] - sent_at[11] >= 60


# The key stays hidden


def test_the_key_is_in_no_text_about_the_client(tmp_path, caplog):
    caplog.set_level(logging.DEBUG)
    clock = VirtualTime()
    pacer = Pacer(60, KEY, tmp_path, clock=clock, sleep=clock.sleep)
    texts = []
    for reply in (
        GOOD,
        Reply(status=401),
        Reply(status=429),
        Reply({"errorMessage": KEY}, status=400),
        Reply(GOOD.body, cut_after=3),
        Reply(KEY.encode()),
    ):
        with ScriptedServer(in_turn(reply)) as server, client_of(server, pacer, clock) as client:
            texts.append(repr(client))
            try:
                texts.append(repr(client.post("list/GetAll", {})))
            except ProviderError as error:
                texts += [repr(error), *traceback.format_exception(error)]
    texts += [record.getMessage() for record in caplog.records]
    texts += [path.name + path.read_text() for path in tmp_path.iterdir()]
    assert len(texts) > 20
    assert not [text for text in texts if KEY in text]


def test_an_answer_does_not_show_what_people_wrote(pacer, clock):
    with ScriptedServer(in_turn(Reply({"name": "Zyxlead Piisentinel"}))) as server:
        assert "Zyxlead" not in repr(ask(server, pacer, clock))
