"""Tags, points and priorities of config/outreach.yaml.

Names and shipped numbers are declared in dbt_project/macros/catalogue/prospects.sql.
"""

from itertools import pairwise
from typing import Any

from dbt_project.rendering import returned
from extract.intelligence.reading import Problems, Reader, mapping, number, section, texts
from extract.intelligence.vocabulary import INDUSTRIES, words
from extract.outreach.cadence import SECTIONS as CADENCE
from extract.outreach.cadence import numbers
from extract.outreach.segments import LARGEST_WEIGHT, NAME, READERS, region
from extract.workspace.strict_yaml import Mapping, Value, quoted

POINTS = returned("catalogue/*.sql", "prospect_points()")
LEVELS = returned("catalogue/*.sql", "engagement_levels()")
WEIGHTS = returned("catalogue/*.sql", "priority_weights()")
TAGS = returned("catalogue/*.sql", "prospect_tags()")
REFERRING = returned("catalogue/*.sql", "referring_seniorities()")
WHOLE = 100

_SPELT = {"industry": texts(INDUSTRIES.spelt), "location": texts(region)}


def _tag(spelt: Reader) -> Reader:
    """Reads `tag: [words]`, a line each, into pairs in the order of the file: the first that fits counts."""

    def read(name: str, value: Value, line: int, problems: Problems) -> list[dict[str, str]]:
        entries = mapping(name, value, line, problems)
        pairs = []
        for tag, listed in entries.items():
            at = entries.lines[tag]
            if not NAME.fullmatch(tag):
                problems.add(at, f"{quoted(tag)} can't be a {name}: small letters, digits and _")
            found = spelt(f"{tag} of {name}", listed, at, problems)
            if not listed:
                problems.add(at, f"{tag} of {name} has no words: give it a list, as in [a, b]")
            pairs += [{"value": tag, "word": word} for word in found]
        return pairs

    return read


def _points(group: str) -> Reader:
    entries = [each for each in POINTS if each["group"] == group]
    return section({each["name"]: number(0, WHOLE, each["points"]) for each in entries})


def _seniorities(name: str, value: Value, line: int, problems: Problems) -> list[str]:
    return REFERRING if value is None else READERS["seniorities"](name, value, line, problems)


SECTIONS: dict[str, Reader] = {
    "tags": section(
        {
            **{tag: _tag(_SPELT.get(tag, texts(words))) for tag in TAGS},
            "engagement_potential": section({name: number(1, WHOLE, at) for name, at in LEVELS.items()}),
        }
    ),
    "points": section({group: _points(group) for group in dict.fromkeys(each["group"] for each in POINTS)}),
    "facts": section({**numbers("facts"), "referring_seniorities": _seniorities}),
    "priorities": section(
        {
            "weights": section({name: number(0, LARGEST_WEIGHT, at) for name, at in WEIGHTS.items()}),
            **numbers("priorities"),
        }
    ),
    **CADENCE,
}


def check_together(read: dict[str, Any], document: Mapping, problems: Problems) -> None:
    """What single values can't show: points of a hundred, weights that aren't all 0, levels that go down."""

    def line(*path: str) -> int:
        at, inside = 1, document
        for key in path:
            if not isinstance(inside, Mapping) or key not in inside:
                break
            at, inside = inside.lines[key], inside[key]
        return at

    for group, points in read["points"].items():
        if sum(points.values()) != WHOLE:
            problems.add(
                line("points", group),
                f"points of {group} are {sum(points.values())} together, and must be {WHOLE}",
            )
    if not any(read["priorities"]["weights"].values()):
        problems.add(line("priorities", "weights"), "the weights of priorities are all 0: give one a weight")
    levels = read["tags"]["engagement_potential"]
    for (higher, above), (lower, below) in pairwise(levels.items()):
        if below >= above:
            problems.add(
                line("tags", "engagement_potential"),
                f"engagement_potential must go down: {lower} ({below}) is not below {higher} ({above})",
            )
