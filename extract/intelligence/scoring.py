"""config/scoring.yaml: weights, points, for how long signals count, tiers, and how many are drawn.

Names and shipped values are declared in dbt_project/macros/catalogue/score_components.sql.
"""

import re
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from dbt_project.rendering import returned
from extract.intelligence.reading import Problems, Reader, number, section
from extract.workspace import strict_yaml
from extract.workspace.strict_yaml import Value

COMPONENTS = returned("catalogue/*.sql", "score_components()")
WEIGHTS = returned("catalogue/*.sql", "score_weights()")
EXPLORATION_SHARE = returned("catalogue/*.sql", "exploration_share()")
TIERS = returned("catalogue/*.sql", "score_tiers()")
MOST_DAYS = 3650
WHOLE = 100

# weights, valid_days and tiers: name -> whole number; points: component -> whole number, whatever its group.
Scoring = dict[str, dict[str, int]]


@dataclass(frozen=True)
class ScoringFile:
    """What leads are scored by; and the share of them, per cent, that is drawn whatever their score."""

    scoring: Scoring
    exploration_share_percent: int


def _shipped(values: dict[str, int], low: int, high: int) -> Reader:
    return section({name: number(low, high, value) for name, value in values.items()})


def _points(group: str) -> Reader:
    return section(
        {each["name"]: _points_of(each["points"]) for each in COMPONENTS if each["group"] == group}
    )


def _points_of(shipped: int) -> Reader:
    """Reads points; of negative ones, which rpt_signal_value may suggest, it is said what to write."""
    read_number = number(0, WHOLE, shipped)

    def read(name: str, value: Value, line: int, problems: Problems) -> int | None:
        if isinstance(value, str) and re.fullmatch("-[0-9.]+", value):
            problems.add(
                line,
                f"{name} is {value}, and points are 0 or more: give 0 to what tells against a lead; whom you "
                "don't want at all, a profile leaves out (`avoid` and others in config/icp_profiles.yaml)",
            )
            return shipped
        return read_number(name, value, line, problems)

    return read


_read = section(
    {
        "weights": _shipped(WEIGHTS, 0, WHOLE),
        "points": section({group: _points(group) for group in WEIGHTS}),
        "valid_days": _shipped(
            {each["name"]: each["valid_days"] for each in COMPONENTS if "valid_days" in each}, 1, MOST_DAYS
        ),
        "tiers": _shipped(TIERS, 1, WHOLE),
        "exploration_share_percent": number(
            EXPLORATION_SHARE["from"], EXPLORATION_SHARE["to"], EXPLORATION_SHARE["default"]
        ),
    }
)


def read_scoring(path: Path, problems: list[str]) -> ScoringFile:
    """What the file says, the shipped values where it says nothing; `problems` gets a line each."""
    document = strict_yaml.load(path) if path.exists() else strict_yaml.Mapping(1)
    found = Problems(path)
    read = _read("the file", document, 1, found)
    if not found.found:
        _check_together(read, document, found)
    problems.extend(found.found)
    share = read.pop("exploration_share_percent")
    points = {name: each for group in read["points"].values() for name, each in group.items()}
    return ScoringFile({**read, "points": points}, share)


def _check_together(read: dict[str, Any], document: strict_yaml.Mapping, problems: Problems) -> None:
    """What single values can't show: sums of a hundred, and tiers that go down."""
    lines = document.lines
    groups = document.get("points")
    lines_of_groups = groups.lines if isinstance(groups, strict_yaml.Mapping) else {}
    sums = [("weights", read["weights"], lines.get("weights", 1))]
    sums += [
        (f"points of {group}", points, lines_of_groups.get(group, 1))
        for group, points in read["points"].items()
    ]
    for name, values, line in sums:
        if sum(values.values()) != WHOLE:
            problems.add(line, f"{name} are {sum(values.values())} together, and must be {WHOLE}")
    for (higher, above), (lower, below) in pairwise(read["tiers"].items()):
        if below >= above:
            problems.add(
                lines["tiers"], f"tiers must go down: {lower} ({below}) is not below {higher} ({above})"
            )
