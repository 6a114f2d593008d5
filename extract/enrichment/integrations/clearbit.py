"""Clearbit's company lookup: for keys from before it became part of HubSpot, which issues none any more.

Documents: https://clearbit.com/docs; what counts as a request:
https://help.clearbit.com/hc/en-us/articles/115015508588.
"""

from extract.enrichment.base import Integration, Outcome, RowError, Subject, found_or_not
from extract.enrichment.client import MissingError, ServiceClient, whole


class Clearbit(Integration):
    """A company's industry, size, revenue, country and technologies, by its domain."""

    name, service, entity, key_column = "clearbit", "clearbit", "company", "company_domain"
    inputs = ("company_domain",)
    outputs = (
        "company_name",
        "company_description",
        "company_industry",
        "company_size",
        "company_country",
        "founded_year",
        "estimated_revenue",
        "technologies",
    )
    credits = 1.0

    def _ask(self, client: ServiceClient, subject: Subject) -> Outcome:
        try:
            reply = client.get("companies/find", {"domain": subject.key})
        except MissingError as error:
            # By its own account it charges for these, too.
            return Outcome("not_found", reason=str(error), credits=self.credits)
        if reply.status == 202 or not isinstance(reply.data, dict):
            raise RowError("clearbit is still looking: ask again in some minutes")
        company = reply.data

        def part(name: str) -> dict:
            return company.get(name) if isinstance(company.get(name), dict) else {}

        return found_or_not(
            {
                "company_name": company.get("name"),
                "company_description": company.get("description"),
                "company_industry": part("category").get("industry"),
                "company_size": whole(part("metrics").get("employees")),
                "company_country": part("geo").get("country"),
                "founded_year": whole(company.get("foundedYear")),
                "estimated_revenue": part("metrics").get("estimatedAnnualRevenue"),
                "technologies": [name for name in company.get("tech") or [] if isinstance(name, str)],
            },
            company,
            credits=self.credits,
        )
