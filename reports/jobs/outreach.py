"""Segments of prospects: what each comes to, and whom to write to first, shown or written for an import."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from extract.acting.leads_file import write_leads
from extract.outreach.configuration import load_outreach
from extract.outreach.published import built_with, read_segments
from extract.workspace.errors import ConfigurationError
from extract.workspace.lock import exclusive
from extract.workspace.strict_yaml import quoted, suggestion
from extract.workspace.workspace import Workspace
from reports.jobs.frame import Say, demo_mark, require_places, require_published

# Of each segment, unless LIMIT says how many.
SHOWN = 3
# What only tells rows apart, or is said of all of them alike.
NOT_IN_FILES = ("lead_id", "as_of")


def show_segments(
    workspace: Workspace,
    *,
    segment: str | None = None,
    limit: int | None = None,
    format: str = "text",
    show: Say,
) -> Path | None:
    """Show the segments and the first prospects of each, or of one, or write these; returns the file.

    Raises ConfigurationError where there is no such segment, and for a warehouse without any.
    """
    require_places(workspace)
    if limit is not None and limit < 1:
        raise ConfigurationError("LIMIT must be 1 or more")
    published = require_published(workspace)
    outreach = load_outreach(workspace)
    segments, prospects = read_segments(workspace)
    named = {each["segment"]: each for each in segments}
    if segment and segment not in named:
        raise ConfigurationError(f"There is no segment {quoted(segment)}; {suggestion(segment, named)}")
    if segment:
        segments = [named[segment]]
        prospects = [each for each in prospects if each["segment"] == segment]
    if format == "json":
        listed = {"segments": segments, "prospects": _first(prospects, limit)}
        show(json.dumps(listed, ensure_ascii=False, indent=1, default=str))
        return None
    if format == "csv":
        return _written(workspace, _first(prospects, limit), segment, show)
    for line in _lines(segments, prospects, limit or SHOWN):
        show(line + demo_mark(workspace.is_demo and line[:1].strip() != ""))
    if built_with(published) != outreach.config_hash:
        show(
            "made by the configuration of the last build; config/outreach.yaml has changed since: make build"
        )
    return None


def _first(prospects: list[dict[str, Any]], limit: int | None) -> list[dict[str, Any]]:
    """The first of each segment."""
    return [each for each in prospects if limit is None or each["rank"] <= limit]


def _written(
    workspace: Workspace, prospects: list[dict[str, Any]], segment: str | None, show: Say
) -> Path | None:
    if not prospects:
        show("nobody is left to ask, so nothing was written")
        return None
    rows = [{name: each[name] for name in each if name not in NOT_IN_FILES} for each in prospects]
    as_of = prospects[0]["as_of"]
    path = workspace.paths.lead_files / f"segment-{segment or 'all'}-{as_of:%Y%m%dT%H%M}.csv"
    with exclusive(workspace.folder, "delivery", job="segment"):
        written = write_leads(workspace, path, rows)
    show(f"prospects: {path} ({written:,}, the first first, and why each is there)")
    show(
        f"to ask them, with their segment as a custom field: make import FILE={path} CAMPAIGN=..."
        f"{demo_mark(workspace.is_demo)}"
    )
    return path


def _lines(segments: list[dict[str, Any]], prospects: list[dict[str, Any]], shown: int) -> Iterator[str]:
    for number, each in enumerate(segments):
        if number:
            yield ""
        yield _headed(each)
        yield (
            f"  {each['prospects']:,} prospects, {each['top_prospects']:,} of them top; "
            f"{each['never_asked']:,} were never asked, and {each['to_ask']:,} of these wait nowhere"
        )
        if each["matching_prospects"] > each["prospects"]:
            elsewhere = each["matching_prospects"] - each["prospects"]
            yield f"  it fits {elsewhere:,} more, who are in a segment before it"
        yield f"  {_accepted(each)}"
        listed = [one for one in prospects if one["segment"] == each["segment"]]
        for one in listed[:shown]:
            yield from _said(one)
        if len(listed) > shown:
            more = len(listed) - shown
            yield f"  {more:,} more are listed: LIMIT=, and FORMAT=csv writes them for make import"
    if segments[0]["weights"] != 100:
        yield ""
        yield f"Weights are {segments[0]['weights']:,} together, not 100: they count beside each other."


def _headed(each: dict[str, Any]) -> str:
    if each["tone"] is None:
        return f"{each['label']}: no segment of config/outreach.yaml fits them"
    return (
        f"{each['label']} ({each['segment']}, tone: {each['tone']}): weight {each['weight']:,}, which is "
        f"{each['share_percent']} of 100, {each['requests_of_week']:,} of the {each['week_requests']:,} "
        "requests that senders may send in a week"
    )


def _accepted(each: dict[str, Any]) -> str:
    counted = (
        f"{each['mature_accepted']:,} of {each['mature_sent']:,} requests old enough to judge were accepted"
    )
    if each["accept_rate"] is not None:
        return f"{counted}: {each['accept_rate']:.1%} ({each['ci_low']:.1%} to {each['ci_high']:.1%})"
    if each["is_rate_in_doubt"]:
        return f"{counted}; of too many it isn't known whether they were asked, so no rate is given"
    return f"{counted}: too few for a rate" if each["mature_sent"] else "no request is old enough to judge"


def _said(one: dict[str, Any]) -> Iterator[str]:
    name = " ".join(filter(None, (one["first_name"], one["last_name"]))) or "Name unknown"
    who = ", ".join(filter(None, (name, one["title"], one["company_name"])))
    top = "top, " if one["is_top"] else ""
    yield (
        f"  {one['rank']}. {who} ({top}priority {one['priority_score']}: fit {one['prospect_fit_score']}, "
        f"referral {one['referral_capacity_score']}, signals {one['signal_strength_score']})"
    )
    yield f"     {one['profile_url']}"
    yield f"     why: {one['why']}; {one['matched_rule']}"
    if one["missing"]:
        yield f"     not known: {one['missing']}"
