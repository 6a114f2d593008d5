"""`python -m tests.endurance.worlds`: draw worlds, build their warehouses, hold them against the truth."""

import argparse
import json
import multiprocessing
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from functools import partial
from pathlib import Path

from tests.compiled import compile_project
from tests.endurance.worlds.drawing import NAMES
from tests.endurance.worlds.examination import Finding, examine_drawn
from tests.endurance.worlds.results import as_json, is_good, table

HERE = Path(__file__).parent


def main() -> int:
    """Examine the worlds asked for; 0 if everything holds, 1 if not."""
    options = _parser().parse_args()
    print(f"seed {options.seed}", file=sys.stderr)
    numbers = options.numbers or range(options.worlds)
    began = time.monotonic()
    findings = []
    for finding in _examined(options, numbers):
        findings.append(finding)
        if options.out:
            with options.out.open("a") as file:
                file.write(json.dumps(asdict(finding), default=str) + "\n")
        broken = [name for name, verdict in finding.verdicts.items() if verdict.holds is False]
        print(
            f"{len(findings)} of {len(numbers)}  {finding.name}  {finding.seconds:.0f} s  "
            f"{', '.join(broken) or 'all true'}",
            file=sys.stderr,
            flush=True,
        )
    print(f"{(time.monotonic() - began) / 60:.1f} minutes", file=sys.stderr)
    text = table(findings, options.seed)
    print(text)
    if options.keep:
        HERE.joinpath("results.md").write_text(text)
        told = json.dumps(as_json(findings, options.seed), indent=1, default=str)
        HERE.joinpath("results.json").write_text(told + "\n")
    return 0 if is_good(findings) else 1


def _examined(options: argparse.Namespace, numbers: Sequence[int]) -> Iterator[Finding]:
    with tempfile.TemporaryDirectory(prefix="worlds-") as folder:
        project = compile_project(Path(folder), with_tests=True)
        one = partial(examine_drawn, project, options.seed, options.only, options.databases)
        if options.workers == 1:
            yield from map(one, numbers)
            return
        # Spawned, because dbt leaves threads behind that a fork would copy in whatever state they are.
        with multiprocessing.get_context("spawn").Pool(options.workers) as pool:
            yield from pool.imap(one, numbers)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.endurance.worlds", description=__doc__)
    parser.add_argument("--worlds", type=int, default=120, help="how many (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="default: %(default)s")
    parser.add_argument("--only", default="", choices=("", *NAMES), help="only worlds with this twist")
    parser.add_argument(
        "--numbers", type=int, nargs="+", help="these worlds of the seed, instead of the first"
    )
    parser.add_argument("--workers", type=int, default=1, help="processes (default: %(default)s)")
    parser.add_argument("--out", type=Path, metavar="FILE", help="append each finding to this file as JSON")
    parser.add_argument("--databases", type=Path, metavar="FOLDER", help="keep every warehouse there")
    parser.add_argument("--keep", action="store_true", help="write results.md and results.json")
    return parser


if __name__ == "__main__":
    sys.exit(main())
