"""What a verb doesn't need it doesn't load."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import sys
from reports.cli import main
exit_code = main(sys.argv[2:])
loaded = sorted(name for name in sys.argv[1].split(",") if name in sys.modules)
print(f"exit code {exit_code}, loaded: {loaded}", file=sys.stderr)
"""
# dbt takes two seconds, dlt half of one, drawing and the sandbox's people some more.
PEOPLE = "extract.sandbox.world"
HEAVY = {
    *("dbt.cli", "dlt", "vl_convert", "scipy", "mcp", "fastapi", "uvicorn"),
    *(PEOPLE, "extract.heyreach.client", "extract.pipeline"),
}
PROJECT = Path(__file__).parents[3]


@pytest.mark.parametrize(
    ("arguments", "needed"),
    [
        (("--help",), set()),
        (("import", "--help"), set()),
        (("report", "--format", "json"), set()),
        (("report", "--format", "html"), {"vl_convert"}),
        (("sql", "--query", "select 1"), set()),
        (("schedule", "show"), set()),
    ],
    ids=lambda value: "" if isinstance(value, set) else " ".join(value),
)
def test_a_verb_loads_what_it_needs_and_no_more(arguments, needed, demo, tmp_path):
    workspace, _ = demo
    into = ["--output-dir", str(tmp_path)] if arguments[0] == "report" else []
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, ",".join(HEAVY), *arguments, *into],
        env={**os.environ, "OUTBOUND_DATA_DIR": str(workspace.data_dir), "HEYREACH_API_KEY": ""},
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr.splitlines()[-1] == f"exit code 0, loaded: {sorted(needed)}", done.stderr


def test_what_serves_starts_without_what_few_requests_need():
    done = subprocess.run(
        [sys.executable, "-c", "import sys, reports.server.serving; print(*sys.modules)"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert not {"dbt.cli", "dlt", "scipy.optimize", "reports.door.demo"} & {*done.stdout.split()}


def test_whoever_reads_only_the_beginning_gets_no_error():
    verb = [sys.executable, "-m", "reports.cli", "enrichments"]
    with subprocess.Popen(verb, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        process.stdout.close()
        assert process.wait(60) == 0
        assert process.stderr.read() == ""
