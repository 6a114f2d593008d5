"""How an answer is worded, and how a text that somebody else wrote is kept apart from it."""

import functools
import json
import secrets
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import jinja2

# The longest name or text of somebody else's that is told.
LONGEST = 200
_UNWANTED = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")
_PLAIN = ("day", "minute", "percent", "worth", "rests_on", "signed", "things", "words", "spelled")


def cleaned(text: str, length: int = LONGEST) -> str:
    """A text on one line without control, invisible and turning characters, cut at `length`."""
    kept = (" " if each.isspace() else each for each in text)
    line = " ".join("".join(c for c in kept if unicodedata.category(c) not in _UNWANTED).split())
    return line if len(line) <= length else line[: length - 1] + "…"


class Fence:
    """Marks what others wrote, by a word that they can't have known: another one in each answer."""

    def __init__(self) -> None:
        self.mark = secrets.token_hex(4)

    def around(self, text: str) -> str:
        """`<outside-1f2e>text</outside-1f2e>`"""
        return f"<outside-{self.mark}>{cleaned(text)}</outside-{self.mark}>"


def said(kind: str, row: Mapping[str, Any] | str | int, *more: Any) -> str:
    """The sentence that the template has for a row of this kind."""
    return str(getattr(_sentences(), kind)(row, *more)).strip()


def as_json(value: Any) -> Any:
    """What a row has as JSON has it, without what is not known."""
    if isinstance(value, Mapping):
        return {name: as_json(each) for name, each in value.items() if each is not None}
    if isinstance(value, list | tuple):
        return [as_json(each) for each in value]
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, float):
        return round(value, 6)
    return value


def size(*parts: Any) -> int:
    """How many bytes they take as JSON."""
    return sum(len(json.dumps(part, ensure_ascii=False).encode()) for part in parts)


@functools.cache
def _sentences() -> Any:
    from reports.document import filters  # noqa: PLC0415 - reads all words, and nobody waits for it to start

    made = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=False,  # noqa: S701 - plain text, cleaned before
        undefined=jinja2.StrictUndefined,
    )
    made.filters |= {name: getattr(filters, name) for name in _PLAIN}
    made.filters |= {"count": _count, "apart": _apart}
    return made.get_template("answers.j2").module


def _count(value: int | None) -> str:
    """1204 -> `1,204`"""
    return "nobody knows how many" if value is None else f"{value:,}"


def _apart(row: Mapping[str, Any]) -> str:
    """18.2 points (12.4 to 23.1)"""
    near, far = sorted(100 * abs(row[f"difference_{end}"]) for end in ("low", "high"))
    return f"{100 * abs(row['difference']):.1f} points ({near:.1f} to {far:.1f})"
