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

import duckdb

from extract.enrichment.clients import Clients, is_invented, missing_keys
from extract.enrichment.company_search import SERVICE, pages, question, website
from extract.enrichment.config import load_enrichment_config
from extract.enrichment.leads import company_domains
from extract.intelligence.configuration import load_configuration
from extract.sandbox import DEMO_END
from extract.sandbox.process import Sandbox, demo_sandbox
from extract.workspace import journal
from extract.workspace.errors import ConfigurationError, OutboundError
from extract.workspace.ledger import as_json
from extract.workspace.lock import exclusive
from extract.workspace.services import SERVICES
from extract.workspace.strict_yaml import quoted, suggestion
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
    """

    icp_profile: str
    source: str = SERVICE
    matching: int = 0
    looked_at: int = 0
    requests: int = 0
    left_out: Counter[str] = field(default_factory=Counter)
    rows: list[dict[str, Any]] = field(default_factory=list)

    def count_request(self) -> None:
        """One more request has left."""
        self.requests += 1


def discover(
    workspace: Workspace,
    profile: str | None,
    limit: int,
    *,
    applies: bool = False,
    back_off: float = 1.0,
) -> Search:
    """Search for at most `limit` new companies of a profile, of the default one where none is named.

    Nothing of it is charged; without `applies` nothing is kept. Raises ConfigurationError for what
    can't be searched, UnfinishedSearchError where a search is cut short.
    """
    if not 1 <= limit <= MOST_COMPANIES:
        raise ConfigurationError(f"LIMIT must be 1 to {MOST_COMPANIES:,}, not {limit:,}")
    profiles = load_configuration(workspace).profiles
    if not profiles.by_name:
        raise ConfigurationError(
            "There are no profiles to search for: describe one in config/icp_profiles.yaml"
        )
    name = profile or profiles.default
    if name not in profiles.by_name:
        raise ConfigurationError(f"There is no profile {quoted(name)}; {suggestion(name, profiles.by_name)}")
    _check_askable(workspace)
    with exclusive(workspace.folder, "enrichment", job="discover"), _clients(workspace, back_off) as clients:
        found = Search(name)
        client = clients.get(SERVICE)
        client.on_leave = found.count_request
        asked = question(client, profiles.by_name[name])
        known = _known(workspace, name)
        row = {"search_id": secrets.token_hex(8), "icp_profile": name, "source": SERVICE}
        try:
            for page in pages(client, asked):
                found.matching = page.matching
                for company, domain in zip(
                    page.companies, company_domains([*map(website, page.companies)]), strict=True
                ):
                    if len(found.rows) == limit:
                        break
                    found.looked_at += 1
                    if domain is None or domain in known:
                        found.left_out[known.get(domain, NO_SITE)] += 1
                        continue
                    known[domain] = FOUND_BEFORE
                    new = {
                        **{"discovery_id": secrets.token_hex(8), **row, "company_domain": domain},
                        **{"found_at": _now(workspace), "payload": as_json(company)},
                    }
                    if applies:
                        journal.append(workspace.paths.discoveries, new)
                    found.rows.append(new)
                if len(found.rows) == limit:
                    break
        except OutboundError as error:
            if not (applies and found.rows):
                raise
            raise UnfinishedSearchError(
                f"{error}. The {len(found.rows):,} companies until then are kept; run the same command again"
            ) from None
        return found


def _check_askable(workspace: Workspace) -> None:
    """Raises ConfigurationError where the service can't be asked, or must not be for the demo."""
    if is_invented(SERVICE, workspace):
        return
    if workspace.is_demo and not is_loopback(workspace.services[SERVICES[SERVICE].base_url_variable]):
        raise ConfigurationError(
            "The demo's companies are invented: set HEYREACH_API_KEY to search for those of the world"
        )
    missing = missing_keys(SERVICE, workspace)
    if missing:
        raise ConfigurationError([f"{SERVICE} needs {name}: set it in .env" for name in missing])


@contextlib.contextmanager
def _clients(workspace: Workspace, back_off: float) -> Iterator[Clients]:
    """Whoever asks services, of the demo its sandbox."""
    with contextlib.ExitStack() as opened:
        sandbox: Sandbox | None = None
        if is_invented(SERVICE, workspace):
            sandbox = opened.enter_context(demo_sandbox(DEMO_END))
        config = load_enrichment_config(workspace.enrichment_config)
        clients = Clients(workspace, config, back_off=back_off, sandbox=sandbox)
        opened.callback(clients.close)
        yield clients


def _known(workspace: Workspace, profile: str) -> dict[str | None, str]:
    """The domains of companies that aren't brought, and why."""
    rows = journal.rows(workspace.paths.discoveries)
    known = {row["company_domain"]: FOUND_BEFORE for row in rows if row["icp_profile"] == profile}
    if workspace.paths.published.exists():
        with duckdb.connect(str(workspace.paths.published), read_only=True) as connection:
            leads = connection.execute(
                "select distinct company_domain from marts.heyreach_leads where company_domain is not null"
            ).fetchall()
        known |= {domain: HAS_LEADS for (domain,) in leads}
    return known


def _now(workspace: Workspace) -> datetime:
    is_of_the_demo = workspace.is_demo and not workspace.as_of
    return DEMO_END if is_of_the_demo else workspace.as_of or datetime.now(UTC)
