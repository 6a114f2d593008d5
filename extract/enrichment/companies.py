"""Which company is meant: names as they are compared, and what a company may call itself elsewhere."""

import functools
from collections.abc import Sequence

import duckdb

from dbt_project.rendering import rendered

# Under a country, what stands before it is no name: ours.co.uk is `ours`.
_UNDER_COUNTRIES = ("co", "com", "org", "net", "ac", "gov", "edu")


def company_keys(names: Sequence[str | None]) -> list[str | None]:
    """Each name as the warehouse compares it: `Ours GmbH` and `ours` are the same; None for none."""
    database, query = _reader()
    with database.cursor() as connection:
        rows = connection.execute(query, {"names": list(names)}).fetchall()
    return [row[0] for row in rows]


def registered_label(domain: str) -> str:
    """`ours` of ours.example, jobs.ours.example and ours.co.uk."""
    labels = domain.lower().split(".")[:-1] or [domain.lower()]
    if len(labels) > 1 and labels[-1] in _UNDER_COUNTRIES:
        labels.pop()
    return labels[-1]


def accounts_of(domain: str, name: str | None) -> list[str]:
    """What a company's account elsewhere is likely to be called, the likeliest first: by domain and name."""
    label = registered_label(domain)
    [key] = company_keys([name])
    joined = (key or "").replace(" ", "")
    usable = (each for each in (label, label.replace("-", ""), joined) if each.isascii())
    return [each for each in dict.fromkeys(usable) if each]


def is_same_company(other: str | None, domain: str, name: str | None) -> bool:
    """Whether a name that somebody else uses is that of the company.

    By its name, where that is told: equal, or the other with words more. Else by its domain.
    """
    theirs, ours = company_keys([other, name])
    if theirs is None:
        return False
    if ours is None:
        return theirs.replace(" ", "") == registered_label(domain).replace("-", "")
    return f"{ours} ".startswith(f"{theirs} ") or f"{theirs} ".startswith(f"{ours} ")


@functools.cache
def _reader() -> tuple[duckdb.DuckDBPyConnection, str]:
    """The database, opened once: that takes longer than the names. Any thread may take a cursor."""
    key = rendered("company_key.sql", "company_key('name')")
    query = f"""
        select {key}
        from (select unnest($names::varchar[]) as name, unnest(range(len($names))) as place)
        order by place
    """  # noqa: S608 - the names are bound
    return duckdb.connect(), query
