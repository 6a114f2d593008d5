"""Crunchbase's search for organizations, and the cards of one. Documents:
https://data.crunchbase.com/docs/using-the-api and https://github.com/ekohe/crunchbase4 (fields of the cards).

It knows nothing where `entities` is empty.
"""

from extract.enrichment.base import Integration, Outcome, Subject, found_or_not
from extract.enrichment.client import ServiceClient
from extract.enrichment.reading import Shape, fields_of, objects, part, text, whole

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
        entities, answer = _search(client, subject.key, _FIELDS)
        fields = fields_of(client, entities[0], _SHAPE) if entities else {}
        return found_or_not(fields, answer)


class CrunchbaseHistory(Integration):
    """A company's funding rounds with their investors, and its news with dates, by its domain."""

    name, service, entity, key_column = "crunchbase_history", "crunchbase", "company", "company_domain"
    inputs = ("company_domain",)
    outputs = ("funding_history", "investors", "company_news")
    found_days = 30

    def _ask(self, client: ServiceClient, subject: Subject) -> Outcome:
        entities, answer = _search(client, subject.key, ("identifier",))
        if not entities:
            return Outcome("not_found", payload=answer)
        uuid = text(entities[0].get("uuid")) if isinstance(entities[0], dict) else None
        if uuid is None:
            raise client.undocumented(answer)
        answer = client.get(f"entities/organizations/{uuid}", {"card_ids": ",".join(_CARDS)}).data
        cards = part(answer, "cards")
        if not any(isinstance(cards.get(name), list) for name in _CARDS):
            raise client.undocumented(answer)
        rounds, news = (objects(cards.get(name)) or [] for name in _CARDS)
        history = sorted(filter(None, map(_round, rounds)), key=_newest, reverse=True)
        investors = {name for each in history for name in each["investors"]}
        fields = {
            "funding_history": history,
            "investors": sorted(investors),
            "company_news": sorted(filter(None, map(_item, news)), key=_newest, reverse=True)[:MOST_NEWS],
        }
        return found_or_not(fields, {"cards": cards})


_CARDS = ("raised_funding_rounds", "press_references")
MOST_NEWS = 20


def _search(client: ServiceClient, domain: str, fields: tuple[str, ...]) -> tuple[list, object]:
    """The organization with a domain, if there is one, and the whole answer."""
    is_this_domain = {
        "type": "predicate",
        "field_id": "website_url",
        "operator_id": "domain_eq",
        "values": [domain],
    }
    answer = client.post(
        "searches/organizations", {"field_ids": list(fields), "query": [is_this_domain], "limit": 1}
    ).data
    entities = answer.get("entities") if isinstance(answer, dict) else None
    if not isinstance(entities, list):
        raise client.undocumented(answer)
    return entities, answer


def _newest(entry: dict) -> str:
    return entry["date"] or ""


def _round(told: dict) -> dict | None:
    """A funding round; None where it has neither a date nor a type."""
    date, kind = text(told.get("announced_on")), text(told.get("investment_type"))
    names = [
        text(each.get("value"))
        for field in ("investor_identifiers", "lead_investor_identifiers")
        for each in objects(told.get(field)) or []
    ]
    raised = whole(part(told, "money_raised").get("value_usd"))
    investors = list(dict.fromkeys(filter(None, names)))
    return (
        {"date": date, "type": kind, "amount_usd": raised, "investors": investors} if date or kind else None
    )


def _item(told: dict) -> dict | None:
    """A piece of news; None without a title."""
    title, link = text(told.get("title")), told.get("url")
    if title is None:
        return None
    return {
        "date": text(told.get("posted_on")),
        "title": title,
        "publisher": text(told.get("publisher")),
        "url": text(link.get("value") if isinstance(link, dict) else link),
    }
