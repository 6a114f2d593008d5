"""The command line: HeyReach in, a report out, and each step alone.

`connection-analytics --since 2026-01-01 --until 2026-02-01 --output-dir reports --format markdown,json,html`
does all of it; `connection-analytics STEP` does one step, or one of the scheduled jobs.
"""

import argparse
import contextlib
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb

from dbt_project import warehouse
from extract import accounts, journal, pipeline, raw, snapshots
from extract.backup import contents
from extract.damage import is_damage, set_aside
from extract.enrichment.command import EnrichOptions, list_enrichments, run_enrich
from extract.enrichment.writeback import WriteBackOptions, run_write_back
from extract.errors import ConfigurationError, OutboundError
from extract.folders import disk_full_line, is_disk_full, require_writable, sweep
from extract.importer.command import SENDER_CHOICES, ImportOptions, run_import
from extract.importer.mapping import MAPPINGS_PATH
from extract.lock import exclusive
from extract.places import require_writable_places
from extract.privacy import erase, purge
from extract.pull import KINDS
from extract.runs import RunRecord, is_done_since, new_run_id, runs_path
from extract.settings import DEFAULTS, SECRETS, Settings, load_settings, parse_period
from extract.stop import stoppable
from extract.strict_yaml import shown
from reports import alerts, schedule, upkeep
from reports.check import check_all
from reports.read_only import open_published
from reports.write import FORMATS, write_reports

PROJECT_DIR = Path(__file__).resolve().parent.parent
ENRICHMENT_CONFIG = PROJECT_DIR / "config" / "enrichment.yaml"
STEPS = (
    *("run", "daily", "weekly", "setup", "extract", "build", "report", "docs", "sql", "import"),
    *("schedule", "recover", "acknowledge", "erase", "purge", "enrich", "enrichments", "write-back"),
    *("check", "backup", "restore"),
)
# Steps that only read, or whose places are told by what they are given (as are those of a plain report).
TRIES_FOR_ITSELF = ("check", "enrichments", "restore", "schedule", "sql")
NEVER_BUILD = ("acknowledge", "backup", "enrich", "extract", "import", "write-back")
# The scheduled jobs, and what else pulls, builds and reports: the kind of pull and the formats of each.
JOBS = {"run": ("full", FORMATS), "weekly": ("full", FORMATS), "daily": ("daily", ("json",))}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one step; returns the exit code.

    0 done, 1 not done, 2 bad input, 3 an import that lost something or an unfinished enrichment, 4 HeyReach,
    75 another run.
    """
    os.umask(0o077)  # everything written holds personal data
    options = _parser().parse_args(arguments)
    settings = None
    try:
        settings = load_settings(PROJECT_DIR)
        for warning in settings.warnings:
            _say(f"warning: {warning}")
        with stoppable():
            _require_places(settings, options)
            globals()[f"_{options.step.replace('-', '_')}"](settings, options)
    except KeyboardInterrupt as stop:
        print("stopped", file=sys.stderr)
        return getattr(stop, "exit_code", 130)
    except Exception as error:
        if options.debug:
            raise
        if settings and is_disk_full(error):
            print(f"error: {disk_full_line(settings.workspace_dir)}", file=sys.stderr)
            return 1
        if settings and is_damage(error) and not isinstance(error, OutboundError):
            error = raw.RawError(raw.damaged(pipeline.raw_path(settings)))
        if isinstance(error, OutboundError):
            print(f"error: {error}", file=sys.stderr)
            return error.exit_code
        if isinstance(error, PermissionError) and error.filename:
            print(f"error: {error.filename} is closed to you: change owner or permissions", file=sys.stderr)
            return 1
        first_line = (str(error).splitlines() or [""])[0]
        print(
            f"error: {options.step} failed ({type(error).__name__}: {first_line[:300]}). "
            "Run it again with --debug for the whole story",
            file=sys.stderr,
        )
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="connection-analytics", description=__doc__.split("\n\n")[0])
    parser.add_argument("step", nargs="?", choices=STEPS, default="run", help="what to do (default: run)")
    parser.add_argument("--since", metavar="YYYY-MM-DD", help="first day of the period, UTC")
    parser.add_argument("--until", metavar="YYYY-MM-DD", help="day after the last one, UTC")
    parser.add_argument(
        "--output-dir", type=Path, help="where reports go (default: the data folder's reports)"
    )
    parser.add_argument(
        "--format",
        help=f"comma-separated (default: {','.join(FORMATS)}; of daily: {','.join(JOBS['daily'][1])})",
    )
    parser.add_argument(
        "--kind", choices=KINDS, default="full", help="extract: how much to read (default: %(default)s)"
    )
    parser.add_argument(
        "--wait",
        type=float,
        default=0,
        metavar="MINUTES",
        help="how long to wait for another run to end; erase, purge, backup and restore: for whoever writes "
        "anything",
    )
    parser.add_argument(
        "--strict", action="store_true", help="a HeyReach sender missing in the account file is an error"
    )
    parser.add_argument("--url", help="erase: the LinkedIn profile of the person to erase, in any spelling")
    parser.add_argument(
        "--apply",
        action="store_true",
        help="import, purge: really do it; without it, show what would happen",
    )
    parser.add_argument("--query", help="sql: print the answer to this query instead of opening a prompt")
    parser.add_argument("--debug", action="store_true", help="show tracebacks")
    parser.add_argument("--id", help="acknowledge: which anomaly; without it, they are listed")
    timetable = parser.add_argument_group("schedule", "the timetable; without an option it is printed")
    timetable.add_argument(
        "--install",
        type=lambda text: {"1": "auto"}.get(text, text),
        choices=("auto", "cron", "systemd"),
        help="put it in place",
    )
    timetable.add_argument("--remove", action="store_true", help="take it out again")
    _add_upkeep_arguments(parser.add_argument_group("check, recover, backup, restore", "before it is needed"))
    _add_import_arguments(
        parser.add_argument_group("import", "a file of leads into HeyReach, each accounted for")
    )
    _add_enrich_arguments(parser.add_argument_group("enrich", "what other services know about leads"))
    return parser


def _add_upkeep_arguments(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--without-missing", action="store_true", help="recover: without the landing files that are gone"
    )
    group.add_argument("--send", action="store_true", help="check: send a test message to every channel")
    group.add_argument("--to", type=Path, metavar="FOLDER", help="backup: where it goes (default: backups)")
    group.add_argument("--with-secrets", action="store_true", help="backup: all of .env, keys included")
    group.add_argument("--from", type=Path, dest="archive", metavar="FILE", help="restore: the backup")
    group.add_argument(
        "--force", action="store_true", help="restore: put aside what stands in the data folder"
    )


def _add_enrich_arguments(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--with", dest="names", metavar="NAME,...", default="", help="what to ask (see enrichments)"
    )
    group.add_argument(
        "--source", default="warehouse", help="whose leads, without --file: warehouse or aturiya"
    )
    group.add_argument(
        "--parallel", type=int, default=5, metavar="N", help="requests at once per service, at most"
    )
    group.add_argument("--limit", type=int, metavar="N", help="only the first N leads")
    group.add_argument("--fields", metavar="NAME,...", default="", help="write-back: what goes to HeyReach")
    group.add_argument("--dry-run", action="store_true", help="show what would be asked, and its cost")


def _add_import_arguments(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--file", type=Path, metavar="CSV", help="the leads")
    group.add_argument("--campaign", metavar="ID", help="the campaign they go into")
    group.add_argument("--list", metavar="ID", help="the list they go into, without a campaign")
    group.add_argument(
        "--upstream", action="store_true", help="keep the file only as evidence of where leads came from"
    )
    group.add_argument("--mapping", help="which column is what (config/import_mappings.yaml)")
    group.add_argument(
        "--set",
        metavar="NAME=VALUE; ...",
        action="append",
        default=[],
        help="custom fields for every lead of the file",
    )
    group.add_argument(
        "--senders",
        choices=SENDER_CHOICES,
        help="who sends: by daily limits, a column, or hash of the experiment",
    )
    group.add_argument(
        "--experiment", metavar="NAME", help="the experiment whose hash decides (--senders hash)"
    )
    group.add_argument("--wake", action="store_true", help="resume the campaign if it is paused or finished")
    group.add_argument(
        "--allow-other-campaigns", action="store_true", help="send people who are in another campaign, too"
    )
    group.add_argument("--resume", metavar="IMPORT", help="go on with an unfinished import")
    group.add_argument("--repair", metavar="IMPORT", help="send again what an import lost")


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _require_places(settings: Settings, options: argparse.Namespace) -> None:
    """Try every place that the step writes to, before anything is asked or done."""
    only_renders = options.step == "report" and not (options.since or options.until)
    if options.step in TRIES_FOR_ITSELF or only_renders:
        return
    require_writable(settings.workspace_dir, "The data folder")
    workspaces = {settings.workspace_dir}
    if options.step == "setup":
        workspaces |= {settings.data_dir, settings.data_dir / "demo"}
    dbt = [] if options.step in NEVER_BUILD else [warehouse.PARSED_DIR]
    require_writable_places(settings.data_dir, sorted(workspaces), *dbt)
    if options.step in JOBS or options.output_dir:
        require_writable(_reports_dir(settings, options), "The report folder")


def _scheduled(settings: Settings, options: argparse.Namespace) -> None:
    """A job of the timetable: a run whose end is told to who is not there to see it."""
    with alerts.telling(settings, options.step, _say) as outcome:
        outcome.reports = _run(settings, options)


_daily = _weekly = _scheduled


def _run(settings: Settings, options: argparse.Namespace) -> list[Path]:
    """Extract, build, publish, report; so do `daily` and `weekly`, each in its own measure.

    Returns the files of the report.
    """
    kind, _ = JOBS[options.step]
    formats = _formats(options)
    asked_at = datetime.now(UTC)
    with _held(settings, options) as has_waited:
        has_own_period = options.since or options.until
        record = runs_path(settings.workspace_dir)
        if has_waited and not has_own_period and is_done_since(record, options.step, asked_at):
            _say(f"{options.step}: nothing to do, the run that was waited for did it")
            return []
        try:
            with RunRecord(record, options.step) as run:
                _extract_recorded(settings, options, run, kind)
                _build_recorded(settings, options, run)
                with run.step("report"):
                    published = _files(settings).published
                    return _write(settings, published, options, formats)
        except Exception as error:
            if options.step != "run" and not is_disk_full(error):
                _report_without_news(settings, options, formats)
            raise


def _report_without_news(settings: Settings, options: argparse.Namespace, formats: list[str]) -> None:
    """After a scheduled job failed: the day's report, from the last good warehouse, saying so."""
    if not _files(settings).published.exists():
        return
    try:
        _report_anew(settings, options, formats)
    except Exception as error:  # the job's own error is the one to be told
        _say(f"warning: no report of the last good warehouse either: {' '.join(str(error).split())[:300]}")


@contextlib.contextmanager
def _held(settings: Settings, options: argparse.Namespace) -> Iterator[bool]:
    """Hold the workspace, free of what killed runs left in it."""
    wait_seconds = options.wait * 60
    with exclusive(
        settings.workspace_dir, job=options.step, wait_seconds=wait_seconds, say=_say
    ) as has_waited:
        sweep(settings.workspace_dir, _reports_dir(settings, options))
        if options.step != "recover":  # what it makes anew may not open at all
            pipeline.require_known_versions(settings)
        yield has_waited


def _schedule(settings: Settings, options: argparse.Namespace) -> None:
    """Print the timetable, put it in place, or take it out."""
    for secret in SECRETS:
        without_shell = {name: value for name, value in os.environ.items() if name != secret}
        scheduled = load_settings(PROJECT_DIR, without_shell)
        if (scheduled.api_key, scheduled.alerts) != (settings.api_key, settings.alerts):
            raise ConfigurationError(
                f"{secret} is not the same in this shell and in .env, and scheduled runs see only .env: "
                "put it there"
            )
    place, units_dir = _timetable(settings)
    if options.remove:
        schedule.remove(place, units_dir, print)
    elif options.install:
        schedule.install(place, options.install, units_dir, print)
    else:
        print(f"# crontab{_demo_mark(settings)}")
        print(schedule.crontab_block(place))
        for name, text in schedule.units(place).items():
            print(f"# {units_dir / name}\n{text}")
        print("# Put it in place: make schedule INSTALL=1    Take it out: make schedule REMOVE=1")


def _timetable(settings: Settings) -> tuple[schedule.Place, Path]:
    """Where the timetable's jobs run, and where systemd looks for its units."""
    moment = "OUTBOUND_AS_OF"  # like secrets, nothing for a timetable
    shell = {name: os.environ[name] for name in DEFAULTS if os.environ.get(name)}
    place = schedule.Place(
        PROJECT_DIR,
        settings.workspace_dir,
        {name: value for name, value in shell.items() if name not in (*SECRETS, moment)},
    )
    home = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    return place, home / "systemd" / "user"


def _check(settings: Settings, options: argparse.Namespace) -> None:
    """Try everything a night needs; raises CheckError where something has to be mended."""
    check_all(settings, PROJECT_DIR, _timetable(settings), sends=options.send, say=print)


def _acknowledge(settings: Settings, options: argparse.Namespace) -> None:
    """Silence an anomaly, or list those that are not silenced."""
    _require(_files(settings).published)
    if options.id:
        with exclusive(settings.workspace_dir, "delivery", job="acknowledge"):
            row = alerts.acknowledge(settings.workspace_dir, options.id)
        print(f"acknowledged: {row['message']}")
        if row["kind"] == "acceptance_drop":
            print("From the next build on its alarm starts again, and expects what the rate sank to.")
        return
    rows = alerts.open_anomalies(settings.workspace_dir)
    print("\n\n".join(map(alerts.described, rows)).replace("**", "") or "Nothing has changed that lasts.")


def _recover(settings: Settings, options: argparse.Namespace) -> None:
    """Make the raw database anew from its files, and set the old one aside."""
    with _held(settings, options), RunRecord(runs_path(settings.workspace_dir), "recover"):
        old, folders, missing = pipeline.rebuild_raw(settings, goes_without=options.without_missing)
        _land_journals(settings)
    if missing:
        _say(f"warning: it is made without what is missing: {missing}")
    if old:
        _say(f"the old one is kept as {old}")
    print(f"raw: {pipeline.raw_path(settings)}, made anew from {folders} landing folders; now: make build")


def _files(settings: Settings) -> warehouse.Files:
    return warehouse.files(settings.workspace_dir, settings.memory_limit)


def _setup(settings: Settings, options: argparse.Namespace) -> None:
    """Check the configuration and make `dbt` usable by hand: the account seed and raw databases exist."""
    account_files = {
        settings.data_dir: settings.account_metadata_path,
        settings.data_dir / "demo": pipeline.DEMO_ACCOUNTS_PATH,
    }
    for workspace_dir, account_file in account_files.items():
        paths = warehouse.files(workspace_dir)
        with exclusive(workspace_dir, job="setup"):
            raw.initialise(paths.raw)
            accounts.write_account_seed(accounts.load_accounts(account_file), paths.account_seed)
    _check_accounts(settings, _files(settings).account_seed)
    whose = settings.base_url + "; the key was not tried, make check does"
    _say(f"ready: {'demo data (no HEYREACH_API_KEY)' if settings.is_demo else whose}")
    if settings.is_demo:
        _say(
            "dbt by hand, after make run: cd dbt_project && "
            "../.venv/bin/dbt build --select rpt_funnel --target demo"
        )


def _extract(settings: Settings, options: argparse.Namespace) -> None:
    with _held(settings, options), RunRecord(runs_path(settings.workspace_dir), "extract") as run:
        _extract_recorded(settings, options, run, options.kind)


def _build(settings: Settings, options: argparse.Namespace) -> None:
    with _held(settings, options), RunRecord(runs_path(settings.workspace_dir), "build") as run:
        _build_recorded(settings, options, run)


def _report(settings: Settings, options: argparse.Namespace) -> None:
    formats = _formats(options)
    paths = _files(settings)
    _require(paths.published)
    if not (options.since or options.until):
        _write(settings, paths.published, options, formats)
        return
    with exclusive(settings.workspace_dir, job="report"):
        _report_anew(settings, options, formats)


def _report_anew(settings: Settings, options: argparse.Namespace, formats: list[str]) -> None:
    """Report the published warehouse over another period, or with what ran since it was built."""
    paths = _files(settings)
    _check_accounts(settings, paths.account_seed, warn=False)
    _land_journals(settings)
    parameters = _published_parameters(paths.published)
    run_id = _append_run_parameters(settings, options, "report", parameters, new_run_id())
    with warehouse.other_period(paths, run_id) as database:
        _write(settings, database, options, formats)


def _docs(settings: Settings, options: argparse.Namespace) -> None:
    paths = _files(settings)
    _require(paths.published)
    with exclusive(settings.workspace_dir, job="docs"):
        _check_accounts(settings, paths.account_seed, warn=False)
        print(f"dbt docs: {warehouse.build_docs(paths, '')}{_demo_mark(settings)}")


def _sql(settings: Settings, options: argparse.Namespace) -> None:
    from reports.prompt import answer, prompt  # noqa: PLC0415 - readline takes over the terminal on import

    published = _files(settings).published
    _require(published)
    if options.query:
        if settings.is_demo:
            _say("demo data")
        print(answer(published, options.query))
    else:
        prompt(published, "demo data" if settings.is_demo else settings.base_url)


def _import(settings: Settings, options: argparse.Namespace) -> None:
    if settings.is_demo:
        _say(
            "demo data: the file is kept beside the demo's data"
            if options.upstream
            else "demo data: the import goes into the bundled sandbox, and both forget it at the end"
        )
    run_import(
        settings,
        MAPPINGS_PATH,
        ImportOptions(
            file=options.file,
            campaign_id=options.campaign,
            list_id=options.list,
            is_upstream=options.upstream,
            mapping=options.mapping,
            fixed_fields="; ".join(options.set),
            senders=options.senders,
            experiment=options.experiment,
            wakes=options.wake,
            allows_other_campaigns=options.allow_other_campaigns,
            resume=options.resume,
            repair=options.repair,
            apply=options.apply,
        ),
        print,
    )


def _enrich(settings: Settings, options: argparse.Namespace) -> None:
    run_enrich(
        settings,
        ENRICHMENT_CONFIG,
        EnrichOptions(
            names=options.names,
            file=options.file,
            source=options.source,
            campaign_id=options.campaign,
            parallel=options.parallel,
            limit=options.limit,
            is_dry_run=options.dry_run,
        ),
        print,
    )


def _write_back(settings: Settings, options: argparse.Namespace) -> None:
    run_write_back(
        settings, ENRICHMENT_CONFIG, WriteBackOptions(options.list, options.fields, options.apply), print
    )


def _enrichments(settings: Settings, options: argparse.Namespace) -> None:
    list_enrichments(settings, ENRICHMENT_CONFIG, print)


def _alone(settings: Settings, options: argparse.Namespace) -> contextlib.AbstractContextManager[None]:
    """Nobody else writes into the workspace, whatever they do there."""
    return upkeep.all_held(settings, options.step, options.wait * 60, _say)


def _backup(settings: Settings, options: argparse.Namespace) -> None:
    """Write all that can't be made again into one file."""
    with _alone(settings, options):
        _keep_snapshot(settings)
        upkeep.back_up(settings, PROJECT_DIR, options.to, with_secrets=options.with_secrets, say=_say)


def _restore(settings: Settings, options: argparse.Namespace) -> None:
    """Bring a backup back, or complete a restore that was cut off."""
    upkeep.restore_from(
        settings,
        PROJECT_DIR,
        options.archive,
        force=options.force,
        wait_seconds=options.wait * 60,
        say=_say,
    )


def _erase(settings: Settings, options: argparse.Namespace) -> None:
    if not options.url:
        raise ConfigurationError("make erase needs URL=, the LinkedIn profile of the person to erase")
    with _alone(settings, options):
        person, changed = erase.erase(settings, options.url)
        for path in changed:
            _say(f"cleaned: {shown(path)}")
        _rebuild(settings, options)
        left = erase.places(settings, person)
    if left:
        raise erase.NotErasedError(
            "Links or addresses of the person still stand in "
            + ", ".join(map(shown, left))
            + ": remove them "
            "there (data/demo: HEYREACH_API_KEY= make erase URL=...), then run this again"
        )
    copies = contents.copies(settings.workspace_dir)
    but = " but the copies named below" if copies else ""
    print(
        f"erased: {len(person.rows):,} rows of the person, known by {len(person.keys):,} keys; no file of "
        f"{shown(settings.data_dir)}{but} holds a link, address or member id of theirs{_demo_mark(settings)}"
    )
    for path in copies:
        _say(f"not cleaned: {shown(path)}, made before this: make a new backup, then delete it")
    _say(
        "Erase them in HeyReach and in files outside the data folder yourself; pulls, webhook files and "
        "imports leave them out from now on"
    )


def _purge(settings: Settings, options: argparse.Namespace) -> None:
    with _alone(settings, options):
        pipeline.load_landed(settings)
        published = _files(settings).published
        found = purge.find(settings, published, settings.as_of or datetime.now(UTC))
        for line in found.lines:
            print(f"{'deleted' if options.apply else 'too old'}: {line}{_demo_mark(settings)}")
        if not options.apply:
            _say("nothing was deleted; APPLY=1 deletes it")
        elif purge.apply(settings, found):
            _rebuild(settings, options)


def _rebuild(settings: Settings, options: argparse.Namespace) -> None:
    """Build and publish what was published, from raw as it is now."""
    paths = _files(settings)
    with raw.connect(paths.raw, read_only=True) as connection:
        has_pulls = raw.pull_times(connection) is not None
    if not has_pulls:
        paths.published.unlink(missing_ok=True)
        return
    if paths.published.exists():
        published = _published_parameters(paths.published)
        options.since, options.until = (f"{published[name]:%Y-%m-%d}" for name in ("since", "until"))
        settings = replace(settings, as_of=published["as_of"], as_of_precision=timedelta())
    try:
        _build_and_publish(settings, options, new_run_id())
    except OutboundError as error:
        raise erase.NotErasedError(
            f"{error}\nSo {shown(paths.published)} still holds what was to go: mend that and run this again"
        ) from None


def _extract_recorded(settings: Settings, options: argparse.Namespace, run: RunRecord, kind: str) -> None:
    configured = _check_accounts(settings, _files(settings).account_seed)
    with run.step("extract") as facts:
        extraction = pipeline.extract(settings, _say, kind)
        facts.update(
            {
                name: getattr(extraction, name)
                for name in ("pulls", "requests", "rows_received", "rows_landed")
            }
        )
    for warning in extraction.warnings:
        _say(f"warning: {warning}")
    _say(
        f"extracted: {extraction.pulls} pull{'s' if extraction.pulls > 1 else ''}, "
        f"{extraction.requests:,} requests, {extraction.rows_received:,} rows read, "
        f"{extraction.rows_landed:,} new or changed"
    )
    with raw.connect(pipeline.raw_path(settings), read_only=True) as connection:
        unmapped = sorted(raw.account_ids(connection) - {account.account_id for account in configured})
    if unmapped:
        account_file = shown(pipeline.account_file(settings))
        line = f"senders {', '.join(unmapped)} are in HeyReach but not in {account_file}: add them there"
        if options.strict:
            raise ConfigurationError(line)
        if not settings.is_demo:  # the demo leaves one out on purpose, and its report says so
            _say(f"warning: {line}")


def _build_recorded(settings: Settings, options: argparse.Namespace, run: RunRecord) -> None:
    with run.step("build"):
        _build_and_publish(settings, options, run.run_id)


def _build_and_publish(settings: Settings, options: argparse.Namespace, run_id: str) -> None:
    paths = _files(settings)
    _check_accounts(settings, paths.account_seed, warn=False)
    if not paths.raw.exists():
        raise ConfigurationError("There is nothing to build from yet: `make extract` or `make run` first")
    settings = pipeline.as_meant(settings)
    with raw.connect(paths.raw, read_only=True) as connection:
        pulls = raw.pull_times(connection)
    if pulls is None:
        raise ConfigurationError("No pull has come to its end yet: `make extract` or `make run` first")
    as_of = settings.as_of or pulls.newest_complete or pulls.newest
    if as_of < pulls.first:
        raise ConfigurationError(
            f"OUTBOUND_AS_OF={as_of:%Y-%m-%dT%H:%M:%SZ} lies before the first pull "
            f"({pulls.first:%Y-%m-%d %H:%M} UTC): "
            "nothing was known then. Name a later moment, or leave it blank for the newest pull"
        )
    if not settings.as_of and pulls.newest > as_of:
        _say(f"warning: the newest pull is incomplete; the warehouse stands as of {as_of:%Y-%m-%d %H:%M} UTC")
    parameters = {"as_of": as_of, "is_demo": settings.is_demo, "base_url": settings.base_url}
    _keep_snapshot(settings)
    _land_journals(settings)
    _append_run_parameters(settings, options, "publish", parameters | vars(settings.analytics), run_id)
    for warning in warehouse.build_and_publish(paths, run_id):
        _say(f"warning: {warning}")
    _keep_snapshot(settings)
    snapshots.land(snapshots.snapshots_path(settings.workspace_dir), paths.raw)
    print(f"warehouse: {paths.published}{_demo_mark(settings)}")


def _keep_snapshot(settings: Settings) -> None:
    """Copy the published figures to where no build replaces them; a damaged warehouse is set aside."""
    published = _files(settings).published
    if not published.exists():
        return
    try:
        snapshots.keep(published, snapshots.snapshots_path(settings.workspace_dir))
    except duckdb.Error as error:
        # Held by a program that may write to it, or of a release without snapshots: replacing it is no loss.
        if is_damage(error):
            _say(f"warning: the published warehouse was damaged, and is kept as {set_aside(published)}")


def _land_journals(settings: Settings) -> None:
    """Bring into raw what the journals hold and raw doesn't."""
    raw_path = pipeline.raw_path(settings)
    raw.initialise(raw_path)  # one of an earlier release has no tables for them
    events = journal.rows(runs_path(settings.workspace_dir))
    raw.append_missing(raw_path, "pipeline_run_events", ("run_id", "event_number"), events)
    snapshots.land(snapshots.snapshots_path(settings.workspace_dir), raw_path)
    erased = journal.rows(erase.counts_path(settings.workspace_dir))
    raw.append_missing(raw_path, "erased_lead_counts", erase.COUNT_KEY, erased)
    acknowledged = journal.rows(alerts.acknowledgements_path(settings.workspace_dir))
    raw.append_missing(raw_path, "acknowledgements", ("anomaly_id",), acknowledged)
    told = journal.rows(alerts.alerts_path(settings.workspace_dir))
    raw.append_missing(raw_path, "alert_events", ("notice_id", "event_number"), told)


def _append_run_parameters(
    settings: Settings, options: argparse.Namespace, purpose: str, parameters: dict, run_id: str
) -> str:
    """Write the row the next build reads; returns the name of the run."""
    since, until = parse_period(options.since, options.until, parameters["as_of"], settings.lookback_days)
    raw.append_run_parameters(
        pipeline.raw_path(settings),
        {
            **parameters,
            "run_id": run_id,
            "requested_at": datetime.now(UTC),
            "purpose": purpose,
            "since": since,
            "until": until,
        },
    )
    return run_id


def _published_parameters(published: Path) -> dict:
    """The parameters a published warehouse was built with: another period is judged by the same ones."""
    with open_published(published) as connection:
        answer = connection.execute("select * from staging.stg_heyreach__run_parameters")
        return dict(zip([column[0] for column in answer.description], answer.fetchone(), strict=True))


def _check_accounts(settings: Settings, seed: Path, *, warn: bool = True) -> list[accounts.Account]:
    """Validate the account file and render it to the dbt seed."""
    configured = accounts.load_accounts(pipeline.account_file(settings))
    seed.parent.mkdir(parents=True, exist_ok=True)
    accounts.write_account_seed(configured, seed)
    if warn:
        warnings = accounts.account_warnings(configured)
        if warnings:
            _say(f"warning: {shown(pipeline.account_file(settings))}: {'; '.join(warnings)}")
    return configured


def _write(settings: Settings, database: Path, options: argparse.Namespace, formats: list[str]) -> list[Path]:
    said: list[str] = []
    paths = write_reports(database, _reports_dir(settings, options), formats, said.append)
    for path in paths:
        print(f"report: {path}{_demo_mark(settings)}")
    for line in said:
        print(f"{line}{_demo_mark(settings)}")
    return paths


def _reports_dir(settings: Settings, options: argparse.Namespace) -> Path:
    return options.output_dir or settings.workspace_dir / "reports"


def _formats(options: argparse.Namespace) -> list[str]:
    if options.format is None:
        return list(JOBS.get(options.step, JOBS["run"])[1])
    formats = [name.strip() for name in options.format.split(",") if name.strip()]
    unknown = sorted(set(formats) - set(FORMATS))
    if unknown or not formats:
        raise ConfigurationError(
            f"--format {options.format!r} is not understood: name one or more of {', '.join(FORMATS)}, "
            "separated by commas"
        )
    return formats


def _require(published: Path) -> None:
    if not published.exists():
        raise ConfigurationError(f"There is no warehouse at {published} yet: `make run` first")


def _demo_mark(settings: Settings) -> str:
    return "  (demo data)" if settings.is_demo else ""


if __name__ == "__main__":
    sys.exit(main())
