"""What profiles ask for, as lines to read."""

from collections.abc import Iterator

from extract.intelligence.profiles import Profile, Profiles


def listed(profiles: Profiles) -> Iterator[str]:
    """Each profile with what it asks for, the default marked."""
    for name, profile in profiles.by_name.items():
        yield f"{name} (default)" if name == profiles.default else name
        yield from (f"  {line}" for line in asked(profile))


def asked(profile: Profile) -> Iterator[str]:
    """What a profile asks for, and last what it doesn't: of that it can't give points."""
    stack, people = profile["tech_stack"], profile["decision_makers"]
    criteria = {
        "industries": profile["industries"],
        "employees": _size(profile["company_size_min"], profile["company_size_max"]),
        "funding stages": profile["funding_stages"],
        "technologies they must have": stack["must_have"],
        "technologies that are nice to have": stack["nice_to_have"],
        "technologies to avoid": stack["avoid"],
        "complementary tools": profile["complementary_tools"],
        "competitors": profile["competitors"],
        "geographies": profile["geographies"],
        "titles": people["titles"],
        "departments": people["departments"],
        "signals": [name for name, is_on in profile["signals"].items() if is_on],
    }
    yield from (f"{name}: {', '.join(values)}" for name, values in criteria.items() if values)
    missing = [name for name, values in criteria.items() if not values]
    if missing:
        yield f"not asked for: {', '.join(missing)}"


def _size(least: int | None, most: int | None) -> list[str]:
    if least and most:
        return [f"{least:,} to {most:,}"]
    return [f"from {least:,}"] if least else [f"up to {most:,}"] if most else []
