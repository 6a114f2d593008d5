"""The command line: `connection-analytics` and its verbs, one module for each subject."""

import os
import sys
from collections.abc import Sequence

import click

from extract.workspace.damage import is_damage
from extract.workspace.errors import OutboundError
from extract.workspace.folders import disk_full_line, is_disk_full
from reports.cli import (  # noqa: F401 - each declares its verbs
    advice,
    agency,
    alerts,
    assistant,
    campaigns,
    intelligence,
    leads,
    outreach,
    people,
    schedule,
    serving,
    upkeep,
    webhooks,
)
from reports.cli.frame import PROGRAM, Call, described
from reports.cli.pipeline import root


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb; returns the exit code.

    0 done, 1 not done, 2 bad input, 3 an import that lost something, an unfinished enrichment, a campaign or
    a webhook that HeyReach left as it was, 4 HeyReach, 75 another run.
    """
    os.umask(0o077)  # everything written holds personal data
    call = Call()
    try:
        given = sys.argv[1:] if arguments is None else list(arguments)
        with root.make_context(PROGRAM, given, obj=call) as ctx:
            root.invoke(ctx)
    except click.exceptions.Exit as end:  # of --help
        return end.exit_code
    except click.ClickException as slip:
        print(f"error: {described(slip)}", file=sys.stderr)
        return 2
    except KeyboardInterrupt as stop:
        print("stopped", file=sys.stderr)
        return getattr(stop, "exit_code", 130)
    except BrokenPipeError:
        # Whoever reads has enough, as `head` does: what is left goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        if call.debug:
            raise
        return _failed(call, error)
    return 0


def _failed(call: Call, error: Exception) -> int:
    """Say what happened, in one line; returns the exit code."""
    if call.workspace and is_disk_full(error):
        print(f"error: {disk_full_line(call.workspace.folder)}", file=sys.stderr)
        return 1
    if call.workspace and is_damage(error) and not isinstance(error, OutboundError):
        from extract import raw

        error = raw.RawError(raw.damaged(call.workspace.paths.raw))
    if isinstance(error, OutboundError):
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    if isinstance(error, PermissionError) and error.filename:
        print(f"error: {error.filename} is closed to you: change owner or permissions", file=sys.stderr)
        return 1
    first_line = (str(error).splitlines() or [""])[0]
    print(
        f"error: {call.verb} failed ({type(error).__name__}: {first_line[:300]}). "
        "Run it again with --debug for the whole story",
        file=sys.stderr,
    )
    return 1
