"""What a backup holds: all of a workspace that can't be made again, and the configuration.

Of a workspace everything belongs in it that is not known to be made anew, so that what is added later is in
it too. The raw database does: purged landing folders are nowhere else, nor are the parameters of runs.
"""

import os
from collections.abc import Iterator, Mapping
from fnmatch import fnmatch
from pathlib import Path

from extract import raw
from extract.workspace.paths import BACKUPS
from extract.workspace.variables import DEFAULTS, SECRETS

# By the name right below the workspace. Copies; another workspace; what is built from raw; what belongs to
# the machine (pace, logs, locks and whatever else is hidden); damaged databases that were set aside.
LEFT_OUT = (
    *(BACKUPS, "demo", "dbt", "docs", "build.duckdb", "warehouse.duckdb", "heyreach_account_config.csv"),
    *("pacing", "logs", ".*", "*.set-aside-*", "from-backup"),
)
# In any folder: parts of a database that its copy doesn't need, and what was never finished.
UNFINISHED = ("*.wal", "*-wal", "*-shm", "*-journal", "*.tmp", ".*.partial")
# In any folder: what lets whoever holds it in; the next start of the server makes another one.
ACCESS = ("token",)
# May hold a user name and a password.
ALSO_SECRET = ("LINKEDIN_PROXY_POOL", "SMTP_USERNAME")


def lasting_files(workspace_dir: Path) -> list[Path]:
    """The files of a workspace that can't be made again; linked folders count as if they stood there."""
    return sorted(_walked(workspace_dir, lambda name: _matches(name, LEFT_OUT), set()))


def has_observations(raw_path: Path) -> bool:
    """Whether a raw database holds more than its empty tables, as `make setup` makes it."""
    with raw.connect(raw_path, read_only=True) as connection:
        tables = connection.execute(
            "select table_name from duckdb_tables() where schema_name = ?", [raw.SCHEMA]
        ).fetchall()
        return any(
            connection.execute(f"select 1 from {raw.SCHEMA}.{table} limit 1").fetchone()  # noqa: S608
            for (table,) in tables
            if table in raw.TABLES
        )


def configuration(project_dir: Path, account_file: Path) -> dict[str, Path]:
    """Name in the backup -> file, of all that configures a workspace but `.env`."""
    files = {path.name: path for path in sorted((project_dir / "config").glob("*.yaml"))}
    if account_file.is_file() and account_file.resolve() not in {path.resolve() for path in files.values()}:
        files[f"account_file/{account_file.name}"] = account_file
    return files


def env_text(variables: Mapping[str, str | None]) -> str:
    """The settings of `.env` that give access to nothing, as lines of such a file; others by name alone."""
    lines = []
    for name, value in variables.items():
        if name in DEFAULTS and value:
            is_secret = name in (*SECRETS, *ALSO_SECRET)
            lines.append(f"# {name} is not in the backup" if is_secret else f"{name}={_quoted(value)}")
    return "".join(f"{line}\n" for line in lines)


def _quoted(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def _walked(folder: Path, is_left_out, seen: set[str]) -> Iterator[Path]:
    real = os.path.realpath(folder)
    if real in seen:  # a link that leads back
        return
    seen.add(real)
    for path in folder.iterdir():
        if is_left_out(path.name) or _matches(path.name, (*UNFINISHED, *ACCESS)):
            continue
        if path.is_dir():
            yield from _walked(path, lambda name: False, seen)
        elif path.is_file():
            yield path


def _matches(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatch(name, pattern) for pattern in patterns)
