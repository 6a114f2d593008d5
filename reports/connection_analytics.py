"""The command line: HeyReach in, a report out, and each step alone.

`connection-analytics --since 2026-01-01 --until 2026-02-01 --output-dir reports --format markdown,json,html`
does all of it; `connection-analytics STEP` does one of extract, build, report, docs, sql, setup, import,
enrich, enrichments, write-back.
"""

import argparse
import os
import secrets
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from dbt_project import warehouse
from extract import accounts, pipeline, raw
from extract.enrichment.command import EnrichOptions, list_enrichments, run_enrich
from extract.enrichment.writeback import WriteBackOptions, run_write_back
from extract.errors import ConfigurationError, OutboundError
from extract.importer.command import SENDER_CHOICES, ImportOptions, run_import
from extract.lock import exclusive
from extract.settings import Settings, load_settings, parse_period
from extract.strict_yaml import shown
from reports.write import FORMATS, write_reports

PROJECT_DIR = Path(__file__).resolve().parent.parent
ENRICHMENT_CONFIG = PROJECT_DIR / "config" / "enrichment.yaml"
STEPS = (
    "run",
    "setup",
    "extract",
    "build",
    "report",
    "docs",
    "sql",
    "import",
    "enrich",
    "enrichments",
    "write-back",
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one step; returns the exit code.

    0 done, 1 not done, 2 bad input, 3 an import that lost something or an unfinished enrichment, 4 HeyReach,
    75 another run.
    """
    os.umask(0o077)  # everything written holds personal data
    options = _parser().parse_args(arguments)
    try:
        settings = load_settings(PROJECT_DIR)
        for warning in settings.warnings:
            _say(f"warning: {warning}")
        globals()[f"_{options.step.replace('-', '_')}"](settings, options)
    except OutboundError as error:
        if options.debug:
            raise
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return 130
    except Exception as error:
        if options.debug:
            raise
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
    parser.add_argument("--format", default=",".join(FORMATS), help="comma-separated (default: %(default)s)")
    parser.add_argument(
        "--strict", action="store_true", help="a HeyReach sender missing in the account file is an error"
    )
    parser.add_argument("--query", help="sql: print the answer to this query instead of opening a prompt")
    parser.add_argument("--debug", action="store_true", help="show tracebacks")
    _add_import_arguments(
        parser.add_argument_group("import", "a file of leads into HeyReach, each accounted for")
    )
    _add_enrich_arguments(parser.add_argument_group("enrich", "what other services know about leads"))
    return parser


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
    group.add_argument("--apply", action="store_true", help="really send; without it, show what would happen")


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _run(settings: Settings, options: argparse.Namespace) -> None:
    formats = _formats(options)
    with exclusive(settings.workspace_dir):
        _extract_unlocked(settings, options)
        _build_unlocked(settings, options)
    _write(settings, warehouse.files(settings.workspace_dir).published, options, formats)


def _setup(settings: Settings, options: argparse.Namespace) -> None:
    """Check the configuration and make `dbt` usable by hand: the account seed and raw databases exist."""
    _check_accounts(settings, warehouse.GENERATED_DIR / "heyreach_account_config.csv")
    if settings.is_demo:
        accounts.load_accounts(settings.account_metadata_path)
    for workspace_dir in (settings.data_dir, settings.data_dir / "demo"):
        raw.initialise(warehouse.files(workspace_dir).raw)
    _say(f"ready: {'demo data (no HEYREACH_API_KEY)' if settings.is_demo else settings.base_url}")
    if settings.is_demo:
        _say("dbt by hand: cd dbt_project && ../.venv/bin/dbt build --target demo")


def _extract(settings: Settings, options: argparse.Namespace) -> None:
    with exclusive(settings.workspace_dir):
        _extract_unlocked(settings, options)


def _build(settings: Settings, options: argparse.Namespace) -> None:
    with exclusive(settings.workspace_dir):
        _build_unlocked(settings, options)


def _report(settings: Settings, options: argparse.Namespace) -> None:
    formats = _formats(options)
    paths = warehouse.files(settings.workspace_dir)
    _require(paths.published)
    if not (options.since or options.until):
        _write(settings, paths.published, options, formats)
        return
    with exclusive(settings.workspace_dir):
        _check_accounts(settings, paths.account_seed, warn=False)
        run_id = _append_run_parameters(settings, options, "report", _published_parameters(paths.published))
        with warehouse.other_period(paths, run_id) as database:
            _write(settings, database, options, formats)


def _docs(settings: Settings, options: argparse.Namespace) -> None:
    paths = warehouse.files(settings.workspace_dir)
    _require(paths.published)
    with exclusive(settings.workspace_dir):
        _check_accounts(settings, paths.account_seed, warn=False)
        print(f"dbt docs: {warehouse.build_docs(paths, '')}{_demo_mark(settings)}")


def _sql(settings: Settings, options: argparse.Namespace) -> None:
    from reports.prompt import answer, prompt  # noqa: PLC0415 - readline takes over the terminal on import

    published = warehouse.files(settings.workspace_dir).published
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
        PROJECT_DIR / "config" / "import_mappings.yaml",
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


def _extract_unlocked(settings: Settings, options: argparse.Namespace) -> None:
    configured = _check_accounts(settings, warehouse.files(settings.workspace_dir).account_seed)
    extraction = pipeline.extract(settings, _say)
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


def _build_unlocked(settings: Settings, options: argparse.Namespace) -> None:
    paths = warehouse.files(settings.workspace_dir)
    _check_accounts(settings, paths.account_seed, warn=False)
    if not paths.raw.exists():
        raise ConfigurationError("There is nothing to build from yet: `make extract` or `make run` first")
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
    run_id = _append_run_parameters(settings, options, "publish", parameters | vars(settings.analytics))
    for warning in warehouse.build_and_publish(paths, run_id):
        _say(f"warning: {warning}")
    print(f"warehouse: {paths.published}{_demo_mark(settings)}")


def _append_run_parameters(
    settings: Settings, options: argparse.Namespace, purpose: str, parameters: dict
) -> str:
    """Write the row the next build reads; returns the name of the run."""
    since, until = parse_period(options.since, options.until, parameters["as_of"], settings.lookback_days)
    requested_at = datetime.now(UTC)
    run_id = f"{requested_at:%Y%m%dT%H%M%S%f}-{secrets.token_hex(3)}"
    raw.append_run_parameters(
        pipeline.raw_path(settings),
        {
            **parameters,
            "run_id": run_id,
            "requested_at": requested_at,
            "purpose": purpose,
            "since": since,
            "until": until,
        },
    )
    return run_id


def _published_parameters(published: Path) -> dict:
    """The parameters a published warehouse was built with: another period is judged by the same ones."""
    with duckdb.connect(str(published), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
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


def _write(settings: Settings, database: Path, options: argparse.Namespace, formats: list[str]) -> None:
    output_dir = options.output_dir or settings.workspace_dir / "reports"
    for path in write_reports(database, output_dir, formats):
        print(f"report: {path}{_demo_mark(settings)}")


def _formats(options: argparse.Namespace) -> list[str]:
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
