"""The page as a document: the markdown's content, nothing from elsewhere, whatever the names are."""

import base64
import hashlib
import os
import re
import subprocess
import sys
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from reports.document.charts import MOST_ROWS, draw_charts
from reports.document.page import render_page
from reports.document.queries import Row
from reports.document.render import render_html, render_markdown
from tests.reports.document.test_render import HARMLESS, HOSTILE, parsed, read, renamed
from tests.reports.report_rows import EMPTY, FIRST_PULL, FULL, publish

SCENARIOS = {"full": FULL, "empty": EMPTY, "first_pull": FIRST_PULL}
BLOCKS = {"h1", "h2", "h3", "p", "li", "th", "td"}
TAGS = {
    "page": {"html", "head", "meta", "title", "style", "script", "body", "nav", "main", "div", "section"},
    "text": {"h1", "h2", "h3", "p", "ul", "ol", "li", "a", "strong", "em", "code", "span"},
    "folded": {"details", "summary"},
    "table": {"table", "thead", "tbody", "tr", "th", "td"},
    "chart": {"figure", "figcaption", "svg", "desc", "g", "path", "line", "text", "rect"},
}
VOID = {"meta"}
CHARTS_OF_FULL = [
    "Funnel",
    "By source",
    "By sender account",
    "Time to accept",
    "Week by week",
    "Bottleneck diagnosis",
]


class Page(HTMLParser):
    """What a browser reads: the text of each block of the report, every tag, the texts in charts."""

    def __init__(self, text: str):
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.blocks: list[str] = []
        self.chart_texts: list[str] = []
        self.stylesheet = self.script = ""
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == [], "every tag is closed"

    def handle_starttag(self, tag, attrs):
        assert len(dict(attrs)) == len(attrs)
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)
        if tag in BLOCKS and self._in_report():
            self.blocks.append("")
        if tag == "text":
            self.chart_texts.append("")

    def handle_endtag(self, tag):
        assert self._open.pop() == tag

    def handle_data(self, data):
        if self._open and self._open[-1] == "text":
            self.chart_texts[-1] += data
        if self._open and self._open[-1] == "style":
            self.stylesheet += data
        if self._open and self._open[-1] == "script":
            self.script += data
        if BLOCKS & set(self._open) and self._in_report() and self._open[-1] != "summary":
            self.blocks[-1] += data

    def _in_report(self) -> bool:
        return "main" in self._open and "figure" not in self._open


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    folder = tmp_path_factory.mktemp("warehouses")
    return {name: read(publish(folder / f"{name}.duckdb", rows)) for name, rows in SCENARIOS.items()}


def bottleneck(verdict: str, cause: str, label: str | None, per_week: float | None) -> Row:
    """A row of rpt_bottlenecks."""
    return {
        "rank": 1,
        "tier": "losing",
        "stage": "acceptance",
        "cause": cause,
        "dimension": "source",
        "segment_label": label,
        "recoverable_accepts_per_week": per_week,
        "worth_low": per_week and per_week / 2,
        "worth_high": per_week and per_week * 2,
        "evidence_n": 30,
        "q_value": None,
        "verdict": verdict,
        "why": "A reason.",
        "what_to_do": "Something.",
        "command": "make pause CAMPAIGN=40001",
    }


BOTTLENECKS = [
    bottleneck("blind", "attribution_lost", "DevOps NA", None),
    bottleneck("blocked", "sender_auth_invalid", "Milo", 6.0),
    bottleneck("lower", "low_acceptance", "ZoomInfo", 3.0),
    bottleneck("background", "campaign_paused", "Winter SRE", 0.0),
]


def with_bottlenecks(report: dict[str, Any], rows: list[Row]) -> dict[str, Any]:
    return {**report, "sections": {**report["sections"], "bottlenecks": rows}}


def named(report: dict[str, Any]) -> dict[str, Any]:
    """The report with HARMLESS for every name in it."""
    names = {"segment_label", "label", "campaign_name", "message", "why", "what_to_do", "cause"}

    def walked(value: Any) -> Any:
        if isinstance(value, dict):
            return {
                key: HARMLESS if key in names and inner else walked(inner) for key, inner in value.items()
            }
        return [walked(inner) for inner in value] if isinstance(value, list) else value

    return walked(with_bottlenecks(report, BOTTLENECKS))


def chart(report: dict[str, Any], section: str):
    (found,) = (chart for chart in draw_charts(report) if chart.section == section)
    return found


def marks(svg: str, kind: str) -> list[str]:
    """The outlines (`d`) and places of the marks of one kind, in the order they are drawn."""
    groups = re.findall(rf'<g class="mark-{kind} role-mark[^>]*>(.*?)</g>', svg)
    return [mark for group in groups for mark in re.findall(r"<(?:path|line|text)[^>]*>", group)]


def place(mark: str) -> float:
    """How far right a mark is put."""
    return float(re.search(r'transform="translate\(([-\d.]+),', mark)[1])


@pytest.mark.parametrize("name", SCENARIOS)
def test_page_has_the_content_of_the_markdown_and_no_other(name: str, reports: dict[str, dict[str, Any]]):
    text = render_markdown(reports[name], in_full=True)
    tokens = [token for token in parsed(text) if token.type == "inline"]
    written = [
        "".join(child.content or " " * (child.type == "softbreak") for child in token.children)
        for token in tokens
    ]
    shown = [" ".join(block.split()) for block in Page(render_html(reports[name])).blocks]
    # A list item's text may stand in a paragraph of its own: the item itself is empty then.
    assert [block for block in shown if block] == [" ".join(text.split()) for text in written if text]
    assert len(written) > 40


@pytest.mark.parametrize("name", SCENARIOS)
def test_contents_lead_to_every_section(name: str, reports: dict[str, dict[str, Any]]):
    page = Page(render_html(reports[name]))
    headings = [f"#{attributes['id']}" for tag, attributes in page.tags if tag == "h2"]
    targets = [attributes["href"] for tag, attributes in page.tags if tag == "a"]
    assert targets[: len(headings)] == headings
    assert set(targets) == set(headings), "a section that is named by its number is a link too"
    assert len(headings) == render_markdown(reports[name]).count("\n## ")


@pytest.mark.parametrize("name", SCENARIOS)
def test_all_but_the_first_page_is_folded(name: str, reports: dict[str, dict[str, Any]]):
    text = render_html(reports[name])
    folded = re.findall(r"<details><summary>\n<h2[^>]*>([^<]*)</h2>", text)
    shown = re.findall(r"<section>\n<h2[^>]*>([^<]*)</h2>", text)
    assert shown[-2:] == ["What to do first", "Leads and senders"]
    assert len(folded) + len(shown) == text.count("<h2")
    assert text.count("<details>") == len(folded) + text.count("<summary>Why, since when")


def test_what_stands_below_a_thing_to_do_is_folded_under_it(reports: dict[str, dict[str, Any]]):
    first = render_html(reports["full"]).split('id="what-to-do-first"')[1].split("<h3")[0]
    assert first.count("<summary>Why, since when, together with the others, how sure</summary>") == 2
    assert re.search(r"<ol>.*<details>.*Why: Milo is logged out.*</details>.*</ol>", first, re.DOTALL)


def test_cells_name_their_column_and_figures_stay_on_a_line(reports: dict[str, dict[str, Any]]):
    text = render_html(reports["full"])
    assert '<td data-label="Against all others">' in text
    rate = "<span>24.0 %</span> <span>(19.2–29.6 %),</span> <span>62 of 258</span>"
    assert f'<td data-label="Accept rate (95 %)" class="number">{rate}</td>' in text
    assert '<span class="trend">▆█</span> 692' in text


def assert_nothing_from_elsewhere(text: str):
    page = Page(text)
    assert {tag for tag, _ in page.tags} <= set().union(*TAGS.values())
    for _, attributes in page.tags:
        assert not {name for name in attributes if name.startswith("on")} | (
            {"src", "style"} & set(attributes)
        )
        assert attributes.get("href", "#").startswith("#")
        assert not any("url(" in (value or "") for value in attributes.values())
    assert "url(" not in page.stylesheet
    assert not re.search(r"fetch|XMLHttp|import|innerHTML|eval|http", page.script)
    assert "@import" not in page.stylesheet
    ids = Counter(attributes["id"] for _, attributes in page.tags if "id" in attributes)
    assert set(ids.values()) == {1}
    for _, attributes in page.tags:
        assert set(attributes.get("aria-labelledby", "").split()) <= set(ids)


@pytest.mark.parametrize("name", SCENARIOS)
def test_crossed_cells_are_shaded_and_no_trend(name: str, reports: dict[str, dict[str, Any]]):
    shaded = re.findall(r"<td[^>]*shade-(\d)[^>]*>(?:<[^>]*>)*(.)(?:<[^>]*>)*(.)", render_html(reports[name]))
    assert {(number, character, after) for number, character, after in shaded} <= {
        ("1", "░", " "), ("2", "▒", " "), ("3", "▓", " "), ("4", "█", " ")
    }  # fmt: skip
    assert bool(shaded) == (name == "full")


@pytest.mark.parametrize("name", SCENARIOS)
def test_page_needs_nothing_but_itself(name: str, reports: dict[str, dict[str, Any]]):
    assert_nothing_from_elsewhere(render_html(with_bottlenecks(reports[name], BOTTLENECKS)))


def test_policy_allows_stylesheet_and_script_and_nothing_else(reports: dict[str, dict[str, Any]]):
    page = Page(render_html(reports["full"]))
    (policy,) = (
        attributes["content"]
        for _, attributes in page.tags
        if attributes.get("http-equiv") == "Content-Security-Policy"
    )
    style, script = (
        base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        for text in (page.stylesheet, page.script)
    )
    assert policy.split("; ") == [
        "default-src 'none'",
        f"style-src 'sha256-{style}'",
        f"script-src 'sha256-{script}'",
        "base-uri 'none'",
        "form-action 'none'",
    ]


@pytest.mark.parametrize("first", range(0, len(HOSTILE), MOST_ROWS))
def test_hostile_names_stay_text(first: int, reports: dict[str, dict[str, Any]]):
    names = HOSTILE[first : first + MOST_ROWS]

    def text(names: list[str]) -> str:
        """A page with a source, a sender and a bottleneck of each name."""
        sections = reports["full"]["sections"]
        source, account = sections["by_source"][0], sections["by_account"][0]
        rows = {
            "by_source": [{**source, "segment_label": name} for name in names],
            "by_account": [{**account, "label": name} for name in names],
            "time_to_accept": [
                {**sections["time_to_accept"][0], "dimension": "source", "segment_label": name}
                for name in names
            ],
            "bottlenecks": [bottleneck("lower", name, name, 1.0) for name in names],
        }
        return render_html({**reports["full"], "sections": {**sections, **rows}})

    def shape(page: str) -> list[str]:
        return [tag for tag, _ in Page(page).tags if tag != "text"]  # an empty text isn't drawn

    hostile = text(names)
    hostile.encode()
    assert_nothing_from_elsewhere(hostile)
    assert shape(hostile) == shape(text([f"{HARMLESS} {number}" for number, _ in enumerate(names)]))


@pytest.mark.parametrize(
    "name", ["<b>&amp;</b>", "{{ 7*7 }}", "datum.value", "a|b \\| c\\", "]]> --> </svg>"]
)
def test_a_name_is_drawn_as_it_is_spelled(name: str, reports: dict[str, dict[str, Any]]):
    shown = Counter(Page(render_html(named(reports["full"]))).chart_texts)[HARMLESS]
    texts = Page(render_html(renamed(named(reports["full"]), name))).chart_texts
    assert Counter(texts)[name] >= shown == 3 + 5


def test_an_endless_name_is_cut(reports: dict[str, dict[str, Any]]):
    texts = Page(render_html(renamed(named(reports["full"]), "W" * 10_000))).chart_texts
    assert max(map(len, texts)) < 40
    assert any(text.startswith("WWW") and text.endswith("…") for text in texts)


def test_page_is_the_same_in_another_process_and_time_zone(
    reports: dict[str, dict[str, Any]], tmp_path: Path
):
    database = publish(tmp_path / "warehouse.duckdb", FULL)
    script = (
        "import sys; from pathlib import Path; from tests.reports.document.test_render import read; "
        "from reports.document.render import render_html; "
        "sys.stdout.buffer.write(render_html(read(Path(sys.argv[1]))).encode())"
    )
    elsewhere = {**os.environ, "TZ": "Pacific/Auckland", "LC_ALL": "C", "PYTHONHASHSEED": "7"}
    command = [sys.executable, "-c", script, str(database)]
    folder = Path(__file__).parents[3]
    other = subprocess.run(command, env=elsewhere, cwd=folder, check=True, capture_output=True, timeout=60)
    first, second = (render_html(reports["full"]) for _ in range(2))
    assert first == second == other.stdout.decode()


def test_charts_stand_before_the_table_they_draw(reports: dict[str, dict[str, Any]]):
    assert [chart.section for chart in draw_charts(reports["full"])] == CHARTS_OF_FULL
    text = render_html(reports["full"])
    for section in CHARTS_OF_FULL:
        anchor = section.lower().replace(" ", "-")
        part = text.split(f'id="{anchor}"')[1].split("<h", 1)[0]
        assert part.index("<svg ") < part.index("<table")
        assert part.count("<svg ") == 1


@pytest.mark.parametrize(("name", "sections"), [("empty", []), ("first_pull", [])])
def test_without_figures_there_are_no_charts(name: str, sections: list, reports: dict[str, dict[str, Any]]):
    assert [chart.section for chart in draw_charts(reports[name])] == sections
    assert "<figure" not in render_html(reports[name])


def test_a_chart_without_its_section_is_an_error(reports: dict[str, dict[str, Any]]):
    with pytest.raises(LookupError, match="Funnel"):
        render_page("# Title\n\n## Another section\n", draw_charts(reports["full"]))


def test_bars_are_as_long_as_their_figures(reports: dict[str, dict[str, Any]]):
    funnel = chart(reports["full"], "Funnel")
    lengths = [float(re.search(r"h([\d.]+)v", mark)[1]) for mark in marks(funnel.svg, "rect")]
    assert [length / lengths[0] for length in lengths] == pytest.approx(
        [people / 2150 for people in (2150, 1990, 1900, 1150, 290)]
    )
    assert "Request sent: 1,150 (53.5 %)" in funnel.figures


def test_dots_and_intervals_are_where_their_figures_are(reports: dict[str, dict[str, Any]]):
    report = reports["full"]
    svg = chart(report, "By source").svg
    overall, *intervals = marks(svg, "rule")
    clay, zoominfo = report["sections"]["by_source"][:2]
    (dot, other) = marks(svg, "symbol")
    assert place(dot) / place(other) == pytest.approx(clay["accept_rate"] / zoominfo["accept_rate"])
    assert place(dot) / place(overall) == pytest.approx(clay["accept_rate"] / report["totals"]["accept_rate"])
    assert len(intervals) == 2
    for row, interval in zip((clay, zoominfo), intervals, strict=True):
        ends = sorted((place(interval), place(interval) + float(re.search(r' x2="([-\d.]+)"', interval)[1])))
        assert ends[0] / place(overall) == pytest.approx(row["ci_low"] / report["totals"]["accept_rate"])
        assert ends[1] / place(overall) == pytest.approx(row["ci_high"] / report["totals"]["accept_rate"])


def test_colors_are_those_of_the_verdicts(reports: dict[str, dict[str, Any]]):
    source = chart(reports["full"], "By source")
    assert source.legend == [
        ("accent", "no evidence"),
        ("bad", "lower than all others"),
        ("faint", "collecting"),
    ]
    assert [re.search(r'fill="(.*?)"', dot)[1] for dot in marks(source.svg, "symbol")] == [
        "var(--accent)",
        "var(--bad)",
    ]
    assert "Unknown: n < 10, 1 of 4" in source.figures


def test_every_color_of_a_chart_is_in_the_stylesheet(reports: dict[str, dict[str, Any]]):
    text = render_html(with_bottlenecks(reports["full"], BOTTLENECKS))
    stylesheet = Page(text).stylesheet
    used = set(re.findall(r"var\((--[\w-]+)\)", text.split("</style>")[1]))
    assert {"--accent", "--bad", "--faint", "--ink", "--soft", "--line"} <= used
    for block in re.findall(r":root \{(.*?)\}", stylesheet, re.DOTALL):
        assert used <= set(re.findall(r"(--[\w-]+):", block))
    assert set(re.findall(r'class="key (.*?)"', text)) <= {
        "accent", *re.findall(r"\.key\.([\w-]+)::before", stylesheet)
    }  # fmt: skip


def test_bottlenecks_are_drawn_in_their_order(reports: dict[str, dict[str, Any]]):
    report = with_bottlenecks(reports["full"], BOTTLENECKS)
    drawn = chart(report, "Bottleneck diagnosis")
    assert drawn.figures == (
        "Milo: logged out: 6.0 a week; ZoomInfo: low acceptance: 3.0 a week; "
        "Winter SRE: campaign paused: 0.0 a week"
    )
    assert drawn.legend == [("bad", "Blocked"), ("accent", "Lower"), ("faint", "Background")]
    lengths = [float(re.search(r"h(-?[\d.]+)v", mark)[1]) for mark in marks(drawn.svg, "rect")]
    assert [length / lengths[0] for length in lengths] == pytest.approx([1, 0.5, 0])
    blind = with_bottlenecks(reports["full"], BOTTLENECKS[:1])
    assert [chart.section for chart in draw_charts(blind)] == CHARTS_OF_FULL[:-1]


def test_withheld_shares_and_unfinished_weeks_are_not_drawn(reports: dict[str, dict[str, Any]]):
    assert len(marks(chart(reports["full"], "Time to accept").svg, "symbol")) == 6 + 6 + 3
    weeks = chart(reports["full"], "Week by week")
    assert len(marks(weeks.svg, "symbol")) == 1
    assert len(marks(weeks.svg, "rect")) == 4
    assert "2026-01-26: –" in weeks.figures


def test_long_lists_are_drawn_in_part_and_say_so(reports: dict[str, dict[str, Any]]):
    sections = reports["full"]["sections"]
    many = {**reports["full"], "sections": {**sections, "by_source": sections["by_source"] * 20}}
    drawn = chart(many, "By source")
    assert "Only the first 15 of 60" in drawn.caption
    assert drawn.figures.count(";") == 14


def test_what_was_noted_is_a_numbered_line_in_the_weeks(reports: dict[str, dict[str, Any]]):
    full = reports["full"]
    noted = chart(full, "Week by week")
    plain = chart({**full, "sections": {**full["sections"], "notes": []}}, "Week by week")
    assert "what you noted" in noted.caption
    assert "noted" not in plain.caption
    assert noted.svg.count("stroke-dasharray") == plain.svg.count("stroke-dasharray") + 1
    assert noted.svg.count("<text") == plain.svg.count("<text") + 1
