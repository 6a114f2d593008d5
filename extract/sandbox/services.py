"""The services that tell of the invented companies, each in the shape that its own document describes.

They stand beside the API under `/services/<host><path>`, the address that they really have, so that a
service's base URL becomes the sandbox's by putting that in front. What they tell is what was so at the
sandbox clock. Crunchbase and Apollo have modules of their own. Documents: https://api.builtwith.com/domain-api,
https://developers.greenhouse.io/job-board.html, https://github.com/lever/postings-api; of Google News' search
feed, which has none, https://newscatcherapi.com/blog/google-news-rss-search-parameters-the-missing-documentaiton
and RSS 2.0.
"""

from collections import Counter
from collections.abc import Callable
from email.utils import format_datetime
from functools import partial
from re import search
from urllib.parse import parse_qs, quote
from xml.sax.saxutils import escape, quoteattr

import orjson

from extract.sandbox import apollo, found_people, job_boards, people
from extract.sandbox.answers import Answer
from extract.sandbox.asking import Find, Request, article, slug
from extract.sandbox.clock import DAY, to_datetime
from extract.sandbox.companies import Company, company
from extract.sandbox.crunchbase import crunchbase

SERVICES_PATH = "/services/"
RSS_TYPE = "application/xml; charset=utf-8"


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


def read_request(method: str, path: str, query: str, key: str | None, body: bytes, now: int) -> Request:
    """A request as the services read it; a body that is no JSON object counts as an empty one."""
    try:
        content = orjson.loads(body) if method == "POST" else {}
    except orjson.JSONDecodeError:
        content = {}
    lists = parse_qs(query)
    values = {name: texts[-1] for name, texts in lists.items()}
    return Request(path, values, lists, content if isinstance(content, dict) else {}, key, now)


def _company(seed: int, text: str) -> Company | None:
    number = people.company_called(text)
    return None if number is None else company(seed, number)


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
    """A company by its domain, and its postings; people by a search, and by the number that it gave."""
    if found_people.is_asked(request):
        return found_people.answer(find, request)
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
        f"<link>{article(each.publisher, each.title)}</link>"
        f'<guid isPermaLink="false">{each.published_at:x}</guid>'
        f"<pubDate>{format_datetime(to_datetime(each.published_at), usegmt=True)}</pubDate>"
        f"<description>{escape(each.title)}</description>"
        f"<source url={quoteattr(f'https://{slug(each.publisher)}.example.com')}>{each.publisher}</source></item>"
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
    "api.crunchbase.com": crunchbase,
    "api.builtwith.com": _builtwith,
    "boards-api.greenhouse.io": _greenhouse,
    "api.lever.co": _lever,
    "api.apollo.io": _apollo,
    "news.google.com": _google_news,
}
