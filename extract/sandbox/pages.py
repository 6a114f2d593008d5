"""A host of public profile pages of the invented people, which now and then asks to wait for a moment.

It stands beside the API, where anybody may ask: `/in/<slug>` and `/robots.txt`.
"""

from __future__ import annotations

from functools import cached_property
from html import escape
from itertools import count
from typing import TYPE_CHECKING
from urllib.parse import unquote

from extract.sandbox import people
from extract.sandbox.answers import Answer
from extract.sandbox.leads import ImportedLead
from extract.sandbox.profiles import profile

if TYPE_CHECKING:
    from extract.sandbox.world import World

ROBOTS_PATH, PAGES_PATH = "/robots.txt", "/in/"
ROBOTS = b"User-agent: *\nDisallow: /api/\nDisallow: /sandbox/\n"
HTML_TYPE = "text/html; charset=utf-8"
# The 20th request for a page is put off, and then every 1,000th: one wait in any demo, and few in a long one.
FIRST_PUT_OFF, PUT_OFF_EVERY, PUT_OFF_SECONDS = 20, 1000, 1


class Pages:
    """The pages of a world; whoever is put off is answered when they ask again."""

    def __init__(self, world: World):
        self._world = world
        self._requests = count(1)

    def answer(self, path: str, now: int) -> Answer:
        """What a GET of a path is answered; 404 for a path without a person."""
        if path == ROBOTS_PATH:
            return Answer(200, ROBOTS, "text/plain; charset=utf-8")
        if next(self._requests) % PUT_OFF_EVERY == FIRST_PUT_OFF:
            return Answer(429, headers={"Retry-After": str(PUT_OFF_SECONDS)})
        key = people.profile_key(f"https://www.linkedin.com{unquote(path)}")
        imported = self._people.get(key) if key else None
        return Answer(200, _page(imported, now), HTML_TYPE) if imported else Answer(404)

    @cached_property
    def _people(self) -> dict[str | None, ImportedLead]:
        rows = (row for each in self._world.lists.values() for row in each.rows)
        return {
            people.profile_key(people.canonical_url(row.person.slug)): row
            for row in rows
            if row.person.url_kind == "profile"
        }


def _page(imported: ImportedLead, now: int) -> bytes:
    shown = profile(imported, 0, now, is_resolved=True)
    name, title, company, place = (
        escape(text)
        for text in (
            f"{shown['firstName']} {shown['lastName']}",
            imported.person.title,
            shown["companyName"],
            shown["location"] or "",
        )
    )
    return (
        f"<!doctype html><html><head><title>{name}</title></head><body><h1>{name}</h1>"
        f"<p>{title} at {company}</p><p>{place}</p>"
        f"<h2>Experience</h2><ul><li>{title}<br>{company}<br>Present</li></ul></body></html>"
    ).encode()
