"""HeyReach in, a report out, and each step alone; what can be read of the warehouse."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from extract.heyreach import KINDS
from extract.workspace.workspace import Workspace
from reports.cli.frame import MINUTES, PATH, PROGRAM, Call, Group, OneOf, say, show, verb
from reports.document.formats import FORMATS, parse_formats

DAILY_FORMATS = ("json",)


def period(function: Callable) -> Callable:
    """The options of what has a period."""
    function = click.option(
        "--against",
        metavar="YYYY-MM-DD..YYYY-MM-DD",
        help="An earlier period to compare with (default: the one just before), the second day not included.",
    )(function)
    function = click.option("--until", metavar="YYYY-MM-DD", help="Day after the last one, UTC.")(function)
    return click.option("--since", metavar="YYYY-MM-DD", help="First day of the period, UTC.")(function)


def output(formats: tuple[str, ...] = FORMATS) -> Callable[[Callable], Callable]:
    """The options of what writes a report."""

    def add(function: Callable) -> Callable:
        function = click.option(
            "--format",
            "formats",
            metavar="NAME,...",
            default=",".join(formats),
            show_default=True,
            callback=lambda ctx, param, text: parse_formats(text),
            help="Comma-separated.",
        )(function)
        return click.option(
            "--output-dir", type=PATH, help="Where reports go (default: the data folder's reports)."
        )(function)

    return add


strict = click.option(
    "--strict", is_flag=True, help="A HeyReach sender missing in the account file is an error."
)
wait = click.option(
    "--wait",
    "wait",
    type=MINUTES,
    default=0,
    metavar="MINUTES",
    help="How long to wait for another run to end.",
)


@click.group(
    cls=Group,
    name=PROGRAM,
    invoke_without_command=True,
    context_settings={"help_option_names": ["--help"], "max_content_width": 110},
)
@period
@output()
@click.option("--debug", is_flag=True, help="Show tracebacks.")
@click.pass_context
def root(
    ctx: click.Context,
    since: str | None,
    until: str | None,
    against: str | None,
    output_dir: Path | None,
    formats: tuple[str, ...],
    debug: bool,
) -> None:
    """Where does a LinkedIn outbound pipeline stall before messaging even matters?

    Without a verb: HeyReach in, a report out, as `run` does.
    """
    if ctx.invoked_subcommand is None:
        given = {"since": since, "until": until, "against": against}
        given |= {"output_dir": output_dir, "formats": formats}
        ctx.invoke(run, **given, debug=debug)
        return
    ctx.find_object(Call).debug = debug
    early = [param for param in ctx.command.params if _is_typed(ctx, param) and param.name != "debug"]
    if early:
        option = early[0].opts[0]
        raise click.UsageError(
            f"{option} belongs behind the verb: {PROGRAM} {ctx.invoked_subcommand} {option}"
        )


def _is_typed(ctx: click.Context, param: click.Parameter) -> bool:
    return ctx.get_parameter_source(param.name) is ParameterSource.COMMANDLINE


@verb(root, "run")
@period
@output()
@wait
@strict
def run(workspace: Workspace, **options: Any) -> None:
    """Pull HeyReach (demo data without a key), build, publish, report."""
    _run(workspace, "run", **options)


@verb(root, "daily")
@period
@output(DAILY_FORMATS)
@wait
@strict
def daily(workspace: Workspace, **options: Any) -> None:
    """The nightly job: new and open leads, build, publish, report."""
    _run(workspace, "daily", **options)


@verb(root, "weekly")
@period
@output()
@wait
@strict
def weekly(workspace: Workspace, **options: Any) -> None:
    """The weekly job: everything, all sections and formats."""
    _run(workspace, "weekly", **options)


def _run(workspace: Workspace, job: str, *, wait: float, strict: bool, **report: Any) -> None:
    from reports.jobs.report import ReportOptions
    from reports.jobs.run import run

    options = ReportOptions(**report)
    run(workspace, options, job=job, wait_seconds=wait * 60, strict=strict, say=say, show=show)


@verb(root, "extract")
@click.option("--kind", type=OneOf(KINDS), default="full", show_default=True, help="How much to read.")
@wait
@strict
def extract(workspace: Workspace, kind: str, wait: float, strict: bool) -> None:
    """Pull HeyReach into the raw database."""
    from reports.jobs.run import extract

    extract(workspace, kind, wait_seconds=wait * 60, strict=strict, say=say)


@verb(root, "build")
@period
@wait
def build(
    workspace: Workspace, since: str | None, until: str | None, against: str | None, wait: float
) -> None:
    """Build, test and publish the warehouse from raw."""
    from reports.jobs.build import build

    build(workspace, since=since, until=until, against=against, wait_seconds=wait * 60, say=say, show=show)


@verb(root, "report")
@period
@output()
def report(workspace: Workspace, **options: Any) -> None:
    """Write the report of the published warehouse, or of another period."""
    from reports.jobs.report import ReportOptions, report

    report(workspace, ReportOptions(**options), show=show)


@verb(root, "docs")
def docs(workspace: Workspace) -> None:
    """Make the dbt docs as one page that opens without a network."""
    from reports.jobs.build import docs

    docs(workspace, show=show)


@verb(root, "sql")
@click.option("--query", metavar="SELECT", help="Print the answer to it instead of opening a prompt.")
def sql(workspace: Workspace, query: str | None) -> None:
    """Open a read-only SQL prompt on the published warehouse."""
    from reports.jobs.report import answer_to, open_prompt

    if query:
        answer_to(workspace, query, say=say, show=show)
    else:
        open_prompt(workspace)
