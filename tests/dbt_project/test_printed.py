"""From a figure of the report back to what it is: its table's mart, and the column of its label."""

import re
from collections import defaultdict
from pathlib import Path

import pytest

from dbt_project import warehouse
from dbt_project.comments import write_comments
from reports.document.queries import read_definitions, read_report
from reports.document.render import render_html, render_markdown
from reports.document.sections import SECTIONS
from reports.read_only import open_published
from tests.reports.report_rows import FIRST_PULL, FULL, publish

# What stands beside labels and is none: the head of a table of figures.
FURNITURE = {"", "Figure", "Value"}
# Marts that no table shows: sentences are made of them.
SAID = {
    "rpt_notes",
    "rpt_diagnosis",
    "rpt_anomalies",
    "rpt_health",
    "rpt_verdict_calendar",
    "rpt_early_acceptance",
    "rpt_recommendations",
    "rpt_signal_value",
    "rpt_lead_inbox",
    "rpt_inbox_profiles",
    "rpt_watched_leads",
    "rpt_message_tests",
    "rpt_outreach_learning",
}
ALL_TIME = ("all time", "as of the as-of", "now")


def general(label: str) -> str:
    """Columns that are named by what there is: `... account`, `... lead`, `ICP ...`."""
    label = re.sub(r"^(?:.*(?= account$)|[a-z]+(?= lead$))", "...", label, flags=re.IGNORECASE)
    return re.sub(r"^ICP .*", "ICP ...", label)


@pytest.fixture(scope="module")
def described(tmp_path_factory) -> list[Path]:
    """Published warehouses of invented rows whose columns carry the descriptions of the project."""
    folder = tmp_path_factory.mktemp("described")
    databases = [
        publish(folder / f"{name}.duckdb", rows) for name, rows in (("full", FULL), ("first", FIRST_PULL))
    ]
    for database in databases:
        write_comments(database, warehouse._parsed_project())
    return databases


@pytest.fixture(scope="module")
def tables(described) -> list[tuple[str | None, list[str]]]:
    """Every table of the whole report: the mart that stands below it, and its labels."""
    found = []
    for database in described:
        with open_published(database) as connection:
            text = render_markdown(read_report(connection), in_full=True)
        for block in re.findall(r"((?:^\|.*\n)+)(?:\nFigures: `marts\.(\w+)`)?", text, re.MULTILINE):
            rows = [[cell.strip() for cell in line[1:-2].split(" | ")] for line in block[0].splitlines()]
            labels = rows[0] + ([row[0] for row in rows[2:]] if rows[0][0] == "Figure" else [])
            found.append((block[1] or None, labels))
    return found


def test_every_table_says_which_mart_it_shows(tables):
    assert len(tables) > 40
    printed = {name for section in SECTIONS for name in section.models}
    assert {mart for mart, _ in tables} == printed - SAID


def test_every_label_is_in_the_description_of_its_column(described, tables):
    with open_published(described[0]) as connection:
        known = read_definitions(connection)
    missing = defaultdict(set)
    for mart, labels in tables:
        names = set(map(general, labels)) - FURNITURE
        missing[mart] |= names - set(known[mart])
    assert {mart: names for mart, names in missing.items() if names} == {}


def test_no_description_names_a_label_that_is_not_printed(described, tables):
    with open_published(described[0]) as connection:
        known = read_definitions(connection)
    printed = {general(label) for _, labels in tables for label in labels}
    assert {label for labels in known.values() for label in labels} - printed == set()


def test_the_page_shows_what_a_label_means_and_leads_to_its_mart(described):
    with open_published(described[0]) as connection:
        report, known = read_report(connection), read_definitions(connection)
    text = render_html(report, known, "../docs/index.html")
    [meaning] = set(re.findall(r'<th[^>]*title="([^"]+)"[^>]*>Half by</th>', text))
    assert "hours" in meaning.lower()
    assert "Printed as" not in meaning
    leading = re.findall(r'<a href="\.\./docs/index\.html#!/model/model\.outbound_warehouse\.(\w+)">', text)
    project = warehouse._parsed_project()
    assert {f"model.outbound_warehouse.{name}" for name in leading} <= set(project.nodes)
    assert len(leading) >= text.count("<table")


def test_every_mart_of_the_report_says_of_which_time_it_is():
    project = warehouse._parsed_project()
    silent = []
    for name in {name for section in SECTIONS for name in section.models}:
        node = project.nodes[f"model.outbound_warehouse.{name}"]
        is_dated = any(column.endswith("since") for column in node.columns)
        if not is_dated and not any(words in node.description.lower() for words in ALL_TIME):
            silent.append(name)
    assert sorted(silent) == []
