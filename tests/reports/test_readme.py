"""Every command line of the README is run: here in the demo, or by the test that is named here."""

import json
import os
import re
import runpy
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from extract.http import pacing
from tests.conftest import Outcome, Workspace
from tests.extract.enrichment.stand_ins import StandIns, stand_ins

PROJECT = Path(__file__).resolve().parents[2]
README = (PROJECT / "README.md").read_text(encoding="utf-8")

# What takes a build of its own or minutes -> the test that runs it.
ELSEWHERE = {
    "make run": "test_a_run_without_a_key_reports_on_demo_data",
    "make run SINCE=2026-01-01 UNTIL=2026-02-01": "test_a_run_without_a_key_reports_on_demo_data",
    "connection-analytics --since 2026-01-01 --until 2026-02-01 --output-dir reports --format "
    "markdown,json,html": "test_a_run_without_a_key_reports_on_demo_data",
    "make extract KIND=light": "test_each_kind_of_pull_asks_as_few_requests_as_it_can",
    "make erase URL=https://www.linkedin.com/in/name": "test_an_erased_person_is_nowhere",
    "../.venv/bin/dbt build --select rpt_funnel --target demo": "test_one_model_is_built_beside_what_was_"
    "published",
    ".venv/bin/python -m tests.endurance.worlds --worlds 120": None,  # hours; its results are kept
    "make test": None,  # this is it
}
# `FROM=file`, `URL=...`, `QUERY="select ..."` and the like stand for something that the reader has.
_STANDS_FOR = re.compile(r"\.\.\.|=(file|import|name)\b")
_PROGRAM = re.compile(r"(make|connection-analytics|(\.\./)?\.venv/bin/\w+)\b")
_SHIM = """#!{python}
import json, os, sys
told = {{name: value for name, value in os.environ.items() if name.startswith("TYPED_")}}
print(json.dumps([os.path.basename(sys.argv[0]), sys.argv[1:], told]))
"""


def command_lines() -> list[str]:
    """The lines of its code blocks, and what stands in the text with more than a verb, each once."""
    blocks = re.findall(r"^```\n(.*?)^```", README, re.DOTALL | re.MULTILINE)
    lines = [line for block in blocks for line in block.splitlines()]
    spans = re.findall(r"`([^`\n]+)`", re.sub(r"^```\n.*?^```", "", README, flags=re.DOTALL | re.MULTILINE))
    lines += [span for span in spans if re.search(" --|[A-Z]=", span)]
    found = [re.sub(r"\s+# .*", "", line) for line in lines if _PROGRAM.match(line)]
    return [line for line in dict.fromkeys(found) if not _STANDS_FOR.search(line)]


HERE = [line for line in command_lines() if line not in ELSEWHERE]


def test_what_is_not_run_here_is_run_by_another_test():
    assert set(ELSEWHERE) - set(command_lines()) == set()
    tests = "\n".join(path.read_text(encoding="utf-8") for path in (PROJECT / "tests").rglob("test_*.py"))
    assert [name for name in ELSEWHERE.values() if name and f"def {name}(" not in tests] == []
    assert len(HERE) >= 12, HERE


@pytest.fixture(scope="module")
def services() -> Iterator[StandIns]:
    """The services whose keys the reader has."""
    with stand_ins() as served:
        yield served


@pytest.fixture(scope="module")
def followed(demo, tmp_path_factory, services) -> Workspace:
    """The demo's data as somebody has it who follows the README."""
    workspace, _ = demo
    folder = tmp_path_factory.mktemp("reader")
    shutil.copytree(workspace.data_dir, folder / "data")
    shutil.copytree(PROJECT / "config" / "examples", folder / "config" / "examples")
    return Workspace(folder / "data", services.environment())


@pytest.fixture
def typed(tmp_path) -> Path:
    """A folder of programs that say what they were called with, for `make` to call."""
    for name in ("python", "connection-analytics"):
        program = tmp_path / "bin" / name
        program.parent.mkdir(exist_ok=True)
        program.write_text(_SHIM.format(python=sys.executable))
        program.chmod(0o700)
    return program.parent


@pytest.mark.parametrize("line", HERE)
def test_a_command_line_of_the_readme_works_in_the_demo(line, followed, typed, machine, monkeypatch):
    monkeypatch.chdir(followed.data_dir.parent)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(machine))
    monkeypatch.setattr(pacing, "USED_SHARE", 100)  # the stand-ins permit more than the services
    outcome = run(line, followed, typed)
    assert outcome.exit_code == 0, outcome.errors
    assert "Traceback" not in outcome.errors
    assert outcome.printed


def run(line: str, workspace: Workspace, typed: Path) -> Outcome:
    """What a reader sees: `make` decides what is called, and that runs in this process."""
    program, *arguments = shlex.split(line)
    if program == "make":
        answer = subprocess.run(
            # As installed; `-e` lets BIN be ours without being a variable that somebody typed.
            ["make", "-e", "--silent", "--no-print-directory", "-o", ".venv/.installed", *arguments],
            cwd=PROJECT,
            env={**os.environ, "BIN": str(typed)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert answer.returncode == 0, answer.stderr
        program, arguments, told = json.loads(answer.stdout.splitlines()[-1])
        workspace = replace(workspace, environment={**workspace.environment, **told})
    if Path(program).name == "connection-analytics":
        return workspace.run(*arguments)
    assert arguments[0] == "-m"
    return workspace.run(*arguments[2:], entry=lambda given: module(arguments[1], given))


def module(name: str, arguments: tuple[str, ...]) -> int:
    """`python -m name`; its exit code."""
    before = sys.argv
    sys.argv = [name, *arguments]
    try:
        runpy.run_module(name, run_name="__main__", alter_sys=True)
    except SystemExit as end:
        return end.code or 0
    finally:
        sys.argv = before
    return 0
