"""`make messages` on the demo: everybody's texts, from the marts to a file that `make import` takes."""

import csv
import json
import re
from pathlib import Path

import pytest

from extract.importer.mapping import load_mappings
from extract.importer.table import read_import_file
from extract.outreach.filling import usable
from extract.outreach.sequence_file import read_sequences
from tests.projects import SHIPPED

SEGMENTS = list(read_sequences(SHIPPED / "sequences.yaml").segments.values())


@pytest.fixture(scope="module")
def listed(demo) -> dict[str, list[dict]]:
    """Everybody's messages, by segment, as JSON."""
    workspace, _ = demo
    told = {}
    for each in SEGMENTS:
        outcome = workspace.run("messages", "--segment", each.segment, "--format", "json")
        told[each.segment] = json.loads(outcome.printed) if outcome.exit_code == 0 else []
    return told


def test_everybody_who_is_listed_has_every_step_of_their_segment_and_its_fields(demo, listed):
    workspace, _ = demo
    counts = dict(
        workspace.query("select segment, count(*) from marts.rpt_segment_prospects group by segment")
    )
    assert {name: len(people) for name, people in listed.items() if people} == counts
    names = dict(workspace.query("select lead_id, first_name from marts.rpt_segment_prospects"))
    for each in SEGMENTS:
        steps = [step.name for step in each.steps_of(each.length)]
        for person in listed[each.segment]:
            if person["problems"]:
                assert usable("first_name", names[person["lead_id"]] or "") is None
                continue
            assert [step["step"] for step in person["steps"]] == steps
            assert {*steps, "segment", "sequence"} == person["fields"].keys()
            assert person["sequence_hash"] == each.sequence_hash(each.length, each.style)
            for step in person["steps"]:
                assert 0 < len(step["text"]) <= step["limit"]
                assert not re.search(r"[{}]|  ", step["text"])
                assert names[person["lead_id"]] in step["text"]
    sources = {
        filling["source"]
        for people in listed.values()
        for person in people
        for step in person["steps"]
        for filling in step["fillings"]
        if not filling["instead"]
    }
    assert sources == {"heyreach", "builtwith"}


def test_a_person_is_shown_step_by_step_with_why(demo, listed):
    workspace, _ = demo
    person = listed["platform_leaders"][0]
    printed = workspace.run("messages", "--url", person["profile_url"], "--sequence-type", "7-step").printed
    lines = printed.splitlines()
    assert lines[0].endswith("(demo data)")
    assert "platform_leaders-7-soft_nudge-" in lines[0]
    assert [line.split()[1] for line in lines if re.match(r"  \d\. ", line)] == [
        *("warm_up_1", "warm_up_2", "connection_note", "first_message", "follow_up_1", "follow_up_2"),
        "follow_up_3",
    ]
    note = person["fields"]["connection_note"]
    assert f"     {note}" in lines
    assert f": leaders_note_peers, the default; {len(note)} of 300 characters" in printed
    assert "     {news}: said instead, because company_news is not known" in lines


def test_a_file_brings_every_text_as_a_field_of_the_import(demo, listed):
    workspace, _ = demo
    outcome = workspace.run("messages", "--segment", "reliability_network", "--format", "csv")
    assert outcome.exit_code == 0, outcome.errors
    path = outcome.printed.split("messages: ")[1].split(" (")[0]
    with open(path, newline="") as file:
        rows = {row["profile_url"]: row for row in csv.DictReader(file)}
    ready = {each["profile_url"]: each for each in listed["reliability_network"] if not each["problems"]}
    assert {link: {name: row[name] for name in ready[link]["fields"]} for link, row in rows.items()} == {
        link: each["fields"] for link, each in ready.items()
    }
    read = read_import_file(Path(path), load_mappings(SHIPPED / "import_mappings.yaml"), None)
    assert read.mapping.name == "spreadsheet"
    assert read.unmapped_columns == []
    for row in read.rows:
        fields = ready[row.lead["profile_url"]]["fields"]
        assert {name: row.fields.get(name) for name in fields} == fields


def test_one_text_is_changed_for_one_person_kept_and_taken_back(demo, listed):
    workspace, _ = demo
    person = listed["builders"][0]
    link = person["profile_url"]

    def first() -> dict:
        told = json.loads(workspace.run("messages", "--url", link, "--format", "json").printed)
        return next(step for step in told[0]["steps"] if step["step"] == "first_message")

    before = first()
    kept = workspace.run(
        "messages", "--url", link, "--step", "first_message", "--text", "Thanks,  {first_name}!"
    )
    assert "first_message of " in kept.printed
    changed = first()
    assert (changed["text"], changed["why"]) == (f"Thanks, {person['first_name']}!", "changed by hand")
    workspace.run("messages", "--url", link, "--step", "first_message")
    assert first() == before


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "Name whom it is about: URL= of a person, or SEGMENT="),
        (("--segment", "builder"), "There is no segment 'builder'; did you mean builders?"),
        (("--url", "https://www.linkedin.com/company/x"), "URL is no person's profile"),
        (("--url", "https://www.linkedin.com/in/nobody-knows"), "The warehouse knows nobody with this URL"),
        (("--segment", "builders", "--length", "4"), "LENGTH must be one of 3, 5, 7, not 4"),
        (("--segment", "builders", "--limit", "-2"), "LIMIT must be 1 or more"),
        (
            ("--segment", "builders", "--style", "soft"),
            "STYLE must be one of soft_nudge, direct_cta, not 'soft'",
        ),
        (
            ("--segment", "builders", "--sequence-type", "4-step"),
            "SEQUENCE_TYPE must be one of 3-step, 5-step",
        ),
        (
            ("--url", "URL", "--step", "first", "--text", "x"),
            "There is no step 'first' with a text; known are",
        ),
        (("--url", "URL", "--step", "connection_note", "--text", "x" * 301), "TEXT has 301 characters"),
        (("--url", "URL", "--step", "connection_note", "--text", "{{x}}"), "TEXT double braces"),
        (("--step", "connection_note", "--text", "x"), "--step needs --url"),
    ],
)
def test_a_slip_is_one_line(demo, listed, arguments, told):
    workspace, _ = demo
    link = listed["builders"][0]["profile_url"]
    refused = workspace.run("messages", *(link if each == "URL" else each for each in arguments))
    assert (refused.exit_code, told in refused.errors) == (2, True), refused.errors
