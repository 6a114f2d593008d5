"""One answer: rows as data, a sentence for each, and what has to be known of all of them; never too long."""

import difflib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from extract.workspace.errors import ConfigurationError
from extract.workspace.workspace import Workspace
from reports.assistant import queries
from reports.assistant.published import Published, Row
from reports.assistant.words import Fence, as_json, cleaned, said, size

MOST_ROWS = 50
MOST_BYTES = 8_192
# Sentences of marts; a name is cut much sooner.
LONGEST_OF_OURS = 700
# What an argument may be at the most; nothing that is asked for is longer.
LONGEST_ARGUMENT = 300


class AskedWronglyError(ConfigurationError):
    """There is no such thing to ask for. Says what there is, and never what was typed."""


@dataclass(frozen=True)
class Question:
    """What is asked, of which workspace, and whether persons and what others wrote may be told."""

    workspace: Workspace
    arguments: Mapping[str, Any]
    is_personal: bool

    def text(self, name: str) -> str | None:
        """An argument that is a text; a blank one is none."""
        return self.arguments.get(name) or None

    def after(self) -> int:
        """The place after which rows are wanted."""
        return self.arguments.get("after") or 0


@dataclass
class Answer:
    """What is told: `about` says of when and of what it is, `rows` are of marts, `lines` their sentences."""

    about: Row | None = None
    head: list[str] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)

    def add(self, row: Row, kind: str, *more: Any) -> None:
        """A row, and the sentence for it; texts in it are cleaned, and whatever others wrote is fenced."""
        row = {
            name: cleaned(each, LONGEST_OF_OURS) if isinstance(each, str) else each
            for name, each in row.items()
        }
        self.rows.append(row)
        self.lines.append(said(kind, row, *more))

    def told(self) -> tuple[str, dict[str, Any]]:
        """The text, and the same as data; both together at most 8 KB, of at most 50 rows."""
        shown = min(len(self.rows), MOST_ROWS)
        while True:
            data: dict[str, Any] = {"rows": [as_json(row) for row in self.rows[:shown]]}
            lines = [*self.head, *self.lines[:shown]]
            if self.about:
                data = {"about": as_json(self.about), **data}
            if left := len(self.rows) - shown:
                data["not_shown"] = left
                lines.append(said("more", left))
            text = "\n".join(lines)
            if size(text, data) <= MOST_BYTES or not shown:
                return text, data
            shown -= 1


def begun(warehouse: Published) -> Answer:
    """An answer that says of which period it is, as of when."""
    [about] = warehouse.rows(queries.ABOUT)
    return Answer(about, [said("head", about)])


def figures(warehouse: Published, question: Question, query: str, kind: str, dimension: str) -> Answer:
    """Rows of segments, senders or campaigns; what others called them is fenced, if it was read."""
    answer = begun(warehouse)
    fence = Fence()
    given = {
        "key": question.text("value"),
        "after": question.after(),
        "personal": question.is_personal,
        "dimension": dimension,
    }
    for row in warehouse.rows(query, **given):
        row["can_say"] = row["accept_rate"] is not None
        written = row.pop("written")
        if written:
            row["written"] = fence.around(written)
        answer.add(row, kind, answer.about)
        if written:
            answer.lines[-1] += f" It is called {row['written']}."
    return answer


def nearest(text: str, known: Iterable[str], what: str) -> AskedWronglyError:
    """There is no such thing; names those near it, or some there are. `known` are words of our own."""
    names = list(known)
    close = difflib.get_close_matches(text.lower(), names, n=3, cutoff=0.5)
    if close:
        return AskedWronglyError(f"There is no such {what}; near are {', '.join(close)}")
    listed = ", ".join(names[:20]) or "none yet"
    return AskedWronglyError(
        f"There is no such {what}; there are {listed}{' and more' if names[20:] else ''}"
    )
