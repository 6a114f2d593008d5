"""Data folders that earlier states of the program left, packed, and the figures those states made of them.

A folder holds what can't be made again: raw, landing files, ledgers, journals, suppressed people and the
account file it was judged by. What a build makes is left out. They are packed by
`tests.endurance.capture_data_folders`.
"""

import json
import shutil
import tarfile
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from extract.sandbox.api import API_KEY
from tests.conftest import Workspace, made_once

# The world whose raw is kept as `demo` of 1ca0139: `running_sandbox(**FIRST_DEMO)` shows it again, whatever
# the demo has become.
FIRST_DEMO = {
    "preset": "boutique",
    "seed": 7,
    "start": datetime(2025, 12, 22, tzinfo=UTC),
    "weeks": 7,
}
FOLDERS = Path(__file__).parent / "fixtures" / "data_folders"
ACCOUNTS = "accounts.yaml"
# Made by every build or run, as are locks; the record of runs and the reported figures lie in `journal`.
MADE_AGAIN = ("warehouse.duckdb", "dbt", "reports", "logs", "pacing", "heyreach_account_config.csv")

Figures = dict[str, dict[str, dict]]

_COUNTS = "leads_imported, sent, accepted, sent_undated, sent_to_date, accepted_to_date"
_RATES = "mature_sent, mature_accepted, accept_rate, ci_low, ci_high"
_EPOCHS = ", ".join(
    f"sum(epoch_us(connection_{event}_{bound})) as {event}_{bound}"
    for event in ("sent", "accepted")
    for bound in ("earliest", "latest", "at")
)

# Name -> how many columns name the row, and the query: what an operator would call a changed number.
FIGURES: dict[str, tuple[int, str]] = {
    "summary": (
        0,
        f"""
        select {_COUNTS}, {_RATES}, people_known, invalid_profile_urls, people_with_several_spellings,
            people_in_several_campaigns, queued, attribution_coverage, account_metadata_coverage,
            reconciled_sent, provider_sent, reconciled_accepted, provider_accepted
        from marts.rpt_summary
        """,
    ),
    "funnel": (1, "select stage, people from marts.rpt_funnel"),
    "segments": (
        2,
        f"""
        select dimension, segment, {_COUNTS}, {_RATES}, verdict from marts.rpt_segment_performance
        where dimension in (
            'source', 'source_list', 'batch', 'icp', 'region', 'company_size', 'industry', 'seniority',
            'account', 'account_type', 'campaign', 'list'
        )
        """,
    ),
    "campaigns": (
        1,
        """
        select campaign_id, enrolled, queued, open_requests, expired, failed, excluded, already_connected
        from marts.rpt_campaign_performance
        """,
    ),
    "statuses": (
        2,
        """
        select campaign_id, status, count(*) as connections, count(*) filter (is_sent) as sent,
            count(*) filter (is_accepted) as accepted, count(*) filter (is_mature) as mature,
            count(*) filter (is_present) as present
        from marts.heyreach_connections group by all
        """,
    ),
    "attempts": (
        1,
        "select coalesce(attempt_no::varchar, 'none') as attempt, count(*) as connections "
        "from marts.heyreach_connections group by all",
    ),
    # Sums of microseconds: one bound that moves changes them.
    "bounds": (
        3,
        f"""
        select campaign_id, coalesce(connection_sent_method, 'none') as sent_method,
            coalesce(connection_accepted_method, 'none') as accepted_method, count(*) as connections,
            {_EPOCHS}
        from marts.heyreach_connections where is_sent group by all
        """,
    ),
    "events": (
        2,
        """
        select event, method, count(*) as events, sum(epoch_us(earliest)) as earliest,
            sum(epoch_us(latest)) as latest
        from marts.heyreach_connection_events group by all
        """,
    ),
    "sender_days": (
        1,
        """
        select account_id, sum(sent) as sent, sum(accepted) as accepted,
            count(*) filter (is_limit_hit) as limit_hits, count(*) filter (is_idle) as idle_days
        from marts.heyreach_account_days group by all
        """,
    ),
    "reconciliation": (
        3,
        """
        select account_id, campaign_id, event, seen_in_statuses, erased, counted_by_heyreach, readings_apart,
            days_compared, days_apart
        from marts.rpt_reconciliation
        """,
    ),
    "time_to_accept": (
        2,
        """
        select dimension, segment, requests, accepted, median_hours, median_hours_earliest,
            median_hours_latest, withheld_because
        from marts.rpt_time_to_accept
        """,
    ),
    "people": (
        3,
        """
        select profile_url_kind, attribution_origin, imported_at_method, count(*) as people,
            count(*) filter (is_valid_profile_url) as valid, count(*) filter (is_duplicate) as duplicates,
            sum(campaign_count) as campaigns, sum(list_count) as lists, sum(import_count) as imports,
            sum(epoch_us(imported_at)) as imported_at
        from marts.heyreach_leads group by all
        """,
    ),
    "imports": (1, "select * exclude as_of from marts.heyreach_imports"),
    "import_leads": (
        2,
        "select import_id, state, count(*) as leads, sum(times_sent) as times_sent "
        "from marts.heyreach_import_leads group by all",
    ),
    "enrichment_results": (
        2,
        """
        select integration, status, count(*) as results, count(*) filter (is_in_heyreach) as in_heyreach,
            sum(signals_found) as signals_found, round(sum(cost_usd), 6) as cost_usd
        from marts.enrichment_results group by all
        """,
    ),
    "enrichment_values": (
        2,
        "select field, integration, count(*) as found, count(*) filter (is_chosen) as chosen, "
        "count(*) filter (is_conflicting) as conflicting from marts.enrichment_values group by all",
    ),
    "enrichment_weeks": (
        2,
        "select integration, week, calls, found, not_found, failed, covered_leads_to_date, coverage, "
        "cost_usd from marts.rpt_enrichment_weeks",
    ),
    # The build that is looked at adds to the record of runs, but never to that of jobs that pull.
    "runs": (
        2,
        "select job, outcome, count(*) as runs, sum(pulls) as pulls, sum(rows_landed) as rows_landed "
        "from marts.pipeline_runs where job <> 'build' group by all",
    ),
    # What was reported before stays as it was, whatever is corrected since.
    "reported": (
        3,
        "select snapshot_as_of, period_start, period_end, times_reported, md5(metrics::varchar) as metrics "
        "from marts.heyreach_analytics_snapshots where snapshot_as_of < as_of",
    ),
}


@dataclass(frozen=True)
class Kept:
    """What lies beside a packed folder: how the state that left it built it, and the figures it got.

    `as_of`, `since` and `until` are the build's, `base_url` is the setting it had.
    """

    as_of: str
    since: str
    until: str
    base_url: str
    figures: Figures

    @classmethod
    def read(cls, state: str, name: str) -> "Kept":
        return cls(**json.loads((FOLDERS / state / f"{name}.json").read_text()))

    def write(self, state: str, name: str) -> None:
        """One line a row, so that a changed figure can be found in a diff."""
        figures = ",\n".join(
            f"{json.dumps(figure)}: {{\n"
            + ",\n".join(f"{json.dumps(row)}: {json.dumps(columns)}" for row, columns in rows.items())
            + "}"
            for figure, rows in self.figures.items()
        )
        settings = json.dumps({key: value for key, value in vars(self).items() if key != "figures"})
        path = FOLDERS / state / f"{name}.json"
        path.write_text(f'{settings[:-1]}, "figures": {{\n{figures}}}}}\n')


def pack(data_dir: Path, state: str, name: str) -> Path:
    """Pack a data folder without what a build makes again; returns the archive."""
    archive = FOLDERS / state / f"{name}.tar.xz"
    archive.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(archive, "w:xz", preset=9) as packed:
        for path in sorted(data_dir.iterdir()):
            if path.name not in MADE_AGAIN and not path.name.startswith("."):
                packed.add(path, path.name, filter=_nobodys)
    return archive


def _nobodys(member: tarfile.TarInfo) -> tarfile.TarInfo:
    member.uid = member.gid = 0
    member.uname = member.gname = ""
    return member


def unpack(state: str, name: str, data_dir: Path) -> Workspace:
    """A workspace on a packed folder, as the operator finds it after an update: nothing is built yet."""
    shutil.rmtree(data_dir, ignore_errors=True)
    with tarfile.open(FOLDERS / state / f"{name}.tar.xz") as packed:
        packed.extractall(data_dir, filter="data")
    return workspace_of(data_dir, Kept.read(state, name).base_url)


def workspace_of(data_dir: Path, base_url: str) -> Workspace:
    """A workspace on a data folder that brings its own account file."""
    return Workspace(
        data_dir,
        {
            "HEYREACH_API_KEY": API_KEY,
            "HEYREACH_BASE_URL": base_url,
            "HEYREACH_REQUESTS_PER_MINUTE": "0",
            "ACCOUNT_METADATA_PATH": str(data_dir / ACCOUNTS),
        },
    )


def built(tmp_path_factory: pytest.TempPathFactory, state: str, name: str) -> Workspace:
    """A packed folder built by the program of today, once for the whole suite. Read only."""

    def make(folder: Path) -> str:
        kept = Kept.read(state, name)
        workspace = unpack(state, name, folder / "data")
        build(workspace, kept.since, kept.until, kept.as_of)
        return str(workspace.data_dir)

    data_dir = made_once(tmp_path_factory, f"{state}-{name}", make)
    return workspace_of(Path(data_dir), Kept.read(state, name).base_url)


def build(workspace: Workspace, since: str, until: str, as_of: str) -> None:
    """Build over a period as of a moment; raises RuntimeError with what was printed where that fails."""
    outcome = workspace.run("build", "--since", since, "--until", until, OUTBOUND_AS_OF=as_of)
    if outcome.exit_code:
        raise RuntimeError(f"the build failed: {outcome.errors}")


def figures(workspace: Workspace) -> Figures:
    """Figure -> name of the row -> column -> value, as JSON would give them back."""
    return {name: _by_key(workspace, keys, sql) for name, (keys, sql) in FIGURES.items()}


def _by_key(workspace: Workspace, keys: int, sql: str) -> dict[str, dict]:
    columns = [name for name, *_ in workspace.query(f"describe {sql}")]
    found = {}
    for row in workspace.query(sql):
        name = " / ".join(map(_text, row[:keys])) or "all"
        if name in found:
            raise ValueError(f"two rows are named {name}: {sql}")
        found[name] = dict(zip(columns[keys:], map(_plain, row[keys:]), strict=True))
    return dict(sorted(found.items()))


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, date) else str(value)


def _plain(value: object) -> object:
    if value is None or isinstance(value, bool | int | str):
        return value
    return value.isoformat() if isinstance(value, date) else round(float(value), 9)


def differences(kept: Figures, now: Figures) -> dict[str, tuple]:
    """`figure: row: column` -> (what was kept, what is now), for everything that differs.

    A column that the state didn't have is no number of its that changed.
    """
    one, other = _flat(kept), _flat(now)
    had = {(figure, column) for figure, rows in kept.items() for row in rows.values() for column in row}
    return {
        path: (one.get(path), other.get(path))
        for path in sorted(one.keys() | other.keys())
        if one.get(path) != other.get(path) and (path.split(": ")[0], path.rsplit(": ", 1)[-1]) in had
    }


def _flat(figures: Figures) -> dict[str, object]:
    return {
        f"{figure}: {row}: {column}": value
        for figure, rows in figures.items()
        for row, columns in rows.items()
        for column, value in columns.items()
    }
