"""LinkedIn profile links in bulk, read by the warehouse's own rule.

The rule has one home, a dbt macro; here it runs on an in-memory DuckDB. A twin in Python would drift, and
then the importer and the warehouse would disagree on who is who.
"""

import functools
import re
from collections.abc import Sequence
from typing import NamedTuple
from urllib.parse import quote

import duckdb

from dbt_project.rendering import rendered


class ProfileUrl(NamedTuple):
    """The key `linkedin.com/in/<slug>` of a link, or None, and its kind: `vanity`, `member_id` or why no key.

    All kinds: dbt_project/macros/linkedin_url/_linkedin_url.yml.
    """

    key: str | None
    kind: str


def parse_profile_urls(urls: Sequence[str | None]) -> list[ProfileUrl]:
    """One ProfileUrl per link, in the order given; None and blank text are of kind `empty`. Never raises."""
    database, query = _reader()
    with database.cursor() as connection:
        rows = connection.execute(
            query, {"urls": [url and _half_pairs_encoded(url) for url in urls]}
        ).fetchall()
    return [ProfileUrl(*row) for row in rows]


@functools.cache
def _reader() -> tuple[duckdb.DuckDBPyConnection, str]:
    """The database, opened once: that takes as long as some hundred links. Any thread may take a cursor."""
    parsed = rendered("linkedin_url/*.sql", "_parse_linkedin_url('raw_url')")
    query = f"""
        select parsed.key, parsed.kind
        from (
            select place, {parsed} as parsed
            from (select unnest($urls::varchar[]) as raw_url, unnest(range(len($urls))) as place)
        )
        order by place
    """  # noqa: S608 - the links are bound
    return duckdb.connect(), query


def _half_pairs_encoded(url: str) -> str:
    """The same link with half surrogate pairs, which JSON may hold and DuckDB can't, percent-encoded."""
    return re.sub("[\ud800-\udfff]", lambda half: quote(half[0], errors="surrogatepass"), url)
