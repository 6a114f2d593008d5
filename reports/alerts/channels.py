"""Ways to tell the operator something: a Slack incoming webhook, and e-mail over SMTP.

Each is tried once: what fails is tried again with the next job (alerts.py). What goes wrong is said without
addresses of webhooks, passwords, or what a server answered in words.
"""

import contextlib
import mimetypes
import smtplib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from pathlib import Path

from extract.http.mail import conversation
from extract.http.retry import PassingError
from extract.http.transport import HttpClient, Limits, TooLargeError
from extract.workspace.alert_settings import AlertSettings, Smtp

SLACK_CHARACTERS = 2900  # above about 4,000 Slack cuts a message into several
SLACK_LIMITS = Limits(seconds=20.0, silence=20.0, bytes=100_000)
# A mail may take that long, and as much longer as its size needs over a slow line.
MAIL_SECONDS = 60.0
SLOWEST_BYTES_A_SECOND = 100_000
# Many mail servers refuse more than 25 MB, and an attachment grows by a third on its way.
ATTACHED_BYTES = 15_000_000


class DeliveryError(Exception):
    """A channel did not take a notice."""


@dataclass(frozen=True)
class Notice:
    """One message. `text` is plain, with **bold** as in the report."""

    notice_id: str
    queued_at: datetime
    subject: str
    text: str
    attachments: tuple[Path, ...] = ()


def channels(settings: AlertSettings) -> dict[str, object]:
    """The channels that are set up, by name: each a function of a notice that raises DeliveryError."""
    found = {}
    if settings.slack_webhook_url:
        found["slack"] = lambda notice: send_to_slack(settings.slack_webhook_url, notice)
    if settings.smtp:
        found["email"] = lambda notice: send_email(settings.smtp, notice)
    return found


def send_to_slack(webhook_url: str, notice: Notice, *, limits: Limits = SLACK_LIMITS) -> None:
    """Post the notice; Slack takes no attachments here, so the text has to do."""
    text = f"*{_slack_text(notice.subject)}*\n{_slack_text(notice.text)}"
    if len(text) > SLACK_CHARACTERS:
        text = text[:SLACK_CHARACTERS].rsplit("\n", 1)[0] + "\n…"
    try:
        with HttpClient(webhook_url, limits) as client:
            reply = client.send("POST", webhook_url, json={"text": text})
    except PassingError as failure:
        raise DeliveryError(f"Slack can't be reached ({failure})") from None
    except TooLargeError as error:
        raise DeliveryError(f"Slack {error}") from None
    if reply.status != 200:
        hint = "; make a new webhook" if reply.status in (403, 404, 410) else ""
        raise DeliveryError(f"Slack answered {reply.status}{hint}")


def send_email(smtp: Smtp, notice: Notice, *, seconds: float = MAIL_SECONDS) -> None:
    """Send the notice to all recipients, with its attachments."""
    message = EmailMessage()
    message["Subject"] = " ".join(notice.subject.split())
    message["From"] = smtp.sender
    message["To"] = ", ".join(smtp.recipients)
    message["Date"] = format_datetime(notice.queued_at)
    # The same at a second try, so that mail programs can tell a repeat.
    message["Message-ID"] = f"<{notice.notice_id}@{smtp.sender.rpartition('@')[2]}>"
    _attach(message, notice)
    with _logged_in(smtp, seconds + len(bytes(message)) / SLOWEST_BYTES_A_SECOND) as server:
        server.send_message(message)


def try_email(smtp: Smtp, *, seconds: float = MAIL_SECONDS) -> None:
    """Connect and log in, and send nothing; raises DeliveryError as `send_email`."""
    with _logged_in(smtp, seconds) as server:
        server.noop()


@contextlib.contextmanager
def _logged_in(smtp: Smtp, seconds: float) -> Iterator[smtplib.SMTP]:
    try:
        with conversation(smtp.host, smtp.port, smtp.security, seconds=seconds) as server:
            if smtp.username:
                server.login(smtp.username, smtp.password)
            yield server
    except smtplib.SMTPResponseException as error:
        kind = (
            "refused the user name or password"
            if isinstance(error, smtplib.SMTPAuthenticationError)
            else "refused"
        )
        raise DeliveryError(f"The mail server {kind} ({error.smtp_code})") from None
    except smtplib.SMTPRecipientsRefused:
        raise DeliveryError("The mail server refused every recipient") from None
    except TimeoutError as error:
        raise DeliveryError(f"The mail server can't be reached in time ({error})") from None
    except (OSError, smtplib.SMTPException, UnicodeError) as error:
        raise DeliveryError(f"The mail server can't be reached ({type(error).__name__})") from None


def _attach(message: EmailMessage, notice: Notice) -> None:
    """The text, and the files that are still there and small enough; the text names the others."""
    contents, left_out, size = [], [], 0
    for path in notice.attachments:
        content = path.read_bytes() if path.exists() else None
        if content is None or size + len(content) > ATTACHED_BYTES:
            left_out.append(str(path))
            continue
        size += len(content)
        contents.append((path.name, content))
    note = f"\n\nNot attached, too large or gone: {', '.join(left_out)}" if left_out else ""
    message.set_content(notice.text.replace("**", "") + note)
    for name, content in contents:
        kind = "text/markdown" if name.endswith(".md") else mimetypes.guess_type(name)[0]
        main, _, sub = (kind or "application/octet-stream").partition("/")
        message.add_attachment(content, maintype=main, subtype=sub, filename=name)


def _slack_text(text: str) -> str:
    for character, escape in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
        text = text.replace(character, escape)
    return text.replace("**", "*")
