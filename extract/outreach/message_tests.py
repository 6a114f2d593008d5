"""config/message_tests.yaml: tests of two texts, written down before the first request of them is sent.

Everything that decides a verdict is part of a test, also its window (of acceptances: config/settings.yaml)
and the texts of its arms (config/sequences.yaml): whoever changes one of these has another test, which starts
anew. The journal keeps every one.
"""

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from dbt_project.rendering import rendered
from extract.importer.lots import WHOLE, Lots
from extract.intelligence.reading import Problems, Reader, mapping, number, section, texts
from extract.intelligence.vocabulary import words
from extract.outreach.sequence_file import load_sequences
from extract.outreach.sequences import Sequences
from extract.workspace import journal, strict_yaml
from extract.workspace.errors import ConfigurationError
from extract.workspace.paths import Paths
from extract.workspace.strict_yaml import Value, quoted, suggestion
from extract.workspace.workspace import Workspace

ARMS = 2
LEAST_SHARE, MOST_SHARE = 10, 90
LEAST_POINTS, MOST_POINTS = 3, 50
FEWEST_REQUESTS, MOST_REQUESTS = 100, 100_000
METRICS = ("acceptance", "replies")
REPLY_WINDOW_DAYS = int(rendered("catalogue/*.sql", "reply_window_days()"))
LONGEST_WINDOW = 90
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")

# metric, arms (variant and percent of each, in the order of the file), start (ISO day), icps,
# smallest_difference_points, planned_requests (None: as many as it needs), window_days; texts (segment, step,
# variant, text_hash), where config/sequences.yaml has them.
Test = dict[str, Any]


@dataclass(frozen=True)
class MessageTest:
    """A registered test."""

    name: str
    plan: Test

    @property
    def lots(self) -> Lots:
        """By which people get one of its texts."""
        return Lots(self.name, tuple((arm["variant"], arm["percent"]) for arm in self.plan["arms"]))

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
    sequences = load_sequences(workspace)
    tests = _tests(document, workspace.analytics.acceptance_window_days, sequences, problems)
    if problems.found:
        raise ConfigurationError(problems.found)
    return tests


def named(tests: Sequence[MessageTest], name: str, on: date) -> MessageTest:
    """The test of that name; raises ConfigurationError where there is none, or it hasn't begun on a day."""
    found = {test.name: test for test in tests}
    if name not in found:
        known = suggestion(name, found) if found else "there is none yet"
        raise ConfigurationError(
            f"config/message_tests.yaml has no test {quoted(name)}; {known}. Nothing was sent"
        )
    if found[name].plan["start"] > on.isoformat():
        raise ConfigurationError(
            f"The test {name} starts on {found[name].plan['start']}: imports count from then on. "
            "Nothing was sent"
        )
    return found[name]


def arm_of(
    tests: Sequence[MessageTest], key: str, segment: str | None, icp: str | None, on: date
) -> str | None:
    """The variant for a person who would be asked on a day; None where no test is theirs.

    A test is theirs that has begun, has texts for their segment, and asks for their ICP or for none. Of
    several the first in the file: nobody is in two.
    """
    for test in tests:
        is_for = any(each["segment"] == segment for each in test.plan.get("texts", ()))
        if (
            is_for
            and test.plan["start"] <= on.isoformat()
            and (icp in test.plan["icps"] or not test.plan["icps"])
        ):
            return test.lots.drawn(key)
    return None


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


def _tests(
    document: strict_yaml.Mapping, window_days: int, sequences: Sequences, problems: Problems
) -> list[MessageTest]:
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
        texts = _texts(name, list(plan["arms"]), sequences, line, problems)
        told = {"texts": texts} if texts else {}
        tests.append(MessageTest(name, {**plan, "arms": arms, "window_days": window, **told}))
    return tests


def _texts(
    name: str, arms: list[str], sequences: Sequences, line: int, problems: Problems
) -> list[dict[str, str]]:
    """The texts of the arms; none where they are written elsewhere. Only they may differ, at one step."""
    found = {arm: sequences.texts_of(arm) for arm in arms}
    segments = sorted({segment for each in found.values() for segment in each})
    for arm, there in found.items():
        missing = ", ".join(segment for segment in segments if segment not in there)
        if missing:
            problems.add(line, f"{name} has no text {quoted(arm)} for {missing} in config/sequences.yaml")
    chosen = [
        (segment, *found[arm][segment]) for segment in segments for arm in arms if segment in found[arm]
    ]
    steps = sorted({step.name for _, step, _ in chosen})
    if len(steps) > 1:
        problems.add(line, f"the arms of {name} are texts of {' and '.join(steps)}, and must be of one step")
    for segment in segments if len(steps) == 1 else ():
        if len({text.style for each, _, text in chosen if each == segment}) > 1:
            problems.add(line, f"the arms of {name} have different styles in {segment}: give both the same")
    return [
        {"segment": segment, "step": step.name, "variant": text.variant, "text_hash": text.text_hash}
        for segment, step, text in chosen
    ]


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
