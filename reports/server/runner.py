"""The server's thread that has jobs done: in a process of their own, one after another."""

import logging
import os
import subprocess
import sys
import threading
from collections.abc import Mapping
from datetime import UTC, datetime

from extract.workspace.stop import STOP_SECONDS
from extract.workspace.workspace import Workspace
from reports.server.job_ledger import JobLedger

_log = logging.getLogger("reports.server")
# How often it looks for jobs that another process asked for, or that wait for something.
LOOK_SECONDS = 1.0
# How long it leaves the work to another server's process, or after one that failed.
PAUSE_SECONDS = 5.0


class JobRunner:
    """Has the jobs of one workspace done for as long as it is started; a context manager.

    `environment` is what the process that does them gets; where nobody says, that of this process, with the
    same data.
    """

    def __init__(self, workspace: Workspace, environment: Mapping[str, str] | None = None):
        self._workspace = workspace
        self._environment = dict(_own(workspace) if environment is None else environment)
        self._wakes = threading.Event()
        self._is_ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="jobs", daemon=True)
        self._child: subprocess.Popen | None = None

    def __enter__(self) -> "JobRunner":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._is_ending.set()
        self._wakes.set()
        child = self._child
        if child and child.poll() is None:
            child.terminate()  # what it was at is queued again, and goes on with the next server
        self._thread.join(STOP_SECONDS + 2)

    def wake(self) -> None:
        """There is a new job."""
        self._wakes.set()

    def _run(self) -> None:
        pause = 0.0
        while not self._is_ending.wait(pause):
            self._wakes.clear()
            try:
                # A killed one's job is begun again at once.
                pause = PAUSE_SECONDS if self._is_due() and self._work() > 0 else 0.0
            except Exception as error:  # a full disk, a ledger of a newer release: it may be mended
                _log.error("jobs can't be done now: %s", " ".join(str(error).split()))
                pause = PAUSE_SECONDS
            self._wakes.wait(LOOK_SECONDS)

    def _is_due(self) -> bool:
        path = self._workspace.paths.job_ledger
        if not path.exists():
            return False
        with JobLedger(path) as ledger:
            return ledger.is_work_due(datetime.now(UTC))

    def _work(self) -> int:
        command = [sys.executable, "-m", "reports.server.work", str(self._workspace.project_dir)]
        self._child = subprocess.Popen(  # noqa: S603 - our own program
            command, env=self._environment, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
        )
        if self._is_ending.is_set():
            self._child.terminate()
        return self._child.wait()


def _own(workspace: Workspace) -> dict[str, str]:
    """This process's environment, with the data that the workspace has."""
    kind = {"HEYREACH_API_KEY": ""} if workspace.is_demo else {}
    return {**os.environ, **kind, "OUTBOUND_DATA_DIR": str(workspace.data_dir)}
