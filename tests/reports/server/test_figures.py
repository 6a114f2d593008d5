"""Each number of a list, and on a lead's page, is that of the JSON, of the CSV, and of SQL on the mart.

Pages are read as HTML, a cell by its row and its column, and held against the exact value as far as the page
rounds it. So another column under a label, or another row's figures, differ.
"""

import csv
import io
import json
import math
from datetime import date, datetime
from typing import Any

import pytest

from extract.people.traits import trait_of
from reports.server.tables import tables
from tests.reports.server.pages_read import read, sql, sql_at_once

# Lists: the page, the query that gives the same rows in the same order.
INBOX = """
    select * from marts.rpt_lead_inbox
    where icp_profile = (select icp_profile from marts.rpt_inbox_profiles where is_default) order by rank
"""
LISTS = {
    "/leads": INBOX,
    "/campaigns": "select * from marts.rpt_campaign_performance order by campaign_id",
    "/campaigns/40101": "select * from marts.heyreach_connections where campaign_id = '40101' "
    "order by campaign_lead_id",
    "/bottlenecks/2": "select * from marts.rpt_bottleneck_leads where rank = 2 order by lead_row_id",
    "/plan": "select * from marts.planned_sends where is_current order by week, day, line_number",
    "/tests": "select * from marts.rpt_message_tests order by started_at desc, test_id",
    **{
        f"/tables/{name}": f"select * from marts.{name} order by {', '.join(listing.key)}"
        for name, listing in tables().items()
    },
}


ROWS = 20


@pytest.fixture(scope="module")
def marts(shown) -> dict[str, list[dict[str, Any]]]:
    """The first rows of each list."""
    found = sql_at_once(shown, *(f"{query} limit {ROWS}" for query in LISTS.values()))
    return dict(zip(LISTS, found, strict=True))


@pytest.mark.parametrize("path", LISTS)
def test_each_cell_of_a_list_is_the_marts_and_that_of_json_and_csv(shown, marts, path):
    expected = marts[path]
    page = read(shown, f"{path}?limit={ROWS}")
    twin = shown.json(page.twins["JSON"])["rows"]
    cells = list(csv.DictReader(io.StringIO(shown.get(page.twins["CSV"]).text)))
    assert len(twin) == len(cells) == len(expected)
    if not expected:
        assert page.tables == []
        return
    [table] = page.tables
    assert len(table.rows) == len(expected)
    for row, shown_row, json_row, csv_row in zip(expected, table.rows, twin, cells, strict=True):
        names = [name for name, value in row.items() if is_figure(value) and name in json_row]
        for name in names:
            assert json_row[name] == as_json(row[name]), name
            assert csv_row[name] == as_csv(row[name]), name
        seen = {name: shown_row[label] for name in names if (label := name.replace("_", " ")) in shown_row}
        assert [name for name, text in seen.items() if not shows(text, row[name])] == []
    if path.startswith("/tables/"):
        hidden = [name for name in expected[0] if name.replace("_", " ") not in table.columns]
        assert [name for name in hidden if not trait_of(name)] == []


def is_figure(value: object) -> bool:
    return isinstance(value, int | float | date) and not isinstance(value, bool)


def as_json(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    return value if math.isfinite(value) else None


def as_csv(value: Any) -> str:
    return str(as_json(value))


def shows(text: str, value: Any) -> bool:
    """Whether a cell says a value: counts in full, other numbers by four digits, times by the minute."""
    if isinstance(value, datetime):
        return text == f"{value:%Y-%m-%d %H:%M} UTC"
    if isinstance(value, date):
        return text == f"{value:%Y-%m-%d}"
    told = float(text.replace(",", ""))
    if isinstance(value, int):
        return told == value
    digits = 0 if abs(value) >= 1000 or not value else 3 - math.floor(math.log10(abs(value)))
    return abs(told - value) <= 0.5001 * 10.0**-digits


def test_each_number_on_a_leads_page_is_the_marts(shown):
    [found] = sql(
        shown,
        """
        select leads.lead_id from marts.heyreach_leads as leads
        inner join marts.heyreach_connections as connections using (lead_id)
        where connections.connection_accepted_earliest is not null
        group by 1 order by count(*) desc, 1 limit 1
        """,
    )
    lead_id = found["lead_id"]
    page, twin = read(shown, f"/leads/{lead_id}"), shown.json(f"/api/leads/{lead_id}")
    scores = sql(
        shown,
        "select scores.* from marts.lead_scores as scores inner join marts.rpt_icp_profiles as profiles "
        "using (icp_profile) where lead_id = ? order by profile_order",
        lead_id,
    )
    assert len(scores) > 1
    for place, score in enumerate(scores):
        heading = f"{score['icp_profile']}: {score['total_score']} points, {score['tier']}"
        [line] = [text for tag, text in page.lines if tag == "h3" and text.startswith(heading)]
        points = json.loads(score["score_breakdown"])
        told = [table.rows for table in page.tables if table.heading == line]
        assert [int(row["points"]) for rows in told for row in rows] == [each["points"] for each in points]
        assert [row["point"] for rows in told for row in rows] == [
            f"{each['component'].replace('_', ' ')} ({each['group']})" for each in points
        ]
        for name in ("intent_score", "fit_score", "accessibility_score", "score_coverage"):
            facts = [text for label, text in page.facts if label == name.replace("_", " ")]
            assert int(facts[place]) == score[name] == twin["scores"][place][name], name
    for_lead = "where lead_id = ? order by created_at desc, connection_id"
    for place, row in enumerate(sql(shown, f"select * from marts.heyreach_connections {for_lead}", lead_id)):
        for label, name in (("asked", "connection_sent"), ("accepted", "connection_accepted")):
            times = [row[f"{name}_{kind}"] for kind in ("at", "earliest", "latest")]
            text = [text for known, text in page.facts if known == label][place]
            assert [text.count(f"{each:%Y-%m-%d %H:%M} UTC") >= 1 for each in times if each] == [
                True for each in times if each
            ]
            assert twin["connections"][place][f"{name}_at"] == (as_json(times[0]) if times[0] else None)
    [lead] = sql(shown, "select * from marts.heyreach_leads where lead_id = ?", lead_id)
    told, numbers = dict(page.facts), 0
    for name, value in lead.items():
        if is_figure(value) and name != "as_of":
            numbers += 1
            assert shows(told[name.replace("_", " ")].partition(" (said by")[0], value), name
            assert twin["lead"][name] == as_json(value)
    assert numbers > 3
