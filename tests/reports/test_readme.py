"""Every command line of the README is run: here in the demo, or by the test that is named here.

Of programs that take minutes to hours the command line is read by their own parser. A verb that is only named
is one of `make help`.
"""

import argparse
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
from extract.workspace.workspace import load_workspace
from reports.from_make import verbs
from tests.conftest import Outcome, Workspace
from tests.extract.enrichment.stand_ins import StandIns, stand_ins

PROJECT = Path(__file__).resolve().parents[2]
README = (PROJECT / "README.md").read_text(encoding="utf-8")

# What takes a build of its own, minutes, or a line in the configuration -> the test that runs it.
ELSEWHERE = {
    "make run": "test_a_run_without_a_key_reports_on_demo_data",
    "make run SINCE=2026-01-01 UNTIL=2026-02-01": "test_a_run_without_a_key_reports_on_demo_data",
    "connection-analytics --since 2026-01-01 --until 2026-02-01 --output-dir reports --format "
    "markdown,json,html": "test_a_run_without_a_key_reports_on_demo_data",
    "make daily": "test_the_jobs_pull_report_and_remember_each_in_its_measure",
    "make weekly": "test_the_jobs_pull_report_and_remember_each_in_its_measure",
    "make agency": "test_each_workspace_fails_alone_and_the_list_says_why",
    "make agency WORKERS=4": "test_more_builds_than_memory_holds_are_refused",
    "make build": "test_without_a_raw_database_it_is_made_anew_and_the_numbers_are_the_same",
    "make docs": "test_docs_are_one_page_that_describes_every_report_model",
    "make mcp": "test_make_installs_what_it_needs_and_leaves_standard_output_alone",
    "make mcp PERSONAL=1": "test_persons_are_told_only_where_asked",
    "make extract": "test_each_kind_of_pull_asks_as_few_requests_as_it_can",
    "make extract KIND=light": "test_each_kind_of_pull_asks_as_few_requests_as_it_can",
    "make messages CHECK=1": "test_the_sequence_is_checked_against_what_an_import_brings",
    "make enrich WITH=profile_answer": "test_the_one_question_is_answered_by_words_with_evidence_once",
    "make serve": "test_make_serve_answers_in_two_seconds_and_ends_when_it_is_asked_to",
    "make serve LINK=1": "test_make_serve_answers_in_two_seconds_and_ends_when_it_is_asked_to",
    "make door": "test_it_is_open_in_a_moment_and_ends_well_when_it_is_asked_to",
    "make webhooks ROTATE=1 APPLY=1": "test_another_secret_takes_over_and_the_old_one_holds_for_a_day",
    "make webhooks STOP=1 APPLY=1": "test_stopped_ours_are_gone_and_what_is_under_way_is_taken_for_a_day",
    "make restore FROM=file": "test_the_demo_is_saved_and_comes_back_as_the_demo",
    "make restore": "test_killed_at_any_step_it_is_the_old_state_or_completed_by_running_it_again",
    "make erase URL=https://www.linkedin.com/in/name": "test_an_erased_person_is_nowhere",
    "../.venv/bin/dbt build --select rpt_funnel --target demo": "test_one_model_is_built_beside_what_was_"
    "published",
}
# Minutes to hours, whatever the size; what they found is kept.
LONG = (
    "make diagnose-check",
    "make bench",
    ".venv/bin/python -m tests.endurance.worlds --worlds 120",
    ".venv/bin/python -m tests.mutations",
    ".venv/bin/python -m tests.endurance.same_numbers",
    ".venv/bin/python -m tests.endurance.worth",
    ".venv/bin/python -m tests.endurance.outcomes",
    ".venv/bin/python -m tests.endurance.crossed",
    ".venv/bin/python -m tests.endurance.scores",
    ".venv/bin/python -m tests.endurance.looks",
    ".venv/bin/python -m tests.endurance.score_history",
    ".venv/bin/python -m tests.endurance.kill_door",
    ".venv/bin/python -m tests.endurance.assistant",
    ".venv/bin/python -m tests.check_container",
    ".venv/bin/python -m tests.endurance.swaps",
    ".venv/bin/python -m tests.endurance.api_cases",
    ".venv/bin/python -m tests.endurance.serving_speed",
)
THIS_SUITE = "make test"
# What stands for something that the reader has -> what they would type; {data} is their data folder.
FILLED = {
    'make sql QUERY="select ..."': 'make sql QUERY="select stage, people from marts.rpt_funnel"',
    "make report OUTBOUND_DATA_DIR=...": "make report OUTBOUND_DATA_DIR={data}",
}
# Verbs that need more than their name stand elsewhere with it, or ask for a terminal.
ONLY_NAMED = ("make import", "make enrich", "make erase", "make sql", "make resume", "make track")
_STANDS_FOR = re.compile(r"\.\.\.")
_PROGRAM = re.compile(r"(make|connection-analytics|(\.\./)?\.venv/bin/\w+)\b")
# The exit code of a program whose parser has read its command line.
UNDERSTOOD = 77
_SHIM = """#!{python}
import json, os, sys
told = {{name: value for name, value in os.environ.items() if name.startswith("TYPED_")}}
print(json.dumps([os.path.basename(sys.argv[0]), sys.argv[1:], told]))
"""


def spans() -> list[str]:
    """What stands in the text as code, without the code blocks."""
    return re.findall(
        r"`([^`\n]+)`", re.sub(r"^```\w*\n.*?^```$", "", README, flags=re.DOTALL | re.MULTILINE)
    )


def command_lines() -> list[str]:
    """The lines of its code blocks and of its text that begin with a program, each once."""
    blocks = re.findall(r"^```\w*\n(.*?)^```$", README, re.DOTALL | re.MULTILINE)
    lines = [line for block in blocks for line in block.splitlines()] + spans()
    found = [re.sub(r"\s+# .*", "", line) for line in lines if _PROGRAM.match(line)]
    filled = [FILLED.get(line, line) for line in dict.fromkeys(found) if line not in ONLY_NAMED]
    return [line for line in filled if not _STANDS_FOR.search(line)]


HERE = [line for line in command_lines() if line not in (*ELSEWHERE, *LONG, THIS_SUITE)]


def test_what_is_not_run_here_is_run_by_another_test():
    lines = [*command_lines(), *ONLY_NAMED]
    assert [line for line in (*ELSEWHERE, *LONG, *FILLED.values(), THIS_SUITE) if line not in lines] == []
    assert [line for line in (*ONLY_NAMED, *FILLED) if f"`{line}`" not in README] == []
    tests = "\n".join(path.read_text(encoding="utf-8") for path in (PROJECT / "tests").rglob("test_*.py"))
    assert [name for name in ELSEWHERE.values() if f"def {name}(" not in tests] == []
    assert len(HERE) >= 20, HERE


def test_this_suite_is_run_by_what_must_hold_before_anything_lands():
    assert THIS_SUITE in (PROJECT / ".ci" / "run").read_text().splitlines()


def test_every_verb_that_is_named_is_one_and_every_one_is_named():
    blocks = "\n".join(line for line in command_lines() if line.startswith("make "))
    named = set(re.findall(r"^make ([a-z-]+)", "\n".join([*spans(), blocks]), re.MULTILINE))
    named |= {span for span in spans() if span in verbs()}
    for_developers = {"help", "lint", "format", "clean"}
    assert named - set(verbs()) == set()
    assert set(verbs()) - named - for_developers == set()


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
    assert outcome.printed or outcome.errors


@pytest.mark.parametrize("line", LONG)
def test_a_long_command_line_of_the_readme_is_understood(line, tmp_path, typed, monkeypatch):
    """It is run up to where its own parser has read it."""
    read = argparse.ArgumentParser.parse_args

    def only_read(parser: argparse.ArgumentParser, *arguments: object) -> None:
        read(parser, *arguments)
        raise SystemExit(UNDERSTOOD)

    monkeypatch.setattr(argparse.ArgumentParser, "parse_args", only_read)
    outcome = run(line, Workspace(tmp_path / "data", {}), typed)
    assert outcome.exit_code == UNDERSTOOD, outcome.errors


def test_the_settings_file_is_begun_as_it_says(tmp_path):
    [line] = [span for span in spans() if span.startswith("cp ")]
    shutil.copy(PROJECT / ".env.example", tmp_path)
    subprocess.run(["bash", "-c", line], cwd=tmp_path, check=True)
    assert (tmp_path / ".env").stat().st_mode & 0o777 == 0o600
    settings = load_workspace(tmp_path, {})
    assert settings.is_demo
    assert not settings.warnings


def test_a_query_of_the_readme_is_answered(demo):
    workspace, _ = demo
    [query] = [span for span in spans() if span.startswith("select ") and "=" in span]
    rows = workspace.query(query)
    assert dict(rows)["people"].startswith("People who reached the stage.")
    assert all(comment for _, comment in rows)


def run(line: str, workspace: Workspace, typed: Path) -> Outcome:
    """What a reader sees: `make` decides what is called, and that runs in this process."""
    program, *arguments = shlex.split(line.replace("{data}", str(workspace.data_dir)))
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
        if not arguments:
            return Outcome(0, answer.stdout, answer.stderr)
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
