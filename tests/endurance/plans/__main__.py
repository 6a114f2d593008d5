"""`python -m tests.endurance.plans`: does a plan break a limit, waste requests, expect less than it could?"""

import argparse
import multiprocessing
import sys
from pathlib import Path

from tests.endurance.plans.examination import NEARLY, TOGETHER, Found, found_in

RESULTS = Path(__file__).with_name("results.md")


def table(found: list[Found]) -> str:
    """The results, as they are kept."""
    wrong = [each for each in found if each.wrong]
    ratios = sorted(each.ratio for each in found)
    wasted = [each for each in found if each.requests < each.most_requests - NEARLY]
    return f"""# What plans of random weeks are like

Made by `python -m tests.endurance.plans --keep`. Each week is another: 1 to 12 senders with limits, queues, past and
coming requests, 1 to 5 segments with weights and people; a sender may ask a segment in four cases of five.

| {len(found):,} weeks | |
| --- | --- |
| plans that break a rule (daily limit, any seven days, the week, weights of 0, who may ask whom, people, most) | {len(wrong)} |
| plans that are another one, made again | {sum(not each.is_repeated for each in found)} |
| plans with fewer requests than limits allow | {len(wasted)} |
| expected acceptances of the best with so many of each segment (scipy's `milp`), worst plan | {ratios[0]:.6f} |
| requests of a segment beside the linear shares of its weight, most, where any sender may ask any | {max(each.off_weights for each in found):.2f} |
| seconds a plan takes, mean and most | {sum(each.seconds for each in found) / len(found):.3f}, {max(each.seconds for each in found):.3f} |
"""  # noqa: E501 - a table


def main() -> int:
    """Plan the weeks, print the table, and keep it where asked to; 1 where a plan is not as promised."""
    parser = argparse.ArgumentParser(prog="python -m tests.endurance.plans", description=__doc__)
    parser.add_argument("--weeks", type=int, default=10_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--keep", action="store_true", help=f"write the table to {RESULTS.name}")
    options = parser.parse_args()
    found: list[Found] = []
    with multiprocessing.get_context("spawn").Pool(options.workers) as pool:
        for lot in pool.imap_unordered(found_in, range(-(-options.weeks // TOGETHER))):
            found += lot
            print(f"\r{len(found)} weeks", end="", file=sys.stderr, flush=True)
    text = table(found)
    print(f"\n{text}")
    for each in found:
        for wrong in each.wrong[:1]:
            print(wrong)
    if options.keep:
        RESULTS.write_text(text, encoding="utf-8")
    is_kept = all(
        not each.wrong and each.is_repeated and each.ratio >= 0.999 and each.off_weights <= 1 + NEARLY
        for each in found
    )
    return int(not is_kept)


if __name__ == "__main__":
    sys.exit(main())
