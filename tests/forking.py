"""Processes that die: many of one kind, of which only the first has to start and import."""

import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

_LOOP = """
import json, os, sys
for line in sys.stdin:
    environment, arguments = json.loads(line)
    sys.stdout.flush()
    child = os.fork()
    if not child:
        os.dup2(1, 2)
        os.environ.update(environment)
        exit_code = work(*arguments)
        sys.stdout.flush()
        os._exit(exit_code)
    print("ended", os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


@contextlib.contextmanager
def forking(program: str) -> Iterator[Callable[..., tuple[int, list[str]]]]:
    """Run `program`, which imports and defines `work`; yields what calls that in a process of its own.

    That takes environment variables and arguments, and returns the exit code, negative for a signal, and the
    lines it printed. The program must have no threads when it has imported: nobody forks with them safely.
    """
    process = subprocess.Popen(
        [sys.executable, "-c", program + _LOOP],
        cwd=Path(__file__).parents[1],
        env=dict(os.environ),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )

    def forked(environment: Mapping[str, str], *arguments: str) -> tuple[int, list[str]]:
        process.stdin.write(json.dumps([dict(environment), arguments]) + "\n")
        process.stdin.flush()
        lines = []
        for line in process.stdout:
            if line.startswith("ended "):
                return int(line.split()[1]), lines
            lines.append(line.rstrip("\n"))
        raise RuntimeError(f"it ended by itself: {lines}")

    try:
        yield forked
    finally:
        process.communicate()
