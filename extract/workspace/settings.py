"""Everything an operator can set, read once and checked before anything else happens.

Connection and place come from the environment and `.env`; how the figures are judged comes from
config/settings.yaml. The period of a report is an argument, see `parse_period`.
"""

import difflib
import ipaddress
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from dotenv.parser import parse_stream

from dbt_project.rendering import returned
from extract.workspace import services, strict_yaml
from extract.workspace.errors import ConfigurationError
from extract.workspace.paths import Paths
from extract.workspace.strict_yaml import quoted, shown, suggestion

DEFAULTS = {
    "HEYREACH_API_KEY": "",
    "HEYREACH_BASE_URL": "https://api.heyreach.io/api/public",
    "HEYREACH_REQUESTS_PER_MINUTE": "60",
    "ACCOUNT_METADATA_PATH": "config/heyreach_accounts.yaml",
    "DEFAULT_LOOKBACK_DAYS": "30",
    "OUTBOUND_AS_OF": "",
    "OUTBOUND_DATA_DIR": "data",
    "OUTBOUND_MEMORY_LIMIT": "1300MB",
    "IMPORT_READ_BACK_WAITS": "15,60,180",
    "SLACK_WEBHOOK_URL": "",
    "SMTP_HOST": "",
    "SMTP_PORT": "",
    "SMTP_SECURITY": "",
    "SMTP_USERNAME": "",
    "SMTP_PASSWORD": "",
    "SMTP_FROM": "",
    "ALERT_EMAIL_TO": "",
    **services.VARIABLES,
}
# What gives access to something: never printed, and never written but in .env.
SECRETS = (
    "HEYREACH_API_KEY",
    "SLACK_WEBHOOK_URL",
    "SMTP_PASSWORD",
    *(service.keys[0] for service in services.SERVICES.values()),
)
MAX_REQUESTS_PER_MINUTE = 300
MAX_LOOKBACK_DAYS = 3650
MAX_READ_BACK_WAIT = 3600.0
_SERVICE_NAMES = ("LINKEDIN_", "LLM_", *(f"{name.upper()}_" for name in services.SERVICES))
# What only this program is told by; what dbt_project/profiles.yml reads; how alike a slip is to a setting.
OWN_PREFIXES = ("HEYREACH_", "OUTBOUND_")
FROM_DBT = ("OUTBOUND_RUN_ID", "OUTBOUND_RAW_PATH", "OUTBOUND_BUILD_PATH")
ALIKE = 0.85
_PREFIXES = (*OWN_PREFIXES, "IMPORT_", "SLACK_", "SMTP_", "ALERT_", *_SERVICE_NAMES)
# Outside these years a date is a slip of the keyboard.
YEARS = range(2000, 2101)

_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9.-]+")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


@dataclass(frozen=True)
class AnalyticsSettings:
    """How requests are dated, judged and shown; config/settings.yaml explains each.

    `required_attribution_fields` is a comma-separated text, as the warehouse reads it.
    """

    acceptance_window_days: int = 14
    detection_lag_days: int = 2
    expiry_days: int = 30
    dating_resolution_days: int = 3
    hide_rate_below: int = 10
    collecting_below: int = 30
    coverage_warn_percent: int = 95
    coverage_fail_percent: int = 80
    smallest_loss_accepts_per_week: int = 1
    stall_business_days: int = 10
    weekly_request_limit: int = 100
    normal_invalid_percent: int = 5
    normal_duplicate_percent: int = 10
    sensitive_cell_minimum: int = 10
    early_window_days: int = 3
    acceptance_drop_percent: int = 33
    acceptance_alarm_level: int = 4
    volume_drop_percent: int = 50
    pull_gap_hours: int = 36
    required_attribution_fields: str = "source,source_list,icp,batch_id"


ANALYTICS_RANGES = {
    "acceptance_window_days": (1, 90),
    "detection_lag_days": (0, 30),
    "expiry_days": (1, 365),
    "dating_resolution_days": (1, 30),
    "hide_rate_below": (1, 1000),
    "collecting_below": (1, 10_000),
    "coverage_warn_percent": (0, 100),
    "coverage_fail_percent": (0, 100),
    "smallest_loss_accepts_per_week": (0, 1000),
    "stall_business_days": (2, 60),
    "weekly_request_limit": (1, 1000),
    "normal_invalid_percent": (0, 100),
    "normal_duplicate_percent": (0, 100),
    # The floor protects people: it can be raised, not lowered.
    "sensitive_cell_minimum": (10, 1000),
    "early_window_days": (1, 14),
    "acceptance_drop_percent": (10, 90),
    "acceptance_alarm_level": (2, 20),
    "volume_drop_percent": (10, 100),
    "pull_gap_hours": (1, 1000),
}


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


@dataclass(frozen=True)
class RetentionSettings:
    """For how long data is kept until `make purge` finds it too old; config/settings.yaml explains each."""

    keep_landing_days: int = 30
    keep_leads_months: int = 24
    keep_reports_days: int = 365
    keep_backups_days: int = 90


RETENTION_RANGES = {
    "keep_landing_days": (1, 3650),
    "keep_leads_months": (1, 120),
    "keep_reports_days": (1, 3650),
    "keep_backups_days": (1, 3650),
}


@dataclass(frozen=True)
class Settings:
    """What a run goes by. Paths are absolute; `warnings` are lines for the operator that stop nothing.

    `as_of` was typed to within `as_of_precision`: a minute, a second, or exactly.
    """

    api_key: str | None = field(repr=False)
    base_url: str
    requests_per_minute: int
    account_metadata_path: Path
    lookback_days: int
    as_of: datetime | None
    data_dir: Path
    as_of_precision: timedelta = timedelta()
    memory_limit: str = DEFAULTS["OUTBOUND_MEMORY_LIMIT"]
    read_back_waits: tuple[float, ...] = (15.0, 60.0, 180.0)
    # The variables of other services (extract/workspace/services.py); secrets among them.
    services: Mapping[str, str] = field(default_factory=lambda: dict(services.VARIABLES), repr=False)
    alerts: AlertSettings = AlertSettings()
    analytics: AnalyticsSettings = AnalyticsSettings()
    retention: RetentionSettings = RetentionSettings()
    warnings: tuple[str, ...] = ()

    @property
    def is_demo(self) -> bool:
        """Whether invented data is shown: there is no key to ask HeyReach with."""
        return self.api_key is None

    @property
    def workspace_dir(self) -> Path:
        """Where the databases, landing files and reports of this kind of data (demo or real) live."""
        return self.data_dir / "demo" if self.is_demo else self.data_dir

    @property
    def paths(self) -> Paths:
        """The files and folders of this workspace."""
        return Paths(self.workspace_dir, self.data_dir)


def load_settings(project_dir: Path, environ: Mapping[str, str] = os.environ) -> Settings:
    """Settings from `project_dir`/.env, beaten by `environ`, and from config/settings.yaml.

    A name that is in `environ` counts even when blank, so `HEYREACH_API_KEY= make run` shows the demo. Blank
    means the default. Raises ConfigurationError with every problem found.
    """
    project_dir = project_dir.resolve()
    problems: list[str] = []
    in_file = _read_env_file(project_dir / ".env", problems)
    given = {}
    for name in DEFAULTS:
        text = (environ[name] if name in environ else in_file.get(name) or "").strip()
        if not text.isprintable():
            problems.append(f"{_named(name, environ)} holds a line break or another control character")
            text = ""
        given[name] = text

    def checked(name: str, check: Callable[[str], Any]) -> Any:
        try:
            return check(given[name] or DEFAULTS[name])
        except ValueError as error:
            problems.append(f"{_named(name, environ)} {error}")
            return None

    api_key = checked("HEYREACH_API_KEY", _api_key)
    base_url = checked("HEYREACH_BASE_URL", _base_url)
    if given["HEYREACH_BASE_URL"] and not given["HEYREACH_API_KEY"]:
        problems.append(
            f"{_named('HEYREACH_BASE_URL', environ)} is set but HEYREACH_API_KEY is not: set the key too, "
            "or remove the address to see demo data"
        )
    # Without a key only the bundled sandbox is asked, and that is on loopback.
    may_be_unpaced = not given["HEYREACH_API_KEY"] or (base_url is not None and is_loopback(base_url))
    settings = {
        "api_key": api_key,
        "base_url": base_url,
        "requests_per_minute": checked(
            "HEYREACH_REQUESTS_PER_MINUTE", lambda text: _requests_per_minute(text, may_be_unpaced)
        ),
        "account_metadata_path": checked("ACCOUNT_METADATA_PATH", lambda text: _path(text, project_dir)),
        "lookback_days": checked(
            "DEFAULT_LOOKBACK_DAYS", lambda text: _whole_number(text, 1, MAX_LOOKBACK_DAYS)
        ),
        "as_of": checked("OUTBOUND_AS_OF", _as_of),
        "data_dir": checked("OUTBOUND_DATA_DIR", lambda text: _folder(text, project_dir)),
        "memory_limit": checked("OUTBOUND_MEMORY_LIMIT", _memory_limit),
        "read_back_waits": checked("IMPORT_READ_BACK_WAITS", _waits),
        "alerts": AlertSettings(
            slack_webhook_url=checked("SLACK_WEBHOOK_URL", _webhook_url), smtp=_smtp(given, checked, problems)
        ),
        "services": {name: checked(name, _service_check(name)) for name in services.VARIABLES},
    }
    analytics, retention = _read_yaml(project_dir / "config" / "settings.yaml", problems)
    if problems:
        raise ConfigurationError(problems)
    if settings["as_of"]:
        settings["as_of_precision"] = _precision(settings["as_of"])
    warnings = _env_file_warnings(project_dir / ".env", in_file) + _environment_warnings(environ)
    return Settings(**settings, analytics=analytics, retention=retention, warnings=tuple(warnings))


def check_base_url(url: str) -> str:
    """The base URL without its trailing slash: any https host, or http on this machine.

    Raises ConfigurationError; the message never repeats the URL, which may hold a password.
    """
    try:
        return _base_url(url)
    except ValueError as error:
        raise ConfigurationError(f"HEYREACH_BASE_URL {error}") from None


def is_loopback(url: str) -> bool:
    """Whether the URL's host is this machine: localhost, 127.x.x.x or ::1."""
    try:
        host = urlsplit(url).hostname or ""
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def parse_period(
    since: str | None, until: str | None, as_of: datetime, lookback_days: int
) -> tuple[datetime, datetime]:
    """The half-open period [since, until) as UTC midnights.

    `until` defaults to the day after the as-of (an aware time), so that the as-of's own day counts; `since`
    to `lookback_days` before `until`. Raises ConfigurationError for a date not written YYYY-MM-DD and for
    an empty period.
    """
    problems = []
    given = {}
    for name, text in (("since", since), ("until", until)):
        if text is None:
            continue
        try:
            given[name] = _day(text)
        except ValueError:
            problems.append(f"--{name} must be a date like 2026-01-31, not {quoted(text)}")
    if problems:
        raise ConfigurationError(problems)
    today = datetime.combine(as_of.astimezone(UTC).date(), time(), UTC)
    end = given.get("until", today + timedelta(days=1))
    start = given.get("since", end - timedelta(days=lookback_days))
    if start >= end:
        origin = "a day that is itself not counted" if until else "the day after the as-of"
        raise ConfigurationError(f"--since {start:%Y-%m-%d} must be before --until {end:%Y-%m-%d} ({origin})")
    return start, end


def read_env_file(path: Path) -> dict[str, str | None]:
    """The variables in a `.env` that load_settings has accepted, as typed."""
    return _read_env_file(path, [])


def _read_env_file(path: Path, problems: list[str]) -> dict[str, str | None]:
    """The variables in .env, as typed: no interpolation, the last of two equal names wins.

    Parsed binding by binding because `dotenv_values` skips what it can't read, and a run whose key was
    skipped would show demo data.
    """
    try:
        with path.open(encoding="utf-8") as file:
            bindings = list(parse_stream(file))
    except FileNotFoundError:
        return {}
    except UnicodeDecodeError:
        problems.append(f"{shown(path)} is not UTF-8; save the file as UTF-8")
        return {}
    except OSError as error:
        problems.append(f"{shown(path)} can't be read: {error.strerror}")
        return {}
    variables = {}
    for binding in bindings:
        if binding.error or (binding.key and binding.value is None):
            text = binding.original.string
            line = binding.original.line + text[: len(text) - len(text.lstrip())].count("\n")
            problems.append(f"{shown(path)} line {line}: is not NAME=value; start a comment with #")
        elif binding.key:
            variables[binding.key] = binding.value
    return variables


def _env_file_warnings(path: Path, variables: dict[str, str | None]) -> list[str]:
    warnings = [_no_setting(shown(path), name) for name in variables if _is_meant(name, _PREFIXES)]
    # A warning and no refusal: `cp .env.example .env` leaves a file that everybody can read.
    secrets = [secret for secret in SECRETS if variables.get(secret)]
    if secrets and path.stat().st_mode & 0o077:
        name = shown(path)
        held = "the HeyReach key" if secrets[0] == SECRETS[0] else secrets[0]
        warnings.append(f"{name} holds {held} and others can read it; run: chmod 600 {name}")
    return warnings


def _environment_warnings(environ: Mapping[str, str]) -> list[str]:
    """Most of what is in the environment is for other programs."""
    return [
        _no_setting("in the environment", name)
        for name in environ
        if name not in FROM_DBT and _is_meant(name, OWN_PREFIXES)
    ]


def _no_setting(where: str, name: str) -> str:
    hint = suggestion(name.upper(), DEFAULTS)
    return f"{where}: {quoted(name)} is not a setting and has no effect; {hint}"


def _is_meant(name: str, prefixes: tuple[str, ...]) -> bool:
    """Whether a name that is no setting looks like one: by its beginning, its letters, or all but a slip."""
    letters = name.upper()
    is_alike = letters.startswith(prefixes) or difflib.get_close_matches(letters, DEFAULTS, 1, ALIKE)
    return name not in DEFAULTS and bool(is_alike)


def _named(name: str, environ: Mapping[str, str]) -> str:
    return f"{name} (in the environment)" if name in environ else f"{name} (in .env)"


def _api_key(text: str) -> str | None:
    if not text.isascii() or " " in text:
        raise ValueError("holds a space or a letter that no key has; copy it again from HeyReach")
    return text or None


def _service_check(name: str) -> Callable[[str], str]:
    if name.endswith("_BASE_URL"):
        return _base_url
    return {
        "LINKEDIN_SCRAPE_RATE_LIMIT": lambda text: str(_whole_number(text, 1, 60)),
        "LINKEDIN_PROXY_POOL": lambda text: text,
        "PIPE0_ENVIRONMENT": _environment,
    }.get(name, _service_key)


def _service_key(text: str) -> str:
    if not text.isascii() or " " in text:
        raise ValueError("holds a space or a letter that it can't have; copy it again")
    return text


def _environment(text: str) -> str:
    if text not in ("production", "sandbox"):
        raise ValueError("must be production or sandbox")
    return text


def _base_url(url: str) -> str:
    rule = "must be an https:// address, or http:// on localhost, without a password, ? or #"
    if not url.isascii() or not url.isprintable() or set(url) & set(" \\?#@"):
        raise ValueError(rule)
    try:
        parts = urlsplit(url)
        valid = bool(parts.hostname) and (parts.port is None or parts.port > 0)
    except ValueError:
        raise ValueError(rule) from None
    if not valid or not (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(url))):
        raise ValueError(rule)
    return url.rstrip("/")


def _webhook_url(text: str) -> str | None:
    if not text:
        return None
    try:
        return _base_url(text)
    except ValueError:  # its rule speaks of a base URL, and the address itself is a secret
        raise ValueError("must be the https:// address that Slack shows for an incoming webhook") from None


def _smtp(given: dict[str, str], checked: Callable, problems: list[str]) -> Smtp | None:
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
            "SMTP_PORT", lambda text: _whole_number(text or ("465" if security == "tls" else "587"), 1, 65535)
        ),
        security=security,
        username=given["SMTP_USERNAME"],
        password=given["SMTP_PASSWORD"],
        sender=sender,
        recipients=recipients,
    )


def _requests_per_minute(text: str, may_be_unpaced: bool) -> int:
    if may_be_unpaced:
        return _whole_number(text, 0, MAX_REQUESTS_PER_MINUTE)
    try:
        return _whole_number(text, 1, MAX_REQUESTS_PER_MINUTE)
    except ValueError as error:
        raise ValueError(f"{error}; 0, no pacing at all, is only for a server on localhost") from None


def _memory_limit(text: str) -> str:
    if not re.fullmatch(r"[1-9][0-9]{0,5} ?(MB|GB)", text):
        raise ValueError("must be a whole number of MB or GB, such as 4GB")
    return text


def _whole_number(text: str, low: int, high: int) -> int:
    if not re.fullmatch(r"[0-9]{1,9}", text) or not low <= int(text) <= high:
        raise ValueError(f"must be a whole number from {low} to {high}")
    return int(text)


def _waits(text: str) -> tuple[float, ...]:
    waits = []
    for part in text.split(","):
        if not re.fullmatch(r"[0-9]{1,4}(\.[0-9]{1,3})?", part.strip()) or float(part) > MAX_READ_BACK_WAIT:
            raise ValueError("must be seconds separated by commas, like 15,60,180; none above 3600")
        waits.append(float(part))
    return tuple(waits)


def _path(text: str, project_dir: Path) -> Path:
    try:
        return (project_dir / Path(text).expanduser()).resolve()
    except (OSError, RuntimeError):
        raise ValueError("is not a path that can be used") from None


def _folder(text: str, project_dir: Path) -> Path:
    path = _path(text, project_dir)
    try:
        is_file = path.exists() and not path.is_dir()
    except OSError as error:
        raise ValueError(f"can't be used: {error.strerror}") from None
    if is_file:
        raise ValueError("must be a folder, and is a file")
    return path


def _as_of(text: str) -> datetime | None:
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
        moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        moment = None
    if moment is None or moment.year not in YEARS:
        raise ValueError("must be a time like 2026-01-31T09:30:00Z or a date like 2026-01-31 (midnight UTC)")
    return moment


def _precision(moment: datetime) -> timedelta:
    """What a moment leaves open: reports print minutes, and whoever copies one types :00 behind it."""
    if moment.microsecond:
        return timedelta()
    return timedelta(seconds=1) if moment.second else timedelta(minutes=1)


def _day(text: str) -> datetime:
    if not _DATE.fullmatch(text):
        raise ValueError
    day = datetime.fromisoformat(text).replace(tzinfo=UTC)
    if day.year not in YEARS:
        raise ValueError
    return day


def _attribution_fields(value: strict_yaml.Value) -> str:
    names = list(value) if isinstance(value, strict_yaml.Items) else [value]
    known = returned("catalogue/custom_fields.sql", "attribution_fields()")
    unknown = [name for name in names if name not in known]
    if not names or unknown or len(set(names)) < len(names):
        raise ValueError(f"must be a list of different fields out of {', '.join(known)}")
    return ",".join(names)


def _read_yaml(path: Path, problems: list[str]) -> tuple[AnalyticsSettings, RetentionSettings]:
    """The settings of config/settings.yaml; the shipped ones, and `problems`, where they can't be read."""
    shipped = AnalyticsSettings(), RetentionSettings()
    if not path.exists():
        return shipped
    try:
        document = strict_yaml.load(path)
    except ConfigurationError as error:
        problems.extend(error.problems)
        return shipped
    ranges = ANALYTICS_RANGES | RETENTION_RANGES
    known = [*ANALYTICS_RANGES, "required_attribution_fields", *RETENTION_RANGES]
    found = []
    values = {}
    for name, text in document.items():
        at = f"{shown(path)} line {document.lines[name]}:"
        if name not in known:
            found.append(f"{at} {quoted(name)} is not a setting; {suggestion(name, known)}")
            continue
        try:
            if name == "required_attribution_fields":
                values[name] = _attribution_fields(text)
            else:
                low, high = ranges[name]
                values[name] = _whole_number(text if isinstance(text, str) else "", low, high)
        except ValueError as error:
            found.append(f"{at} {name} {error}, not {quoted(text)}")
    retention = RetentionSettings(**{name: values.pop(name) for name in RETENTION_RANGES if name in values})
    analytics = AnalyticsSettings(**values)
    if not found:
        for smaller, larger, why in (
            ("acceptance_window_days", "expiry_days", "it would expire while an acceptance still counts"),
            ("hide_rate_below", "collecting_below", "a rate that is hidden can't be judged"),
            ("coverage_fail_percent", "coverage_warn_percent", "what fails must have warned before"),
            ("early_window_days", "acceptance_window_days", "what is early must come before the whole"),
        ):
            if getattr(analytics, smaller) > getattr(analytics, larger):
                line = document.lines.get(smaller) or document.lines[larger]
                found.append(f"{shown(path)} line {line}: {smaller} must not be above {larger}: {why}")
    problems.extend(found)
    return analytics, retention
