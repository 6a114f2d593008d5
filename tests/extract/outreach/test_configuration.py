"""config/outreach.yaml: what may stand there, what is refused with its line, what names it has."""

import json
from pathlib import Path

import pytest

from extract.outreach.configuration import Outreach, load_outreach, read_outreach
from extract.outreach.segments import ANYONE, READERS
from extract.workspace import strict_yaml
from extract.workspace.errors import ConfigurationError
from extract.workspace.workspace import load_workspace
from tests.projects import SHIPPED, project

ONE = "segments:\n  one:\n    label: One\n    weight: 50\n    tone: dry\n    rules: {titles: [SRE]}\n"


def read(folder: Path, text: str) -> Outreach:
    path = folder / "outreach.yaml"
    path.write_text(text, encoding="utf-8")
    return read_outreach(path)


def refused(folder: Path, text: str) -> list[str]:
    with pytest.raises(ConfigurationError) as error:
        read(folder, text)
    return [each.rpartition("outreach.yaml ")[2] for each in error.value.problems]


def test_the_shipped_file_says_every_number_that_counts_where_it_is_left_out(tmp_path):
    shipped = read_outreach(SHIPPED / "outreach.yaml")
    assert [each["name"] for each in shipped.segments][-1] == "everybody_else"
    assert shipped.segments[-1]["rules"][ANYONE]
    bare = read(tmp_path, ONE)
    for key in ("points", "facts", "priorities"):
        assert shipped.others[key] == bare.others[key]
    assert shipped.others["tags"]["engagement_potential"] == bare.others["tags"]["engagement_potential"]
    typed = strict_yaml.load(SHIPPED / "outreach.yaml")
    assert {key: list(typed["points"][key]) for key in typed["points"]} == {
        key: list(points) for key, points in bare.others["points"].items()
    }
    assert [list(typed[key]) for key in ("facts", "priorities")] == [
        list(bare.others[key]) for key in ("facts", "priorities")
    ]
    comments = (SHIPPED / "outreach.yaml").read_text().partition("\nsegments:")[0]
    assert [rule for rule in (*READERS, ANYONE) if rule not in comments] == []


def test_the_document_s_segments_are_an_example():
    schools = read_outreach(SHIPPED / "examples" / "outreach_schools.yaml")
    weights = {each["label"]: each["weight"] for each in schools.segments}
    assert weights == {"Stealth Founder": 5, "Referral Network": 50, "Thought Leadership": 50}
    assert [each["tone"] for each in schools.segments] == ["builder", "relationship", "insight"]
    priorities = schools.others["priorities"]
    assert (priorities["minimum_fit"], priorities["minimum_referral_capacity"], priorities["limit"]) == (
        *(70, 60),
        50,
    )
    assert {"value": "pacer", "word": "pacer"} in schools.others["tags"]["relevance"]


@pytest.mark.parametrize("text", [None, "", "segments:\n"], ids=["no file", "an empty one", "no segment"])
def test_without_segments_there_are_none(tmp_path, text):
    if text is None:
        assert read_outreach(tmp_path / "none.yaml").segments == []
    else:
        assert read(tmp_path, text).segments == []


def test_the_same_however_typed_has_one_name_and_another_order_another(tmp_path):
    one = read(tmp_path, ONE)
    assert json.loads(one.text) == one.document
    assert read(tmp_path, f"# mine\n{ONE.replace('[SRE]', '[ sre, SRE ]')}").config_hash == one.config_hash
    assert read(tmp_path, ONE.replace("50", "51")).config_hash != one.config_hash
    two = "  two: {label: Two, weight: 5, tone: dry, rules: {regions: [France]}}\n"
    assert read(tmp_path, ONE + two).segments[1]["rules"]["regions"] == ["eu"]
    swapped = ONE.replace("segments:\n", f"segments:\n{two}")
    assert read(tmp_path, swapped).config_hash != read(tmp_path, ONE + two).config_hash


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        (("titles", "title"), "line 6: 'title' is not known in rules of one; did you mean titles?"),
        (
            ("titles: [SRE]", "industries: [Sofware]"),
            "line 6: industries in rules of one: 'Sofware' is no industry that is known; did you mean",
        ),
        (("titles: [SRE]", "gender: [female]"), "line 6: 'gender' is not known in rules of one"),
        (("{titles: [SRE]}", "{}"), "line 6: rules of one ask for nothing"),
        (("[SRE]", "[SRE], anyone: true"), "line 6: rules of one ask for something and take anyone"),
        (("{titles: [SRE]}", "{anyone: yes}"), "line 6: anyone must be true or false, not 'yes'"),
        (("weight: 50", "weight: -1"), "line 4: weight of one must be"),
        (("weight: 50", "weight: 0"), "line 1: the weights of all segments are 0"),
        (("    weight: 50\n", ""), "line 2: one has no weight"),
        (("    label: One\n", ""), "line 2: label of one: nothing must be words"),
        (("  one:", "  none:"), "line 2: 'none' can't name a segment"),
        (("  one:", "  One:"), "line 2: 'One' can't name a segment"),
        (("segments", "segment"), "line 1: 'segment' is not known in the file; did you mean segments?"),
    ],
)
def test_a_slip_is_told_with_its_line(tmp_path, changed, told):
    assert ONE.replace(*changed) != ONE
    assert told in refused(tmp_path, ONE.replace(*changed))[0]


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ("points:\n  fit: {role: 36}", "line 8: points of fit are 101 together, and must be 100"),
        ("points:\n  fits: {role: 36}", "line 8: 'fits' is not known in points; did you mean fit?"),
        ("priorities:\n  weights: {fit: 0, referral_capacity: 0, signal_strength: 0}", "are all 0"),
        ("priorities:\n  minimum_fit: 101", "line 8: minimum_fit must be"),
        ("tags:\n  engagement_potential: {high: 20}", "line 8: engagement_potential must go down"),
        ("tags:\n  role: {sre: []}", "line 8: sre of role has no words"),
        ("tags:\n  role: {SRE: [sre]}", "line 8: 'SRE' can't be a role"),
        ("tags:\n  location: {europe: [Eurpe]}", "line 8: europe of location: 'Eurpe' is no geography"),
        ("facts:\n  referring_seniorities: [boss]", "'boss' is no seniority that is known"),
    ],
)
def test_what_else_is_wrong_is_told_too(tmp_path, lines, told):
    [problem] = refused(tmp_path, f"{ONE}{lines}\n")
    assert told in problem


def test_nobody_comes_after_a_segment_that_takes_anyone(tmp_path):
    text = ONE.replace("{titles: [SRE]}", "{anyone: true}")
    two = "  two: {label: Two, weight: 5, tone: dry, rules: {titles: [CTO]}}\n"
    assert refused(tmp_path, text + two) == [
        "line 7: two comes after a segment that takes anyone, so nobody would be in it"
    ]


def test_a_workspace_reads_its_own(tmp_path):
    workspace = load_workspace(project(tmp_path, outreach=ONE), {"HEYREACH_API_KEY": ""})
    assert [each["name"] for each in load_outreach(workspace).segments] == ["one"]


def test_where_engagement_is_learnt_is_no_part_of_the_name(tmp_path):
    """It decides about no segment; left out, the inbox stays closed, and tags are the shipped ones."""
    bare = read(tmp_path, ONE)
    assert bare.engagement == read_outreach(SHIPPED / "outreach.yaml").engagement
    assert bare.engagement == read_outreach(tmp_path / "none.yaml").engagement
    assert bare.engagement == (False, ["Meeting booked"])
    given = read(tmp_path, f"{ONE}engagement: {{read_inbox: true, meeting_tags: [' Call booked', Demo]}}\n")
    assert given.engagement == (True, ["Call booked", "Demo"])
    assert given.config_hash == bare.config_hash
    assert refused(
        tmp_path, f"{ONE}engagement:\n  read_inbox: perhaps\n  meeting_tags: Demo\n  tags: []\n"
    ) == [
        "line 10: 'tags' is not known in engagement; known are read_inbox, meeting_tags",
        "line 8: read_inbox must be true or false, not 'perhaps'",
        "line 9: meeting_tags must be a list, as in [a, b], not 'Demo'",
    ]
