"""`make segment`: what segments come to, and the first prospects with names, as a file that imports take."""

import csv
import json
import stat
from datetime import date

import duckdb
import pytest

from extract.importer.mapping import load_mappings
from extract.importer.table import read_table
from extract.people.suppression import Suppressions
from tests.conftest import Workspace
from tests.projects import SHIPPED
from tests.reports.report_rows import AS_OF, contract, publish

SAM = "https://www.linkedin.com/in/sam-sample"
COUNTS = {"never_asked": 1200, "to_ask": 30, "top_prospects": 310, "top_to_ask": 9}
SEGMENTS = [
    {
        **{"segment_order": 1, "segment": "referral_network", "label": "Referral Network"},
        **{"tone": "relationship", "weight": 50, "share_percent": 48, "requests_of_week": 19},
        **{"prospects": 2000, "matching_prospects": 2000, "mature_sent": 250, "mature_accepted": 61},
        **{"accept_rate": 0.244, "ci_low": 0.195, "ci_high": 0.3, "is_rate_in_doubt": False},
    },
    {
        **{"segment_order": 2, "segment": "thought_leadership", "label": "Thought Leadership"},
        **{"tone": "insight", "weight": 55, "share_percent": 52, "requests_of_week": 21},
        **{"prospects": 1500, "matching_prospects": 1900, "mature_sent": 3, "mature_accepted": 1},
        "is_rate_in_doubt": False,
    },
    {
        **{"segment_order": 3, "segment": "none", "label": "In no segment", "weight": 0, "share_percent": 0},
        **{"requests_of_week": 0, "prospects": 12, "matching_prospects": 0, "mature_sent": 40},
        **{"mature_accepted": 9, "is_rate_in_doubt": True},
    },
]
SCORES = {
    "priority_score": 71,
    "prospect_fit_score": 85,
    "referral_capacity_score": 65,
    "signal_strength_score": 40,
}
PROSPECTS = [
    {
        **{"lead_id": "sam", "rank": 1, "segment": "referral_network", "profile_url": SAM},
        **{"first_name": "Sam", "last_name": "Sample", "title": "Principal", "company_name": "Ours"},
        **{"is_top": True, "why": "role school leader", "missing": "posts", "tone": "relationship"},
        "matched_rule": 'the title has "principal"',
    },
    {
        **{"lead_id": "kim", "rank": 2, "segment": "referral_network", "is_top": False, "why": "in na"},
        **{"profile_url": "https://www.linkedin.com/in/kim", "matched_rule": "region is na"},
    },
    {
        **{"lead_id": "ada", "rank": 1, "segment": "thought_leadership", "is_top": False, "why": "in eu"},
        **{"profile_url": "https://www.linkedin.com/in/ada", "matched_rule": "region is eu"},
    },
]


def fill(workspace: Workspace, segments: list[dict], prospects: list[dict]) -> None:
    """The two tables in a published warehouse, made by a configuration that has changed since."""
    publish(workspace.warehouse, {})
    told = {
        "rpt_segments": [{"weights": 105, "week_requests": 40, **COUNTS, **row} for row in segments],
        "rpt_segment_prospects": [{**SCORES, **row} for row in prospects],
    }
    with duckdb.connect(str(workspace.warehouse)) as connection:
        connection.execute(
            "create table staging.stg_operations__run_parameters as select 'earlier' as outreach_config_hash"
        )
        for table, rows in told.items():
            columns = ", ".join(map(" ".join, contract(table).items()))
            connection.execute(f"create table marts.{table} ({columns})")
            for row in [{"as_of": AS_OF, **each} for each in rows]:
                connection.execute(
                    f"insert into marts.{table} ({', '.join(row)}) values ({', '.join('?' * len(row))})",
                    list(row.values()),
                )


@pytest.fixture
def workspace(tmp_path) -> Workspace:
    here = Workspace(tmp_path, {"HEYREACH_API_KEY": "SENTINEL-KEY"})
    fill(here, SEGMENTS, PROSPECTS)
    return here


def test_segments_are_shown_with_what_their_weights_come_to_and_who_is_first(workspace):
    outcome = workspace.run("segment")
    assert outcome.exit_code == 0, outcome.errors
    assert outcome.printed.splitlines() == [
        "Referral Network (referral_network, tone: relationship): weight 50, which is 48 of 100, "
        "19 of the 40 requests that senders may send in a week",
        "  2,000 prospects, 310 of them top; 1,200 were never asked, and 30 of these wait nowhere",
        "  61 of 250 requests old enough to judge were accepted: 24.4% (19.5% to 30.0%)",
        "  1. Sam Sample, Principal, Ours (top, priority 71: fit 85, referral 65, signals 40)",
        f"     {SAM}",
        '     why: role school leader; the title has "principal"',
        "     not known: posts",
        "  2. Name unknown (priority 71: fit 85, referral 65, signals 40)",
        "     https://www.linkedin.com/in/kim",
        "     why: in na; region is na",
        "",
        "Thought Leadership (thought_leadership, tone: insight): weight 55, which is 52 of 100, "
        "21 of the 40 requests that senders may send in a week",
        "  1,500 prospects, 310 of them top; 1,200 were never asked, and 30 of these wait nowhere",
        "  it fits 400 more, who are in a segment before it",
        "  1 of 3 requests old enough to judge were accepted: too few for a rate",
        "  1. Name unknown (priority 71: fit 85, referral 65, signals 40)",
        "     https://www.linkedin.com/in/ada",
        "     why: in eu; region is eu",
        "",
        "In no segment: no segment of config/outreach.yaml fits them",
        "  12 prospects, 310 of them top; 1,200 were never asked, and 30 of these wait nowhere",
        "  9 of 40 requests old enough to judge were accepted; of too many it isn't known whether they were "
        "asked, so no rate is given",
        "",
        "Weights are 105 together, not 100: they count beside each other.",
        "made by the configuration of the last build; config/outreach.yaml has changed since: make build",
    ]


@pytest.mark.parametrize(
    ("arguments", "leads"),
    [
        ((), ["sam", "ada", "kim"]),
        (("--limit", "1"), ["sam", "ada"]),
        (("--segment", "referral_network"), ["sam", "kim"]),
        (("--segment", "referral_network", "--limit", "1"), ["sam"]),
        (("--segment", "none"), []),
    ],
)
def test_a_segment_and_a_limit_choose(workspace, arguments, leads):
    told = json.loads(workspace.run("segment", "--format", "json", *arguments).printed)
    assert [each["lead_id"] for each in told["prospects"]] == leads
    assert len(told["segments"]) == (1 if "--segment" in arguments else 3)
    shown = workspace.run("segment", *arguments).printed
    assert [lead for lead in ("sam", "kim", "ada") if f"/in/{lead}" in shown] == [
        lead for lead in ("sam", "kim", "ada") if lead in leads
    ]
    assert ("1 more are listed" in shown) == ("--limit" in arguments)


def test_a_file_is_for_an_import_and_brings_the_segment(workspace):
    outcome = workspace.run("segment", "--segment", "referral_network", "--format", "csv")
    assert outcome.exit_code == 0, outcome.errors
    [path] = (workspace.data_dir / "leads").iterdir()
    assert path.name == "segment-referral_network-20260201T0930.csv"
    assert f"make import FILE={path} CAMPAIGN=..." in outcome.printed
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    with path.open(newline="") as file:
        first, second = csv.DictReader(file)
    assert (first["profile_url"], first["segment"], second["rank"]) == (SAM, "referral_network", "2")
    table = read_table(path, load_mappings(SHIPPED / "import_mappings.yaml"))
    assert {"lead.profile_url", "custom_fields.segment"} <= set(table.columns)


def test_whoever_was_erased_since_is_not_shown_and_in_no_file(workspace):
    Suppressions(workspace.data_dir / "suppressed").add(["linkedin.com/in/sam-sample"], date(2026, 2, 1))
    for format in ("text", "json", "csv"):
        assert "sam-sample" not in workspace.run("segment", "--format", format).printed
    [path] = (workspace.data_dir / "leads").iterdir()
    assert "sam-sample" not in path.read_text()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (
            ("--segment", "referral"),
            "There is no segment 'referral'; did you mean referral_network?",
        ),
        (("--limit", "0"), "LIMIT must be 1 or more"),
        (("--format", "yaml"), "must be one of text, csv, json, not 'yaml'"),
    ],
)
def test_a_slip_is_one_line(workspace, arguments, told):
    refused = workspace.run("segment", *arguments)
    assert (refused.exit_code, told in refused.errors) == (2, True), refused.errors


def test_where_there_are_no_segments_or_nothing_was_built_it_is_said(workspace):
    workspace.warehouse.unlink()
    refused = workspace.run("segment")
    assert (refused.exit_code, "`make run` first" in refused.errors) == (2, True)
    fill(workspace, [], [])
    refused = workspace.run("segment")
    assert (refused.exit_code, "put some into config/outreach.yaml" in refused.errors) == (2, True)
    workspace.warehouse.unlink()
    publish(workspace.warehouse, {})
    refused = workspace.run("segment")
    assert (refused.exit_code, "of an earlier release" in refused.errors) == (2, True)
