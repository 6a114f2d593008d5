"""Whatever an assistant asks, the protocol holds, and what it is told adds up to nobody few.

`python -m tests.endurance.assistant --calls 10000 --seed 1` builds the demo, starts the server of `make mcp`
on it over real pipes, and asks it random things: every tool with what the marts offer, near misses, other
types, long and hostile texts, and arguments that don't exist. Each has to be answered or refused within 8 KB.
Then all figures that were told are held against who is in which segment: no segment of few, no two
whose difference is of few, no two dimensions from which one of few follows. It prints a table, `--keep`
keeps it, and exits with 1 if anything broke. `--data` takes the data folder of a demo that is there already.
"""

import argparse
import json
import os
import random
import resource
import statistics
import sys
import tempfile
import time
from collections import Counter, defaultdict
from pathlib import Path

from dbt_project.rendering import rendered
from reports.assistant.answering import MOST_BYTES, MOST_ROWS
from reports.assistant.tools import TOOLS
from tests.conftest import Workspace
from tests.dbt_project.test_segments_withheld import (
    MINIMUM,
    TOLD,
    few_by_difference,
    few_by_two_answers,
)
from tests.reports.assistant.asking import Asked, Call, ask
from tests.reports.assistant.hostile import texts

KEPT = Path(__file__).with_suffix(".md")
STARTS = 5


def demo(folder: Path) -> Workspace:
    """The demo of January 2026, in this folder."""
    workspace = Workspace(folder, {})
    outcome = workspace.run("run", "--since", "2026-01-01", "--until", "2026-02-01", "--format", "json")
    assert outcome.exit_code == 0, outcome.errors
    return workspace


def drawn(workspace: Workspace, count: int, seed: int) -> list[Call]:
    """So many calls; every segment is asked for by its dimension at least once."""
    draw = random.Random(seed)
    keys = workspace.query("select dimension, told_key, place from marts.rpt_assistant_segments order by all")
    hostile = [text[:400] for text in texts()]
    days = ["2026-02-09", "2026-13-45", "", "next week"]
    words = ["mature", "accept rate", "rpt_funnel", "title", "technologies", "ICP", "q", "x" * 300]
    calls: list[Call] = [
        ("segment", {"dimension": dimension, "after": place - 1})
        for dimension, _, place in keys
        if place % 8 == 1
    ]

    def value() -> object:
        return draw.choice(
            [
                draw.choice(keys)[1],
                draw.choice(keys)[0],
                draw.choice(hostile),
                draw.choice(days),
                draw.choice(words),
                draw.choice([None, True, -1, 0, 7, 2**40, 1.5, [], {}, ["a"], {"a": 1}]),
            ]
        )

    while len(calls) < count:
        tool = draw.choice(TOOLS)
        arguments = {name: value() for name in tool.arguments if draw.random() < 0.8}
        if tool.name == "segment" and draw.random() < 0.8:
            dimension, key, place = draw.choice(keys)
            arguments = draw.choice(
                [
                    {"dimension": dimension, "value": key},
                    {"dimension": dimension, "after": place},
                    {"dimension": dimension},
                ]
            )
        if draw.random() < 0.05:
            arguments[draw.choice(["sql", "limit", draw.choice(hostile)])] = value()
        name = draw.choice(hostile) if draw.random() < 0.02 else tool.name
        calls.append((name, arguments))
    return calls


def starts(workspace: Workspace) -> tuple[list[float], list[float]]:
    """Seconds until a server has told its tools; and those of a processor until it has ended."""
    passed, worked = [], []
    for _ in range(STARTS):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        passed.append(ask(workspace, []).seconds)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        worked.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return passed, worked


def told_of_few(workspace: Workspace, asked: Asked, calls: list[Call]) -> dict[str, int]:
    """What the answers tell of few people, together."""
    told = set()
    for (name, arguments), answer in zip(calls, asked.answers, strict=True):
        dimension = {"sender": "account", "campaign": "campaign"}.get(name, arguments.get("dimension"))
        for row in (answer.data or {}).get("rows", []):
            if "key" in row and "sent" in row:
                told.add((dimension, row["key"]))
    # As lists: whoever is in several segments of a dimension counts in each.
    columns = [
        rendered("engine/*.sql", f"split_keywords('{entry['several']}')")
        if "several" in entry
        else f"[coalesce({entry['column']}, '{entry['missing']}')]"
        for entry in TOLD.values()
    ]
    facts = workspace.query(
        f"select lead_id, {', '.join(columns)} from findings.fnd_period_facts "
        "where leads_imported + leads_undated + sent_undated + sent_to_date > 0"
    )
    cells = defaultdict(set)
    for number, (_, *segments) in enumerate(facts):
        for name, among in zip(TOLD, segments, strict=True):
            for segment in among or []:
                cells[name, segment].add(number)
    members = {key: frozenset(numbers) for key, numbers in cells.items()}
    keys = workspace.query("select dimension, segment, told_key from marts.rpt_assistant_segments")
    unknown = {(name, segment) for name, segment, _ in keys} - members.keys()
    assert not unknown, f"of these nobody knows who is in them: {sorted(unknown)[:5]}"
    hidden = {(name, segment) for name, segment, key in keys if (name, key) not in told}
    members = {key: members[key] for key in members if key in {(name, segment) for name, segment, _ in keys}}

    def people(numbers):
        return {facts[number][0] for number in numbers}

    return {
        "segments told": len(members) - len(hidden & members.keys()),
        "segments not told": len(hidden & members.keys()),
        "segments of few that are told": sum(
            len(people(numbers)) < MINIMUM for key, numbers in members.items() if key not in hidden
        ),
        "differences of two figures that are of few": len(few_by_difference(members, people, hidden)),
        "segments of few that follow from two answers": len(
            few_by_two_answers(members, people, hidden, list(TOLD))
        ),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--calls", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--data", type=Path, metavar="FOLDER")
    parser.add_argument("--keep", action="store_true", help=f"write {KEPT.name}")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        workspace = Workspace(options.data, {}) if options.data else demo(Path(folder))
        passed, worked = starts(workspace)
        load = os.getloadavg()[0]
        calls = drawn(workspace, options.calls, options.seed)
        began = time.monotonic()
        asked = ask(workspace, calls)
        took = time.monotonic() - began
        few = told_of_few(workspace, asked, calls)
    log = asked.errors.splitlines()[1:]
    outcomes = Counter(line.split(": ", 1)[1].rpartition(", ")[0] for line in log)
    times = sorted(int(line.rpartition(", ")[2].removesuffix(" ms")) for line in log)
    sizes = [
        len(each.text.encode()) + len(json.dumps(each.data, ensure_ascii=False).encode())
        for each in asked.answers
    ]
    rows = [len(each.data["rows"]) for each in asked.answers if each.data]
    broken = {
        "calls without an answer": len(calls) - len(asked.answers),
        "lines of the log that are none": len(log) - len(calls),
        "failures of ours": sum(number for outcome, number in outcomes.items() if "failed" in outcome),
        "answers longer than 8 KB": sum(size > MOST_BYTES + 200 for size in sizes),
        "answers of more than 50 rows": sum(number > MOST_ROWS for number in rows),
        **{name: number for name, number in few.items() if not name.startswith("segments told")},
    }
    del broken["segments not told"]
    lines = [
        "# What an assistant may ask",
        "",
        f"{len(calls):,} random calls of seed {options.seed} on the demo, by "
        "`python -m tests.endurance.assistant`, over one server, one after another "
        f"({took:.0f} seconds, {os.cpu_count()} processors).",
        "",
        "| | |",
        "| --- | ---: |",
        *(f"| {name} | {number:,} |" for name, number in sorted(outcomes.items())),
        *(f"| {name} | {few[name]:,} |" for name in ("segments told", "segments not told")),
        *(f"| **{name}** | {number:,} |" for name, number in broken.items()),
        f"| longest answer, bytes | {max(sizes):,} |",
        f"| from starting to being told the tools, median of {STARTS} | {statistics.median(passed):.2f} s |",
        f"| time of a processor that it took, while {load:.1f} programs wanted one | "
        f"{statistics.median(worked):.2f} s |",
        *(
            f"| {percent} of 100 calls were answered within | {times[len(times) * percent // 100 - 1]} ms |"
            for percent in (50, 95, 99)
        ),
        "",
    ]
    text = "\n".join(lines)
    print(text)
    if options.keep:
        KEPT.write_text(text, encoding="utf-8")
    return int(any(broken.values()))


if __name__ == "__main__":
    sys.exit(main())
