"""A company's published postings at Lever. Document: https://github.com/lever/postings-api.

Anybody may ask. Nobody tells which site is whose, nor does a site show a name: by the document it is "usually
your company name with no spaces". So one counts only where it is called as the company is, or where a posting
names the company's domain. `createdAt` (milliseconds) is sent, though the document doesn't list it.
"""

import re
from datetime import UTC, datetime

from extract.enrichment.base import Integration, Outcome, Subject, found_or_not
from extract.enrichment.client import MissingError, ServiceClient
from extract.enrichment.companies import accounts_of, company_keys
from extract.enrichment.postings import posting_fields
from extract.enrichment.reading import objects, part, text, whole

_PAGE, _MOST_PAGES = 100, 10
_TEXTS = ("openingPlain", "descriptionPlain", "descriptionBodyPlain", "additionalPlain", "additional")


class Lever(Integration):
    """A company's open positions, the newest with their dates, on its site at Lever, by its domain."""

    name, service, entity, key_column = "lever", "lever", "company", "company_domain"
    inputs = ("company_domain",)
    optional = ("company_name",)
    outputs = ("job_board", "open_positions", "job_postings")
    signal = "actively_hiring"
    found_days = 7
    not_found_days = 30
    is_repeatable = True

    def _ask(self, client: ServiceClient, subject: Subject) -> Outcome:
        [key] = company_keys([subject.inputs.get("company_name")])
        for site in accounts_of(subject.key, subject.inputs.get("company_name")):
            try:
                postings = _postings(client, site)
            except MissingError:
                continue
            if site == (key or "").replace(" ", "") or _names(postings, subject.key):
                fields = posting_fields(site, [_read(each) for each in postings])
                return found_or_not(fields, fields)
        return Outcome("not_found")


def _postings(client: ServiceClient, site: str) -> list[dict]:
    postings: list[dict] = []
    for page in range(_MOST_PAGES):
        told = {"mode": "json", "skip": page * _PAGE, "limit": _PAGE}
        answer = client.get(f"postings/{site}", told).data
        found = objects(answer) or []
        if not isinstance(answer, list) or (answer and not any(text(each.get("text")) for each in found)):
            raise client.undocumented(answer)
        postings += found
        if len(answer) < _PAGE:
            break
    return postings


def _names(postings: list[dict], domain: str) -> bool:
    """Whether a posting's text names the domain."""
    named = re.compile(rf"(?<![\w-]){re.escape(domain)}(?![\w-])", re.IGNORECASE)
    texts = (text(posting.get(name)) for posting in postings for name in _TEXTS)
    return any(named.search(each) for each in texts if each)


def _read(posting: dict) -> dict:
    categories, created = part(posting, "categories"), whole(posting.get("createdAt"))
    return {
        "title": text(posting.get("text")),
        "department": text(categories.get("department")) or text(categories.get("team")),
        "location": text(categories.get("location")),
        "date": created and datetime.fromtimestamp(created / 1000, UTC).isoformat(),
        "url": text(posting.get("hostedUrl")),
    }
