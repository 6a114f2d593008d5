"""config/icp_profiles.yaml: whom the operator looks for, by name, one of them the default."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dbt_project.rendering import returned
from extract.intelligence.reading import Problems, mapping, number, section, switch, texts
from extract.intelligence.vocabulary import FUNDING_STAGES, GEOGRAPHIES, INDUSTRIES, technology, words
from extract.workspace import strict_yaml
from extract.workspace.strict_yaml import Value, quoted, suggestion

MOST_EMPLOYEES = 100_000_000
SIGNALS = [
    each["name"] for each in returned("catalogue/*.sql", "score_components()") if each["group"] == "intent"
]
_size = number(1, MOST_EMPLOYEES)
_technologies, _words = texts(technology), texts(words)
# What a profile may ask for.
READERS = {
    "industries": texts(INDUSTRIES.spelt),
    "company_size_min": _size,
    "company_size_max": _size,
    "funding_stages": texts(FUNDING_STAGES.spelt),
    "tech_stack": section(dict.fromkeys(("must_have", "nice_to_have", "avoid"), _technologies)),
    "complementary_tools": _technologies,
    "competitors": _technologies,
    "geographies": texts(GEOGRAPHIES.spelt),
    "decision_makers": section(dict.fromkeys(("titles", "departments"), _words)),
    "signals": section(dict.fromkeys(SIGNALS, switch)),
}
# Switches, and no criterion: whom nothing else is asked of is anybody.
_NO_CRITERION = "signals"
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")

# Every key of READERS, those of `tech_stack` and the like as mappings of their own; lists are in order.
Profile = dict[str, Any]


@dataclass(frozen=True)
class Profiles:
    """The profiles by name, in the order of the file; without any there is no default."""

    default: str | None = None
    by_name: dict[str, Profile] = field(default_factory=dict)


def read_profiles(path: Path, problems: list[str]) -> Profiles:
    """What the file says, none where it is missing; `problems` gets a line for each thing that is wrong."""
    return profiles_in(strict_yaml.load(path), path, problems) if path.exists() else Profiles()


def profiles_in(document: strict_yaml.Mapping, path: Path, problems: list[str]) -> Profiles:
    """The profiles of a file that was read."""
    found = Problems(path)
    mapping("the file", document, 1, found, ("default", "profiles"))
    line = document.lines.get("profiles", 1)
    entries = mapping("profiles", document.get("profiles"), line, found)
    by_name = {}
    for name, entry in entries.items():
        try:
            check_name(name)
        except ValueError as error:
            found.add(entries.lines[name], f"{error}")
        by_name[name] = read_profile(name, entry, entries.lines[name], found)
    default = document.get("default")
    if default is None and by_name:
        found.add(line, f"one profile must be the default, as in `default: {next(iter(by_name))}`")
    elif default is not None and (not isinstance(default, str) or default not in by_name):
        hint = suggestion(default, by_name) if isinstance(default, str) and by_name else "name one of them"
        at = document.lines["default"]
        found.add(at, f"default must be the name of one profile, not {quoted(default)}; {hint}")
    problems.extend(found.found)
    return Profiles(default, by_name)


def check_name(name: str) -> None:
    """Raise ValueError for what can't be the name of a profile."""
    if not _NAME.fullmatch(name):
        raise ValueError(
            f"{quoted(name)} can't name a profile: small letters, digits and _, as in platform_teams"
        )


def read_profile(name: str, value: Value, line: int, problems: Problems) -> Profile:
    """One profile with every key; what it leaves out is empty, and signals are on."""
    before = len(problems.found)
    profile = section(READERS)(name, value, line, problems)
    if len(problems.found) > before:
        return profile
    lines = value.lines if isinstance(value, strict_yaml.Mapping) else {}
    if not any(_asks(asked) for key, asked in profile.items() if key != _NO_CRITERION):
        problems.add(line, f"{name} asks for nothing: give it an industry, a size, or another criterion")
    least, most = profile["company_size_min"], profile["company_size_max"]
    if least and most and least > most:
        at = lines["company_size_min"]
        problems.add(at, f"company_size_min ({least}) must not be above company_size_max ({most})")
    stack = profile["tech_stack"]
    both = [each for each in stack["avoid"] if each in stack["must_have"] + stack["nice_to_have"]]
    if both:
        at = lines["tech_stack"]
        problems.add(at, f"{quoted(both[0])} stands in avoid of tech_stack, and is asked for beside it")
    return profile


def _asks(asked: Any) -> bool:
    return any(asked.values()) if isinstance(asked, dict) else bool(asked)
