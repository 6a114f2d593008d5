"""What an assistant isn't told can't be computed from two answers: the models' SQL on random workspaces."""

import functools
import itertools
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable

import duckdb
import numpy
import pytest

from dbt_project.rendering import returned
from tests.dbt_project.models import FACT_COLUMNS, model_sql

MINIMUM = 10
TOLD = {entry["name"]: entry for entry in returned("catalogue/*.sql", "told_dimensions()")}
# Of these everybody has something in the workspaces below; of the others nobody.
COLUMNS = ("source", "company_region", "account_id", "campaign_id", "list_id", "batch_id", "keywords")
SEEDS = range(16)
TABLES = f"""
    create table stg_operations__run_parameters as select {MINIMUM} as sensitive_cell_minimum;
    create table fnd_period_facts (
        connection_id varchar, lead_id varchar, {", ".join(f"{name} varchar" for name in FACT_COLUMNS)},
        leads_imported integer default 0, leads_undated integer default 0, sent_undated integer default 0,
        sent_to_date integer default 1
    );
    create table fnd_segments_compared (dimension varchar, segment varchar, people bigint)
"""
MODELS = ("fnd_segments_placed", "fnd_segments_withheld")

# Dimension and segment; and the requests in each.
Cell = tuple[str, str]
Cells = dict[Cell, frozenset[int]]
People = Callable[[Iterable[int]], Collection]


@pytest.fixture(scope="module")
def database():
    """Empty tables of the models, and statements that fill them: planned once, for rows of any workspace."""
    with duckdb.connect(config={"threads": 1}) as connection:
        connection.execute("pragma disable_optimizer")
        connection.execute(TABLES)
        for model in MODELS:
            connection.execute(f"create table {model} as {model_sql(model)}")
            connection.execute(f"prepare fill_{model} as insert into {model} {model_sql(model)}")
        yield connection


def workspace(seed: int) -> list[dict[str, str | None]]:
    """Requests: batches within lists within campaigns, mostly; sources, regions and keywords across them."""
    draw = random.Random(seed)
    sources = [f"s{number}" for number in range(draw.randint(1, 4))]
    regions = [f"r{number}" for number in range(draw.randint(1, 4))]
    keywords = [f"k{number}" for number in range(draw.randint(1, 5))]
    weights = {name: draw.random() ** 3 + 0.01 for name in (*sources, *regions, *keywords)}

    def one(names: list[str]) -> str:
        return draw.choices(names, [weights[name] for name in names])[0]

    requests, lead = [], 0
    for campaign in range(draw.randint(1, 4)):
        for batch in range(draw.randint(1, 4)):
            strayed = draw.random() < 0.2
            for _ in range(draw.choice((2, 4, 9, 10, 15, 30, 60))):
                lead += draw.random() < 0.9  # some are asked twice
                said = sorted({one(keywords) for _ in range(draw.randint(0, 2))})
                requests.append(
                    {
                        "lead_id": f"lead {lead}",
                        "source": one(sources),
                        "company_region": None if draw.random() < 0.05 else one(regions),
                        "account_id": f"a{draw.choice((campaign, campaign, batch))}",
                        "campaign_id": f"c{campaign}",
                        "list_id": f"l{campaign}{'x' if strayed and draw.random() < 0.1 else ''}",
                        "batch_id": None if draw.random() < 0.02 else f"b{campaign}.{batch}",
                        "keywords": ", ".join(said) or None,
                    }
                )
    return requests


def cells_of(requests: list[dict[str, str | None]]) -> Cells:
    """Which requests are in which segment of which dimension, by the meaning of the catalogue."""
    found = defaultdict(set)
    for number, request in enumerate(requests):
        for name, entry in TOLD.items():
            value = request.get(entry.get("several", entry["column"]))
            if "several" in entry:
                values = value.split(", ") if value else []
            else:
                values = [value or entry["missing"]]
            for each in values:
                found[name, each].add(number)
    return {key: frozenset(numbers) for key, numbers in found.items()}


def few_by_difference(cells: Cells, people: People, hidden: Collection[Cell]) -> list[tuple[Cell, Cell]]:
    """Pairs of segments that are told, of which one less the other is of few people."""
    shown = {key: numbers for key, numbers in cells.items() if key not in hidden}
    return [
        (one, other)
        for (one, larger), (other, smaller) in itertools.permutations(shown.items(), 2)
        if smaller < larger and len(people(larger - smaller)) < MINIMUM
    ]


def few_by_two_answers(
    cells: Cells, people: People, hidden: Collection[Cell], dimensions: Collection[str]
) -> list[tuple[Cell, str]]:
    """Segments of few that follow from the figures of their dimension and of another, or the total.

    An answer has all segments of a dimension. Of these dimensions those count that add up to the total.
    """
    everybody = frozenset().union(*cells.values())
    by_dimension: dict[str, dict[str, frozenset[int]]] = defaultdict(dict)
    for (dimension, segment), numbers in cells.items():
        by_dimension[dimension][segment] = numbers
    adding_up = [name for name in dimensions if "several" not in TOLD[name]]
    found = []
    for dimension in adding_up:
        mine = by_dimension[dimension]
        few = [
            (dimension, segment)
            for segment, numbers in mine.items()
            if len(people(numbers)) < MINIMUM and numbers != everybody
        ]
        for other in [*(name for name in adding_up if name != dimension), "all"] if few else []:
            theirs = by_dimension.get(other, {"all": everybody})
            figures = [
                numbers
                for name, segments in ((dimension, mine), (other, theirs))
                for segment, numbers in segments.items()
                if (name, segment) not in hidden
            ]
            # Requests that no figure tells apart are one unknown.
            unknowns = list({one & two for one in mine.values() for two in theirs.values()} - {frozenset()})
            rows = [[float(each <= figure) for each in unknowns] for figure in figures]
            rank = numpy.linalg.matrix_rank(numpy.array(rows)) if rows else 0
            for key in few:
                alone = [float(each <= cells[key]) for each in unknowns]
                if numpy.linalg.matrix_rank(numpy.array([*rows, alone])) == rank:
                    found.append((key, other))
    return found


def withheld(database, requests, cells: Cells, people) -> dict[tuple[str, str], str]:
    """What the models withhold, and why."""
    for table in ("fnd_period_facts", "fnd_segments_compared", *MODELS):
        database.execute(f"delete from {table}")
    names = ("lead_id", *COLUMNS)
    columns = [[request[name] for request in requests] for name in names]
    unnested = ", ".join(f"unnest(${place}::varchar[])" for place, _ in enumerate(names, 1))
    database.execute(
        f"insert into fnd_period_facts (connection_id, {', '.join(names)})"
        f"select 'connection ' || row_number() over (), * from (select {unnested})",
        columns,
    )
    counted = [(*key, len(people(numbers))) for key, numbers in cells.items()]
    database.execute(
        "insert into fnd_segments_compared "
        "select unnest($1::varchar[]), unnest($2::varchar[]), unnest($3::bigint[])",
        [list(column) for column in zip(*counted, strict=True)],
    )
    for model in MODELS:
        database.execute(f"execute fill_{model}")
    rows = database.execute("select * from fnd_segments_withheld").fetchall()
    return {(dimension, segment): because for dimension, segment, because in rows}


@pytest.fixture(scope="module")
def told(database):
    """Of a random workspace: its cells, how many people are in each, and what is withheld."""

    @functools.cache
    def of(seed: int):
        requests = workspace(seed)
        cells = cells_of(requests)

        def people(numbers):
            return {requests[number]["lead_id"] for number in numbers}

        return cells, people, withheld(database, requests, cells, people)

    return of


@pytest.mark.parametrize("seed", SEEDS)
def test_nobody_few_is_told_of(seed, told):
    cells, people, hidden = told(seed)
    few = {key for key, numbers in cells.items() if len(people(numbers)) < MINIMUM}
    assert few == {key for key, because in hidden.items() if because == "few_people"}


@pytest.mark.parametrize("seed", SEEDS)
def test_one_figure_less_another_tells_of_nobody_few(seed, told):
    cells, people, hidden = told(seed)
    assert few_by_difference(cells, people, hidden) == []


@pytest.mark.parametrize("seed", SEEDS)
def test_what_the_total_leaves_for_those_withheld_is_of_several_and_of_people_enough(seed, told):
    cells, people, hidden = told(seed)
    for dimension in {name for name, because in hidden.items() if because == "few_people"}:
        if "several" in TOLD[dimension[0]]:
            continue
        of_it = {key: numbers for key, numbers in cells.items() if key[0] == dimension[0]}
        left = [numbers for key, numbers in of_it.items() if key in hidden]
        assert len(left) == len(of_it) or (
            len(left) >= 2 and sum(len(people(each)) for each in left) >= MINIMUM
        ), dimension


@pytest.mark.parametrize("seed", SEEDS)
def test_no_two_answers_together_tell_of_a_segment_of_few(seed, told):
    cells, people, hidden = told(seed)
    dimensions = [name for name, entry in TOLD.items() if entry["column"] in COLUMNS]
    assert few_by_two_answers(cells, people, hidden, dimensions) == []


def test_two_of_few_who_are_few_together_take_a_third_with_them(database):
    requests = [
        {name: None for name in COLUMNS} | {"lead_id": f"{region} {number}", "company_region": region}
        for region, size in {"few": 4, "fewer": 3, "some": 20, "most": 60}.items()
        for number in range(size)
    ]
    cells = cells_of(requests)
    hidden = withheld(
        database, requests, cells, lambda numbers: {requests[each]["lead_id"] for each in numbers}
    )
    assert hidden == {
        ("region", "few"): "few_people",
        ("region", "fewer"): "few_people",
        ("region", "some"): "adds_up",
    }


def test_enough_is_withheld_for_each_reason_and_enough_is_told(told):
    seen = Counter()
    for seed in SEEDS:
        cells, _, hidden = told(seed)
        seen.update(hidden.values())
        seen["told"] += len(cells) - len(hidden)
    assert min(seen[reason] for reason in ("few_people", "adds_up", "nearly_the_same")) >= 10, seen
    assert seen["told"] > sum(seen.values()) / 3, seen
