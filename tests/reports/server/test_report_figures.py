"""Each number of the report, on the first page and on the whole one, is that of its JSON and of the marts.

Cells are found by their row and column; what they should say is worked out here from the exact values.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from reports.document.queries import MORE, read_report
from reports.document.render import render_json
from tests.looking import look_at
from tests.reports.server.pages_read import Page, Table, read, says, sql, sql_at_once

Row = dict[str, Any]
Said = Callable[[Row], list[float]]


@pytest.fixture(scope="module")
def report(shown) -> Row:
    return shown.json("/api/report")


@pytest.fixture(scope="module", params=["/", "/report"], ids=["first", "whole"])
def page(request, shown) -> tuple[str, Page]:
    return request.param, read(shown, request.param)


# What a column should say of a row: numbers, in the order in which they are written.


def count(name: str) -> Said:
    """A count, with its bounds where it isn't known exactly."""

    def said(row: Row) -> list[float]:
        low, high = row.get(f"{name}_low"), row.get(f"{name}_high")
        return known([row[name], *([] if low == high else [low, high])])

    return said


def percents(*names: str) -> Said:
    return lambda row: [100 * each for each in known([row[name] for name in names])]


def figures(*names: str) -> Said:
    return lambda row: known([row[name] for name in names])


def known(values: list[Any]) -> list[float]:
    return [value for value in values if value is not None]


def columns_of_report(report: Row) -> dict[str, dict[str, Said]]:
    """By mart, what stands under each label."""
    fewest = report["meta"]["hide_rate_below"]

    def rate(row: Row) -> list[float]:
        counts = [row["mature_accepted"], row["mature_sent"]]
        if row.get("rate_withheld_because"):
            return percents("accept_rate_low", "accept_rate_high")(row)
        if row["accept_rate"] is not None:
            return percents("accept_rate", "ci_low", "ci_high")(row) + counts
        return [fewest, *counts] if row["mature_sent"] else []

    def replied(row: Row) -> list[float]:
        counts = [row["mature_replied"], row["mature_accepted"]]
        if row["reply_rate"] is not None:
            return [100 * row["reply_rate"], *counts]
        return [*([fewest] if counts[1] < fewest else []), *counts] if counts[1] else []

    def against(row: Row) -> list[float]:
        if row.get("verdict") in ("lower", "higher"):
            ends = sorted(100 * abs(row[f"difference_{end}"]) for end in ("low", "high"))
            return [100 * abs(row["difference"]), *ends]
        is_open = row.get("verdict") in ("no_evidence", "underpowered")
        return [100 * row["detectable_difference"]] if is_open else []

    def of_the_week(row: Row) -> list[float]:
        return [] if row["sent_last_7_days"] is None else [row["sent_last_7_days"], row["weekly_limit"]]

    sent = {"Sent": count("sent"), "Accepted": count("accepted"), "Accept rate (95 %)": rate}
    return {
        "rpt_segment_performance": {
            **sent,
            "Leads imported": count("leads_imported"),
            "Mature": count("mature_sent"),
            "Replied, of accepted": replied,
            "Against all others": against,
        },
        "rpt_account_performance": {
            **sent,
            "Replied, of accepted": replied,
            "Queue now": count("queued"),
            "Days at limit": lambda row: known([row.get("limit_hit_days")]),
            "Sent per business day": lambda row: known([row.get("sent_per_business_day")]),
            "Sent in 7 days, of": of_the_week,
            "Leads waiting in running campaigns": count("queued_running"),
            "Business days of sending that is": count("queue_days"),
        },
        "rpt_campaign_performance": {
            **sent,
            "Mature": count("mature_sent"),
            "Enrolled": count("enrolled"),
            "Queued": count("queued"),
            "Open": count("open_requests"),
            "Accepted so far": count("accepted_to_date"),
            "Expired": count("expired"),
            "Failed": count("failed"),
            "Excluded": count("excluded"),
            "Already connected": count("already_connected"),
            "Mature, of the period's": percents("mature_share"),
            "Total": count("progress_total"),
            "Finished": count("progress_finished"),
        },
        "rpt_bottlenecks": {
            "#": figures("rank"),
            "Accepted connections a week (90 %)": figures(
                "recoverable_accepts_per_week", "worth_low", "worth_high"
            ),
            "Rests on": figures("evidence_n"),
        },
        "rpt_funnel": {
            "People": count("people"),
            "Lost here": count("lost_here"),
            "Of the stage before": percents("share_of_previous"),
            "Of all imported": percents("share_of_first"),
        },
        "rpt_sent_weeks": {
            "Sent": count("sent"),
            "Mature, of those sent": percents("mature_share"),
            "Accept rate (95 %)": rate,
            "Accepted so far": count("accepted_to_date"),
            "Expected in the end": percents("expected_final_rate"),
        },
        "rpt_time_to_accept": {"Requests": count("requests"), "Accepted": count("accepted")},
        "rpt_headline": {"rate": rate},
    }


# The heading of a table -> the mart's rows in the order of the table, and the column that names them.
_SEGMENTS = "select * from marts.rpt_segment_performance where dimension = '{}' order by volume_rank"
_ACCOUNTS = "select * from marts.rpt_account_performance order by sent desc, sent_to_date desc, queued desc"
_CAMPAIGNS = "select * from marts.rpt_campaign_performance order by sent desc, sent_to_date desc"
ROWS = {
    "Leads and senders": (_ACCOUNTS, "label"),
    "2. Funnel": ("select * from marts.rpt_funnel order by stage_order", "stage_label"),
    "3. By source": (_SEGMENTS.format("source"), "segment_label"),
    "4. By ICP": (_SEGMENTS.format("icp"), "segment_label"),
    "By volume": (_SEGMENTS.format("keyword"), "segment_label"),
    "The worst": (
        "select * from marts.rpt_segment_performance where dimension = 'keyword' and worst_rank <= 20 "
        "order by worst_rank",
        "segment_label",
    ),
    "6. By sender account": (_ACCOUNTS, "label"),
    "7. By account type": (_SEGMENTS.format("account_type"), "segment_label"),
    "8. By account gender": (_SEGMENTS.format("account_gender"), "segment_label"),
    "9. By account job title": (_SEGMENTS.format("account_job_title"), "segment_label"),
    **{f"By {entry['label'].lower()}": (_SEGMENTS.format(entry["name"]), "segment_label") for entry in MORE},
    "11. By campaign": (_CAMPAIGNS, "campaign_name"),
    "Where the leads of each campaign stand now": (_CAMPAIGNS, "campaign_name"),
    "What HeyReach's progressStats says": (_CAMPAIGNS, "campaign_name"),
    "Week by week": ("select * from marts.rpt_sent_weeks order by sent_week", "sent_week"),
    "13. Bottleneck diagnosis": ("select * from marts.rpt_bottlenecks order by rank", "rank"),
}


# Sections of the report's JSON, and the rows that they are.
SECTIONS = {
    "by_account": _ACCOUNTS,
    "by_campaign": _CAMPAIGNS,
    "bottlenecks": ROWS["13. Bottleneck diagnosis"][0],
    "funnel": ROWS["2. Funnel"][0],
    "headline": "select * from marts.rpt_headline order by span, since",
    "by_week": ROWS["Week by week"][0],
    "by_source": _SEGMENTS.format("source"),
    **{f"by_{entry['name']}": _SEGMENTS.format(entry["name"]) for entry in MORE},
}


@pytest.fixture(scope="module")
def marts(shown) -> dict[str, list[Row]]:
    """The rows of each of these queries."""
    queries = list({query for query, _ in ROWS.values()} | set(SECTIONS.values()))
    return dict(zip(queries, sql_at_once(shown, *queries), strict=True))


def test_each_cell_of_the_reports_tables_is_the_marts(report, page, marts):
    (path, page), columns = page, columns_of_report(report)
    held, wrong = 0, []
    for table in page.tables:
        if table.heading not in ROWS or table.source not in columns or "Imported" in table.columns:
            continue
        query, name = ROWS[table.heading]
        rows = marts[query]
        for place, (row, written) in enumerate(rows_of(table, rows, report["totals"], name)):
            for label, text in written.items():
                said = columns[table.source].get(label)
                held += said is not None
                if said and not says(text, said(row)):
                    wrong.append(f"{table.heading}, {place}, {label}: {text} and not {said(row)}")
    assert wrong == []
    assert held >= (18 if path == "/" else 1_400), "so few cells are held against their marts"


def rows_of(table: Table, rows: list[Row], totals: Row, name: str) -> Iterator[tuple[Row, dict[str, str]]]:
    """The rows of a table with those of its mart, and the totals with its last one where that is of all."""
    written = table.rows
    first = table.columns[0]
    if written[-1][first] == "All":
        yield totals, written[-1]
        written = written[:-1]
    assert len(written) == min(len(rows), 20 if name == "segment_label" else 1000)
    for row, each in zip(rows, written, strict=False):
        assert each[first].startswith(str(row[name])[:10])
        yield row, each


def test_the_headline_and_what_stalls_say_the_reports_numbers(report, page):
    (_, page), totals, first = page, report["totals"], report["sections"]["first"]
    rate = columns_of_report(report)["rpt_headline"]["rate"]
    [headline] = [text for tag, text in page.lines if tag == "strong" and "sent in the period" in text]
    days = report["meta"]["acceptance_window_days"]
    assert says(headline, [totals["sent"], totals["mature_sent"], *rate(totals), days])

    [table] = [each for each in page.tables if each.source == "rpt_headline"]
    before = next(row for row in report["sections"]["headline"] if row["span"] == "before")
    weeks = [row for row in report["sections"]["headline"] if row["span"] == "week"]
    names = ("leads_imported", "sent", "accepted", "accept_rate")
    for name, row in zip(names, table.rows, strict=True):
        newest = known([week[name] for week in weeks])[-1]
        is_rate = name == "accept_rate"
        assert says(row["This period"], rate(totals) if is_rate else count(name)(totals)), name
        earlier = (
            count(name)(before) if not is_rate else [] if before["not_compared_because"] else rate(before)
        )
        assert says(row["Compared with"], earlier), name
        assert says(row["Week by week"], [100 * newest if is_rate else newest]), name

    funnel = next(each for each in page.tables if "Imported" in each.columns)
    assert table.columns[0] == "Figure"
    for place, stage in enumerate(report["sections"]["funnel"]):
        text = funnel.rows[0][stage["stage_label"]]
        assert says(text, [stage["people"], *([100 * stage["share_of_first"]] if place else [])])

    alarms = first["alarms"]
    worth = ("recoverable_accepts_per_week", "worth_low", "worth_high")
    [together] = [text for tag, text in page.lines if tag == "p" and "stall the pipeline, together" in text]
    assert says(together.partition("a week (")[0], [len(alarms), first[worth[0]]])
    assert says(together.partition("a week (")[2].partition(")")[0], [first[worth[1]], first[worth[2]]])
    below = page.lines[page.lines.index(("p", together)) :]
    lines = [text for tag, text in below if tag == "strong"][: len(alarms[:5])]
    for line, row in zip(lines, alarms[:5], strict=True):
        _, is_named, said = line.partition(f": {row['segment_label']}")
        assert is_named
        assert says(said, [row[each] for each in worth] if round(row[worth[0]] or 0) else [])
    assert sum("accepted connection" in line for line in lines) >= 4


def test_the_reports_json_is_the_marts_rows(shown, report, marts):
    with look_at(shown.workspace.paths.published) as connection:
        connection.execute("set TimeZone = 'UTC'")
        assert shown.get("/api/report").text == render_json(read_report(connection))
    sections = report["sections"]
    for section, query in SECTIONS.items():
        assert sections[section] == json.loads(render_json({"rows": marts[query]}))["rows"], section
    [summary] = sql(shown, "select * from marts.rpt_summary")
    assert report["totals"].items() <= json.loads(render_json(summary)).items()
