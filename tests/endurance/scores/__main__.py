"""`python -m tests.endurance.scores`: is a score believed that orders nobody, and are wrong points named?"""

import argparse
import multiprocessing
import sys
from collections.abc import Iterable
from pathlib import Path

from tests.endurance.crossed.__main__ import share
from tests.endurance.scores.examination import LEAST_TRUTH, SIZES, Found, examined
from tests.endurance.scores.worlds import HALF_INVERTED, INVERTED, KINDS, NULL, USELESS

RESULTS = Path(__file__).with_name("results.md")
# What is thought of points beforehand was chosen on worlds with lower seeds.
FIRST_SEED = 1_000
# What is said of a point that is less than was given.
LESS = ("worth_less", "worth_nothing", "wrong_sign")
NAMED = (*LESS, "worth_more")


def main() -> int:
    """Draw the worlds, print the table, and keep it where asked to; 1 where a score that orders nobody is
    believed too often."""
    parser = argparse.ArgumentParser(prog="python -m tests.endurance.scores", description=__doc__)
    parser.add_argument("--worlds", type=int, default=200, help="of each kind (default: %(default)s)")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--keep", action="store_true", help=f"write the table to {RESULTS.name}")
    options = parser.parse_args()
    tasks = [(kind, FIRST_SEED + seed) for seed in range(options.worlds) for kind in range(len(KINDS))]
    found = []
    with multiprocessing.get_context("spawn").Pool(options.workers) as pool:
        for done, each in enumerate(pool.imap_unordered(examined, tasks, chunksize=5), 1):
            found += each
            print(f"\r{done} of {len(tasks)} worlds", end="", file=sys.stderr, flush=True)
    text = table(found, options.worlds)
    print(f"\n{text}")
    if options.keep:
        RESULTS.write_text(text)
    wrong = [each.verdict == "orders" for each in found if each.kind == NULL.name]
    return int(sum(wrong) / len(wrong) > 0.05 + 2 * (0.05 * 0.95 / len(wrong)) ** 0.5)


def table(found: list[Found], worlds: int) -> str:
    """What came out, by how many requests were old enough to judge."""
    text = [
        "# Can a score lose?",
        "",
        f"By `python -m tests.endurance.scores`: {worlds} sandbox worlds of each of {len(KINDS)} kinds,",
        "with senders, lists and companies that differ anyway; a fifth is accepted (21 %). Each component is",
        "carried by 30 to 50 % of the leads, and what it is worth is planted. Judged are the first 600 and",
        "1,200 requests; what was foretold is held against the 800 that went out afterwards. Worlds in which",
        "fewer than 120 accepted say nothing (`collecting`) and are counted in the first line alone.",
        "",
        f"| | target |{''.join(f' {size:,} requests |' for size in SIZES)}",
        f"| --- | ---: |{' ---: |' * len(SIZES)}",
    ]
    sizes = [[each for each in found if each.requests == size] for size in SIZES]
    text.append(_line("worlds that say nothing yet", "", sizes, lambda each: [each.verdict == "collecting"]))
    judged = [[each for each in of_size if each.verdict != "collecting"] for of_size in sizes]
    for words, target, hits in _figures():
        text.append(_line(words, target, judged, hits))
    text += [
        "",
        f"Of what the hidden truth orders beyond chance (AUC less 0.5, where it has {LEAST_TRUTH:.2f} or"
        " more):",
        "",
        f"| reached on average by | target |{''.join(f' {size:,} requests |' for size in SIZES)}",
        f"| --- | ---: |{' ---: |' * len(SIZES)}",
    ]
    for words, target, name in (
        ("the points suggested", "90 %", "suggested"),
        ("the same with 0 for those below 0", "", "above_nothing"),
        ("the points given by hand", "", "by_hand"),
    ):
        cells = ""
        for of_size in judged:
            reached = [getattr(each, name) for each in of_size if getattr(each, name) is not None]
            cells += f" {100 * sum(reached) / max(1, len(reached)):.1f} % of {len(reached)} worlds |"
        text.append(f"| {words} | {target} |{cells}")
    return "\n".join([*text, ""])


def _figures():
    """(words, target, whether each case of a world was a hit)"""
    useless, inverted, half = KINDS[2].name, KINDS[3].name, KINDS[4].name
    yield (
        "the score is said to order leads, where nothing does",
        "at most 5 %",
        lambda each: [each.verdict == "orders"] if each.kind == NULL.name else [],
    )
    yield (
        "the same, to order them the wrong way round",
        "",
        lambda each: [each.verdict == "inverted"] if each.kind == NULL.name else [],
    )
    yield (
        "the score is said to order leads, where all points are right",
        "",
        lambda each: [each.verdict == "orders"] if each.kind == KINDS[1].name else [],
    )
    yield (
        f"wrong sign is said of {INVERTED}, worth -0.75",
        "90 % at 1,200",
        lambda each: [each.points[INVERTED] == "wrong_sign"] if each.kind == inverted else [],
    )
    yield (
        f"the same, worth -0.5 ({HALF_INVERTED})",
        "",
        lambda each: [each.points[HALF_INVERTED] == "wrong_sign"] if each.kind == half else [],
    )
    yield (
        f"less than given is said of {USELESS}, worth 0 and given 0.75",
        "90 % at 1,200",
        lambda each: [each.points[USELESS] in LESS] if each.kind == useless else [],
    )
    yield (
        "of all points that are said to be wrong, right ones",
        "at most 10 %",
        lambda each: (
            [name not in each.wrong for name, verdict in each.points.items() if verdict in NAMED]
            if each.kind != NULL.name
            else []
        ),
    )
    yield (
        "of points that are said to be as given, wrong ones",
        "",
        lambda each: ([name in each.wrong for name, verdict in each.points.items() if verdict == "as_given"]),
    )
    yield (
        "the rate of a tier afterwards lies in the interval foretold",
        "95 +- 2 %",
        lambda each: each.tiers,
    )


def _line(words: str, target: str, sizes: Iterable[list[Found]], hits) -> str:
    cells = ""
    for of_size in sizes:
        cases = [hit for each in of_size for hit in hits(each)]
        cells += f" {share(sum(cases), len(cases)) if cases else '–'} |"
    return f"| {words} | {target} |{cells}"


if __name__ == "__main__":
    sys.exit(main())
