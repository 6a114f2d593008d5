"""The report's first page as it is served: rendered by the job that publishes, published with its figures."""

import re
from pathlib import Path
from typing import Any

import duckdb

from extract.workspace.sql_text import literal
from reports.document.page import Body, render_body
from reports.document.queries import Definitions, read_definitions, read_report
from reports.document.render import render_markdown
from reports.document.sections import BY_KEY

SECTIONS = (BY_KEY["first"], BY_KEY["standing"])
_MART = re.compile(r"marts\.(\w+)")
_MEANINGS = {
    "table served.first_page": "The report's first page of this build, as `make serve` shows it. One row.",
    "column served.first_page.title": "The page's title.",
    "column served.first_page.html": "What stands on it, as HTML in which every name is escaped.",
}
_LINE = re.compile(r"make leads BOTTLENECK=(\d+)")


def leads_to(code: str) -> str | None:
    """Where a served page leads from a mart's name, or from the command for the leads behind a line."""
    if mart := _MART.fullmatch(code):
        return f"/tables/{mart[1]}"
    line = _LINE.fullmatch(code)
    return f"/bottlenecks/{line[1]}" if line else None


def render_first_page(report: dict[str, Any], definitions: Definitions) -> Body:
    """What a reader sees first; figures lead to the tables that they are of."""
    markdown = render_markdown(report, in_full=True, sections=SECTIONS)
    return render_body(markdown, [], definitions, leads_to, rest="/report")


def keep_first_page(database: Path) -> None:
    """Put the first page into a warehouse that is about to be published."""
    with duckdb.connect(str(database)) as connection:
        connection.execute("set TimeZone = 'UTC'")
        body = render_first_page(read_report(connection), read_definitions(connection))
        connection.execute("create schema if not exists served")
        connection.execute(
            "create or replace table served.first_page as select ?::varchar as title, ?::varchar as html",
            [body.title, str(body.html)],
        )
        for what, means in _MEANINGS.items():
            connection.execute(f"comment on {what} is {literal(means)}")


def read_first_page(connection: duckdb.DuckDBPyConnection) -> tuple[str, str] | None:
    """Title and HTML of a published file's first page; None of an earlier release's."""
    try:
        return connection.execute("select title, html from warehouse.served.first_page").fetchone()
    except duckdb.CatalogException:
        return None
