"""Every route of the documents, asked as their examples ask, with one header more."""

import time
from collections.abc import Iterator
from dataclasses import replace

import pytest

from extract.intelligence.dismissals import dismissed
from extract.intelligence.watches import Target, watched
from extract.outreach.tracking import FILE
from tests.projects import project
from tests.serving import Served, copied, serving


@pytest.fixture(scope="module")
def desk(demo, tmp_path_factory) -> Iterator[Served]:
    """The demo, served with a configuration of its own, for whoever posts; nothing here builds."""
    folder = tmp_path_factory.mktemp("desk")
    workspace = replace(copied(demo[0].warehouse, folder / "data"), project_dir=project(folder))
    with serving(workspace) as found:
        yield found


@pytest.fixture(scope="module")
def prospect(desk) -> str:
    """The first of the inbox."""
    return desk.json("/api/leads?limit=1")["rows"][0]["lead_id"]


def posted(desk: Served, path: str, body: object = None, **options) -> dict:
    answer = desk.post(path, body, **options)
    assert answer.status_code == 200, answer.text
    return answer.json()


# Seed 003: FastAPI, runtime API.


def test_one_lead_is_enriched_on_demand_and_comes_back_with_the_result(desk, prospect):
    cost = posted(desk, f"/api/leads/{prospect}/enrich", {"dry_run": True})
    assert {each["integration"] for each in cost["costs"]} >= {"crunchbase", "profile_text"}
    assert (cost["usd"], cost["is_priced"]) == (0.0, True)
    found = posted(desk, f"/api/leads/{prospect}/enrich")
    assert found["lead"]["lead_id"] == prospect
    answers = {each["integration"]: each for each in found["answers"]}
    assert answers["profile_text"]["status"] == "found"
    assert answers["crunchbase_history"]["fields"]["funding_history"]
    assert (found["job"]["state"], found["job"]["kind"]) == ("done", "enrich")
    again = posted(desk, f"/api/leads/{prospect}/enrich", {"dry_run": True})
    assert sum(each["to_ask"] for each in again["costs"]) == 0


def test_who_does_not_wait_is_told_where_the_job_stands(desk, prospect):
    key = {"idempotency-key": "k-1"}
    first = desk.post(f"/api/leads/{prospect}/enrich?wait=0", {"integrations": ["greenhouse"]}, headers=key)
    assert first.status_code == 202, first.text
    where = first.headers["location"]
    again = desk.post(f"/api/leads/{prospect}/enrich?wait=0", {"integrations": ["greenhouse"]}, headers=key)
    assert again.headers["location"] == where
    other = desk.post(f"/api/leads/{prospect}/enrich", {"integrations": ["lever"]}, headers=key)
    assert (other.status_code, other.headers["content-type"]) == (409, "application/problem+json")
    deadline = time.monotonic() + 20
    while desk.json(where)["state"] != "done":
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert where.rpartition("/")[2] in [job["job_id"] for job in desk.json("/api/jobs")["rows"]]
    assert "person" not in desk.json(where)
    assert desk.post(f"{where}/again").json()["state"] == "done"


# Seed 001: discover, icp, leads.


def test_an_icp_is_counted_saved_and_refused_to_whoever_saw_another_file(desk):
    config = {
        "industries": ["SaaS", "FinTech", "HealthTech"],
        "companySizeMin": 50,
        "companySizeMax": 500,
        "fundingStages": ["Series A", "Series B", "Series C"],
        "techStack": {
            "mustHave": ["AWS", "React"],
            "niceToHave": ["Python", "PostgreSQL"],
            "avoid": ["Legacy systems"],
        },
        "geographies": ["US", "UK", "Canada"],
        "decisionMakers": {
            "titles": ["CTO", "VP Engineering", "Head of Product"],
            "departments": ["Engineering", "Product"],
        },
        "signals": {"recentFunding": True, "activelyHiring": True, "techStackChange": False},
    }
    before = desk.json("/api/icp")
    [saas] = [each for each in before["rows"] if each["name"] == "saas"]
    told = posted(desk, "/api/icp", {"name": "saas", "config": config, "dry_run": True})
    assert told["matching"] | {"profile_order": 2} == saas["matching"]
    assert (told["is_saved"], desk.json("/api/icp")["seen"], before["is_built"]) == (
        False,
        before["seen"],
        True,
    )
    mine = {
        "user_id": "user123",
        "name": "mine",
        "config": config | {"companySizeMin": 90},
        "seen": told["seen"],
    }
    saved = posted(desk, "/api/icp", mine)
    assert saved["is_saved"]
    after = desk.json("/api/icp")
    assert ([each["name"] for each in after["rows"]][-1], after["is_built"]) == ("mine", False)
    assert after["seen"] == saved["seen"] != before["seen"]
    refused = desk.post("/api/icp", mine)
    assert refused.status_code == 409
    wrong = desk.post("/api/icp", {"name": "mine", "config": {"industries": ["Softwear"]}})
    assert (wrong.status_code, "industries" in wrong.json()["detail"]) == (422, True)


def test_a_search_is_shown_before_it_is_taken(desk):
    shown = posted(desk, "/api/discover", {"user_id": "user123", "profile": "saas", "limit": 3})
    assert len(shown["companies"]) == 3
    assert (shown["most_credits"], desk.workspace.paths.discoveries.exists()) == (0, False)
    taken = posted(desk, "/api/prospects/discover", {"profile": "saas", "limit": 3, "apply": True})
    assert set(taken["companies"]) == {each["company_domain"] for each in shown["companies"]}
    assert desk.json("/api/discover?limit=1")["rows"] == []


def test_one_lead_by_hand_is_shown_and_sent_only_with_apply(desk):
    lead = {
        "profile_url": "https://www.linkedin.com/in/ada-sample",
        "first_name": "Ada",
        "last_name": "Sample",
        "icp": "sre",
        "list_id": "60101",
    }
    told = posted(desk, "/api/leads", lead)["lines"]
    assert any("1 lead to send" in line for line in told)
    assert told[-1] == "dry run: nothing was sent; APPLY=1 sends it"
    assert any(
        "read back: 1 verified" in line
        for line in posted(desk, "/api/leads", lead | {"apply": True})["lines"]
    )
    refused = desk.post("/api/leads", lead | {"list_id": None})
    assert (refused.status_code, "Say where the lead goes" in refused.json()["detail"]) == (422, True)


def test_a_lead_is_watched_and_dismissed_and_both_are_taken_back(desk, prospect):
    link = desk.json(f"/api/leads/{prospect}")["lead"]["normalized_profile_url"]
    target, paths = Target(profile_url=f"https://www.{link}"), desk.workspace.paths
    assert posted(desk, f"/api/leads/{prospect}/watch")["is_watched"]
    assert list(watched(paths)) == [target]
    assert posted(desk, f"/api/leads/{prospect}/watch")["since"]
    assert not posted(desk, f"/api/leads/{prospect}/watch", {"stop": True})["is_watched"]
    assert watched(paths) == {}
    done = posted(desk, f"/api/leads/{prospect}/dismiss", {"reason": "left the company", "days": 30})
    assert (done["is_dismissed"], done["until"]) == (True, "2026-03-11T06:00:00Z")
    assert list(dismissed(paths)) == [target.profile_url]
    posted(desk, f"/api/leads/{prospect}/dismiss", {"undo": True})
    assert dismissed(paths) == {}


# Seed 004: the outreach engine, and its neighbours.


def test_prospects_are_segmented(desk):
    found = posted(desk, "/api/outreach/segment", {"user_id": "user123", "prospect_ids": None})
    assert sum(each["share_percent"] for each in found["segments"]) == 100
    some = [each["prospect_id"] for each in found["prospects"][:2]]
    few = posted(desk, "/api/outreach/segment", {"user_id": "user123", "prospect_ids": some})
    assert sorted(each["prospect_id"] for each in few["prospects"]) == sorted(some)


def test_top_prospects_come_first(desk):
    asked = {"user_id": "user123", "min_fit_score": 70, "min_referral_capacity": 60, "limit": 50}
    found = posted(desk, "/api/outreach/prioritize", asked)["prospects"]
    assert found
    assert all(each["prospect_fit_score"] >= 70 for each in found)
    assert all(each["referral_capacity_score"] >= 60 for each in found)
    scores = [each["priority_score"] for each in found]
    assert scores == sorted(scores, reverse=True)


def test_a_sequence_is_generated(desk):
    [first] = posted(desk, "/api/outreach/prioritize", {"limit": 1})["prospects"]
    asked = {"user_id": "user123", "prospect_id": first["prospect_id"], "sequence_type": "3-step"}
    found = posted(desk, "/api/outreach/sequence/generate", asked)
    assert len(found["steps"]) == 3
    own = desk.json(f"/api/outreach/sequence/{first['prospect_id']}")
    assert own["segment"] == found["segment"]
    wrong = desk.post("/api/outreach/sequence/generate", asked | {"sequence_type": "4-step"})
    assert wrong.status_code == 422


def test_engagement_is_tracked_once(desk, prospect):
    asked = {
        "user_id": "user123",
        "prospect_id": prospect,
        "engagement_type": "reply",
        "occurred_at": "2026-02-01T09:30:00Z",
    }
    assert [posted(desk, "/api/outreach/track-engagement", asked)["was_known"] for _ in range(2)] == [
        False,
        True,
    ]
    assert (desk.workspace.paths.signals / FILE).read_text().count("replied") == 1
    late = desk.post("/api/outreach/track-engagement", asked | {"occurred_at": "2027-01-01T00:00:00Z"})
    assert (late.status_code, "future" in late.json()["detail"]) == (422, True)


def test_a_week_is_planned_and_kept(desk):
    asked = {"user_id": "user123", "target_connection_requests": 40, "target_followups": 30}
    found = posted(desk, "/api/outreach/cadence/weekly", asked)
    assert 0 < found["connection_requests"] <= 40
    assert len(found["lines"]) == found["connection_requests"]
    assert desk.workspace.paths.plan_ledger.exists()
    assert posted(desk, "/api/outreach/cadence/weekly", asked)["plan"]["plan_id"] == found["plan"]["plan_id"]


def test_what_the_week_has_for_today_is_handed_over_only_with_apply(desk):
    asked = {"target_connection_requests": 12, "campaign_id": "40101"}
    week = posted(desk, "/api/outreach/cadence/weekly", asked)["plan"]["week"]
    lines = posted(desk, "/api/outreach/cadence/weekly?wait=60", {"week": week, "apply": True})["lines"]
    assert any(line.startswith("read back: ") and "verified" in line for line in lines)
    # Texts and names of those who are asked stay out of the ledger of jobs.
    assert not [line for line in lines if line.startswith("    ")]


def test_metrics_and_patterns_are_those_of_the_last_build(demo, desk):
    found = posted(desk, "/api/outreach/metrics", {"user_id": "user123"})
    assert [(len(found["metrics"]),)] == demo[0].query("select count(*) from marts.rpt_outreach_metrics")
    assert desk.json("/api/learning/patterns") == found
    assert "build" in posted(desk, "/api/learning/update-patterns")["detail"]


def test_prospects_are_scored_and_researched(demo, desk, prospect):
    [best] = posted(desk, "/api/prospects/score", {"user_id": "user123", "limit": 1})["rows"]
    assert [(best["total_score"],)] == demo[0].query("select max(total_score) from marts.lead_score_points")[
        :1
    ]
    known = posted(desk, "/api/research", {"prospect_id": prospect})
    assert (known["lead"]["lead_id"], "attributes" in known) == (prospect, True)
    asked = {"prospect_id": prospect, "integrations": ["lever"]}
    begun = desk.post("/api/research/enhanced/complete-workflow?wait=0", asked)
    assert (begun.status_code, begun.json()["job"]["kind"]) == (202, "enrich")
    assert begun.json()["job"]["parameters"] == {"lead_id": prospect, "with": ["lever"]}


POSTS = (
    *("/api/leads/nobody/enrich", "/api/leads/nobody/watch", "/api/leads/nobody/dismiss"),
    *("/api/jobs/nothing/again",),
)


@pytest.mark.parametrize("path", POSTS)
def test_whoever_is_not_known_is_a_404_and_nothing_is_kept(desk, path):
    before = [job["job_id"] for job in desk.json("/api/jobs")["rows"]]
    answer = desk.post(path)
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")
    assert [job["job_id"] for job in desk.json("/api/jobs")["rows"]] == before


def test_a_key_that_is_none_of_ours_is_refused(desk, prospect):
    for path, body in (
        ("/api/outreach/segment", {"user": "x"}),
        (f"/api/leads/{prospect}/enrich", {"with": ["apollo"]}),
        ("/api/discover", {"limit": 0}),
        ("/api/outreach/cadence/weekly", {"week": "2026-02-31"}),
    ):
        assert desk.post(path, body).status_code == 422
