"""config/message_tests.yaml: tests of two texts, written down before the first request of them is sent.

Everything that decides a verdict is part of a test, also its window (of acceptances: config/settings.yaml):
whoever changes one of these has another test, which starts anew. The journal keeps every one.
"""

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from extract.intelligence.reading import Problems, Reader, mapping, number, section, texts
from extract.intelligence.vocabulary import words
from extract.workspace import journal, strict_yaml
from extract.workspace.errors import ConfigurationError
from extract.workspace.paths import Paths
from extract.workspace.strict_yaml import Value, quoted
from extract.workspace.workspace import Workspace

ARMS = 2
WHOLE = 100
LEAST_SHARE, MOST_SHARE = 10, 90
LEAST_POINTS, MOST_POINTS = 3, 50
FEWEST_REQUESTS, MOST_REQUESTS = 100, 100_000
METRICS = ("acceptance", "replies")
REPLY_WINDOW_DAYS = 14
LONGEST_WINDOW = 90
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")

# metric, arms (variant and percent of each, in the order of the file), start (ISO day), icps,
# smallest_difference_points, planned_requests (None: as many as it needs), window_days.
Test = dict[str, Any]


@dataclass(frozen=True)
class MessageTest:
    """A registered test."""

    name: str
    plan: Test

    @property
    def text(self) -> str:
        """The plan as JSON, the same for equal ones but for the order of its arms."""
        return json.dumps(self.plan, separators=(",", ":"), ensure_ascii=False)

    @property
    def config_hash(self) -> str:
        """The name of the plan: SHA-256 of its JSON."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def load_message_tests(workspace: Workspace) -> list[MessageTest]:
    """The tests of a workspace, in the order of the file; raises ConfigurationError with every problem."""
    path = workspace.message_tests
    document = strict_yaml.load(path) if path.exists() else strict_yaml.Mapping(1)
    problems = Problems(path)
    tests = _tests(document, workspace.analytics.acceptance_window_days, problems)
    if problems.found:
        raise ConfigurationError(problems.found)
    return tests


def keep(paths: Paths, tests: list[MessageTest], now: datetime) -> None:
    """Write into the journal what is new, changed or gone since it was written last, as of `now`."""
    newest = {row["test_name"]: row for row in journal.rows(paths.message_tests)}
    given = {test.name: test for test in tests}
    for name in {**newest, **given}:
        before = newest.get(name, {}).get("config_hash")
        test = given.get(name)
        if before == (test.config_hash if test else None):
            continue
        row = {
            "change_id": f"{name} {now:%Y-%m-%dT%H:%M:%S.%fZ}",
            "test_name": name,
            "config_hash": test.config_hash if test else None,
            "config": test.text if test else None,
            "recorded_at": now,
        }
        journal.append(paths.message_tests, row)


def _tests(document: strict_yaml.Mapping, window_days: int, problems: Problems) -> list[MessageTest]:
    mapping("the file", document, 1, problems, ("tests",))
    entries = mapping("tests", document.get("tests"), document.lines.get("tests", 1), problems)
    tests: list[MessageTest] = []
    taken: dict[str, str] = {}
    for name, entry in entries.items():
        line = entries.lines[name]
        if not _NAME.fullmatch(name):
            problems.add(
                line, f"{quoted(name)} can't name a test: small letters, digits and _, as in shorter_note"
            )
        if entry is None:
            problems.add(line, f"{name} is empty: give it arms and a start")
            continue
        plan = _read(name, entry, line, problems)
        for arm in plan["arms"]:
            if arm in taken and taken[arm] != name:
                problems.add(
                    line,
                    f"{name} has the arm {quoted(arm)} of {taken[arm]}: a value of `variant` is one test's",
                )
            taken.setdefault(arm, name)
        arms = [{"variant": arm, "percent": share} for arm, share in plan["arms"].items()]
        reply_window = plan.pop("reply_window_days")
        is_of_replies = plan["metric"] == "replies"
        if reply_window is not None and not is_of_replies:
            problems.add(line, f"{name} has reply_window_days, which only tests with `metric: replies` have")
        window = (reply_window or REPLY_WINDOW_DAYS) if is_of_replies else window_days
        tests.append(MessageTest(name, {**plan, "arms": arms, "window_days": window}))
    return tests


def _metric(name: str, value: Value, line: int, problems: Problems) -> str:
    if value not in (None, *METRICS):
        problems.add(line, f"metric must be acceptance or replies, not {quoted(value)}")
    return value if value in METRICS else METRICS[0]


def _arms(name: str, value: Value, line: int, problems: Problems) -> dict[str, int]:
    entries = mapping(name, value, line, problems)
    shares = {
        arm: number(LEAST_SHARE, MOST_SHARE, 0)(
            f"the share of {quoted(arm)}", share, entries.lines[arm], problems
        )
        for arm, share in entries.items()
    }
    if len(shares) != ARMS:
        problems.add(
            line,
            f"{name} must be two, as in {{short: 50, long: 50}}, not {len(shares)}; a third is another test",
        )
    elif all(shares.values()) and sum(shares.values()) != WHOLE:
        problems.add(line, f"{name} are {sum(shares.values())} per cent together, and must be {WHOLE}")
    return shares


def _start(name: str, value: Value, line: int, problems: Problems) -> str | None:
    try:
        return date.fromisoformat(value if isinstance(value, str) else "").isoformat()
    except ValueError:
        problems.add(line, f"{name} must be a day like 2026-02-03, not {quoted(value)}")
        return None


_read: Reader = section(
    {
        "metric": _metric,
        "arms": _arms,
        "start": _start,
        "icps": texts(words),
        "smallest_difference_points": number(LEAST_POINTS, MOST_POINTS, 10),
        "planned_requests": number(FEWEST_REQUESTS, MOST_REQUESTS),
        "reply_window_days": number(1, LONGEST_WINDOW),
    }
)
