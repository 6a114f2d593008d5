"""Crunchbase, invented: organizations by predicates, identifiers by name, one organization with cards.

Documents: https://data.crunchbase.com/docs/using-the-api, and using-search-apis and using-autocomplete-api
beside it.
"""

from re import search
from zlib import crc32

from extract.sandbox import people
from extract.sandbox.answers import Answer
from extract.sandbox.asking import Find, Request, article, date, slug
from extract.sandbox.companies import Company, Round

# The lowest and highest of Crunchbase's brackets of employees.
BRACKETS = ((1, 10), (11, 50), (51, 100), (101, 250), (251, 500), (501, 1000), (1001, 5000), (5001, 10000))
# Companies are searched up to this number: of some of them nobody is a lead.
SEARCHED = 480
# City, country, continent.
PLACES = (
    ("Boston", "United States", "North America"), ("Toronto", "Canada", "North America"),
    ("Leipzig", "Germany", "Europe"), ("Leeds", "United Kingdom", "Europe"), ("Pune", "India", "Asia"),
)  # fmt: skip
# The group of categories that companies of an industry are in.
CATEGORY_GROUPS = {
    "Software": "Software",
    "Fintech": "Financial Services",
    "Logistics": "Transportation",
    "Healthcare": "Health Care",
    "Retail": "Commerce and Shopping",
}
# Groups and places of which no company is here.
OTHER_GROUPS = (
    "Information Technology", "Manufacturing", "Education", "Media and Entertainment",
    "Messaging and Telecommunications",
)  # fmt: skip
OTHER_PLACES = ("Africa", "Oceania", "South America")
CARDS = {"raised_funding_rounds": "rounds", "press_references": "news"}


def crunchbase(find: Find, request: Request) -> Answer:
    """Search, identifiers by name, and one organization with cards."""
    if not request.key:
        return Answer.json([{"message": "Unauthorized user_key", "code": "LA401"}], 401)
    if request.path == "api/v4/searches/organizations":
        return Answer.json(_searched(find, request))
    if request.path == "api/v4/autocompletes":
        return Answer.json(_identified(request.query))
    uuid = request.path.removeprefix("api/v4/entities/organizations/")
    number = search("^([0-9a-f]{8})-0000-4000-8000-0{12}$", uuid)
    found = _known(find(people.company_name(int(number[1], 16)))) if number else None
    if not found:
        return Answer.json([{"message": "Entity not found", "code": "MD404"}], 404)
    told = {"rounds": _rounds, "news": _press}
    cards = {
        card: told[CARDS[card]](found, request.now)
        for card in request.query.get("card_ids", "").split(",")
        if card in CARDS
    }
    return Answer.json({"properties": _organization(found, ["identifier"], request.now), "cards": cards})


def _searched(find: Find, request: Request) -> dict:
    """A page of the organizations for which every predicate holds, in the order of their numbers."""
    wanted = request.body.get("field_ids") or []
    predicates = request.body.get("query") or []
    domain = next((each["values"][0] for each in predicates if each["field_id"] == "website_url"), None)
    names = map(people.company_name, range(SEARCHED)) if domain is None else [domain.partition(".")[0]]
    known = [found for found in map(_known, map(find, names)) if found]
    matching = [found for found in known if all(_holds(found, each, request.now) for each in predicates)]
    after = request.body.get("after_id")
    places = [_uuid(found) for found in matching]
    first = places.index(after) + 1 if after in places else 0
    page = matching[first : first + int(request.body.get("limit", 50))]
    return {
        "count": len(matching),
        "entities": [_organization(found, wanted, request.now) for found in page],
    }


def _holds(found: Company, predicate: dict, now: int) -> bool:
    """Whether one predicate holds: `includes` needs one of its values, identifiers are told by uuid."""
    told = {
        "website_url": [found.domain],
        "facet_ids": ["company"],
        "category_groups": [each["uuid"] for each in _category_groups(found)],
        "location_identifiers": [each["uuid"] for each in _locations(found)],
        "num_employees_enum": [_bracket(found.employees_at(now))],
        "last_funding_type": [each.stage for each in found.rounds_until(now)[-1:]],
    }
    return not set(predicate["values"]).isdisjoint(told[predicate["field_id"]])


def _identified(query: dict[str, str]) -> dict:
    """Category groups or locations whose name begins as asked."""
    kind, names = {
        "category_groups": ("category_group", (*CATEGORY_GROUPS.values(), *OTHER_GROUPS)),
        "locations": ("location", (*(name for place in PLACES for name in place), *OTHER_PLACES)),
    }.get(query.get("collection_ids", ""), ("", ()))
    asked = query.get("query", "").lower()
    found = [_identifier(kind, name) for name in dict.fromkeys(names) if name.lower().startswith(asked)]
    return {
        "count": len(found),
        "entities": [{"identifier": each, "short_description": each["value"]} for each in found],
    }


def _identifier(kind: str, name: str) -> dict:
    uuid = f"{crc32(f'{kind} {name}'.encode()):08x}-0000-4000-8000-000000000001"
    return {"value": name, "permalink": slug(name), "uuid": uuid, "entity_def_id": kind}


def _category_groups(found: Company) -> list[dict]:
    return [_identifier("category_group", CATEGORY_GROUPS[found.industry])]


def _locations(found: Company) -> list[dict]:
    return [
        _identifier("location", name) | {"location_type": kind}
        for kind, name in zip(("city", "country", "continent"), place(found), strict=True)
    ]


def place(found: Company) -> tuple[str, str, str]:
    """City, country and continent of a company."""
    return PLACES[people.scatter(found.number, 31, len(PLACES))]


def _known(found: Company | None) -> Company | None:
    return found if found and found.is_in_crunchbase else None


def _organization(found: Company, wanted: list[str], now: int) -> dict:
    rounds = found.rounds_until(now)
    raised = sum(each.usd for each in rounds)
    properties = {
        "identifier": {"value": found.name, "entity_def_id": "organization", "uuid": _uuid(found)},
        "short_description": f"{found.name} makes software for {found.industry.lower()}.",
        "funding_total": _money(raised) if rounds else None,
        "last_funding_at": date(rounds[-1].announced_at) if rounds else None,
        "last_funding_type": rounds[-1].stage if rounds else None,
        "num_funding_rounds": len(rounds) or None,
        "num_employees_enum": _bracket(found.employees_at(now)),
        "website_url": f"https://www.{found.domain}/",
        "category_groups": _category_groups(found),
        "location_identifiers": _locations(found),
    }
    shown = {name: properties[name] for name in wanted if properties.get(name) is not None}
    return {"uuid": _uuid(found), "properties": shown}


def _uuid(found: Company) -> str:
    return f"{found.number:08x}-0000-4000-8000-000000000000"


def _bracket(employees: int) -> str:
    for lowest, highest in BRACKETS:
        if employees <= highest:
            return f"c_{lowest:05d}_{highest:05d}"
    return "c_10001_max"


def _money(usd: int) -> dict:
    return {"value": usd, "currency": "USD", "value_usd": usd}


def _rounds(found: Company, now: int) -> list[dict]:
    def told(each: Round) -> dict:
        investors = [{"value": name, "entity_def_id": "organization"} for name in each.investors]
        return {
            "announced_on": date(each.announced_at),
            "investment_type": each.stage,
            "money_raised": _money(each.usd),
            "lead_investor_identifiers": investors[:1],
            "investor_identifiers": investors,
        }

    return [told(each) for each in found.rounds_until(now)]


def _press(found: Company, now: int) -> list[dict]:
    return [
        {
            "posted_on": date(each.published_at),
            "title": each.title,
            "publisher": each.publisher,
            "url": {"value": article(each.publisher, each.title)},
        }
        for each in found.news_until(now)
    ]
