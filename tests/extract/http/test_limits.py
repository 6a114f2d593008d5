"""Every request ends when it is told to, whatever the other side does, and nothing else goes out."""

import contextlib
import itertools
import re
import signal
import socket
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from extract.enrichment.base import CutOffError, HostRefusesError
from extract.enrichment.client import LIMITS as SERVICE_LIMITS
from extract.enrichment.client import ServiceClient
from extract.enrichment.fetcher import LIMITS as PAGE_LIMITS
from extract.enrichment.fetcher import PoliteFetcher
from extract.heyreach.client import LIMITS as HEYREACH_LIMITS
from extract.heyreach.client import HeyReachClient
from extract.http import mail
from extract.http.mail import conversation
from extract.http.pacing import Pacer
from extract.http.retry import PassingError
from extract.http.transport import HttpClient, Limits, TooLargeError
from extract.workspace.alert_settings import Smtp
from extract.workspace.errors import UnknownOutcomeError
from extract.workspace.services import SERVICES
from reports.alerts.channels import SLACK_LIMITS, DeliveryError, Notice, send_email, send_to_slack, try_email
from tests.certificates import localhost_certificate
from tests.extract.heyreach.scripted_server import Reply, ScriptedServer, in_turn
from tests.extract.http import dripping_server as dripping
from tests.extract.http.dripping_server import DrippingServer
from tests.signals import AGAIN_AFTER, sent_soon

PROJECT = Path(__file__).parents[3]
SECONDS = 0.3
# A slow machine needs a little longer to hang up, never as long as a server drips.
LATE = 2.5
NOTICE = Notice("n1", datetime(2026, 2, 1, 3, tzinfo=UTC), "Something changed", "It did.")


@contextlib.contextmanager
def ends_in_time(error: type[Exception]):
    began = time.monotonic()
    with pytest.raises(error):
        yield
    took = time.monotonic() - began
    assert took < SECONDS + LATE


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return localhost_certificate(tmp_path_factory.mktemp("tls"))


# Every user of the one way out, against a dripped answer


def ask_heyreach(url: str, folder: Path) -> None:
    limits = replace(HEYREACH_LIMITS, seconds=SECONDS)
    with HeyReachClient(url, "key", Pacer(0, "key", folder), limits=limits) as client:
        client.write("campaign/AddLeadsToCampaignV2", {})


def ask_service(url: str, folder: Path) -> None:
    limits = replace(SERVICE_LIMITS, seconds=SECONDS)
    keys = {"APOLLO_API_KEY": "key"}
    client = ServiceClient(SERVICES["apollo"], url, keys, Pacer(0, "key", folder), limits=limits)
    client.post("people/match", {})


def fetch_page(url: str, folder: Path) -> None:
    limits = replace(PAGE_LIMITS, seconds=SECONDS / 3)  # it tries three times
    fetcher = PoliteFetcher(
        ("127.0.0.1",), (), Pacer(0, "pages", folder, sleep=lambda _: None), limits=limits
    )
    fetcher.text(f"{url}/page")


def tell_slack(url: str, folder: Path) -> None:
    send_to_slack(url, NOTICE, limits=replace(SLACK_LIMITS, seconds=SECONDS))


@pytest.mark.parametrize(
    ("ask", "error"),
    [
        (ask_heyreach, UnknownOutcomeError),
        (ask_service, CutOffError),
        (fetch_page, HostRefusesError),
        (tell_slack, DeliveryError),
    ],
)
def test_a_dripped_answer_ends_in_time_whoever_asked(tmp_path, ask, error):
    with (
        DrippingServer(dripping.http(dripping.HTTP_HEAD + b"Content-Length: 9999\r\n\r\n")) as server,
        ends_in_time(error),
    ):
        ask(f"http://127.0.0.1:{server.port}", tmp_path)


# Every stage of a request


@pytest.mark.parametrize(
    "conversation",
    [
        pytest.param(dripping.http(b""), id="the status line"),
        pytest.param(dripping.http(dripping.HTTP_HEAD, b"X: y\r\n"), id="headers"),
        pytest.param(dripping.http(b"", b"HTTP/1.1 100 Continue\r\n\r\n"), id="answers before the answer"),
        pytest.param(
            dripping.http(dripping.HTTP_HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
            id="chunks",
        ),
        pytest.param(dripping.deaf, id="nothing is read"),
    ],
)
def test_a_request_ends_in_time_at_every_stage(conversation):
    limits = Limits(SECONDS, 60.0, 1 << 20)
    with DrippingServer(conversation) as server, ends_in_time(PassingError):
        url = f"http://127.0.0.1:{server.port}"
        with HttpClient(url, limits) as client:
            client.send("POST", url, content=b"x" * 20_000_000 if conversation is dripping.deaf else b"")


def test_a_tls_greeting_that_is_dripped_ends_in_time():
    with (
        DrippingServer(lambda connection: dripping.drip(connection, dripping.TLS_HELLO)) as server,
        ends_in_time(PassingError),
    ):
        url = f"https://127.0.0.1:{server.port}"
        with HttpClient(url, Limits(SECONDS, 60.0, 1 << 20)) as client:
            client.send("GET", url)


def test_an_encrypted_answer_that_is_dripped_ends_in_time(certificate, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with (
        DrippingServer(dripping.in_tls(certificate, dripping.http(dripping.HTTP_HEAD))) as server,
        ends_in_time(PassingError),
    ):
        url = f"https://localhost:{server.port}"
        with HttpClient(url, Limits(SECONDS, 60.0, 1 << 20)) as client:
            client.send("GET", url)


def test_looking_up_a_name_ends_in_time(monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: time.sleep(5))
    with ends_in_time(PassingError), HttpClient("http://x.example", Limits(SECONDS, 60.0, 1)) as client:
        client.send("GET", "http://x.example")


def test_a_second_request_of_the_client_has_its_whole_time_again():
    with (
        ScriptedServer(in_turn(Reply(delay=0.2))) as server,
        HttpClient(server.base_url, Limits(0.5, 60.0, 1 << 20)) as client,
    ):
        assert [client.send("GET", server.base_url).status for _ in range(4)] == [200] * 4


def test_an_answer_of_any_size_is_cut_at_the_limit():
    with (
        ScriptedServer(in_turn(Reply({"text": "x" * 100_000}))) as server,
        HttpClient(server.base_url, Limits(5.0, 5.0, 50_000)) as client,
        pytest.raises(TooLargeError),
    ):
        client.send("GET", server.base_url)


# Mail


def smtp(server: DrippingServer, security: str = "none") -> Smtp:
    return Smtp("127.0.0.1", server.port, security, "", "", "reports@example.com", ("ada@example.com",))


@pytest.mark.parametrize(
    ("conversation", "security"),
    [
        pytest.param(dripping.mail(b"220-x\r\n"), "none", id="the greeting, line by line"),
        pytest.param(dripping.mail(b"220 localhost, which"), "none", id="the greeting, one line"),
        pytest.param(dripping.mail(b"220 x", b"250-SIZE\r\n"), "none", id="the reply to EHLO"),
        pytest.param(dripping.mail(b"220 x", b"250 x", b"250-ok\r\n"), "none", id="the reply to MAIL"),
        pytest.param(lambda connection: dripping.drip(connection, dripping.TLS_HELLO), "tls", id="TLS"),
        pytest.param(
            dripping.mail(b"220 x", b"250-x\r\n250 STARTTLS", b"220 go", b"x", begin=dripping.TLS_HELLO),
            "starttls",
            id="STARTTLS",
        ),
    ],
)
def test_a_mail_server_that_drips_ends_in_time(conversation, security):
    with DrippingServer(conversation) as server, ends_in_time(DeliveryError):
        send_email(smtp(server, security), NOTICE, seconds=SECONDS)


def test_a_mail_server_that_drips_is_told_of():
    with DrippingServer(dripping.mail(b"220-x\r\n")) as server, pytest.raises(DeliveryError) as caught:
        try_email(smtp(server), seconds=SECONDS)
    assert str(caught.value) == "The mail server can't be reached in time (it took longer than 0.3 s)"


def test_a_mail_server_that_never_ends_a_reply_is_cut_at_the_limit_of_size(monkeypatch):
    def flood(connection: socket.socket) -> None:
        for _ in itertools.count():
            connection.sendall(b"220-" + b"x" * 1000 + b"\r\n")

    monkeypatch.setattr(mail, "MOST_BYTES", 100_000)
    with DrippingServer(flood) as server, pytest.raises(DeliveryError):
        try_email(smtp(server), seconds=20.0)


# Stopping


def test_ctrl_c_ends_a_mail_at_once():
    with DrippingServer(dripping.mail(b"220 x", b"250-SIZE\r\n")) as server:
        began = time.monotonic()
        mail = conversation("127.0.0.1", server.port, "none", seconds=60)
        with pytest.raises(KeyboardInterrupt), sent_soon(signal.SIGINT), mail:
            pass
    assert time.monotonic() - began < AGAIN_AFTER + 2


def test_hanging_up_ends_what_is_under_way_and_lets_nothing_begin():
    with DrippingServer(dripping.http(dripping.HTTP_HEAD)) as server:
        url = f"http://127.0.0.1:{server.port}"
        with HttpClient(url, Limits(60.0, 60.0, 1 << 20)) as client:
            began = time.monotonic()
            threading.Timer(0.2, client.hang_up).start()
            with pytest.raises(PassingError):
                client.send("GET", url)
            with pytest.raises(PassingError):
                client.send("GET", url)
        assert time.monotonic() - began < 2


# Nothing else goes out

WAYS_OUT = re.compile(
    r"httpx\.(Client|AsyncClient|HTTPTransport|get|post|put|patch|delete|head|options|request|stream)\("
    r"|smtplib\.(SMTP|SMTP_SSL|LMTP)\(|urllib\.request|http\.client|create_connection\(|import requests"
)
# The sandbox only listens: it stands for the network's other side.
LISTENING = PROJECT / "extract" / "sandbox"


def test_no_other_module_has_a_way_out():
    here = PROJECT / "extract" / "http"
    others = [
        path
        for room in ("extract", "reports", "dbt_project")
        for path in (PROJECT / room).rglob("*.py")
        if not path.is_relative_to(here) and not path.is_relative_to(LISTENING)
    ]
    assert len(others) > 80
    found = {path.name: WAYS_OUT.findall(path.read_text(encoding="utf-8")) for path in others}
    assert {name: ways for name, ways in found.items() if ways} == {}
    # It would find one.
    assert WAYS_OUT.search((here / "transport.py").read_text(encoding="utf-8"))
