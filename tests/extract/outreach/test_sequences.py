"""config/sequences.yaml: what may stand there, what is refused with its line, what names it has."""

import json
from pathlib import Path

import pytest

from extract.outreach.configuration import read_outreach
from extract.outreach.message_tests import load_message_tests
from extract.outreach.sequence_file import load_sequences, read_sequences, text_problems
from extract.outreach.sequences import FACTS, LIMITS, STEPS, Placeholder, Sequences, characters
from extract.workspace.errors import ConfigurationError
from extract.workspace.workspace import load_workspace
from tests.projects import SHIPPED, project

ONE = """placeholders:
  first_name: {fact: first_name}
  company: {fact: company_name, fallback: your company}
  news: {fact: company_news, max_age_days: 30, fallback: your work}
formats: [question, note]
angles: [peers]
segments:
  one:
    length: 3
    style: soft_nudge
    steps:
      connection_note:
        texts:
          short: {format: note, angle: peers, text: "Hi {first_name}"}
          long: {format: note, angle: peers, text: "Hi {first_name} of {company}, {news}"}
      first_message:
        texts:
          soft: {style: soft_nudge, format: note, angle: peers, text: Thanks}
          direct: {style: direct_cta, format: question, angle: peers, text: A call}
          either: {format: question, angle: peers, text: Well}
      follow_up_1:
        texts:
          follow: {format: question, angle: peers, text: Still there}
"""
TEST = "tests:\n  note:\n    arms: {short: 50, long: 50}\n    start: 2026-03-01\n"


def read(folder: Path, text: str) -> Sequences:
    path = folder / "sequences.yaml"
    path.write_text(text, encoding="utf-8")
    return read_sequences(path)


def refused(folder: Path, text: str) -> list[str]:
    with pytest.raises(ConfigurationError) as error:
        read(folder, text)
    return [each.rpartition("sequences.yaml ")[2] for each in error.value.problems]


@pytest.mark.parametrize(
    ("sequences", "outreach"),
    [
        ("sequences.yaml", "outreach.yaml"),
        ("examples/sequences_schools.yaml", "examples/outreach_schools.yaml"),
    ],
)
def test_the_shipped_texts_are_for_the_segments_that_are_shipped_in_both_styles(sequences, outreach):
    read_one = read_sequences(SHIPPED / sequences)
    segments = [each["name"] for each in read_outreach(SHIPPED / outreach).segments]
    assert list(read_one.segments) == segments
    for each in read_one.segments.values():
        assert each.lacking(each.length, each.style) == []
        names = [step.name for step in each.steps_of(each.length)]
        assert names == [name for name, step in STEPS.items() if each.length in step["lengths"]]
    used = "".join(
        text.text for each in read_one.segments.values() for step in each.steps for text in step.texts
    )
    assert [name for name in read_one.placeholders if f"{{{name}}}" not in used] == []


def test_the_shipped_comments_name_every_fact_step_and_limit():
    comments = (SHIPPED / "sequences.yaml").read_text().partition("\nplaceholders:")[0]
    assert [fact for fact in FACTS if fact not in comments] == []
    assert [f"{limit:,}" for limit in LIMITS.values() if f"{limit:,}" not in comments] == []
    assert len([step for step in STEPS.values() if 3 in step["lengths"]]) == 3
    assert {len([step for step in STEPS.values() if length in step["lengths"]]) for length in (5, 7)} == {
        5,
        7,
    }


def test_the_first_text_of_a_style_is_the_default_and_names_hold_all_that_makes_a_sequence(tmp_path):
    sequence = read(tmp_path, ONE).segments["one"]
    message = next(step for step in sequence.steps if step.name == "first_message")
    assert [text.variant for text in message.fitting("soft_nudge")] == ["soft", "either"]
    assert [text.variant for text in message.fitting("direct_cta")] == ["direct", "either"]
    told = [
        (text["variant"], text["is_default"]) for step in sequence.document["steps"] for text in step["texts"]
    ]
    assert [variant for variant, is_default in told if is_default] == ["short", "soft", "follow"]
    assert sequence.lacking(7, "soft_nudge") == ["follow_up_2", "follow_up_3"]
    assert [step.name for step in sequence.steps_of(7)][:2] == ["warm_up_1", "warm_up_2"]

    name = sequence.name(3, "soft_nudge")
    assert name.startswith("one-3-soft_nudge-")
    changed = {
        "another text": ONE.replace("Thanks", "Thank you"),
        "another fallback": ONE.replace("fallback: your company", "fallback: your firm"),
        "another delay": ONE.replace("      follow_up_1:\n", "      follow_up_1:\n        delay_days: 9\n"),
        "another default": ONE.replace(
            "          short:", "          new: {format: note, angle: peers, text: Hi}\n          short:"
        ),
    }
    names = {read(tmp_path, text).segments["one"].name(3, "soft_nudge") for text in changed.values()}
    assert len(names | {name}) == len(changed) + 1
    same = {
        "a text of the other style": ONE.replace("A call", "A talk"),
        "a comment": f"# mine\n{ONE}",
        "an unused placeholder": ONE.replace("formats", "  role: {fact: title, fallback: x}\nformats"),
    }
    assert {read(tmp_path, text).segments["one"].name(3, "soft_nudge") for text in same.values()} == {name}
    both = read(tmp_path, ONE)
    assert json.loads(both.text) == both.document


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        (('{first_name}"', '{{first_name}}"'), "line 14: short: double braces would be sent as they stand"),
        (
            ('{first_name}"', '{first_nam}"'),
            "line 14: short: {first_nam} is no placeholder of this file; did you",
        ),
        (('{first_name}"', '{First}"'), "line 14: short: has a brace that belongs to no placeholder"),
        (('Hi {first_name}"', "x" * 301 + '"'), "line 14: short: has 301 characters"),
        (
            ("fallback: your company", "fallback: " + "y" * 290),
            "line 15: long: has 328 characters with what is said",
        ),
        (
            ("fact: company_name", "fact: company"),
            "line 3: fact of company must be something that is known of",
        ),
        (
            ("fact: company_name", "fact: {a: b}"),
            "line 3: fact of company must be something that is known of",
        ),
        (("max_age_days: 30, ", ""), "line 4: news speaks of something that happened: give it max_age_days"),
        (("fact: company_name,", "fact: company_name, max_age_days: 9,"), "company is nothing that happened"),
        (
            ("{fact: first_name}", "{fact: first_name, fallback: you}"),
            "line 2: first_name is a name: nothing",
        ),
        ((", fallback: your company", ""), "line 3: company has no fallback"),
        (
            ("fallback: your company", "fallback: '{company}'"),
            "line 3: fallback of company must have no braces",
        ),
        (("length: 3", "length: 4"), "line 9: length of one must be one of 3, 5, 7, not '4'"),
        (
            ("style: soft_nudge\n", "style: soft\n"),
            "line 10: style of one must be one of soft_nudge, direct_cta",
        ),
        (("length: 3", "length: 5"), "line 11: one has 5 steps, but no text for follow_up_2 (soft_nudge)"),
        (("follow_up_1", "follow_up_4"), "line 21: 'follow_up_4' is not known in steps of one; did you mean"),
        (("long: {", "short: {"), "line 15: 'short' is already set on line 14"),
        (("follow: {", "long: {"), "line 23: long is a text of connection_note, too"),
        (
            ("format: note, angle: peers, text: Thanks", "format: poem, angle: peers, text: Thanks"),
            "line 18: format",
        ),
        (("text: Thanks", "text: ''"), "line 18: soft has no text"),
        (("    length: 3", "    campaign: mine\n    length: 3"), "line 9: campaign of one must be"),
        (
            ("        texts:\n          follow", "        kind: message\n        texts:\n          follow"),
            "'kind'",
        ),
        (
            ("steps:\n", "steps:\n      warm_up_1: {kind: message}\n"),
            "line 12: kind of warm_up_1 of one must be",
        ),
    ],
)
def test_a_slip_is_told_with_its_line(tmp_path, changed, told):
    assert ONE.replace(*changed) != ONE
    assert told in refused(tmp_path, ONE.replace(*changed, 1))[0]


def test_an_emoji_counts_as_two_characters_as_it_does_on_linkedin():
    assert (characters("ab"), characters("a👋"), characters("ä")) == (2, 3, 1)
    there = {"name": Placeholder("first_name", None, None), "x": Placeholder("title", None, "👋")}
    assert text_problems("{name}{x}", 22, there) == []
    assert "has 22 characters" in text_problems("{name}{x}", 21, there)[0]


def test_without_a_file_there_are_no_sequences(tmp_path):
    workspace = load_workspace(project(tmp_path), {})
    assert load_sequences(workspace).segments
    workspace.sequences.unlink()
    assert load_sequences(workspace).segments == {}


def test_a_test_whose_text_is_edited_is_another_test(tmp_path):
    def plan(sequences: str, tests: str = TEST):
        [test] = load_message_tests(
            load_workspace(project(tmp_path, sequences=sequences, message_tests=tests), {})
        )
        return test

    first = plan(ONE)
    assert [(each["segment"], each["step"], each["variant"]) for each in first.plan.get("texts", [])] == [
        ("one", "connection_note", "short"),
        ("one", "connection_note", "long"),
    ]
    assert plan(ONE.replace('Hi {first_name}"', 'Hello {first_name}"')).config_hash != first.config_hash
    assert plan(ONE.replace("Thanks", "Thank you")).config_hash == first.config_hash
    # Texts that are written elsewhere are named by nothing but their arms.
    elsewhere = TEST.replace("short", "mine").replace("long", "yours")
    assert "texts" not in plan(ONE, elsewhere).plan


@pytest.mark.parametrize(
    ("arms", "told"),
    [
        ("{short: 50, gone: 50}", "note has no text 'gone' for one in config/sequences.yaml"),
        ("{short: 50, soft: 50}", "the arms of note are texts of connection_note and first_message"),
        ("{soft: 50, either: 50}", "the arms of note have different styles in one"),
    ],
)
def test_arms_that_are_no_two_texts_of_one_step_are_refused(tmp_path, arms, told):
    text = TEST.replace("{short: 50, long: 50}", arms)
    with pytest.raises(ConfigurationError) as error:
        load_message_tests(load_workspace(project(tmp_path, sequences=ONE, message_tests=text), {}))
    [problem] = error.value.problems
    assert told in problem
