"""The report as one HTML page: the whole report in markdown, folded, with charts before the tables they draw.

The page needs nothing but itself: one stylesheet and one script inside, no image, no font, and a policy by
which the browser refuses whatever else might ever get into it. Without the script everything can be read.
"""

import base64
import hashlib
import html
import re
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import jinja2
from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from reports.document.charts import Chart
from reports.document.queries import Definitions
from reports.document.sections import BY_KEY, NUMBERED

TEMPLATES = Path(__file__).parent / "templates"

# Characters from which a cell's text is given room for sentences.
PROSE = 40
# Characters from which a word of a head may be broken.
LONG = 20
# Columns above which a table needs a desk; on a smaller screen its rows are cards.
WIDE = 8
# What a reader sees at once; every other section is folded.
OPEN = ("What will be known when", BY_KEY["first"].title, BY_KEY["standing"].title)
EVIDENCE = "Why, since when, together with the others, how sure"
# The page of a model in the dbt docs.
MODEL_PAGE = "#!/model/model.outbound_warehouse."

# The report has no links, images or HTML of its own, so there is nothing in a name that could become one.
_PARSER = (
    MarkdownIt("commonmark", {"html": False})
    .enable("table")
    .disable(["autolink", "entity", "html_block", "html_inline", "image", "link", "reference"])
)
_PAGE = jinja2.Environment(
    loader=jinja2.FileSystemLoader(TEMPLATES), autoescape=True, undefined=jinja2.StrictUndefined
)
_MART = re.compile(r"marts\.(\w+)")
_TREND = re.compile("[▁-█·]{2,}(?= )")
# Cells as dark as the character they begin with (filters.shaded): alone, as a trend's first bar isn't.
_SHADES = {f"{character} ": f"shade-{number}" for number, character in enumerate("░▒▓█", start=1)}
_SECTION_NUMBER = re.compile(r"\bsection (\d+)\b")

LeadsTo = Callable[[str], str | None]


class Body(NamedTuple):
    """A report as HTML: its title, anchor and title of each section, and what stands on the page."""

    title: str
    contents: list[tuple[str, str]]
    html: Markup


def render_page(
    markdown: str, charts: Sequence[Chart], definitions: Definitions | None = None, docs: str | None = None
) -> str:
    """The page of a markdown report.

    `docs` is where the dbt docs are, seen from the page: tables lead there. Raises LookupError for a chart
    whose section the report doesn't have.
    """

    def in_docs(code: str) -> str | None:
        mart = _MART.fullmatch(code)
        return docs + MODEL_PAGE + mart[1] if docs and mart else None

    body = render_body(markdown, charts, definitions or {}, in_docs)
    stylesheet, script = (
        (TEMPLATES / f"report.{kind}").read_text(encoding="utf-8") for kind in ("css", "js")
    )
    return _PAGE.get_template("report.html.j2").render(
        body=body,
        stylesheet=Markup(stylesheet),  # noqa: S704 - files of our own
        stylesheet_hash=_digest(stylesheet),
        script=Markup(script),  # noqa: S704
        script_hash=_digest(script),
    )


def render_body(
    markdown: str, charts: Sequence[Chart], definitions: Definitions, leads_to: LeadsTo, rest: str = ""
) -> Body:
    """A markdown report as HTML; `leads_to` is told a text in code, and says what it leads to, or None.

    `rest` is the address of the whole report, where this is only a part of it.
    """
    tokens = _PARSER.parse(markdown)
    headings = _name_headings(tokens)
    missing = {chart.section for chart in charts} - {_section(title) for _, _, title in headings}
    if missing:
        raise LookupError(f"no section of the report is called {', '.join(sorted(missing))}")
    _label_tables(tokens, definitions)
    _link(tokens, leads_to, {anchor for _, anchor, _ in headings}, rest)
    html_text = _PARSER.renderer.render(list(_folded(_with_figures(tokens, charts))), _PARSER.options, {})
    return Body(
        title=next(title for tag, _, title in headings if tag == "h1"),
        contents=[(anchor, title) for tag, anchor, title in headings if tag == "h2"],
        html=Markup(html_text),  # noqa: S704 - the parser escapes every text, and a chart is escaped below
    )


def _digest(text: str) -> str:
    return base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()


def _name_headings(tokens: list[Token]) -> list[tuple[str, str, str]]:
    """Give every heading an anchor; returns their tags, anchors and texts."""
    headings = []
    for token, inline in pairwise(tokens):
        if token.type == "heading_open":
            title = _text(inline)
            anchor = _anchor(title)
            token.attrSet("id", anchor)
            headings.append((token.tag, anchor, title))
    return headings


def _label_tables(tokens: list[Token], definitions: Definitions) -> None:
    """Give every cell the label of its column, for narrow screens, and every label its meaning.

    Whose columns they are stands below each table: the mart that its figures are of.
    """
    labels: list[str] = []
    column = 0
    labelled: list[tuple[str, Token]] = []
    for token, inline in pairwise(tokens):
        if token.type == "table_open":
            labels, labelled, table = [], [], token
        elif token.type == "tr_open":
            column = 0
        elif token.type == "th_open":
            labels.append(_text(inline))
            if max(map(len, labels[-1].split()), default=0) > LONG:
                token.attrSet("class", "long")
            table.meta["columns"] = len(labels)
            labelled.append((_text(inline), token))
        elif token.type == "td_open":
            token.attrSet("data-label", labels[column])
            if column == 0 and labels[0] == "Figure":
                labelled.append((_text(inline), token))
            column += 1
        elif token.type == "paragraph_open" and (mart := _source(inline)):
            token.attrSet("class", "source")
            for label, cell in labelled:
                if meaning := definitions.get(mart, {}).get(label):
                    cell.attrSet("title", meaning)


def _source(inline: Token) -> str | None:
    """The mart that a line names as the source of a table's figures; None of any other line."""
    found = re.fullmatch(r"Figures: marts\.(\w+)", _text(inline))
    return found[1] if found and len(inline.children) > 1 else None


def _link(tokens: list[Token], leads_to: LeadsTo, anchors: set[str], rest: str) -> None:
    """Let marts lead to where they are shown, and the number of a section to the section."""
    for token in tokens:
        if token.type == "inline":
            token.children = [
                new for child in token.children for new in _linked(child, leads_to, anchors, rest)
            ]


def _linked(child: Token, leads_to: LeadsTo, anchors: set[str], rest: str) -> Iterator[Token]:
    address = leads_to(child.content) if child.type == "code_inline" else None
    if address:
        yield from (_raw(f'<a href="{html.escape(address)}">'), child, _raw("</a>"))
        return
    if child.type != "text":
        yield child
        return
    end = 0
    for found in _SECTION_NUMBER.finditer(child.content):
        number = int(found[1])
        anchor = _anchor(NUMBERED[number - 1].title) if 0 < number <= len(NUMBERED) else ""
        if anchor and (anchor in anchors or rest):
            yield Token("text", "", 0, content=child.content[end : found.start()])
            yield _raw(f'<a href="{"" if anchor in anchors else rest}#{anchor}">{found[0]}</a>')
            end = found.end()
    yield Token("text", "", 0, content=child.content[end:])


def _folded(tokens: Iterator[Token]) -> Iterator[Token]:
    """The tokens, with every section but the first page folded, and what stands below an item of a list."""
    opened, depth = "", 0
    waiting: list[Token] = []
    for token in tokens:
        if token.type == "heading_open" and token.tag == "h2":
            yield from (_raw(f"</{name}>\n") for name in [opened] if name)
            opened, waiting = "", [token]
        elif waiting:
            waiting.append(token)
            if token.type == "heading_close":
                title = _section(_text(waiting[1]))
                opened = "section" if title in OPEN else "details"
                summary = ("<summary>", "</summary>") if opened == "details" else ("", "")
                yield _raw(f"<{opened}>{summary[0]}\n")
                yield from waiting
                yield _raw(f"{summary[1]}\n")
                waiting = []
        elif token.type == "bullet_list_open":
            depth += 1
            if token.level:
                yield _raw(f"<details><summary>{EVIDENCE}</summary>\n")
            yield token
        elif token.type == "bullet_list_close":
            depth -= 1
            yield token
            if token.level:
                yield _raw("</details>\n")
        else:
            yield token
    if opened:
        yield _raw(f"</{opened}>\n")


def _with_figures(tokens: list[Token], charts: Sequence[Chart]) -> Iterator[Token]:
    """The tokens, with each chart before the first table of its section or, without a table, at its end."""
    section, waiting = "", []
    tables: dict[str, int] = {}
    for previous, token, following in zip([None, *tokens], tokens, [*tokens[1:], None], strict=False):
        if token.type in ("heading_open", "table_open"):
            yield from map(_figure, waiting)
            waiting = []
        if token.type == "heading_open":
            section = _section(_text(following))
            waiting = [chart for chart in charts if chart.section == section]
        if token.type == "table_open":
            wide = " wide" if token.meta["columns"] > WIDE else ""
            tables[section] = tables.get(section, 0) + 1
            label = section if tables[section] == 1 else f"{section}, table {tables[section]}"
            yield _raw(f'<div class="table{wide}" role="region" aria-label="{html.escape(label)}">\n')
        if "style" in token.attrs:  # an alignment; the policy refuses styles that are not in the stylesheet
            is_number = "right" in token.attrs.pop("style")
            if is_number:
                token.attrJoin("class", "number")
        if token.type == "td_open" and len(_text(following)) > PROSE:
            token.attrJoin("class", "prose")
        if token.type == "td_open" and (shade := _SHADES.get(_text(following)[:2])):
            token.attrJoin("class", shade)
        if token.type == "inline" and previous.type == "td_open":
            token.children = list(_in_parts(token.children, "number" in previous.attrs.get("class", "")))
        yield token
        if token.type == "table_close":
            yield _raw("</div>\n")
    yield from map(_figure, waiting)


def _in_parts(children: Sequence[Token], is_number: bool) -> Iterator[Token]:
    """Figures of a cell, each of which stays on its line: a rate, its interval, its counts, a trend."""
    for child in children:
        trend = _TREND.match(child.content) if child.type == "text" else None
        if child.type != "text" or not (trend or is_number):
            yield child
        elif trend:
            yield _raw(f'<span class="trend">{trend[0]}</span>{html.escape(child.content[trend.end() :])}')
        else:
            parts = re.split(r"(?<=,) | (?=\()", child.content)
            yield _raw(" ".join(f"<span>{html.escape(part)}</span>" for part in parts))


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


def _anchor(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", _section(title).lower()).strip("-")


def _section(title: str) -> str:
    """A heading's text without its number."""
    return re.sub(r"^\d+\. ", "", title)


def _text(inline: Token) -> str:
    return "".join(child.content for child in inline.children or ())
