"""Every count against the hidden truth of a server, over real HTTP, dlt, DuckDB and dbt."""

import json
from collections import Counter
from datetime import datetime, timedelta

import pytest

from tests.end_to_end.conftest import FIRST_PULL, pull_at, workspace_on
from tests.reports.assistant.answers import QUESTIONS, World, check
from tests.reports.assistant.asking import ask

pytestmark = pytest.mark.usefixtures("built_without_dbt")

PERIOD = ("--since", "2025-12-01", "--until", "2026-03-01")


@pytest.fixture(scope="module")
def pulled(sandbox, tmp_path_factory):
    """A workspace after its very first pull, and the truth at that moment."""
    sandbox.set_clock(FIRST_PULL)
    workspace = workspace_on(sandbox, tmp_path_factory.mktemp("truth"))
    outcome = workspace.run("run", *PERIOD)
    assert outcome.exit_code == 0, outcome.errors
    return workspace, outcome, sandbox.truth()


def counts(leads, column):
    """(sent, accepted) of true leads by one of their columns."""
    sent, accepted = Counter(), Counter()
    for lead in leads:
        segment = str(lead[column])
        sent[segment] += lead["sent_at"] is not None
        accepted[segment] += lead["accepted_at"] is not None
    return {segment: (sent[segment], accepted[segment]) for segment in sent if sent[segment]}


@pytest.mark.parametrize(
    ("dimension", "column"),
    [("account_id", "account_id"), ("campaign_id", "campaign_id"), ("list_id", "list_id")],
)
def test_counts_by_sender_campaign_and_list_equal_the_truth(pulled, dimension, column):
    workspace, _, truth = pulled
    counted = workspace.query(
        f"""
        select {dimension}, count(*) filter (is_sent), count(*) filter (is_accepted)
        from marts.heyreach_connections group by 1 having count(*) filter (is_sent) > 0
        """
    )
    assert {segment: (sent, accepted) for segment, sent, accepted in counted} == counts(
        truth["leads"], column
    )


@pytest.mark.parametrize("column", ["source", "icp", "source_list", "batch_id"])
def test_counts_by_attribution_equal_the_truth(pulled, column):
    """Leads whose custom fields HeyReach lost can't be known; all others must be exact."""
    workspace, _, truth = pulled
    kept = [lead for lead in truth["leads"] if not lead["attribution_lost"]]
    ids = ", ".join(f"'{lead['campaign_lead_id']}'" for lead in kept)
    counted = workspace.query(
        f"""
        select {column}, count(*) filter (is_sent), count(*) filter (is_accepted)
        from marts.heyreach_connections where campaign_lead_id in ({ids}) group by 1
        having count(*) filter (is_sent) > 0
        """
    )
    assert {segment: (sent, accepted) for segment, sent, accepted in counted} == counts(kept, column)


def test_the_coverage_gate_names_the_imports_that_lost_their_fields(pulled):
    """And no other: by campaign and day, since a batch that lost its fields lost its own name too."""
    workspace, _, truth = pulled
    imports = Counter((str(lead["campaign_id"]), lead["enrolled_at"][:10]) for lead in truth["leads"])
    lost = Counter(
        (str(lead["campaign_id"]), lead["enrolled_at"][:10])
        for lead in truth["leads"]
        if lead["attribution_lost"]
    )
    broken = {
        f"{campaign}/{day}" for (campaign, day), leads in lost.items() if leads > imports[campaign, day] / 2
    }
    assert broken
    named = workspace.query(
        "select segment from marts.rpt_attribution_coverage where scope = 'import' and level = 'fail'"
    )
    assert {segment for (segment,) in named} == broken
    assert workspace.query("select verdict, cause from marts.rpt_bottlenecks where rank = 1") == [
        ("blind", "attribution_loss")
    ]


def test_people_are_joined_over_their_spellings(pulled):
    workspace, _, truth = pulled
    people = {lead["profile_key"] for lead in truth["leads"] if lead["profile_url"]}
    [(counted,)] = workspace.query(
        "select count(*) from marts.heyreach_leads where is_valid_profile_url and campaign_count > 0"
    )
    [(spellings,)] = workspace.query("select max(spelling_count) from marts.heyreach_leads")
    assert counted == len(people)
    assert spellings > 1


def test_the_report_shows_the_same_counts_as_the_truth(pulled):
    _, outcome, truth = pulled
    report = json.loads(outcome.reports[".json"].read_text())
    sent = sum(lead["sent_at"] is not None for lead in truth["leads"])
    accepted = sum(lead["accepted_at"] is not None for lead in truth["leads"])
    assert (report["totals"]["sent_to_date"], report["totals"]["accepted_to_date"]) == (sent, accepted)
    # The period holds all that ever happened, so even what can't be dated must lie inside it.
    assert (report["totals"]["sent"], report["totals"]["accepted"]) == (sent, accepted)
    for section in ("by_source", "by_icp", "by_account", "by_campaign", "by_account_type"):
        rows = report["sections"][section]
        assert sum(row["sent"] for row in rows) == sent, section
        assert sum(row["accepted"] for row in rows) == accepted, section


def test_a_first_pull_shows_accepted_to_date_and_no_rate_it_cannot_know(pulled):
    workspace, outcome, _ = pulled
    [(mature, rate, is_mostly_undated)] = workspace.query(
        "select mature_sent, accept_rate, is_mostly_undated from marts.rpt_summary"
    )
    text = outcome.reports[".md"].read_text()
    assert rate is None or mature >= 10
    assert "0.0 % (0.0" not in text
    assert workspace.query("select accepted_to_date_rate > 0 from marts.rpt_summary") == [(True,)]
    assert is_mostly_undated
    assert "Most can't be dated yet, so there is no accept rate to go by." in text


def test_an_assistant_is_told_the_truth_and_no_rate_that_nobody_can_know(pulled):
    workspace, _, truth = pulled
    [(since, until, as_of)] = workspace.query("select since, until, as_of from marts.rpt_summary")
    world = World(truth, since, until, as_of)
    questions = [question for question in QUESTIONS if question["world"] == "first_pull"]
    assert len(questions) > 100
    told = ask(workspace, [(question["tool"], question["arguments"]) for question in questions])
    for question, answer in zip(questions, told.answers, strict=True):
        check(question, answer, world)


def test_a_sender_gone_from_heyreach_keeps_its_row_and_requests(pulled):
    workspace, _, truth = pulled
    gone = [str(sender["account_id"]) for sender in truth["senders"] if sender["disconnected_at"]]
    assert gone
    for account_id in gone:
        [(is_listed, sent)] = workspace.query(
            f"""
            select accounts.is_listed, count(*) filter (connections.is_sent)
            from marts.heyreach_accounts as accounts
            join marts.heyreach_connections as connections using (account_id)
            where account_id = '{account_id}' group by 1
            """
        )
        assert not is_listed
        assert sent == counts(truth["leads"], "account_id")[account_id][0]


def numbers(workspace):
    """Everything the reporting models say, without the moment they say it for and which runs there were."""
    tables = [
        name
        for (name,) in workspace.query("select table_name from duckdb_tables() where table_name like 'rpt_%'")
    ]
    # A reading that brought nothing new is still one; a line about runs moves the others' numbers.
    moments = ("as_of", "readings", "read_at", "run_id", "reported_at", "line_number")
    columns = f"columns(lambda name: name not in {moments})"
    of_runs = "where topic not in ('runs', 'stale', 'nights_missed')"
    return {
        table: sorted(
            map(
                repr,
                workspace.query(
                    f"select {columns} from marts.{table} {of_runs if table == 'rpt_health' else ''}"
                ),
            )
        )
        for table in tables
    }


def test_a_second_run_straight_after_changes_no_number_and_lands_no_row(pulled):
    workspace, _, _ = pulled
    before = numbers(workspace)
    outcome = workspace.run("run", *PERIOD, "--format", "json")
    assert outcome.exit_code == 0, outcome.errors
    assert ", 0 new or changed" in outcome.errors
    assert numbers(workspace) == before


def test_the_truth_lies_within_the_bounds_and_never_goes_back(sandbox, tmp_path):
    """Several pulls a day for a week: every request is dated, between its bounds, by an estimate nearby."""
    workspace = workspace_on(sandbox, tmp_path)
    pull_at(sandbox, workspace, [(FIRST_PULL + timedelta(hours=8 * step), "full") for step in range(7)])
    assert workspace.run("build").exit_code == 0
    truth = {str(lead["campaign_lead_id"]): lead for lead in sandbox.truth()["leads"]}
    rows = workspace.query(
        """
        select campaign_lead_id,
            connection_sent_earliest, connection_sent_latest, connection_sent_at, connection_sent_method,
            connection_accepted_earliest, connection_accepted_latest
        from marts.heyreach_connections where is_sent
        """
    )
    assert len(rows) == sum(lead["sent_at"] is not None for lead in truth.values())
    intervals = 0
    for campaign_lead_id, earliest, latest, sent_at, method, accepted_earliest, accepted_latest in rows:
        lead = truth[campaign_lead_id]
        assert earliest <= datetime.fromisoformat(lead["sent_at"]) <= latest
        if accepted_latest is not None:
            assert accepted_earliest <= datetime.fromisoformat(lead["accepted_at"]) <= accepted_latest
        if sent_at is not None and earliest >= FIRST_PULL:
            intervals += 1
            assert method == "last_action"
            assert latest - earliest <= timedelta(hours=8, minutes=1)
            assert abs(sent_at - datetime.fromisoformat(lead["sent_at"])) <= timedelta(hours=4, minutes=1)
    assert intervals > 50
