"""What all verbs have in common: a workspace, one line for a slip, types of values, the groups."""

import copy
import difflib
import functools
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import click

from extract.workspace.stop import stoppable
from extract.workspace.strict_yaml import quoted
from extract.workspace.workspace import Workspace, load_workspace

PROGRAM = "connection-analytics"
PROJECT_DIR = Path(__file__).resolve().parents[2]


@dataclass
class Call:
    """One call of the command line, for whoever tells how it ended."""

    verb: str = "run"
    workspace: Workspace | None = None
    debug: bool = False


def say(line: str) -> None:
    """What happens on the way."""
    print(line, file=sys.stderr, flush=True)


show = print


class Group(click.Group):
    """Verbs in the order they are declared in, then groups; a slip is named with the nearest verb."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(self.commands, key=lambda name: isinstance(self.commands[name], Group))

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Verbs with what they do, groups with their verbs."""
        with formatter.section("Verbs"):
            formatter.write_dl([(name, _about(self.commands[name])) for name in _shown(self, ctx)])

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str, click.Command, list[str]]:
        if args[0] not in self.commands:
            hint = _hint(args[0], self.commands, _shown(self, ctx))
            raise click.UsageError(f"there is no {ctx.command_path} {quoted(args[0])[1:-1]}{hint}")
        name, *rest = args
        return name, self.commands[name], rest


class Verb(click.Command):
    """A verb that takes options and nothing else."""

    def __init__(self, *arguments: Any, **keywords: Any):
        super().__init__(*arguments, **keywords)
        self.allow_extra_args = True

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        super().parse_args(ctx, args)
        if ctx.args:
            raise click.UsageError(f"{ctx.command_path} takes no {quoted(ctx.args[0])}, only options", ctx)
        return ctx.args


def verb(group: click.Group, name: str, **keywords: Any) -> Callable:
    """Declare a verb: its function gets the workspace and the options; the options are written below this."""

    def declare(function: Callable) -> click.Command:
        run = click.option("--debug", is_flag=True, help="Show tracebacks.")(_with_workspace(function))
        command = Verb(name, callback=run, help=function.__doc__, params=_options(run), **keywords)
        group.add_command(command)
        return command

    return declare


def _with_workspace(function: Callable) -> Callable:
    @click.pass_context
    @functools.wraps(function)
    def run(ctx: click.Context, /, debug: bool, **options: Any) -> None:
        start(ctx, debug)
        with stoppable():
            function(ctx.find_object(Call).workspace, **options)

    return run


def _options(function: Callable) -> list[click.Parameter]:
    """What decorators noted at the function; `--debug` comes last."""
    noted = function.__dict__.pop("__click_params__", [])
    return sorted(reversed(noted), key=lambda option: option.name == "debug")


def start(ctx: click.Context, debug: bool) -> None:
    """Load the workspace of this call."""
    call = ctx.find_object(Call)
    call.verb, call.debug = ctx.info_name or call.verb, call.debug or debug
    call.workspace = load_workspace(PROJECT_DIR, os.environ)
    for warning in call.workspace.warnings:
        say(f"warning: {warning}")


def subjects(
    root: click.Group,
    name: str,
    about: str,
    alone: Callable[..., None] | None = None,
    params: Sequence[click.Parameter] = (),
) -> Group:
    """A group of verbs about one subject; without a verb it does `alone`, or says which there are."""

    @click.pass_context
    def begin(ctx: click.Context, /, **options: Any) -> None:
        if ctx.invoked_subcommand is not None:
            return
        if alone is None:
            raise click.UsageError(f"{ctx.command_path} needs a verb: {', '.join(_shown(group, ctx))}")
        alone(ctx, **options)

    group = Group(name, callback=begin, invoke_without_command=True, params=[*params], help=f"{about}:")
    root.add_command(group)
    return group


def _shown(group: click.Group, ctx: click.Context) -> list[str]:
    return [name for name in group.list_commands(ctx) if not group.commands[name].hidden]


def _about(command: click.Command) -> str:
    text = command.get_short_help_str(limit=200)
    if isinstance(command, Group):
        return f"{text} {', '.join(_shown(command, click.Context(command)))}"
    return text


def also_as(command: click.Command, group: click.Group, name: str | None = None) -> None:
    """Let a verb be called as it was before there were groups; help doesn't name it."""
    alias = copy.copy(command)
    alias.hidden = True
    group.add_command(alias, name or command.name)


class OneOf(click.ParamType):
    """One of some words, others being spelled as one of them."""

    name = "word"

    def __init__(self, words: Sequence[str], spelled: dict[str, str] | None = None):
        self.words, self.spelled = tuple(words), spelled or {}

    def get_metavar(self, param: click.Parameter, ctx: click.Context) -> str:
        return "|".join(self.words)

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        word = self.spelled.get(value, value)
        if word not in self.words:
            self.fail(f"must be one of {', '.join(self.words)}, not {quoted(value)}{_hint(word, self.words)}")
        return word


class Parsed(click.ParamType):
    """A value that `parse` makes of a text, or refuses by ValueError; `words` say what it has to be."""

    name = "value"

    def __init__(self, parse: Callable[[str], Any], words: str):
        self.parse, self.words = parse, words

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        try:
            return self.parse(value)
        except ValueError:
            self.fail(f"must be {self.words}, not {quoted(value)}")


def _hint(word: str, words: Iterable[str], known: Iterable[str] = (), before: str = "") -> str:
    """What a message adds: the word that is meant, else those `known`; `before` stands before each."""
    close = difflib.get_close_matches(word, list(words), n=1)
    if close:
        return f"; did you mean {before}{close[0]}?"
    listed = ", ".join(f"{before}{each}" for each in known)
    return f"; known are {listed}" if listed else ""


WHOLE = Parsed(int, "a whole number")
MINUTES = Parsed(float, "a number of minutes")
DAY = Parsed(date.fromisoformat, "a day like 2026-02-09")
PATH = click.Path(path_type=Path)


def described(slip: click.ClickException) -> str:
    """A slip on the command line as one line, with the nearest thing there is."""
    if isinstance(slip, click.NoSuchOption):
        # Compared without dashes, which all of them share.
        name = slip.option_name.lstrip("-")
        taken = [each.lstrip("-") for param in slip.ctx.command.params for each in param.opts]
        hint = _hint(name, taken, taken, before="--")
        return f"{slip.ctx.command_path} takes no {quoted(slip.option_name)[1:-1]}{hint}"
    if isinstance(slip, click.BadOptionUsage):
        takes_none = "does not take a value" in slip.message
        return f"{slip.option_name} {'takes no value' if takes_none else 'needs a value'}"
    if isinstance(slip, click.BadParameter) and slip.param:
        return f"{slip.param.opts[0]} {slip.message}"
    return slip.message
