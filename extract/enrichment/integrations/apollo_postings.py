"""A company's job postings at Apollo. Documents: https://docs.apollo.io/reference/organization-jobs-postings,
https://docs.apollo.io/reference/organization-enrichment; what costs credits: https://docs.apollo.io/docs/api-pricing.

Postings are asked for by Apollo's id of the company, which its enrichment tells by the domain, `organization`
null where it knows none. Each of the two is charged where it tells something. One page of a hundred is asked
for: it says that a company hires, and each further one would be charged. `last_seen_at` moves with every
look of Apollo's; only `posted_at` dates a posting.
"""

import re

from extract.enrichment.base import Integration, Outcome, Subject, found_or_not
from extract.enrichment.client import ServiceClient
from extract.enrichment.postings import posting_fields
from extract.enrichment.reading import objects, text

_PAGE = 100


class ApolloJobPostings(Integration):
    """A company's open positions wherever Apollo saw them, a hundred at most, with dates, by its domain."""

    name, service, entity, key_column = "apollo_job_postings", "apollo", "company", "company_domain"
    inputs = ("company_domain",)
    outputs = ("open_positions", "job_postings")
    signal = "actively_hiring"
    # For the company's id, and for its postings.
    credits = 2.0
    found_days = 30
    not_found_days = 90

    def _ask(self, client: ServiceClient, subject: Subject) -> Outcome:
        answer = client.get("organizations/enrich", {"domain": subject.key}).data
        if not isinstance(answer, dict) or "organization" not in answer:
            raise client.undocumented(answer)
        organization = answer["organization"]
        if organization is None:
            return Outcome("not_found", payload=answer)
        number = text(organization.get("id")) if isinstance(organization, dict) else None
        if not re.fullmatch("[0-9A-Za-z]+", number or ""):
            raise client.undocumented(answer)
        postings = _postings(client, number)
        fields = posting_fields("", postings)
        del fields["job_board"]  # Apollo gathers from many
        told = {"organization": {"id": number, "name": text(organization.get("name"))}, **fields}
        return found_or_not(fields, told, credits=self.credits if postings else self.credits / 2)


def _postings(client: ServiceClient, number: str) -> list[dict]:
    path = f"organizations/{number}/job_postings"
    answer = client.get(path, {"page": 1, "per_page": _PAGE}).data
    listed = answer.get("organization_job_postings") if isinstance(answer, dict) else None
    postings = objects(listed) or []
    if not isinstance(listed, list) or (listed and not any(text(each.get("title")) for each in postings)):
        raise client.undocumented(answer)
    return [
        {
            "title": text(each.get("title")),
            "department": None,
            "location": ", ".join(
                filter(None, (text(each.get(part)) for part in ("city", "state", "country")))
            )
            or None,
            "date": text(each.get("posted_at")),
            "url": text(each.get("url")),
        }
        for each in postings
    ]
