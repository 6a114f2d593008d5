"""Where alerts go: read from the environment, checked before anything runs, and never printed."""

from pathlib import Path

import pytest

from extract.workspace.alert_settings import AlertSettings, Smtp
from extract.workspace.errors import ConfigurationError
from extract.workspace.workspace import load_workspace

WEBHOOK = "https://hooks.slack.com/services/T000/B000/SENTINEL"
MAIL = {
    "SMTP_HOST": "mail.example.com",
    "SMTP_USERNAME": "reports@example.com",
    "SMTP_PASSWORD": "SENTINEL",
    "ALERT_EMAIL_TO": "ada@example.com, bo@example.com",
}


def problems_of(folder: Path, **environ: str) -> str:
    with pytest.raises(ConfigurationError) as caught:
        load_workspace(folder, environ)
    assert "SENTINEL" not in str(caught.value)
    return str(caught.value)


def test_nobody_is_told_unless_it_is_set_up(tmp_path):
    assert load_workspace(tmp_path, {}).alerts == AlertSettings(None, None)


def test_both_channels_are_read_and_their_secrets_not_shown(tmp_path):
    workspace = load_workspace(tmp_path, {**MAIL, "SLACK_WEBHOOK_URL": WEBHOOK})
    recipients = ("ada@example.com", "bo@example.com")
    sender = "reports@example.com"
    assert workspace.alerts.smtp == Smtp(
        "mail.example.com", 587, "starttls", sender, "SENTINEL", sender, recipients
    )
    assert workspace.alerts.slack_webhook_url == WEBHOOK
    assert "SENTINEL" not in repr(workspace)


@pytest.mark.parametrize(
    ("given", "port", "security"),
    [
        ({"SMTP_SECURITY": "tls"}, 465, "tls"),
        ({"SMTP_PORT": "465"}, 465, "tls"),
        ({"SMTP_PORT": "2525"}, 2525, "starttls"),
        ({"SMTP_PORT": "25", "SMTP_SECURITY": "none", "SMTP_HOST": "localhost"}, 25, "none"),
    ],
)
def test_port_and_security_go_together(tmp_path, given, port, security):
    smtp = load_workspace(tmp_path, MAIL | given).alerts.smtp
    assert (smtp.port, smtp.security) == (port, security)


@pytest.mark.parametrize(
    ("given", "problem"),
    [
        ({"SMTP_HOST": ""}, "set SMTP_HOST too"),
        ({"SMTP_PORT": "none"}, "SMTP_PORT (in the environment) must be a whole number from 1 to 65535"),
        ({"SMTP_SECURITY": "ssl"}, "SMTP_SECURITY must be starttls, tls or none"),
        ({"SMTP_SECURITY": "none"}, "would send SMTP_PASSWORD readable"),
        ({"SMTP_USERNAME": "", "SMTP_FROM": "a@example.com"}, "SMTP_USERNAME and SMTP_PASSWORD go together"),
        ({"SMTP_FROM": "reports"}, "SMTP_FROM must be an e-mail address"),
        ({"ALERT_EMAIL_TO": ""}, "ALERT_EMAIL_TO must be e-mail addresses"),
        ({"ALERT_EMAIL_TO": "ada@example.com; bo@example.com"}, "separated by commas"),
        ({"SLACK_WEBHOOK_URL": "http://hooks.slack.com/SENTINEL"}, "must be the https:// address that Slack"),
    ],
)
def test_what_can_not_work_is_an_error(tmp_path, given, problem):
    assert problem in problems_of(tmp_path, **MAIL | given)


def test_warns_of_an_env_file_whose_webhook_others_can_read(tmp_path):
    path = tmp_path / ".env"
    path.write_text(f"SLACK_WEBHOOK_URL={WEBHOOK}\nSLACK_URL=\n")
    path.chmod(0o644)
    misspelt, readable = load_workspace(tmp_path, {}).warnings
    assert "did you mean SLACK_WEBHOOK_URL?" in misspelt
    assert "holds SLACK_WEBHOOK_URL and others can read it" in readable
