"""A page as somebody reads it: its tables, each cell under its column; its lists of facts; its numbers."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from tests.looking import look_at
from tests.serving import Served

_NUMBER = re.compile(r"(?<![\w.])[-+]?\d[\d,]*(?:\.(\d+))?")


@dataclass
class Table:
    """A table: its heading, its columns, its rows (label -> text), the mart whose figures it has."""

    heading: str
    columns: list[str] = field(default_factory=list)
    rows: list[dict[str, str]] = field(default_factory=list)
    source: str = ""


class Page(HTMLParser):
    """Tables, pairs of `dl`, and the texts of everything else that is a line."""

    _LINES = ("h1", "h2", "h3", "p", "dt", "dd", "th", "td", "strong", "a")

    def __init__(self, text: str):
        super().__init__()
        self.tables: list[Table] = []
        self.facts: list[tuple[str, str]] = []
        self.lines: list[tuple[str, str]] = []
        self.twins: dict[str, str] = {}
        self._open: list[tuple[str, dict, list[str]]] = []
        self._heading = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attrs):
        if tag == "table":
            self.tables.append(Table(self._heading))
        elif tag == "tr":
            self._cells: list[tuple[str, str]] = []
        elif tag in self._LINES:
            self._open.append((tag, dict(attrs), []))

    def handle_data(self, data):
        for _, _, texts in self._open:
            texts.append(data)

    def handle_endtag(self, tag):
        if tag == "tr" and self._cells:
            assert [label for label, _ in self._cells] == self.tables[-1].columns
            self.tables[-1].rows.append(dict(self._cells))
        if tag not in self._LINES:
            return
        name, attributes, texts = self._open.pop()
        assert name == tag
        text = " ".join("".join(texts).split())
        if tag in ("h1", "h2", "h3"):
            self._heading = text
        elif tag == "th":
            self.tables[-1].columns.append(text)
        elif tag == "td":
            self._cells.append((attributes["data-label"], text))
        elif tag == "dd":
            self.facts.append((self.lines[-1][1], text))
        elif tag == "p" and text.startswith("Figures: marts."):
            self.tables[-1].source = text.removeprefix("Figures: marts.")
        elif tag == "a" and text in ("JSON", "CSV"):
            self.twins[text] = attributes["href"]
        self.lines.append((tag, text))


def numbers(text: str) -> list[tuple[float, float]]:
    """Every number that is written in a text, and how far what it stands for may lie from it."""
    return [
        (float(found[0].replace(",", "")), 0.5 * 10.0 ** -len(found[1] or ""))
        for found in _NUMBER.finditer(text)
    ]


def says(text: str, values: list[float]) -> bool:
    """Whether these are the numbers of a text, in their order, as exactly as it writes them."""
    written = numbers(text)
    return len(written) == len(values) and all(
        abs(number - value) <= half + 1e-6 for (number, half), value in zip(written, values, strict=True)
    )


def read(served: Served, path: str) -> Page:
    """The page at a path."""
    answer = served.get(path)
    assert answer.status_code == 200
    return Page(answer.text)


def sql(served: Served, query: str, *values: object) -> list[dict[str, Any]]:
    """Rows of the published file, times in UTC."""
    [rows] = sql_at_once(served, query, values=values)
    return rows


def sql_at_once(served: Served, *queries: str, values: tuple[object, ...] = ()) -> list[list[dict[str, Any]]]:
    """The rows of several queries, of which the file is opened once."""
    found = []
    with look_at(served.workspace.paths.published) as connection:
        connection.execute("set TimeZone = 'UTC'")
        for query in queries:
            answer = connection.execute(query, values)
            names = [column[0] for column in answer.description]
            found.append([dict(zip(names, row, strict=True)) for row in answer.fetchall()])
    return found
