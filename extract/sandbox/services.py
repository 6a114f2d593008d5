"""The services that tell of the invented companies, each in the shape that its own document describes.

They stand beside the API under `/services/<host><path>`, the address that they really have, so that a
service's base URL becomes the sandbox's by putting that in front. What they tell is what was so at the
sandbox clock. Documents: https://data.crunchbase.com/docs/using-the-api, using-search-apis and
using-autocomplete-api beside it, https://api.builtwith.com/domain-api,
https://developers.greenhouse.io/job-board.html, https://github.com/lever/postings-api; of Google News' search
feed, which has none, https://newscatcherapi.com/blog/google-news-rss-search-parameters-the-missing-documentaiton
and RSS 2.0.
"""

from collections import Counter
from collections.abc import Callable
from email.utils import format_datetime
from functools import partial
from re import search
from typing import NamedTuple
from urllib.parse import parse_qs, quote
from xml.sax.saxutils import escape, quoteattr
from zlib import crc32

import orjson

from extract.sandbox import apollo, job_boards, people
from extract.sandbox.answers import Answer
from extract.sandbox.clock import DAY, iso, to_datetime
from extract.sandbox.companies import Company, Round, company

SERVICES_PATH = "/services/"
RSS_TYPE = "application/xml; charset=utf-8"
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


class Request(NamedTuple):
    """One question: its path below the host, its query, its body, the key that came, and the clock."""

    path: str
    query: dict[str, str]
    body: dict
    key: str | None
    now: int


class Services:
    """The services of one world; `requests` counts what each host was asked."""

    def __init__(self, seed: int):
        self._seed = seed
        self.requests: Counter[str] = Counter()

    def answer(self, host: str, request: Request, *, knows_nobody: bool = False) -> Answer:
        """What a host answers; 404 for one that isn't invented. `knows_nobody`: as about a stranger."""
        if host not in HOSTS:
            return Answer(404)
        self.requests[host] += 1
        find = (lambda text: None) if knows_nobody else partial(_company, self._seed)
        return HOSTS[host](find, request)


# Finds the company that a text names: a domain, the name of a board, a name.
Find = Callable[[str], Company | None]


def read_request(method: str, path: str, query: str, key: str | None, body: bytes, now: int) -> Request:
    """A request as the services read it; a body that is no JSON object counts as an empty one."""
    try:
        content = orjson.loads(body) if method == "POST" else {}
    except orjson.JSONDecodeError:
        content = {}
    values = {name: texts[-1] for name, texts in parse_qs(query).items()}
    return Request(path, values, content if isinstance(content, dict) else {}, key, now)


def _company(seed: int, text: str) -> Company | None:
    number = people.company_called(text)
    return None if number is None else company(seed, number)


def _crunchbase(find: Find, request: Request) -> Answer:
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
    return {"value": name, "permalink": _slug(name), "uuid": uuid, "entity_def_id": kind}


def _category_groups(found: Company) -> list[dict]:
    return [_identifier("category_group", CATEGORY_GROUPS[found.industry])]


def _locations(found: Company) -> list[dict]:
    place = PLACES[people.scatter(found.number, 31, len(PLACES))]
    return [
        _identifier("location", name) | {"location_type": kind}
        for kind, name in zip(("city", "country", "continent"), place, strict=True)
    ]


def _known(found: Company | None) -> Company | None:
    return found if found and found.is_in_crunchbase else None


def _organization(found: Company, wanted: list[str], now: int) -> dict:
    rounds = found.rounds_until(now)
    raised = sum(each.usd for each in rounds)
    properties = {
        "identifier": {"value": found.name, "entity_def_id": "organization", "uuid": _uuid(found)},
        "short_description": f"{found.name} makes software for {found.industry.lower()}.",
        "funding_total": _money(raised) if rounds else None,
        "last_funding_at": _date(rounds[-1].announced_at) if rounds else None,
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


def _date(at: int) -> str:
    return iso(at, 0)[:10]


def _rounds(found: Company, now: int) -> list[dict]:
    def told(each: Round) -> dict:
        investors = [{"value": name, "entity_def_id": "organization"} for name in each.investors]
        return {
            "announced_on": _date(each.announced_at),
            "investment_type": each.stage,
            "money_raised": _money(each.usd),
            "lead_investor_identifiers": investors[:1],
            "investor_identifiers": investors,
        }

    return [told(each) for each in found.rounds_until(now)]


def _press(found: Company, now: int) -> list[dict]:
    return [
        {
            "posted_on": _date(each.published_at),
            "title": each.title,
            "publisher": each.publisher,
            "url": {"value": _article(each.publisher, each.title)},
        }
        for each in found.news_until(now)
    ]


def _article(publisher: str, title: str) -> str:
    return f"https://{_slug(publisher)}.example.com/{_slug(title)}"


def _slug(text: str) -> str:
    return "-".join("".join(letter if letter.isalnum() else " " for letter in text.lower()).split())


def _builtwith(find: Find, request: Request) -> Answer:
    """The domain lookup, v22; LIVEONLY leaves out what the site doesn't show any more."""
    if request.path != "v22/api.json":
        return Answer(404)
    if not request.query.get("KEY"):
        return Answer.json({"Results": [], "Errors": [{"Message": "API Key is incorrect", "Code": -2}]})
    domain = request.query.get("LOOKUP", "")
    found = find(domain.partition(".")[0])
    is_live_only = request.query.get("LIVEONLY") == "yes"
    uses = found.uses_until(request.now) if found and found.is_in_builtwith else []
    technologies = [
        {
            "Name": use.technology,
            "Tag": "framework",
            "Categories": None,
            "FirstDetected": use.since // 1000,
            "LastDetected": min(use.until, request.now) // 1000,
            "IsPremium": "no",
        }
        for use in uses
        if use.until > request.now or not is_live_only
    ]
    path = {"Domain": domain, "Url": "", "SubDomain": "", "Technologies": technologies}
    result = {"Lookup": domain, "Result": {"IsDB": "True", "Spend": 0, "Paths": [path] if uses else []}}
    return Answer.json({"Results": [result], "Errors": []})


def _greenhouse(find: Find, request: Request) -> Answer:
    """A job board, its jobs, and its departments with them."""
    return job_boards.greenhouse(find, request.path, request.now)


def _lever(find: Find, request: Request) -> Answer:
    """The postings of a site."""
    return job_boards.lever(find, request.path, request.query, request.now)


def _apollo(find: Find, request: Request) -> Answer:
    """A company by its domain, and its postings."""
    return apollo.answer(find, request.path, request.query, request.key, request.now)


def _google_news(find: Find, request: Request) -> Answer:
    """The feed of a search for a name; `when:7d` in it leaves out what is older."""
    if request.path != "rss/search":
        return Answer(404)
    asked = request.query.get("q", "")
    recent = search(r"\bwhen:(\d+)d\b", asked)
    oldest = request.now - int(recent[1]) * DAY if recent else 0
    found = find(asked)
    news = found.news_until(request.now) if found else []
    items = "".join(
        f"<item><title>{escape(f'{each.title} - {each.publisher}')}</title>"
        f"<link>{_article(each.publisher, each.title)}</link>"
        f'<guid isPermaLink="false">{each.published_at:x}</guid>'
        f"<pubDate>{format_datetime(to_datetime(each.published_at), usegmt=True)}</pubDate>"
        f"<description>{escape(each.title)}</description>"
        f"<source url={quoteattr(f'https://{_slug(each.publisher)}.example.com')}>{each.publisher}</source></item>"
        for each in news
        if each.published_at > oldest
    )
    feed = (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?><rss version="2.0"><channel>'
        f"<generator>NFE/5.0</generator><title>{escape(asked)} - Google News</title>"
        f"<link>https://news.example.com/search?q={quote(asked)}</link><language>en-US</language>"
        f"{items}</channel></rss>"
    )
    return Answer(200, feed.encode(), RSS_TYPE)


HOSTS: dict[str, Callable[[Find, Request], Answer]] = {
    "api.crunchbase.com": _crunchbase,
    "api.builtwith.com": _builtwith,
    "boards-api.greenhouse.io": _greenhouse,
    "api.lever.co": _lever,
    "api.apollo.io": _apollo,
    "news.google.com": _google_news,
}
