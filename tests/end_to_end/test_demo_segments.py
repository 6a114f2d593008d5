"""Segments of the demo: each prospect is in one, by the words of the shipped file, and can be taken over."""

import csv
import re
from collections import Counter

from extract.outreach.configuration import read_outreach
from tests.projects import SHIPPED


def test_every_prospect_of_the_demo_is_in_one_segment_and_counted_there(demo):
    workspace, _ = demo
    people = workspace.query(
        "select lead_id, title, segment from marts.heyreach_leads "
        "left join (select lead_id, segment from marts.prospect_segments where is_assigned) using (lead_id) "
        "where is_valid_profile_url"
    )
    segments = read_outreach(SHIPPED / "outreach.yaml").segments

    def first_of(title: str | None) -> str:
        text = " ".join(["", *re.findall(r"\w+", (title or "").lower()), ""])
        return next(
            each["name"]
            for each in segments
            if each["rules"]["anyone"]
            or any(f" {word.replace('-', ' ')} " in text for word in each["rules"]["titles"])
        )

    counted = Counter(segment for _, _, segment in people)
    assert counted == Counter(first_of(title) for _, title, _ in people)
    assert {"platform_leaders", "builders", "reliability_network"} <= counted.keys()
    said = dict(workspace.query("select segment, prospects from marts.rpt_segments where prospects > 0"))
    assert said == counted
    [(mature,)] = workspace.query(
        "select count(*) from marts.heyreach_connections inner join marts.heyreach_leads using (lead_id) "
        "where is_mature and is_valid_profile_url"
    )
    assert workspace.query("select sum(mature_sent) from marts.rpt_segments") == [(mature,)]


def test_top_prospects_of_the_demo_reach_both_minimums(demo):
    workspace, _ = demo
    [(top, wrong, others)] = workspace.query(
        """
        select count(*) filter (is_top), count(*) filter (is_top <> (
            prospect_fit_score >= 70 and referral_capacity_score >= 60
        )), count(*) filter (not is_top)
        from marts.prospect_priorities
        """
    )
    assert wrong == 0
    assert min(top, others) > 100
    [(missing,)] = workspace.query(
        "select count(*) from marts.prospect_priorities where missing like '%enrichment score%'"
    )
    [(unasked,)] = workspace.query(
        "select count(*) from marts.heyreach_leads where is_valid_profile_url and enrichment_score is null"
    )
    assert missing == unasked > 0


def test_the_first_of_a_segment_go_into_a_file_of_the_demo(demo):
    workspace, _ = demo
    outcome = workspace.run("segment", "--segment", "reliability_network", "--format", "csv", "--limit", "5")
    assert outcome.exit_code == 0, outcome.errors
    path = outcome.printed.split("prospects: ")[1].split(" (5")[0]
    with open(path, newline="") as file:
        found = list(csv.DictReader(file))
    assert [(each["rank"], each["segment"]) for each in found] == [
        (str(number), "reliability_network") for number in range(1, 6)
    ]
    assert all(each["profile_url"] and each["why"] for each in found)
    [(taken,)] = workspace.query(
        "select count(*) from marts.rpt_segment_prospects inner join marts.heyreach_connections "
        "using (lead_id) where is_sent or is_accepted or is_waiting"
    )
    assert taken == 0
