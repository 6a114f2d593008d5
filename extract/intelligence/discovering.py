"""`make discover`: companies that a profile asks for and nobody here knows, searched for, shown, kept.

What a search brings is noted in a journal, a line for each company with what the service sent, and enters the
warehouse with the next run. Companies of which there are leads, and those that a search for the profile
brought before, aren't brought again. So a search that was killed loses nothing: the same command passes over
what it kept.
"""

import contextlib
import secrets
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from extract.enrichment.client import ServiceClient
from extract.enrichment.clients import Clients, is_invented, missing_keys
from extract.enrichment.company_search import SERVICE, pages, question, website
from extract.enrichment.config import EnrichmentConfig, load_enrichment_config
from extract.enrichment.leads import company_domains
from extract.intelligence.configuration import load_configuration
from extract.intelligence.discovering_people import SERVICE as PEOPLE_SERVICE
from extract.intelligence.discovering_people import People, companies_open, find_people
from extract.intelligence.profiles import Profile
from extract.sandbox import DEMO_END
from extract.sandbox.process import Sandbox, demo_sandbox
from extract.workspace import journal
from extract.workspace.errors import ConfigurationError, OutboundError
from extract.workspace.ledger import as_json
from extract.workspace.lock import exclusive
from extract.workspace.published import connect_published
from extract.workspace.services import SERVICES
from extract.workspace.strict_yaml import quoted, shown, suggestion
from extract.workspace.values import is_loopback
from extract.workspace.workspace import Workspace

MOST_COMPANIES = 10_000
# Why a company isn't brought.
HAS_LEADS, FOUND_BEFORE, NO_SITE = "there are leads of it", "brought before", "no site of its own is told"


class UnfinishedSearchError(OutboundError):
    """The service stopped answering; what it had told is kept."""

    exit_code = 3


@dataclass
class Search:
    """What a search came to.

    `matching` is how many companies the `source` has in all, `looked_at` how many of them were looked at,
    `left_out` why how many of these aren't brought. `rows` are the new ones, as the journal holds them.
    At `companies_to_search` people are searched for, where that is asked; `people` is what came of it.
    """

    icp_profile: str
    source: str = SERVICE
    matching: int = 0
    looked_at: int = 0
    requests: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    rows: list[dict[str, Any]] = field(default_factory=list)
    companies_to_search: int = 0
    people: People | None = None

    def count_request(self) -> None:
        """One more request has left."""
        self.requests += 1


def discover(
    workspace: Workspace,
    profile: str | None,
    limit: int,
    *,
    has_people: bool = False,
    applies: bool = False,
    search_id: str | None = None,
    back_off: float = 1.0,
) -> Search:
    """Search for at most `limit` new companies of a profile, of the default one where none is named.

    Nothing of that is charged; without `applies` nothing is kept. With `has_people` people are searched for
    at as many companies that were brought, now or before, and that is charged. One of a `search_id` that was
    cut off goes on when it is called again: it brings no more, and searches nowhere else, than it was to.
    Raises ConfigurationError for what can't be searched, UnfinishedSearchError and UnfinishedPeopleError
    where a service stops answering.
    """
    name, asked = _chosen(workspace, profile, limit)
    titles = asked["decision_makers"]["titles"]
    if has_people and not titles:
        raise ConfigurationError(f"PEOPLE=1 needs titles to search for: decision_makers of {name} has none")
    for service in (SERVICE, PEOPLE_SERVICE) if has_people else (SERVICE,):
        _check_askable(workspace, service)
    config = load_enrichment_config(workspace.enrichment_config)
    with (
        exclusive(workspace.folder, "enrichment", job="discover"),
        _clients(workspace, config, back_off) as clients,
    ):
        found = Search(name)
        found.rows += _brought(workspace, search_id)
        if len(found.rows) < limit:
            number = search_id or secrets.token_hex(8)
            _search(workspace, clients.get(SERVICE), asked, found, limit, number, applies=applies)
        if has_people:
            domains = companies_open(workspace, name)
            domains += [] if applies else [row["company_domain"] for row in found.rows]
            found.companies_to_search = len(domains[:limit])
        if has_people and applies:
            found.people = find_people(
                workspace, clients, config, name, titles, domains[:limit], lambda: _now(workspace), search_id
            )
        return found


def _chosen(workspace: Workspace, profile: str | None, limit: int) -> tuple[str, Profile]:
    """The profile to search for; raises ConfigurationError where that isn't one, or `limit` is none."""
    if not 1 <= limit <= MOST_COMPANIES:
        raise ConfigurationError(f"LIMIT must be 1 to {MOST_COMPANIES:,}, not {limit:,}")
    profiles = load_configuration(workspace).profiles
    name = profile or profiles.default
    if name is None:
        raise ConfigurationError(
            f"{shown(workspace.icp_profiles)} has no profile to search for: describe one"
        )
    if name not in profiles.by_name:
        known = profiles.by_name
        raise ConfigurationError(f"There is no profile {quoted(name)}; {suggestion(name, known)}")
    return name, profiles.by_name[name]


def _search(
    workspace: Workspace,
    client: ServiceClient,
    asked: Profile,
    found: Search,
    limit: int,
    search_id: str,
    *,
    applies: bool,
) -> None:
    """Look at companies of the search until there are enough new ones; note each where it `applies`."""
    client.on_leave = found.count_request
    known = _known(workspace, found.icp_profile)
    try:
        for company, domain in _companies(client, asked, found):
            found.looked_at += 1
            if domain is None or domain in known:
                found.left_out[known.get(domain, NO_SITE)] += 1
                continue
            known[domain] = FOUND_BEFORE
            row = {
                "discovery_id": secrets.token_hex(8),
                "search_id": search_id,
                "icp_profile": found.icp_profile,
                "source": found.source,
                "company_domain": domain,
                "found_at": _now(workspace),
                "payload": as_json(company),
            }
            if applies:
                journal.append(workspace.paths.discoveries, row)
            found.rows.append(row)
            if len(found.rows) == limit:
                return
    except OutboundError as error:
        if not (applies and found.rows):
            raise
        raise UnfinishedSearchError(
            f"{error}. The {len(found.rows):,} companies until then are kept; run the same command again"
        ) from None


def _brought(workspace: Workspace, search_id: str | None) -> list[dict[str, Any]]:
    """What a search has brought before it was cut off."""
    rows = journal.rows(workspace.paths.discoveries) if search_id else []
    return [row for row in rows if row["search_id"] == search_id]


def _companies(
    client: ServiceClient, asked: Profile, found: Search
) -> Iterator[tuple[dict[str, Any], str | None]]:
    """Companies as they are sent, each with its domain, page by page."""
    for page in pages(client, question(client, asked)):
        found.matching = page.matching
        domains = company_domains([website(company) for company in page.companies])
        yield from zip(page.companies, domains, strict=True)


def _check_askable(workspace: Workspace, service: str) -> None:
    """Raises ConfigurationError where the service can't be asked, or must not be for the demo."""
    if is_invented(service, workspace):
        return
    if workspace.is_demo and not is_loopback(workspace.services[SERVICES[service].base_url_variable]):
        raise ConfigurationError(
            "The demo's companies are invented: set HEYREACH_API_KEY to search for those of the world"
        )
    missing = missing_keys(service, workspace)
    if missing:
        raise ConfigurationError([f"{service} needs {name}: set it in .env" for name in missing])


@contextlib.contextmanager
def _clients(workspace: Workspace, config: EnrichmentConfig, back_off: float) -> Iterator[Clients]:
    """Whoever asks services, of the demo its sandbox."""
    with contextlib.ExitStack() as opened:
        sandbox: Sandbox | None = None
        if any(is_invented(each, workspace) for each in (SERVICE, PEOPLE_SERVICE)):
            sandbox = opened.enter_context(demo_sandbox(DEMO_END))
        clients = Clients(workspace, config, back_off=back_off, sandbox=sandbox)
        opened.callback(clients.close)
        yield clients


def _known(workspace: Workspace, profile: str) -> dict[str | None, str]:
    """The domains of companies that aren't brought, and why."""
    rows = journal.rows(workspace.paths.discoveries)
    known = {row["company_domain"]: FOUND_BEFORE for row in rows if row["icp_profile"] == profile}
    if workspace.paths.published.exists():
        with connect_published(workspace.paths.published) as connection:
            leads = connection.execute(
                "select distinct company_domain from marts.heyreach_leads "
                "where company_domain is not null and imported_at_method <> 'discovered'"
            ).fetchall()
        known |= {domain: HAS_LEADS for (domain,) in leads}
    return known


def _now(workspace: Workspace) -> datetime:
    is_of_the_demo = workspace.is_demo and not workspace.as_of
    return DEMO_END if is_of_the_demo else workspace.as_of or datetime.now(UTC)
