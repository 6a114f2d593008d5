"""A sandbox without sockets, over a world with the twists asked for."""

from datetime import datetime

import orjson

from extract.sandbox import DEMO_END, DEMO_START, clock
from extract.sandbox.api import API_KEY, BASE_PATH, SandboxApi
from extract.sandbox.clock import to_ticks
from extract.sandbox.world import World

LEADS, STATS = "campaign/GetLeadsFromCampaign", "stats/GetOverallStats"


class Desk:
    """A sandbox without sockets over a world of 600 leads; the clock stands at the end of the demo."""

    def __init__(self, *twists: str | dict, leads: int | None = 600):
        self.world = World.generate("boutique", 7, leads, start=DEMO_START, twists=twists)
        self.api = SandboxApi(self.world, now=DEMO_END)

    def at(self, moment: datetime) -> "Desk":
        self.api.set_clock(to_ticks(moment))
        return self

    def post(self, route: str, **body):
        return self.api.handle("POST", BASE_PATH + route, "", API_KEY, orjson.dumps(body))

    def get(self, route: str, query: str):
        return self.api.handle("GET", BASE_PATH + route, query, API_KEY, b"")

    def rows(self, route: str, limit: int = 100, **body) -> list[dict]:
        items: list[dict] = []
        while True:
            page = orjson.loads(self.post(route, offset=len(items), limit=limit, **body).body)
            items += page["items"]
            if not page["items"] or len(items) >= page["totalCount"]:
                return items

    def leads(self) -> dict[int, dict]:
        campaigns = self.rows("campaign/GetAll")
        return {
            row["id"]: row for campaign in campaigns for row in self.rows(LEADS, campaignId=campaign["id"])
        }

    def truth(self) -> dict:
        return self.world.truth(clock.to_datetime(self.api.now))

    def true_leads(self) -> dict[int, dict]:
        return {lead["campaign_lead_id"]: lead for lead in self.truth()["leads"]}

    def counts(self, *campaigns: int) -> dict:
        answer = orjson.loads(self.post(STATS, accountIds=[], campaignIds=list(campaigns)).body)
        return answer["overallStats"]

    def did(self, name: str) -> dict:
        return self.truth()["twists"][name]
