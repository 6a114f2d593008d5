"""A report as text: pure functions of what `queries.read_report` returns."""

import json
import re
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import jinja2

from reports.document import filters
from reports.document.queries import DIMENSIONS, MORE, Definitions
from reports.document.sections import BY_KEY, SECTIONS, Section

_MARKDOWN = jinja2.Environment(
    loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
    # HTML escaping would leave `|` and `*` alone; `finalize` escapes for markdown, and can't be forgotten.
    autoescape=False,  # noqa: S701
    finalize=filters.printed,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
)
_MARKDOWN.filters.update(
    accept_rate=filters.accept_rate,
    accepts=filters.accepts,
    worth=filters.worth,
    command=filters.command,
    aligned=filters.aligned,
    bounded=filters.bounded,
    comparison_verdict=filters.comparison_verdict,
    day=filters.day,
    days_until=filters.days_until,
    decimal=filters.decimal,
    dollars=filters.dollars,
    hours=filters.hours,
    mart=filters.mart,
    message=filters.message,
    minute=filters.minute,
    odds_ratio=filters.odds_ratio,
    percent=filters.percent,
    plural=filters.plural,
    points=filters.points,
    points_between=filters.points_between,
    probability=filters.probability,
    quantile=filters.quantile,
    rate_between=filters.rate_between,
    reply_rate=filters.reply_rate,
    rests_on=filters.rests_on,
    shaded=filters.shaded,
    share=filters.share,
    signed=filters.signed,
    share_within=filters.share_within,
    things=filters.things,
    to_date_rate=filters.to_date_rate,
    trend=filters.trend,
    verdict=filters.verdict,
    spelled=filters.spelled,
    words=filters.words,
    worth_between=filters.worth_between,
)
_MARKDOWN.globals.update(
    more_breakdowns=MORE,
    dimension_labels={entry["name"]: entry["label"].rstrip(":").lower() for entry in DIMENSIONS},
    printed_sections=SECTIONS,
    section_of=BY_KEY,
)

# As markdown escapes punctuation (filters.printed); a screen shows it as it is.
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_LONE_SURROGATE = re.compile("[\ud800-\udfff]")


def environment_of(folder: Path) -> jinja2.Environment:
    """The same environment for the templates of another document than the report."""
    return _MARKDOWN.overlay(loader=jinja2.FileSystemLoader(folder))


def render_markdown(
    report: dict[str, Any], *, in_full: bool = False, sections: Sequence[Section] | None = None
) -> str:
    """The report as markdown that also reads as plain text; `in_full` with every table, as on the page."""
    only = {} if sections is None else {"printed_sections": sections}
    return _MARKDOWN.get_template("report.md.j2").render(report, in_full=in_full, **only)


def render_screen(report: dict[str, Any]) -> list[str]:
    """The report's headline and the first thing it says to do, in its own words, as lines of plain text."""
    text = _MARKDOWN.get_template("screen.md.j2").render(report).replace("**", "")
    return [_ESCAPED.sub(r"\1", line) for line in text.splitlines() if line]


def render_html(
    report: dict[str, Any], definitions: Definitions | None = None, docs: str | None = None
) -> str:
    """The whole report as one HTML page with charts; see render_page for what its tables lead to."""
    # Drawing brings a JavaScript engine along, which no other format and no other command needs.
    from reports.document.charts import draw_charts  # noqa: PLC0415
    from reports.document.page import render_page  # noqa: PLC0415

    return render_page(render_markdown(report, in_full=True), draw_charts(report), definitions, docs)


def render_json(report: dict[str, Any]) -> str:
    """The report as JSON: exact values, times in ISO 8601 with Z.

    Raises ValueError for nan and inf, which JSON doesn't know.
    """
    text = json.dumps(report, ensure_ascii=False, allow_nan=False, indent=2, default=_iso)
    # Half a surrogate pair can't be written as UTF-8, but JSON has an escape for it.
    return _LONE_SURROGATE.sub(lambda half: f"\\u{ord(half[0]):04x}", text) + "\n"


def _iso(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no form in a JSON report")
