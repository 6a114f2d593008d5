"""What `make` calls: a verb with its variables as they were typed, no shell and no `make` in between.

`python -m reports.from_make VERB [MODULE ARGUMENT ...]` runs the module (the command line, unless another is
named) with an option for each variable that was given. Which a verb takes stands in its line of `make help`:
`NAME=` becomes `--name=value`, and `NAME=1` is a switch, `--name`. Without a verb, it says which goal is no
verb.
"""

import difflib
import os
import re
import runpy
import sys
from collections.abc import Iterable, Mapping, MutableMapping, Sequence
from pathlib import Path

MAKEFILE = Path(__file__).resolve().parent.parent / "Makefile"
COMMAND_LINE = "reports.cli"
# What the Makefile exports: the names given on its command line, its goals, and each value as TYPED_NAME.
GIVEN, GOALS, TYPED = "TYPED_NAMES", "TYPED_GOALS", "TYPED_"
# Taken by every verb: which Python is installed into .venv.
EVERYWHERE = ("PYTHON",)

_VERB = re.compile(r"^([a-z-]+):.*?## .*?(?:\[(.*)\])?$", re.MULTILINE)
_VARIABLE = re.compile(r"\b([A-Z_]+)=(1(?![\w|]))?")


class SlipError(Exception):
    """A verb or variable that doesn't exist, or a switch that is neither on nor off."""


def main(called: Sequence[str]) -> int:
    """Run a verb; returns 2 where `make` was asked for something that doesn't exist."""
    try:
        _refuse_unknown_goals(os.environ)
        if not called:  # a file that a rule needs, and nobody makes
            raise SlipError("a file of this folder that `make` needs is missing: see `git status`")
        verb, module, *own = called if len(called) > 1 else (called[0], COMMAND_LINE, called[0])
        arguments = options(verb, os.environ)
    except SlipError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    _set_settings(os.environ)
    sys.argv = [verb, *own, *arguments]
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    except KeyboardInterrupt:  # before the module could say what it does then
        print("stopped", file=sys.stderr)
        return 130
    return 0


def verbs() -> dict[str, dict[str, bool]]:
    """The verbs of `make help`, and the variables of each: name -> whether it is a switch."""
    return {
        verb: {name: bool(is_switch) for name, is_switch in _VARIABLE.findall(taken)}
        for verb, taken in _VERB.findall(MAKEFILE.read_text(encoding="utf-8"))
    }


def options(verb: str, environ: Mapping[str, str]) -> list[str]:
    """The options of a verb, out of what `make` exported; raises SlipError.

    A variable counts that is given to `make` or stands in the environment, unless it is blank.
    """
    known = verbs()
    given = environ.get(GIVEN, "").split()
    goals = environ.get(GOALS, "").split()
    taken = {name for goal in [verb, *goals] for name in known.get(goal, ())}
    for name in given:
        if name not in taken and name not in EVERYWHERE and name not in _settings():
            raise SlipError(f"make {' '.join(goals)} takes no {name}; {_nearest(name, taken)}")
    arguments = []
    for name, is_switch in known[verb].items():
        value = environ.get(TYPED + name if name in given else name, "")
        option = "--" + name.lower().replace("_", "-")
        if not is_switch and value:
            arguments.append(f"{option}={value}")
        elif is_switch and value not in ("", "0", "1"):
            raise SlipError(f"{name}={value!r} is neither 1 (on) nor 0 (off)")
        elif value == "1":
            arguments.append(option)
    return arguments


def _refuse_unknown_goals(environ: Mapping[str, str]) -> None:
    """Before the first of them runs; a goal may also be a file."""
    known = verbs()
    for goal in environ.get(GOALS, "").split():
        if goal not in known and not Path(goal).exists():
            raise SlipError(f"there is no `make {goal}`; {_nearest(goal, known)}. `make` lists all")


def _set_settings(environ: MutableMapping[str, str]) -> None:
    """Settings that were given to `make` hold for this call; what the Makefile exported is taken out."""
    for name in [name for name in environ if name.startswith(TYPED)]:
        value = environ.pop(name)
        if name.removeprefix(TYPED) in _settings():
            environ[name.removeprefix(TYPED)] = value


def _settings() -> set[str]:
    """The names of all settings."""
    text = MAKEFILE.with_name(".env.example").read_text(encoding="utf-8")
    return set(re.findall(r"^([A-Z0-9_]+)=", text, re.MULTILINE))


def _nearest(name: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, known, n=1)
    return f"did you mean {close[0]}?" if close else f"known are {', '.join(sorted(known)) or 'none'}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
