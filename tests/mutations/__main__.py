"""`python -m tests.mutations`: bring the faults back one at a time, and name those that nobody noticed."""

import argparse
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from tests.mutations.mutation import Mutation, all_mutations
from tests.mutations.running import NOTICED, Result, tried

RESULTS = Path(__file__).with_name("results.md")


def main() -> int:
    """Try the mutations asked for; 1 where one was not noticed or couldn't be tried."""
    options = _parser().parse_args()
    mutations = [each for each in all_mutations() if not options.only or _is_meant(each, options.only)]
    began = time.monotonic()
    results = []
    for result in tried(mutations, options.workers):
        results.append(result)
        print(f"{len(results)} of {len(mutations)}: {_line(result)}", flush=True)
    unnoticed = [result for result in results if result.verdict != NOTICED]
    print(f"\n{len(results)} mutations, {len(unnoticed)} of them not noticed")
    for result in unnoticed:
        print(f"\n{_line(result)}\n  {result.mutation.so_that}\n  {result.said}".rstrip())
    if options.keep:
        RESULTS.write_text(_page(results, mutations, time.monotonic() - began), encoding="utf-8")
    return 1 if unnoticed or not results else 0


def _is_meant(mutation: Mutation, text: str) -> bool:
    told = (mutation.name, mutation.so_that, mutation.place, mutation.noticed_by)
    return text in mutation.brings_back or any(text in each for each in told)


def _line(result: Result) -> str:
    mutation = result.mutation
    return (
        f"{mutation.name} ({', '.join(mutation.brings_back)}, {mutation.place}) {result.verdict} "
        f"by {mutation.noticed_by} in {result.seconds:.0f} s"
    )


def _page(results: Sequence[Result], mutations: Sequence[Mutation], seconds: float) -> str:
    """What came out, as markdown, in the order in which the mutations are declared."""
    found = {result.mutation: result for result in results}
    noticed = sum(result.verdict == NOTICED for result in results)
    lines = [
        "# Mutations",
        "",
        f"{datetime.now(UTC):%Y-%m-%d}, by `python -m tests.mutations`: {noticed} of {len(results)} faults "
        f"that were brought back were noticed by the test named for them, in {seconds / 60:.0f} minutes.",
        "",
        "| mutation | brings back | so that | in | noticed by | verdict |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    lines += [
        f"| {each.name} | {', '.join(each.brings_back)} | {each.so_that} | `{each.place}` "
        f"| `{each.noticed_by.removeprefix('tests/')}` | {found[each].verdict} |"
        for each in mutations
    ]
    return "\n".join(lines) + "\n"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.mutations", description=__doc__)
    parser.add_argument("--only", metavar="TEXT", help="a row, an entry, or a part of name, place or test")
    parser.add_argument("--workers", type=int, default=2, help="at once, each in a copy (default: 2)")
    parser.add_argument("--keep", action="store_true", help=f"write {RESULTS.name}")
    return parser


if __name__ == "__main__":
    sys.exit(main())
