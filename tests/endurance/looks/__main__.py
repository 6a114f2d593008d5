"""`python -m tests.endurance.looks`: does a message test ever say more than is so, opened every day?"""

import argparse
import multiprocessing
import sys
from collections.abc import Callable
from pathlib import Path

import numpy

from tests.endurance.crossed.__main__ import share
from tests.endurance.looks.examination import READ_AFTER, TOGETHER, Found, Said, found_in, planned, together
from tests.endurance.looks.examination import RESULTS as SAID
from tests.endurance.looks.worlds import BETTER, DAYS, EQUAL, KINDS, LATE

RESULTS = Path(__file__).with_name("results.md")
NO_DIFFERENCE, WINNER = SAID.index("no_difference"), SAID.index("winner")


def main() -> int:
    """Draw the tests, print the table, and keep it where asked to; 1 where more is said than may be."""
    parser = argparse.ArgumentParser(prog="python -m tests.endurance.looks", description=__doc__)
    parser.add_argument("--tests", type=int, default=4000, help="of each kind (default: %(default)s)")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--keep", action="store_true", help=f"write the table to {RESULTS.name}")
    options = parser.parse_args()
    tasks = [(kind, seed) for seed in range(-(-options.tests // TOGETHER)) for kind in range(len(KINDS))]
    found = []
    with multiprocessing.get_context("spawn").Pool(options.workers) as pool:
        for done, each in enumerate(pool.imap_unordered(found_in, tasks), 1):
            found.append(each)
            print(f"\r{done} of {len(tasks)} lots of {TOGETHER}", end="", file=sys.stderr, flush=True)
    by_kind = {kind.name: together([each for each in found if each.kind == kind.name]) for kind in KINDS}
    text = table(by_kind)
    print(f"\n{text}")
    if options.keep:
        RESULTS.write_text(text, encoding="utf-8")
    return int(bool(broken(by_kind)))


def broken(by_kind: dict[str, Found]) -> list[str]:
    """The promises that were not kept, within twice the standard error of so many tests."""
    equal, better, late = (by_kind[kind.name].said for kind in (EQUAL, BETTER, LATE))
    kept = {
        "equal texts are different": _at_most(equal.result == WINNER, 0.05),
        "ten points are found": _at_most(~is_found(better), 0.05),
        "as many as planned": better.requests.mean() <= 400,
        "the wrong one": _at_most(better.winner == 1, 0.003),
        "a late one is different": _at_most(late.result == WINNER, 0.05),
        "no change of mind": not any(each.said.changes.any() for each in by_kind.values()),
    }
    return [promise for promise, is_kept in kept.items() if not is_kept]


def is_found(said: Said) -> numpy.ndarray:
    """Whether the better text was found with at most 600 requests of each arm."""
    return (said.winner == 2) & (said.most_requests <= 600)


def _at_most(cases: numpy.ndarray, share_of_them: float) -> bool:
    error = (share_of_them * (1 - share_of_them) / len(cases)) ** 0.5
    return float(cases.mean()) <= share_of_them + 2 * error


def table(by_kind: dict[str, Found]) -> str:
    """What came out."""
    equal, better, late = (by_kind[kind.name] for kind in (EQUAL, BETTER, LATE))
    tests = len(equal.said.result)
    lines = [
        "# Do message tests say more than is so?",
        "",
        f"By `python -m tests.endurance.looks`: {tests:,} tests of each of {len(KINDS)} kinds, opened on",
        f"each of {DAYS} days. 24 requests go out a day, by four senders to two segments that differ anyway;",
        "21 % accept within the 14 days that count, half of them in 19 hours, a tenth more later. What is",
        "said is what the project's SQL says (`fnd_message_test_looks`, `fnd_message_test_results`), planned",
        f"with {planned()} requests of each text.",
        "In brackets is the 95 % interval of so many tests.",
        "",
        "| | target | said |",
        "| --- | ---: | ---: |",
        _line("two equal texts: one is declared the winner", "at most 5 %", equal.said.result == WINNER),
        _line("two equal texts: no difference of ten points", "", equal.said.result == NO_DIFFERENCE),
        _line("ten points more, found with at most 600 requests of each", "95 %", is_found(better.said)),
        _line("the same: the wrong text is declared the winner", "at most 0.3 %", better.said.winner == 1),
        _line("the same: no difference of ten points", "", better.said.result == NO_DIFFERENCE),
        _figure("requests of each text by then, on average", "at most 400", better.said.requests.mean()),
        _figure("the same of equal texts", "", equal.said.requests.mean()),
        _figure("sent of each text by then, with what was too young", "", better.said.sent.mean() / 2),
        _figure("days by then", "", better.said.day.mean()),
        _line(
            "an equal text that was added on day seven is declared different", "", late.said.result == WINNER
        ),
        _line("the same: no winner", "95 %", late.said.result != WINNER),
        _line("the same: no difference of ten points", "", late.said.result == NO_DIFFERENCE),
        _figure("changes of mind from one day to another", "0", _changes(by_kind)),
        _line("the true difference lies in the interval shown", "95 %", _covered(by_kind)),
        "",
        "Accepted to date of the equal text that was added on day seven, below the first text's: "
        + "; ".join(f"{100 * late.shortfalls[days]:.0f} % after {days} days" for days in READ_AFTER)
        + ".",
        "",
        "What rules of the field declare on the same tests:",
        "",
        "| | equal: a winner | ten points: found | ten points: the wrong one | late: a winner |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    words = {
        "guide": "100 requests of each, three points or more (once, when all are old enough)",
        "half": "50 of each, the higher one gets the rest (once, when all are old enough)",
        "daily": "z beyond 1.96 on some day, accepted to date, from 30 of each on",
    }
    for rule, name in words.items():
        cells = (
            equal.rules[rule] > 0,
            better.rules[rule] == 2,
            better.rules[rule] == 1,
            late.rules[rule] > 0,
        )
        lines.append(f"| {name} | {' | '.join(share(int(each.sum()), len(each)) for each in cells)} |")
    ours = (equal.said.winner > 0, better.said.winner == 2, better.said.winner == 1, late.said.winner > 0)
    lines.append(f"| this project | {' | '.join(share(int(each.sum()), len(each)) for each in ours)} |")
    return "\n".join([*lines, ""])


def _changes(by_kind: dict[str, Found]) -> int:
    return int(sum(each.said.changes.sum() for each in by_kind.values()))


def _covered(by_kind: dict[str, Found]) -> numpy.ndarray:
    """Of all kinds; the first text's rate less the other's is what is shown."""
    truth: Callable[[str], float] = {kind.name: -kind.difference for kind in KINDS}.__getitem__
    cases = [
        (each.said.low <= truth(name)) & (truth(name) <= each.said.high) for name, each in by_kind.items()
    ]
    return numpy.concatenate(cases)


def _line(words: str, target: str, cases: numpy.ndarray) -> str:
    return f"| {words} | {target} | {share(int(cases.sum()), len(cases))} |"


def _figure(words: str, target: str, value: float) -> str:
    return f"| {words} | {target} | {value:,.0f} |"


if __name__ == "__main__":
    sys.exit(main())
