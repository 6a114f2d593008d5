"""Companies that a profile asks for, searched for and brought into the warehouse."""

from collections.abc import Iterator
from typing import Any

import duckdb

from extract.enrichment.config import load_enrichment_config
from extract.enrichment.output import cost_text
from extract.enrichment.people_search import EACH
from extract.intelligence.discovering import PEOPLE_SERVICE, Search, discover
from extract.intelligence.preview import scored
from extract.workspace.workspace import Workspace
from reports.jobs.frame import Say, demo_mark, require_places, require_published

SHOWN = 10


def discover_companies(
    workspace: Workspace,
    profile: str | None,
    limit: int,
    *,
    has_people: bool = False,
    applies: bool = False,
    search_id: str | None = None,
    show: Say,
) -> Search:
    """Show which companies a search for a profile would bring, or bring them; raises as `discover` does."""
    require_places(workspace)
    published = require_published(workspace)
    found = discover(workspace, profile, limit, has_people=has_people, applies=applies, search_id=search_id)
    for line in (*_told(found), *_people(workspace, found, has_people)):
        show(line + demo_mark(workspace.is_demo))
    try:
        companies = scored(published, found.rows)
    except duckdb.CatalogException:
        show("the warehouse is of an earlier release: make build, then their points can be told")
        companies = []
    for line in _best(companies):
        show(line)
    if applies and (found.rows or found.people):
        leads = ", people among the leads (make inbox)" if found.people else ""
        show(f"They are in marts.discovered_companies{leads} after the next run: make run")
    elif not applies:
        show("Nothing is kept" + (": APPLY=1 brings them" if found.rows else ""))
    return found


def discover_tonight(workspace: Workspace, *, say: Say) -> None:
    """Bring what a night may, by the default profile; raises as `discover` does."""
    most = load_enrichment_config(workspace.enrichment_config).nightly_discover_most
    if most and workspace.paths.published.exists():
        found = discover(workspace, None, most, applies=True)
        say(f"discovered: {len(found.rows):,} new companies for {found.icp_profile}, of {found.matching:,}")


def _told(found: Search) -> Iterator[str]:
    yield (
        f"{found.icp_profile}: {found.matching:,} companies match at {found.source} by industries, "
        "employees, funding stages and geographies; what else the profile asks for is left to the score"
    )
    why = "".join(f", {count:,} left out ({reason})" for reason, count in sorted(found.left_out.items()))
    yield f"of {found.looked_at:,} looked at: {len(found.rows):,} new{why}"
    yield f"cost: nothing, {found.source} charges no credits for a search ({found.requests:,} requests)"


def _people(workspace: Workspace, found: Search, has_people: bool) -> Iterator[str]:
    """What people cost at most, or what they came to."""
    price = load_enrichment_config(workspace.enrichment_config).price(PEOPLE_SERVICE)
    if found.people:
        used = found.people.credits
        yield (
            f"people: {found.people.found:,} found at {found.people.companies:,} companies, for "
            f"{cost_text(used, None if price is None else used * price)}"
        )
    elif has_people and not found.companies_to_search:
        yield "people: there is no company left at which nobody was searched for"
    elif has_people:
        most = EACH * found.companies_to_search
        yield (
            f"people: at most {EACH} at each of {found.companies_to_search:,} companies, for at most "
            f"{cost_text(most, None if price is None else most * price)} at {PEOPLE_SERVICE}"
        )


def _best(companies: list[dict[str, Any]]) -> Iterator[str]:
    if companies:
        yield "By points, before anybody who works there is known:"
    for row in companies[:SHOWN]:
        points = "no points yet" if row["total_score"] is None else f"{row['total_score']:>2} points"
        facts = (row["company_industry"], row["company_size"], row["company_region"], row["funding_stage"])
        told = ", ".join(filter(None, facts)) or "nothing else is told"
        yield f"  {points}  {row['company_domain']}: {told}"
    if len(companies) > SHOWN:
        yield f"  and {len(companies) - SHOWN:,} more"


def preview(workspace: Workspace, profile: str | None, limit: int, *, has_people: bool) -> dict[str, Any]:
    """What a search would bring, with points, and what it would cost; raises as `discover` does."""
    published = require_published(workspace)
    found = discover(workspace, profile, limit, has_people=has_people)
    try:
        companies = scored(published, found.rows)
    except duckdb.CatalogException:  # of an earlier release
        companies = []
    price = load_enrichment_config(workspace.enrichment_config).price(PEOPLE_SERVICE)
    credits_most = EACH * found.companies_to_search if has_people else 0
    return {
        "icp_profile": found.icp_profile,
        "source": found.source,
        "matching": found.matching,
        "looked_at": found.looked_at,
        "left_out": dict(found.left_out),
        "companies": companies,
        "companies_to_search": found.companies_to_search,
        "most_credits": credits_most,
        "most_usd": None if price is None and credits_most else credits_most * (price or 0.0),
    }
