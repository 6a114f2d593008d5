"""What is said over all workspaces, on lakes of invented rows."""

import math
import re
from collections.abc import Iterator, Sequence
from pathlib import Path

import duckdb
import numpy as np
import pytest
import yaml
from scipy import stats
from statsmodels.stats.meta_analysis import combine_effects
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import confint_proportions_2indep

from dbt_project import warehouse
from dbt_project.rendering import rendered
from tests.dbt_project.lake_rows import make_lake
from tests.dbt_project.models import PROJECT, model_sql

MODELS = sorted((PROJECT / "models" / "agency").glob("*.sql"))
# Accepted and mature requests in the segment, and in the rest of the workspace.
Cell = tuple[int, int, int, int]
DIFFERING = {
    # Clients that differ, one without any acceptance, one whose rest is small.
    "clay": [(30, 100, 20, 120), (0, 40, 30, 150), (60, 90, 40, 200), (12, 80, 33, 190), (25, 60, 9, 31)],
    # Clients that agree, more than by chance: nothing is left between them.
    "zoominfo": [(5, 100, 60, 200), (6, 100, 59, 200), (5, 110, 61, 190), (4, 100, 60, 205)],
    "search": [(30, 90, 60, 200), (25, 95, 70, 210), (40, 120, 66, 190)],
    "manual": [(50, 60, 10, 100), (70, 80, 9, 90)],
    "hr": [(20, 60, 25, 70)] * 14,
}


@pytest.fixture
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        yield connection


def rows(connection: duckdb.DuckDBPyConnection, model: str, what: str) -> list[tuple]:
    """Columns of a model, in the order of the first."""
    return connection.execute(f"select {what} from ({model_sql(model)}) order by 1, 2").fetchall()


def segments(cells: dict[str, Sequence[Cell]]) -> list[dict]:
    return [
        {
            "workspace_id": f"w{number:02}",
            "segment": segment,
            "segment_label": segment.title(),
            "mature_accepted": accepted,
            "mature_sent": sent,
            "rest_mature_accepted": rest_accepted,
            "rest_mature_sent": rest_sent,
        }
        for segment, of_clients in cells.items()
        for number, (accepted, sent, rest_accepted, rest_sent) in enumerate(of_clients)
    ]


def workspaces(number: int, **columns: Sequence) -> list[dict]:
    """So many workspaces; a column has a value for each."""
    return [
        {"workspace_id": f"w{each:02}", **{name: values[each] for name, values in columns.items()}}
        for each in range(number)
    ]


def combined(cells: Sequence[Cell]) -> dict[str, float]:
    """The same written out, with the floor of Roever, Knapp and Friede; statsmodels has neither it nor
    that the variance between clients is none where the estimate is negative."""
    a, n, c, m = np.array(cells, float).T
    table = np.array([a, n - a, c, m - c]) + 0.5
    effects, variances = np.log(table[0] * table[3] / (table[1] * table[2])), (1 / table).sum(0)
    degrees, weights = len(cells) - 1, 1 / variances
    q = (weights * (effects - np.average(effects, weights=weights)) ** 2).sum()
    tau2 = max(0.0, (q - degrees) / (weights.sum() - (weights**2).sum() / weights.sum()))
    weights = 1 / (variances + tau2)
    mean = np.average(effects, weights=weights)
    by_scatter = (weights * (effects - mean) ** 2).sum() / degrees
    error = math.sqrt(max(1.0, by_scatter) / weights.sum())
    if tau2 > 0:
        theirs = combine_effects(effects, variances, method_re="dl")
        assert (tau2, mean) == pytest.approx((theirs.tau2, theirs.mean_effect_re))
        assert by_scatter < 1 or error == pytest.approx(theirs.sd_eff_w_re_hksj)
    t, of_next = stats.t.ppf(0.975, degrees), math.sqrt(error**2 + tau2)
    return {
        "odds_ratio": math.exp(mean),
        "odds_ratio_low": math.exp(mean - t * error),
        "odds_ratio_high": math.exp(mean + t * error),
        "tau": math.sqrt(tau2),
        "i_squared": max(0.0, (q - degrees) / q) if q > 0 else 0.0,
        "prediction_low": math.exp(mean - t * of_next),
        "prediction_high": math.exp(mean + t * of_next),
        "p_value": 2 * stats.t.sf(abs(mean / error), degrees),
    }


def test_a_segment_over_clients_equals_statsmodels(database):
    make_lake(database, "main", workspaces=workspaces(14), segments=segments(DIFFERING))
    told = {name: combined(cells) for name, cells in DIFFERING.items() if name != "manual"}
    names = list(told["clay"])
    found = {
        segment: dict(zip(names, values, strict=True))
        for segment, *values in rows(database, "agency_segments", f"segment, {', '.join(names)}")
    }
    assert {segment for segment in told if told[segment]["tau"] == 0} == {"zoominfo", "search", "hr"}
    assert told["clay"]["tau"] > 0.5
    for segment, expected in told.items():
        # The p-value is a series up to ten degrees, above them an expansion.
        exact = 1e-9 if len(DIFFERING[segment]) <= 11 else 2e-6
        assert found[segment] == pytest.approx(expected, rel=exact), segment
    assert set(found["manual"].values()) == {None}


def test_a_segment_is_lower_or_higher_at_a_q_value_among_all(database):
    make_lake(database, "main", workspaces=workspaces(14), segments=segments(DIFFERING))
    told = [name for name in sorted(DIFFERING) if name != "manual"]
    q = multipletests([combined(DIFFERING[name])["p_value"] for name in told], method="fdr_bh")[1]
    found = rows(database, "agency_segments", "segment, workspaces, mature_sent, q_value, verdict")
    assert [(name, value) for name, _, _, value, _ in found if name != "manual"] == [
        (name, pytest.approx(value, rel=2e-6)) for name, value in zip(told, q, strict=True)
    ]
    assert {name: (count, sent, verdict) for name, count, sent, _, verdict in found} == {
        "clay": (5, 370, "not_separable"),
        "hr": (14, 840, "not_separable"),
        "manual": (2, 140, "collecting"),
        "search": (3, 305, "not_separable"),
        "zoominfo": (4, 410, "lower"),
    }


def test_a_client_counts_only_with_enough_requests_on_both_sides_and_a_rate_that_is_not_withheld(database):
    """`hide_rate_below` is each client's own. Clients with higher rates lift no segment."""
    cells = {
        "clay": [
            (9, 30, 20, 100),
            (9, 30, 20, 100),
            (90, 100, 80, 100),
            (5, 9, 1, 50),
            (5, 20, 1, 9),
            (5, 20, 9, 50),
        ]
    }
    made = segments(cells)
    made[2]["rate_withheld_because"] = "connected_before"
    clients = workspaces(6, hide_rate_below=[10, 10, 10, 10, 10, 21])
    make_lake(database, "main", workspaces=clients, segments=made)
    assert rows(
        database, "agency_segments", "segment, workspaces, mature_sent, mature_accepted, verdict"
    ) == [("clay", 2, 60, 18, "collecting")]


@pytest.mark.parametrize("degrees", [*range(1, 32), 59, 299])
def test_students_t_equals_scipy(degrees):
    with duckdb.connect() as connection:
        quantile = rendered("statistics/*.sql", "student_quantile('n')")
        p_value = rendered("statistics/*.sql", "student_p_value('t', 'n')")
        found = connection.execute(
            f"select t, {quantile}, {p_value}"
            f" from (select {degrees}::bigint as n, unnest($1::double[]) as t)",
            [[0.0, 0.3, -1.0, 2.0, -3.5, 6.0]],
        ).fetchall()
    for t, wide, p in found:
        assert wide == pytest.approx(stats.t.ppf(0.975, degrees), abs=1e-6)
        assert p == pytest.approx(2 * stats.t.sf(abs(t), degrees), rel=2e-6)


def test_workspaces_are_ranked_and_late_ones_named(database):
    make_lake(
        database,
        "main",
        workspaces=workspaces(
            5,
            recoverable_accepts_per_week=[3.0, None, 8.0, 3.0, 0.0],
            newest_pull_at=[f"2026-02-{day} 02:00:00+00" for day in ("09", "07", "07")]
            + ["2026-02-07 14:00:00+00", None],
        ),
    )
    assert rows(database, "agency_workspaces", "rank, workspace_id, is_stale") == [
        (1, "w02", True),
        (2, "w00", False),
        (3, "w03", False),
        (4, "w04", True),
        (5, "w01", True),
    ]


def test_a_change_is_told_where_both_rates_are(database):
    make_lake(
        database,
        "main",
        workspaces=workspaces(
            5,
            mature_sent=[200, 200, 200, 200, 5],
            mature_accepted=[50, 50, 50, 50, 2],
            accept_rate=[0.25, None, 0.25, 0.25, None],
            earlier_mature_sent=[100, 100, 9, None, 100],
            earlier_mature_accepted=[40, 40, 3, None, 40],
        ),
    )
    database.execute(
        "insert into workspaces by name select * replace ('w05' as workspace_id,"
        " 'connected_before' as earlier_rate_withheld_because) from workspaces where workspace_id = 'w00'"
    )
    [told, *others] = rows(database, "agency_workspaces", "workspace_id, change_low, change, change_high")
    low, high = confint_proportions_2indep(50, 200, 40, 100, method="newcomb")
    assert told == ("w00", pytest.approx(low), pytest.approx(-0.15), pytest.approx(high))
    assert {values for _, *values in map(tuple, others) for values in [tuple(values)]} == {(None, None, None)}


def test_all_lists_are_one_with_what_brings_most_first(database):
    lines = [
        ("w00", 1, "blind", None),
        ("w00", 2, "blocked", 3.0),
        ("w00", 3, "background", 0.5),
        ("w01", 1, "starved", 6.0),
        ("w01", 2, "lower", 3.0),
        ("w01", 3, "declined", 9.0),
    ]
    make_lake(
        database,
        "main",
        workspaces=workspaces(3, recoverable_accepts_per_week=[3.0, 9.0, None]),
        bottlenecks=[
            {"workspace_id": name, "rank": rank, "verdict": verdict, "recoverable_accepts_per_week": worth}
            for name, rank, verdict, worth in lines
        ],
    )
    assert rows(database, "agency_bottlenecks", "agency_rank, workspace_id, rank, share_of_all") == [
        (1, "w01", 1, 0.5),
        (2, "w00", 2, 0.25),
        (3, "w01", 2, 0.25),
        (4, "w00", 1, None),
        (5, "w01", 3, None),
        (6, "w00", 3, None),
    ]


def sender(key: str, **columns) -> dict:
    usual = {"sent_last_7_days": 40, "weekly_limit": 100, "queue_days": 8.0}
    return {"workspace_id": "w00", "sender_key": key, **usual, **columns}


def test_a_sender_has_the_first_state_that_holds(database):
    make_lake(
        database,
        "main",
        senders=[
            sender("1"),
            sender("2", can_send=False, unable_because="sender_gone", queue_days=None),
            sender("3", blocked_by="sender_capped", queue_days=1.0),
            sender("4", queue_days=2.9, sent_last_7_days=100),
            sender("5", queue_days=3.0, sent_last_7_days=90),
            sender("6", queue_days=None, weekly_limit=0, sent_last_7_days=0),
            sender("7", can_send=None, queue_days=None),
        ],
    )
    assert rows(database, "agency_senders", "sender_key, state, state_because") == [
        ("1", "able", None),
        ("2", "blocked", "sender_gone"),
        ("3", "blocked", "sender_capped"),
        ("4", "starved", None),
        ("5", "near_limit", None),
        ("6", "able", None),
        ("7", "blocked", None),
    ]


RATES = [0.4149, 0.1, 0.2551, 0.3, 0.2, 0.9]


def test_benchmarks_are_quartiles_by_rank_and_rounded(database):
    """Of six the second, third and fifth; only senders that can send count."""
    six = [{"workspace_id": f"w{each:02}", "sender_key": "s"} for each in range(6)]
    make_lake(
        database,
        "main",
        workspaces=workspaces(6, accept_rate=RATES, attribution_coverage=[0.5, None, 1, 1, 1, 1]),
        senders=[
            *(
                {**each, "sent_last_7_days": 10 * number, "queue_days": 123.4 + number, "weekly_limit": 100}
                for number, each in enumerate(six)
            ),
            {**six[2], "sender_key": "t", "sent_last_7_days": 1, "queue_days": 0.0, "weekly_limit": 300},
            {
                **six[2],
                "sender_key": "u",
                "sent_last_7_days": 900,
                "queue_days": 9,
                "weekly_limit": 9,
                "can_send": False,
            },
        ],
    )
    quartiles = "lower_quartile, median, upper_quartile"
    assert rows(database, "agency_benchmarks", f"metric, workspaces, {quartiles}, withheld_because") == [
        ("accept_rate", 6, 0.2, 0.26, 0.41, None),
        ("attribution_coverage", 5, None, None, None, "few_workspaces"),
        # 31.35 of the third client, which has a sender without anybody waiting.
        ("queue_days", 6, 120.0, 120.0, 130.0, None),
        ("weekly_requests", 6, 10.0, 11.0, 40.0, None),
    ]


@pytest.mark.parametrize("number", [0, 1, 5])
def test_benchmarks_of_few_workspaces_say_nothing(database, number):
    clients = workspaces(number, accept_rate=RATES[:number], attribution_coverage=RATES[:number])
    make_lake(database, "main", workspaces=clients)
    found = rows(
        database, "agency_benchmarks", "metric, lower_quartile, median, upper_quartile, withheld_because"
    )
    assert {values[1:] for values in found} == {(None, None, None, "few_workspaces")}
    assert len(found) == 4


@pytest.mark.parametrize("number", range(6, 40))
def test_no_benchmark_is_the_highest_or_the_lowest_and_one_client_moves_it_by_a_place(database, number):
    rates = [each / 100 for each in range(10, 10 + number)]
    make_lake(database, "main", workspaces=workspaces(number, accept_rate=rates))
    [(_, *found)] = rows(database, "agency_benchmarks", "metric, lower_quartile, median, upper_quartile")[:1]
    assert min(rates) < found[0] <= found[1] <= found[2] < max(rates)
    places = [rates.index(value) + 1 for value in found]
    assert places == [math.ceil(number * share) for share in (0.25, 0.5, 0.75)]


# What another engine says otherwise, or reads otherwise.
ENGINE_WORDS = {
    "functions": r"\b(arg_min|arg_max|list|list_\w+|unnest|string_agg|format|strftime|to_days|timezone"
    r"|struct_pack|generate_series|range|len|concat|trim|regexp_\w+|json_\w+|epoch_us|make_timestamptz|round)\s*\(",
    "types": r"\b(varchar|text|string|timestamptz|timestamp with time zone)\b",
    "shapes": r"distinct on|group by all|\bqualify\b|\bexclude\b|\busing\b|::|//|->|\[",
    "decimals": r"(?<![\w.])\d+\.\d+(?!\d*e)\b",
}


@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_the_sql_has_no_words_of_an_engine(path):
    """What Jinja writes in is looked at in the macros; here is what a model says itself."""
    said = re.sub(
        r"{#.*?#}|{%.*?%}|{{.*?}}|--[^\n]*|'[^']*'", " ", path.read_text(encoding="utf-8"), flags=re.DOTALL
    )
    assert {name: found for name, words in ENGINE_WORDS.items() if (found := re.findall(words, said))} == {}


def test_what_may_be_missing_says_where_it_stands_in_an_order():
    """Engines differ in where NULL stands."""
    never_null = {"workspace_id", "rank", "dimension", "segment", "figure", "p_value"}
    for path in MODELS:
        for keys in re.findall(
            r"order by\s+([^()]*?)\)", re.sub(r"case .*? end", "1", path.read_text(encoding="utf-8"))
        ):
            for key in keys.split(","):
                name = key.split()[0]
                assert name == "1" or name in never_null or "nulls last" in key, (path.stem, key)


@pytest.fixture(scope="module")
def published(tmp_path_factory) -> warehouse.Files:
    """The warehouse over all, really built by dbt."""
    paths = warehouse.files(tmp_path_factory.mktemp("agency"))
    with duckdb.connect(str(paths.raw)) as raw:
        raw.execute("create schema lake")
        make_lake(
            raw,
            "lake",
            workspaces=workspaces(14, accept_rate=[0.2] * 14),
            segments=segments(DIFFERING),
            senders=[sender("1"), sender("7", can_send=None, queue_days=None)],
            bottlenecks=[{"workspace_id": "w00", "rank": 1}],
        )
    assert warehouse.build_over_all(paths, "of this night") == []
    return paths


def test_what_is_over_all_is_built_tested_and_published_by_itself(published):
    with duckdb.connect(str(published.published), read_only=True) as connection:
        tables = connection.execute("select schema_name, table_name, comment from duckdb_tables()").fetchall()
        columns = connection.execute(
            """
            select table_name, list(column_name order by column_index), bool_and(comment <> '')
            from duckdb_columns() where not internal group by table_name
            """
        ).fetchall()
    assert sorted(row[:2] for row in tables) == [("marts", path.stem) for path in MODELS]
    declared = {}
    for path in MODELS:
        [model] = yaml.safe_load(path.with_suffix(".yml").read_text(encoding="utf-8"))["models"]
        declared[model["name"]] = [column["name"] for column in model["columns"]]
    assert {name: found for name, found, _ in columns} == declared
    assert all(comment for *_, comment in tables) and all(are_described for *_, are_described in columns)
    assert not published.build.exists()


def test_what_breaks_a_rule_is_not_published(published):
    before = published.published.read_bytes()
    with duckdb.connect(str(published.raw)) as raw:
        raw.execute("insert into lake.bottlenecks select * from lake.bottlenecks")
    with pytest.raises(
        warehouse.AuditError, match=r"agency_bottlenecks: workspace_id, rank unique \(2 rows break it\)"
    ):
        warehouse.build_over_all(published, "of another")
    assert published.published.read_bytes() == before


def test_no_model_over_all_is_built_in_a_workspace():
    project = warehouse._parsed_project()
    over_all = {
        node.name
        for node in project.nodes.values()
        if node.resource_type == "model" and "agency" in node.tags
    }
    assert over_all == {path.stem for path in MODELS}
    [by_hand] = yaml.safe_load(Path(PROJECT, "selectors.yml").read_text(encoding="utf-8"))["selectors"]
    assert by_hand["default"] and "agency" in str(by_hand["definition"])
