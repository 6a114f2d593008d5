"""`python -m tests.endurance.swaps`: a server is asked without pause while the file behind it is replaced.

Each prepared file says one number everywhere: in rows, on pages, in the report's first page. So an answer
that holds two numbers is of two files, and one whose number stood there too long ago is old. Clients are
processes of their own, as is the server, and files are replaced as a build replaces them.
"""

import argparse
import multiprocessing
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import httpx

from extract.workspace.sql_text import literal
from tests.conftest import Workspace

RESULTS = Path(__file__).with_name("swaps.md")
PORT = 8391
# An answer may be of a file that was replaced so long before it was asked for.
LATE_SECONDS = 2.0
# What is asked, and how often each number stands in the answer at least.
ASKED = (
    "/api/campaigns",
    "/api/campaigns.csv",
    "/campaigns",
    "/api/tables/rpt_account_performance",
    "/api/tables/rpt_funnel?limit=1",
    "/",
)
# A number that no other figure of the demo is.
FIRST = 7_000_000
_NUMBER = re.compile(rb"\b7,?0\d\d,?\d\d\d\b")


@dataclass
class Seen:
    """What one client saw: how many answers, and lines about those that were wrong."""

    answers: int
    wrong: list[str]


def main() -> int:
    """Ask and replace, print what came of it, and keep it where asked to; 1 where an answer was wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.endurance.swaps", description=__doc__)
    parser.add_argument("--requests", type=int, default=100_000)
    parser.add_argument("--swaps", type=int, default=200)
    parser.add_argument("--clients", type=int, default=4)
    parser.add_argument("--keep", action="store_true", help=f"write what came of it to {RESULTS.name}")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        text, is_wrong = _examine(Path(folder), options.requests, options.swaps, options.clients)
    print(text)
    if options.keep:
        RESULTS.write_text(text, encoding="utf-8")
    return int(is_wrong)


def _examine(folder: Path, requests: int, swaps: int, clients: int) -> tuple[str, bool]:
    workspace = Workspace(folder / "data", {})
    assert workspace.run("run").exit_code == 0
    published = workspace.warehouse
    files = [_prepared(published, folder / f"{number}.duckdb", FIRST + number) for number in range(swaps)]
    shutil.copy(files[0], published)
    log = folder / "swaps.txt"
    log.write_text(f"0 {FIRST}\n")
    context = multiprocessing.get_context("spawn")
    began = time.monotonic()
    with _server(folder / "data") as token, context.Pool(clients) as pool:
        shares = [requests // clients] * clients
        asked = [pool.apply_async(_ask, (token, share, log)) for share in shares]
        pause, place = 0.5, 1
        while not all(each.ready() for each in asked):
            time.sleep(pause)
            number = place % swaps
            beside = published.with_name("build.duckdb")
            shutil.copy(files[number], beside)
            with log.open("a") as file:
                file.write(f"{time.time():.6f} {FIRST + number}\n")
            os.replace(beside, published)
            place += 1
        seen = [each.get() for each in asked]
    took = time.monotonic() - began
    answers = sum(each.answers for each in seen)
    wrong = [line for each in seen for line in each.wrong]
    text = (
        "# Answers while the published file is replaced\n\n"
        f"`python -m tests.endurance.swaps --keep`, {datetime.now(UTC):%Y-%m-%d}: {answers:,} requests by "
        f"{clients} clients for {len(ASKED)} addresses, while {place - 1} files that differ took each "
        f"other's place, in {took:.0f} s.\n\n"
        "| torn, of two files, failed, or of a file that was replaced more than two seconds before | of |\n"
        "| ---: | ---: |\n"
        f"| {len(wrong):,} | {answers:,} |\n"
    )
    return text + "".join(f"\n- {line}" for line in wrong[:20]), bool(wrong) or place - 1 < swaps


def _prepared(published: Path, path: Path, number: int) -> Path:
    """A small warehouse that says one number wherever it is asked."""
    with duckdb.connect(str(path)) as connection:
        connection.execute(f"attach {literal(published)} as source (read_only)")
        tables = connection.execute(
            "select schema_name, table_name from duckdb_tables() where database_name = 'source' "
            "and schema_name = 'marts' and estimated_size < 5000"
        ).fetchall()
        connection.execute("create schema marts; create schema staging")
        for schema, table in [*tables, ("staging", "stg_operations__run_parameters")]:
            connection.execute(f'create table {schema}."{table}" as from source.{schema}."{table}"')
        for table in ("rpt_campaign_performance", "rpt_account_performance", "rpt_funnel", "rpt_headline"):
            columns = connection.execute(
                "select column_name from duckdb_columns() where table_name = ? and schema_name = 'marts' "
                "and database_name <> 'source' and column_name in ('sent', 'people', 'sent_to_date')",
                [table],
            ).fetchall()
            for (column,) in columns:
                connection.execute(f'update marts.{table} set "{column}" = {number}')
        connection.execute("detach source")
        connection.execute("create schema served")
        connection.execute(
            "create table served.first_page as select ? as title, ? as html",
            [f"{number}", f"<h1>{number}</h1>" + f"<p>{number}</p>" * 200],
        )
        connection.execute("force checkpoint")
    return path


@contextmanager
def _server(data_dir: Path) -> Iterator[str]:
    """`make serve` as a process of its own; yields the token."""
    environment = dict(os.environ) | {
        "HEYREACH_API_KEY": "",
        "OUTBOUND_DATA_DIR": str(data_dir),
        "SERVE_PORT": str(PORT),
        "HOOKS_PORT": str(PORT + 1),
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "reports.cli", "serve"], env=environment, stdout=subprocess.DEVNULL
    )
    try:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            try:
                httpx.get(f"http://127.0.0.1:{PORT}/api/health")
                break
            except httpx.TransportError:
                time.sleep(0.1)
        yield (data_dir / "demo" / "server" / "token").read_text().strip()
    finally:
        process.terminate()
        process.wait(timeout=30)


def _ask(token: str, requests: int, log: Path) -> Seen:
    wrong: list[str] = []
    headers = {"authorization": f"Bearer {token}"}
    with httpx.Client(base_url=f"http://127.0.0.1:{PORT}", headers=headers, timeout=30) as client:
        for place in range(requests):
            path = ASKED[place % len(ASKED)]
            began = time.time()
            answer = client.get(path)
            while answer.status_code == 429:
                time.sleep(float(answer.headers["retry-after"]))
                began = time.time()
                answer = client.get(path)
            ended = time.time()
            numbers = {int(found.replace(b",", b"")) for found in _NUMBER.findall(answer.content)}
            if answer.status_code != 200 or len(numbers) != 1:
                wrong.append(f"{path}: {answer.status_code}, {sorted(numbers)[:5]}")
            elif not _stood(log, next(iter(numbers)), began, ended):
                wrong.append(f"{path}: {numbers} stood there too long ago")
    return Seen(requests, wrong)


def _stood(log: Path, number: int, began: float, ended: float) -> bool:
    """Whether a file stood there in the two seconds before a request, or until its answer.

    A swap is noted right before it is made.
    """
    swaps = [(float(at), int(which)) for at, which in (line.split() for line in log.read_text().splitlines())]
    for place, (at, which) in enumerate(swaps):
        until = swaps[place + 1][0] if place + 1 < len(swaps) else float("inf")
        if which == number and at <= ended and until >= began - LATE_SECONDS:
            return True
    return False


if __name__ == "__main__":
    sys.exit(main())
