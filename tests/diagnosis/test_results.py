"""What the table says of findings made up for it, and whether they are good enough."""

import json
from pathlib import Path

from tests.diagnosis.__main__ import _earlier
from tests.diagnosis.causes import KINDS
from tests.diagnosis.examination import Finding
from tests.diagnosis.oracle import EFFECTS, Opinion
from tests.diagnosis.results import fails_its_targets, table

BARS = dict.fromkeys(EFFECTS, 2.0)
SURE, UNSURE = Opinion(True, {EFFECTS[0]: 5.0}), Opinion(True, {EFFECTS[0]: 1.0})


def found(kind: str, number: int, oracle: Opinion | None, *, is_named: bool, step: str = "") -> Finding:
    line = "a line" if is_named else "no line"
    return Finding(kind, number, "a cause", is_named, is_named, False, [], line, [], "", [], step, oracle)


def sound(number: int, *, is_alarm: bool, sureness: float) -> Finding:
    said = Opinion(False, dict.fromkeys(EFFECTS, sureness))
    return Finding("nothing", number, "nothing", False, is_alarm, False, [], "", [], "", [], "", said)


def test_the_first_line_is_held_against_what_the_oracle_names():
    findings = [
        found("weak list of one sender", 0, SURE, is_named=True),
        found("weak list of one sender", 1, SURE, is_named=False, step="not clear: z -2.10, q 0.300"),
        found("weak list of one sender", 2, UNSURE, is_named=False, step="line 2"),
        found("sender logged out", 0, None, is_named=True),
        found("among usual effects: list", 0, None, is_named=True),
        sound(0, is_alarm=False, sureness=3.0),
        sound(1, is_alarm=False, sureness=0.0),
    ]
    text = table(findings, BARS)
    third, whole = "33.3 % (1)", "100.0 % (1)"
    for row in (
        f"| weak list of one sender | 3 | {third} | {third} | 66.7 % (2) | 50.0 % (1), 9 to 91 | 0.0 % (0) |",
        f"| sender logged out | 1 | {whole} | {whole} | {whole} | {whole}, 21 to 100 | 0.0 % (0) |",
        "| among usual effects: list | 1 | 100.0 % (1) | 100.0 % (1) |  |  | 0.0 % (0) |",
        "| nothing | 2 |  | 0.0 % (0) | 50.0 % |  | always something |",
        "| weak list of one sender 1 | a cause | no line | not clear: z -2.10, q 0.300 | names it |",
        "| weak list of one sender 2 | a cause | no line | line 2 | - |",
    ):
        assert row in text.splitlines()


def test_it_is_good_enough_by_what_the_oracle_names_and_by_alarms_about_nothing():
    named = [found("weak sender of a list", number, SURE, is_named=True) for number in range(45)]
    missed = [found("weak sender of a list", number, SURE, is_named=False) for number in range(45, 55)]
    beyond = [found("weak sender of a list", number, UNSURE, is_named=False) for number in range(55, 90)]
    assert not fails_its_targets(named + missed[:3] + beyond, BARS)
    assert fails_its_targets(named + missed, BARS)
    quiet = [sound(number, is_alarm=False, sureness=0.0) for number in range(90)]
    assert not fails_its_targets(quiet + [sound(90, is_alarm=True, sureness=0.0)] * 9, BARS)
    assert fails_its_targets(quiet + [sound(90, is_alarm=True, sureness=0.0)] * 20, BARS)


def test_a_run_goes_on_where_another_stopped(tmp_path: Path):
    left = [found("weak list of one sender", number, SURE, is_named=True) for number in range(3)]
    left.append(sound(0, is_alarm=False, sureness=1.0))
    path = tmp_path / "findings.jsonl"
    path.write_text("".join(json.dumps(finding._asdict()) + "\n" for finding in left))
    kinds = {kind.name: kind for kind in KINDS}
    wanted = {kinds["weak list of one sender"]: 2, kinds["nothing"]: 5}
    assert _earlier(path, wanted) == [*left[:2], left[3]]
    assert _earlier(tmp_path / "none", wanted) == []
