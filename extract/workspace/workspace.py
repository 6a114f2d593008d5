"""A workspace: all that a job goes by, read once and checked before anything else happens.

Connection and place come from the environment and `.env` (variables.py), how the figures are judged comes
from config/settings.yaml (settings_file.py). Two workspaces in one process know nothing of each other.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from extract.workspace import services, values
from extract.workspace.alert_settings import AlertSettings, smtp, webhook_url
from extract.workspace.errors import ConfigurationError
from extract.workspace.notes_file import Note, read_notes_file
from extract.workspace.paths import Paths
from extract.workspace.serve_settings import ServeSettings, serve_settings
from extract.workspace.settings_file import RetentionSettings, read_settings_file
from extract.workspace.thresholds import AnalyticsSettings
from extract.workspace.variables import (
    DEFAULTS,
    env_file_warnings,
    environment_warnings,
    named,
    read_env_file,
)

MAX_LOOKBACK_DAYS = 3650


@dataclass(frozen=True)
class Workspace:
    """What a job goes by. Paths are absolute; `warnings` are lines for the operator that stop nothing.

    `project_dir` is the folder that `.env`, `config` and the dbt project lie in. `as_of` was typed to within
    `as_of_precision`: a minute, a second, or exactly.
    """

    project_dir: Path
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
    alerts: AlertSettings = field(default_factory=AlertSettings)
    serve: ServeSettings = field(default_factory=ServeSettings)
    analytics: AnalyticsSettings = field(default_factory=AnalyticsSettings)
    notes: tuple[Note, ...] = ()
    retention: RetentionSettings = field(default_factory=RetentionSettings)
    warnings: tuple[str, ...] = ()

    @property
    def is_demo(self) -> bool:
        """Whether invented data is shown: there is no key to ask HeyReach with."""
        return self.api_key is None

    @property
    def folder(self) -> Path:
        """Where the databases, landing files and reports of this kind of data (demo or real) live."""
        return self.data_dir / "demo" if self.is_demo else self.data_dir

    @property
    def paths(self) -> Paths:
        """The files and folders of this workspace."""
        return Paths(self.folder, self.data_dir)

    @property
    def env_file(self) -> Path:
        """What the operator set, keys included; need not exist."""
        return self.project_dir / ".env"

    @property
    def import_mappings(self) -> Path:
        """Which column of a file is what."""
        return self.project_dir / "config" / "import_mappings.yaml"

    @property
    def enrichment_config(self) -> Path:
        """What other services may be asked, at which pace and price."""
        return self.project_dir / "config" / "enrichment.yaml"

    @property
    def icp_profiles(self) -> Path:
        """Whom the operator looks for."""
        return self.project_dir / "config" / "icp_profiles.yaml"

    @property
    def scoring_config(self) -> Path:
        """Weights and points of scores."""
        return self.project_dir / "config" / "scoring.yaml"

    @property
    def outreach_config(self) -> Path:
        """Segments of prospects, and who of them comes first."""
        return self.project_dir / "config" / "outreach.yaml"

    @property
    def sequences(self) -> Path:
        """The texts by which segments are written to."""
        return self.project_dir / "config" / "sequences.yaml"

    @property
    def message_tests(self) -> Path:
        """Tests of two texts."""
        return self.project_dir / "config" / "message_tests.yaml"

    def now(self) -> datetime:
        """The clock of this workspace: OUTBOUND_AS_OF where it is set."""
        return self.as_of or datetime.now(UTC)


def load_workspace(project_dir: Path, environ: Mapping[str, str]) -> Workspace:
    """The workspace of `project_dir`/.env, beaten by `environ`, and of config/settings.yaml and notes.yaml.

    A name that is in `environ` counts even when blank, so `HEYREACH_API_KEY= make run` shows the demo. Blank
    means the default. Raises ConfigurationError with every problem found.
    """
    project_dir = project_dir.resolve()
    problems: list[str] = []
    in_file = read_env_file(project_dir / ".env", problems)
    given = {}
    for name in DEFAULTS:
        text = (environ[name] if name in environ else in_file.get(name) or "").strip()
        if not text.isprintable():
            problems.append(f"{named(name, environ)} holds a line break or another control character")
            text = ""
        given[name] = text

    def checked(name: str, check: Callable[[str], Any]) -> Any:
        try:
            return check(given[name] or DEFAULTS[name])
        except ValueError as error:
            problems.append(f"{named(name, environ)} {error}")
            return None

    api_key = checked("HEYREACH_API_KEY", values.api_key)
    base_url = checked("HEYREACH_BASE_URL", values.base_url)
    if given["HEYREACH_BASE_URL"] and not given["HEYREACH_API_KEY"]:
        problems.append(
            f"{named('HEYREACH_BASE_URL', environ)} is set but HEYREACH_API_KEY is not: set the key too, "
            "or remove the address to see demo data"
        )
    # Without a key only the bundled sandbox is asked, and that is on loopback.
    may_be_unpaced = not given["HEYREACH_API_KEY"] or (base_url is not None and values.is_loopback(base_url))
    settings = {
        "api_key": api_key,
        "base_url": base_url,
        "requests_per_minute": checked(
            "HEYREACH_REQUESTS_PER_MINUTE", lambda text: values.requests_per_minute(text, may_be_unpaced)
        ),
        "account_metadata_path": checked(
            "ACCOUNT_METADATA_PATH", lambda text: values.path_from(text, project_dir)
        ),
        "lookback_days": checked(
            "DEFAULT_LOOKBACK_DAYS", lambda text: values.whole_number(text, 1, MAX_LOOKBACK_DAYS)
        ),
        "as_of": checked("OUTBOUND_AS_OF", values.as_of),
        "data_dir": checked("OUTBOUND_DATA_DIR", lambda text: values.folder_from(text, project_dir)),
        "memory_limit": checked("OUTBOUND_MEMORY_LIMIT", values.memory_limit),
        "read_back_waits": checked("IMPORT_READ_BACK_WAITS", values.waits),
        "alerts": AlertSettings(
            slack_webhook_url=checked("SLACK_WEBHOOK_URL", webhook_url), smtp=smtp(given, checked, problems)
        ),
        "serve": serve_settings(given, checked, problems),
        "services": {name: checked(name, values.service_check(name)) for name in services.VARIABLES},
    }
    analytics, retention = read_settings_file(project_dir / "config" / "settings.yaml", problems)
    notes = read_notes_file(project_dir / "config" / "notes.yaml", problems)
    if problems:
        raise ConfigurationError(problems)
    if settings["as_of"]:
        settings["as_of_precision"] = values.precision(settings["as_of"])
    warnings = env_file_warnings(project_dir / ".env", in_file) + environment_warnings(environ)
    return Workspace(
        project_dir,
        **settings,
        analytics=analytics,
        notes=notes,
        retention=retention,
        warnings=tuple(warnings),
    )
