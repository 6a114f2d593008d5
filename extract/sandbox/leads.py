"""People and companies in lists and campaigns: what an operator imported, before anything was sent."""

from bisect import bisect_right
from itertools import accumulate
from random import Random
from typing import NamedTuple

from extract.sandbox import people
from extract.sandbox.clock import DAY, HOUR, MINUTE, iso
from extract.sandbox.presets import SOUND_BATCH, Batch, Campaign, Preset

FIRST_CAMPAIGN_LEAD_ID = 70_000_001
UNBOUND_LIST_ID = 60190
COMPANY_LIST_ID = 60191
COMPANY_LIST_SIZE = 40
LIST_ONLY_SHARE = 0.03
REUSED_PERSON_SHARE = 0.03
REPEATED_ROW_SHARE = 0.01

TITLES = {
    "sre": (("Site Reliability Engineer", "mid"), ("Senior SRE", "senior"), ("Junior SRE", "junior")),
    "platform": (("Platform Engineer", "mid"), ("Staff Platform Engineer", "senior")),
    "devops": (("DevOps Engineer", "mid"), ("Lead DevOps Engineer", "senior"), ("Cloud Engineer", "mid")),
    "eng_manager": (("Engineering Manager", "manager"), ("Director of Engineering", "manager")),
    "exec": (("CTO", "exec"), ("VP Engineering", "exec"), ("Chief Information Officer", "exec")),
}
KEYWORDS = {
    "sre": ("incident response, slo", "observability; on-call", "chaos engineering"),
    "platform": ("kubernetes, platform", "internal developer platform", "backstage | golden paths"),
    "devops": ("terraform, ci/cd", "gitops; argo", "devops"),
    "eng_manager": ("engineering manager, cloud", "platform lead"),
    "exec": ("cto, cloud cost", "vp engineering"),
}
REGIONS = {"na": "Boston, MA", "eu": "Leipzig, Germany", "apac": "Osaka, Japan", "unknown": ""}
INDUSTRIES = ("Software", "Fintech", "Logistics", "Healthcare", "Retail")
COMPANY_SIZES = ("1-49", "50-199", "200-999", "1000-4999", "5000+")


def company_size(number: int) -> str:
    return COMPANY_SIZES[people.scatter(number, 5, len(COMPANY_SIZES))]


def company_industry(number: int) -> str:
    return INDUSTRIES[people.scatter(number, 6, len(INDUSTRIES))]


class Person(NamedTuple):
    """One real person, however often imported. `url_kind` is profile, company_page, empty or missing."""

    number: int
    gender: str
    icp: str
    title: str
    seniority: str
    company: int
    region: str
    age: int
    is_employed: bool
    url_kind: str

    @property
    def key(self) -> str:
        return f"person-{self.number:07d}"

    @property
    def slug(self) -> str:
        return people.slug(self.number, self.gender)

    @property
    def company_size(self) -> str:
        return company_size(self.company)

    @property
    def company_industry(self) -> str:
        return company_industry(self.company)


class ImportedLead(NamedTuple):
    """One row of a list: a person with the attribution of that import; `row` is unique in the world."""

    row: int
    person: Person
    list_id: int
    added_at: int
    batch_id: str
    source: str
    source_list: str
    keywords: str
    is_enriched: bool
    has_fields: bool
    spelling: int
    lost_fields: tuple[str, ...] = ()
    # (custom field, name shown, value shown) of those that don't come back as they were meant.
    respelt: tuple[tuple[str, str, str], ...] = ()
    phone: str = ""


class CampaignLead(NamedTuple):
    """A lead in a campaign: one row of GetLeadsFromCampaign."""

    id: int
    imported: ImportedLead
    campaign_id: int
    account_id: int
    enrolled_at: int


class LeadList(NamedTuple):
    """A USER_LIST; rows in the order they were added."""

    id: int
    name: str
    campaign_ids: tuple[int, ...]
    created_at: int
    rows: list[ImportedLead]
    deleted_at: int | None = None

    def exists(self, at: int) -> bool:
        return self.created_at <= at and (self.deleted_at is None or at < self.deleted_at)


class Draw:
    """A weighted draw: `Draw({"a": 1, "b": 3})(rng)`."""

    def __init__(self, weights: dict):
        self.options = list(weights)
        self.bounds = list(accumulate(weights.values()))

    def __call__(self, rng: Random):
        return self.options[
            bisect_right(self.bounds, rng.random() * self.bounds[-1], hi=len(self.options) - 1)
        ]


# What an unsound batch holds instead of profile URLs: mostly the page of a company.
INVALID_URL_KINDS = ("company_page", "empty")
_draw_url_kind = Draw({"profile": 0.987, "company_page": 0.006, "empty": 0.003, "missing": 0.004})
_draw_region = Draw({"na": 0.4, "eu": 0.4, "apac": 0.12, "unknown": 0.08})
_draw_spelling = Draw({0: 60, 1: 14, 2: 4, 3: 6, 4: 4, 5: 5, 6: 5, 7: 2})


class Importer:
    """Fills the lists and campaigns of a workspace, numbering people, rows and campaign leads."""

    def __init__(self, preset: Preset, rng: Random):
        self.preset = preset
        self.rng = rng
        self.companies = max(40, preset.leads // 8)
        self.people: list[Person] = []
        self.rows = 0
        self.enrolled: list[tuple[int, ImportedLead, int, int]] = []
        self.first_account: dict[int, int] = {}

    def run(self) -> tuple[dict[int, LeadList], list[CampaignLead]]:
        """The lists by id, and the campaign leads in the order of enrolment and of their ids."""
        lists = [self._campaign_list(campaign) for campaign in self.preset.campaigns]
        lists.append(self._unbound_list())
        self.enrolled.sort(key=lambda item: (item[0], item[1].row))
        leads = [
            CampaignLead(FIRST_CAMPAIGN_LEAD_ID + index, row, campaign_id, account_id, enrolled_at)
            for index, (enrolled_at, row, campaign_id, account_id) in enumerate(self.enrolled)
        ]
        return {lead_list.id: lead_list for lead_list in lists}, leads

    def _campaign_list(self, campaign: Campaign) -> LeadList:
        """The campaign's own list, batch by batch; most of its rows are enrolled soon after."""
        rng = self.rng
        draw_icp, draw_source = Draw(campaign.icp_mix), Draw(campaign.source_mix)
        draw_sender = Draw(campaign.sender_weights)
        slug = campaign.list_name.lower().replace(" ", "-")
        strangers = len(self.people)
        reused: set[int] = set()
        rows: list[ImportedLead] = []
        batches = len(campaign.batch_times)
        wanted = round(self.preset.leads * campaign.share / (1 - LIST_ONLY_SHARE))
        for batch, batch_time in enumerate(campaign.batch_times):
            batch_id = f"{iso(batch_time, 0)[:10].replace('-', '')}-{campaign.id}"
            flaws = campaign.batch(batch)
            for number in range(wanted * (batch + 1) // batches - wanted * batch // batches):
                person = self._known_person(strangers, reused, flaws) or self._new_person(
                    draw_icp(rng), flaws
                )
                source = draw_source(rng)
                added_at = batch_time + int(rng.random() * 15 * MINUTE)
                is_lost = _is_share(number, flaws.lost_share)
                has_fields = not (is_lost and flaws.lost_fields is None)
                attribution = (batch_id, source, f"{source}-{slug}-{batch + 1}", has_fields)
                row = self._row(person, campaign.list_id, added_at, *attribution)
                if is_lost and flaws.lost_fields:
                    row = row._replace(lost_fields=flaws.lost_fields)
                rows.append(row)
                if rng.random() < max(REPEATED_ROW_SHARE, flaws.repeated_share):
                    again = added_at + int((1 + rng.random()) * HOUR)
                    rows.append(self._row(person, campaign.list_id, again, *attribution))
                self._enrol(row, campaign, draw_sender, is_reused=person.number in reused)
        rows.sort(key=lambda row: row.added_at)
        return LeadList(campaign.list_id, campaign.list_name, (campaign.id,), campaign.created_at, rows)

    def _unbound_list(self) -> LeadList:
        """A list no campaign uses: mostly people of other lists, one of them under six spellings."""
        rng = self.rng
        created_at = min(campaign.created_at for campaign in self.preset.campaigns)
        attribution = ("legacy-crm", "search", "crm-export", True)
        known = len(self.people)
        rows = []
        for index in range(min(2_000, self.preset.leads // 16)):
            is_known = rng.random() < 0.7
            person = self.people[int(rng.random() * known)] if is_known else self._new_person("devops")
            rows.append(self._row(person, UNBOUND_LIST_ID, created_at + index * MINUTE, *attribution))
        often = next(
            person for person in self.people if person.slug.isascii() and not person.slug.startswith("ACoAA")
        )
        for spelling in range(6):
            added_at = created_at + DAY + spelling * HOUR
            row = self._row(often, UNBOUND_LIST_ID, added_at, *attribution)
            rows.append(row._replace(spelling=spelling))
        rows.sort(key=lambda row: row.added_at)
        return LeadList(UNBOUND_LIST_ID, "Old CRM export", (), created_at, rows)

    def _known_person(self, strangers: int, reused: set[int], flaws: Batch) -> Person | None:
        """Now and then someone an earlier campaign already has; never the same one twice in a campaign."""
        share = REUSED_PERSON_SHARE if flaws.known_share is None else flaws.known_share
        if not strangers or self.rng.random() >= share:
            return None
        person = self.people[int(self.rng.random() * strangers)]
        if person.number in reused:
            return None
        reused.add(person.number)
        return person

    def _new_person(self, icp: str, flaws: Batch = SOUND_BATCH) -> Person:
        rng = self.rng
        titles = TITLES[icp]
        title, seniority = titles[int(rng.random() * len(titles))]
        person = Person(
            number=len(self.people),
            gender="female" if rng.random() < 0.35 else "male",
            icp=icp,
            title=title,
            seniority=seniority,
            company=int(rng.random() * self.companies),
            region=_draw_region(rng),
            age=23 + int(rng.random() * 34),
            is_employed=rng.random() < 0.93,
            url_kind=_draw_url_kind(rng),
        )
        if _is_share(person.number, flaws.invalid_share):
            person = person._replace(url_kind=INVALID_URL_KINDS[person.number % 3 == 0])
        self.people.append(person)
        return person

    def _row(
        self,
        person: Person,
        list_id: int,
        added_at: int,
        batch_id: str,
        source: str,
        source_list: str,
        has_fields: bool,
    ) -> ImportedLead:
        rng = self.rng
        keywords = KEYWORDS[person.icp]
        self.rows += 1
        return ImportedLead(
            row=self.rows,
            person=person,
            list_id=list_id,
            added_at=added_at,
            batch_id=batch_id,
            source=source,
            source_list=source_list,
            keywords=keywords[int(rng.random() * len(keywords))],
            is_enriched=rng.random() < 0.4,
            has_fields=has_fields,
            spelling=_draw_spelling(rng),
            phone=people.phone(person.number, self.preset.phone_share),
        )

    def _enrol(self, row: ImportedLead, campaign: Campaign, draw_sender: Draw, is_reused: bool) -> None:
        rng = self.rng
        person = row.person
        if campaign.started_at is None or person.url_kind == "missing" or rng.random() < LIST_ONLY_SHARE:
            return
        account_id = draw_sender(rng)
        earlier = self.first_account.setdefault(person.number, account_id)
        others = [other for other in campaign.sender_weights if other != earlier]
        if is_reused and account_id == earlier and others:
            account_id = others[0]
        enrolled_at = max(row.added_at, campaign.started_at) + int((1 + rng.random() * 39) * MINUTE)
        self.enrolled.append((enrolled_at, row, campaign.id, account_id))


def _is_share(number: int, share: float) -> bool:
    """Whether this one belongs to a share of all; costs no draw, so that sound batches stay as they are."""
    return people.scatter(number, 8, 1_000) < 1_000 * share


def imported_fields(imported: ImportedLead) -> dict[str, str]:
    """The custom fields as imported; absent ones are simply not there."""
    if not imported.has_fields:
        return {}
    person = imported.person
    fields = {
        "source": imported.source,
        "source_list": imported.source_list,
        "keywords": imported.keywords if imported.row % 10 else None,
        "icp": person.icp,
        "batch_id": imported.batch_id,
        "enrichment_level": "enriched" if imported.is_enriched else "raw",
        "company_region": person.region,
        "title": person.title,
        "company_name": people.company_name(person.company),
        "company_size": person.company_size if imported.row % 17 else "",
        "company_industry": person.company_industry,
        "phone": imported.phone or None,
    }
    if imported.is_enriched:
        fields |= {
            "is_employed": "true" if person.is_employed else "false",
            "estimated_age": str(person.age),
            "gender": person.gender if imported.row % 8 else "unknown",
        }
    lost = imported.lost_fields
    fields = {name: value for name, value in fields.items() if value is not None and name not in lost}
    if imported.respelt:
        respelt = {name: (shown, value) for name, shown, value in imported.respelt}
        fields = dict(respelt.get(name, (name, value)) for name, value in fields.items())
    return fields
