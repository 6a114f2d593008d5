"""The services beside the sandbox's API, as their own documents describe them."""

from datetime import UTC, datetime
from xml.etree import ElementTree

import orjson
import pytest

from extract.sandbox import DEMO_SEED, clock
from extract.sandbox.api import SandboxApi
from extract.sandbox.companies import Company, company
from extract.sandbox.faults import Faults
from extract.sandbox.services import HOSTS, SERVICES_PATH

NOW = datetime(2026, 1, 20, 12, tzinfo=UTC)
AT = clock.to_ticks(NOW)


@pytest.fixture
def ask(world):
    """Asks a host at NOW; the answer's JSON, or its bytes where it has another type, and its status."""
    api = SandboxApi(world, now=NOW)

    def ask(host: str, path: str, query: str = "", body: dict | None = None, key: str | None = "key"):
        method = "GET" if body is None else "POST"
        answer = api.handle(method, f"{SERVICES_PATH}{host}/{path}", query, key, orjson.dumps(body or {}))
        is_json = (answer.content_type or "").startswith("application/json")
        return answer.status, orjson.loads(answer.body) if is_json else answer.body

    ask.api = api
    return ask


def one_with(is_meant) -> Company:
    return next(found for number in range(300) if is_meant(found := company(DEMO_SEED, number)))


def board(found: Company) -> str:
    return found.domain.partition(".")[0]


def test_greenhouse_tells_the_board_and_its_open_jobs(ask):
    found = one_with(lambda each: each.board == "greenhouse" and each.postings_open(AT))
    assert ask("boards-api.greenhouse.io", f"v1/boards/{board(found)}")[1]["name"] == found.name
    status, told = ask("boards-api.greenhouse.io", f"v1/boards/{board(found)}/jobs", key=None)
    assert (status, told["meta"]) == (200, {"total": len(found.postings_open(AT))})
    job, posting = told["jobs"][0], found.postings_open(AT)[0]
    assert (job["id"], job["title"], job["location"]) == (
        posting.number, posting.title, {"name": posting.place}
    )  # fmt: skip
    published = datetime.fromisoformat(job["first_published"])
    assert published == clock.to_datetime(posting.since).replace(microsecond=0)
    assert published <= datetime.fromisoformat(job["updated_at"]) <= NOW
    _, told = ask("boards-api.greenhouse.io", f"v1/boards/{board(found)}/departments")
    departments = {each["name"]: [job["id"] for job in each["jobs"]] for each in told["departments"]}
    assert departments == {
        name: [each.number for each in found.postings_open(AT) if each.department == name]
        for name in {each.department for each in found.postings_open(AT)}
    }


def test_lever_lists_postings_and_pages_them(ask):
    found = one_with(lambda each: each.board == "lever" and len(each.postings_open(AT)) > 1)
    _, told = ask("api.lever.co", f"v0/postings/{board(found)}", "mode=json")
    assert [row["text"] for row in told] == [posting.title for posting in found.postings_open(AT)]
    assert told[0]["createdAt"] == found.postings_open(AT)[0].since // 1000
    assert told[0]["categories"].keys() >= {"team", "department", "location"}
    assert ask("api.lever.co", f"v0/postings/{board(found)}", "mode=json&skip=1&limit=1")[1] == told[1:2]


def test_a_company_has_one_board_or_none(ask):
    for number in range(12):
        found = company(DEMO_SEED, number)
        green, missing = ask("boards-api.greenhouse.io", f"v1/boards/{board(found)}/jobs")
        lever, unknown = ask("api.lever.co", f"v0/postings/{board(found)}", "mode=json")
        assert [green == 200, lever == 200] == [found.board == "greenhouse", found.board == "lever"]
        assert green == 200 or missing["status"] == 404
        assert lever == 200 or unknown == {"ok": False, "error": "Document not found"}


def test_apollo_tells_the_company_of_a_domain_and_by_its_id_what_is_open(ask):
    found = one_with(lambda each: len(each.postings_open(AT)) > 1)
    _, told = ask("api.apollo.io", "api/v1/organizations/enrich", f"domain={found.domain}")
    assert told["organization"]["primary_domain"] == found.domain
    path = f"api/v1/organizations/{told['organization']['id']}/job_postings"
    _, told = ask("api.apollo.io", path, "page=1&per_page=100")
    postings = told["organization_job_postings"]
    assert [each["title"] for each in postings] == [each.title for each in found.postings_open(AT)]
    assert postings[0]["posted_at"] == clock.iso(found.postings_open(AT)[0].since, 0)
    _, told = ask("api.apollo.io", path, "page=2&per_page=1")
    assert told["organization_job_postings"] == postings[1:2]
    assert ask("api.apollo.io", "api/v1/organizations/enrich", "domain=stranger.example.com") == (
        200,
        {"organization": None},
    )
    assert ask("api.apollo.io", "api/v1/organizations/5e66b638/job_postings")[0] == 422
    _, told = ask("api.apollo.io", "api/v1/people/match", f"domain={found.domain}")
    assert told["person"]["organization"]["name"] == found.name
    assert ask("api.apollo.io", "api/v1/people/match", "linkedin_url=x")[1] == {"person": None}
    assert ask("api.apollo.io", path, key=None)[0] == 401


def test_news_are_a_feed_of_what_was_published_by_then(ask):
    found = one_with(lambda each: each.news_until(AT) and "&" not in each.name)
    _, feed = ask("news.google.com", "rss/search", f'q="{found.name}"&hl=en-US')
    items = ElementTree.fromstring(feed).findall("./channel/item")
    news = found.news_until(AT)
    assert [item.findtext("title") for item in items] == [f"{each.title} - {each.publisher}" for each in news]
    assert items[0].findtext("pubDate").endswith(" GMT")
    assert items[0].find("source").text == news[0].publisher
    days = (AT - news[0].published_at) // clock.DAY
    for lasting, expected in ((days + 1, 1), (days, 0)):
        _, feed = ask("news.google.com", "rss/search", f'q="{found.name}" when:{lasting}d')
        assert feed.count(b"<item>") == expected


def test_nothing_is_told_before_it_happened(ask):
    found = one_with(lambda each: each.board == "greenhouse" and each.postings_open(AT))
    before = found.postings_open(AT)[-1].since - clock.SECOND
    told = {}
    for moment in (before, before + 2 * clock.SECOND):
        ask.api.set_clock(moment)
        jobs = ask("boards-api.greenhouse.io", f"v1/boards/{board(found)}/jobs")[1]["jobs"]
        told[moment] = {job["id"] for job in jobs}
    assert told[before + 2 * clock.SECOND] - told[before] == {found.postings_open(AT)[-1].number}


def test_a_key_is_asked_for_where_the_service_has_keys(ask):
    assert ask("api.crunchbase.com", "api/v4/searches/organizations", body={}, key=None)[0] == 401
    status, told = ask("api.builtwith.com", "v22/api.json", "LOOKUP=example.com")
    assert (status, told["Errors"][0]["Code"]) == (200, -2)


def test_faults_reach_the_services_by_their_host(ask):
    found = one_with(lambda each: each.is_in_builtwith)
    lookup = ("api.builtwith.com", "v22/api.json", f"KEY=key&LOOKUP={found.domain}")
    known = ask(*lookup)[1]["Results"][0]["Result"]["Paths"][0]["Technologies"]
    assert found.technologies(AT) <= {each["Name"] for each in known}
    for fault, status in (
        ({"name": "server_error", "status": 500}, 500),
        ({"name": "too_many_requests", "retry_after": 1}, 429),
        ({"name": "server_error", "match": {"LOOKUP": "another.example.com"}}, 200),
        ({"name": "server_error", "route": "api.lever.co"}, 200),
    ):
        ask.api.faults = Faults([{"route": "api.builtwith.com", **fault}])
        assert ask(*lookup)[0] == status
    ask.api.faults = Faults([{"name": "nothing_known", "route": "api.builtwith.com"}])
    assert ask(*lookup)[1]["Results"][0]["Result"]["Paths"] == []


def test_strangers_are_not_known(ask):
    predicate = {"field_id": "website_url", "operator_id": "domain_eq", "values": ["stranger.example.com"]}
    found = ask("api.crunchbase.com", "api/v4/searches/organizations", body={"query": [predicate]})
    assert found == (200, {"count": 0, "entities": []})
    [result] = ask("api.builtwith.com", "v22/api.json", "KEY=key&LOOKUP=stranger.example.com")[1]["Results"]
    assert result["Result"]["Paths"] == []


def test_hosts_that_are_not_invented_are_not_there(ask):
    assert ask("api.example.com", "v1")[0] == 404
    for host in HOSTS:
        assert ask(host, "nothing/of/that/name", "KEY=key")[0] == 404


def searched(ask, predicates: dict[str, list[str]], **body) -> dict:
    """A page of Crunchbase's search by these predicates."""
    query = [
        {"type": "predicate", "field_id": field, "operator_id": "includes", "values": values}
        for field, values in predicates.items()
    ]
    content = {"field_ids": list(SHOWN), "query": query, **body}
    status, told = ask("api.crunchbase.com", "api/v4/searches/organizations", body=content)
    assert status == 200
    return told


SHOWN = ("website_url", "category_groups", "location_identifiers", "num_employees_enum", "last_funding_type")


def identifier(ask, collection: str, name: str) -> str:
    _, told = ask("api.crunchbase.com", "api/v4/autocompletes", f"query={name}&collection_ids={collection}")
    [found] = [each["identifier"] for each in told["entities"] if each["identifier"]["value"] == name]
    return found["uuid"]


def test_a_search_gives_the_organizations_for_which_every_predicate_holds(ask):
    health = identifier(ask, "category_groups", "Health Care")
    europe = identifier(ask, "locations", "Europe")
    wanted = {
        "facet_ids": ["company"],
        "category_groups": [health],
        "location_identifiers": [europe],
        "num_employees_enum": ["c_00051_00100", "c_00101_00250"],
        "last_funding_type": ["series_a", "series_b", "series_c"],
    }
    told = searched(ask, wanted)
    assert told["count"] == len(told["entities"]) > 1
    for each in told["entities"]:
        shown = each["properties"]
        assert [group["value"] for group in shown["category_groups"]] == ["Health Care"]
        assert shown["location_identifiers"][-1]["value"] == "Europe"
        assert shown["num_employees_enum"] in wanted["num_employees_enum"]
        assert shown["last_funding_type"] in wanted["last_funding_type"]
    for field in wanted:  # each of them narrows it, but that all are companies
        fewer = {name: values for name, values in wanted.items() if name != field}
        assert (searched(ask, fewer)["count"] > told["count"]) is (field != "facet_ids")
    assert searched(ask, wanted | {"category_groups": ["unheard of"]}) == {"count": 0, "entities": []}


def test_a_search_goes_on_after_the_last_organization_of_a_page(ask):
    whole = searched(ask, {"facet_ids": ["company"]}, limit=1000)
    assert whole["count"] == len(whole["entities"]) > 100
    pages, after = [], {}
    for _ in range(2):
        page = searched(ask, {"facet_ids": ["company"]}, limit=30, **after)
        assert page["count"] == whole["count"]
        pages += page["entities"]
        after = {"after_id": page["entities"][-1]["uuid"]}
    assert pages == whole["entities"][:60]
    last = searched(ask, {"facet_ids": ["company"]}, after_id=whole["entities"][-1]["uuid"])
    assert last["entities"] == []
