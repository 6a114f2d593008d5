"""The HeyReach key stays where it is: in no file, no output, no error, whatever happens."""

import base64
import logging
import os
import subprocess
import sys
import traceback
from collections.abc import Sequence
from urllib.parse import quote, quote_plus

import pytest

from extract import raw
from extract.sandbox.process import running_sandbox
from reports.cli import main
from reports.cli.frame import PROJECT_DIR
from tests.compiled import instead_of_dbt
from tests.end_to_end.conftest import FIRST_PULL, workspace_on

KEY = "hr+Distinctive/4711=Key~zQ9"
SPELLINGS = {
    *(KEY, quote(KEY), quote(KEY, safe=""), quote_plus(KEY), ascii(KEY), KEY[:16]),
    base64.b64encode(KEY.encode()).decode().rstrip("="),
}


def verbose(arguments: Sequence[str]) -> int:
    """The command line, ending as a program does, and all that the libraries below it have to tell."""
    logger = logging.getLogger()
    level, handler = logger.level, logging.StreamHandler(sys.stderr)
    logger.addHandler(handler)
    logger.setLevel(logging.DEBUG)
    try:
        return main(arguments)
    except Exception:
        traceback.print_exc()
        return 1
    finally:
        logger.setLevel(level)
        logger.removeHandler(handler)


@pytest.fixture(scope="module")
def runs(compiled, tmp_path_factory):
    """Everything printed by a good run and by failing ones, with tracebacks, on one data folder."""
    data_dir = tmp_path_factory.mktemp("secrets")
    printed = {}
    with running_sandbox(seed=5, leads=80, now=FIRST_PULL, api_key=KEY) as sandbox:
        workspace = workspace_on(sandbox, data_dir)
        environment = os.environ | workspace.environment | {"OUTBOUND_DATA_DIR": str(data_dir)}

        def debug(name: str, step: str, **changes: str) -> None:
            outcome = workspace.run(step, "--debug", entry=verbose, **changes)
            printed[name] = outcome.printed + outcome.errors
            assert "Traceback" in printed[name], printed[name]

        def debug_program(name: str, step: str) -> None:
            """The same in a program of its own, which tells what it does from its start."""
            done = subprocess.run(
                [sys.executable, "-c", _VERBOSE, step, "--debug"],
                env=environment,
                cwd=PROJECT_DIR,
                capture_output=True,
                text=True,
                check=False,
            )
            printed[name] = done.stdout + done.stderr
            assert "Traceback" in printed[name], printed[name]

        with instead_of_dbt(compiled):
            good = workspace.run("run")
        printed["good"] = good.printed + good.errors
        assert good.exit_code == 0, good.errors
        sandbox.set_faults({"name": "server_error", "route": "campaign/GetAll", "status": 400})
        debug_program("server refuses", "extract")
        sandbox.set_faults({"name": "server_error", "route": "campaign/GetAll", "status": 401})
        debug("key refused", "extract")
        debug("no server", "extract", HEYREACH_BASE_URL="http://127.0.0.1:9/api/public")
        debug("key with a line break", "extract", HEYREACH_API_KEY=f"{KEY}\nx")
        with raw.connect(data_dir / "raw.duckdb", read_only=False) as connection:
            connection.execute(
                "update heyreach.campaign_leads set payload = '{\"leadConnectionStatus\": []}'"
            )
        published = workspace.warehouse.read_bytes()
        debug("dbt", "build")
        assert workspace.warehouse.read_bytes() == published
    return data_dir, printed


_VERBOSE = """
import logging, sys
logging.basicConfig(level=logging.DEBUG)
from reports.cli import main
sys.exit(main(sys.argv[1:]))
"""


def test_the_key_is_in_nothing_that_was_printed(runs):
    _, printed = runs
    for name, text in printed.items():
        assert not [spelling for spelling in SPELLINGS if spelling in text], name


def test_an_audit_of_dbt_s_that_fails_says_what_failed(runs):
    """And nothing was published, as `runs` has seen; the other tests of such audits do without dbt."""
    _, printed = runs
    assert "campaign_leads.leadConnectionStatus" in printed["dbt"].rpartition("AuditError: ")[2]


def test_the_key_is_in_no_file(runs):
    data_dir, _ = runs
    files = [path for path in data_dir.rglob("*") if path.is_file()]
    assert {"raw.duckdb", "warehouse.duckdb", "campaign_leads.jsonl"} <= {path.name for path in files}
    for path in files:
        content = path.read_bytes()
        assert not [spelling for spelling in SPELLINGS if spelling.encode() in content], path
        assert not [spelling for spelling in SPELLINGS if spelling in str(path)], path
        assert path.stat().st_mode & 0o077 == 0, path
