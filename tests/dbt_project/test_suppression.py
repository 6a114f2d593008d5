"""What is suppressed can't be computed from what is shown: the models' own SQL on random workspaces."""

import functools
import itertools
import random
from collections import Counter

import duckdb
import numpy
import pytest

from tests.dbt_project.models import FACT_COLUMNS, model_sql, singular_test_sql

MODELS = (
    "fnd_segments_compared",
    "rpt_segment_performance",
    "rpt_account_lead_match",
    "rpt_account_lead_comparison",
)
MINIMUM = 10
COUNTS = """
    leads_imported leads_undated sent accepted sent_undated sent_to_date accepted_to_date mature_sent
    mature_accepted mature_replied
"""
DOUBTS = """
    mature_accepted_surely mature_accepted_possibly out_of_sight already_connected undecided
    evidence_sent evidence_accepted evidence_accepted_surely evidence_accepted_possibly evidence_out_of_sight
"""
BOUNDS = "sent accepted sent_to_date accepted_to_date mature evidence"
TEXTS = (*FACT_COLUMNS, "lead_id")
GENDERS = ("female", "male", None)


# The tables that comparisons of segments, and of leads with their senders, read.
TABLES = f"""
    create table stg_operations__run_parameters as
    select 10 as hide_rate_below, 30 as collecting_below, {MINIMUM} as sensitive_cell_minimum,
        now() as since, now() as until, now() as as_of;
    create table fnd_loss_tests (dimension varchar, segment varchar, stage varchar, z double, q_value double);
    create table fnd_losing_segments (dimension varchar, segment varchar);
    create table fnd_segments_labeled (dimension varchar, segment varchar, segment_label varchar);
    create table fnd_segment_bounds (
        dimension varchar, segment varchar,
        {", ".join(f"{name}_fewer bigint, {name}_more bigint" for name in BOUNDS.split())}
    );
    create table fnd_period_facts (
        {", ".join(f"{name} varchar" for name in TEXTS)},
        {", ".join(f"{name} integer default 0" for name in (COUNTS + DOUBTS).split())},
        undecided_group varchar, undecided_mature integer default 0
    );
    create table int_connections_asked (
        undecided_group varchar, is_undecided boolean, group_rows bigint, group_asked_at_least bigint,
        group_asked_at_most bigint
    )
"""


@pytest.fixture(scope="module")
def database():
    """Empty tables of the models, and statements that fill them: planned once, for rows of any workspace."""
    # Of so few rows planning takes longer than any plan saves, and so does a second thread.
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.execute("pragma disable_optimizer")
        connection.execute(TABLES)
        for model in MODELS:
            connection.execute(f"create table {model} as {model_sql(model)}")
        for model in MODELS:
            connection.execute(f"prepare fill_{model} as insert into {model} {model_sql(model)}")
        connection.execute(f"prepare guard as {singular_test_sql('assert_suppressed_cells_stay_hidden')}")
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


def shown(database, requests, pair: str = "gender") -> tuple[dict, dict]:
    """mature_sent by lead gender, and by account gender and lead gender; None where suppressed.

    An account is a gender's only one, but for those written `female 2`.
    """
    database.execute("delete from fnd_period_facts")
    database.execute(
        """
        insert into fnd_period_facts
            (lead_id, account_id, account_gender, lead_gender, leads_imported, leads_undated, sent, accepted,
             sent_undated, sent_to_date, accepted_to_date, mature_sent, mature_accepted, mature_replied)
        select lead, account, split_part(account, ' ', 1), gender, 0, 0, 1, 0, 0, 1, 0, 1, 0, 0
        from (
            select unnest($1::varchar[]) as lead, unnest($2::varchar[]) as account,
                unnest($3::varchar[]) as gender
        )
        """,
        [list(column) for column in zip(*requests, strict=True)],
    )
    for model in MODELS:
        database.execute(f"delete from {model}")
        database.execute(f"execute fill_{model}")
    leads = database.execute(
        "select segment, mature_sent from rpt_segment_performance where dimension = 'lead_gender'"
    ).fetchall()
    cells = database.execute(
        "select account_value, lead_value, mature_sent from rpt_account_lead_match where pair = ?", [pair]
    ).fetchall()
    return dict(leads), {(account, lead): count for account, lead, count in cells}


def failures(database) -> list[tuple]:
    """What the tests of a build find in the tables that `shown` left."""
    return database.execute("execute guard").fetchall()


@pytest.fixture(scope="module")
def shown_by_seed(database):
    """Of a random workspace what `shown` gives, and the failures of it; made once for each seed."""

    @functools.cache
    def of(seed: int) -> tuple[dict, dict, list[tuple]]:
        return *shown(database, workspace(seed)), failures(database)

    return of


@pytest.mark.parametrize("seed", range(30))
def test_no_hidden_cell_follows_from_what_is_shown(seed: int, shown_by_seed):
    requests = workspace(seed)
    leads, cells, failed = shown_by_seed(seed)
    assert failed == []
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


@pytest.mark.parametrize("seed", range(25))
def test_no_hidden_cell_of_a_sender_follows_from_those_of_all_alike(seed: int, database):
    """Of each gender several accounts, each with its row; all that is shown is public."""
    draw = random.Random(f"senders {seed}")
    accounts = [
        f"{gender} {number}"
        for gender in draw.sample(["female", "male", "neutral"], draw.randint(1, 3))
        for number in range(draw.randint(1, 4))
    ]
    weights = [draw.random() ** 3 for _ in accounts]
    genders = [draw.random() ** 3 for _ in GENDERS]
    requests = [
        (f"lead {number}", account, draw.choices(GENDERS, genders)[0])
        for number in range(draw.choice((20, 60, 150, 400)))
        for account in draw.choices(accounts, weights)
    ]
    leads, cells = shown(database, requests, "gender_by_account")
    summed = dict(database.execute(
        "select (account_value, lead_value), mature_sent from rpt_account_lead_match where pair = 'gender'"
    ).fetchall())  # fmt: skip
    assert failures(database) == []
    truth = Counter((account, gender or "unknown") for _, account, gender in requests)
    values = sorted({gender for _, gender in truth})
    if values == ["unknown"] or ("suppressed", "suppressed") in cells:
        return
    unknowns = list(itertools.product(sorted({account for account, _ in truth}), values))
    equations = [[float(each[0] == account) for each in unknowns] for account in {each for each, _ in truth}]
    equations += [
        [float(each[1] == value) for each in unknowns] for value in values if leads.get(value) is not None
    ]
    for kind in {account.partition(" ")[0] for account, _ in truth}:
        for value in values:
            if summed.get((kind, value), 0) is not None:
                equations.append([float(each[0].startswith(kind) and each[1] == value) for each in unknowns])
    for index, key in enumerate(unknowns):
        if cells.get(key, 0) is not None:
            assert truth[key] == cells.get(key, 0)
            assert truth[key] == 0 or truth[key] >= MINIMUM
            equations.append([float(place == index) for place in range(len(unknowns))])
    rank = numpy.linalg.matrix_rank(numpy.array(equations))
    alike = {
        account
        for account in accounts
        if len({v for a, v in truth if a.split()[0] == account.split()[0]}) == 1
    }
    for key in truth:
        if cells[key] is None and truth[key] < MINIMUM and key[0] not in alike:
            alone = [float(place == unknowns.index(key)) for place in range(len(unknowns))]
            assert numpy.linalg.matrix_rank(numpy.array([*equations, alone])) > rank, key


def test_enough_workspaces_hide_something_and_show_something(shown_by_seed):
    seen = Counter()
    for seed in range(30):
        leads, cells, _ = shown_by_seed(seed)
        values = list(cells.values())
        seen["hidden"] += None in values
        seen["both"] += None in values and any(value is not None for value in values)
        seen["lead totals hidden"] += None in leads.values()
    assert seen["hidden"] >= 10
    assert seen["both"] >= 1
    assert seen["lead totals hidden"] >= 5


def crossed(**genders_of_leads: tuple[int, int, int]) -> list[tuple[str, str, str | None]]:
    """Requests by account gender, each with so many to women, men and unknown, everybody asked once."""
    return [
        (f"{account} {gender} {number}", account, gender)
        for account, counts in genders_of_leads.items()
        for gender, count in zip(GENDERS, counts, strict=True)
        for number in range(count)
    ]


def test_a_small_group_of_senders_without_one_lead_gender_does_not_stop_the_build(database):
    """A hidden cell without people is hidden like the others, so two are hidden in each column."""
    _, cells = shown(database, crossed(female=(38, 61, 16), male=(79, 100, 15), unknown=(6, 8, 0)))
    assert failures(database) == []
    assert {key for key, count in cells.items() if count is not None} == {
        ("male", gender or "unknown") for gender in GENDERS
    }


def test_a_small_cell_of_gender_is_suppressed_with_its_whole_row_and_another():
    """
    Of 2 women behind the neutral accounts, one subtraction from the totals of women and of neutral accounts
    would tell. So the row goes, and the next smallest with it, until each lead value in the hidden rows has
    enough people. The other pairs stay as they are, and so does a cross in which no cell is small. Of two of
    whom one was asked, and nobody knows which, one is a woman behind a woman's account: it moves 10 of 20 by
    more than a point, and 38 of 75 by less.
    """
    database = duckdb.connect()
    database.execute(f"""
        {TABLES};
        update stg_operations__run_parameters set sensitive_cell_minimum = 4;
        insert into int_connections_asked values ('together', true, 2, 1, 1);
        insert into fnd_period_facts (
            lead_id, account_id, account_gender, lead_gender, account_seniority, lead_seniority, mature_sent,
            mature_accepted, mature_accepted_surely, mature_accepted_possibly, undecided_group,
            undecided_mature, sent_to_date
        )
        select account_gender || lead_gender || number, account_gender, account_gender, lead_gender, 'senior',
            'senior', 1, number % 2, number % 2, number % 2, if(is_undecided, 'together', null),
            cast(is_undecided as integer), 1
        from (
            select *, account_gender = 'female' and lead_gender = 'female' and number = 1 as is_undecided
            from (values ('female', 'female', 20), ('female', 'male', 30), ('male', 'female', 6),
                ('male', 'male', 8), ('neutral', 'female', 2), ('neutral', 'male', 9)
            ) as cells (account_gender, lead_gender, size)
            cross join generate_series(1, 30) as numbers (number)
            where number <= size
        ) as requests
    """)
    rows = database.execute(f"""
        select pair, account_value, lead_value, match, mature_sent, people, verdict, rate_withheld_because
        from ({model_sql("rpt_account_lead_match")})
    """).fetchall()
    hidden = (None, None, "suppressed", None)
    assert {row[:3]: row[3:] for row in rows} == {
        ("gender", "female", "female"): ("same", 20, 20, "collecting", "connected_before"),
        ("gender", "female", "male"): ("different", 30, 30, "background", None),
        ("gender", "male", "female"): ("different", *hidden),
        ("gender", "male", "male"): ("same", *hidden),
        ("gender", "neutral", "female"): ("not_comparable", *hidden),
        ("gender", "neutral", "male"): ("not_comparable", *hidden),
        ("seniority", "senior", "senior"): ("same", 75, 75, "background", None),
        ("industry", "unknown", "unknown"): ("not_comparable", 75, 75, "background", None),
        # Here each gender's account is one, and hidden with its gender.
        ("gender_by_account", "female", "female"): (
            "not_comparable",
            20,
            20,
            "collecting",
            "connected_before",
        ),
        ("gender_by_account", "female", "male"): ("not_comparable", 30, 30, "background", None),
        **{
            ("gender_by_account", account, lead): ("not_comparable", *hidden)
            for account in ("male", "neutral")
            for lead in ("female", "male")
        },
        **{
            ("seniority_by_account", account, "senior"): ("not_comparable", count, count, verdict, withheld)
            for account, count, verdict, withheld in (
                ("female", 50, "background", "connected_before"),
                ("male", 14, "collecting", None),
                ("neutral", 11, "collecting", None),
            )
        },
    }


@pytest.mark.parametrize(
    "counts",
    [
        {"female": (12, 0, 0), "unknown": (0, 3, 0), "male": (40, 50, 60)},
        {"female": (12, 0, 0), "unknown": (3, 0, 0), "male": (40, 50, 60)},
        {"female": (9, 9, 9)},
        {"unknown": (0, 0, 90), "male": (0, 0, 2)},
        {"unknown": (1, 0, 0)},
        {"female": (10, 10, 0), "male": (10, 9, 0), "neutral": (0, 1, 10)},
    ],
)
def test_no_shape_of_a_workspace_fails_the_test_that_guards_the_table(counts, database):
    shown(database, crossed(**counts))
    assert failures(database) == []


def test_a_person_whom_two_lists_describe_differently_is_one_person(database):
    """Nine people under either gender are nine: too few to be hidden as a sum of two cells."""
    requests = [(f"lead {number}", "female", gender) for number in range(9) for gender in ("female", "male")]
    requests += [(f"other {number}", "female", None) for number in range(40)]
    leads, _ = shown(database, requests)
    assert failures(database) == []
    assert set(leads.values()) == {None}


def test_the_guard_notices_what_is_shown_or_hidden_in_part(database):
    shown(database, crossed(female=(38, 61, 16), male=(79, 100, 15), unknown=(6, 8, 0)))
    database.execute(
        "update rpt_account_lead_match set verdict = 'background', people = 6, mature_sent = 6"
        " where pair = 'gender' and account_value = 'unknown' and lead_value = 'female'"
    )
    assert {problem for problem, _, _ in failures(database)} == {
        "a cell of few people is shown", "a row is hidden in part", "hidden cells can be told",
    }  # fmt: skip
    shown(database, crossed(female=(40, 40, 3)))
    assert failures(database) == []
    database.execute(
        "update rpt_segment_performance set verdict = 'background', people = 40, mature_sent = 40"
        " where dimension = 'lead_gender' and segment = 'female'"
    )
    assert failures(database) == [("hidden segments can be told", "lead_gender", None)]


@pytest.mark.parametrize("seed", range(20))
def test_no_random_workspace_fails_the_test_that_guards_the_tables(seed: int, database):
    """Also where lists contradict each other, an account has no gender, or most cells are empty."""
    draw = random.Random(f"guard {seed}")
    accounts = draw.sample(["female", "male", "neutral", "unknown", None], draw.randint(1, 5))
    genders = draw.sample(GENDERS, draw.randint(1, 3))
    likely = {account: [draw.random() ** 4 for _ in genders] for account in accounts}
    requests = []
    for number in range(draw.choice((1, 9, 11, 30, 120))):
        for _ in range(draw.choice((1, 1, 2, 3))):
            account = draw.choice(accounts)
            requests.append((f"lead {number}", account, draw.choices(genders, likely[account])[0]))
    shown(database, requests)
    assert failures(database) == []
