"""Clearbit's company lookup: for keys from before it became part of HubSpot, which issues none any more.

Documents: https://clearbit.com/docs; what counts as a request:
https://help.clearbit.com/hc/en-us/articles/115015508588. It knows nothing where a 404 says unknown_record.
"""

from extract.enrichment.base import Integration, Outcome, RowError, Subject, found_or_not
from extract.enrichment.client import MissingError, ServiceClient
from extract.enrichment.reading import Shape, fields_of, text, texts, whole

_SHAPE: Shape = {
    "company_name": ("name", text),
    "company_description": ("description", text),
    "company_industry": ("category.industry", text),
    "company_size": ("metrics.employees", whole),
    "company_country": ("geo.country", text),
    "founded_year": ("foundedYear", whole),
    "estimated_revenue": ("metrics.estimatedAnnualRevenue", text),
    "technologies": ("tech", texts),
}


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
        if reply.status == 202:
            raise RowError("clearbit is still looking: ask again in some minutes")
        fields = fields_of(client, reply.data, _SHAPE)
        return found_or_not(fields, reply.data, credits=self.credits)
