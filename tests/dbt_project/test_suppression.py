"""What is suppressed can't be computed from what is shown: the models' own SQL on random workspaces."""

import itertools
import random
import re
from collections import Counter
from pathlib import Path

import duckdb
import numpy
import pytest

MINIMUM = 10
COUNTS = """
    leads_imported leads_undated sent accepted sent_undated sent_to_date accepted_to_date mature_sent
    mature_accepted
"""
TEXTS = """
    source source_list batch_id icp keywords company_region company_size company_industry lead_seniority
    employment age_bracket lead_gender account_id account_type account_kind account_gender account_job_title
    account_seniority account_industry campaign_id list_id lead_id
"""
GENDERS = ("female", "male", None)


@pytest.fixture(scope="module")
def models(demo) -> dict[str, str]:
    """The SQL of the two models as dbt compiled it, reading tables of their inputs' bare names."""
    workspace, _ = demo
    compiled = {path.stem: path for path in Path(workspace.data_dir).rglob("compiled/**/rpt_*.sql")}
    return {
        name: re.sub(r'"\w+"\."\w+"\."(\w+)"', r"\1", compiled[name].read_text())
        for name in ("rpt_segment_performance", "rpt_account_lead_match")
    }


@pytest.fixture(scope="module")
def database():
    with duckdb.connect() as connection:
        connection.execute(
            f"""
            create table stg_heyreach__run_parameters as
            select 10 as hide_rate_below, 30 as collecting_below, {MINIMUM} as sensitive_cell_minimum,
                now() as as_of;
            create table int_segments_labelled (dimension varchar, segment varchar, segment_label varchar);
            create table int_period_facts (
                {", ".join(f"{name} varchar" for name in TEXTS.split())},
                {", ".join(f"{name} integer" for name in COUNTS.split())}
            )
            """
        )
        yield connection


def workspace(seed: int) -> list[tuple[str, str, str | None]]:
    """Mature requests as (lead, gender of the account, gender of the lead): small, lopsided, with repeats."""
    draw = random.Random(seed)
    accounts = draw.sample(["female", "male", "neutral", "unknown"], draw.randint(1, 4))
    leads = {
        f"lead {number}": draw.choices(GENDERS, [draw.random() ** 3 for _ in GENDERS])[0]
        for number in range(draw.choice((1, 5, 12, 40, 90)))
    }
    weights = [draw.random() ** 2 for _ in accounts]
    return [
        (lead, account, gender)
        for lead, gender in leads.items()
        for account in draw.choices(accounts, weights, k=draw.choice((1, 1, 1, 2)))
    ]


def shown(database, models, requests) -> tuple[dict, dict]:
    """mature_sent by lead gender, and by account gender and lead gender; None where suppressed."""
    database.execute("delete from int_period_facts")
    database.executemany(
        """
        insert into int_period_facts
            (lead_id, account_id, account_gender, lead_gender, leads_imported, leads_undated, sent, accepted,
             sent_undated, sent_to_date, accepted_to_date, mature_sent, mature_accepted)
        values ($1, $2, $2, $3, 0, 0, 1, 0, 0, 1, 0, 1, 0)
        """,
        requests,
    )
    leads = database.execute(
        f"""
        select segment, mature_sent
        from ({models["rpt_segment_performance"]})
        where dimension = 'lead_gender'
        """
    ).fetchall()
    cells = database.execute(
        f"""
        select account_value, lead_value, mature_sent
        from ({models["rpt_account_lead_match"]})
        where pair = 'gender'
        """
    ).fetchall()
    return dict(leads), {(account, lead): count for account, lead, count in cells}


@pytest.mark.parametrize("seed", range(30))
def test_no_hidden_cell_follows_from_what_is_shown(seed: int, database, models):
    requests = workspace(seed)
    leads, cells = shown(database, models, requests)
    truth = Counter((account, gender or "unknown") for _, account, gender in requests)
    genders = sorted({gender for _, gender in truth})
    people = {
        key: len({lead for lead, account, gender in requests if (account, gender or "unknown") == key})
        for key in truth
    }
    if genders == ["unknown"]:
        assert None not in cells.values()
        return
    for gender in genders:
        behind = len({lead for lead, _, other in requests if (other or "unknown") == gender})
        assert behind >= MINIMUM or leads.get(gender) is None
    for key in truth:
        assert people[key] >= MINIMUM or cells.get(key) is None

    nameless = cells.keys() == {("suppressed", "suppressed")}
    if nameless:
        # Not even which values there are is shown.
        genders = ["female", "male", "unknown"]
    if len(genders) == 1:
        return  # All are alike, as their public total says.

    # Every public figure is an equation in the true cells: the totals of accounts, of leads, and the cells.
    unknowns = list(itertools.product(sorted({account for account, _ in truth}), genders))
    equations = [
        [float(account == row) for account, _ in unknowns] for row in {account for account, _ in truth}
    ]
    equations += [
        [float(gender == column) for _, gender in unknowns]
        for column in genders
        if leads.get(column) is not None
    ]
    hidden = [key for key in truth if cells.get(key) is None]
    # A row that isn't there is an empty cell.
    for index, key in enumerate(unknowns):
        if not nameless and (key not in cells or cells[key] is not None):
            equations.append([float(place == index) for place in range(len(unknowns))])
    rank = numpy.linalg.matrix_rank(numpy.array(equations))
    small = [key for key in hidden if people[key] < MINIMUM]
    for key in small:
        alone = [float(place == unknowns.index(key)) for place in range(len(unknowns))]
        assert numpy.linalg.matrix_rank(numpy.array([*equations, alone])) > rank, key


def test_enough_workspaces_hide_something_and_show_something(database, models):
    seen = Counter()
    for seed in range(30):
        leads, cells = shown(database, models, workspace(seed))
        values = list(cells.values())
        seen["hidden"] += None in values
        seen["both"] += None in values and any(value is not None for value in values)
        seen["lead totals hidden"] += None in leads.values()
    assert seen["hidden"] >= 10
    assert seen["both"] >= 1
    assert seen["lead totals hidden"] >= 5
