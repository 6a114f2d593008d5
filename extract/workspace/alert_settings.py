"""Where alerts go: the mail server and Slack's address, and what their variables must be."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from extract.workspace.values import base_url, is_loopback, whole_number

_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+")


@dataclass(frozen=True)
class Smtp:
    """The mail server that takes alerts, from whom and to whom. `security` is starttls, tls or none."""

    host: str
    port: int
    security: str
    username: str
    password: str = field(repr=False)
    sender: str
    recipients: tuple[str, ...]


@dataclass(frozen=True)
class AlertSettings:
    """Where alerts go; None for a channel that is not set up."""

    slack_webhook_url: str | None = field(default=None, repr=False)
    smtp: Smtp | None = None


def webhook_url(text: str) -> str | None:
    if not text:
        return None
    try:
        return base_url(text)
    except ValueError:  # its rule speaks of a base URL, and the address itself is a secret
        raise ValueError("must be the https:// address that Slack shows for an incoming webhook") from None


def smtp(given: dict[str, str], checked: Callable, problems: list[str]) -> Smtp | None:
    """The mail server, where SMTP_HOST names one; what is set without it is a slip."""
    if not given["SMTP_HOST"]:
        others = [name for name in given if name.startswith(("SMTP_", "ALERT_EMAIL_")) and given[name]]
        if others:
            problems.append(f"{', '.join(others)}: set SMTP_HOST too, or no e-mail is sent")
        return None
    security = given["SMTP_SECURITY"] or ("tls" if given["SMTP_PORT"] == "465" else "starttls")
    if security not in ("starttls", "tls", "none"):
        problems.append("SMTP_SECURITY must be starttls, tls or none")
    if security == "none" and given["SMTP_PASSWORD"] and not is_loopback(f"//{given['SMTP_HOST']}"):
        problems.append(
            "SMTP_SECURITY none would send SMTP_PASSWORD readable over the network: use starttls or tls"
        )
    if bool(given["SMTP_USERNAME"]) != bool(given["SMTP_PASSWORD"]):
        problems.append("SMTP_USERNAME and SMTP_PASSWORD go together: set both or none")
    sender = given["SMTP_FROM"] or given["SMTP_USERNAME"]
    recipients = tuple(part.strip() for part in given["ALERT_EMAIL_TO"].split(",") if part.strip())
    if not _ADDRESS.fullmatch(sender):
        problems.append("SMTP_FROM must be an e-mail address, such as reports@example.com")
    if not recipients or not all(map(_ADDRESS.fullmatch, recipients)):
        problems.append("ALERT_EMAIL_TO must be e-mail addresses separated by commas, such as me@example.com")
    return Smtp(
        host=given["SMTP_HOST"],
        port=checked(
            "SMTP_PORT", lambda text: whole_number(text or ("465" if security == "tls" else "587"), 1, 65535)
        ),
        security=security,
        username=given["SMTP_USERNAME"],
        password=given["SMTP_PASSWORD"],
        sender=sender,
        recipients=recipients,
    )
