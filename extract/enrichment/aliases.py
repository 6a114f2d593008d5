"""Other names for what can be asked and what it yields: those of the documents this was built from."""

from extract.enrichment.config import PIPES

# Another name, in small letters -> the integration that is meant. pipe0's pipes go by their own names, too.
INTEGRATION_ALIASES = {
    "linkedin_claude_mentions": "linkedin_keyword_mentions",
    "apollo_enrich": "apollo",
    "clearbit_enrich": "clearbit",
    "apollo.io": "apollo",
    "hunter.io": "hunter",
    **{pipe: f"pipe0_{name}" for name, pipe in PIPES.items()},
}

# Another name -> the field that is meant.
FIELD_ALIASES = {
    "current_company": "company_name",
    "organization": "company_name",
    "designation": "title",
    "website": "company_domain",
    "claude_mentions_count": "mention_count",
    "claude_mention_urls": "mention_urls",
    "first_claude_mention_date": "first_mention_date",
    "description": "company_description",
    "industry": "company_industry",
    "headcount": "company_size",
    "region": "company_region",
    "tech_stack": "technologies",
    "total_funding": "funding_total_usd",
    "news_summary": "company_news_summary",
    "linkedin_posts": "posts",
    "first_contact_date": "first_campaign_at",
}
