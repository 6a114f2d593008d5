"""News of a company out of a search that answers in RSS. Document: https://www.rssboard.org/rss-specification.

Whose search is asked the operator says (NEWS_BASE_URL), as its own notice decides who may read it and what
for. It is asked by `search?q="Name"`, and by language and country, as the feed of Google News is.
"""

from datetime import UTC

from extract.enrichment.base import Integration, Outcome, RowError, Subject, found_or_not
from extract.enrichment.client import ServiceClient
from extract.enrichment.companies import company_keys
from extract.enrichment.feeds import feed_items
from extract.enrichment.integrations.crunchbase import MOST_NEWS
from extract.http.reply import http_date

_PLACE = {"hl": "en-US", "gl": "US", "ceid": "US:en"}


class NewsFeed(Integration):
    """News that name a company in their title, with dates and links, out of the feed of a news search."""

    name, service, entity, key_column = "news_feed", "news", "company", "company_domain"
    inputs = ("company_domain", "company_name")
    outputs = ("company_news",)
    found_days = 7
    not_found_days = 7
    is_repeatable = True

    def _ask(self, client: ServiceClient, subject: Subject) -> Outcome:
        name = subject.inputs["company_name"].replace('"', " ")
        text = client.get_text("search", {"q": f'"{name}"', **_PLACE}).data
        try:
            items = feed_items(text)
        except ValueError as error:
            raise RowError(f"{client.service.name} answered no feed that can be read: {error}") from None
        news = sorted(filter(None, map(_item, items)), key=lambda item: item["date"] or "", reverse=True)
        # A search finds the words anywhere, also as part of others.
        company, *titles = company_keys([name, *(item["title"] for item in news)])
        about = [
            item
            for item, title in zip(news, titles, strict=True)
            if company and f" {company} " in f" {title or ''} "
        ]
        fields = {"company_news": about[:MOST_NEWS]}
        return found_or_not(fields, fields)


def _item(told: dict[str, str]) -> dict[str, str | None] | None:
    """A piece of news as Crunchbase's are kept; None without a title."""
    if "title" not in told:
        return None
    published, publisher = http_date(told.get("pubDate")), told.get("source")
    link = told.get("link", "")
    return {
        "date": published and published.astimezone(UTC).date().isoformat(),
        # Searches print the publisher behind it.
        "title": told["title"].removesuffix(f" - {publisher}"),
        "publisher": publisher,
        "url": link if link.startswith(("https://", "http://")) else None,
    }
