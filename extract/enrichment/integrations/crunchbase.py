"""Crunchbase's search for organizations. Document: https://data.crunchbase.com/docs/using-the-api.

It knows nothing where `entities` is empty.
"""

from extract.enrichment.base import Integration, Outcome, Subject, found_or_not
from extract.enrichment.client import ServiceClient
from extract.enrichment.reading import Shape, fields_of, text, whole

_FIELDS = (
    "short_description",
    "funding_total",
    "last_funding_at",
    "last_funding_type",
    "num_funding_rounds",
    "num_employees_enum",
)


def _lowest(code: object) -> int | None:
    """The lower end of a bracket: c_00051_00100 says 51 to 100."""
    parts = code.split("_") if isinstance(code, str) else []
    return int(parts[1]) if len(parts) == 3 and parts[1].isdigit() else None


_SHAPE: Shape = {
    "company_description": ("properties.short_description", text),
    "funding_total_usd": ("properties.funding_total.value_usd", whole),
    "last_funding_at": ("properties.last_funding_at", text),
    "last_funding_type": ("properties.last_funding_type", text),
    "funding_rounds": ("properties.num_funding_rounds", whole),
    "company_size": ("properties.num_employees_enum", _lowest),
}


class Crunchbase(Integration):
    """A company's funding: in all, rounds, the last one; and its size, by its domain."""

    name, service, entity, key_column = "crunchbase", "crunchbase", "company", "company_domain"
    inputs = ("company_domain",)
    outputs = (
        "company_description",
        "funding_total_usd",
        "last_funding_at",
        "last_funding_type",
        "funding_rounds",
        "company_size",
    )

    def _ask(self, client: ServiceClient, subject: Subject) -> Outcome:
        is_this_domain = {
            "type": "predicate",
            "field_id": "website_url",
            "operator_id": "domain_eq",
            "values": [subject.key],
        }
        answer = client.post(
            "searches/organizations",
            {"field_ids": list(_FIELDS), "query": [is_this_domain], "limit": 1},
        ).data
        entities = answer.get("entities") if isinstance(answer, dict) else None
        if not isinstance(entities, list):
            raise client.undocumented(answer)
        fields = fields_of(client, entities[0], _SHAPE) if entities else {}
        return found_or_not(fields, answer)
