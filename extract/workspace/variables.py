"""The variables that an operator can set, and `.env`, where most of them stand."""

import difflib
from collections.abc import Mapping
from pathlib import Path

from dotenv.parser import parse_stream

from extract.workspace import services
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
    "SERVE_HOST": "127.0.0.1",
    "SERVE_PORT": "8000",
    "SERVE_PUBLIC": "",
    "SERVE_NAMES": "",
    "SERVE_ORIGINS": "",
    "HOOKS_PORT": "8001",
    **services.VARIABLES,
}
# What gives access to something: never printed, and never written but in .env.
SECRETS = (
    "HEYREACH_API_KEY",
    "SLACK_WEBHOOK_URL",
    "SMTP_PASSWORD",
    *(service.secret for service in services.SERVICES.values() if service.secret),
)
# The keys of an agency's workspaces (config/workspaces.yaml), and Slack channels of theirs.
KEY_OF_WORKSPACE, CHANNEL_OF_WORKSPACE = "HEYREACH_API_KEY_", "SLACK_WEBHOOK_URL_"
_SERVICE_NAMES = ("LINKEDIN_", "LLM_", *(f"{name.upper()}_" for name in services.SERVICES))
# What only this program is told by; what dbt_project/profiles.yml and an agency's processes read; how
# alike a slip is to a setting.
OWN_PREFIXES = ("HEYREACH_", "OUTBOUND_")
FROM_DBT = ("OUTBOUND_RUN_ID", "OUTBOUND_RAW_PATH", "OUTBOUND_BUILD_PATH", "OUTBOUND_BUILD_PLACES")
ALIKE = 0.85
_PREFIXES = (*OWN_PREFIXES, "IMPORT_", "SLACK_", "SMTP_", "ALERT_", "SERVE_", "HOOKS_", *_SERVICE_NAMES)


def read_env_file(path: Path, problems: list[str] | None = None) -> dict[str, str | None]:
    """The variables in .env, as typed: no interpolation, the last of two equal names wins.

    What can't be read is left out, and said in `problems`. Parsed binding by binding because `dotenv_values`
    skips what it can't read, and a run whose key was skipped would show demo data.
    """
    problems = [] if problems is None else problems
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


def env_file_warnings(path: Path, variables: dict[str, str | None]) -> list[str]:
    """What in a `.env` has no effect, or is open to others; it stops nothing."""
    warnings = [_no_setting(shown(path), name) for name in variables if _is_meant(name, _PREFIXES)]
    # A warning and no refusal: `cp .env.example .env` leaves a file that everybody can read.
    secrets = [secret for secret in SECRETS if variables.get(secret)]
    if secrets and path.stat().st_mode & 0o077:
        name = shown(path)
        held = "the HeyReach key" if secrets[0] == SECRETS[0] else secrets[0]
        warnings.append(f"{name} holds {held} and others can read it; run: chmod 600 {name}")
    return warnings


def environment_warnings(environ: Mapping[str, str]) -> list[str]:
    """What is meant for this program and has no effect; most of the environment is for others."""
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
    if name.startswith((KEY_OF_WORKSPACE, CHANNEL_OF_WORKSPACE)):
        return False
    return name not in DEFAULTS and bool(is_alike)


def named(name: str, environ: Mapping[str, str]) -> str:
    """A variable, with where it was set."""
    return f"{name} (in the environment)" if name in environ else f"{name} (in .env)"
