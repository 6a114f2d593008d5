"""What people would be written, step by step: shown, or in a file for an import; texts of one person."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from extract.acting.leads_file import write_leads
from extract.importer.opening import connected
from extract.outreach.changed_texts import change
from extract.outreach.checking import check_sequence
from extract.outreach.message_tests import arm_of, load_message_tests
from extract.outreach.messages import COMMON, Composed, ComposedStep, Wanted, as_row, compose
from extract.outreach.published import read_prospects, read_segments
from extract.outreach.sequence_file import load_sequences, text_problems
from extract.outreach.sequences import LENGTHS, LIMITS, STEPS, STYLES, characters
from extract.people.profile_urls import parse_profile_urls
from extract.workspace.errors import ConfigurationError
from extract.workspace.lock import exclusive
from extract.workspace.strict_yaml import quoted, suggestion
from extract.workspace.texts import tidied
from extract.workspace.workspace import Workspace
from reports.jobs.frame import Say, demo_mark, require_places, require_published

# Of a segment, unless LIMIT says how many.
SHOWN = 3
TYPES = (*(f"{length}-step" for length in LENGTHS), *STYLES)


def show_messages(
    workspace: Workspace,
    *,
    url: str | None = None,
    segment: str | None = None,
    limit: int | None = None,
    length: int | None = None,
    style: str | None = None,
    sequence_type: str | None = None,
    format: str = "text",
    show: Say,
) -> Path | None:
    """Show what a person gets, or the first of a segment, or write it for an import; returns the file.

    Raises ConfigurationError for what can't be asked, and whom the warehouse doesn't know.
    """
    require_places(workspace)
    if limit is not None and limit < 1:
        raise ConfigurationError("LIMIT must be 1 or more")
    published = require_published(workspace)
    wanted = wanted_sequence(length, style, sequence_type)
    keys = _keys(workspace, url, segment, limit or (SHOWN if format == "text" else None))
    tests = load_message_tests(workspace)
    arms = {
        each.lead_id: arm
        for each in read_prospects(published, keys)
        if (arm := arm_of(tests, each.key, each.segment, each.columns["icp"], each.as_of.date()))
    }
    found = list(compose(workspace, keys, arms, wanted).values())
    if not found:
        raise ConfigurationError(
            "The warehouse knows nobody with this URL; who isn't a lead yet is one after an import"
            if url
            else f"Nobody is listed in {segment}: everybody there was asked, or waits (make segment)"
        )
    if format == "json":
        show(json.dumps([_document(each) for each in found], ensure_ascii=False, indent=1, default=str))
        return None
    if format == "csv":
        return _written(workspace, found, segment, show)
    for line in _lines(found):
        show(line + demo_mark(workspace.is_demo and line[:1].strip() != ""))
    return None


def check_sequences(workspace: Workspace, segment: str | None, *, show: Say) -> None:
    """Compare what HeyReach's campaigns would send with what imports bring, of each segment that names one.

    Raises ConfigurationError with a line for whatever doesn't fit, ProviderError without HeyReach.
    """
    require_places(workspace)
    segments = load_sequences(workspace).segments
    if segment and segment not in segments:
        raise ConfigurationError(f"There is no segment {quoted(segment)}; {suggestion(segment, segments)}")
    chosen = [each for each in segments.values() if each.campaign_id and segment in (None, each.segment)]
    if not chosen:
        raise ConfigurationError(
            "No segment names its campaign: write `campaign: 40101` into config/sequences.yaml, by its number"
        )
    problems = []
    with connected(workspace) as client:
        for each in chosen:
            fields = [step.name for step in each.steps_of(each.length) if step.limit]
            found = check_sequence(client, str(each.campaign_id), [*COMMON, *fields]).lines
            problems += [f"{each.segment}, campaign {each.campaign_id}: {problem}" for problem in found]
            if not found:
                fits = f"{each.segment}, campaign {each.campaign_id}: names each of {', '.join(fields)}"
                show(fits + demo_mark(workspace.is_demo))
    if problems:
        raise ConfigurationError(problems)


def change_text(workspace: Workspace, url: str, step: str, text: str | None, *, show: Say) -> None:
    """Keep a text for one person and step, or take it back where there is none.

    Raises ConfigurationError for an unknown person or step, and for what can't be sent.
    """
    require_places(workspace)
    published = require_published(workspace)
    known = [name for name, said in STEPS.items() if said["kind"] in LIMITS]
    if step not in known:
        raise ConfigurationError(f"There is no step {quoted(step)} with a text; {suggestion(step, known)}")
    key = _key(url)
    if not compose(workspace, [key]):
        raise ConfigurationError("The warehouse knows nobody with this URL, or they were erased")
    text = tidied(text or "") or None
    placeholders = load_sequences(workspace).placeholders
    if problems := text_problems(text or "", LIMITS[STEPS[step]["kind"]], placeholders):
        raise ConfigurationError([f"TEXT {problem}" for problem in problems])
    [prospect] = read_prospects(published, [key])
    with exclusive(workspace.folder, "delivery", job="messages"):
        change(workspace.paths, prospect.key, step, text)
    show(
        f"{step} of {prospect.profile_url}: {'kept' if text else 'taken back'}{demo_mark(workspace.is_demo)}"
    )


def wanted_sequence(length: int | None, style: str | None, sequence_type: str | None) -> Wanted:
    """Of the document's one key, whichever it is."""
    if sequence_type is not None:
        if sequence_type not in TYPES:
            raise ConfigurationError(
                f"SEQUENCE_TYPE must be one of {', '.join(TYPES)}, not {quoted(sequence_type)}"
            )
        if found := re.fullmatch(r"(\d)-step", sequence_type):
            length = length or int(found[1])
        else:
            style = style or sequence_type
    if length is not None and length not in LENGTHS:
        raise ConfigurationError(f"LENGTH must be one of {', '.join(map(str, LENGTHS))}, not {length}")
    if style is not None and style not in STYLES:
        raise ConfigurationError(f"STYLE must be one of {', '.join(STYLES)}, not {quoted(style)}")
    return Wanted(length, style)


def _keys(workspace: Workspace, url: str | None, segment: str | None, limit: int | None) -> list[str]:
    """Whom it is about: lead_ids, or the one key."""
    if bool(url) == bool(segment):
        raise ConfigurationError(
            "Name whom it is about: URL= of a person, or SEGMENT= of config/outreach.yaml"
        )
    if url:
        return [_key(url)]
    segments, prospects = read_segments(workspace)
    named = [each["segment"] for each in segments]
    if segment not in named:
        raise ConfigurationError(f"There is no segment {quoted(segment)}; {suggestion(segment or '', named)}")
    return [each["lead_id"] for each in prospects if each["segment"] == segment][:limit]


def _key(url: str) -> str:
    [parsed] = parse_profile_urls([url])
    if not parsed.key:
        raise ConfigurationError(
            f"URL is no person's profile ({parsed.kind}); give it like https://www.linkedin.com/in/name"
        )
    return parsed.key


def _document(composed: Composed) -> dict[str, Any]:
    prospect = composed.prospect
    return {
        "lead_id": prospect.lead_id,
        "profile_url": prospect.profile_url,
        **prospect.columns,
        "segment": prospect.segment,
        "sequence": composed.sequence,
        "sequence_hash": composed.sequence_hash,
        "fields": composed.fields,
        "steps": [asdict(step) for step in composed.steps],
        "problems": composed.problems,
    }


def _written(workspace: Workspace, found: Sequence[Composed], segment: str | None, show: Say) -> Path | None:
    ready = [each for each in found if not each.problems]
    for each in found:
        for problem in each.problems:
            show(f"left out: {each.prospect.profile_url}: {problem}")
    if not ready:
        show("nobody is left, so nothing was written")
        return None
    rows = [as_row(each) for each in ready]
    header = dict.fromkeys(name for row in rows for name in row)
    path = (
        workspace.paths.lead_files / f"messages-{segment or 'one'}-{ready[0].prospect.as_of:%Y%m%dT%H%M}.csv"
    )
    with exclusive(workspace.folder, "delivery", job="messages"):
        written = write_leads(workspace, path, [{name: row.get(name) for name in header} for row in rows])
    show(f"messages: {path} ({written:,}, each text in a column of its step's name)")
    show(
        f"to send them: make import FILE={path} MAPPING=spreadsheet CAMPAIGN=..., where each step holds only "
        f"its field, like {{connection_note}}{demo_mark(workspace.is_demo)}"
    )
    return path


def _lines(found: Sequence[Composed]) -> Iterator[str]:
    for number, each in enumerate(found):
        if number:
            yield ""
        prospect = each.prospect
        name = " ".join(filter(None, (prospect.columns["first_name"], prospect.columns["last_name"])))
        told = (name or "Name unknown", prospect.columns["title"], prospect.columns["company_name"])
        yield f"{', '.join(filter(None, told))}: {each.sequence or 'no sequence'}"
        yield f"  {prospect.profile_url}"
        for place, step in enumerate(each.steps, 1):
            yield from _step_lines(place, step)
        for problem in each.problems:
            yield f"  can't be sent: {problem}"


def _step_lines(place: int, step: ComposedStep) -> Iterator[str]:
    when = (
        f"{step.day} day{'' if step.day == 1 else 's'} after "
        if step.day or step.is_after_acceptance
        else "first"
    )
    if when != "first":
        when += "the acceptance" if step.is_after_acceptance else "the first step"
    line = f"  {place}. {step.step} ({step.kind.replace('_', ' ')}), {when}"
    if step.why:
        line += f": {', '.join(filter(None, (step.variant, step.why)))}"
    if step.text is not None:
        line += f"; {characters(step.text):,} of {step.limit:,} characters"
    yield line
    if step.text is not None:
        yield f"     {step.text}"
    for each in step.fillings:
        if each.instead:
            yield f"     {{{each.placeholder}}}: said instead, because {each.fact} is {each.instead}"
        else:
            age = "" if each.age_days is None else f", {each.age_days:,} days old"
            yield f"     {{{each.placeholder}}}: {each.value} ({each.fact} by {each.source}{age})"
