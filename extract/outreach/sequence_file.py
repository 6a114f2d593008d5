"""How config/sequences.yaml is read: each line that can't be so is a problem with its number."""

import re
from pathlib import Path

from extract.intelligence.reading import Problems, mapping, number
from extract.outreach.segments import NAME
from extract.outreach.sequences import (
    FACTS,
    LENGTHS,
    LIMITS,
    PLACEHOLDER,
    STEPS,
    STYLES,
    WARM_UPS,
    Placeholder,
    SegmentSequence,
    Sequences,
    Step,
    Text,
    characters,
    text_hash,
)
from extract.workspace import strict_yaml
from extract.workspace.errors import ConfigurationError
from extract.workspace.strict_yaml import Items, Mapping, Value, quoted, suggestion
from extract.workspace.texts import tidied
from extract.workspace.workspace import Workspace

OLDEST_DAYS = 3650
LONGEST_DELAY_DAYS = 100  # HeyReach's own
LARGEST_ID = 2**63 - 1
LONGEST_FALLBACK = 300
# How long a name is taken to be that nothing can be said instead of.
USUAL_NAME = 20
_DOUBLE = re.compile(r"\{\{|\}\}")

Words = tuple[str, ...]


def load_sequences(workspace: Workspace) -> Sequences:
    """What the file says, no segments where it is missing; raises ConfigurationError with every problem."""
    return read_sequences(workspace.sequences)


def read_sequences(path: Path) -> Sequences:
    """The same of any file."""
    document = strict_yaml.load(path) if path.exists() else strict_yaml.Mapping(1)
    problems = Problems(path)
    sequences = _read(document, problems)
    if problems.found:
        raise ConfigurationError(problems.found)
    return sequences


def _read(document: Mapping, problems: Problems) -> Sequences:
    """What a file says, as far as it can be read; what can't stands in `problems`."""
    mapping("the file", document, 1, problems, ("placeholders", "formats", "angles", "segments"))
    words = {key: _words(key, document.get(key), document.lines.get(key, 1), problems) for key in _LISTS}
    placeholders = _placeholders(document, problems)
    entries = mapping("segments", document.get("segments"), document.lines.get("segments", 1), problems)
    segments = {
        name: _Reader(name, placeholders, words, problems).sequence(entry, entries.lines[name])
        for name, entry in entries.items()
    }
    return Sequences(placeholders, words["formats"], words["angles"], segments)


_LISTS = ("formats", "angles")


def _words(key: str, value: Value, line: int, problems: Problems) -> Words:
    if value is not None and not isinstance(value, Items):
        problems.add(line, f"{key} must be a list, as in [question, note], not {quoted(value)}")
    found = value if isinstance(value, Items) else Items(line)
    for each, at in zip(found, found.lines, strict=True):
        if not isinstance(each, str) or not NAME.fullmatch(each):
            problems.add(at, f"{quoted(each)} can't be one of {key}: small letters, digits and _")
    return tuple(each for each in found if isinstance(each, str))


def _placeholders(document: Mapping, problems: Problems) -> dict[str, Placeholder]:
    line = document.lines.get("placeholders", 1)
    entries = mapping("placeholders", document.get("placeholders"), line, problems)
    found = {}
    for name, value in entries.items():
        at = entries.lines[name]
        if not NAME.fullmatch(name):
            problems.add(at, f"{quoted(name)} can't be a placeholder: small letters, digits and _")
        entry = mapping(name, value, at, problems, ("fact", "max_age_days", "fallback"))
        found[name] = _placeholder(name, entry, at, problems)
    return found


def _placeholder(name: str, entry: Mapping, line: int, problems: Problems) -> Placeholder:
    def at(key: str) -> int:
        return entry.lines.get(key, line)

    fact, fallback = entry.get("fact"), entry.get("fallback")
    if not isinstance(fact, str) or fact not in FACTS:
        hint = suggestion(fact if isinstance(fact, str) else "", FACTS)
        problems.add(at("fact"), f"fact of {name} must be something that is known of leads; {hint}")
    known = FACTS.get(fact, {}) if isinstance(fact, str) else {}
    age = number(1, OLDEST_DAYS)(
        f"max_age_days of {name}", entry.get("max_age_days"), at("max_age_days"), problems
    )
    if known and bool(known.get("is_event")) != ("max_age_days" in entry):
        problems.add(
            at("max_age_days"),
            f"{name} speaks of something that happened: give it max_age_days, as in 90"
            if known.get("is_event")
            else f"{name} is nothing that happened, so it has no max_age_days",
        )
    if known.get("is_name"):
        if "fallback" in entry:
            problems.add(
                at("fallback"), f"{name} is a name: nothing can be said instead, so it has no fallback"
            )
    elif known and not isinstance(fallback, str):
        problems.add(at("fallback"), f"{name} has no fallback: say what stands there where it isn't known")
    elif known and (set("{}") & set(fallback) or characters(fallback) > LONGEST_FALLBACK):
        problems.add(
            at("fallback"),
            f"fallback of {name} must have no braces, and at most {LONGEST_FALLBACK} characters",
        )
    return Placeholder(str(fact), age, " ".join(fallback.split()) if isinstance(fallback, str) else None)


class _Reader:
    """Reads the sequence of one segment."""

    def __init__(
        self, segment: str, placeholders: dict[str, Placeholder], words: dict[str, Words], problems: Problems
    ):
        self.segment = segment
        self.placeholders = placeholders
        self.words = words
        self.problems = problems
        self.taken: dict[str, str] = {}

    def sequence(self, value: Value, line: int) -> SegmentSequence:
        """The segment's entry."""
        name = self.segment
        entry = mapping(name, value, line, self.problems, ("campaign", "length", "style", "steps"))
        length = self._one_of("length", entry, line, LENGTHS)
        style = self._one_of("style", entry, line, STYLES)
        at = entry.lines.get("campaign", line)
        campaign = number(1, LARGEST_ID)(f"campaign of {name}", entry.get("campaign"), at, self.problems)
        at = entry.lines.get("steps", line)
        entries = mapping(f"steps of {name}", entry.get("steps"), at, self.problems, STEPS)
        steps = tuple(
            self._step(step, entries.get(step), entries.lines.get(step, at))
            for step in STEPS
            if step in entries or STEPS[step]["kind"] in WARM_UPS
        )
        sequence = SegmentSequence(name, campaign, int(length), style, steps)
        for step in sequence.lacking(int(length), style):
            self.problems.add(at, f"{name} has {length} steps, but no text for {step} ({style})")
        return sequence

    def _one_of(self, key: str, entry: Mapping, line: int, known: list) -> str:
        value, allowed = entry.get(key), [str(each) for each in known]
        if value not in allowed:
            self.problems.add(
                entry.lines.get(key, line),
                f"{key} of {self.segment} must be one of {', '.join(allowed)}, not {quoted(value)}",
            )
            return allowed[0]
        return value

    def _step(self, name: str, value: Value, line: int) -> Step:
        said = STEPS[name]
        has_text = said["kind"] in LIMITS
        known = ("delay_days", "texts") if has_text else ("delay_days", "kind")
        where = f"{name} of {self.segment}"
        entry = mapping(where, value, line, self.problems, known)
        at = entry.lines.get("delay_days", line)
        read_days = number(0, LONGEST_DELAY_DAYS, said["delay_days"])
        days = read_days(f"delay_days of {where}", entry.get("delay_days"), at, self.problems)
        kind = entry.get("kind") or said["kind"]
        if not has_text and kind not in WARM_UPS:
            self.problems.add(entry.lines["kind"], f"kind of {where} must be one of {', '.join(WARM_UPS)}")
        at = entry.lines.get("texts", line)
        texts = mapping(f"texts of {where}", entry.get("texts"), at, self.problems)
        limit = LIMITS.get(kind) if has_text else None
        return Step(
            name,
            kind if isinstance(kind, str) else said["kind"],
            days,
            tuple(
                self._text(name, limit or 0, variant, texts[variant], texts.lines[variant])
                for variant in texts
            ),
        )

    def _text(self, step: str, limit: int, variant: str, value: Value, line: int) -> Text:
        problems = self.problems
        if not NAME.fullmatch(variant):
            problems.add(line, f"{quoted(variant)} can't be a variant: small letters, digits and _")
        if variant in self.taken:
            problems.add(
                line,
                f"{variant} is a text of {self.taken[variant]}, too: names are {self.segment}'s only once",
            )
        self.taken.setdefault(variant, step)
        entry = mapping(variant, value, line, problems, ("style", "format", "angle", "text"))
        style = entry.get("style")
        if style is not None and style not in STYLES:
            problems.add(
                entry.lines["style"],
                f"style of {variant} must be one of {', '.join(STYLES)}, or left out for both",
            )
        chosen = {}
        for key, group in (("format", "formats"), ("angle", "angles")):
            chosen[key] = entry.get(key)
            if chosen[key] not in self.words[group]:
                problems.add(
                    entry.lines.get(key, line),
                    f"{key} of {variant} must be one of {group}, not {quoted(chosen[key])}; "
                    f"known are {', '.join(self.words[group]) or 'none'}",
                )
        text = entry.get("text")
        text = tidied(text) if isinstance(text, str) else ""  # as imports take it
        if not text:
            problems.add(entry.lines.get("text", line), f"{variant} has no text")
        for problem in text_problems(text, limit, self.placeholders):
            problems.add(entry.lines.get("text", line), f"{variant}: {problem}")
        hashed = text_hash(text, self.placeholders)
        return Text(variant, style, str(chosen["format"]), str(chosen["angle"]), text, hashed)


def text_problems(text: str, limit: int, placeholders: dict[str, Placeholder]) -> list[str]:
    """What is wrong with a text of a step, a line each; lengths are those with what is said instead."""
    if _DOUBLE.search(text):
        return ["double braces would be sent as they stand; a placeholder has single ones, like {first_name}"]
    if set("{}") & set(PLACEHOLDER.sub("", text)):
        return ["has a brace that belongs to no placeholder, which is like {first_name}; leave it out"]
    found = dict.fromkeys(PLACEHOLDER.findall(text))
    unknown = [
        f"{{{name}}} is no placeholder of this file; {suggestion(name, placeholders)}"
        for name in found
        if name not in placeholders
    ]
    if unknown:
        return unknown

    def instead(match: re.Match) -> str:
        fallback = placeholders[match[1]].fallback
        return "x" * USUAL_NAME if fallback is None else fallback

    size = characters(PLACEHOLDER.sub(instead, text))
    if size > limit:
        return [f"has {size:,} characters with what is said instead of placeholders; it may have {limit:,}"]
    return []
