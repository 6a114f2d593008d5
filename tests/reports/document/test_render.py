import copy
import json
import os
import re
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import jinja2
import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from reports.document import render, sections
from reports.document.queries import MORE, read_report
from reports.document.render import render_json, render_markdown, render_screen
from reports.document.sections import SECTIONS
from reports.read_only import open_published
from tests.reports.report_rows import (
    EMPTY,
    FIRST_PULL,
    FULL,
    NO_DIAGNOSIS,
    SUMMARY,
    account,
    asked,
    campaign,
    cell,
    funnel,
    imported,
    publish,
    segment,
    summary,
    time_to_accept,
)

GOLDEN = Path(__file__).parent / "golden"
SCENARIOS = {"full": FULL, "empty": EMPTY, "first_pull": FIRST_PULL}

HARMLESS = "Harmless name"
HOSTILE = [
    "a|b",
    "| x |",
    "|",
    "||||||||",
    "\\",
    "ends with \\",
    "\\|",
    "a\\\\|b",
    "a\nb",
    "a\r\nb",
    "a\u2028b\u2029c\x85d\x0be\x0cf",
    "\n\n# A heading\n\n",
    "\n---\n",
    "---",
    ":---:",
    "| --- | --- |",
    "# head",
    "- item",
    "1. item",
    "> quote",
    "    indented code",
    "```\ncode\n```",
    "`code`",
    "``",
    "~~~",
    "~~gone~~",
    "*em* **strong** _em_ __strong__",
    "***",
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<b>",
    "<!-- comment -->",
    "<!-- unclosed",
    "<https://tracker.example>",
    "https://tracker.example/pixel.png",
    "www.tracker.example",
    "![x](http://tracker.example/pixel.png)",
    "[x](javascript:alert(1))",
    "[x][1]",
    "[1]: http://tracker.example",
    "[^1]",
    "&lt;b&gt; &#124; &vert;",
    "@channel @here",
    "<!here>",
    "{{ 7*7 }}",
    "{% raw %}",
    "{% for x in y %}",
    "{# gone? #}",
    "'; drop table marts.rpt_summary; --",
    "$$a$$",
    "%s %(name)s {0} {name}",
    "\x00\x01\x1b[31mred\x7f",
    "\u202egnp.exe\u2066x\u2069",
    "\ufeff\u200bhidden\u200b",
    "\ud800 half a pair \udfff",
    "Zoë 王小明 👩\u200d💻 עברית",
    "é" * 300,
    "|" * 300,
    "x" * 10_000,
    "=cmd|' /C calc'!A0",
    "",
    "   ",
]


def read(database: Path) -> dict[str, Any]:
    with open_published(database) as connection:
        return read_report(connection)


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    folder = tmp_path_factory.mktemp("warehouses")
    return {name: read(publish(folder / f"{name}.duckdb", rows)) for name, rows in SCENARIOS.items()}


@pytest.fixture(scope="module")
def named(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A report in which every text that can come from outside is HARMLESS."""
    counts = {"sent": 20, "accepted": 5, "mature_sent": 12, "mature_accepted": 3}
    dimensions = ("source", "icp", "keyword", "account_type", "account_gender", "list", "batch")
    rows = {
        "rpt_summary": [summary(**counts)],
        "rpt_verdict_calendar": [asked("accept_rate", HARMLESS, HARMLESS, question_order=1)],
        "rpt_funnel": funnel(30, 25, 24, 20, 5),
        "rpt_import_performance": [imported(HARMLESS, HARMLESS, "ledger", imports=1, why=HARMLESS)],
        "rpt_diagnosis": [{**NO_DIAGNOSIS[0], "alarms": 1, "segments_compared": 1}],
        "rpt_bottlenecks": [
            {
                "rank": 1,
                "tier": "losing",
                "stage": HARMLESS,
                "cause": HARMLESS,
                "dimension": HARMLESS,
                "segment": HARMLESS,
                "segment_label": HARMLESS,
                "recoverable_accepts_per_week": 2.0,
                "evidence_n": 30,
                "q_value": 0.01,
                "verdict": "lower",
                "why": HARMLESS,
                "what_to_do": HARMLESS,
            }
        ],
        "rpt_health": [
            {"line_number": 1, "severity": HARMLESS, "topic": HARMLESS, "affected": 1, "message": HARMLESS}
        ],
        "rpt_segment_performance": [segment(dimension, HARMLESS, **counts) for dimension in dimensions],
        "rpt_account_performance": [
            account(HARMLESS, HARMLESS, account_type=HARMLESS, main_idle_reason=HARMLESS, **counts)
        ],
        "rpt_time_to_accept": [
            time_to_accept("all", "all", HARMLESS, requests=20, accepted=5, resolution_hours=6.0),
            time_to_accept("source", HARMLESS, HARMLESS, requests=20, accepted=5, resolution_hours=6.0),
        ],
        "rpt_campaign_performance": [campaign("40001", HARMLESS, campaign_state=HARMLESS, **counts)],
        "rpt_account_lead_match": [
            cell("industry", HARMLESS, HARMLESS, "same", mature_sent=12, mature_accepted=3)
        ],
    }
    return read(publish(tmp_path_factory.mktemp("named") / "warehouse.duckdb", rows))


def renamed(value: Any, name: str) -> Any:
    if isinstance(value, dict):
        return {key: renamed(inner, name) for key, inner in value.items()}
    if isinstance(value, list):
        return [renamed(inner, name) for inner in value]
    return name if value == HARMLESS else value


def parsed(markdown: str) -> list[Token]:
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(markdown)
    return [inner for token in tokens for inner in (token, *(token.children or []))]


def shape(markdown: str) -> list[tuple[str, str]]:
    """Everything the parser found but the text itself: tables, rows, cells, headings, lists, emphasis."""
    return [(token.type, token.tag) for token in parsed(markdown) if token.type != "text"]


def labels(markdown: str) -> list[str]:
    """The text of the first cell of every table row."""
    tokens = parsed(markdown)
    firsts = [index + 2 for index, token in enumerate(tokens) if token.type == "tr_open"]
    return ["".join(child.content for child in tokens[index].children) for index in firsts]


@pytest.mark.parametrize("name", SCENARIOS)
def test_markdown_is_the_golden_file(name: str, reports: dict[str, dict[str, Any]]):
    """After a wanted change: UPDATE_GOLDEN=1 python -m pytest tests/reports, and read the difference."""
    text = render_markdown(reports[name])
    if os.environ.get("UPDATE_GOLDEN"):
        (GOLDEN / f"{name}.md").write_text(text, encoding="utf-8")
    assert text == (GOLDEN / f"{name}.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", SCENARIOS)
def test_every_section_is_there_in_the_order_of_its_number(name: str, reports: dict[str, dict[str, Any]]):
    lines = render_markdown(reports[name]).splitlines()
    first = [] if name == "full" else ["What will be known when"]  # there is no accept rate
    titles = [f"{each.number}. {each.title}" if each.is_numbered else each.title for each in SECTIONS]
    assert [line[3:] for line in lines if line.startswith("## ")] == first + titles
    numbers = [
        int(line[3:].partition(".")[0]) for line in lines if line.startswith("## ") and line[3].isdigit()
    ]
    assert numbers == list(range(1, len(numbers) + 1))


def test_a_section_is_moved_by_moving_its_line(reports: dict[str, dict[str, Any]], monkeypatch):
    """Its number goes with it, and so does whatever names it."""
    moved = sorted(SECTIONS, key=lambda section: section.key != "bottlenecks")
    monkeypatch.setattr(sections, "NUMBERED", [section for section in moved if section.is_numbered])
    monkeypatch.setitem(render._MARKDOWN.globals, "printed_sections", moved)
    text, page = render_markdown(reports["full"]), render.render_html(reports["full"])
    assert text.index("## 1. Bottleneck diagnosis") < text.index("## 2. Summary") < text.index("## 3. Funnel")
    assert "section 13" not in text + page
    assert ">1. Bottleneck diagnosis</a>" in page


@pytest.mark.parametrize("name", SCENARIOS)
def test_markdown_is_tidy(name: str, reports: dict[str, dict[str, Any]]):
    text = render_markdown(reports[name])
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    assert "\n\n\n" not in text
    assert all(line == line.rstrip() for line in text.split("\n"))
    assert "None" not in text


@pytest.mark.parametrize("name", SCENARIOS)
def test_json_is_the_report(name: str, reports: dict[str, dict[str, Any]]):
    report = reports[name]
    document = json.loads(render_json(report), parse_constant=pytest.fail)
    assert list(document) == ["meta", "totals", "sections"]
    assert list(document["sections"]) == list(report["sections"])
    assert document["meta"] == {
        "as_of": "2026-02-01T09:30:00Z",
        "since": "2026-01-01T00:00:00Z",
        "until": "2026-02-01T00:00:00Z",
        "begun": True,
        "over": True,
        "watched_from": "2025-12-01T00:00:00Z",
        "watched": "whole",
        "demo": name == "empty",
        "acceptance_window_days": 14,
        "detection_lag_days": 2,
        "hide_rate_below": 10,
    }
    assert document["totals"] == report["totals"]
    assert document["sections"]["by_source"] == [
        {**row, "as_of": "2026-02-01T09:30:00Z"} for row in report["sections"]["by_source"]
    ]


def test_json_and_markdown_show_the_same_figures(reports: dict[str, dict[str, Any]]):
    document = json.loads(render_json(reports["full"]))
    (clay,) = (row for row in document["sections"]["by_source"] if row["segment"] == "clay")
    assert clay["accept_rate"] == 62 / 258
    assert [clay["mature_accepted"], clay["mature_sent"]] == [62, 258]
    assert "24.0 % (19.2–29.6 %), 62 of 258" in render_markdown(reports["full"])


def test_exclusive_breakdowns_close_with_the_totals(reports: dict[str, dict[str, Any]]):
    text = render_markdown(reports["full"])
    for title in (
        "3. By source",
        "4. By ICP",
        "7. By account type",
        "8. By account gender",
        "11. By campaign",
    ):
        section = text.split(f"## {title}\n")[1].split("\n## ")[0]
        (total,) = (line for line in section.splitlines() if line.startswith("| All "))
        assert "24.0 % (20.5–27.9 %), 123 of 512" in total
    assert "| All " not in text.split("## 5. By keywords")[1].split("\n## ")[0]


def test_demo_data_says_so_first(reports: dict[str, dict[str, Any]]):
    demo, real = render_markdown(reports["empty"]), render_markdown(reports["full"])
    assert demo.startswith("# Connection analytics, 1 to 31 January 2026: demo data\n")
    assert "**Demo data: an invented workspace.**" in demo.split("## What to do first")[0]
    assert "demo data" not in real.lower()


@pytest.mark.parametrize("name", ["full", "empty", "first_pull"])
def test_what_is_provisional_stands_only_where_there_is_no_rate_and_is_never_called_one(
    name: str, reports: dict[str, dict[str, Any]]
):
    lines = render_markdown(reports[name]).splitlines()
    said = [line for line in lines if line.startswith("- **Accepted within 3 days, provisional")]
    assert len(said) == (2 if name == "first_pull" else 0)
    assert not any("accept rate" in line.lower() for line in said)


def with_totals(**values: Any) -> dict[str, Any]:
    row = summary(**values)
    return {
        "meta": {"as_of": SUMMARY["until"]} | {name.removeprefix("is_"): row[name] for name in row},
        "totals": row,
        "sections": {
            "first": {
                **NO_DIAGNOSIS[0],
                **dict.fromkeys(("recoverable_accepts_per_week", "worth_low", "worth_high")),
                "alarms": [],
                "changes": [],
                "health": [],
            },
            "headline": [],
            "calendar": [],
            "provisional": [],
            "benchmarks": [],
            "bottlenecks": [],
            "dead_segments": [],
            "crossed": [],
            "outcomes": [],
            "notes": [],
            "recommendations": [],
            "experiments": [],
            "inbox": {"profiles": [], "leads": [], "watched": []},
            "scores": [],
            "belief": {"fewest_accepted": 120, "validation": [], "points": []},
            "outreach": {"metrics": [], "tests": [], "weeks": [], "learning": []},
            "enrichment": {"completeness": [], "weeks": [], "fields": []},
            "funnel": [],
            "imports": [],
            "attribution_weeks": [],
            "by_source": [],
            "by_icp": [],
            "by_keyword": {"top": [], "worst": []},
            "by_account": [],
            "by_account_type": [],
            "by_account_gender": [],
            "by_account_job_title": [],
            "change": [],
            "match": {"comparisons": [], "cells": []},
            **{f"by_{entry['name']}": [] for entry in MORE},
            "by_campaign": [],
            "time_to_accept": [],
            "by_week": [],
            "trend": [],
        },
    }


@pytest.mark.parametrize(
    ("totals", "sentence"),
    [
        ({}, "**No requests in this period.**"),
        ({"is_over": False}, "**No requests in this period so far.**"),
        (
            {"watched": "part"},
            "**No requests in this period, of which only the time from 2025-12-01 on was watched.**",
        ),
        (
            {"watched": "none", "sent_to_date": 9, "sent_undated": 9, "is_mostly_undated": True},
            "**Nobody watched this period: the first pull was on 2025-12-01. What was sent before can't be "
            "dated, so no request here doesn't mean that none was sent.**",
        ),
        (
            {"is_begun": False, "is_over": False, "is_mostly_undated": True},
            "**The period has not begun: it starts on 2026-01-01.**",
        ),
        (
            {"sent_undated": 40, "sent_to_date": 40, "accepted_to_date": 6, "is_mostly_undated": True},
            "**Of 40 requests sent so far, 6 are accepted so far (15.0 %). Most can't be dated yet, so there "
            "is no accept rate to go by.**",
        ),
        ({"sent": 1}, "**Of 1 request sent in the period, none is old enough to judge yet.**"),
        (
            {"sent": 1200, "mature_sent": 1},
            "**Of 1,200 requests sent in the period, 1 is old enough to judge: too few for a rate.**",
        ),
        (
            {"sent": 1200, "mature_sent": 50},
            "**Of 1,200 requests sent in the period, 50 are old enough to judge; "
            "0.0 % (0.0–7.1 %), 0 of 50, were accepted within 14 days.**",
        ),
    ],
    ids=[
        "nothing_sent",
        "not_over",
        "watched_in_part",
        "not_watched",
        "not_begun",
        "only_undated",
        "none_mature",
        "too_few_mature",
        "a_true_zero",
    ],
)
def test_headline(totals: dict[str, int], sentence: str):
    report = with_totals(attribution_coverage=None, **totals)
    assert sentence in render_markdown(report).splitlines()


@pytest.mark.parametrize(
    ("totals", "sentence"),
    [
        ({}, "(UTC), as of 2026-02-01 00:00 UTC."),
        ({"is_over": False}, "(UTC), so far, as of 2026-02-01 00:00 UTC."),
        (
            {"is_over": False, "is_begun": False},
            "(UTC), a period that has not begun, as of 2026-02-01 00:00 UTC.",
        ),
    ],
    ids=["over", "under_way", "not_begun"],
)
def test_the_period_says_how_far_it_has_come(totals: dict[str, bool], sentence: str):
    lines = render_markdown(with_totals(attribution_coverage=None, **totals)).splitlines()
    assert f"Requests from 2026-01-01 up to, not including, 2026-02-01 {sentence}" in lines


@pytest.mark.parametrize(
    ("segments", "words"), [(1, "1 segment was compared"), (2, "2 segments were compared")]
)
def test_one_segment_is_one(segments: int, words: str, reports: dict[str, dict[str, Any]]):
    for report in (with_totals(attribution_coverage=None), copy.deepcopy(reports["full"])):
        report["sections"]["first"]["segments_compared"] = segments
        assert words in render_markdown(report)


@pytest.mark.parametrize("name", SCENARIOS)
def test_a_run_ends_with_the_reports_own_headline_and_first_thing(
    name: str, reports: dict[str, dict[str, Any]]
):
    screen = render_screen(reports[name])
    assert len(screen) == 2
    text = unescaped(render_markdown(reports[name]))
    headline, first = screen
    assert headline in text
    assert first.removeprefix("First: ") in text
    alarms = reports[name]["sections"]["first"]["alarms"]
    assert first.startswith("First: ") is bool(alarms)


def test_the_screen_shows_names_as_they_are(reports: dict[str, dict[str, Any]]):
    report = copy.deepcopy(reports["full"])
    report["sections"]["first"]["alarms"][0]["segment_label"] = "List a_b: *batch_id* <all>"
    assert "Blocked: List a_b: *batch_id* <all>, about 14 " in render_screen(report)[1]


def unescaped(markdown: str) -> str:
    return re.sub(r"\\([^\w\s])", r"\1", markdown.replace("**", ""))


@pytest.mark.parametrize(("undated", "mentions"), [(0, 0), (5, 1)])
def test_undated_requests_are_mentioned_only_where_there_are_any(undated: int, mentions: int):
    report = with_totals(sent=100, sent_undated=undated, sent_to_date=105, attribution_coverage=1.0)
    text = render_markdown(report)
    assert text.count("can't be dated (sent before the first pull") == mentions
    assert text.count("went out before the first pull (or") == 0
    assert ("Accepted to date" in text) is bool(undated)


def test_a_figure_the_warehouse_lacks_is_an_error():
    report = with_totals(attribution_coverage=None)
    del report["totals"]["queued"]
    with pytest.raises(jinja2.UndefinedError, match="queued"):
        render_markdown(report)


@pytest.mark.parametrize("name", HOSTILE, ids=[ascii(name)[:30] for name in HOSTILE])
def test_hostile_names_leave_the_report_its_shape(name: str, named: dict[str, Any]):
    text = render_markdown(renamed(named, name))
    assert shape(text) == shape(render_markdown(named))
    text.encode()


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("{{ 7*7 }}", "{{ 7*7 }}"),
        ("{% raw %}", "{% raw %}"),
        ("a|b \\| c\\", "a|b \\| c\\"),
        ("<b>&amp;</b>", "<b>&amp;</b>"),
        ("https://www.tracker.example", "https://www.tracker.example"),
        ("two\r\nlines\tand\u2028more", "two lines and more"),
        ("\u202ereversed\x00", "reversed"),
        ("é" * 81, "é" * 79 + "…"),
        ("|" * 80, "|" * 80),
    ],
)
def test_a_name_is_read_as_it_is_spelled(name: str, shown: str, named: dict[str, Any]):
    assert labels(render_markdown(named)).count(HARMLESS) > 0
    assert labels(render_markdown(renamed(named, name))).count(shown) == labels(render_markdown(named)).count(
        HARMLESS
    )


@pytest.mark.parametrize("name", HOSTILE, ids=[ascii(name)[:30] for name in HOSTILE])
def test_json_keeps_hostile_names_exactly(name: str, named: dict[str, Any]):
    text = render_json(renamed(named, name))
    text.encode()
    document = json.loads(text)
    assert document["sections"]["by_source"][0]["segment_label"] == name
    assert document["sections"]["first"]["health"][0]["message"] == name


def test_hostile_names_come_through_the_database(tmp_path: Path):
    # DuckDB keeps UTF-8 only, so halves of surrogate pairs can't get there.
    names = [name for name in HOSTILE if name and "\ud800" not in name]
    rows = {
        "rpt_summary": [summary(sent=20)],
        "rpt_segment_performance": [
            segment("source", f"id{number:03}", name, sent=1) for number, name in enumerate(names)
        ],
    }
    report = read(publish(tmp_path / "warehouse.duckdb", rows))
    read_back = json.loads(render_json(report))["sections"]["by_source"]
    assert [row["segment_label"] for row in read_back] == names
    tables = [token for token in parsed(render_markdown(report, in_full=True)) if token.type == "tr_open"]
    without = {**report, "sections": {**report["sections"], "by_source": []}}
    harmless = render_markdown(without, in_full=True)
    assert (
        len(tables) == len([token for token in parsed(harmless) if token.type == "tr_open"]) + len(names) + 2
    )


def test_json_spells_names_as_they_are(named: dict[str, Any]):
    assert '"segment_label": "Zoë 王小明"' in render_json(renamed(named, "Zoë 王小明"))


def test_json_writes_times_and_dates_in_utc():
    text = render_json({"at": datetime(2026, 1, 1, 12, 0, 0, 250_000, UTC), "on": date(2026, 1, 1)})
    assert json.loads(text) == {"at": "2026-01-01T12:00:00.250000Z", "on": "2026-01-01"}


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_json_refuses_what_json_does_not_know(value: float):
    with pytest.raises(ValueError, match="not JSON compliant"):
        render_json({"value": value})
