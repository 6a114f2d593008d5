"""config/icp_profiles.yaml: what may stand there, what is refused, how each thing is spelt from then on."""

from pathlib import Path

import pytest

from extract.intelligence.profiles import READERS, Profiles, read_profiles
from extract.workspace import strict_yaml

SHIPPED = Path(__file__).parents[3] / "config" / "icp_profiles.yaml"
ONE = "default: one\nprofiles:\n  one:\n    industries: [SaaS]\n"


def read(tmp_path: Path, text: str) -> tuple[Profiles, list[str]]:
    path = tmp_path / "icp_profiles.yaml"
    path.write_text(text)
    problems: list[str] = []
    profiles = read_profiles(path, problems)
    return profiles, [each.rpartition("icp_profiles.yaml ")[2] for each in problems]


def test_the_shipped_profiles_are_good_and_the_default_one_names_each_key():
    problems = []
    profiles = read_profiles(SHIPPED, problems)
    assert problems == []
    assert list(profiles.by_name) == ["platform_teams", "saas"]
    typed = strict_yaml.load(SHIPPED)["profiles"][profiles.default]
    assert list(typed) == list(READERS)
    read = profiles.by_name[profiles.default]
    nested = [key for key, value in read.items() if isinstance(value, dict)]
    assert [list(typed[key]) for key in nested] == [list(read[key]) for key in nested]


def test_what_was_typed_is_spelt_as_leads_carry_it():
    assert read_profiles(SHIPPED, []).by_name["saas"] == {
        "industries": ["finance", "healthcare", "tech"],
        "company_size_min": 50,
        "company_size_max": 500,
        "funding_stages": ["series_a", "series_b", "series_c"],
        "tech_stack": {
            "must_have": ["aws", "react"],
            "nice_to_have": ["postgresql", "python"],
            "avoid": ["legacy systems"],
        },
        "complementary_tools": [],
        "competitors": [],
        "geographies": ["canada", "uk", "us"],
        "decision_makers": {
            "titles": ["cto", "head of product", "vp engineering"],
            "departments": ["engineering", "product"],
        },
        "signals": {
            "recent_funding": True,
            "actively_hiring": True,
            "tech_stack_change": False,
            "leadership_change": True,
            "industry_growth": True,
        },
    }


@pytest.mark.parametrize(
    ("line", "key", "kept"),
    [
        ("industries: [ Software  Development , TECH, fintech]", "industries", ["finance", "tech"]),
        ("industries: [Telecom, telecommunications]", "industries", ["telecom"]),
        (
            "geographies: [North America, EMEA, Asia-Pacific, mea]",
            "geographies",
            ["apac", "emea", "mea", "na"],
        ),
        ("geographies: [Middle East and Africa, UNITED KINGDOM]", "geographies", ["mea", "united kingdom"]),
        (
            "funding_stages: [Series A, series-b, SERIES_C, Pre seed, Debt, Angel]",
            "funding_stages",
            ["angel", "debt_financing", "pre_seed", "series_a", "series_b", "series_c"],
        ),
        ("complementary_tools: [Argo  CD, argo cd, Node.js]", "complementary_tools", ["argo cd", "node.js"]),
        ("company_size_min: 7", "company_size_max", None),
    ],
)
def test_spellings_of_one_thing_are_one(tmp_path, line, key, kept):
    profiles, problems = read(tmp_path, f"default: one\nprofiles:\n  one:\n    {line}\n")
    assert problems == []
    assert profiles.by_name["one"][key] == kept


@pytest.mark.parametrize("text", [None, "", "profiles:\n"], ids=["no file", "an empty one", "no profile"])
def test_without_profiles_there_is_no_default(tmp_path, text):
    assert read_profiles(tmp_path / "none.yaml", []) == Profiles()
    assert text is None or read(tmp_path, text) == (Profiles(), [])


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (f"{ONE}defualt: one\n", "line 5: 'defualt' is not known in the file; did you mean default?"),
        (ONE.partition("\n")[2], "line 1: one profile must be the default, as in `default: one`"),
        (
            ONE.replace("default: one", "default: [one, two]"),
            "line 1: default must be the name of one profile",
        ),
        (
            ONE.replace("default: one", "default: oen"),
            "line 1: default must be the name of one profile, not 'oen'; did",
        ),
        ("default: one\n", "line 1: default must be the name of one profile, not 'one'; name one of them"),
        (
            ONE.replace("  one:", "  One Two:").replace("t: one", "t: One Two"),
            "line 3: 'One Two' can't name a",
        ),
        ("profiles: one\n", "line 1: profiles must be lines of `name: value`, not 'one'"),
        ("default: one\nprofiles:\n  one:\n", "line 3: one asks for nothing: give it an industry"),
        (
            "default: one\nprofiles:\n  one:\n    signals: {recent_funding: true}\n    industries: []\n",
            "line 3: one asks for nothing",
        ),
    ],
)
def test_a_file_that_names_no_one_default_or_asks_for_nothing_is_refused(tmp_path, text, told):
    _, [said] = read(tmp_path, text)
    assert said.startswith(told)


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ("industires: [SaaS]", "line 5: 'industires' is not known in one; did you mean industries?"),
        (
            "industries: [SaaS,\n      Helthcare]",
            "line 6: industries: 'Helthcare' is no industry that is known; did you mean healthcare? "
            "(dbt_project/seeds/company_industries.csv has all; a line there adds one)",
        ),
        (
            "industries: [Xyzzy]",
            "line 5: industries: 'Xyzzy' is no industry that is known; known are tech, fin",
        ),
        ("industries: SaaS", "line 5: industries must be a list, as in [a, b], not 'SaaS'"),
        ("industries: [{a: b}]", "line 5: industries: must be texts, not a mapping"),
        (
            "geographies: [Germny]",
            "line 5: geographies: 'Germny' is no geography that is known; did you mean ger",
        ),
        (
            "geographies: [Xyz]",
            "line 5: geographies: 'Xyz' is no geography that is known; known are na, eu, apac",
        ),
        (
            "funding_stages: [Series X]",
            "line 5: funding_stages: 'Series X' is no funding stage that is known; did",
        ),
        (
            "company_size_min: few",
            "line 5: company_size_min must be a whole number from 1 to 100000000, not 'few'",
        ),
        (
            "company_size_max: 0",
            "line 5: company_size_max must be a whole number from 1 to 100000000, not '0'",
        ),
        (
            "company_size_max: 50\n    company_size_min: 500",
            "line 6: company_size_min (500) must not be above company_size_max (50)",
        ),
        (
            "tech_stack: {must_hav: [AWS]}",
            "line 5: 'must_hav' is not known in tech_stack; did you mean must_have?",
        ),
        ("tech_stack: [AWS]", "line 5: tech_stack must be lines of `name: value`, not a list"),
        ("tech_stack: {must_have: ['AWS, React']}", "line 5: must_have: 'AWS, React' is several; give each"),
        (
            "tech_stack:\n      must_have: [AWS]\n      avoid: [aws]",
            "line 5: 'aws' stands in avoid of tech_stack, and is asked for beside it",
        ),
        ("competitors: ['']", "line 5: competitors: '' must be words, of at most 100 characters"),
        (f"decision_makers: {{titles: [{'x' * 101}]}}", "line 5: titles: 'xxx"),
        (
            "decision_makers: {title: [CTO]}",
            "line 5: 'title' is not known in decision_makers; did you mean titles?",
        ),
        (
            "signals: {recent_founding: true}",
            "line 5: 'recent_founding' is not known in signals; did you mean rec",
        ),
        ("signals: {recent_funding: yes}", "line 5: recent_funding must be true or false, not 'yes'"),
    ],
)
def test_a_mistake_is_one_line_that_says_where_it_is_and_what_was_meant(tmp_path, lines, told):
    _, [said] = read(tmp_path, f"default: one\nprofiles:\n  one:\n    # asks\n    {lines}\n    # no more\n")
    assert said.startswith(told)
