"""`python -m tests.mutations`: bring the faults back one at a time, and name those that nobody noticed."""

import argparse
import sys
from collections.abc import Sequence
from datetime import UTC, datetime

from tests.mutations import kept
from tests.mutations.mutation import Mutation, all_mutations
from tests.mutations.running import NOTICED, Result, tried


def main() -> int:
    """Try the mutations asked for; 1 where one was not noticed or couldn't be tried."""
    options = _parser().parse_args()
    mutations = [each for each in all_mutations() if not options.only or _is_meant(each, options.only)]
    results = []
    for result in tried(mutations, options.workers):
        results.append(result)
        print(f"{len(results)} of {len(mutations)}: {_line(result)}", flush=True)
        if options.keep:
            _keep(result)
    unnoticed = [result for result in results if result.verdict != NOTICED]
    print(f"\n{len(results)} mutations, {len(unnoticed)} of them not noticed")
    for result in unnoticed:
        print(f"\n{_line(result)}\n  {result.mutation.so_that}\n  {result.said}".rstrip())
    return 1 if unnoticed or not results else 0


def _is_meant(mutation: Mutation, texts: Sequence[str]) -> bool:
    names = (*mutation.brings_back, mutation.name, mutation.name.partition(" ")[0])
    told = (mutation.so_that, mutation.place, mutation.noticed_by)
    return any(text in names or any(text in each for each in told) for text in texts)


def _line(result: Result) -> str:
    mutation = result.mutation
    return (
        f"{mutation.name} ({', '.join(mutation.brings_back)}, {mutation.place}) {result.verdict} "
        f"by {mutation.noticed_by} in {result.seconds:.0f} s"
    )


def _keep(result: Result) -> None:
    """Write what came out into the mutation's row; what is known of others stays."""
    known = kept.read(kept.RESULTS.read_text(encoding="utf-8")) if kept.RESULTS.exists() else {}
    known[kept.identity(result.mutation)] = (result.verdict, f"{datetime.now(UTC):%Y-%m-%d}")
    kept.RESULTS.write_text(kept.page(all_mutations(), known), encoding="utf-8")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.mutations", description=__doc__)
    parser.add_argument(
        "--only", nargs="+", metavar="TEXT", help="rows, entries, names, files; parts of what, where, by whom"
    )
    parser.add_argument("--workers", type=int, default=2, help="at once, each in a copy (default: 2)")
    parser.add_argument("--keep", action="store_true", help=f"write their rows of {kept.RESULTS.name}")
    return parser


if __name__ == "__main__":
    sys.exit(main())
