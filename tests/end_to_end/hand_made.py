"""A HeyReach at the network's edge whose rows a test sets by hand: who is asked, accepts, is moved, and when.

A test tells the whole story first, as moments at which something happens. `pulled` then walks through the
moments of its pulls, lets happen what is due, and pulls over real HTTP; the real commands do the rest.
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from extract import raw
from extract.heyreach.client import HeyReachClient
from extract.heyreach.observing import KnownStates
from extract.heyreach.pull import run_pull
from extract.http.pacing import Pacer
from extract.raw.landing import Landing, finished_folders
from extract.raw.load import load
from tests.conftest import Workspace
from tests.end_to_end.hand_made_rows import (
    Campaign,
    Lead,
    campaign_row,
    lead_row,
    list_row,
    member_row,
    page,
    sender_row,
    sequence,
)
from tests.extract.heyreach.scripted_server import Reply, Request, ScriptedServer

KEY = "SENTINEL-KEY-by-hand"


class HandMade:
    """The workspace. `counts` are HeyReach's own by sender, campaign and UTC day: [sent, accepted].

    `ahead` is by how much the Date of its answers is ahead of the true time. `senders` maps ids to names,
    `lists` a list's id to its members' custom fields by slug.
    """

    def __init__(self, senders: dict[int, str], begins: datetime):
        self.senders = senders
        self.now = begins
        self.ahead = timedelta(0)
        self.campaigns: dict[int, Campaign] = {}
        self.lists: dict[int, dict[str, dict[str, str]]] = {}
        self.counts: dict[tuple[int, int, date], list[int]] = defaultdict(lambda: [0, 0])
        self.people: list[Lead] = []
        self._due: list[tuple[datetime, int, Callable[[], None]]] = []

    # What a story consists of.

    def campaign(
        self, number: int, name: str, senders: list[int], appears: datetime | None = None, **fields: object
    ) -> Campaign:
        """A campaign, created the day before the first pull; before it `appears` nothing tells of it."""
        fields = {"list_id": number + 20000, "created_at": self.now - timedelta(days=1)} | fields
        campaign = Campaign(number, name, senders, **fields)
        self.when(appears or self.now, lambda: self.campaigns.update({number: campaign}))
        return campaign

    def lead(
        self, campaign: Campaign, slug: str, sender: int, enters: datetime | None = None, **fields: str
    ) -> Lead:
        """A lead that is put into the campaign, and with `fields` into the list it has then."""
        enters = enters or campaign.created_at
        person = Lead(40_000_000 + len(self.people), campaign.id, slug, sender, enters)
        self.people.append(person)

        def enter() -> None:
            campaign.leads[person.id] = person
            if fields:
                self.lists.setdefault(campaign.list_id, {})[slug] = fields

        self.when(enters, enter)
        return person

    def ask(self, lead: Lead, at: datetime, accepts: datetime | None = None) -> None:
        """Send a request, which HeyReach counts on its UTC day; `accepts` as `accept`."""
        lead.asked_at = at
        self.when(at, lambda: self._act(lead, at, 0, status="InSequence", connection="ConnectionSent"))
        if accepts:
            lead.accepted_at = accepts
            self.when(accepts, lambda: self._act(lead, accepts, 1, connection="ConnectionAccepted"))

    def show(self, lead: Lead, at: datetime, **states: object) -> None:
        """Let the row show something that nobody did a counted thing for."""
        self.when(at, lambda: self._act(lead, at, None, **states))

    def remove(self, lead: Lead, at: datetime) -> None:
        self.when(at, lambda: self.campaigns[lead.campaign_id].leads.pop(lead.id))

    def delete(self, campaign: Campaign, at: datetime) -> None:
        """Delete a campaign: its counts are told for ever, its leads no more."""
        self.when(at, lambda: setattr(campaign, "is_deleted", True))

    def when(self, at: datetime, do: Callable[[], None]) -> None:
        self._due.append((at, len(self._due), do))

    def _act(self, lead: Lead, at: datetime, counted: int | None, **states: object) -> None:
        vars(lead).update(states, last_action_at=at)
        if counted is not None:
            self.counts[lead.sender, lead.campaign_id, at.date()][counted] += 1

    # What HeyReach answers.

    def _let_happen(self, until: datetime) -> None:
        self._due.sort(key=lambda each: each[:2])
        while self._due and self._due[0][0] <= until:
            self._due.pop(0)[2]()
        self.now = until

    def answer(self, request: Request) -> Reply:
        parts = urlsplit(request.path)
        query = {name: int(values[0]) for name, values in parse_qs(parts.query).items()}
        body = request.body or query
        match parts.path.partition("/")[2]:
            case "GetAll" if parts.path.startswith("li_account"):
                found = page(body, [sender_row(number, name) for number, name in self.senders.items()])
            case "GetAll" if parts.path.startswith("campaign"):
                found = page(
                    body, [campaign_row(each) for each in self.campaigns.values() if not each.is_deleted]
                )
            case "GetAll":
                found = page(body, [list_row(each) for each in self.lists if body["listType"] == "USER_LIST"])
            case "GetLeadsFromCampaign":
                leads = self.campaigns[body["campaignId"]].leads.values()
                found = page(body, [lead_row(lead) for lead in leads])
            case "GetLeadsFromList":
                members = self.lists.get(body["listId"], {})
                found = page(body, [member_row(slug, fields) for slug, fields in members.items()])
            case "GetCampaignSequence":
                found = sequence(self.campaigns[body["campaignId"]])
            case "GetOverallStatsByCampaign":
                found = self._stats(*body["accountIds"], body["startDate"][:10])
            case "CheckApiKey":
                found = {}
            case _:
                return Reply(b"", status=404, date=self._date())
        return Reply(b"" if found is None else found, date=self._date())

    def _date(self) -> str:
        return format_datetime(self.now + self.ahead, usegmt=True)

    def _stats(self, sender: int, since: str) -> dict:
        days: dict[str, list[dict]] = defaultdict(list)
        for (account, campaign, day), (sent, accepted) in self.counts.items():
            if account == sender and campaign in self.campaigns and str(day) >= since:
                row = {"campaignId": campaign, "connectionsSent": sent, "connectionsAccepted": accepted}
                days[f"{day}T00:00:00Z"].append(row)
        return {"byDayStats": days, "overallStats": []}

    # How it is pulled.

    def pulled(self, workspace: Workspace, base_url: str, moments: Iterable[tuple[datetime, str]]) -> None:
        """Pull at each moment, by its kind, in one landing, and load it all."""
        raw_path, landings = workspace.data_dir / "raw.duckdb", workspace.data_dir / "landing"
        raw.initialize(raw_path)
        known = KnownStates(raw_path)
        pacer = Pacer(0, KEY, workspace.data_dir / "pacing")
        with HeyReachClient(base_url, KEY, pacer) as client, Landing(landings) as landing:
            for moment, kind in moments:
                self._let_happen(moment)
                run_pull(client, landing, known, base_url=base_url, origin=None, kind=kind)
        load(finished_folders(landings)[-1:], raw_path)

    def served(self) -> ScriptedServer:
        return ScriptedServer(self.answer)


def workspace_of(data_dir: Path, base_url: str, senders: dict[int, str]) -> Workspace:
    """A workspace that pulls from there, and whose account file describes every sender."""
    data_dir.mkdir(parents=True, exist_ok=True)
    accounts = [
        {"account_id": str(number), "label": name, "type": "real_personal", "gender": "female"}
        | {"job_title": "Engineer", "seniority": "mid", "industry": "tech", "location": "Lyon"}
        for number, name in senders.items()
    ]
    path = data_dir / "accounts.yaml"
    path.write_text(json.dumps({"accounts": accounts}))
    return Workspace(
        data_dir,
        {
            "HEYREACH_API_KEY": KEY,
            "HEYREACH_BASE_URL": base_url,
            "HEYREACH_REQUESTS_PER_MINUTE": "0",
            "ACCOUNT_METADATA_PATH": str(path),
        },
    )
