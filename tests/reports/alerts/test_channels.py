"""Slack and e-mail against real local servers; what fails is said without secrets."""

import ssl
from datetime import UTC, datetime
from pathlib import Path

import pytest

from extract.workspace.alert_settings import Smtp
from reports.alerts.channels import (
    ATTACHED_BYTES,
    SLACK_CHARACTERS,
    DeliveryError,
    Notice,
    send_email,
    send_to_slack,
)
from tests.certificates import localhost_certificate
from tests.reports.mail_server import MailServer
from tests.reports.webhook_server import WebhookServer

PASSWORD = "SENTINEL-PASSWORD"
NOTICE = Notice(
    "n1", datetime(2026, 2, 1, 3, tzinfo=UTC), "Two things\nchanged", "**Since Monday:** a < b & c"
)


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of localhost and its key, in one file."""
    return localhost_certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def trusted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """The server's side of a certificate that this process trusts."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    return server_side(certificate)


def server_side(certificate: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    return context


def smtp(server: MailServer, **values: object) -> Smtp:
    given = {
        "host": "localhost",
        "port": server.port,
        "security": "starttls",
        "username": "",
        "password": "",
        "sender": "reports@example.com",
        "recipients": ("ada@example.com", "bo@example.com"),
    }
    return Smtp(**given | values)


def failure(send, *arguments: object) -> str:
    with pytest.raises(DeliveryError) as caught:
        send(*arguments)
    assert caught.value.__cause__ is None
    return str(caught.value)


def test_slack_gets_the_text_in_its_own_markup():
    with WebhookServer() as server:
        send_to_slack(server.url, NOTICE)
    assert server.posted == [{"text": "*Two things\nchanged*\n*Since Monday:* a &lt; b &amp; c"}]


def test_what_is_too_long_for_slack_ends_at_a_line():
    text = "\n".join(f"line {number}" for number in range(1000))
    with WebhookServer() as server:
        send_to_slack(server.url, Notice("n1", NOTICE.queued_at, "Long", text))
    lines = server.posted[0]["text"].splitlines()
    assert len(server.posted[0]["text"]) <= SLACK_CHARACTERS + 2
    assert lines[-1] == "…"
    assert lines[1:-1] == text.splitlines()[: len(lines) - 2]


def test_a_slack_that_refuses_is_said_without_its_address():
    with WebhookServer() as server:
        server.status = 404
        assert failure(send_to_slack, server.url, NOTICE) == "Slack answered 404; make a new webhook"
    gone = failure(send_to_slack, server.url, NOTICE)
    assert gone == "Slack can't be reached (127.0.0.1 refuses connections)"


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_mail_goes_encrypted_to_everybody_with_its_files(trusted, tmp_path, security):
    files = [tmp_path / f"report.{suffix}" for suffix in ("md", "html", "json")]
    for file in files:
        file.write_text(f"{file.suffix}\n.\nMünchen\n", encoding="utf-8")
    notice = Notice("n1", NOTICE.queued_at, NOTICE.subject, NOTICE.text, tuple(files))
    with MailServer(trusted, implicit_tls=security == "tls") as server:
        server.users["ada"] = PASSWORD
        send_email(smtp(server, security=security, username="ada", password=PASSWORD), notice)
        send_email(smtp(server, security=security), notice)
    message, again = server.messages
    assert server.was_encrypted == [True, True]
    assert server.recipients[0] == ["ada@example.com", "bo@example.com"]
    assert message["Subject"] == "Two things changed"
    assert message["Message-ID"] == again["Message-ID"] == "<n1@example.com>"
    assert message["Date"].datetime == NOTICE.queued_at
    assert message.get_body().get_content().strip() == "Since Monday: a < b & c"
    attached = list(message.iter_attachments())
    assert [part.get_filename() for part in attached] == ["report.md", "report.html", "report.json"]
    assert [part.get_content_type() for part in attached] == [
        "text/markdown",
        "text/html",
        "application/json",
    ]
    for part, file in zip(attached, files, strict=True):
        assert part.get_payload(decode=True) == file.read_bytes()


def test_a_file_that_is_gone_or_too_large_is_named_instead(tmp_path):
    large, gone = tmp_path / "large.json", tmp_path / "gone.md"
    large.write_bytes(b"0" * (ATTACHED_BYTES + 1))
    with MailServer() as server:
        notice = Notice("n1", NOTICE.queued_at, "Report", "Here it is.", (large, gone))
        send_email(smtp(server, security="none"), notice)
    (message,) = server.messages
    assert not list(message.iter_attachments())
    assert f"Not attached, too large or gone: {large}, {gone}" in message.get_content()


def test_a_wrong_password_is_said_without_it(trusted):
    with MailServer(trusted) as server:
        wrong = smtp(server, username="ada", password=PASSWORD)
        line = failure(send_email, wrong, NOTICE)
    assert line == "The mail server refused the user name or password (535)"
    assert PASSWORD not in repr(wrong)


@pytest.mark.parametrize(
    ("command", "line"),
    [
        ("MAIL", "The mail server refused (554)"),
        ("RCPT", "The mail server refused every recipient"),
        ("DATA", "The mail server refused (554)"),
    ],
)
def test_a_mail_server_that_refuses_is_said_without_its_words(command, line):
    with MailServer() as server:
        server.refuses = {command}
        assert failure(send_email, smtp(server, security="none"), NOTICE) == line
    assert server.messages == []


def test_nothing_is_sent_to_a_server_whose_certificate_is_not_trusted(certificate):
    with MailServer(server_side(certificate)) as server:
        line = failure(send_email, smtp(server), NOTICE)
    assert line == "The mail server can't be reached (SSLCertVerificationError)"
    assert server.messages == []


def test_nothing_is_sent_unencrypted_to_a_server_that_offers_no_starttls():
    with MailServer() as server:
        line = failure(send_email, smtp(server), NOTICE)
    assert line == "The mail server can't be reached (SMTPNotSupportedError)"
    assert server.messages == []


def test_a_mail_server_that_is_not_there_is_said():
    with MailServer() as server:
        pass
    assert (
        failure(send_email, smtp(server), NOTICE)
        == "The mail server can't be reached (ConnectionRefusedError)"
    )
