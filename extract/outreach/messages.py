"""The whole sequence for a person: every step with its text, filled, and why it is that one.

Nothing is sent here. What a text may say is the published warehouse's (marts.message_facts), as of its newest
pull; texts are those of config/sequences.yaml, and of the journal of texts that were changed for one person.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from extract.outreach.changed_texts import changed_texts
from extract.outreach.filling import Filling, fill
from extract.outreach.message_tests import load_message_tests
from extract.outreach.published import Prospect, read_prospects
from extract.outreach.sequence_file import load_sequences
from extract.outreach.sequences import PLACEHOLDER, SegmentSequence, Sequences, Step, Text
from extract.people.suppression import suppressions
from extract.workspace.workspace import Workspace

# Custom fields beside those of the steps.
COMMON = SEGMENT, SEQUENCE, VARIANT = "segment", "sequence", "variant"


@dataclass(frozen=True)
class ComposedStep:
    """A step for one person. `day` counts from the first step, or from the acceptance if it comes after that.

    `text` is None of a step that doesn't write, and where something is wrong; `why` says why it is this
    variant, which is None for a text that was changed for the person.
    """

    step: str
    kind: str
    day: int
    is_after_acceptance: bool
    text: str | None = None
    limit: int | None = None
    variant: str | None = None
    text_hash: str | None = None
    why: str | None = None
    fillings: Sequence[Filling] = ()


@dataclass(frozen=True)
class Composed:
    """What one person would get. `fields` are custom fields of the import, by their names.

    With `problems`, a line each, nobody should be sent: a field is missing then.
    """

    prospect: Prospect
    sequence: str = ""
    sequence_hash: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    steps: list[ComposedStep] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Wanted:
    """Which sequence: the segment's own length and style where these are None."""

    length: int | None = None
    style: str | None = None


def compose(
    workspace: Workspace,
    people: Sequence[str],
    arms: Mapping[str, str] | None = None,
    wanted: Wanted = Wanted(),  # noqa: B008 - frozen
) -> dict[str, Composed]:
    """lead_id -> what they would get, in the order of `people`: lead_ids, or keys like linkedin.com/in/name.

    `arms` is lead_id -> the variant that lots gave them in a message test. Whoever the warehouse doesn't
    know, and whoever was erased since, is not in the answer.
    """
    prospects = read_prospects(workspace.paths.published, people)
    gone = suppressions(workspace).erased({each.profile_url for each in prospects})
    tests = load_message_tests(workspace)
    texts = Texts(
        load_sequences(workspace),
        changed_texts(workspace.paths),
        {arm["variant"]: test.name for test in tests for arm in test.plan["arms"]},
    )
    return {
        each.lead_id: composed(each, texts, (arms or {}).get(each.lead_id), wanted)
        for each in prospects
        if each.profile_url not in gone
    }


@dataclass(frozen=True)
class Texts:
    """All texts: the file's, those changed for one person (by key and step), and the test of each variant."""

    sequences: Sequences
    changed: Mapping[tuple[str, str], str]
    tests: Mapping[str, str]


def composed(prospect: Prospect, texts: Texts, arm: str | None, wanted: Wanted) -> Composed:
    """The same of what was read: nothing else decides."""
    return _Composer(prospect, texts).composed(arm, wanted)


class _Composer:
    """Composes for one person."""

    def __init__(self, prospect: Prospect, texts: Texts):
        self.prospect = prospect
        self.sequences = texts.sequences
        self.changed = texts.changed
        self.tests = texts.tests
        self.problems: list[str] = []

    def composed(self, arm: str | None, wanted: Wanted) -> Composed:
        """All steps, or why there are none."""
        segment = self.prospect.segment
        sequence = self.sequences.segments.get(segment or "")
        if sequence is None:
            lacking = f"config/sequences.yaml has no texts for {segment}" if segment else "is in no segment"
            return Composed(self.prospect, problems=[lacking])
        length, style = wanted.length or sequence.length, wanted.style or sequence.style
        self.problems = [
            f"{segment} has no text for {step} ({style})" for step in sequence.lacking(length, style)
        ]
        steps, day, is_after = [], 0, False
        for number, step in enumerate(sequence.steps_of(length)):
            day += step.delay_days if number else 0
            steps.append(self._step(step, day, is_after, style, arm))
            if step.kind == "connection_request":
                day, is_after = 0, True
        fields = {each.step: each.text for each in steps if each.text is not None}
        is_by_hand = self._check_arm(sequence, steps, arm)
        told = {SEGMENT: sequence.segment, SEQUENCE: sequence.name(length, style)}
        return Composed(
            self.prospect,
            sequence.name(length, style),
            sequence.sequence_hash(length, style),
            {**told, **({VARIANT: arm} if arm and not is_by_hand else {}), **fields},
            steps,
            self.problems,
        )

    def _step(self, step: Step, day: int, is_after: bool, style: str, arm: str | None) -> ComposedStep:
        fitting = step.fitting(style)
        if step.limit is None or not fitting:
            return ComposedStep(step.name, step.kind, day, is_after, limit=step.limit)
        chosen: Text | None = next((text for text in fitting if text.variant == arm), None)
        why = f"drawn by lot for the test {self.tests.get(arm, '')}".rstrip() if chosen else "the default"
        chosen = chosen or fitting[0]
        variant, hashed, text = chosen.variant, chosen.text_hash, chosen.text
        own = self.changed.get((self.prospect.key, step.name))
        if own is not None:
            variant, hashed, text, why = None, None, own, "changed by hand"
        known = self.sequences.placeholders
        unknown = [name for name in PLACEHOLDER.findall(text) if name not in known]
        if unknown:  # a text that was changed by hand before a placeholder went
            self.problems.append(f"{step.name}: {{{unknown[0]}}} is no placeholder any more")
            return ComposedStep(step.name, step.kind, day, is_after, None, step.limit, variant, hashed, why)
        filled, fillings, wrong = fill(text, step.limit, known, self.prospect.facts, self.prospect.as_of)
        self.problems += [f"{step.name}: {problem}" for problem in wrong]
        return ComposedStep(
            *(step.name, step.kind, day, is_after, filled, step.limit, variant, hashed, why, fillings)
        )

    def _check_arm(self, sequence: SegmentSequence, steps: list[ComposedStep], arm: str | None) -> bool:
        """Whether the step that the arm is a text of was changed by hand; an arm without a place is wrong.

        Arms that no segment has are texts that stand elsewhere.
        """
        places = self.sequences.texts_of(arm) if arm else {}
        if not places:
            return False
        place = places.get(sequence.segment)
        if place is None:
            self.problems.append(f"{arm} is no text of {sequence.segment}")
            return False
        found = next((each for each in steps if each.step == place[0].name), None)
        if found is not None and found.why == "changed by hand":
            return True
        if found is None or found.variant != arm:
            self.problems.append(f"{arm} is no text of this length and style of {sequence.segment}")
        return False


def as_row(composed: Composed) -> dict[str, Any]:
    """What a file for `make import` has of somebody."""
    prospect = composed.prospect
    return {"profile_url": prospect.profile_url, **prospect.columns, **composed.fields}
