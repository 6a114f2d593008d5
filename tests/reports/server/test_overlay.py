"""What was posted shows at once, marked, until a file is published that has it."""

import os
from datetime import UTC, datetime

import duckdb
import orjson
import pytest

from extract.intelligence import watches
from extract.intelligence.watches import Target
from extract.outreach.tracking import FILE
from reports.jobs.enriching import enrich_lead
from reports.server.overlay import Tracked

AT = "2026-02-01T09:30:00Z"


def first(own) -> dict:
    return own.json("/api/leads?limit=5")["rows"][0]


def published_anew(own, *statements: str) -> None:
    """Put a file in the place of the published one, as a build does that read everything by now."""
    path = own.workspace.paths.published
    new = path.with_name("new.duckdb")
    new.write_bytes(path.read_bytes())
    with duckdb.connect(str(new)) as connection:
        connection.execute("update staging.stg_operations__run_parameters set requested_at = now()")
        for statement in statements:
            connection.execute(statement)
    os.replace(new, path)


def test_what_is_posted_shows_until_a_build_has_read_it(own):
    lead = first(own)
    lead_id, link = lead["lead_id"], lead["profile_url"]
    address, etags = f"/api/leads/{lead_id}", []

    def posted() -> dict:
        answer = own.get(address)
        etags.append(answer.headers["etag"])
        return answer.json()["posted"]

    nothing = {"is_watched": None, "is_dismissed": None, "tracked": [], "answers": []}
    assert posted() == nothing
    # Reading changes nothing.
    assert own.get(address, headers={"if-none-match": etags[0]}).status_code == 304
    assert own.post(f"{address}/watch").status_code == 200
    assert posted()["is_watched"] is True
    asked = {"prospect_id": lead_id, "engagement_type": "reply", "occurred_at": AT}
    assert own.post("/api/outreach/track-engagement", asked).status_code == 200
    assert posted()["tracked"] == [{"kind": "reply", "occurred_at": AT}]
    assert own.post(f"{address}/dismiss").status_code == 200
    assert posted()["is_dismissed"] is True
    assert first(own)["lead_id"] != lead_id
    assert len(set(etags)) == len(etags)
    with own.site.generations.reading() as generation:
        found = own.site.overlay.posted(generation)
    assert found.watched == found.dismissed == {link: True}
    assert found.tracked == [Tracked(lead_id, "reply", datetime.fromisoformat(AT))]
    published_anew(
        own,
        f"insert into marts.signal_events select * replace ('{lead_id}' as lead_id, 'x' as id, "
        f"'replied' as signal_type, timestamptz '{AT}' as occurred_at) from marts.signal_events limit 1",
    )
    assert posted() == nothing
    # The next word is a new one, whatever was said before.
    assert own.post(f"{address}/watch", {"stop": True}).status_code == 200
    assert posted()["is_watched"] is False


def test_a_line_that_a_crash_cut_short_or_somebody_else_wrote_takes_nothing_down(own):
    lead = first(own)
    path = own.workspace.paths.signals / FILE
    path.parent.mkdir(exist_ok=True)
    whole = {"profile_url": lead["profile_url"], "signal_type": "replied", "occurred_at": AT}
    lines = [
        *({"company_domain": "example.com"}, [1], {**whole, "profile_url": 3}),
        *({**whole, "signal_type": ["replied"]}, {**whole, "occurred_at": "yesterday"}, whole),
    ]
    cut = b'{"profile_url":"https://www.linkedin.com/in/so'
    path.write_bytes(b"".join(orjson.dumps(line) + b"\n" for line in lines) + cut)
    address = f"/api/leads/{lead['lead_id']}"
    assert own.json(address)["posted"]["tracked"] == [{"kind": "reply", "occurred_at": AT}]
    assert own.get("/leads").status_code == 200
    asked = {"prospect_id": lead["lead_id"], "engagement_type": "reply"}
    assert (
        own.post("/api/outreach/track-engagement", asked | {"occurred_at": AT}).json()["was_known"] is False
    )
    later = AT.replace("09:30", "10:30")
    assert own.post("/api/outreach/track-engagement", asked | {"occurred_at": later}).status_code == 200
    assert {each["occurred_at"] for each in own.json(address)["posted"]["tracked"]} == {AT, later}


def test_answers_show_that_are_newer_than_the_file(own):
    lead = first(own)
    enrich_lead(own.workspace, lead["lead_id"], ["crunchbase_history", "lever"], say=lambda line: None)
    found = own.json(f"/api/leads/{lead['lead_id']}")["posted"]["answers"]
    assert [each["integration"] for each in found] == ["crunchbase_history", "lever"]
    assert found[0]["fields"]["funding_history"]
    published_anew(own, "update marts.enrichment_results set answered_at = now()")
    found = own.json(f"/api/leads/{lead['lead_id']}")["posted"]["answers"]
    assert {each["integration"] for each in found} <= {"crunchbase_history", "lever"}


@pytest.mark.parametrize("told", [Target(company_domain="ours.example"), Target(icp_profile="saas")])
def test_companies_and_profiles_are_watched_too(own, told):
    watches.note(own.workspace.paths, "watch", told, datetime.now(UTC))
    with own.site.generations.reading() as generation:
        found = own.site.overlay.posted(generation)
    assert (found.targets, found.watched) == ({told: True}, {})
