"""The warehouse from raw: built, tested, published; the same over another period; its docs."""

import contextlib
import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

from dbt_project import warehouse
from extract import pipeline, raw
from extract.heyreach import accounts
from extract.intelligence.configuration import load_configuration
from extract.outreach import message_tests
from extract.outreach.configuration import load_outreach
from extract.outreach.sequence_file import load_sequences
from extract.privacy import erase
from extract.raw import snapshots
from extract.workspace import journal
from extract.workspace.configurations import keep
from extract.workspace.damage import is_damage, set_aside
from extract.workspace.errors import ConfigurationError, OutboundError
from extract.workspace.folders import sweep
from extract.workspace.lock import exclusive
from extract.workspace.period import parse_against, parse_period
from extract.workspace.runs import RunRecord, new_run_id
from extract.workspace.strict_yaml import shown
from extract.workspace.workspace import Workspace
from reports.document.first_page import keep_first_page
from reports.jobs.frame import Say, demo_mark, require_places, require_published, warehouse_files
from reports.read_only import open_published


@contextlib.contextmanager
def held(
    workspace: Workspace, job: str, wait_seconds: float, say: Say, reports_dir: Path | None = None
) -> Iterator[bool]:
    """Hold the workspace, free of what killed runs left in it; whether another run was waited for."""
    with exclusive(workspace.folder, job=job, wait_seconds=wait_seconds, say=say) as has_waited:
        sweep(workspace.folder, reports_dir or workspace.paths.reports)
        pipeline.require_known_versions(workspace)
        yield has_waited


def build(
    workspace: Workspace,
    *,
    since: str | None = None,
    until: str | None = None,
    against: str | None = None,
    wait_seconds: float = 0.0,
    say: Say,
    show: Say,
) -> None:
    """Build, test and publish the warehouse from raw; recorded as a run of its own."""
    require_places(workspace, builds=True)
    with (
        held(workspace, "build", wait_seconds, say),
        RunRecord(workspace.paths.runs, "build") as run,
        run.step("build"),
    ):
        build_and_publish(workspace, since, until, run.run_id, say, show, against)


def build_and_publish(
    workspace: Workspace,
    since: str | None,
    until: str | None,
    run_id: str,
    say: Say,
    show: Say,
    against: str | None = None,
) -> None:
    """Build and publish for a caller who holds the workspace; `run_id` names the row of parameters."""
    files = warehouse_files(workspace)
    check_accounts(workspace)
    scored_by, outreach = load_configuration(workspace), load_outreach(workspace)
    sequences = load_sequences(workspace)
    tests = message_tests.load_message_tests(workspace)
    if not files.raw.exists():
        raise ConfigurationError("There is nothing to build from yet: `make extract` or `make run` first")
    workspace = pipeline.as_meant(workspace)
    with raw.connect(files.raw, read_only=True) as connection:
        pulls = raw.pull_times(connection)
    if pulls is None:
        raise ConfigurationError("No pull has come to its end yet: `make extract` or `make run` first")
    as_of = workspace.as_of or pulls.newest_complete or pulls.newest
    if as_of < pulls.first:
        raise ConfigurationError(
            f"OUTBOUND_AS_OF={as_of:%Y-%m-%dT%H:%M:%SZ} lies before the first pull "
            f"({pulls.first:%Y-%m-%d %H:%M} UTC): "
            "nothing was known then. Name a later moment, or leave it blank for the newest pull"
        )
    if not workspace.as_of and pulls.newest > as_of:
        say(f"warning: the newest pull is incomplete; the warehouse stands as of {as_of:%Y-%m-%d %H:%M} UTC")
    parameters = {"as_of": as_of, "is_demo": workspace.is_demo, "base_url": workspace.base_url}
    keep_snapshot(workspace, say)
    parameters["scoring_config_hash"] = keep(workspace.paths, scored_by)
    parameters["outreach_config_hash"] = keep(workspace.paths, outreach) if outreach.segments else None
    parameters["sequences_config_hash"] = keep(workspace.paths, sequences) if sequences.segments else None
    message_tests.keep(workspace.paths, tests, datetime.now(UTC))
    # Before journals are read, so that what is noted later is known not to be in.
    requested_at = datetime.now(UTC)
    land_journals(workspace)
    parameters |= vars(workspace.analytics)
    parameters["exploration_share_percent"] = scored_by.exploration_share_percent
    parameters["meeting_tags"] = outreach.engagement.meeting_tags
    notes = [{"date": f"{each.date}", "note": each.note} for each in workspace.notes]
    parameters["notes"] = json.dumps(notes)
    _append_run_parameters(workspace, (since, until, against), "publish", parameters, run_id, requested_at)
    for warning in warehouse.build_and_publish(files, run_id, keep_first_page):
        say(f"warning: {warning}")
    keep_snapshot(workspace, say)
    snapshots.land(workspace.paths.snapshots, files.raw)
    show(f"warehouse: {files.published}{demo_mark(workspace.is_demo)}")


@contextlib.contextmanager
def other_period(
    workspace: Workspace, since: str | None, until: str | None, against: str | None = None
) -> Iterator[Path]:
    """A copy of the published warehouse with the reporting models of another period; gone afterwards."""
    files = warehouse_files(workspace)
    check_accounts(workspace)
    land_journals(workspace)
    parameters = _published_parameters(files.published)
    run_id = _append_run_parameters(workspace, (since, until, against), "report", parameters, new_run_id())
    with warehouse.other_period(files, run_id) as database:
        yield database


def rebuild(workspace: Workspace, say: Say, show: Say) -> None:
    """Build and publish what was published, from raw as it is now.

    Raises erase.NotErasedError where that fails: what was published still holds what was to go.
    """
    files = warehouse_files(workspace)
    with raw.connect(files.raw, read_only=True) as connection:
        has_pulls = raw.pull_times(connection) is not None
    if not has_pulls:
        files.published.unlink(missing_ok=True)
        return
    since = until = against = None
    if files.published.exists():
        published = _published_period(files.published)
        since, until = (f"{published[name]:%Y-%m-%d}" for name in ("since", "until"))
        if published["against_since"]:
            against = "{against_since:%Y-%m-%d}..{against_until:%Y-%m-%d}".format_map(published)
        workspace = replace(workspace, as_of=published["as_of"], as_of_precision=timedelta())
    try:
        build_and_publish(workspace, since, until, new_run_id(), say, show, against)
    except OutboundError as error:
        raise erase.NotErasedError(
            f"{error}\nSo {shown(files.published)} still holds what was to go: mend that and run this again"
        ) from None


def docs(workspace: Workspace, *, show: Say) -> None:
    """Make the dbt docs of the published warehouse as one page."""
    require_places(workspace, builds=True)
    require_published(workspace)
    with exclusive(workspace.folder, job="docs"):
        check_accounts(workspace)
        page = warehouse.build_docs(warehouse_files(workspace), "")
        show(f"dbt docs: {page}{demo_mark(workspace.is_demo)}")


def check_accounts(workspace: Workspace, warn: Say | None = None) -> list[accounts.Account]:
    """Validate the account file and render it to the dbt seed; `warn` is told what it lacks."""
    account_file, seed = accounts.account_file(workspace), workspace.paths.account_seed
    configured = accounts.load_accounts(account_file)
    seed.parent.mkdir(parents=True, exist_ok=True)
    accounts.write_account_seed(configured, seed)
    warnings = accounts.account_warnings(configured) if warn else []
    if warnings:
        warn(f"warning: {shown(account_file)}: {'; '.join(warnings)}")
    return configured


def keep_snapshot(workspace: Workspace, say: Say) -> None:
    """Copy the published figures to where no build replaces them; a damaged warehouse is set aside."""
    published = workspace.paths.published
    if not published.exists():
        return
    try:
        snapshots.keep(published, workspace.paths.snapshots)
    except duckdb.Error as error:
        # Held by a program that may write to it, or of a release without snapshots: replacing it is no loss.
        if is_damage(error):
            say(f"warning: the published warehouse was damaged, and is kept as {set_aside(published)}")


def land_journals(workspace: Workspace) -> None:
    """Bring into raw what the journals hold and raw doesn't."""
    paths = workspace.paths
    raw.initialize(paths.raw)  # one of an earlier release has no tables for them
    events = journal.rows(paths.runs)
    raw.append_missing(paths.raw, "pipeline_run_events", ("run_id", "event_number"), events)
    snapshots.land(paths.snapshots, paths.raw)
    erased = journal.rows(paths.erasures)
    raw.append_missing(paths.raw, "erased_lead_counts", erase.COUNT_KEY, erased)
    acknowledged = journal.rows(paths.acknowledgements)
    raw.append_missing(paths.raw, "acknowledgements", ("anomaly_id",), acknowledged)
    declared = journal.rows(paths.advice)
    raw.append_missing(paths.raw, "advice_declarations", ("declaration_id",), declared)
    watched = journal.rows(paths.watches)
    raw.append_missing(paths.raw, "watches", ("watch_id",), watched)
    dismissed = journal.rows(paths.dismissals)
    raw.append_missing(paths.raw, "dismissals", ("dismissal_id",), dismissed)
    discovered = journal.rows(paths.discoveries)
    raw.append_missing(paths.raw, "discoveries", ("discovery_id",), discovered)
    scored_by = journal.rows(paths.scoring_configs)
    raw.append_missing(paths.raw, "scoring_configs", ("config_hash",), scored_by)
    tests = journal.rows(paths.message_tests)
    raw.append_missing(paths.raw, "message_tests", ("change_id",), tests)
    told = journal.rows(paths.alerts)
    raw.append_missing(paths.raw, "alert_events", ("notice_id", "event_number"), told)


def _append_run_parameters(
    workspace: Workspace,
    typed: tuple[str | None, str | None, str | None],
    purpose: str,
    parameters: dict,
    run_id: str,
    requested_at: datetime | None = None,
) -> str:
    """Write the row the next build reads, its periods as `typed`; returns the name of the run."""
    since, until, against = typed
    start, end = parse_period(since, until, parameters["as_of"], workspace.lookback_days)
    against_since, against_until = parse_against(against, start)
    raw.append_run_parameters(
        workspace.paths.raw,
        {
            **parameters,
            "run_id": run_id,
            "requested_at": requested_at or datetime.now(UTC),
            "purpose": purpose,
            "since": start,
            "until": end,
            "against_since": against_since,
            "against_until": against_until,
        },
    )
    return run_id


def _published_parameters(published: Path) -> dict:
    """The parameters a published warehouse was built with: another period is judged by the same ones.

    Raises ConfigurationError where another release built it: its models are not today's.
    """
    try:
        return _one_row(published, "select * from staging.stg_operations__run_parameters")
    except duckdb.CatalogException:
        raise ConfigurationError(
            f"{shown(published)} was built by another release of this program; `make build` builds it anew"
        ) from None


def _published_period(published: Path) -> dict:
    """Periods and as-of of a published warehouse, whichever release built it; None: not compared as asked."""
    period = _one_row(published, "select since, until, as_of from marts.rpt_summary")
    try:
        chosen = _one_row(
            published, "select against_since, against_until from staging.stg_operations__run_parameters"
        )
    except duckdb.Error:  # of a release that compared a period with the one before it alone
        chosen = {"against_since": None, "against_until": None}
    return period | chosen


def _one_row(published: Path, query: str) -> dict:
    with open_published(published) as connection:
        answer = connection.execute(query)
        return dict(zip([column[0] for column in answer.description], answer.fetchone(), strict=True))
