"""`make purge`: what is older than config/settings.yaml keeps it; found first, deleted when asked for."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

from extract import raw
from extract.backup.contents import copies
from extract.landing import finished_folders, landed_at
from extract.pipeline import landing_dir, raw_path, suppressions, webhooks_dir
from extract.privacy import files
from extract.privacy.erase import sweep
from extract.settings import Settings


@dataclass(frozen=True)
class Purge:
    """What is too old: files and folders by kind, and leads by their keys and the rows they stand in."""

    paths: dict[str, list[Path]]
    people: list[str]
    rows: set[files.Identity]
    leads: int

    @property
    def lines(self) -> Iterator[str]:
        """What there is to delete, a line per kind."""
        for kind, paths in self.paths.items():
            size = sum(file.stat().st_size for path in paths for file in (path, *path.rglob("*")))
            yield f"{kind}: {len(paths):,} ({size / 1e6:,.1f} MB)"
        yield f"leads without activity: {self.leads:,}, in {len(self.rows):,} rows"


def find(settings: Settings, published: Path, now: datetime) -> Purge:
    """What is too old at `now`; leads are judged by the published warehouse, where there is one."""
    keep = settings.retention
    landing_before = now - timedelta(days=keep.keep_landing_days)
    backups_before = now - timedelta(days=keep.keep_backups_days)
    reports_before = now - timedelta(days=keep.keep_reports_days)
    with raw.connect(raw_path(settings), read_only=True) as connection:
        loaded = raw.loaded_landings(connection)
        read = raw.webhook_files(connection)
    webhooks = webhooks_dir(settings)
    paths = {
        # Only what raw holds: a folder that was never loaded is not old but lost.
        "landing folders": [
            folder
            for folder in finished_folders(landing_dir(settings))
            if folder.name in loaded and landed_at(folder) < landing_before
        ],
        "webhook files": [
            path
            for path in sorted(webhooks.rglob("*"))
            if path.is_file()
            and (path.relative_to(webhooks).as_posix(), path.stat().st_size, path.stat().st_mtime_ns) in read
            and _changed(path) < landing_before
        ],
        "reports and import results": [
            path
            for folder in ("reports", "imports")
            for path in sorted((settings.workspace_dir / folder).glob("*"))
            if path.is_file() and _changed(path) < reports_before
        ],
        # Without the newest, which may be the only one.
        "backups": [
            path
            for path in sorted(copies(settings.workspace_dir), key=_changed)[:-1]
            if _changed(path) < backups_before
        ],
    }
    people, rows, leads = (
        _old_leads(published, keep.keep_leads_months) if published.exists() else ([], set(), 0)
    )
    return Purge(paths, people, rows, leads)


def apply(settings: Settings, purge: Purge) -> bool:
    """Delete it; whether leads were among it, so that what is built from raw has to be built anew."""
    for paths in purge.paths.values():
        for path in paths:
            _remove(path)
    if not purge.rows:
        return False
    people = suppressions(settings)
    # Still in HeyReach, they would be back with the next pull.
    people.add(purge.people, datetime.now(UTC).date(), "purged")
    sweep(settings, people, purge.rows, set())
    return True


def _remove(path: Path) -> None:
    """Remove a file, or a folder whole: killed in between, it is no landing folder any more."""
    if not path.is_dir():
        path.unlink(missing_ok=True)
        return
    hidden = path.with_name(f".{path.name}.partial")
    path.rename(hidden)
    shutil.rmtree(hidden)


def _changed(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)


def _old_leads(published: Path, months: int) -> tuple[list[str], set[files.Identity], int]:
    with duckdb.connect(str(published), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        old = connection.execute(
            """
            select activities.lead_id, activities.normalized_profile_url
            from intermediate.int_lead_activities as activities
            cross join staging.stg_heyreach__run_parameters as parameters
            where activities.last_active_at < parameters.as_of - to_months(?)
            """,
            [months],
        ).fetchall()
        rows = connection.execute(
            """
            select found_in, container_id, row_key
            from intermediate.int_lead_rows_identified
            where lead_id in (select unnest(?::varchar[]))
            """,
            [[lead_id for lead_id, _ in old]],
        ).fetchall()
    key_columns = {
        "campaign": "campaign_id campaign_lead_id",
        "list": "list_id list_row_key",
        "import": "import_id row_number",
    }
    people = [key for _, key in old if key]
    return people, {(key_columns[found], scope, key) for found, scope, key in rows}, len(old)
