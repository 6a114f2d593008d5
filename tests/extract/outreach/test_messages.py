"""The sequence of a person: which text each step has and why, and what would be sent with it."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest

from dbt_project.rendering import rendered
from extract.outreach.changed_texts import change, changed_texts
from extract.outreach.filling import Fact
from extract.outreach.message_tests import arm_of, load_message_tests
from extract.outreach.messages import Composed, Texts, Wanted, as_row, composed
from extract.outreach.published import Prospect
from extract.outreach.sequence_file import read_sequences
from extract.workspace.paths import Paths
from extract.workspace.workspace import load_workspace
from tests.extract.outreach.test_sequences import ONE, TEST
from tests.projects import project

AS_OF = datetime(2026, 3, 9, tzinfo=UTC)
NAME = Fact("Ada", "heyreach", AS_OF, None)
ADA = Prospect(
    "1a", "linkedin.com/in/ada", "one", AS_OF, {"first_name": "Ada", "icp": "sre"}, {"first_name": NAME}
)


@pytest.fixture
def texts(tmp_path) -> Texts:
    path = tmp_path / "sequences.yaml"
    path.write_text(ONE, encoding="utf-8")
    return Texts(read_sequences(path), {}, {"short": "note", "long": "note"})


def chosen(found: Composed) -> dict[str, tuple]:
    return {step.step: (step.variant, step.why, step.text) for step in found.steps}


def test_who_is_in_no_test_gets_the_default_of_each_step(texts):
    found = composed(ADA, texts, None, Wanted())
    assert chosen(found) == {
        "connection_note": ("short", "the default", "Hi Ada"),
        "first_message": ("soft", "the default", "Thanks"),
        "follow_up_1": ("follow", "the default", "Still there"),
    }
    sequence = texts.sequences.segments["one"]
    assert (found.sequence, found.sequence_hash) == (
        sequence.name(3, "soft_nudge"),
        sequence.sequence_hash(3, "soft_nudge"),
    )
    assert found.fields == {
        **{"segment": "one", "sequence": found.sequence, "connection_note": "Hi Ada"},
        **{"first_message": "Thanks", "follow_up_1": "Still there"},
    }
    assert [(each.day, each.is_after_acceptance) for each in found.steps] == [
        (0, False),
        (1, True),
        (5, True),
    ]
    assert found.problems == []
    assert as_row(found) == {"profile_url": "https://www.linkedin.com/in/ada", **ADA.columns, **found.fields}


def test_a_lot_and_a_style_choose_another_text(texts):
    found = composed(ADA, texts, "long", Wanted(style="direct_cta"))
    assert chosen(found)["connection_note"] == (
        *("long", "drawn by lot for the test note"),
        "Hi Ada of your company, your work",
    )
    assert chosen(found)["first_message"] == ("direct", "the default", "A call")
    assert found.fields["variant"] == "long"
    assert found.sequence.startswith("one-3-direct_cta-")


def test_a_text_that_was_changed_by_hand_is_theirs_and_in_no_test(texts):
    texts = replace(texts, changed={("linkedin.com/in/ada", "connection_note"): "Ada, {company}?"})
    for arm in (None, "long"):
        found = composed(ADA, texts, arm, Wanted())
        assert chosen(found)["connection_note"] == (None, "changed by hand", "Ada, your company?")
        assert ("variant" in found.fields, found.problems) == (False, [])
    other = composed(replace(ADA, key="linkedin.com/in/bob"), texts, "long", Wanted())
    assert other.fields["variant"] == "long"
    gone = composed(
        ADA, replace(texts, changed={("linkedin.com/in/ada", "follow_up_1"): "{x}"}), None, Wanted()
    )
    assert gone.problems == ["follow_up_1: {x} is no placeholder any more"]


@pytest.mark.parametrize(
    ("prospect", "arm", "wanted", "problem"),
    [
        (replace(ADA, segment=None), None, Wanted(), "is in no segment"),
        (replace(ADA, segment="two"), None, Wanted(), "config/sequences.yaml has no texts for two"),
        (ADA, None, Wanted(5), "one has no text for follow_up_2 (soft_nudge)"),
        (ADA, "direct", Wanted(), "direct is no text of this length and style of one"),
        (
            replace(ADA, facts={}),
            None,
            Wanted(),
            "connection_note: first_name is not known, and nothing can be said",
        ),
    ],
)
def test_what_keeps_somebody_from_being_written_to_is_said(texts, prospect, arm, wanted, problem):
    found = composed(prospect, texts, arm, wanted)
    assert found.problems[0].startswith(problem)


def test_an_arm_whose_text_stands_elsewhere_is_only_a_field(texts):
    found = composed(ADA, texts, "elsewhere", Wanted())
    assert (found.fields["variant"], found.problems) == ("elsewhere", [])
    assert chosen(found)["connection_note"][0] == "short"


def test_the_journal_has_the_newest_text_of_a_person_and_step(tmp_path):
    paths = Paths(tmp_path)
    for key, step, text in [
        ("linkedin.com/in/ada", "connection_note", "Hello"),
        ("linkedin.com/in/ada", "first_message", "Well"),
        ("linkedin.com/in/ada", "connection_note", "Hello again"),
        ("linkedin.com/in/bob", "connection_note", "Bob"),
        ("linkedin.com/in/bob", "connection_note", None),
        ("linkedin.com/in/eve", "connection_note", None),
    ]:
        change(paths, key, step, text)
    assert changed_texts(paths) == {
        ("linkedin.com/in/ada", "connection_note"): "Hello again",
        ("linkedin.com/in/ada", "first_message"): "Well",
    }


def registered(folder: Path, text: str):
    return load_message_tests(load_workspace(project(folder, sequences=ONE, message_tests=text), {}))


def test_lots_share_a_test_out_as_planned_and_as_the_warehouse_draws(tmp_path):
    [test] = registered(tmp_path, TEST.replace("short: 50, long: 50", "short: 30, long: 70"))
    keys = [f"linkedin.com/in/person-{number}" for number in range(4000)]
    arms = [test.lots.drawn(key) for key in keys]
    assert abs(Counter(arms)["short"] - 1200) < 4 * (4000 * 0.3 * 0.7) ** 0.5
    place = rendered("engine/*.sql", "drawn_at_percent('note', 'key')")
    with duckdb.connect() as database:
        places = database.execute(f"select {place} from (select unnest(?) as key)", [keys]).fetchall()
    assert arms == ["short" if at < 30 else "long" for (at,) in places]


def test_a_test_takes_whom_it_is_for_from_its_start_on_and_nobody_is_in_two(tmp_path):
    other = "  other:\n    arms: {soft: 50, direct: 50}\n    start: 2026-03-01\n"
    sequences = ONE.replace("style: soft_nudge, format", "format").replace(
        "style: direct_cta, format", "format"
    )
    text = TEST.replace("03-01", "03-05").replace("start", "icps: [SRE]\n    start") + other
    tests = load_message_tests(load_workspace(project(tmp_path, sequences=sequences, message_tests=text), {}))
    key, march = "linkedin.com/in/ada", lambda day: date(2026, 3, day)
    assert arm_of(tests, key, "one", "sre", march(5)) == tests[0].lots.drawn(key)
    assert arm_of(tests, key, "one", "sre", march(4)) == tests[1].lots.drawn(key)
    assert arm_of(tests, key, "one", "exec", march(5)) == tests[1].lots.drawn(key)
    assert arm_of(tests, key, "two", "sre", march(5)) is None
    assert arm_of(tests, key, "one", "sre", date(2026, 2, 28)) is None
