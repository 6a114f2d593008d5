"""`python -m tests.endurance.serving_speed FOLDER`: how fast a served workspace answers, eight at a time.

FOLDER is a data folder with a published warehouse, such as one that the benchmark generated and built
(without it, one of `--leads` is made here, which takes a while). The server is a process of its own; each
list is asked for fifty rows by eight clients at once, and DuckDB alone for the same, eight at a time.
"""

import argparse
import http.client
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx

from reports.server.generations import Generations
from tests.benchmark.__main__ import _step
from tests.benchmark.workspaces import BASE_URL, Workspace, land

RESULTS = Path(__file__).with_name("serving_speed.md")
PORT = 8393
AT_ONCE, REQUESTS = 8, 400
# What 95 of 100 answers may take, in seconds: fifty rows, the first page; and beside DuckDB alone.
ROWS_MAY, PAGE_MAY, TIMES, MORE = 0.1, 0.3, 3.0, 0.02
PAGES = {"/": PAGE_MAY, "/leads": ROWS_MAY, "/campaigns/{campaign}": ROWS_MAY}
# Path -> what stands between `select * from marts.` and the number of rows.
_QUERIES = {
    "/api/leads?limit=50": "rpt_lead_inbox where icp_profile = $profile order by rank",
    "/api/people?limit=50": "heyreach_leads order by lead_id",
    "/api/people?limit=50&company_region=eu": "heyreach_leads where company_region = 'eu' order by lead_id",
    "/api/campaigns/{campaign}/leads?limit=50": (
        "heyreach_connections where campaign_id = $campaign order by campaign_lead_id"
    ),
    "/api/segments?limit=50": "rpt_segment_performance order by dimension, segment",
}
LISTS = {path: f"select * from marts.{rest} limit 51" for path, rest in _QUERIES.items()}


def main() -> int:
    """Measure, print the table, keep it where asked to; 1 where an answer takes longer than it may."""
    parser = argparse.ArgumentParser(prog="python -m tests.endurance.serving_speed", description=__doc__)
    parser.add_argument("folder", type=Path, nargs="?", help="a data folder that is built")
    parser.add_argument("--leads", type=int, default=1_000_000)
    parser.add_argument("--keep", action="store_true", help=f"write the table to {RESULTS.name}")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as made:
        folder = options.folder or _made(Path(made), options.leads)
        text, is_slow = _measure(folder)
    print(text)
    if options.keep:
        RESULTS.write_text(text, encoding="utf-8")
    return int(is_slow)


def _made(folder: Path, leads: int) -> Path:
    land(Workspace.of(leads), folder)
    for step in ("load", "build"):
        _step(step, folder)
    return folder


def _measure(folder: Path) -> tuple[str, bool]:
    with Generations(folder / "warehouse.duckdb", "1300MB") as generations, generations.reading() as opened:
        leads = opened.one("select count(*) as leads from marts.heyreach_leads")["leads"]
        campaign = opened.one("select min(campaign_id) as id from marts.heyreach_connections")["id"]
        profile = opened.one("select icp_profile from marts.rpt_inbox_profiles order by is_default desc")
        known = {"campaign": campaign, "profile": profile["icp_profile"] if profile else ""}
        alone = {
            path: _timed(lambda query=query: opened.rows(query, _named(query, known)))
            for path, query in LISTS.items()
        }
    rows, is_slow = [], False
    with _served(folder) as (started, headers):
        clients = threading.local()

        def get(path: str) -> None:
            if not hasattr(clients, "it"):  # one that takes little of the processors that the server has
                clients.it = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)
            clients.it.request("GET", path.format(**known), headers=headers)
            answer = clients.it.getresponse()
            body = answer.read()
            assert answer.status == 200, body

        for path, may in {**dict.fromkeys(LISTS, ROWS_MAY), **PAGES}.items():
            took = _timed(lambda path=path: get(path))
            limit = min(may, TIMES * alone[path] + MORE) if path in alone else may
            is_slow = is_slow or took > limit
            beside = f"{1000 * alone[path]:.0f} ms" if path in alone else ""
            rows.append(
                f"| `{path}` | {1000 * took:.0f} ms | {beside} | {1000 * limit:.0f} ms | "
                f"{'yes' if took <= limit else 'no'} |"
            )
    text = (
        f"# How fast a served workspace of {leads:,} leads answers\n\n"
        f"`python -m tests.endurance.serving_speed --keep`, {datetime.now(UTC):%Y-%m-%d}, on "
        f"{os.cpu_count()} cores: {REQUESTS} requests of each, {AT_ONCE} at once, by clients on the same "
        f"machine. A list may take {1000 * ROWS_MAY:.0f} ms, and three times the same query in "
        f"DuckDB alone and {1000 * MORE:.0f} ms. Starting took {started:.1f} s.\n\n"
        "| asked | 95 of 100 within | in DuckDB alone, eight at once | may take | does it |\n"
        "| --- | ---: | ---: | ---: | --- |\n"
    )
    return text + "\n".join(rows) + "\n", is_slow


def _named(query: str, known: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in known.items() if f"${name}" in query}


def _timed(do: Callable[[], object]) -> float:
    """What 95 of 100 take at most, in seconds, eight at a time."""

    def once(_: int) -> float:
        began = time.perf_counter()
        do()
        return time.perf_counter() - began

    with ThreadPoolExecutor(AT_ONCE) as pool:
        list(pool.map(once, range(AT_ONCE)))
        took = list(pool.map(once, range(REQUESTS)))
    return statistics.quantiles(took, n=20)[-1]


@contextmanager
def _served(folder: Path) -> Iterator[tuple[float, dict[str, str]]]:
    """`make serve` as a process of its own; yields how long its start took, and the header with the token."""
    environment = dict(os.environ) | {
        "HEYREACH_API_KEY": "benchmark",
        "HEYREACH_BASE_URL": BASE_URL,
        "ACCOUNT_METADATA_PATH": str(folder / "accounts.yaml"),
        "OUTBOUND_DATA_DIR": str(folder),
        "SERVE_PORT": str(PORT),
        "HOOKS_PORT": str(PORT + 1),
    }
    began = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", "reports.cli", "serve"], env=environment, stdout=subprocess.DEVNULL
    )
    try:
        while True:
            assert process.poll() is None
            try:
                httpx.get(f"http://127.0.0.1:{PORT}/api/health")
                break
            except httpx.TransportError:
                time.sleep(0.02)
        started = time.monotonic() - began
        token = (folder / "server" / "token").read_text().strip()
        yield started, {"authorization": f"Bearer {token}"}
    finally:
        process.terminate()
        process.wait(timeout=30)


if __name__ == "__main__":
    sys.exit(main())
