"""Crunchbase, searched for the companies that a profile asks for.

Every predicate of a search holds at once, and `includes` needs one of its values; categories and places are
told by identifier, which autocompletion gives for a name. A page goes on after the last company of the one
before. A search charges no credits. Documents: https://data.crunchbase.com/docs/using-search-apis and
https://data.crunchbase.com/docs/using-autocomplete-api.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from extract.enrichment.client import ServiceClient
from extract.enrichment.reading import objects, part, text, whole
from extract.workspace.errors import ConfigurationError

SERVICE = "crunchbase"
PAGE = 100
FIELDS = (
    "identifier",
    "short_description",
    "website_url",
    "category_groups",
    "location_identifiers",
    "num_employees_enum",
    "last_funding_type",
    "last_funding_at",
)
# An industry or region as profiles name it -> what Crunchbase calls it. Whatever isn't here is a country, and
# called alike there; the seeds company_industries and company_regions know the way back.
GROUPS = {
    "tech": ("Software", "Information Technology"),
    "finance": ("Financial Services",),
    "healthcare": ("Health Care",),
    "retail": ("Commerce and Shopping",),
    "manufacturing": ("Manufacturing",),
    "education": ("Education",),
    "media": ("Media and Entertainment",),
    "telecom": ("Messaging and Telecommunications",),
}
PLACES = {
    "na": ("North America",),
    "eu": ("Europe",),
    "apac": ("Asia", "Oceania"),
    "latam": ("South America",),
    "mea": ("Africa",),
    "us": ("United States",),
    "usa": ("United States",),
    "uk": ("United Kingdom",),
}
# The least and most employees of each bracket.
BRACKETS = {
    "c_00001_00010": (1, 10),
    "c_00011_00050": (11, 50),
    "c_00051_00100": (51, 100),
    "c_00101_00250": (101, 250),
    "c_00251_00500": (251, 500),
    "c_00501_01000": (501, 1000),
    "c_01001_05000": (1001, 5000),
    "c_05001_10000": (5001, 10000),
    "c_10001_max": (10001, 10001),
}


@dataclass(frozen=True)
class Page:
    """A page of companies, as Crunchbase sent each; `matching` is how many the search has in all."""

    matching: int
    companies: list[dict[str, Any]]


def question(client: ServiceClient, profile: Mapping[str, Any]) -> dict[str, Any]:
    """The search for a profile, the same for an equal one.

    Technologies, titles and signals are nothing to search by: scores tell these. Raises ConfigurationError
    for a profile that asks for nothing else, and for a name that Crunchbase doesn't know; as
    `ServiceClient.get` does, too.
    """
    asked = {
        "category_groups": _identifiers(client, "category_groups", profile["industries"], GROUPS),
        "num_employees_enum": _brackets(profile["company_size_min"], profile["company_size_max"]),
        "last_funding_type": list(profile["funding_stages"]),
        "location_identifiers": _identifiers(client, "locations", profile["geographies"], PLACES),
    }
    if not any(asked.values()):
        raise ConfigurationError(
            "Companies can be searched by industries, employees, funding stages and geographies, and this "
            "profile asks for none of them"
        )
    predicates = {"facet_ids": ["company"], **{field: values for field, values in asked.items() if values}}
    return {
        "field_ids": list(FIELDS),
        "query": [
            {"type": "predicate", "field_id": field, "operator_id": "includes", "values": values}
            for field, values in predicates.items()
        ],
        "order": [{"field_id": "rank_org", "sort": "asc"}],
    }


def pages(client: ServiceClient, asked: Mapping[str, Any]) -> Iterator[Page]:
    """The pages of a search, until there is nothing new; raises as `ServiceClient.post` does."""
    seen: set[str] = set()
    after: dict[str, str] = {}
    while True:
        answer = client.post("searches/organizations", {**asked, **after, "limit": PAGE}).data
        if not isinstance(answer, dict) or not isinstance(answer.get("entities"), list):
            raise client.undocumented(answer)
        companies = objects(answer["entities"]) or []
        names = [text(company.get("uuid")) for company in companies]
        if not all(names):
            raise client.undocumented(answer)
        yield Page(whole(answer.get("count")) or 0, companies)
        if len(companies) < PAGE or seen.issuperset(names):
            return
        seen.update(names)
        after = {"after_id": names[-1]}


def website(company: Mapping[str, Any]) -> str | None:
    """The site of a company; None where none is told."""
    return text(part(company, "properties").get("website_url"))


def _brackets(least: int | None, most: int | None) -> list[str]:
    """Those whose middle lies between, as scores take a size that is told as a range; none is all."""
    if least is None and most is None:
        return []
    found = [
        code
        for code, (low, high) in BRACKETS.items()
        if (least or 0) <= (low + high) // 2 <= (most if most is not None else high)
    ]
    if not found:
        raise ConfigurationError(
            f"No company is found by {least or 0:,} to {most:,} employees: Crunchbase tells ranges, of which "
            "the middle counts; let the profile's range hold one, such as 51 to 100"
        )
    return found


def _identifiers(
    client: ServiceClient, collection: str, words: Iterable[str], called: Mapping[str, tuple[str, ...]]
) -> list[str]:
    """What Crunchbase knows these words by."""
    names = dict.fromkeys(name for word in words for name in called.get(word, (word,)))
    return [_identifier(client, collection, name) for name in names]


def _identifier(client: ServiceClient, collection: str, name: str) -> str:
    answer = client.get("autocompletes", {"query": name, "collection_ids": collection, "limit": 25}).data
    if not isinstance(answer, dict) or not isinstance(answer.get("entities"), list):
        raise client.undocumented(answer)
    for each in objects(answer["entities"]) or []:
        found = part(each, "identifier")
        if (text(found.get("value")) or "").lower() == name.lower() and text(found.get("uuid")):
            return found["uuid"]
    raise ConfigurationError(f"{SERVICE} knows nothing called {name!r} among its {collection}")
