"""The charts of the page: which figures of the report are drawn; nothing is worked out here."""

import calendar
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from reports.document import filters
from reports.document.drawing import (
    AXIS,
    DROP,
    END,
    PERCENT_AXIS,
    WIDTH,
    bars_of,
    color_of,
    row_texts,
    rows_of,
    svg_of,
)
from reports.document.queries import Row
from reports.document.sections import BY_KEY

MOST_ROWS = 15
MOST_LINES = 5

VERDICT_COLORS = {"lower": "bad", "higher": "good", "collecting": "faint", "underpowered": "faint"}
DIRECTIONS = {"lower": "lower than all others", "higher": "higher than all others"}
BOTTLENECK_COLORS = {"blocked": "bad", "starved": "bad", "lower": "accent", "background": "faint"}
LINE_COLORS = ("ink", "series-1", "series-2", "series-3", "series-4", "series-5")


@dataclass(frozen=True)
class Chart:
    """One picture: the title of its section, what it shows in words, its colours' meaning, and its SVG."""

    section: str
    title: str
    caption: str
    figures: str
    legend: Sequence[tuple[str, str]]
    svg: str


def draw_charts(report: dict[str, Any]) -> list[Chart]:
    """The charts the report has figures for."""
    sections, totals = report["sections"], report["totals"]
    hide_below = report["meta"]["hide_rate_below"]
    drawn = (
        _funnel(sections["funnel"]),
        *(
            _accept_rates(BY_KEY[key].title, sections[key], label, totals, hide_below)
            for key, label in (("by_source", "segment_label"), ("by_account", "label"))
        ),
        _time_to_accept(sections["time_to_accept"]),
        _weeks(sections["by_week"], sections["notes"], hide_below),
        _bottlenecks(sections["bottlenecks"]),
    )
    return [chart for chart in drawn if chart]


def _bottlenecks(rows: list[Row]) -> Chart | None:
    """What each cause costs; one without a figure (blind) can't have a bar."""
    costly = [row for row in rows if row["recoverable_accepts_per_week"] is not None][:MOST_ROWS]
    values = [
        {
            "row": number,
            "label": _bottleneck_label(row),
            "value": row["recoverable_accepts_per_week"],
            "text": f"{filters.decimal(row['recoverable_accepts_per_week'])} a week",
            "color": color_of(BOTTLENECK_COLORS.get(row["verdict"], "faint")),
        }
        for number, row in enumerate(costly)
    ]
    if not values:
        return None
    verdicts = dict.fromkeys(row["verdict"] for row in costly)
    return Chart(
        section=BY_KEY["bottlenecks"].title,
        title="Accepted connections that the coming week would bring more",
        caption="Were that one thing mended. What is blind has no figure, and so no bar.",
        figures=_spoken(values),
        legend=[
            (BOTTLENECK_COLORS.get(verdict, "faint"), _words(verdict, "severity")) for verdict in verdicts
        ],
        svg=svg_of(bars_of(values)),
    )


def _funnel(stages: list[Row]) -> Chart | None:
    if not stages or not stages[0]["people"]:
        return None
    values = [
        {
            "row": number,
            "label": filters.plain(stage["stage_label"]),
            "value": stage["people"],
            "text": f"{stage['people']:,} ({filters.percent(stage['share_of_first'])})",
            "color": color_of("accent"),
        }
        for number, stage in enumerate(stages)
    ]
    return Chart(
        section=BY_KEY["funnel"].title,
        title="How far the people imported in the period have come",
        caption="In brackets: of all imported.",
        figures=_spoken(values),
        legend=(),
        svg=svg_of(bars_of(values)),
    )


def _accept_rates(section: str, rows: list[Row], label: str, totals: Row, hide_below: int) -> Chart | None:
    """Dots with their interval, in the order of the table; without a rate a row shows only its counts."""
    shown = rows[:MOST_ROWS]
    if not any(row["accept_rate"] is not None for row in shown):
        return None
    verdicts = [row.get("verdict") or ("collecting" if row["accept_rate"] is None else "") for row in shown]
    values = [
        {
            "row": number,
            "label": filters.plain(row[label]),
            "value": row["accept_rate"],
            "low": row["ci_low"],
            "high": row["ci_high"],
            "text": _rate_text(row, hide_below),
            "color": color_of(VERDICT_COLORS.get(verdict, "accent")),
        }
        for number, (row, verdict) in enumerate(zip(shown, verdicts, strict=True))
    ]
    x = {"type": "quantitative", "scale": {"zero": True}, "axis": PERCENT_AXIS}
    y, color = {"field": "row", "type": "ordinal", "axis": None}, {"field": "color", "scale": None}
    layers = [
        {
            "transform": [{"filter": "datum.value !== null"}],
            "layer": [
                {
                    "mark": {"type": "rule", "strokeWidth": 2, "yOffset": DROP},
                    "encoding": {
                        "x": {"field": "low", **x},
                        "x2": {"field": "high"},
                        "y": y,
                        "stroke": color,
                    },
                },
                {
                    "mark": {"type": "circle", "size": 70, "opacity": 1, "yOffset": DROP},
                    "encoding": {"x": {"field": "value", **x}, "y": y, "fill": color},
                },
            ],
        },
        *row_texts(),
    ]
    caption = (
        "Dots: accept rate. Lines: what chance leaves open (95 %). The fewer requests, the longer the line."
    )
    if totals["accept_rate"] is not None:
        overall = {"x": {"datum": totals["accept_rate"], "type": "quantitative"}}
        line = {"type": "rule", "stroke": color_of("soft"), "strokeDash": [4, 3]}
        layers.insert(0, {"data": {"values": [{}]}, "mark": line, "encoding": overall})
        caption += f" Dashed: all together, {filters.percent(totals['accept_rate'])}."
    if len(shown) < len(rows):
        caption += f" Only the first {len(shown)} of {len(rows)}; the table has them all."
    kinds = dict.fromkeys(verdict for verdict in verdicts if verdict)
    return Chart(
        section=section,
        title=f"Accept rate {section.lower()}",
        caption=caption,
        figures=_spoken(values),
        legend=[
            (VERDICT_COLORS.get(verdict, "accent"), DIRECTIONS.get(verdict) or _words(verdict, "verdict"))
            for verdict in kinds
        ],
        svg=svg_of(rows_of(values, layers, has_axis=True)),
    )


def _time_to_accept(rows: list[Row]) -> Chart | None:
    """The share of all requests accepted by each hour the model gives; withheld ones are left out."""
    edges = {"24h": 1, "48h": 2, "72h": 3, "7d": 7, "14d": 14, "30d": 30}
    lines = [row for row in rows if row["dimension"] == "all"]
    lines += [row for row in rows if row["dimension"] == "source"][:MOST_LINES]
    lines = [row for row in lines if any(row[f"share_within_{edge}"] is not None for edge in edges)]
    if not lines:
        return None
    values = [
        {"days": days, "share": share, "color": color_of(color), "line": number}
        for number, (row, color) in enumerate(zip(lines, LINE_COLORS, strict=False))
        for edge, days in edges.items()
        if (share := row[f"share_within_{edge}"]) is not None
    ]
    encoding = {
        "x": {
            "field": "days",
            "type": "quantitative",
            # Most acceptances come in the first days: the square root gives those the room.
            "scale": {"type": "sqrt", "domain": [0, 30]},
            "axis": {
                "values": list(edges.values()),
                "labelExpr": "datum.value + (datum.value == 30 ? ' days' : '')",
                "labelOverlap": False,
                "labelBound": False,
                "grid": False,
            },
        },
        "y": {"field": "share", "type": "quantitative", "scale": {"zero": True}, "axis": PERCENT_AXIS},
        "detail": {"field": "line", "type": "nominal"},
    }
    color = {"field": "color", "scale": None}
    layers = [
        {"mark": {"type": "line", "strokeWidth": 2}, "encoding": {"stroke": color}},
        {"mark": {"type": "circle", "size": 40, "opacity": 1}, "encoding": {"fill": color}},
    ]
    names = [filters.plain(row["segment_label"]) for row in lines]
    texts = [
        ", ".join(
            f"{filters.percent(row[f'share_within_{edge}'])} within {filters.plural(days, 'day')}"
            for edge, days in edges.items()
        )
        for row in lines
    ]
    return Chart(
        section=BY_KEY["time_to_accept"].title,
        title="Share of requests accepted, by days since sending",
        caption="Known at the marked days; the lines only join them.",
        figures="; ".join(f"{name}: {text}" for name, text in zip(names, texts, strict=True)),
        legend=list(zip(LINE_COLORS, names, strict=False)),
        svg=svg_of(
            {
                "data": {"values": values},
                "width": WIDTH - AXIS - END,
                "height": 200,
                "padding": {"left": AXIS, "right": END, "top": 10, "bottom": 26},
                "encoding": encoding,
                "layer": layers,
            }
        ),
    )


def _weeks(rows: list[Row], notes: list[Row], hide_below: int) -> Chart | None:
    """Rates and volumes; a dashed line for each thing that the operator noted in these weeks."""
    if not rows:
        return None
    values = [
        {
            "at": _milliseconds(row["sent_week"]),
            "label": filters.day(row["sent_week"]),
            "value": row["accept_rate"],
            "low": row["ci_low"],
            "high": row["ci_high"],
            "sent": row["sent"],
            "mature": row["mature_sent"],
            "text": _rate_text(row, hide_below),
        }
        for row in rows
    ]
    width = WIDTH - AXIS - END
    every = math.ceil(len(values) / 6)
    bar = {"type": "bar", "width": max(2, min(24, int(0.7 * width / len(values))))}
    x = {
        "field": "at",
        "type": "temporal",
        "scale": {"type": "utc", "padding": 16},
        "axis": {"format": "%-d %b", "grid": False, "values": [value["at"] for value in values[::every]]},
    }
    no_axis = {**x, "axis": None}
    rate = {"type": "quantitative", "scale": {"zero": True}, "axis": PERCENT_AXIS}
    count = {"type": "quantitative", "axis": {"tickCount": 2, "format": ",d"}}
    accent, faint = color_of("accent"), color_of("faint")
    heading = {
        "anchor": "start",
        "frame": "group",
        "color": "var(--soft)",
        "fontSize": 12,
        "fontWeight": "normal",
    }
    rates = {
        "width": width,
        "height": 150,
        "title": {"text": "Accept rate of mature requests", **heading},
        "transform": [{"filter": "datum.value !== null"}],
        "layer": [
            {
                "mark": {"type": "rule", "stroke": accent, "strokeWidth": 2},
                "encoding": {"x": no_axis, "y": {"field": "low", **rate}, "y2": {"field": "high"}},
            },
            {
                "mark": {"type": "circle", "fill": accent, "size": 60, "opacity": 1},
                "encoding": {"x": no_axis, "y": {"field": "value", **rate}},
            },
        ],
    }
    marks = [{"at": _milliseconds(note["note_date"]), "number": f"{note['note_number']}"} for note in notes]
    if marks:
        dashed = {"type": "rule", "stroke": color_of("soft"), "strokeDash": [4, 3]}
        number = {"type": "text", "fill": color_of("soft"), "align": "left", "dx": 3, "y": 6}
        rates["layer"] += [
            {"data": {"values": marks}, "mark": mark, "encoding": {"x": no_axis, **text}}
            for mark, text in ((dashed, {}), (number, {"text": {"field": "number"}}))
        ]
    volumes = {
        "width": width,
        "height": 60,
        "title": {"text": "Requests sent", **heading},
        "layer": [
            {"mark": {**bar, "fill": fill}, "encoding": {"x": x, "y": {"field": field, **count}}}
            for field, fill in (("sent", faint), ("mature", accent))
        ],
    }
    return Chart(
        section="Week by week",
        title="Requests by the week they were sent in",
        caption="Lines: what chance leaves open (95 %). A week without a rate has too few mature requests."
        + (" Dashed: what you noted, by its number below." if notes else ""),
        figures=_spoken(values),
        legend=(("accent", "mature"), ("faint", "too young to judge")),
        svg=svg_of(
            {
                "data": {"values": values},
                "padding": {"left": 4, "right": 4, "top": 4, "bottom": 4},
                "vconcat": [rates, volumes],
                "resolve": {"scale": {"x": "shared"}},
                "spacing": 14,
            }
        ),
    )


def _milliseconds(day: date) -> int:
    return calendar.timegm(day.timetuple()) * 1000


def _bottleneck_label(row: Row) -> str:
    label, cause = row["segment_label"], filters.words(row["cause"], "sender")
    return filters.plain(f"{label}: {cause}" if label else cause)


def _words(code: str, of: str) -> str:
    return filters.plain(filters.words(code, of))


def _rate_text(row: Row, hide_below: int) -> str:
    if row["accept_rate"] is None:
        return str(filters.accept_rate(row, hide_below))
    return f"{filters.percent(row['accept_rate'])}, {row['mature_accepted']:,} of {row['mature_sent']:,}"


def _spoken(values: list[Row]) -> str:
    """The figures as a sentence, for those who can't see the picture."""
    return "; ".join(f"{value['label']}: {value['text']}" for value in values)
