"""Where people stand in records of any shape: JSON that HeyReach sent, rows of tables, lines of text.

A record *is* a person's when a field that names its subject (`profileUrl`, `linkedin_id`, ...) leads to them;
then it goes as a whole. Anywhere else a link to them is only a mention, and only the link goes.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Protocol

import orjson

# Whatever might be a link to a profile, in running text; the warehouse's macro decides.
LINK = re.compile(
    r"[^\s\"'<>|,;()\[\]{}\\]*(?:linkedin|\bin(?:/|%2f))[^\s\"'<>|,;()\[\]{}\\]*", re.IGNORECASE
)
MEMBER_ID = re.compile(r"\bA[CDE][A-Za-z0-9]AA[A-Za-z0-9_-]{10,60}")
_ESCAPED = re.compile(r"\\u([0-9a-fA-F]{4})|\\x([0-9a-fA-F]{2})")
# Marks an id of HeyReach's own for a person, which is no part of any link.
PROVIDER_ID = "linkedin_id "
REDACTED = "[erased]"

_SUBJECT = frozenset(
    {
        "profileurl",
        "linkedinurl",
        "linkedinprofileurl",
        "linkedinid",
        "leadid",  # in signal files a profile's link, too
        "person",
        "key",
        "listrowkey",
        "rowtext",
    }
)
# Who sent a request is not who it is about.
_OTHERS = frozenset({"sender"})


class Erased(Protocol):
    """Whoever knows which mentions stand for erased people."""

    def erased(self, mentions: set[str]) -> set[str]: ...


def subjects(record: object) -> set[str]:
    """Mentions of the person whom a record is about; of text that is no JSON, all there are."""
    return {text for text, is_subject in _mentions(record) if is_subject}


def clean(
    records: Sequence[object], people: Erased, *, may_drop: bool = True, is_text: bool = False
) -> list[object]:
    """Each record as it may be kept: itself, a copy without the links to erased people, or None.

    With `is_text` records are lines that are no JSON: of those nobody knows whose they are, so that one
    mention drops the line. Without `may_drop` nothing is dropped.
    """
    found = [list(_mentions(record, is_subject=is_text)) for record in records]
    erased = people.erased({text for mentions in found for text, _ in mentions})
    if not erased:
        return list(records)
    kept = []
    for record, mentions in zip(records, found, strict=True):
        here = {text: is_subject for text, is_subject in sorted(mentions) if text in erased}
        if may_drop and any(here.values()):
            kept.append(None)
        else:
            kept.append(redacted(record, here) if here else record)
    return kept


def redacted(record: object, texts: Sequence[str]) -> object:
    """The record with every one of the texts replaced, wherever it stands."""
    if isinstance(record, dict):
        return {key: redacted(value, texts) for key, value in record.items()}
    if isinstance(record, list):
        return [redacted(value, texts) for value in record]
    if isinstance(record, str):
        for text in sorted(texts, key=len, reverse=True):
            record = record.replace(text, REDACTED)
    return record


def _mentions(value: object, name: str = "", *, is_subject: bool = False) -> Iterator[tuple[str, bool]]:
    """Text and whether it names the subject, for everything in the record that may stand for a person."""
    if isinstance(value, dict):
        for key, inner in value.items():
            plain = str(key).lower().replace("_", "")
            if plain not in _OTHERS:
                names_subject = plain in _SUBJECT and isinstance(inner, str | int)
                yield from _mentions(inner, plain, is_subject=is_subject or names_subject)
            else:
                yield from ((text, False) for text, _ in _mentions(inner))
    elif isinstance(value, list):
        for inner in value:
            yield from _mentions(inner, name, is_subject=is_subject)
    elif isinstance(value, str | int) and name == "linkedinid" and len(str(value)) > 5:
        yield from _texts(str(value), is_subject)
        yield PROVIDER_ID + str(value), is_subject
    elif isinstance(value, str):
        yield from _texts(value, is_subject)
        # A relay may wrap a payload as text.
        if value[:1] in ("{", "[") and (inner := _json(value)) is not None:
            yield from _mentions(inner, name, is_subject=is_subject)


def _json(text: str) -> object:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return None


def _texts(value: str, is_subject: bool) -> Iterator[tuple[str, bool]]:
    if "\\" in value:  # JSON, or Python's way of writing it, within text
        value = _ESCAPED.sub(lambda code: chr(int(code[1] or code[2], 16)), value.replace("\\/", "/"))
    if len(value) <= 2048 and LINK.search(value):
        yield value, is_subject
    for pattern in (LINK, MEMBER_ID):
        for text in pattern.findall(value):
            yield text, is_subject
