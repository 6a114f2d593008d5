"""Whom the operator watches: noted in a journal, which the next build reads.

A row says that a person, a company or the hot leads of a profile are watched from then on (`watch`), no more
(`stop`), or that a change of a person was told (`told`). A profile's hot leads are noted, too, each with the
profile: they stay watched when they are hot no more.
"""

import secrets
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from extract.enrichment.leads import company_domains
from extract.people.profile_urls import parse_profile_urls
from extract.people.suppression import suppressions
from extract.workspace import journal
from extract.workspace.errors import ConfigurationError
from extract.workspace.paths import Paths
from extract.workspace.published import connect_published
from extract.workspace.strict_yaml import quoted, suggestion
from extract.workspace.workspace import Workspace


@dataclass(frozen=True)
class Target:
    """Who is watched: a person, all leads of a company, or the hot leads of a profile."""

    profile_url: str | None = None
    company_domain: str | None = None
    icp_profile: str | None = None

    def __str__(self) -> str:
        if self.profile_url:
            return self.profile_url
        return self.company_domain or f"hot leads of {self.icp_profile}"


def read_target(
    workspace: Workspace, url: str | None, domain: str | None, profile: str | None, profiles: Iterable[str]
) -> Target:
    """The one target that was typed; raises ConfigurationError for none, several, and what can't be one."""
    if sum(map(bool, (url, domain, profile))) != 1:
        raise ConfigurationError("Name one to watch: URL= of a person, DOMAIN= of a company, or PROFILE=")
    if url:
        return Target(profile_url=person_link(workspace, url))
    if domain:
        [found] = company_domains([domain])
        if not found:
            raise ConfigurationError(
                f"DOMAIN must be one of a company, like example.com, not {quoted(domain)}"
            )
        return Target(company_domain=found)
    known = list(profiles)
    if profile not in known:
        raise ConfigurationError(f"There is no profile {quoted(profile)}; {suggestion(profile, known)}")
    return Target(icp_profile=profile)


def person_link(workspace: Workspace, url: str) -> str:
    """The plain link of the person whose profile was typed.

    Raises ConfigurationError for nobody's, and for somebody who was erased.
    """
    [parsed] = parse_profile_urls([url])
    if not parsed.key:
        raise ConfigurationError(
            f"URL is no person's profile ({parsed.kind}); give it like https://www.linkedin.com/in/name"
        )
    if suppressions(workspace).erased({url}):
        raise ConfigurationError("This person was erased or purged, and is kept out")
    return f"https://www.{parsed.key}"


def watched(paths: Paths) -> dict[Target, datetime]:
    """Who is watched now, and since when, in the order in which that began."""
    since: dict[Target, datetime] = {}
    for row in journal.rows(paths.watches):
        target = _target(row)
        if row["decision"] == "told" or (target.profile_url and target.icp_profile):
            continue
        since.pop(target, None)
        if row["decision"] == "watch":
            since[target] = datetime.fromisoformat(row["declared_at"])
    return since


def noted(paths: Paths, since: datetime | None) -> dict[Target, bool]:
    """Whom the operator began (true) or ceased (false) to watch `since` a moment, by their last word."""
    last: dict[Target, bool] = {}
    for row in journal.rows(paths.watches):
        target = _target(row)
        is_one = row["decision"] != "told" and not (target.profile_url and target.icp_profile)
        if is_one and (since is None or datetime.fromisoformat(row["declared_at"]) > since):
            last[target] = row["decision"] == "watch"
    return last


def begin(paths: Paths, target: Target) -> int:
    """Note that somebody is watched from now on; returns how many leads that are known it concerns."""
    with connect_published(paths.published) as connection:
        [(as_of,)] = connection.execute("select as_of from marts.rpt_summary").fetchall()
        links = _links(connection, target)
    note(paths, "watch", target, as_of)
    if target.icp_profile:
        for link in links:
            note(paths, "watch", Target(link, icp_profile=target.icp_profile), as_of)
    return len(links)


def watched_people(published: Path) -> frozenset[str]:
    """The people who are watched, as of a published warehouse; nobody in one of an earlier release."""
    with connect_published(published) as connection:
        try:
            rows = connection.execute("select profile_url from marts.rpt_watched_leads").fetchall()
        except duckdb.CatalogException:
            return frozenset()
    return frozenset(link.removeprefix("https://www.") for (link,) in rows)


def note(paths: Paths, decision: str, target: Target, as_of: datetime | None = None) -> None:
    """Add a row to the journal."""
    row = {"watch_id": secrets.token_hex(8), "decision": decision, **asdict(target)}
    journal.append(paths.watches, {**row, "as_of": as_of, "declared_at": datetime.now(UTC)})


def _links(connection: duckdb.DuckDBPyConnection, target: Target) -> list[str]:
    """The profiles that a target concerns now."""
    rows = connection.execute(
        """
        select distinct 'https://www.' || leads.normalized_profile_url as link
        from marts.heyreach_leads as leads
        left join marts.lead_score_points as points
            on leads.lead_id = points.lead_id and points.icp_profile = $icp_profile and points.tier = 'hot'
                and points.not_eligible_because is null
        where leads.is_valid_profile_url
            and (
                link = $profile_url
                or leads.company_domain = $company_domain
                or points.lead_id is not null
            )
        order by link
        """,
        asdict(target),
    ).fetchall()
    return [link for (link,) in rows]


def _target(row: dict) -> Target:
    return Target(row["profile_url"], row["company_domain"], row["icp_profile"])
