"""Aturiya as a source of leads: the leads of a campaign, page by page, asked for politely and read only.

Campaigns and leads are kept as they came, and enter raw with the next pull. Document: services.py; the routes
and the names of a lead by the public client named there.
"""

import re

from extract.enrichment.base import RowError
from extract.enrichment.client import ServiceClient
from extract.enrichment.leads import Leads, completed
from extract.enrichment.ledger_tables import SourceRow
from extract.workspace.errors import ConfigurationError, ProviderError

PAGE = 50
MOST_PAGES = 2_000

_NAMES = {
    "linkedin_url": "linkedin_url",
    "email": "email",
    "organization": "company_name",
    "website": "company_domain",
}


def leads_of_aturiya(client: ServiceClient, campaign_id: str | None, limit: int | None) -> Leads:
    """The leads of a campaign, of the first one where none is named.

    Raises ConfigurationError for a campaign that is not there, ProviderError where Aturiya can't be read.
    """
    ids = [client.keys["ATURIYA_USER_ID"], client.keys["ATURIYA_AGENT_ID"]]
    for variable, value in zip(("ATURIYA_USER_ID", "ATURIYA_AGENT_ID"), ids, strict=True):
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,100}", value):
            raise ConfigurationError(f"{variable} must be letters, digits, _ or -")
    root = f"users/{ids[0]}/agents/sdr/{ids[1]}"
    try:
        campaigns = _items(client.get(f"{root}/campaigns").data)
        known = [str(each.get("campaign_id") or each.get("id") or "") for each in campaigns]
        if not known or (campaign_id and campaign_id not in known):
            raise ConfigurationError(
                f"Aturiya has no campaign {campaign_id or ''}; there are: {', '.join(known) or 'none'}"
            )
        wanted = campaign_id or known[0]
        rows = _all_leads(client, f"{root}/leads", wanted, limit)
    except RowError as error:
        raise ProviderError(str(error)) from None
    values = [_lead(row) for row in rows]
    columns = frozenset({*_NAMES.values(), "first_name", "last_name"})
    leads = completed(range(1, len(values) + 1), values)
    told = [
        SourceRow("campaign", name or None, campaign) for name, campaign in zip(known, campaigns, strict=True)
    ]
    told += [
        SourceRow("lead", wanted, row, str(row.get("lead_id") or "") or None, lead.profile_url, lead.person)
        for row, lead in zip(rows, leads, strict=True)
    ]
    return Leads("aturiya", leads, columns=columns, source_rows=told)


def _all_leads(client: ServiceClient, path: str, campaign_id: str, limit: int | None) -> list[dict]:
    rows: dict[str, dict] = {}
    for page in range(1, MOST_PAGES + 1):
        answer = client.get(path, {"campaign_id": campaign_id, "page": page, "per_page": PAGE}).data
        items = _items(answer)
        new = {str(item.get("lead_id") or len(rows)): item for item in items}
        if not new.keys() - rows.keys():
            break
        rows |= new
        pagination = answer.get("pagination")
        has_more = isinstance(pagination, dict) and pagination.get("has_next_page")
        if not has_more or (limit and len(rows) >= limit):
            break
    return list(rows.values())[:limit]


def _items(answer: object) -> list[dict]:
    data = answer.get("data") if isinstance(answer, dict) else None
    if not isinstance(data, list):
        raise RowError("aturiya answered in a form that is not documented")
    return [item for item in data if isinstance(item, dict)]


def _lead(row: dict) -> dict[str, str]:
    lead = {
        ours: str(row[theirs]).strip()
        for theirs, ours in _NAMES.items()
        if isinstance(row.get(theirs), str) and row[theirs].strip()
    }
    first, _, last = str(row.get("name") or "").strip().partition(" ")
    return lead | {name: text for name, text in (("first_name", first), ("last_name", last)) if text}
