"""A question to a service that the sandbox invents, and what the services share in their answers."""

from collections.abc import Callable
from typing import NamedTuple

from extract.sandbox.clock import iso
from extract.sandbox.companies import Company

# Finds the company that a text names: a domain, the name of a board, a name.
Find = Callable[[str], Company | None]


class Request(NamedTuple):
    """One question: its path below the host, its query, its body, the key that came, and the clock.

    Of what the query has several times `query` has the last, and `lists` all.
    """

    path: str
    query: dict[str, str]
    lists: dict[str, list[str]]
    body: dict
    key: str | None
    now: int


def date(at: int) -> str:
    """The day of a moment."""
    return iso(at, 0)[:10]


def slug(text: str) -> str:
    """A text as links spell it."""
    return "-".join("".join(letter if letter.isalnum() else " " for letter in text.lower()).split())


def article(publisher: str, title: str) -> str:
    """The link of a piece of news."""
    return f"https://{slug(publisher)}.example.com/{slug(title)}"
