"""`make purge`: what is older than config/settings.yaml keeps it; found first, deleted when asked for."""

import shutil
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

from extract import raw
from extract.enrichment.profiles import KEPT_DAYS
from extract.intelligence.signal_files import people_told
from extract.people.suppression import suppressions
from extract.privacy import files
from extract.privacy.erase import sweep
from extract.raw.landing import finished_folders, landed_at
from extract.workspace import journal
from extract.workspace.data_folder import (
    BACKUPS,
    DISCOVERED,
    DROPPED,
    JOURNALS,
    LANDINGS,
    LOGS,
    PAGES,
    RESULT_FILES,
    RESULTS,
    SET_ASIDE,
    TRIMMED,
)
from extract.workspace.published import connect_published
from extract.workspace.workspace import Workspace

DAYS_A_MONTH = 31  # rather too long than too short


@dataclass(frozen=True)
class Old:
    """Leads that are too old: people by their keys, their rows, and how many leads they are."""

    people: list[str] = field(default_factory=list)
    rows: set[files.Identity] = field(default_factory=set)
    leads: int = 0


@dataclass(frozen=True)
class Purge:
    """What is too old: files and folders by kind, lines by journal, leads that are inactive.

    `told` are people whom only signal files name, by their keys. Nobody decided on the people in `undecided`,
    whom a search found, nor on companies that it brought: `discovered` are their rows.
    """

    paths: dict[str, list[Path]]
    journal_rows: dict[Path, int]
    rows_before: datetime
    inactive: Old
    told: list[str]
    undecided: Old
    discovered: set[files.Identity]

    @property
    def lines(self) -> Iterator[str]:
        """What there is to delete, a line per kind."""
        for kind, paths in self.paths.items():
            size = sum(file.stat().st_size for path in paths for file in (path, *path.rglob("*")))
            yield f"{kind}: {len(paths):,} ({size / 1e6:,.1f} MB)"
        yield f"{JOURNALS}: {sum(self.journal_rows.values()):,}"
        yield f"leads without activity: {self.inactive.leads:,}, in {len(self.inactive.rows):,} rows"
        yield f"people whom only signal files name: {len(self.told):,}"
        yield f"people that were discovered and nobody decided on: {self.undecided.leads:,}"
        yield f"{DISCOVERED} and nobody decided on: {len(self.discovered):,}"


def find(workspace: Workspace, published: Path, now: datetime) -> Purge:
    """What is too old at `now`; leads are judged by the published warehouse, where there is one."""
    keep = workspace.retention
    landing_before = now - timedelta(days=keep.keep_landing_days)
    backups_before = now - timedelta(days=keep.keep_backups_days)
    reports_before = now - timedelta(days=keep.keep_reports_days)
    rows_before = now - timedelta(days=DAYS_A_MONTH * keep.keep_leads_months)
    folder = workspace.folder
    with raw.connect(workspace.paths.raw, read_only=True) as connection:
        loaded = raw.loaded_landings(connection)
        named = people_told(connection)
        read = {
            folder: raw.files_read(connection, table)
            for folder, table in (
                (workspace.paths.webhooks, "webhook_files"),
                (workspace.paths.signals, "signal_files"),
            )
        }
    paths = {
        # Only what raw holds: a folder that was never loaded is not old but lost.
        LANDINGS: [
            landing
            for landing in finished_folders(workspace.paths.landing)
            if landing.name in loaded and landed_at(landing) < landing_before
        ],
        DROPPED: _read_files(read, landing_before),
        RESULTS: _old_files(folder, RESULT_FILES, reports_before),
        # Without the newest, which may be the only one.
        BACKUPS: [
            path
            for path in sorted(workspace.paths.copies(), key=_changed)[:-1]
            if _changed(path) < backups_before
        ],
        SET_ASIDE: _old_files(folder, ("*.set-aside-*",), landing_before),
        LOGS: _old_files(folder, ("logs/*.log",), reports_before),
        PAGES: _old_files(folder, ("profiles/fetched/*",), now - timedelta(days=KEPT_DAYS)),
    }
    inactive = undecided = Old()
    if published.exists():
        inactive = _old_leads(published, keep.keep_leads_months)
        undecided = _undecided_people(published, keep.keep_discoveries_days)
    told = {person for person, at in named.items() if at < rows_before}
    told -= _leads(published) if told and published.exists() else set()
    journal_rows = {
        workspace.paths.journal / name: journal.drop_before(
            workspace.paths.journal / name, column, rows_before, counts_only=True
        )
        for name, column in TRIMMED.items()
    }
    discovered = _undecided(workspace, published) if published.exists() else set()
    return Purge(paths, journal_rows, rows_before, inactive, sorted(told), undecided, discovered)


def apply(workspace: Workspace, purge: Purge) -> bool:
    """Delete it; whether leads were among it, so that what is built from raw has to be built anew."""
    for paths in purge.paths.values():
        for path in paths:
            _remove(path)
    for path in purge.journal_rows:
        journal.drop_before(path, TRIMMED[path.name], purge.rows_before)
    _close_logs(workspace.paths.logs)
    rows = purge.inactive.rows | purge.undecided.rows | purge.discovered
    if not rows and not purge.told:
        return False
    people = suppressions(workspace)
    # Still in HeyReach, they would be back with the next pull.
    gone = {*purge.inactive.people, *purge.undecided.people, *purge.told}
    people.add(sorted(gone), datetime.now(UTC).date(), "purged")
    sweep(workspace, people, rows, set())
    return True


def _undecided(workspace: Workspace, published: Path) -> set[files.Identity]:
    """Rows of companies that were discovered too long ago, and that nobody decided on."""
    with connect_published(published) as connection:
        try:
            old = connection.execute(
                """
                select companies.company_domain, companies.icp_profile
                from marts.discovered_companies as companies
                where companies.decided_as is null
                    and companies.first_found_at < companies.as_of - to_days(?)
                """,
                [workspace.retention.keep_discoveries_days],
            ).fetchall()
        except duckdb.CatalogException:  # of a release that discovered nothing
            return set()
    gone = set(old)
    return {
        ("search_id discovery_id", row["search_id"], row["discovery_id"])
        for row in journal.rows(workspace.paths.discoveries)
        if (row["company_domain"], row["icp_profile"]) in gone
    }


def _close_logs(folder: Path) -> None:
    """Let jobs begin new logs: one that is written to every night would never be old."""
    for path in folder.glob("*.log"):
        if "." not in path.stem:
            path.rename(path.with_name(f"{path.stem}.{datetime.now(UTC):%Y-%m-%dT%H%M%S}.log"))


def _read_files(read: dict[Path, set[tuple[str, int, int]]], before: datetime) -> list[Path]:
    """Old files that others dropped into these folders and raw has read to their ends."""
    return [
        path
        for folder, states in read.items()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
        and (path.relative_to(folder).as_posix(), path.stat().st_size, path.stat().st_mtime_ns) in states
        and _changed(path) < before
    ]


def _old_files(folder: Path, patterns: Iterable[str], before: datetime) -> list[Path]:
    found = (path for pattern in patterns for path in sorted(folder.glob(pattern)))
    return [path for path in found if path.is_file() and _changed(path) < before]


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


def _leads(published: Path) -> set[str]:
    """The keys of everybody who is a lead."""
    with connect_published(published) as connection:
        rows = connection.execute(
            "select normalized_profile_url from marts.heyreach_leads where is_valid_profile_url"
        ).fetchall()
    return {key for (key,) in rows}


def _old_leads(published: Path, months: int) -> Old:
    """Leads without activity for so long."""
    return _old(
        published,
        """
        select activities.lead_id, activities.normalized_profile_url
        from intermediate.int_lead_activities as activities
        cross join marts.rpt_summary as summary
        where activities.last_active_at < summary.as_of - to_months(?)
        """,
        months,
    )


def _undecided_people(published: Path, days: int) -> Old:
    """People whom a search found too long ago, whom nobody imported, and who aren't watched."""
    try:
        return _old(
            published,
            """
            select leads.lead_id, leads.normalized_profile_url
            from marts.heyreach_leads as leads
            where leads.imported_at_method = 'discovered'
                and leads.created_at < leads.as_of - to_days(?)
                and leads.lead_id not in (select watched.lead_id from marts.rpt_watched_leads as watched)
            """,
            days,
        )
    except duckdb.CatalogException:  # of a release that watched nobody, and found nobody
        return Old()


def _old(published: Path, query: str, age: int) -> Old:
    """The people of a query, with all their rows."""
    with connect_published(published) as connection:
        old = connection.execute(query, [age]).fetchall()
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
        "discovery": "integration key",
    }
    identities = {(key_columns[found], scope, key) for found, scope, key in rows}
    return Old([key for _, key in old if key], identities, len(old))
