"""How many are asked a week, on which days, at which hours; and what replies and meetings are aimed at.

Parts of config/outreach.yaml. Numbers are declared in dbt_project/macros/catalogue/prospects.sql.
"""

import re
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from dbt_project.rendering import returned
from extract.intelligence.reading import Problems, Reader, number, section, switch
from extract.workspace.strict_yaml import Items, Value, quoted, suggestion

NUMBERS = returned("catalogue/*.sql", "outreach_numbers()")
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
# HeyReach's own, where a campaign was made without a schedule (its Campaign API, `Create`).
_WORKDAYS, _FROM, _UNTIL, _ZONE = WEEKDAYS[:5], "09:00", "17:00", "UTC"
_FOLLOW_UPS = WEEKDAYS[1:4]
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")


def numbers(place: str) -> dict[str, Reader]:
    """The whole numbers of a part of the file."""
    return {
        each["name"]: number(each["from"], each["to"], each["default"])
        for each in NUMBERS
        if each["in"] == place
    }


def _weekdays(left_out: tuple[str, ...]) -> Reader:
    def read(name: str, value: Value, line: int, problems: Problems) -> list[str]:
        if value is None:
            return list(left_out)
        days = [str(day).lower() for day in value] if isinstance(value, Items) else []
        if not days:
            problems.add(line, f"{name} must be a list of days, as in [monday, tuesday], not {quoted(value)}")
        for day in days:
            if day not in WEEKDAYS:
                problems.add(line, f"{name}: {quoted(day)} is no day; {suggestion(day, WEEKDAYS)}")
        return [day for day in WEEKDAYS if day in days]

    return read


def _time(left_out: str) -> Reader:
    def read(name: str, value: Value, line: int, problems: Problems) -> str:
        if value is None:
            return left_out
        if not isinstance(value, str) or not _TIME.fullmatch(value):
            problems.add(line, f"{name} must be a time like {left_out}, not {quoted(value)}")
            return left_out
        return value

    return read


def _zone(name: str, value: Value, line: int, problems: Problems) -> str:
    if value is None:
        return _ZONE
    try:
        return ZoneInfo(value if isinstance(value, str) else "").key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        problems.add(line, f"{name} must be a time zone like Europe/Berlin, not {quoted(value)}")
        return _ZONE


def _off(name: str, value: Value, line: int, problems: Problems) -> bool:
    """Reads true or false; left out, it is off."""
    if value not in (None, "true", "false"):
        problems.add(line, f"{name} must be true or false, not {quoted(value)}")
    return value == "true"


_section = section(
    {
        **numbers("cadence"),
        "weekdays": _weekdays(_WORKDAYS),
        "from": _time(_FROM),
        "until": _time(_UNTIL),
        "time_zone": _zone,
        "follow_up_weekdays": _weekdays(_FOLLOW_UPS),
        "ai_personas_last": switch,
        "hands_over_at_night": _off,
    }
)


def _cadence(name: str, value: Value, line: int, problems: Problems) -> dict:
    read = _section(name, value, line, problems)
    if read["from"] >= read["until"]:
        problems.add(line, f"{name}: from ({read['from']}) must be earlier than until ({read['until']})")
    return read


SECTIONS: dict[str, Reader] = {"cadence": _cadence, "targets": section(numbers("targets"))}
