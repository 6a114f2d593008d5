"""Reading fields out of an answer by type: a value of another type than documented is none.

An answer that holds none of the documented places says nothing of the subject: it is no "nothing found".
"""

import math
from collections.abc import Callable, Mapping

from extract.enrichment.client import ServiceClient

Kind = Callable[[object], object]
# Name of a field -> where it stands (parts joined by a dot), and what it must be.
Shape = Mapping[str, tuple[str, Kind]]

_EMPTY = (None, "", [], {})


def fields_of(client: ServiceClient, answer: object, shape: Shape) -> dict[str, object]:
    """The fields that hold something of their type; empty where the places are there and hold nothing.

    Raises RowError (or NoCreditsError, by the words) where it has none of the places, or only other types.
    """
    fields, places, others = {}, 0, 0
    for name, (path, kind) in shape.items():
        is_there, value = _at(answer, path)
        places += is_there
        if not is_there or value in _EMPTY:
            continue
        read = kind(value)
        if read in _EMPTY:
            others += 1
        else:
            fields[name] = read
    if not fields and (others or not places):
        raise client.undocumented(answer)
    return fields


def part(answer: object, name: str) -> dict:
    """An object inside an object; an empty one where there is none."""
    inner = answer.get(name) if isinstance(answer, dict) else None
    return inner if isinstance(inner, dict) else {}


def text(value: object) -> str | None:
    """A text; None for anything else, and for one of white space."""
    return value if isinstance(value, str) and value.strip() else None


def whole(value: object) -> int | None:
    """A whole number; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return int(value)


def text_or_number(value: object) -> str | int | float | None:
    """A text or a number, where a service sends either."""
    return value if whole(value) is not None else text(value)


def texts(value: object) -> list[str] | None:
    """The texts of a list; None where it holds none."""
    return [each for each in value if text(each)] or None if isinstance(value, list) else None


def objects(value: object) -> list[dict] | None:
    """The objects of a list; None where it holds none."""
    return [each for each in value if isinstance(each, dict)] or None if isinstance(value, list) else None


def _at(answer: object, path: str) -> tuple[bool, object]:
    *parents, last = path.split(".")
    for name in parents:
        answer = answer.get(name) if isinstance(answer, dict) else None
    is_there = isinstance(answer, dict) and last in answer
    return is_there, answer[last] if is_there else None
