"""Work for the server: `python -m reports.server.work PROJECT` does the jobs that are due, and ends.

Whoever works holds the lock of jobs, so that there is one at a time, whatever number of servers there are,
and whatever is written as running then was left by somebody who died.
"""

import os
import sys
import traceback
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

from extract.workspace.errors import OutboundError
from extract.workspace.lock import BusyError, exclusive
from extract.workspace.stop import Stopped, stop_behind, stoppable
from extract.workspace.workspace import Workspace, load_workspace
from reports.server.job_ledger import Job, JobLedger
from reports.server.kinds import KINDS

# After so long a job is tried again for which something was held.
BUSY_AGAIN = timedelta(seconds=5)
# Of what a job says, so many lines are kept, the last ones.
MOST_LINES = 200


def work(workspace: Workspace, kinds: Mapping[str, Callable]) -> None:
    """Do the jobs that are due, the oldest first; raises BusyError where somebody else is at it."""
    with (
        exclusive(workspace.folder, "job", job="a job of the server"),
        JobLedger(workspace.paths.job_ledger) as ledger,
    ):
        ledger.put_back_lost(_now())
        ledger.drop_old(_now())
        while job := ledger.begin(_now()):
            _do(workspace, ledger, job, kinds)


def _do(workspace: Workspace, ledger: JobLedger, job: Job, kinds: Mapping[str, Callable]) -> None:
    """One job, and what became of it."""
    lines: list[str] = []
    try:
        result = kinds[job.kind](workspace, job, lines.append)
        ledger.end(job, _now(), result={**result, "lines": lines[-MOST_LINES:]})
    except BusyError as error:
        ledger.put_back(job, _now() + BUSY_AGAIN, waits_for=str(error))
    except (Exception, KeyboardInterrupt) as error:
        if stop := stop_behind(error):
            ledger.put_back(job, _now())
            raise stop from None
        ledger.end(job, _now(), result={"lines": lines[-MOST_LINES:]}, error=_reason(error))


def _reason(error: Exception) -> str:
    """Why a job failed, in words; of a fault of this program, where it is goes to the server's output."""
    if isinstance(error, OutboundError):
        return str(error)
    # Only where, not with which values: these may be somebody's.
    print("".join(traceback.format_tb(error.__traceback__)), file=sys.stderr)
    return f"it failed by a fault of this program ({type(error).__name__}): see what the server printed"


def _now() -> datetime:
    return datetime.now(UTC)


def main(project_dir: Path) -> int:
    """Work on the workspace of a project; returns the exit code."""
    os.umask(0o077)
    workspace = load_workspace(project_dir, os.environ)
    try:
        with stoppable():
            work(workspace, KINDS)
    except BusyError as error:
        return error.exit_code
    except Stopped as stop:
        return stop.exit_code
    except OutboundError as error:
        print(f"error: {error}", file=sys.stderr)
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
