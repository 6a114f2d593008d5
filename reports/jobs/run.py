"""HeyReach in, a report out: the whole run, the two scheduled ones, a pull alone, raw made anew."""

import contextlib
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from extract import pipeline, raw
from extract.enrichment.config import load_enrichment_config
from extract.heyreach import accounts
from extract.intelligence.configuration import load_configuration
from extract.outreach.configuration import load_outreach
from extract.outreach.message_tests import load_message_tests
from extract.workspace.build_places import build_place
from extract.workspace.errors import ConfigurationError, OutboundError
from extract.workspace.folders import is_disk_full, sweep
from extract.workspace.lock import exclusive
from extract.workspace.runs import RunRecord, is_done_since
from extract.workspace.strict_yaml import shown
from extract.workspace.workspace import Workspace
from reports.alerts import notices
from reports.jobs.build import build_and_publish, check_accounts, held, land_journals
from reports.jobs.frame import Say, require_places
from reports.jobs.report import ReportOptions, report_anew, write

# The kind of pull of each run.
KINDS_OF_RUNS = {"run": "full", "weekly": "full", "daily": "daily"}


def run(
    workspace: Workspace,
    options: ReportOptions,
    *,
    job: str = "run",
    wait_seconds: float = 0.0,
    strict: bool = False,
    say: Say,
    show: Say,
) -> list[Path]:
    """Extract, build, publish, report; returns the files of the report.

    `daily` and `weekly` do it each in its own measure, and how they ended is told to who is not there to see
    it. With `strict` a sender that the account file doesn't name is an error.
    """
    require_places(workspace, builds=True, reports_dir=options.folder(workspace))

    def do() -> list[Path]:
        return _run(workspace, options, job, wait_seconds, strict=strict, say=say, show=show)

    if job == "run":
        load_configuration(workspace)  # whoever waits is told before the pull; a night pulls in any case
        load_outreach(workspace)
        load_message_tests(workspace)
        return do()
    with notices.telling(workspace, job, say) as outcome:
        outcome.reports = do()
    return outcome.reports


def _run(
    workspace: Workspace,
    options: ReportOptions,
    job: str,
    wait_seconds: float,
    *,
    strict: bool,
    say: Say,
    show: Say,
) -> list[Path]:
    asked_at = datetime.now(UTC)
    with held(workspace, job, wait_seconds, say, options.output_dir) as has_waited:
        record = workspace.paths.runs
        if has_waited and not options.has_own_period and is_done_since(record, job, asked_at):
            say(f"{job}: nothing to do, the run that was waited for did it")
            return []
        try:
            with RunRecord(record, job) as run:
                if job != "run":
                    _ask_about_leads(workspace, run, say)
                    _hand_over(workspace, run, say)
                _extract_recorded(workspace, run, KINDS_OF_RUNS[job], strict, say)
                with build_place(os.environ), run.step("build"):
                    build_and_publish(
                        workspace, options.since, options.until, run.run_id, say, show, options.against
                    )
                with run.step("report"):
                    return write(workspace, workspace.paths.published, options, show)
        except Exception as error:
            if job != "run" and not is_disk_full(error):
                _report_without_news(workspace, options, say, show)
            raise


def _ask_about_leads(workspace: Workspace, run: RunRecord, say: Say) -> None:
    """What the nights ask other services; that some can't be asked ends no night."""
    unasked = "not everything was asked about leads"
    with _warned(unasked, say):
        config = load_enrichment_config(workspace.enrichment_config)
        with _warned(unasked, say):
            if config.nightly:
                from reports.jobs.leads import enrich_tonight  # noqa: PLC0415 - few nights ask anything

                with run.step("enrich"):
                    enrich_tonight(workspace, say=say)
        with _warned("not every company was searched for", say):
            if config.nightly_discover_most:
                from reports.jobs.discover import discover_tonight  # noqa: PLC0415 - few nights search

                with run.step("discover"):
                    discover_tonight(workspace, say=say)


def _hand_over(workspace: Workspace, run: RunRecord, say: Say) -> None:
    """What a plan has for the day, where nights do that; the pull after it shows who waits then."""
    with _warned("what the plan has for today was not handed over", say):
        if load_outreach(workspace).others["cadence"]["hands_over_at_night"]:
            from reports.jobs.plan import hand_over_tonight  # noqa: PLC0415 - few nights hand over

            with run.step("hand over"):
                hand_over_tonight(workspace, say=say)


@contextlib.contextmanager
def _warned(what: str, say: Say) -> Iterator[None]:
    """Say what was left undone, and go on."""
    try:
        yield
    except OutboundError as error:
        say(f"warning: {what}: {' '.join(str(error).split())}")


def _report_without_news(workspace: Workspace, options: ReportOptions, say: Say, show: Say) -> None:
    """After a scheduled job failed: the day's report, from the last good warehouse, saying so."""
    if not workspace.paths.published.exists():
        return
    try:
        report_anew(workspace, options, show)
    except Exception as error:  # the job's own error is the one to be told
        say(f"warning: no report of the last good warehouse either: {' '.join(str(error).split())[:300]}")


def extract(
    workspace: Workspace, kind: str = "full", *, wait_seconds: float = 0.0, strict: bool = False, say: Say
) -> None:
    """Pull HeyReach into raw; `kind` is one of extract.heyreach.KINDS."""
    require_places(workspace)
    with held(workspace, "extract", wait_seconds, say), RunRecord(workspace.paths.runs, "extract") as run:
        _extract_recorded(workspace, run, kind, strict, say)


def _extract_recorded(workspace: Workspace, run: RunRecord, kind: str, strict: bool, say: Say) -> None:
    configured = check_accounts(workspace, warn=say)
    with run.step("extract") as facts:
        extraction = pipeline.extract(workspace, say, kind)
        facts.update(
            {
                name: getattr(extraction, name)
                for name in ("pulls", "requests", "rows_received", "rows_landed")
            }
        )
    for warning in extraction.warnings:
        say(f"warning: {warning}")
    say(
        f"extracted: {extraction.pulls} pull{'s' if extraction.pulls > 1 else ''}, "
        f"{extraction.requests:,} requests, {extraction.rows_received:,} rows read, "
        f"{extraction.rows_landed:,} new or changed"
    )
    with raw.connect(workspace.paths.raw, read_only=True) as connection:
        unmapped = sorted(raw.account_ids(connection) - {account.account_id for account in configured})
    if unmapped:
        account_file = shown(accounts.account_file(workspace))
        line = f"senders {', '.join(unmapped)} are in HeyReach but not in {account_file}: add them there"
        if strict:
            raise ConfigurationError(line)
        if not workspace.is_demo:  # the demo leaves one out on purpose, and its report says so
            say(f"warning: {line}")


def recover(
    workspace: Workspace, *, without_missing: bool = False, wait_seconds: float = 0.0, say: Say, show: Say
) -> None:
    """Make the raw database anew from its files, and set the old one aside."""
    require_places(workspace, builds=True)
    # Held without a look at versions: what it makes anew may not open at all.
    with exclusive(workspace.folder, job="recover", wait_seconds=wait_seconds, say=say):
        sweep(workspace.folder, workspace.paths.reports)
        with RunRecord(workspace.paths.runs, "recover"):
            old, folders, missing = pipeline.rebuild_raw(workspace, goes_without=without_missing)
            land_journals(workspace)
    if missing:
        say(f"warning: it is made without what is missing: {missing}")
    if old:
        say(f"the old one is kept as {old}")
    show(f"raw: {workspace.paths.raw}, made anew from {folders} landing folders; now: make build")
