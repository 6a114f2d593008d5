from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from threading import Thread
from time import sleep
from types import SimpleNamespace

import httpx
import pytest

from extract.sandbox import DEMO_END, DEMO_SEED, DEMO_START, clock, people
from extract.sandbox.api import API_KEY, SandboxApi
from extract.sandbox.server import SandboxServer
from extract.sandbox.world import World

ADD = "campaign/AddLeadsToCampaignV2"
STOP = "campaign/StopLeadInCampaign"
ADD_TO_LIST = "list/AddLeadsToListV2"
LEADS = "campaign/GetLeadsFromCampaign"
LIST_LEADS = "list/GetLeadsFromList"
STATS = "stats/GetOverallStats"
RUNNING, FINISHED, PAUSED, DRAFT = 40101, 40105, 40106, 40107
SENDER = 50105
LIST, UNBOUND_LIST, COMPANY_LIST = 60101, 60190, 60191
FIELDS = {"source": "clay", "icp": "sre"}


def lead(slug: str = "sam-sample", fields: dict | None = FIELDS, **changes) -> dict:
    supplied = {
        "firstName": "Sam",
        "lastName": "Sample",
        "profileUrl": f"https://www.linkedin.com/in/{slug}/",
        "companyName": "ACME",
    }
    if fields is not None:
        supplied["customUserFields"] = [{"name": name, "value": value} for name, value in fields.items()]
    return supplied | changes


def leads(count: int) -> list[dict]:
    return [lead(f"sam-sample-{number}") for number in range(count)]


def counters(added: int = 0, updated: int = 0, failed: int = 0) -> dict:
    return {"addedLeadsCount": added, "updatedLeadsCount": updated, "failedLeadsCount": failed}


@pytest.fixture
def serve(world) -> Iterator[Callable]:
    """Serve a fresh API over the demo's world, so that no test sees another one's writes."""
    servers = []

    def start(other: World | None = None, **options) -> SimpleNamespace:
        server = SandboxServer(SandboxApi(other or world, now=DEMO_END, **options))
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        client = httpx.Client(base_url=server.base_url, headers={"X-API-KEY": API_KEY}, trust_env=False)
        servers.append((server, client))
        control = f"{server.url}/sandbox/"

        def add(*supplied: dict, campaign: int = RUNNING, account: int | None = None, **body):
            pairs = [{"lead": one} | ({"linkedInAccountId": account} if account else {}) for one in supplied]
            return client.post(ADD, json={"campaignId": campaign, "accountLeadPairs": pairs} | body)

        def rows(route: str, **body) -> list[dict]:
            items: list[dict] = []
            while True:
                page = client.post(route, json={"offset": len(items), "limit": 100} | body).json()
                items += page["items"]
                if len(items) >= page["totalCount"]:
                    return items

        def listed(slug: str, list_id: int = LIST) -> list[dict]:
            """The custom fields of each list row with this slug in its URL."""
            return [
                {field["name"]: field["value"] for field in row["customFields"]}
                for row in rows(LIST_LEADS, listId=list_id)
                if f"/in/{slug}/" in (row["profileUrl"] or "")
            ]

        return SimpleNamespace(
            client=client,
            add=add,
            stop=lambda number, **lead: client.post(STOP, json={"campaignId": number} | lead),
            rows=rows,
            listed=listed,
            enrolled=lambda slug, campaign=RUNNING: [
                row
                for row in rows(LEADS, campaignId=campaign)
                if f"/in/{slug}" in (row["linkedInUserProfile"]["profileUrl"] or "")
            ],
            campaign=lambda number: client.get("campaign/GetById", params={"campaignId": number}).json(),
            imports=lambda: client.get(control + "truth").json()["imports"],
            truth=lambda: client.get(control + "truth").json(),
            set_faults=lambda *faults: client.post(control + "faults", json={"faults": list(faults)}),
            set_clock=lambda now: client.post(control + "clock", json={"now": now.isoformat()}),
        )

    yield start
    for server, client in servers:
        client.close()
        server.shutdown()
        server.server_close()


@pytest.fixture
def api(serve) -> SimpleNamespace:
    return serve()


def test_a_new_lead_goes_into_the_bound_list_and_is_enrolled_with_its_sender(api):
    before = len(api.rows(LEADS, campaignId=RUNNING)), len(api.rows(LIST_LEADS, listId=LIST))
    answer = api.add(lead(), account=SENDER)
    assert (answer.status_code, answer.json()) == (200, counters(added=1))
    assert api.listed("sam-sample") == [FIELDS]
    (row,) = api.enrolled("sam-sample")
    assert row == api.rows(LEADS, campaignId=RUNNING)[-1]
    assert (row["leadCampaignStatus"], row["leadConnectionStatus"]) == ("Pending", "None")
    assert row["linkedInSenderId"] in (SENDER, None)
    assert row["linkedInUserProfile"]["profileUrl"] == "https://www.linkedin.com/in/sam-sample/"
    assert row["linkedInUserProfile"]["companyName"] == "ACME"
    after = len(api.rows(LEADS, campaignId=RUNNING)), len(api.rows(LIST_LEADS, listId=LIST))
    assert after == (before[0] + 1, before[1] + 1)
    assert api.campaign(RUNNING)["progressStats"]["totalUsers"] == after[0]
    lists = {row["id"]: row["totalItemsCount"] for row in api.rows("list/GetAll")}
    assert lists[LIST] == after[1]


def test_added_rows_have_the_keys_of_invented_ones(api):
    api.add(lead())
    for route, body in ((LEADS, {"campaignId": RUNNING}), (LIST_LEADS, {"listId": LIST})):
        rows = api.rows(route, **body)
        assert list(rows[-1]) == list(rows[0])
    rows = api.rows(LEADS, campaignId=RUNNING)
    assert list(rows[-1]["linkedInUserProfile"]) == list(rows[0]["linkedInUserProfile"])


def test_added_leads_stand_between_what_came_before_and_after_them(api):
    def ids() -> list[int]:
        return [row["id"] for row in api.rows(LEADS, campaignId=RUNNING)]

    api.set_clock(DEMO_END - timedelta(weeks=3))
    early = ids()
    api.set_clock(DEMO_END)
    invented = ids()
    api.set_clock(DEMO_END - timedelta(weeks=3))
    api.add(*leads(10))
    api.set_clock(DEMO_END)
    added = list(range(80_000_001, 80_000_011))
    assert 0 < len(early) < len(invented)
    assert ids() == invented[: len(early)] + added + invented[len(early) :]
    added_rows = [row for row in api.rows(LIST_LEADS, listId=LIST) if row["companyName"] == "ACME"]
    assert [row["tags"] for row in added_rows] == [[]] * 10


def test_without_a_sender_one_of_the_campaign_is_picked(api):
    api.add(*leads(30))
    picked = {entry["account_id"] for entry in api.imports()}
    assert picked <= set(api.campaign(RUNNING)["campaignAccountIds"])
    assert len(picked) > 1


def test_a_second_add_is_an_update_in_every_spelling(api):
    assert api.add(lead()).json() == counters(added=1)
    for spell in people.SPELLINGS:
        assert api.add(lead(profileUrl=spell("sam-sample"))).json() == counters(updated=1)
    assert len(api.listed("sam-sample")) == len(api.enrolled("sam-sample")) == 1
    (entry,) = api.imports()
    assert (entry["applied"], entry["result"]) == (1 + len(people.SPELLINGS), "added")


def test_a_person_of_the_list_is_updated_and_not_enrolled_again(api, world):
    known = next(
        row
        for row in world.leads
        if row.campaign_id == RUNNING
        and row.imported.person.url_kind == "profile"
        and row.imported.has_fields
    ).imported.person
    enrolled = len(api.rows(LEADS, campaignId=RUNNING))
    url = people.canonical_url(known.slug)
    assert api.add(lead(profileUrl=url, fields={"wave": "3"})).json() == counters(updated=1)
    assert len(api.rows(LEADS, campaignId=RUNNING)) == enrolled
    (entry,) = api.imports()
    assert entry["campaign_lead_id"] is None
    assert entry["fields"]["wave"] == "3"
    assert entry["fields"]["icp"] == known.icp
    shown = [
        row
        for row in api.rows(LIST_LEADS, listId=LIST)
        if {"name": "wave", "value": "3"} in row["customFields"]
    ]
    assert shown
    assert {people.profile_key(row["profileUrl"]) for row in shown} == {entry["profile_key"]}


@pytest.mark.parametrize(
    ("field_updates", "again", "expected"),
    [
        ("merge", {"icp": "exec", "wave": "2"}, {"source": "clay", "icp": "exec", "wave": "2"}),
        ("replace", {"icp": "exec", "wave": "2"}, {"icp": "exec", "wave": "2"}),
        ("merge", None, FIELDS),
        ("replace", None, FIELDS),
        ("merge", {}, FIELDS),
        ("replace", {}, {}),
    ],
)
def test_custom_fields_are_merged_or_replaced(serve, field_updates, again, expected):
    api = serve(field_updates=field_updates)
    api.add(lead())
    api.add(lead(fields=again))
    assert api.listed("sam-sample") == [expected]
    assert api.imports()[0]["fields"] == expected


@pytest.mark.parametrize(
    "changes",
    [
        {"firstName": None},
        {"lastName": ""},
        {"lastName": "  "},
        {"profileUrl": None},
        {"profileUrl": None, "linkedInUrl": "https://www.linkedin.com/in/sam-sample"},
    ],
)
def test_incomplete_leads_vanish_without_a_trace(api, changes):
    answer = api.add(lead(**changes))
    assert (answer.status_code, answer.json()) == (200, counters())
    assert api.imports() == []


def test_fields_and_names_beside_the_lead_are_not_seen(api):
    fields = [{"name": "source", "value": "clay"}]
    beside = {
        "campaignId": RUNNING,
        "accountLeadPairs": [{"lead": lead(fields=None), "customUserFields": fields}],
    }
    assert api.client.post(ADD, json=beside).json() == counters(added=1)
    assert api.listed("sam-sample") == [{}]
    flat = {"campaignId": RUNNING, "accountLeadPairs": [lead("flat")]}
    assert api.client.post(ADD, json=flat).json() == counters()


def test_repeats_in_a_call_are_dropped_and_not_counted(api):
    again = lead(profileUrl="https://uk.linkedin.com/in/Sam-Sample?trk=x", fields={"source": "hr"})
    assert api.add(lead(), lead("other"), again).json() == counters(added=2)
    assert api.listed("sam-sample") == [FIELDS]


def test_a_wrong_url_or_a_foreign_sender_counts_as_failed(api):
    company = lead(profileUrl="https://www.linkedin.com/company/acme")
    assert api.add(company, lead()).json() == counters(added=1, failed=1)
    assert api.add(lead("other"), account=50103).json() == counters(failed=1)
    assert [entry["profile_key"] for entry in api.imports()] == ["linkedin.com/in/sam-sample"]


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({"accountLeadPairs": [{"lead": row} for row in leads(101)]}, "AccountLeadPairs"),
        ({"accountLeadPairs": None}, "AccountLeadPairs"),
        ({"campaignId": "40101"}, "CampaignId"),
        ({"accountLeadPairs": [{"lead": "Sam"}]}, "Lead"),
        ({"accountLeadPairs": [{"linkedInAccountId": "50105", "lead": lead()}]}, "LinkedInAccountId"),
        ({"accountLeadPairs": [{"lead": lead(fields={"age": 31})}]}, "Value"),
        ({"resumePausedCampaign": "yes"}, "ResumePausedCampaign"),
    ],
)
def test_malformed_calls_are_refused_as_a_whole(api, body, text):
    answer = api.client.post(ADD, json={"campaignId": RUNNING, "accountLeadPairs": [{"lead": lead()}]} | body)
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == [text]
    assert api.imports() == []


def test_a_hundred_leads_are_accepted(api):
    assert api.add(*leads(100)).json() == counters(added=100)


@pytest.mark.parametrize("name", ["company size", "icp-2", "größe", ""])
def test_one_bad_field_name_refuses_the_whole_call(api, name):
    answer = api.add(lead("good"), lead(fields={name: "x"}))
    assert answer.status_code == 400
    assert list(answer.json()) == ["errorMessage"]
    assert api.imports() == []


def test_a_draft_and_an_unknown_campaign_refuse_leads(api):
    draft = api.add(lead(), campaign=DRAFT)
    assert draft.status_code == 400
    assert draft.json() == {"errorMessage": "You cannot add new leads to a draft campaign."}
    assert api.add(lead(), campaign=1).status_code == 404
    assert api.imports() == []


@pytest.mark.parametrize(
    ("campaign", "flags", "status"),
    [
        (PAUSED, {}, "PAUSED"),
        (PAUSED, {"resumeFinishedCampaign": True}, "PAUSED"),
        (PAUSED, {"resumePausedCampaign": True}, "IN_PROGRESS"),
        (FINISHED, {"resumeFinishedCampaign": False, "resumePausedCampaign": True}, "FINISHED"),
        (FINISHED, {"resumeFinishedCampaign": True}, "IN_PROGRESS"),
    ],
)
def test_only_a_true_flag_wakes_a_campaign_and_only_then_leads_progress(api, campaign, flags, status):
    api.add(*leads(20), campaign=campaign, **flags)
    assert api.campaign(campaign)["status"] == status
    api.set_clock(DEMO_END + timedelta(days=30))
    has_sent = any(entry["sent_at"] for entry in api.imports())
    assert has_sent == (status == "IN_PROGRESS")


def test_pause_and_resume_take_the_id_from_the_query_and_answer_nothing(api):
    def change(route: str, campaign: int) -> httpx.Response:
        return api.client.post(route, params={"campaignId": campaign})

    resume_refusal = {
        "errorMessage": "The campaign you are trying to resume is not paused, finished or failed."
    }
    refused = change("campaign/Resume", RUNNING)
    assert (refused.status_code, refused.json()) == (400, resume_refusal)
    paused = change("campaign/Pause", RUNNING)
    assert (paused.status_code, paused.content) == (200, b"")
    assert api.campaign(RUNNING)["status"] == "PAUSED"
    refused = change("campaign/Pause", RUNNING)
    assert refused.status_code == 400
    assert refused.json() == {"errorMessage": "You cannot pause an inactive campaign."}
    resumed = change("campaign/Resume", RUNNING)
    assert (resumed.status_code, resumed.content) == (200, b"")
    assert api.campaign(RUNNING)["status"] == "IN_PROGRESS"
    assert change("campaign/Resume", 1).status_code == 404
    assert api.client.post("campaign/Pause", json={"campaignId": RUNNING}).status_code == 400


def test_pausing_holds_added_leads_back_until_the_campaign_is_resumed(api):
    api.add(*leads(10))
    api.client.post("campaign/Pause", params={"campaignId": RUNNING})
    later = DEMO_END + timedelta(days=20)
    api.set_clock(later)
    assert {row["leadCampaignStatus"] for row in api.enrolled("sam-sample")} == {"Pending"}
    api.client.post("campaign/Resume", params={"campaignId": RUNNING})
    api.set_clock(later + timedelta(days=20))
    sent = [entry["sent_at"] for entry in api.imports() if entry["sent_at"]]
    assert sent
    assert min(sent) > clock.iso(clock.to_ticks(later))


def test_leads_that_wait_in_a_paused_campaign_are_asked_once_it_is_resumed_but_who_was_stopped(api):
    waiting = [row for row in api.rows(LEADS, campaignId=PAUSED) if row["leadCampaignStatus"] == "Pending"]
    known = [row for row in waiting if row["linkedInUserProfile"]["profileUrl"]]
    stopped, asked = known[:3], [row["id"] for row in known[3:]]
    for row in stopped:
        answer = api.stop(PAUSED, leadUrl=row["linkedInUserProfile"]["profileUrl"])
        assert (answer.status_code, answer.content) == (200, b"")
    rows = {row["id"]: row for row in api.rows(LEADS, campaignId=PAUSED)}
    assert {rows[row["id"]]["leadCampaignStatus"] for row in stopped} == {"Paused"}
    assert api.campaign(PAUSED)["progressStats"]["totalUsersManuallyStopped"] == 3
    api.client.post("campaign/Resume", params={"campaignId": PAUSED})
    api.set_clock(DEMO_END + timedelta(days=60))
    truth = api.truth()
    assert {stop["campaign_lead_id"] for stop in truth["stops"]} == {row["id"] for row in stopped}
    sent = {lead["campaign_lead_id"] for lead in truth["leads"] if (lead["sent_at"] or "") > "2026-02-09"}
    assert len(sent & set(asked)) > 0.5 * len(asked)
    assert not sent & {row["id"] for row in stopped}
    days = api.client.post(STATS, json={"accountIds": [], "campaignIds": [PAUSED]}).json()["byDayStats"]
    assert sum(day["connectionsSent"] for at, day in days.items() if at > "2026-02-09") == len(sent)


def test_what_heyreach_says_of_a_lead_that_can_not_be_stopped(api, serve):
    (row,) = api.rows(LEADS, campaignId=PAUSED)[-1:]
    url = row["linkedInUserProfile"]["profileUrl"]
    assert api.stop(1, leadUrl=url).status_code == 404
    absent = api.stop(PAUSED, leadUrl="https://www.linkedin.com/in/nobody-here")
    text = "The lead is not present in the campaign you are trying to modify"
    assert (absent.status_code, absent.json()) == (404, {"errorMessage": text})
    # By the id that stands for a person, where no link is given; once.
    by_id = {"leadMemberId": row["linkedInUserProfile"]["linkedin_id"], "leadUrl": None}
    assert api.stop(PAUSED, **by_id).status_code == 200
    again = api.stop(PAUSED, **by_id)
    text = "Cannot perform the action because the workflow is in FAILED state."
    assert (again.status_code, again.json()) == (400, {"errorMessage": text})
    twists = ["refuses_stops_while_paused"]
    strict = serve(World.generate("boutique", DEMO_SEED, 150, start=DEMO_START, twists=twists))
    url = strict.rows(LEADS, campaignId=PAUSED)[-1]["linkedInUserProfile"]["profileUrl"]
    refused = strict.stop(PAUSED, leadUrl=url)
    assert refused.json() == {"errorMessage": text.replace("FAILED", "PAUSED")}


def test_a_campaign_resumed_with_nobody_left_falls_back_a_second_later(serve):
    api = serve(World.generate("boutique", DEMO_SEED, 150, start=DEMO_START))
    for row in api.rows(LEADS, campaignId=PAUSED):
        if row["leadCampaignStatus"] in ("Pending", "InSequence"):
            shown = row["linkedInUserProfile"]
            api.stop(PAUSED, leadUrl=shown["profileUrl"] or "", leadMemberId=shown["linkedin_id"])
    assert api.client.post("campaign/Resume", params={"campaignId": PAUSED}).status_code == 200
    assert api.campaign(PAUSED)["status"] == "IN_PROGRESS"
    api.set_clock(DEMO_END + timedelta(seconds=1))
    assert api.campaign(PAUSED)["status"] == "PAUSED"


def test_added_leads_progress_as_the_truth_says_and_only_for_the_clock_they_are_from(api):
    api.add(*leads(40), account=SENDER)
    before = api.client.post("stats/GetOverallStats", json={"accountIds": [SENDER], "campaignIds": []}).json()
    api.set_clock(DEMO_END - timedelta(days=1))
    assert api.enrolled("sam-sample") == api.imports() == []
    assert all("sam-sample" not in (row["profileUrl"] or "") for row in api.rows(LIST_LEADS, listId=LIST))
    api.set_clock(DEMO_END + timedelta(days=40))
    truth = {entry["campaign_lead_id"]: entry for entry in api.imports()}
    rows = {row["id"]: row for row in api.enrolled("sam-sample")}
    assert rows.keys() == truth.keys()
    for number, row in rows.items():
        is_accepted, is_sent = truth[number]["accepted_at"], truth[number]["sent_at"]
        expected = "ConnectionAccepted" if is_accepted else "ConnectionSent" if is_sent else "None"
        assert row["leadConnectionStatus"] == expected
    assert len({row["leadConnectionStatus"] for row in rows.values()}) == 3
    per_day = Counter(entry["sent_at"][:10] for entry in truth.values() if entry["sent_at"])
    assert max(per_day.values()) <= 24
    after = api.client.post("stats/GetOverallStats", json={"accountIds": [SENDER], "campaignIds": []}).json()
    gained = after["overallStats"]["connectionsSent"] - before["overallStats"]["connectionsSent"]
    assert gained == per_day.total()


def test_the_same_writes_have_the_same_future(serve):
    futures = []
    for api in (serve(), serve()):
        api.add(*leads(20))
        api.set_clock(DEMO_END + timedelta(days=30))
        futures.append(api.imports())
    assert futures[0] == futures[1]


def test_time_filters_and_list_filters_find_added_leads(api):
    api.add(lead())
    since = {"timeFilter": "CreationTime", "timeFrom": DEMO_END.isoformat()}
    assert [row["id"] for row in api.rows(LEADS, campaignId=RUNNING, **since)] == [80_000_001]
    url = "https://www.linkedin.com/in/sam-sample/"
    for body in ({"leadProfileUrl": url}, {"createdFrom": DEMO_END.isoformat()}):
        assert [row["profileUrl"] for row in api.rows(LIST_LEADS, listId=LIST, **body)] == [url]


def test_adding_to_a_list_enrols_nobody(api):
    body = {"listId": LIST, "leads": [lead(), lead("other", firstName=None), lead()]}
    assert api.client.post(ADD_TO_LIST, json=body).json() == counters(added=1)
    assert api.client.post(ADD_TO_LIST, json=body).json() == counters(updated=1)
    assert api.listed("sam-sample") == [FIELDS]
    assert api.enrolled("sam-sample") == []
    assert api.add(lead()).json() == counters(updated=1)
    assert len(api.enrolled("sam-sample")) == 1
    assert [(entry["campaign_id"], entry["applied"]) for entry in api.imports()] == [(None, 2), (RUNNING, 1)]


def test_lists_refuse_too_many_leads_and_unknown_ids(api):
    too_many = api.client.post(ADD_TO_LIST, json={"listId": LIST, "leads": leads(101)})
    assert (too_many.status_code, list(too_many.json()["errors"])) == (400, ["Leads"])
    for list_id in (1, COMPANY_LIST):
        assert api.client.post(ADD_TO_LIST, json={"listId": list_id, "leads": [lead()]}).status_code == 404


def test_first_versions_answer_a_bare_integer(api):
    pairs = [{"lead": lead()}, {"lead": lead("other")}, {"lead": lead("nameless", lastName=None)}]
    campaign = {"campaignId": RUNNING, "accountLeadPairs": pairs}
    assert api.client.post("campaign/AddLeadsToCampaign", json=campaign).json() == 2
    to_list = {"listId": UNBOUND_LIST, "leads": leads(3)}
    assert api.client.post("list/AddLeadsToList", json=to_list).json() == 3
    assert len(api.imports()) == 5


@pytest.mark.parametrize(
    ("fault", "status"),
    [({"name": "too_many_requests"}, 429), ({"name": "server_error", "status": 503}, 503)],
)
def test_a_refused_write_is_not_applied(api, fault, status):
    api.set_faults(fault | {"route": ADD, "count": 2})
    assert [api.add(lead()).status_code for _ in range(3)] == [status, status, 200]
    assert api.imports()[0]["applied"] == 1


@pytest.mark.parametrize("options", [{}, {"status": 500}])
def test_every_nth_answer_is_lost_after_the_write_was_applied(api, options):
    api.set_faults({"name": "lost_response", "every": 3} | options)
    lost = []
    for number in range(1, 7):
        try:
            if api.add(lead(f"sam-{number}")).status_code == 500:
                lost.append(number)
        except httpx.RemoteProtocolError:
            lost.append(number)
    assert lost == [3, 6]
    assert len(api.imports()) == 6


def test_a_lost_answer_can_be_counted_and_spares_reads_and_refusals(api):
    api.set_faults({"name": "lost_response", "status": 500, "count": 1})
    assert api.rows("list/GetAll")
    assert api.add(lead(), campaign=DRAFT).status_code == 400
    assert api.add(lead(), campaign=1).status_code == 404
    assert [api.add(lead()).status_code for _ in range(2)] == [500, 200]
    assert api.imports()[0]["applied"] == 2


@pytest.mark.parametrize(("options", "left"), [({"fields": ["icp"]}, {"source": "clay"}), ({}, {})])
def test_custom_fields_can_get_lost(api, options, left):
    api.set_faults({"name": "lost_fields"} | options)
    assert api.add(lead()).json() == counters(added=1)
    assert api.listed("sam-sample") == [left]


@pytest.mark.parametrize(("counted", "claimed"), [(False, 6), (True, 8)])
def test_every_nth_lead_can_get_lost_with_or_without_being_counted(api, counted, claimed):
    api.set_faults({"name": "lost_leads", "nth": 3, "counted": counted})
    answers = [api.add(*part).json() for part in (leads(8)[:2], leads(8)[2:])]
    assert sum(answer["addedLeadsCount"] for answer in answers) == claimed
    assert [entry["profile_key"][-1] for entry in api.imports()] == ["0", "1", "3", "4", "6", "7"]


def test_a_list_can_lag_some_reads_behind_a_write(api):
    api.set_faults({"name": "list_lag", "reads": 2})
    api.add(lead())
    find = {"listId": LIST, "leadProfileUrl": "https://www.linkedin.com/in/sam-sample/"}
    assert [len(api.rows(LIST_LEADS, **find)) for _ in range(4)] == [0, 0, 1, 1]
    api.add(lead(fields={"icp": "exec"}))
    shown = [api.rows(LIST_LEADS, **find)[0]["customFields"][1]["value"] for _ in range(3)]
    assert shown == ["sre", "sre", "exec"]
    assert api.add(lead()).json() == counters(updated=1)


def test_a_list_can_lag_some_time_behind_a_write(api):
    api.set_faults({"name": "list_lag", "seconds": 0.5})
    api.add(lead())
    assert api.listed("sam-sample") == []
    assert len(api.enrolled("sam-sample")) == 1
    sleep(0.6)
    assert api.listed("sam-sample") == [FIELDS]
