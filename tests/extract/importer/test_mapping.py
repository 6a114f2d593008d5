import re
from collections import Counter
from pathlib import Path

import pytest

from extract.importer.mapping import ImportMapping, load_mappings
from extract.workspace.errors import ConfigurationError
from extract.workspace.strict_yaml import shown
from extract.workspace.texts import comparable, tidied

SHIPPED = Path(__file__).parents[3] / "config" / "import_mappings.yaml"

LEAD = """\
  lead:
    profile_url: [Profile]
    first_name: [First]
    last_name: [Last]
"""

# Per name the file, and every problem in order: line, and what is said.
REPORTED = {
    "empty": ("# nothing\n", [(None, "holds no mapping")]),
    "mapping_is_text": (
        "crm: clay\n",
        [(1, "must hold source, lead, custom_fields, sender_account_id, enrichment, not 'clay'")],
    ),
    "mapping_is_nothing": ("crm:\n", [(1, "must hold source, lead, custom_fields, sender_account_id")]),
    "unusable_name": (f"my crm:\n{LEAD}", [(1, "its name must be 1 to 50 letters, digits, _ or -")]),
    "unknown_key": (f"crm:\n{LEAD}  custom_field: {{icp: ICP}}\n", [(6, "did you mean custom_fields?")]),
    "unknown_lead_field": (
        f"crm:\n{LEAD}    compny_name: Company\n    phone: Phone\n",
        [
            (6, "'lead.compny_name' is not known; did you mean company_name?"),
            (7, "'lead.phone' is not known; known are profile_url, first_name, last_name, location"),
        ],
    ),
    "unknown_enrichment_field": (
        f"crm:\n{LEAD}  enrichment: {{company_domian: Site}}\n",
        [(6, "'enrichment.company_domian' is not known; did you mean company_domain?")],
    ),
    "no_lead": (
        "crm:\n  source: crm\n",
        [(1, f"lead.{name} is missing") for name in ("first_name", "last_name", "profile_url")],
    ),
    "lead_without_names": (
        "crm:\n  source: crm\n  lead:\n    profile_url: Profile\n",
        [(3, "lead.first_name is missing"), (3, "lead.last_name is missing")],
    ),
    "lead_is_a_list": (
        "crm:\n  lead: [Profile, First]\n",
        [(2, "lead must be `name: [column, ...]` lines, not a list")],
    ),
    "custom_fields_are_text": (
        f"crm:\n{LEAD}  custom_fields: ICP\n",
        [(6, "custom_fields must be `name: [column, ...]` lines, not 'ICP'")],
    ),
    "custom_field_with_a_space": (
        f"crm:\n{LEAD}  custom_fields:\n    source list: Source List\n",
        [(7, "'custom_fields.source list' must be named with letters, digits and _ only")],
    ),
    "custom_field_with_a_line_break": (
        f'crm:\n{LEAD}  custom_fields:\n    "a\\nb": [ICP]\n',
        [(7, r"'custom_fields.a\nb' must be named with letters")],
    ),
    "custom_field_with_an_umlaut": (
        f"crm:\n{LEAD}  custom_fields:\n    größe: Size\n",
        [(7, "'custom_fields.größe' must be named with letters")],
    ),
    "header_twice": (
        f"crm:\n{LEAD}  custom_fields:\n    icp:\n      - ICP\n      - Role\n      - ' icp '\n",
        [(10, "'custom_fields.icp' names the column ' icp ' twice")],
    ),
    "header_is_nothing": (
        f"crm:\n{LEAD}  sender_account_id:\n",
        [(6, "'sender_account_id' must be a column's name or a list of such names, not nothing")],
    ),
    "header_is_blank": (
        f"crm:\n{LEAD}  custom_fields:\n    icp: [ICP, ' ']\n",
        [(7, "'custom_fields.icp' must be a column's name or a list of such names, not ' '")],
    ),
    "header_is_a_mapping": (
        f"crm:\n{LEAD}  custom_fields:\n    icp: {{column: ICP}}\n",
        [(7, "'custom_fields.icp' must be a column's name or a list of such names, not a mapping")],
    ),
    "no_headers": (
        f"crm:\n{LEAD}  custom_fields:\n    icp: []\n",
        [(7, "'custom_fields.icp' names no column")],
    ),
    "source_is_a_list": (f"crm:\n  source: [a]\n{LEAD}", [(2, "source must be a text")]),
    "source_is_too_long": (
        f"crm:\n  source: {'a' * 201}\n{LEAD}",
        [(2, "source must be a text of at most 200 characters")],
    ),
    "two_mappings": (
        f"one:\n  sorce: x\n{LEAD}two:\n  source: two\n",
        [
            (2, "mapping 'one': 'sorce' is not known; did you mean source?"),
            *[(7, f"mapping 'two': lead.{name} is missing") for name in ("first_name", "last_name")],
            (7, "mapping 'two': lead.profile_url is missing"),
        ],
    ),
}


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "import_mappings.yaml"
    path.write_text(text)
    return path


@pytest.mark.parametrize("name", REPORTED)
def test_reports_every_problem_with_file_and_line(tmp_path, name):
    text, reported = REPORTED[name]
    path = written(tmp_path, text)
    with pytest.raises(ConfigurationError) as caught:
        load_mappings(path)
    assert len(caught.value.problems) == len(reported)
    for problem, (line, said) in zip(caught.value.problems, reported, strict=True):
        assert problem.startswith(f"{shown(path)} line {line}: mapping " if line else shown(path))
        assert said in problem
        assert "\n" not in problem


def test_an_absent_file_is_an_error():
    with pytest.raises(ConfigurationError, match=r"nowhere.yaml can't be read"):
        load_mappings(Path("nowhere.yaml"))


def test_reads_a_mapping_with_single_names_and_lists(tmp_path):
    text = """\
crm:
  source: " our  crm "
  lead:
    profile_url: [Profile, "  LinkedIn   Profile "]
    first_name: First
    last_name: Last
  custom_fields:
    icp: Role
    own_2: ["# Employees"]
  sender_account_id: Sender
bare:
  lead: {profile_url: P, first_name: F, last_name: L}
"""
    assert load_mappings(written(tmp_path, text)) == {
        "crm": ImportMapping(
            name="crm",
            source="our crm",
            lead={
                "profile_url": ("Profile", "LinkedIn Profile"),
                "first_name": ("First",),
                "last_name": ("Last",),
            },
            custom_fields={"icp": ("Role",), "own_2": ("# Employees",)},
            sender_account_id=("Sender",),
        ),
        "bare": ImportMapping(
            "bare", None, {"profile_url": ("P",), "first_name": ("F",), "last_name": ("L",)}, {}, ()
        ),
    }


def test_targets_are_named_as_in_the_file(tmp_path):
    text = f"crm:\n{LEAD}    company_name: Company\n  custom_fields: {{company_name: Company}}\n"
    mapping = load_mappings(written(tmp_path, text))["crm"]
    assert mapping.targets() == {
        "lead.profile_url": ("Profile",),
        "lead.first_name": ("First",),
        "lead.last_name": ("Last",),
        "lead.company_name": ("Company",),
        "custom_fields.company_name": ("Company",),
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  a \t b\r\n\r\nc ", "a b c"),
        ("a\u00a0\u2003b\u2028c", "a b c"),
        ("\ufeffAnna\u200b\u00ad-Lena\u202c", "Anna-Lena"),
        ("می\u200cخواهم 👩\u200d💻", "می\u200cخواهم 👩\u200d💻"),
        (" \u200b\u00a0", ""),
    ],
    ids=["line_breaks", "other_spaces", "invisible", "joiners_stay", "blank"],
)
def test_tidies_text(text, expected):
    assert tidied(text) == expected


def test_headers_compare_without_capitals_and_spacing():
    assert comparable("\ufeff Person  LinkedIn\nURL ") == comparable("Person Linkedin Url")
    assert comparable("first_name") != comparable("first name")


def test_the_shipped_mappings_name_their_source():
    mappings = load_mappings(SHIPPED)
    assert {name: mapping.source for name, mapping in mappings.items()} == {
        "clay": "clay",
        "zoominfo": "zoominfo",
        "apollo": "apollo",
        "evaboot": "sales_navigator",
        "phantombuster": "linkedin_search",
        "hr": "hr",
        "vcard": "crm",
        "crm": "crm",
        "spreadsheet": None,
    }


@pytest.mark.parametrize("name", list(load_mappings(SHIPPED)))
def test_each_shipped_mapping_carries_attribution_and_nothing_of_gender_and_age(name):
    mapping = load_mappings(SHIPPED)[name]
    assert {"source", "source_list", "icp", "batch_id", "keywords"} <= set(mapping.custom_fields)
    assert {"title", "company_name", "company_industry"} <= set(mapping.custom_fields)
    headers = [header for headers in mapping.targets().values() for header in headers]
    assert not [
        text for text in [*mapping.targets(), *headers] if re.search(r"gender|sex|(?<![a-z])age$", text, re.I)
    ]


def test_no_file_can_fit_two_shipped_mappings_by_one_profile_column():
    counts = Counter(
        comparable(header)
        for mapping in load_mappings(SHIPPED).values()
        for header in mapping.lead["profile_url"]
    )
    assert [header for header, count in counts.items() if count > 1] == []
