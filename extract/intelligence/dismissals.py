"""Whom the operator dismissed from the inbox: noted in a journal, which the next build reads.

Somebody who is dismissed comes back by what findings/inbox/fnd_dismissed_leads says: in time, when they are
worth more points than they were, when something new is known.
"""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from dbt_project.rendering import returned
from extract.intelligence.published import read_until
from extract.people.suppression import suppressions
from extract.workspace import journal
from extract.workspace.errors import ConfigurationError
from extract.workspace.paths import Paths
from extract.workspace.published import connect_published
from extract.workspace.texts import tidied
from extract.workspace.workspace import Workspace

DAYS = returned("catalogue/dismissals.sql", "dismiss_days()")
MOST_DAYS = 3650
LONGEST_REASON = 500


@dataclass(frozen=True)
class Dismissal:
    """Somebody who is dismissed, why, since when, and until when at the latest."""

    profile_url: str
    reason: str | None
    since: datetime
    until: datetime


def dismissed(paths: Paths) -> dict[str, Dismissal]:
    """Profile link -> who was dismissed and not taken back; what brought them back is not looked at."""
    found: dict[str, Dismissal] = {}
    for row in journal.rows(paths.dismissals):
        url = row["profile_url"]
        found.pop(url, None)
        if row["decision"] == "dismiss":
            since, until = (datetime.fromisoformat(row[name]) for name in ("declared_at", "until_at"))
            found[url] = Dismissal(url, row["reason"], since, until)
    return found


def noted(paths: Paths, since: datetime | None) -> dict[str, bool]:
    """Profile link -> whether they were dismissed or taken back `since` a moment, by the last word."""
    return {
        row["profile_url"]: row["decision"] == "dismiss"
        for row in journal.rows(paths.dismissals)
        if since is None or datetime.fromisoformat(row["declared_at"]) > since
    }


def dismissed_since(paths: Paths) -> set[str]:
    """Links of those who were dismissed since the published warehouse read the journal."""
    noted_before = read_until(paths.published)
    return {url for url, each in dismissed(paths).items() if each.since > noted_before}


def dismiss(
    workspace: Workspace, profile_url: str, reason: str | None, days: int | None, now: datetime
) -> Dismissal:
    """Note that somebody, a lead of the published warehouse, is dismissed for `days` from `now` at most.

    Their points by the default profile are noted, too. Raises ConfigurationError for nobody's link, somebody
    who was erased, and days or a reason that can't be.
    """
    days = DAYS if days is None else days
    if not 1 <= days <= MOST_DAYS:
        raise ConfigurationError(f"DAYS must be 1 to {MOST_DAYS:,}, not {days:,}")
    text = tidied(reason or "")
    if len(text) > LONGEST_REASON:
        raise ConfigurationError(f"REASON must be {LONGEST_REASON} letters at most, not {len(text):,}")
    if suppressions(workspace).erased({profile_url}):
        raise ConfigurationError("This person was erased or purged, and is kept out")
    as_of, profile, score = _published(workspace.paths, profile_url)
    until = now + timedelta(days=days)
    _note(workspace.paths, "dismiss", profile_url, profile, score, text or None, until, as_of)
    return dismissed(workspace.paths)[profile_url]


def take_back(paths: Paths, profile_url: str) -> None:
    """Note that somebody is back; raises ConfigurationError where they weren't dismissed."""
    if profile_url not in dismissed(paths):
        raise ConfigurationError(f"{profile_url} isn't dismissed")
    _note(paths, "undismiss", profile_url)


def _note(
    paths: Paths,
    decision: str,
    profile_url: str,
    icp_profile: str | None = None,
    total_score: int | None = None,
    reason: str | None = None,
    until_at: datetime | None = None,
    as_of: datetime | None = None,
) -> None:
    row = {
        "dismissal_id": secrets.token_hex(8),
        "decision": decision,
        "profile_url": profile_url,
        "icp_profile": icp_profile,
        "total_score": total_score,
        "reason": reason,
        "until_at": until_at,
        "as_of": as_of,
        "declared_at": datetime.now(UTC),
    }
    journal.append(paths.dismissals, row)


def _published(paths: Paths, profile_url: str) -> tuple[datetime, str | None, int | None]:
    """As of when the warehouse stands, the default profile, and the lead's points by it."""
    with connect_published(paths.published) as connection:
        found = connection.execute(
            """
            select leads.as_of, profiles.name, cast(points.total_score as bigint)
            from marts.heyreach_leads as leads
            left join marts.icp_profiles as profiles on profiles.is_default and profiles.valid_until is null
            left join marts.lead_score_points as points
                on leads.lead_id = points.lead_id and points.icp_profile = profiles.name
            where 'https://www.' || leads.normalized_profile_url = ? and leads.is_valid_profile_url
            """,
            [profile_url],
        ).fetchone()
    if found is None:
        raise ConfigurationError("No lead has this profile")
    return found
