"""Whom to ask next: shown with names and links, or written for `make import`."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb

from extract.acting.leads_file import write_leads
from extract.intelligence.dismissals import dismissed_since
from extract.people.suppression import suppressions
from extract.workspace.errors import ConfigurationError
from extract.workspace.lock import exclusive
from extract.workspace.strict_yaml import quoted, suggestion
from extract.workspace.workspace import Workspace
from reports.jobs.frame import Say, demo_mark, require_places, require_published
from reports.read_only import open_published

SHOWN = 20
# What only tells rows apart, or is said of all of them alike.
NOT_IN_FILES = ("lead_id", "who", "as_of")


def show_inbox(
    workspace: Workspace,
    *,
    profile: str | None = None,
    tier: str | None = None,
    limit: int | None = None,
    format: str = "text",
    show: Say,
) -> Path | None:
    """Show the next leads of a profile, the default unless one is named, or write them; returns the file.

    Raises ConfigurationError where there is no such profile, and for a warehouse of an earlier release.
    """
    require_places(workspace)
    if limit is not None and limit < 1:
        raise ConfigurationError("LIMIT must be 1 or more")
    about, leads = read_inbox(workspace, profile, tier)
    if format == "text":
        shown = leads[: limit or SHOWN]
        for line in _lines(about, shown, len(leads), tier):
            show(line + demo_mark(workspace.is_demo and line[:1].strip() != ""))
        return None
    leads = leads[:limit]
    if format == "json":
        show(json.dumps(leads, ensure_ascii=False, indent=1, default=str))
        return None
    if not leads:
        show("nobody is left to ask, so nothing was written")
        return None
    rows = [
        {name: lead[name] for name in lead if name not in NOT_IN_FILES}
        | {"missing": ", ".join(lead["missing"])}
        for lead in leads
    ]
    as_of = leads[0]["as_of"]
    path = workspace.paths.lead_files / f"inbox-{about['icp_profile']}-{as_of:%Y%m%dT%H%M}.csv"
    with exclusive(workspace.folder, "delivery", job="inbox"):
        written = write_leads(workspace, path, rows)
    show(f"leads: {path} ({written:,}, the first first, and why each is there)")
    show(f"to ask them: make import FILE={path} CAMPAIGN=...{demo_mark(workspace.is_demo)}")
    return path


def read_inbox(
    workspace: Workspace, profile: str | None, tier: str | None
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """What is said of a profile, and its leads, without whom was erased or dismissed since."""
    with open_published(require_published(workspace)) as connection:
        try:
            profiles = _rows(connection, "select * from marts.rpt_inbox_profiles order by profile_order")
        except duckdb.CatalogException:
            raise ConfigurationError(
                "The warehouse is of an earlier release: `make build` finds whom to ask next"
            ) from None
        if not profiles:
            raise ConfigurationError(
                "Nobody is left to ask: of those whom config/icp_profiles.yaml scores, all were asked or wait"
            )
        named = {each["icp_profile"]: each for each in profiles}
        if profile and profile not in named:
            raise ConfigurationError(f"There is no profile {quoted(profile)}; {suggestion(profile, named)}")
        about = named[profile] if profile else profiles[0]
        leads = _rows(
            connection,
            "select * from marts.rpt_lead_inbox "
            "where icp_profile = ? and tier = coalesce(?, tier) order by rank",
            about["icp_profile"],
            tier,
        )
    gone = suppressions(workspace).erased({lead["profile_url"] for lead in leads})
    gone |= dismissed_since(workspace.paths)
    return about, [lead for lead in leads if lead["profile_url"] not in gone]


def _rows(connection: duckdb.DuckDBPyConnection, query: str, *parameters: object) -> list[dict[str, Any]]:
    answer = connection.execute(query, parameters)
    names = [column[0] for column in answer.description]
    return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]


def _lines(
    about: dict[str, Any], shown: list[dict[str, Any]], listed: int, tier: str | None
) -> Iterator[str]:
    counts = ", ".join(f"{about[f'{each}_leads']:,} {each}" for each in ("hot", "warm", "nurture", "cold"))
    yield f"{about['icp_profile']}: {about['leads_to_ask']:,} leads to ask, {counts}. {about['ranking']}"
    if about.get("exploration"):  # a warehouse of an earlier release has none
        yield about["exploration"]
    if about.get("dismissed_leads"):
        yield f"{about['dismissed_leads']:,} more are dismissed, by you."
    if about["ask_first"]:
        yield f"{about['ask_first']} {about['ask_first_command']}"
    if not shown:
        yield f"None of those listed is {tier}." if tier else "Nobody is left to ask."
    for lead in shown:
        yield ""
        yield from _said(lead)
    if listed > len(shown):
        yield ""
        yield f"{listed - len(shown):,} more are listed: LIMIT=, and FORMAT=csv writes them for make import"


def _said(lead: dict[str, Any]) -> Iterator[str]:
    name = " ".join(filter(None, (lead["first_name"], lead["last_name"]))) or "Name unknown"
    who = ", ".join(filter(None, (name, lead["title"], lead["company_name"])))
    facts = [lead["tier"], "provisional" if lead["is_provisional"] else None, f"{lead['total_score']} points"]
    if lead["expected_acceptance"] is not None:
        facts.append(f"{lead['expected_acceptance']:.0%} expected to accept")
    yield f"{lead['rank']}. {who} ({', '.join(filter(None, facts))})"
    yield f"   {lead['profile_url']}"
    yield f"   why now: {lead['why_now']}"
    yield f"   do: {lead['action']}; open: {lead['channels']}"
    if lead["warnings"]:
        yield f"   don't: {lead['warnings']}"
    found = lead.get("enrichment_score")  # a warehouse of an earlier release has none
    unknown = ", ".join(lead["missing"]) or "nothing that points look at"
    if found is not None:
        yield f"   not known: {unknown}; {found:.0%} of what services were asked was found"
    elif lead["missing"]:
        yield f"   not known: {unknown}"
