"""The services that are asked: where they are, how fast they may be asked, what they charge, and by whose
word.

A service is built only from a public document, which it names. What an operator can change of it stands in
config/enrichment.yaml (pace, price) and in the environment (keys, addresses).
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Service:
    """One service.

    `base_url` is blank where the operator has to name one. `keys` are the variables it can't be asked
    without, the secret one first, none where anybody may ask;
    `key_header` carries the secret, and where it is blank the integration puts it into the query.
    `concurrency` is how many requests may be under way at once. `usd_per_credit` is None where the price
    depends on a contract. `no_credits` are the statuses that say the account is used up, `throttled` those
    that say it is asked too fast. Codes stand in the body: `no_credits_codes` say the same under any status,
    and with a 404 `missing_codes` say that the thing asked about is unknown (without one the route is).
    `missing` are the statuses that say so alone.
    """

    name: str
    base_url: str
    keys: tuple[str, ...]
    requests_per_minute: int
    concurrency: int
    document: str
    key_header: str = ""
    usd_per_credit: float | None = None
    no_credits: tuple[int, ...] = (402,)
    throttled: tuple[int, ...] = (429,)
    no_credits_codes: frozenset[str] = frozenset()
    missing_codes: frozenset[str] = frozenset()
    missing: tuple[int, ...] = ()

    @property
    def secret(self) -> str:
        """The variable of the secret key, blank where there is none."""
        return self.keys[0] if self.keys else ""

    def headers(self, secret: str) -> dict[str, str]:
        """What carries the key."""
        if not self.key_header:
            return {}
        return {self.key_header: f"Bearer {secret}" if self.key_header == "Authorization" else secret}

    @property
    def base_url_variable(self) -> str:
        """The variable that replaces the address."""
        return f"{self.name.upper()}_BASE_URL"


# The pace is the lower one of what the service documents and what the user's own table says.
SERVICES = {
    service.name: service
    for service in (
        Service(
            "datagen",
            "https://api.datagen.dev",
            ("DATAGEN_API_KEY",),
            60,
            5,
            "https://github.com/datagendev/datagen-python-sdk (route), "
            "https://github.com/datagendev/bluente-anthony (datagen-linkedin-tools.md), "
            "https://github.com/datagendev/agent-native-prototype (scripts/integrations), all by the vendor",
            key_header="X-API-Key",
        ),
        Service(
            "apollo",
            "https://api.apollo.io/api/v1",
            ("APOLLO_API_KEY",),
            100,
            5,
            "https://docs.apollo.io/reference/people-enrichment and https://docs.apollo.io/reference/errors-1",
            key_header="X-Api-Key",
        ),
        Service(
            "clearbit",
            "https://company.clearbit.com/v2",
            ("CLEARBIT_API_KEY",),
            600,
            5,
            "https://clearbit.com/docs and https://help.clearbit.com/hc/en-us/articles/115015508588",
            key_header="Authorization",
            missing_codes=frozenset({"unknown_record"}),
        ),
        Service(
            "hunter",
            "https://api.hunter.io/v2",
            ("HUNTER_API_KEY",),
            500,
            5,
            "https://hunter.io/api-documentation/v2 and "
            "https://help.hunter.io/en/articles/1911617-how-do-credits-work-in-hunter",
            # The Starter plan's 49 dollars for 2,000 credits (https://hunter.io/pricing).
            usd_per_credit=0.0245,
            # By its document 403 is the pace, and 429 the month's credits.
            no_credits=(429,),
            throttled=(403,),
        ),
        Service(
            "crunchbase",
            "https://api.crunchbase.com/api/v4",
            ("CRUNCHBASE_API_KEY",),
            200,
            5,
            "https://data.crunchbase.com/docs/using-the-api",
            key_header="X-cb-user-key",
            usd_per_credit=0.0,
        ),
        Service(
            "builtwith",
            "https://api.builtwith.com",
            ("BUILTWITH_API_KEY",),
            300,
            5,
            "https://api.builtwith.com/domain-api, https://api.builtwith.com/llms.txt and "
            "https://api.builtwith.com/errorCodes",
            no_credits_codes=frozenset({"-3"}),
        ),
        # Public job boards. Neither document names a pace for looking; this is one a second.
        Service(
            "greenhouse",
            "https://boards-api.greenhouse.io/v1",
            (),
            60,
            2,
            "https://developers.greenhouse.io/job-board.html",
            usd_per_credit=0.0,
            missing=(404,),
        ),
        Service(
            "lever",
            "https://api.lever.co/v0",
            (),
            60,
            2,
            "https://github.com/lever/postings-api",
            usd_per_credit=0.0,
            missing=(404,),
        ),
        # Whose feed is asked the operator says, in NEWS_BASE_URL: what one permits stands in its own notice.
        Service(
            "news",
            "",
            (),
            30,
            1,
            "https://www.rssboard.org/rss-specification",
            usd_per_credit=0.0,
        ),
        Service(
            "pipe0",
            "https://api.pipe0.com",
            ("PIPE0_API_KEY",),
            60,
            2,
            "https://pipe0.com/docs/concepts and https://pipe0.com/docs/pipes/response-object",
            key_header="Authorization",
        ),
        Service(
            "aturiya",
            "https://api.aturiya.ai",
            ("ATURIYA_BEARER_TOKEN", "ATURIYA_USER_ID", "ATURIYA_AGENT_ID"),
            60,
            1,
            "https://github.com/NiharP31/Lead_Gen (clients/aturiya.py and models/lead.py), the client of the "
            "pipeline that this source replaces; the vendor publishes no reference",
            key_header="Authorization",
            usd_per_credit=0.0,
        ),
        Service(
            "llm",
            "https://api.openai.com/v1",
            ("LLM_API_KEY",),
            60,
            5,
            "https://platform.openai.com/docs/api-reference/chat/create and "
            "https://platform.openai.com/docs/guides/error-codes",
            key_header="Authorization",
        ),
    )
}

# Two that aren't asked by a request of their own: HeyReach has its client and its pace
# (extract/heyreach/client.py), and profiles are files, or pages fetched politely
# (extract/enrichment/fetcher.py).
HEYREACH, PROFILES = "heyreach", "profiles"

# What is asked of HeyReach, by its public API collection.
HEYREACH_DOCUMENT = "https://documenter.getpostman.com/view/23808049/2sA2xb5F75"

# Environment variable -> default. The settings of the whole project include them.
VARIABLES = {
    **{name: "" for service in SERVICES.values() for name in service.keys},
    "LLM_MODEL": "",
    "PIPE0_ENVIRONMENT": "production",
    "LINKEDIN_SCRAPE_RATE_LIMIT": "10",
    "LINKEDIN_PROXY_POOL": "",
    **{service.base_url_variable: service.base_url for service in SERVICES.values()},
}
