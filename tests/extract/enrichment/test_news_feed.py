"""News out of a feed that a stranger sends."""

import pytest

from extract.enrichment.feeds import feed_items
from tests.extract.enrichment.stand_ins import FEED

BOMB = """<?xml version="1.0"?>
<!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>
<rss version="2.0"><channel><item><title>&b;</title></item></channel></rss>"""


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (BOMB, "document type"),
        ("<html><body>Sign in", "no XML"),
        ("", "no XML"),
        ("<feed><entry/></feed>", "no RSS"),
        ("<rss version='2.0'/>", "no RSS"),
        ("<rss><channel>&unknown;</channel></rss>", "no XML"),
    ],
)
def test_what_is_no_feed_failed_and_says_why(enricher, served, lead, text, reason):
    served.answers["news"] = lambda request: (200, text.encode())
    assert enricher.run("news_feed", enricher.leads(lead(company_name="Example"))) is None
    assert enricher.statuses() == {"news_feed": "failed"}
    assert reason in enricher.answers()[0]["reason"]


def test_a_feed_of_another_encoding_than_it_says_is_read_as_it_came():
    assert len(feed_items(FEED.replace("UTF-8", "UTF-16"))) == 4


def test_nobody_is_asked_before_the_operator_says_whom(enricher, served, lead):
    enricher.environment = {"NEWS_BASE_URL": ""}
    error = enricher.run("news_feed", enricher.leads(lead(company_name="Example")))
    assert "news_feed needs NEWS_BASE_URL: set it in .env" in str(error)
    assert not served.asked


def test_it_is_asked_by_the_name_in_quotes(enricher, served, lead):
    assert enricher.run("news_feed", enricher.leads(lead(company_name='Exa"mple'))) is None
    [request] = served.asked
    assert request.path == "search"
    assert request.query["q"] == '"Exa mple"'
    assert enricher.statuses() == {"news_feed": "not_found"}
