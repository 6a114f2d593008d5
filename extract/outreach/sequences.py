"""config/sequences.yaml: the steps and texts by which a segment is written to, and what texts may speak of.

Steps, lengths, limits and facts are declared in dbt_project/macros/catalogue/sequences.sql.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dbt_project.rendering import returned
from extract.workspace.configurations import Named

STEPS = {each["name"]: each for each in returned("catalogue/*.sql", "sequence_steps()")}
LIMITS = returned("catalogue/*.sql", "text_limits()")
WARM_UPS = returned("catalogue/*.sql", "warm_up_kinds()")
STYLES = returned("catalogue/*.sql", "sequence_styles()")
FACTS = {each["name"]: each for each in returned("catalogue/*.sql", "message_facts()")}
LENGTHS = sorted({length for step in STEPS.values() for length in step["lengths"]})
PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")


@dataclass(frozen=True)
class Placeholder:
    """What stands for `{name}`: a fact, until which age, and what is said instead; None: nothing can be."""

    fact: str
    max_age_days: int | None
    fallback: str | None


@dataclass(frozen=True)
class Text:
    """A text of a step; `style` is None where it fits both."""

    variant: str
    style: str | None
    format: str
    angle: str
    text: str
    text_hash: str


@dataclass(frozen=True)
class Step:
    """A step with its texts in the order of the file; none of a step that only looks or follows."""

    name: str
    kind: str
    delay_days: int
    texts: tuple[Text, ...]

    @property
    def limit(self) -> int | None:
        """The most characters that HeyReach takes; None for a step without a text."""
        return LIMITS.get(self.kind)

    def fitting(self, style: str) -> list[Text]:
        """The texts of a style: those of it alone before those for both. The first is the default."""
        return [
            *(text for text in self.texts if text.style == style),
            *(text for text in self.texts if text.style is None),
        ]


@dataclass(frozen=True)
class SegmentSequence:
    """How one segment is written to. `steps` are all that the file has something for, in their order."""

    segment: str
    campaign_id: int | None
    length: int
    style: str
    steps: tuple[Step, ...]

    def steps_of(self, length: int) -> list[Step]:
        """The steps of a length; a step without a text needs no line in the file."""
        return [step for step in self.steps if length in STEPS[step.name]["lengths"]]

    def lacking(self, length: int, style: str) -> list[str]:
        """The steps of a length and style that need a text and have none."""
        there = {step.name for step in self.steps if step.fitting(style)}
        return [
            name
            for name, said in STEPS.items()
            if length in said["lengths"] and said["kind"] in LIMITS and name not in there
        ]

    def sequence_hash(self, length: int, style: str) -> str:
        """SHA-256 of all that makes this sequence: segment, length, style, delays and texts."""
        steps = [
            (step.name, step.kind, step.delay_days, [text.text_hash for text in step.fitting(style)])
            for step in self.steps_of(length)
        ]
        return _hash([self.segment, length, style, steps])

    def name(self, length: int, style: str) -> str:
        """What the custom field `sequence` says, like builders-5-soft_nudge-1a2b3c4d."""
        return f"{self.segment}-{length}-{style}-{self.sequence_hash(length, style)[:8]}"

    @property
    def document(self) -> dict[str, Any]:
        """What models read of it."""
        return {
            "name": self.segment,
            "campaign": self.campaign_id,
            "length": self.length,
            "style": self.style,
            "sequence": self.name(self.length, self.style),
            "sequence_hash": self.sequence_hash(self.length, self.style),
            "steps": [
                {
                    "name": step.name,
                    "order": list(STEPS).index(step.name) + 1,
                    "kind": step.kind,
                    "delay_days": step.delay_days,
                    "texts": [
                        {
                            **vars(text),
                            "is_default": self.length in STEPS[step.name]["lengths"]
                            and step.fitting(self.style)[:1] == [text],
                        }
                        for text in step.texts
                    ],
                }
                for step in self.steps
            ],
        }


@dataclass(frozen=True)
class Sequences(Named):
    """The sequence of each segment, and the placeholders of all texts."""

    placeholders: Mapping[str, Placeholder]
    formats: tuple[str, ...]
    angles: tuple[str, ...]
    segments: Mapping[str, SegmentSequence]

    @property
    def document(self) -> dict[str, Any]:
        """All of it; segments and steps in their order."""
        return {
            "placeholders": {name: vars(each) for name, each in self.placeholders.items()},
            "formats": list(self.formats),
            "angles": list(self.angles),
            "segments": [each.document for each in self.segments.values()],
        }

    def texts_of(self, variant: str) -> dict[str, tuple[Step, Text]]:
        """Segment -> step and text of a variant."""
        return {
            segment: (step, text)
            for segment, sequence in self.segments.items()
            for step in sequence.steps
            for text in step.texts
            if text.variant == variant
        }


def characters(text: str) -> int:
    """How many characters a text has for HeyReach and LinkedIn, where an emoji is two."""
    return len(text.encode("utf-16-le")) // 2


def text_hash(text: str, placeholders: Mapping[str, Placeholder]) -> str:
    """SHA-256 of a text and of what its placeholders stand for: another fallback is another text."""
    used = {name: vars(placeholders[name]) for name in PLACEHOLDER.findall(text) if name in placeholders}
    return _hash([text, used])


def _hash(value: object) -> str:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()
