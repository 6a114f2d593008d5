"""Lists hold what SQL says, each row once, in any order; what can't be asked is said, with what would do."""

import csv
import io
from itertools import pairwise

import duckdb
import pytest

from dbt_project.keys import keys
from reports.server.answers import csv_bytes
from reports.server.api.lists import ROUTES
from reports.server.listing import MOST_ROWS
from reports.server.tables import tables
from tests.looking import look_at
from tests.reports.server.test_overlay import published_anew
from tests.serving import copied, serving

PLAIN = [path for path in ROUTES if "{" not in path]


def sql(served, query: str) -> list[tuple]:
    with look_at(served.workspace.paths.published) as connection:
        connection.execute("set TimeZone = 'UTC'")
        return connection.execute(query).fetchall()


def values(rows: list[dict], name: str) -> list:
    return [row[name] for row in rows]


@pytest.mark.parametrize("path", PLAIN)
def test_a_list_holds_each_row_once(served, path):
    listing = ROUTES[path][1]
    default = {"/api/leads": "&icp_profile=platform_teams", "/api/plan": ""}.get(path, "")
    rows = served.rows(f"{path}?limit=37{default}")
    where = "where icp_profile = 'platform_teams'" if default else ""
    where = "where is_current" if path == "/api/plan" else where
    expected = sql(served, f"select {', '.join(listing.key)} from marts.{listing.model} {where}")
    assert sorted(tuple(str(row[name]) for name in listing.key) for row in rows) == sorted(
        tuple(map(str, row)) for row in expected
    )


@pytest.mark.parametrize(
    "sort", ["company_name", "-company_name", "enriched_since", "-enriched_since", "email"]
)
def test_a_list_is_sorted_and_what_is_not_known_comes_last(served, sort):
    """Keys are passed on over values that many rows share, and over those that are missing."""
    rows = served.rows(f"/api/people?limit=150&sort={sort}")
    [(count,)] = sql(served, "select count(*) from marts.heyreach_leads")
    assert len({row["lead_id"] for row in rows}) == len(rows) == count
    column = sort.removeprefix("-")
    direction = "desc" if sort.startswith("-") else "asc"
    expected = sql(
        served,
        f"select lead_id from marts.heyreach_leads order by {column} {direction} nulls last, lead_id",
    )
    assert values(rows, "lead_id") == [lead_id for (lead_id,) in expected]


@pytest.mark.parametrize(
    ("query", "condition"),
    [
        ("tier=warm", "tier = 'warm'"),
        ("tier=warm&is_provisional=false", "tier = 'warm' and not is_provisional"),
        ("total_score=70", "total_score = 70"),
        ("title=", "true"),
        ("company_name=%27%3B%20drop%20table%20x%3B--", "false"),
        ("as_of=2026-02-09T06:00:01Z", "as_of = timestamptz '2026-02-09 06:00:01+00'"),
    ],
)
def test_a_list_is_filtered_by_its_columns(served, query, condition):
    rows = served.rows(f"/api/leads?{query}")
    expected = sql(
        served,
        "select lead_id from marts.rpt_lead_inbox "
        f"where icp_profile = 'platform_teams' and {condition} order by rank",
    )
    assert values(rows, "lead_id") == [lead_id for (lead_id,) in expected]


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("teir=warm", "teir is no column of this list; did you mean tier?"),
        ("limit=0", "limit must be a whole number from 1 to 500"),
        ("limit=501", "limit must be"),
        ("limit=x", "limit must be"),
        ("sort=teir", "sort must be a column"),
        ("total_score=many", "total_score must be a whole number"),
        ("is_provisional=perhaps", "is_provisional must be true or false"),
        ("as_of=yesterday", "as_of must be a time like"),
        ("after=x", "after must be what `next` of the page before says"),
        ("after=WzFd", "after must be"),
        ("tier=warm&tier=hot", "tier is given twice"),
        ("gender=male", "gender is no column of this list"),
        ("tier=%00", "tier must be a text without NUL"),
        ("rank=--5", "rank must be a whole number"),
        ("rank=99999999999999999999", "rank must be a whole number"),
        pytest.param("&".join(f"x{n}=1" for n in range(101)), "may have 100 parameters", id="many"),
    ],
)
def test_what_can_not_be_asked_is_said(served, query, said):
    answer = served.get(f"/api/leads?{query}")
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert said in answer.json()["detail"]
    assert answer.json()["errors"]


def test_a_page_names_the_next_one(served):
    first = served.get("/api/people?limit=3&sort=company_name")
    link = first.headers["link"].partition(">")[0].removeprefix("<")
    assert served.json(link)["rows"][0] == served.json("/api/people?limit=4&sort=company_name")["rows"][3]


@pytest.mark.parametrize("path", [*PLAIN, "/api/campaigns/40101/leads", "/api/bottlenecks/1/leads"])
def test_a_list_as_csv_is_the_same_list(served, path):
    rows = served.json(f"{path}?limit=20")["rows"]
    answer = served.get(f"{path}.csv?limit=20")
    assert answer.headers["content-type"].startswith("text/csv")
    found = list(csv.DictReader(io.StringIO(answer.text)))
    assert len(found) == len(rows)
    for cells, row in zip(found, rows, strict=True):
        assert set(cells) == set(row)
        assert all(bool(cells[name]) <= (row[name] is not None) for name in row)
        assert all(
            cells[name] == str(row[name])
            for name in row
            if isinstance(row[name], int) and cells[name][0] in "0123456789"
        )


def test_what_a_path_names_has_to_exist(served):
    for path in (
        "/api/campaigns/1/leads",
        "/api/campaigns/x'y/leads",
        "/api/bottlenecks/99/leads",
        "/api/bottlenecks/x/leads",
    ):
        answer = served.get(path)
        assert answer.status_code == 404, path
        assert answer.json()["detail"].startswith("There is no")
    assert served.get("/api/tables/rpt_nothing").status_code == 404
    assert served.get("/api/tables/sqlite_master").status_code == 404


def test_leads_of_a_campaign_are_named(served):
    rows = served.rows("/api/campaigns/40101/leads?limit=200")
    expected = sql(served, "select connection_id from marts.heyreach_connections where campaign_id = '40101'")
    assert sorted(values(rows, "connection_id")) == sorted(connection for (connection,) in expected)
    assert all(row["last_name"] for row in rows)


def test_no_list_of_leads_shows_a_trait(served):
    """Gender, age and employment are of groups: no column, no filter, nothing among what services said."""
    for path in (
        "/api/people?limit=500",
        "/api/campaigns/40101/leads",
        "/api/leads",
        "/api/tables/heyreach_leads",
    ):
        for row in served.json(path)["rows"]:
            assert not {"gender", "estimated_age", "age_bracket", "is_employed"} & row.keys()
    assert served.get("/api/people?is_employed=true").status_code == 422
    assert served.get("/api/people?sort=estimated_age").status_code == 422
    assert "enrichment_values" not in tables()


def test_no_lead_shows_a_trait_whoever_said_it(demo, tmp_path):
    workspace = copied(demo[0].warehouse, tmp_path / "data")
    with duckdb.connect(str(workspace.paths.published)) as connection:
        [(lead_id,)] = connection.execute("select lead_id from marts.heyreach_leads limit 1").fetchall()
        connection.execute(
            "update marts.heyreach_leads set gender = 'SENTINEL', "
            """field_source = '{"gender": "SENTINEL", "title": "somebody"}'"""
        )
        connection.execute(
            "create or replace table marts.enrichment_values as select known.* "
            "replace ($1 as lead_id, told.field as field, told.field as enrichment_value_id) "
            "from (select * from marts.enrichment_values limit 1) as known, "
            "(select unnest(['gender', 'Estimated Age', 'title']) as field) as told",
            [lead_id],
        )
    with serving(workspace) as own:
        lead = own.json(f"/api/leads/{lead_id}")
        assert [row["field"] for row in lead["attributes"]] == ["title"]
        assert "gender" not in lead["lead"]
        assert lead["lead"]["field_source"] == {"title": "somebody"}
        page = own.get(f"/leads/{lead_id}").text.lower()
        assert "gender" not in page
        assert "estimated age" not in page


def test_no_cell_of_a_list_is_a_formula():
    rows = [{"title": text} for text in ('=HYPERLINK("x")', "+1", "@sum", "\t=1", "-2", "-x")]
    cells = [cell for [cell] in csv.reader(io.StringIO(csv_bytes(("title",), rows).decode()))]
    assert cells == ["title", '\'=HYPERLINK("x")', "'+1", "'@sum", "'\t=1", "-2", "'-x"]


def test_no_list_says_who_told_of_a_trait_of_a_lead(own):
    said = '{"title": "apollo", "gender": "genderize", "Estimated Age": "apollo"}'
    published_anew(own, f"update marts.heyreach_leads set field_source = '{said}'")
    for path in ("/api/people?limit=3", "/api/tables/heyreach_leads?limit=3"):
        assert [row["field_source"] for row in own.json(path)["rows"]] == [{"title": "apollo"}] * 3
    assert "genderize" not in own.get("/api/people.csv?limit=3").text


@pytest.mark.parametrize("name", sorted(tables()))
def test_every_table_that_a_figure_leads_to_can_be_read(served, name):
    [(count,)] = sql(served, f"select count(*) from marts.{name}")
    first = served.json(f"/api/tables/{name}?limit={MOST_ROWS}")["rows"]
    assert len(first) == min(count, MOST_ROWS)
    key = tables()[name].key
    shown = [tuple(str(row[column]) for column in key) for row in first]
    assert len(set(shown)) == len(shown)
    for one, other in pairwise(first[:50]):
        assert one != other
    assert served.get(f"/tables/{name}").status_code == 200


def test_marts_that_grow_with_the_leads_lie_in_the_order_of_their_lists(served):
    """So that a page reads a small part of a large file: of a million leads, in a tenth of the time."""
    grow = (
        *("heyreach_leads", "heyreach_connections", "heyreach_connection_events", "lead_names"),
        *("lead_score_points", "prospect_segments"),
    )
    for name in grow:
        key = ", ".join(keys()[name])
        [(misplaced,)] = sql(
            served,
            f"select count(*) from (select row({key}) < lag(row({key})) over (order by rowid) as is_wrong "
            f"from marts.{name}) where is_wrong",
        )
        assert misplaced == 0, name


def test_every_column_says_what_it_means(served):
    for table in served.json("/api/tables")["rows"]:
        assert table["meaning"], table["name"]
        assert [column["name"] for column in table["columns"] if not column["meaning"]] == []
