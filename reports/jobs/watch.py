"""Leads that are watched: begun, stopped, listed with what changed."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import duckdb

from extract.enrichment.config import load_enrichment_config
from extract.enrichment.registry import chosen, telling_signals
from extract.intelligence import watches
from extract.intelligence.configuration import load_configuration
from extract.intelligence.watches import Target
from extract.workspace.errors import ConfigurationError
from extract.workspace.lock import exclusive
from extract.workspace.strict_yaml import shown
from extract.workspace.workspace import Workspace
from reports.jobs.frame import Say, require_places, require_published
from reports.read_only import open_published

LEADS = """
    select *
    from marts.rpt_watched_leads
    order by is_news desc, total_score desc, profile_url
"""
LONGEST = 50


def watch(
    workspace: Workspace,
    url: str | None,
    domain: str | None,
    profile: str | None,
    *,
    stop: bool = False,
    show: Say,
) -> None:
    """Watch a person, a company or a profile's hot leads, or do so no more; the next build reads it.

    Raises ConfigurationError for what can't be watched, or isn't.
    """
    require_places(workspace)
    require_published(workspace)
    profiles = load_configuration(workspace).profiles.by_name
    target = watches.read_target(workspace, url, domain, profile, profiles)
    if stop:
        watch_no_more(workspace, target)
        show(f"watched no more: {target}")
        return
    begun = begin_watch(workspace, target)
    if begun.since:
        show(f"watched since {begun.since:%Y-%m-%d} already: {target}")
        return
    concerned = f"{begun.leads:,} lead{'' if begun.leads == 1 else 's'} now"
    show(f"watched: {target} ({concerned}). It counts from the next build on: make build")
    for line in _who_asks(workspace):
        show(line)


@dataclass(frozen=True)
class Begun:
    """A watch that was asked for: `since` when there was one already, else how many `leads` it concerns."""

    since: datetime | None = None
    leads: int = 0


def begin_watch(workspace: Workspace, target: Target, *, wait_seconds: float = 0.0) -> Begun:
    """Watch somebody from now on; on disk when this returns, and once however often it is asked."""
    with exclusive(workspace.folder, "delivery", job="watch", wait_seconds=wait_seconds):
        known = watches.watched(workspace.paths)
        if target in known:
            return Begun(since=known[target])
        return Begun(leads=watches.begin(workspace.paths, target))


def watch_no_more(workspace: Workspace, target: Target, *, wait_seconds: float = 0.0) -> None:
    """Watch somebody no more; raises ConfigurationError where nobody watches them."""
    with exclusive(workspace.folder, "delivery", job="watch", wait_seconds=wait_seconds):
        known = watches.watched(workspace.paths)
        if target not in known:
            listed = ", ".join(map(str, known)) or "nobody is"
            raise ConfigurationError(f"{target} isn't watched; watched are: {listed}")
        watches.note(workspace.paths, "stop", target)


def list_watched(workspace: Workspace, *, show: Say) -> None:
    """Show who is watched, and what changed of the leads behind it."""
    require_places(workspace)
    known = watches.watched(workspace.paths)
    if not known:
        show("Nobody is watched: make watch URL=.. of a person, DOMAIN=.. of a company, or PROFILE=..")
        return
    for target, since in known.items():
        show(f"watched since {since:%Y-%m-%d}: {target}")
    for line in _who_asks(workspace):
        show(line)
    for line in _leads(workspace):
        show(line)


def _leads(workspace: Workspace) -> Iterator[str]:
    with open_published(require_published(workspace)) as connection:
        try:
            answer = connection.execute(LEADS)
        except duckdb.CatalogException:
            yield "the warehouse is of an earlier release: make build"
            return
        names = [column[0] for column in answer.description]
        rows = [dict(zip(names, row, strict=True)) for row in answer.fetchall()]
    if not rows:
        yield "None of their leads is known yet: what was noted counts from the next build on (make build)"
    for row in rows[:LONGEST]:
        yield f"  {row['who'] or 'Title or company unknown'}, {row['profile_url']}"
        told = f", told as of {row['told_as_of']:%Y-%m-%d %H:%M}" if row["told_as_of"] else ""
        yield f"    {row['icp_profile']}: {row['tier']}, {row['total_score']} points{told}"
        if row["what_changed"]:
            yield f"    changed: {row['what_changed']}"
    if len(rows) > LONGEST:
        yield f"  and {len(rows) - LONGEST:,} more in marts.rpt_watched_leads"


def _who_asks(workspace: Workspace) -> Iterator[str]:
    """A word where nights ask nobody about signals: then only what comes by itself changes a score."""
    config = load_enrichment_config(workspace.enrichment_config)
    if not telling_signals(chosen(",".join(config.nightly), config) if config.nightly else []):
        yield (
            "Nights ask no service about their signals: name some in nightly of "
            f"{shown(workspace.enrichment_config)} (make enrichments WANTS=technologies)"
        )
