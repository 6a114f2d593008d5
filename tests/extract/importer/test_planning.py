from pathlib import Path
from urllib.parse import unquote

import pytest

from extract.importer.ledger import PlannedRow
from extract.importer.lots import Lots
from extract.importer.mapping import ImportMapping
from extract.importer.planning import (
    REASONS,
    Known,
    Plan,
    parse_fixed_fields,
    plan_rows,
    rows_text,
    with_senders,
)
from extract.importer.table import ImportFile, ImportRow
from extract.workspace.errors import ConfigurationError

MAPPING = ImportMapping(
    name="crm",
    source=None,
    lead={"profile_url": ("Profile",), "first_name": ("First",), "last_name": ("Last",)},
    custom_fields={"icp": ("ICP", "Segment")},
    sender_account_id=(),
)
NAME = {"first_name": "Ann", "last_name": "Sample"}
REQUIRED = ("source", "icp")


def row(number: int, url: str | None, lead: dict | None = None, **fields: str) -> ImportRow:
    lead = NAME if lead is None else lead
    return ImportRow(number, lead | ({"profile_url": url} if url else {}), fields, None)


def planned(*rows: ImportRow, **options) -> Plan:
    file = ImportFile(Path("leads.csv"), "0" * 64, MAPPING, list(rows), [], [])
    options = {
        "fixed_fields": {},
        "default_fields": {"source": "crm", "icp": "sre"},
        "required_fields": REQUIRED,
        "known": Known(),
    } | options
    return plan_rows(file, **options)


def test_every_row_is_planned_or_has_the_first_reason_that_holds():
    everywhere = frozenset(f"linkedin.com/in/{slug}" for slug in ("ann", "bo", "cy"))
    plan = planned(
        row(2, None, {}),
        row(3, "https://www.linkedin.com/company/acme", {}),
        row(4, "linkedin.com/in/dan", {"first_name": "Dan"}),
        row(5, "linkedin.com/in/ann"),
        row(6, "https://de.linkedin.com/in/Ann/?trk=x"),
        row(7, "linkedin.com/in/bo"),
        row(8, "linkedin.com/in/cy"),
        row(9, "linkedin.com/in/dan"),
        row(10, "linkedin.com/in/eve", {}),
        row(11, "linkedin.com/in/flo", {"first_name": "{{first_name}}", "last_name": "Sample"}),
        row(12, "linkedin.com/in/gil"),
        known=Known(
            erased_urls=frozenset({"linkedin.com/in/eve"}),
            imported_before=everywhere - {"linkedin.com/in/bo", "linkedin.com/in/cy"},
            in_list=everywhere - {"linkedin.com/in/cy"},
            in_other_campaign=everywhere,
            in_other_experiment=frozenset({"linkedin.com/in/gil"}),
        ),
    )
    reasons = [each.reason for each in plan.rows]
    assert reasons == [
        "no_profile_url",
        "invalid_profile_url",
        "missing_name",
        "imported_before",
        "duplicate_in_file",
        "already_in_list",
        "in_other_campaign",
        None,
        "erased",
        "placeholder_name",
        "in_other_experiment",
    ]
    assert set(reasons) - {None} == set(REASONS)
    assert [each.row_number for each in plan.to_send] == [9]
    assert list(plan.left_out()) == list(REASONS)
    assert plan.left_out()["duplicate_in_file"] == [6]
    # Of somebody who was erased the ledger learns nothing.
    assert plan.rows[-3] == PlannedRow(10, None, None, None, "erased", {"customUserFields": []})


def test_a_lead_is_sent_in_heyreachs_words_under_one_spelling_of_its_url():
    plan = planned(
        row(2, "http://uk.linkedin.com/in/Zoë-Łucja/?trk=x", NAME | {"position": "SRE"}, icp="platform")
    )
    [lead] = plan.to_send
    assert lead.profile_url == "http://uk.linkedin.com/in/Zoë-Łucja/?trk=x"
    assert lead.person == "linkedin.com/in/zoë-łucja"
    assert lead.lead.pop("profileUrl").isascii()
    assert lead.lead == {
        "firstName": "Ann",
        "lastName": "Sample",
        "position": "SRE",
        "customUserFields": [{"name": "icp", "value": "platform"}, {"name": "source", "value": "crm"}],
    }


@pytest.mark.parametrize(
    "url",
    [
        "https://www.linkedin.com/in/ann-sample",
        "https://www.linkedin.com/in/zo%C3%AB-%C5%82ucja",
        "https://www.linkedin.com/in/李雷",
        "https://www.linkedin.com/in/🚀-ann",
        "https://www.linkedin.com/in/ACoAAPUBexampleMEMBERid00notREAL-aBcD_e",
    ],
)
def test_the_url_that_is_sent_is_the_same_person_again(url):
    [lead] = planned(row(2, url)).to_send
    sent = lead.lead["profileUrl"]
    assert unquote(sent) == f"https://www.{lead.person}"
    [again] = planned(row(2, sent)).to_send
    assert again.person == lead.person


def test_fixed_fields_beat_the_row_and_the_row_beats_the_default():
    def fields(**options) -> dict[str, str]:
        plan = planned(row(2, "linkedin.com/in/ann", source="webinar"), **options)
        return {each["name"]: each["value"] for each in plan.to_send[0].lead["customUserFields"]}

    assert fields() == {"source": "webinar", "icp": "sre"}
    assert fields(fixed_fields={"source": "hr", "wave": "2"}) == {
        "source": "hr",
        "icp": "sre",
        "wave": "2",
    }


def test_a_missing_required_field_is_a_problem_that_names_its_rows_and_column():
    plan = planned(
        row(2, "linkedin.com/in/ann", icp="sre"),
        row(3, "linkedin.com/in/bo"),
        row(4, "linkedin.com/in/cy"),
        row(5, None),
        default_fields={},
    )
    source, icp = plan.problems
    assert source.startswith("source is missing in rows 2, 3, 4: name its column in mapping crm, or give it")
    assert icp.startswith("icp is missing in rows 3, 4: fill the column 'ICP' or 'Segment', or give it")
    assert icp.endswith("with SET='icp=...'")
    assert planned(row(5, None), default_fields={}).problems == []


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        (None, {}),
        ("", {}),
        ("icp=sre", {"icp": "sre"}),
        (" icp = sre ; wave=a=b;", {"icp": "sre", "wave": "a=b"}),
        ("icp=größer, schneller", {"icp": "größer, schneller"}),
    ],
)
def test_fixed_fields_are_read(text, fields):
    assert parse_fixed_fields(text) == fields


@pytest.mark.parametrize("text", ["icp", "icp=", "=sre", "icp=sre;wave", "größe=1", "two words=x", "a-b=c"])
def test_other_fixed_fields_are_refused(text):
    with pytest.raises(ConfigurationError, match=r"SET: .* is not understood; write name=value"):
        parse_fixed_fields(text)


@pytest.mark.parametrize(
    ("numbers", "text"),
    [
        ([4], "row 4"),
        ([4, 9], "rows 4, 9"),
        ([2, 3, 4, 5, 6], "rows 2, 3, 4, 5, 6"),
        ([*range(2, 1008)], "rows 2, 3, 4, 5, 6 and 1,001 more"),
    ],
)
def test_rows_are_named_in_short(numbers, text):
    assert rows_text(numbers) == text


def test_senders_go_to_their_rows_and_nobody_elses():
    plan = planned(row(2, "linkedin.com/in/ann"), row(3, None), row(4, "linkedin.com/in/bo"))
    rows = with_senders(plan.rows, {2: "50101", 4: "50102"})
    assert [each.account_id for each in rows] == ["50101", None, "50102"]
    assert [each.lead for each in rows] == [each.lead for each in plan.rows]


@pytest.mark.parametrize("text", ["#N/A", "undefined", "{{first_name}}", "N/A", "null"])
def test_a_placeholder_is_no_name_and_no_value(text):
    """HeyReach would print it in a message, and the warehouse reads it as unknown."""
    named = {"first_name": "Ann", "last_name": "Sample", "company_name": text}
    plan = planned(
        row(2, "linkedin.com/in/ann", {"first_name": text, "last_name": "Sample"}, icp="sre"),
        row(3, "linkedin.com/in/ann", named, icp="sre", source=text),
        row(4, "linkedin.com/in/bo", NAME, icp=text),
        default_fields={"source": "crm"},
    )
    # The second row is that person's first with a name: it is no duplicate.
    assert [each.reason for each in plan.rows] == ["placeholder_name", None, None]
    assert plan.placeholders == {"company_name": [3], "source": [3], "icp": [4]}
    assert text not in str(plan.to_send)
    assert {"name": "source", "value": "crm"} in plan.to_send[0].lead["customUserFields"]
    assert plan.problems[0].startswith("icp is missing in row 4")


def test_names_that_look_like_placeholders_stay():
    plan = planned(row(2, "linkedin.com/in/na", {"first_name": "Na", "last_name": "Nil"}))
    assert plan.to_send[0].lead["firstName"] == "Na"


def test_a_text_is_drawn_for_whoever_is_sent_and_not_given_besides():
    lots = Lots("shorter_note", (("short", 50), ("long", 50)))
    people = [row(number, f"https://www.linkedin.com/in/person-{number}/") for number in range(2, 42)]
    plan = planned(*people, row(42, "linkedin.com/in/person-2"), lots=lots)
    drawn = {each.person: _fields(each).get("variant") for each in plan.to_send}
    assert set(drawn.values()) == {"short", "long"}
    assert all(text == lots.drawn(person) for person, text in drawn.items())
    assert _fields(plan.rows[-1]).get("variant") is None
    assert plan.problems == []

    given = planned(row(2, "linkedin.com/in/ann"), row(3, "linkedin.com/in/bo", variant="long"), lots=lots)
    assert given.problems == ["variant is given in row 3, and TEST=shorter_note draws it: leave one out"]


def _fields(row: PlannedRow) -> dict[str, str]:
    return {field["name"]: field["value"] for field in row.lead["customUserFields"]}
