"""config/scoring.yaml: the shipped points are the declared ones, and what doesn't add up is refused."""

from pathlib import Path

import pytest

from extract.intelligence.scoring import COMPONENTS, EXPLORATION_SHARE, TIERS, WEIGHTS, read_scoring
from extract.workspace import strict_yaml

SHIPPED = Path(__file__).parents[3] / "config" / "scoring.yaml"


def read(tmp_path: Path, text: str) -> tuple[dict, list[str]]:
    path = tmp_path / "scoring.yaml"
    path.write_text(text)
    problems: list[str] = []
    scoring = read_scoring(path, problems).scoring
    return scoring, [each.rpartition("scoring.yaml ")[2] for each in problems]


def test_the_shipped_file_holds_the_declared_values_and_names_each():
    typed = strict_yaml.load(SHIPPED)
    assert list(typed) == ["weights", "points", "valid_days", "tiers", "exploration_share_percent"]
    assert typed["exploration_share_percent"] == str(EXPLORATION_SHARE["default"]) == "0"
    assert typed["weights"] == {name: str(value) for name, value in WEIGHTS.items()}
    assert typed["tiers"] == {name: str(value) for name, value in TIERS.items()}
    assert typed["points"] == {
        group: {each["name"]: str(each["points"]) for each in COMPONENTS if each["group"] == group}
        for group in WEIGHTS
    }
    assert typed["valid_days"] == {
        each["name"]: str(each["valid_days"]) for each in COMPONENTS if "valid_days" in each
    }


def test_what_is_declared_adds_up():
    """The document's own: 40, 35 and 25 per cent, and a hundred points in each part."""
    assert WEIGHTS == {"intent": 40, "fit": 35, "accessibility": 25}
    assert TIERS == {"hot": 80, "warm": 60, "nurture": 40}
    points = {group: [each["points"] for each in COMPONENTS if each["group"] == group] for group in WEIGHTS}
    assert points == {
        "intent": [30, 25, 20, 15, 10],
        "fit": [25, 25, 20, 15, 15],
        "accessibility": [30, 25, 20, 15, 10],
    }
    assert [each["valid_days"] for each in COMPONENTS if each["group"] == "intent"] == [180, 60, 90, 90, 180]
    assert len({each["name"] for each in COMPONENTS}) == len(COMPONENTS)


@pytest.mark.parametrize("text", [None, "", "points:\n  fit:\n"])
def test_what_is_left_out_is_as_shipped(tmp_path, text):
    problems = []
    shipped = read_scoring(SHIPPED, problems)
    assert shipped.exploration_share_percent == 0
    assert problems == []
    if text is None:
        assert read_scoring(tmp_path / "none.yaml", problems) == shipped
    else:
        assert read(tmp_path, text) == (shipped.scoring, [])


def test_what_is_said_counts(tmp_path):
    text = (
        "weights: {intent: 0, fit: 75}\npoints: {fit: {industry: 30, company_size: 20}}\n"
        "valid_days: {actively_hiring: 30}\ntiers: {hot: 100, warm: 99}\n"
    )
    scoring, problems = read(tmp_path, text)
    assert problems == []
    assert scoring["weights"] == {"intent": 0, "fit": 75, "accessibility": 25}
    assert (scoring["points"]["industry"], scoring["points"]["company_size"]) == (30, 20)
    assert scoring["points"]["direct_email"] == 30
    assert scoring["valid_days"]["actively_hiring"] == 30
    assert scoring["tiers"] == {"hot": 100, "warm": 99, "nurture": 40}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("wieghts: {intent: 40}", "line 2: 'wieghts' is not known in the file; did you mean weights?"),
        ("weights: {intend: 40}", "line 2: 'intend' is not known in weights; did you mean intent?"),
        ("weights: {intent: 41}", "line 2: weights are 101 together, and must be 100"),
        ("points:\n  fit: {industry: 24}", "line 3: points of fit are 99 together, and must be 100"),
        (
            "points:\n  fit:\n    phone: 1",
            "line 4: 'phone' is not known in fit; known are industry, company_size",
        ),
        (
            "points:\n  intent: {recent_funding: 30.5}",
            "line 3: recent_funding must be a whole number from 0 to 100",
        ),
        (
            "points:\n  fit: {company_size: 60, geography: -20}",
            "line 3: geography is -20, and points are 0 or more: give 0 to what tells against a lead",
        ),
        (
            "points: {recent_funding: 30}",
            "line 2: 'recent_funding' is not known in points; known are intent, fit",
        ),
        (
            "valid_days: {recent_funding: 0}",
            "line 2: recent_funding must be a whole number from 1 to 3650, not '0'",
        ),
        ("valid_days: {phone: 9}", "line 2: 'phone' is not known in valid_days; known are recent_funding"),
        ("tiers: {hot: 101}", "line 2: hot must be a whole number from 1 to 100, not '101'"),
        ("tiers: {nurture: 0}", "line 2: nurture must be a whole number from 1 to 100, not '0'"),
        ("tiers: {cold: 10}", "line 2: 'cold' is not known in tiers"),
        ("tiers: {warm: 80}", "line 2: tiers must go down: warm (80) is not below hot (80)"),
        ("tiers: {nurture: 70}", "line 2: tiers must go down: nurture (70) is not below warm (60)"),
        (
            "exploration_share_percent: 21",
            "line 2: exploration_share_percent must be a whole number from 0 to 20, not '21'",
        ),
        ("tiers: 80", "line 2: tiers must be lines of `name: value`, not '80'"),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path, text, told):
    _, [said] = read(tmp_path, f"# first\n{text}\n")
    assert said.startswith(told)
