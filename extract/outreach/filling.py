"""A text with its placeholders filled: by what is known, or by what is said instead, and why.

What others wrote (a post, a headline, an answer) is cut, put on one line, and not taken where it speaks to a
reader, or holds a link or a brace.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from extract.enrichment.guard import cleaned
from extract.outreach.sequences import FACTS, PLACEHOLDER, Placeholder, characters
from extract.workspace.texts import tidied

_NAME = re.compile(r"[^\W\d_][^\d_<>@/\\{}]*")
_LINK = re.compile(r"://|\bwww\.", re.IGNORECASE)


@dataclass(frozen=True)
class Fact:
    """Something that is known of a lead: a row of marts.message_facts."""

    value: str
    source: str
    known_at: datetime | None
    happened_at: datetime | None


@dataclass(frozen=True)
class Filling:
    """What stands in a text for one placeholder; `instead` says why the fallback does, None where it doesn't.

    `value` is None where nothing can be said. `age_days` is counted from when it happened, else became known.
    """

    placeholder: str
    fact: str
    value: str | None
    source: str | None
    age_days: int | None
    instead: str | None


def fill(
    text: str, limit: int, placeholders: Mapping[str, Placeholder], facts: Mapping[str, Fact], now: datetime
) -> tuple[str | None, list[Filling], list[str]]:
    """The text as it would be sent, what stands for each placeholder, and what is wrong, a line each.

    The text is None where something is wrong.
    """
    names = dict.fromkeys(PLACEHOLDER.findall(text))
    fillings = {name: filling_of(name, placeholders[name], facts, now) for name in names}
    problems = [
        f"{each.fact} is {each.instead}, and nothing can be said instead"
        for each in fillings.values()
        if each.value is None
    ]
    if problems:
        return None, list(fillings.values()), problems
    while characters(filled := _put(text, fillings)) > limit:
        longest = max(fillings.values(), key=lambda each: _gain(each, placeholders), default=None)
        if longest is None or _gain(longest, placeholders) <= 0:
            size = characters(filled)
            return None, list(fillings.values()), [f"has {size:,} characters, and may have {limit:,}"]
        fillings[longest.placeholder] = _instead(longest, placeholders, "too long for this text")
    return filled, list(fillings.values()), []


def filling_of(name: str, placeholder: Placeholder, facts: Mapping[str, Fact], now: datetime) -> Filling:
    """What stands for a placeholder, whatever the text."""
    fact = facts.get(placeholder.fact)
    if fact is None:
        return _said(name, placeholder, "not known")
    moment = fact.happened_at or fact.known_at
    age = max(0, (now - moment).days) if moment else None
    value = usable(placeholder.fact, fact.value)
    told = Filling(name, placeholder.fact, value, fact.source, age, None)
    if value is None:
        return _instead(told, {name: placeholder}, "nothing that can stand in a text")
    if placeholder.max_age_days is not None and (age is None or age > placeholder.max_age_days):
        return _instead(told, {name: placeholder}, f"older than {placeholder.max_age_days} days")
    return told


def usable(fact: str, text: str) -> str | None:
    """What of a value may stand in a text; None for what speaks to a reader, and for names that are none."""
    said = FACTS[fact]
    text = tidied(text)
    if said.get("is_told"):
        kept, suspicious = cleaned(text)
        text = "" if suspicious else tidied(kept)
    text = "".join(letter for letter in text if letter.isprintable())
    if not text or set("{}") & set(text) or _LINK.search(text):
        return None
    if said.get("is_name"):
        return text if _NAME.fullmatch(text) and characters(text) <= said["longest"] else None
    return _cut(text, said["longest"])


def _cut(text: str, longest: int) -> str:
    if characters(text) <= longest:
        return text
    while characters(text) >= longest:
        text = text[:-1]
    head, blank, _ = text.rpartition(" ")
    return (head if blank else text).rstrip(" ,;:-") + "…"


def _put(text: str, fillings: Mapping[str, Filling]) -> str:
    filled = PLACEHOLDER.sub(lambda found: fillings[found[1]].value or "", text)
    return re.sub(r" +(?=[,.;:!?](?: |$))", "", tidied(filled))


def _gain(filling: Filling, placeholders: Mapping[str, Placeholder]) -> int:
    """How many characters a text loses by what is said instead; 0 where nothing is, or already is."""
    fallback = placeholders[filling.placeholder].fallback
    if fallback is None or filling.instead:
        return 0
    return characters(filling.value or "") - characters(fallback)


def _said(name: str, placeholder: Placeholder, why: str) -> Filling:
    return Filling(name, placeholder.fact, placeholder.fallback, None, None, why)


def _instead(filling: Filling, placeholders: Mapping[str, Placeholder], why: str) -> Filling:
    fallback = placeholders[filling.placeholder].fallback
    return Filling(filling.placeholder, filling.fact, fallback, filling.source, filling.age_days, why)
