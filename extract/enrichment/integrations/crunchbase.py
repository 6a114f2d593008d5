"""Crunchbase's search for organizations. Document: https://data.crunchbase.com/docs/using-the-api."""

from extract.enrichment.base import Integration, Outcome, Subject, found_or_not
from extract.enrichment.client import ServiceClient, whole

_FIELDS = (
    "short_description",
    "funding_total",
    "last_funding_at",
    "last_funding_type",
    "num_funding_rounds",
    "num_employees_enum",
)


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
        first = entities[0] if isinstance(entities, list) and entities else {}
        told = first.get("properties") if isinstance(first.get("properties"), dict) else {}
        total = told.get("funding_total") if isinstance(told.get("funding_total"), dict) else {}
        return found_or_not(
            {
                "company_description": told.get("short_description"),
                "funding_total_usd": whole(total.get("value_usd")),
                "last_funding_at": told.get("last_funding_at"),
                "last_funding_type": told.get("last_funding_type"),
                "funding_rounds": whole(told.get("num_funding_rounds")),
                # c_00051_00100 says 51 to 100.
                "company_size": _lowest(told.get("num_employees_enum")),
            },
            answer,
        )


def _lowest(code: object) -> int | None:
    parts = str(code or "").split("_")
    return int(parts[1]) if len(parts) == 3 and parts[1].isdigit() else None
