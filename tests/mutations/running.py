"""Mutations tried in copies of the project: one at a time in each, the named test alone."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

from tests.mutations.mutation import PROJECT, Mutation, MutationError

# So long a test may take; what hangs has noticed nothing.
SECONDS = 600
MODELS_RUN = "tests/mutations/models.py::test_every_model_runs"

NOTICED, NOT_NOTICED, BROKEN = "noticed", "not noticed", "can't run"


@dataclass(frozen=True)
class Result:
    """What became of a mutation, and what pytest said where it was not noticed."""

    mutation: Mutation
    verdict: str
    seconds: float
    said: str = ""


def tried(mutations: Sequence[Mutation], workers: int) -> Iterator[Result]:
    """Each mutation's result, as they come; those of one test go one after the other in one copy.

    A test that fails without any mutation can't tell anything: its mutations can't run.
    """
    groups: dict[str, list[Mutation]] = {}
    for mutation in mutations:
        groups.setdefault(mutation.noticed_by, []).append(mutation)
    results: SimpleQueue[Result] = SimpleQueue()
    with tempfile.TemporaryDirectory(prefix="mutations-") as folder, ThreadPoolExecutor(workers) as pool:
        copies: SimpleQueue[Path] = SimpleQueue()
        for number in range(workers):
            copies.put(_copied(Path(folder) / str(number)))

        def work(tests: list[str]) -> None:
            copy = copies.get()
            try:
                fails_anyway = _failing(copy, tests)
                for mutation in (each for test in tests for each in groups[test]):
                    results.put(_result(copy, mutation, fails_anyway))
            finally:
                copies.put(copy)

        # Enough to keep every copy busy, few enough to share what their tests begin with.
        parts = [part for number in range(4 * workers) if (part := list(groups)[number :: 4 * workers])]
        futures = [pool.submit(work, part) for part in parts]
        try:
            for _ in mutations:
                while results.empty():
                    _raise_from(futures)
                    time.sleep(0.1)
                yield results.get()
        finally:
            pool.shutdown(wait=False, cancel_futures=True)


def _raise_from(futures: Sequence[Future]) -> None:
    """Raise what went wrong in a worker."""
    for future in futures:
        if future.done():
            future.result()


def _failing(copy: Path, tests: list[str]) -> dict[str, str]:
    """The tests that fail as the project is, each with what pytest said."""
    outcomes = _run(copy, tests)
    said = {test: _said_of([each for each in outcomes if _is_of(each, test)]) for test in tests}
    return {test: text for test, text in said.items() if text}


def _result(copy: Path, mutation: Mutation, fails_anyway: dict[str, str]) -> Result:
    began = time.monotonic()
    if said := fails_anyway.get(mutation.noticed_by):
        return Result(mutation, BROKEN, 0.0, f"the test fails without it: {said}")
    path = mutation.file(copy)
    original = path.read_bytes()
    try:
        path.write_text(mutation.applied(copy), encoding="utf-8")
        outcomes = _run(copy, [*([MODELS_RUN] if mutation.is_sql else []), mutation.noticed_by], "-x")
    except MutationError as error:
        return Result(mutation, BROKEN, 0.0, str(error))
    finally:
        path.write_bytes(original)
    seconds = time.monotonic() - began
    if outcomes and outcomes[-1]["is_noticed"]:
        return Result(mutation, NOTICED, seconds)
    if outcomes and all(each["outcome"] == "passed" for each in outcomes):
        return Result(mutation, NOT_NOTICED, seconds)
    return Result(mutation, BROKEN, seconds, _said_of(outcomes))


def _is_of(outcome: dict, test: str) -> bool:
    return outcome["test"] == test or outcome["test"].startswith(f"{test}[")


def _said_of(outcomes: list[dict]) -> str:
    """What went wrong in a run of pytest; nothing where all passed."""
    if not outcomes:
        return "no test ran, or not to its end"
    return "\n".join(
        f"{each['test']} {each['outcome']} {each['text']}" for each in outcomes if each["outcome"] != "passed"
    )


def _run(copy: Path, tests: list[str], *more: str) -> list[dict]:
    """Outcomes of tests in a copy; none where pytest was given up."""
    # Short, for sockets have names of some hundred letters at most.
    scratch = Path(tempfile.mkdtemp(prefix="m", dir=copy.parent))
    verdict = scratch / "verdict.json"
    options = (*more, "-qvv", "-pno:cacheprovider", "-pno:xdist", "-ptests.mutations.verdict")
    child = subprocess.Popen(
        [copy / ".venv" / "bin" / "python", "-m", "pytest", *options, f"--basetemp={scratch / 't'}", *tests],
        cwd=copy,
        env=os.environ | {"PYTHONPATH": str(copy), "MUTATION_VERDICT": str(verdict)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        child.wait(SECONDS * len(tests))
        return json.loads(verdict.read_text(encoding="utf-8")) if verdict.exists() else []
    except subprocess.TimeoutExpired:
        return []
    finally:
        # With whatever the test began.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        shutil.rmtree(scratch, ignore_errors=True)


def _copied(folder: Path) -> Path:
    """A copy of what git knows of the project or would, and the environment it is installed in."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        if (PROJECT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(PROJECT / name, folder / name)
    (folder / ".venv").symlink_to(Path(sys.prefix).resolve(), target_is_directory=True)
    return folder
