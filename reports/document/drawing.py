"""How a chart is drawn with Vega-Lite: sizes, style, bars and rows of text.

Colours are names of the stylesheet, so that one drawing serves the light and the dark scheme. Names from the
data are texts at a place of their own and no axis, so equal, empty and endless ones keep their row.
"""

from typing import Any

import vl_convert

from reports.document.queries import Row

VEGA_LITE = "6.4"

# Pixels. Each row has its label and figures on a line above what is drawn: names have room on a phone, too.
# Labels are cut at a length that leaves room for a browser's font a quarter wider than the one measured.
WIDTH, ROW, LABEL = 400, 40, 210
# From a row's middle up to its text, and down to what is drawn.
DROP = 8
# Beside a plot with an upright axis, and at the right of every plot.
AXIS, END = 40, 24

CONFIG = {
    "aria": False,  # the whole picture has a title and a description
    "background": None,
    "font": "system-ui, sans-serif",
    "view": {"stroke": None},
    "text": {"color": "var(--ink)", "fontSize": 12, "baseline": "middle"},
    "axis": {
        "domain": False,
        "ticks": False,
        "gridColor": "var(--line)",
        "labelColor": "var(--soft)",
        "labelFontSize": 12,
        "labelPadding": 6,
        "title": None,
    },
}
PERCENT_AXIS = {"labelExpr": "format(100 * datum.value, '.3~g') + ' %'", "tickCount": 4}


def bars_of(values: list[Row]) -> dict[str, Any]:
    """A bar for each row, with its label and figures above."""
    bars = {
        "mark": {"type": "bar", "height": 12, "yOffset": DROP},
        "encoding": {
            "x": {"field": "value", "type": "quantitative", "axis": None},
            "y": {"field": "row", "type": "ordinal", "axis": None},
            "fill": {"field": "color", "scale": None},
        },
    }
    return rows_of(values, [bars, *row_texts()])


def row_texts() -> list[dict[str, Any]]:
    """Each row's label and, at the right, its figures."""
    places = {"label": (0, {"align": "left", "limit": LABEL}), "text": (WIDTH - END, {"align": "right"})}
    return [
        {
            "mark": {"type": "text", "dy": -DROP, **mark},
            "encoding": {
                "text": {"field": field, "type": "nominal"},
                "x": {"value": x},
                "y": {"field": "row", "type": "ordinal", "axis": None},
            },
        }
        for field, (x, mark) in places.items()
    ]


def rows_of(values: list[Row], layers: list[dict[str, Any]], has_axis: bool = False) -> dict[str, Any]:
    """A plot of rows, one below the other, of the layers."""
    return {
        "data": {"values": values},
        "width": WIDTH - END,
        "height": ROW * len(values),
        "padding": {"left": END / 2, "right": END / 2, "top": 2, "bottom": 26 if has_axis else 2},
        "layer": layers,
    }


def svg_of(spec: dict[str, Any]) -> str:
    """What Vega-Lite draws of a specification."""
    # With our own paddings no size depends on this machine's fonts; two plots can only be fitted by `pad`.
    whole = {"autosize": "pad" if "vconcat" in spec else "none", "config": CONFIG, **spec}
    return vl_convert.vegalite_to_svg(whole, vl_version=VEGA_LITE)


def color_of(name: str) -> str:
    """A colour of the stylesheet by its name."""
    return f"var(--{name})"
