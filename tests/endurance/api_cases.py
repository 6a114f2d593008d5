"""`python -m tests.endurance.api_cases`: what the API's own description allows and forbids is asked of it.

schemathesis makes requests out of the OpenAPI document, right ones and wrong ones, and holds every answer
against what the document says of it: its status, its media type, its shape, its headers, and that none is a
failure of the server. The demo is served, on which every route works; its sandbox takes what is sent.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from tests.conftest import Workspace
from tests.projects import project
from tests.serving import serving, workspace_of

RESULTS = Path(__file__).with_name("api_cases.md")
CHECKS = (
    *("not_a_server_error", "status_code_conformance", "content_type_conformance"),
    *(
        "response_schema_conformance",
        "response_headers_conformance",
        "unsupported_method",
        "allow_header_conformance",
    ),
)
# Each of these starts a sandbox of its own, or waits for a job: they get fewer examples.
SLOW = (
    *("POST /api/leads", "POST /api/leads/{lead_id}/enrich", "POST /api/discover", "POST /api/research"),
    *("POST /api/prospects/discover", "POST /api/research/enhanced/complete-workflow"),
    *("POST /api/outreach/cadence/weekly", "POST /api/icp"),
)
SLOW_EXAMPLES = 5
_CASES = re.compile(r"([\d,]+) generated")


def main() -> int:
    """Ask, print what came of it, and keep it where asked to; 1 where an answer is not the document's."""
    parser = argparse.ArgumentParser(prog="python -m tests.endurance.api_cases", description=__doc__)
    parser.add_argument("--cases", type=int, default=20_000, help="at least so many (default: %(default)s)")
    parser.add_argument("--examples", type=int, default=100, help="of each route in a round")
    parser.add_argument("--keep", action="store_true", help=f"write what came of it to {RESULTS.name}")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        assert Workspace(data, {}).run("run").exit_code == 0
        workspace = workspace_of(data, project(Path(folder) / "project"))
        with serving(workspace, is_bounded=False) as served:
            cases, rounds, complaints = 0, 0, []
            while cases < options.cases and not complaints:
                found, said = _round(served, options.examples, seed=rounds + 1)
                cases, rounds = cases + found, rounds + 1
                complaints += said
                print(f"{cases:,} cases", file=sys.stderr, flush=True)
    text = (
        "# What the API's description allows and forbids, asked\n\n"
        f"`python -m tests.endurance.api_cases --keep`, {datetime.now(UTC):%Y-%m-%d}: {cases:,} generated "
        f"requests over the whole document, in {rounds} rounds, held against it by {', '.join(CHECKS)}.\n\n"
        "| answers that the document doesn't have, or that are failures of the server | of |\n"
        "| ---: | ---: |\n"
        f"| {len(complaints):,} | {cases:,} |\n"
    )
    print(text + "\n".join(complaints))
    if options.keep:
        RESULTS.write_text(text, encoding="utf-8")
    return int(bool(complaints))


def _round(served, examples: int, seed: int) -> tuple[int, list[str]]:
    """All routes once, the slow ones in the first round: how many cases, and what there is to complain of."""
    others = [part for name in SLOW for part in ("--exclude-name", name)]
    cases, complaints = _run(served, examples, seed, "examples,coverage,fuzzing", others)
    if seed == 1:
        slow = [part for name in SLOW for part in ("--include-name", name)]
        more, said = _run(served, SLOW_EXAMPLES, seed, "examples,fuzzing", slow, workers=1)
        cases, complaints = cases + more, complaints + said
    return cases, complaints


def _run(
    served, examples: int, seed: int, phases: str, which: list[str], workers: int = 2
) -> tuple[int, list[str]]:
    """One run of schemathesis."""
    token = served.workspace.paths.server_token.read_text().strip()
    command = [
        *(str(Path(sys.executable).with_name("schemathesis")), "run", f"{served.base}/openapi.json"),
        *("-H", f"Authorization: Bearer {token}", "-c", ",".join(CHECKS), "--max-examples", str(examples)),
        *("--phases", phases, "--seed", str(seed), "--continue-on-failure", *which),
        *("--warnings", "off", "--workers", str(workers), "--request-timeout", "70"),
    ]
    environment = dict(os.environ) | {"NO_COLOR": "1"}
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, check=False
        )
    counted = _CASES.search(done.stdout)
    complaints = [] if done.returncode == 0 else [done.stdout[-6000:] + done.stderr[-2000:]]
    if not counted:
        complaints = [f"it counted nothing: {done.stdout[-3000:]}{done.stderr[-3000:]}"]
    return int(counted[1].replace(",", "")) if counted else 0, complaints


if __name__ == "__main__":
    sys.exit(main())
