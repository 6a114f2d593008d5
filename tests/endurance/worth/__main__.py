"""`python -m tests.endurance.worth`: hold what mending is said to be worth against what it would bring."""

import argparse
import json
import sys
from pathlib import Path
from statistics import median

from tests.endurance.worth.examination import BLOCKED, LOSING, STARVED, Line, examined

RESULTS = Path(__file__).with_name("results.md")
# Lines worth less are few requests, whose share of luck no range can hold.
LEAST = 5.0
# By how much the largest is to be above the next, for the first line to be held to it.
CLEAR = 1.2


def main() -> int:
    """Examine the worlds asked for, print the table, and keep it where asked to."""
    parser = argparse.ArgumentParser(prog="python -m tests.endurance.worth", description=__doc__)
    parser.add_argument("--worlds", type=int, default=200)
    parser.add_argument("--from", dest="first", type=int, default=0, metavar="N", help="the first of them")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--out", type=Path, metavar="FILE", help="append each line to this file as JSON")
    parser.add_argument("--read", type=Path, metavar="FILE", help="print the table of such a file")
    parser.add_argument("--keep", action="store_true", help=f"write the table to {RESULTS.name}")
    options = parser.parse_args()
    lines: list[Line] = []
    if options.read:
        lines = [Line(**json.loads(line)) for line in options.read.read_text().splitlines()]
    else:
        worlds = range(options.first, options.first + options.worlds)
        for done, found in enumerate(examined(worlds, options.workers), 1):
            lines += found
            if options.out:
                with options.out.open("a") as file:
                    file.writelines(json.dumps(line._asdict()) + "\n" for line in found)
            print(f"\r{done} of {options.worlds} worlds", end="", file=sys.stderr, flush=True)
    text = table(lines)
    print(f"\n{text}")
    if options.keep:
        RESULTS.write_text(text)
    return 0


def table(lines: list[Line]) -> str:
    """What came out, by cause."""
    worlds = len({line.world for line in lines})
    text = [
        "# Is advice worth what it says?",
        "",
        f"By `python -m tests.endurance.worth`: {worlds} worlds, lines of {LEAST:.0f} and more accepted",
        "connections a week. True is what the requests of the coming week would bring with it mended, less",
        "what they bring as things are, by the worlds' own chances. Targets: the range holds it in 90 +- 4 %",
        "of lines, the median error is 25 % at most where something is stuck or starved and 35 % where",
        "something is accepted less, the first line is truly worth most in 90 % of worlds where that is",
        "20 % above the next.",
        "",
        "| cause | lines | range holds the true worth | median error | median said / true |",
        "| --- | --- | --- | --- | --- |",
    ]
    large = [line for line in lines if max(line.said, line.true) >= LEAST and line.true > 0]
    for cause, those in groups(large).items():
        if those:
            within = sum(line.is_within for line in those) / len(those)
            error = median(line.error for line in those)
            bias = median(line.said / line.true for line in those)
            text.append(f"| {cause} | {len(those)} | {within:.0%} | {error:.0%} | {bias:.2f} |")
    without = sum(line.said >= LEAST and line.true <= 0 for line in lines)
    clear = right = 0
    for number in {line.world for line in lines}:
        those = [line for line in lines if line.world == number and line.cause != "together"]
        largest = sorted(those, key=lambda line: -line.true)
        if len(largest) > 1 and largest[0].true >= max(CLEAR * largest[1].true, 1):
            clear += 1
            right += min(those, key=lambda line: line.rank) is largest[0]
    text += [
        "",
        f"Beside them {without} lines said so much that bring nothing.",
        f"Of {clear} worlds with a clear largest, the first line has it in {right}.",
        "",
    ]
    return "\n".join(text)


def groups(lines: list[Line]) -> dict[str, list[Line]]:
    """By cause, of what is accepted less by what is; and what is stuck, what is losing, and the totals."""
    stuck = [line for line in lines if line.cause in (*BLOCKED, *STARVED)]
    losing = [line for line in lines if line.cause in LOSING]
    return {
        **{cause: [line for line in stuck if line.cause == cause] for cause in (*BLOCKED, *STARVED)},
        "moved leads": [line for line in stuck if line.kind == "move" and line.cause not in STARVED],
        "**blocked and starved**": stuck,
        **{
            f"{cause}: {dimension}": [line for line in losing if line.dimension == dimension]
            for cause in LOSING
            for dimension in sorted({line.dimension for line in losing})
        },
        "**losing**": losing,
        "**together**": [line for line in lines if line.cause == "together"],
    }


if __name__ == "__main__":
    sys.exit(main())
