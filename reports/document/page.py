"""The report as one HTML page: the markdown report itself, with charts before the tables they draw.

The page needs nothing but itself: one stylesheet inside, no script, no image, no font, and a policy by which
the browser refuses whatever else might ever get into it.
"""

import base64
import hashlib
import html
import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import jinja2
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from reports.document.charts import Chart

TEMPLATES = Path(__file__).parent / "templates"

# Characters from which a cell's text is given room for sentences.
PROSE = 40

# The report has no links, images or HTML of its own, so there is nothing in a name that could become one.
_PARSER = (
    MarkdownIt("commonmark", {"html": False})
    .enable("table")
    .disable(["autolink", "entity", "html_block", "html_inline", "image", "link", "reference"])
)
_PAGE = jinja2.Environment(
    loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, undefined=jinja2.StrictUndefined
)


def render_page(markdown: str, charts: Sequence[Chart]) -> str:
    """The page of a markdown report. Raises LookupError for a chart whose section the report doesn't have."""
    tokens = _PARSER.parse(markdown)
    headings = _name_headings(tokens)
    missing = {chart.section for chart in charts} - {_section(title) for _, _, title in headings}
    if missing:
        raise LookupError(f"no section of the report is called {', '.join(sorted(missing))}")
    body = _PARSER.renderer.render(list(_with_figures(tokens, charts)), _PARSER.options, {})
    stylesheet = (TEMPLATES / "report.css").read_text(encoding="utf-8")
    return _PAGE.get_template("report.html.j2").render(
        title=next(title for tag, _, title in headings if tag == "h1"),
        contents=[(anchor, title) for tag, anchor, title in headings if tag == "h2"],
        body=Markup(body),  # noqa: S704 - the parser escapes every text, and a chart is escaped below
        stylesheet=Markup(stylesheet),  # noqa: S704 - a file of our own
        stylesheet_hash=base64.b64encode(hashlib.sha256(stylesheet.encode()).digest()).decode(),
    )


def _name_headings(tokens: list[Token]) -> list[tuple[str, str, str]]:
    """Give every heading an anchor; returns their tags, anchors and texts."""
    headings = []
    for token, inline in pairwise(tokens):
        if token.type == "heading_open":
            title = _text(inline)
            anchor = re.sub(r"[^a-z0-9]+", "-", _section(title).lower()).strip("-")
            token.attrSet("id", anchor)
            headings.append((token.tag, anchor, title))
    return headings


def _with_figures(tokens: list[Token], charts: Sequence[Chart]) -> Iterator[Token]:
    """The tokens, with each chart before the first table of its section or, without a table, at its end."""
    section, waiting = "", []
    for token, following in zip(tokens, [*tokens[1:], None], strict=True):
        if token.type in ("heading_open", "table_open"):
            yield from map(_figure, waiting)
            waiting = []
        if token.type == "heading_open":
            section = _section(_text(following))
            waiting = [chart for chart in charts if chart.section == section]
        if token.type == "table_open":
            yield _raw(
                f'<div class="table" role="region" tabindex="0" aria-label="{html.escape(section)}">\n'
            )
        if "style" in token.attrs:  # an alignment; the policy refuses styles that are not in the stylesheet
            token.attrs = {"class": "number"} if "right" in token.attrs["style"] else {}
        if token.type == "td_open" and len(_text(following)) > PROSE:
            token.attrJoin("class", "prose")
        yield token
        if token.type == "table_close":
            yield _raw("</div>\n")
    yield from map(_figure, waiting)


def _figure(chart: Chart) -> Token:
    name = re.sub(r"[^a-z]+", "-", chart.section.lower())
    # Within a page a drawing needs no namespace: only the size is kept of its own opening tag.
    opening, drawing = chart.svg.split(">", 1)
    (size,) = re.findall(r'viewBox="[\d. -]+"', opening)
    keys = [f'<li class="key {colour}">{html.escape(meaning)}</li>' for colour, meaning in chart.legend]
    title, caption, figures = map(html.escape, (chart.title, chart.caption, chart.figures))
    return _raw(
        f"<figure>\n<figcaption><strong>{title}.</strong> {caption}</figcaption>\n"
        f'{_list(keys)}<svg role="img" aria-labelledby="{name}-title {name}-figures" {size}>'
        f'<title id="{name}-title">{title}</title><desc id="{name}-figures">{figures}</desc>'
        f"{drawing}\n</figure>\n"
    )


def _list(items: list[str]) -> str:
    return f'<ul class="legend">{"".join(items)}</ul>\n' if items else ""


def _raw(content: str) -> Token:
    return Token("html_block", "", 0, content=content)


def _section(title: str) -> str:
    """A heading's text without its number."""
    return re.sub(r"^\d+\. ", "", title)


def _text(inline: Token) -> str:
    return "".join(child.content for child in inline.children or ())
