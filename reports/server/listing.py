"""Lists of marts' rows: filtered by columns, sorted, and paged by what stands in the last row.

A page begins behind the row that the one before ended with, so nothing is passed over or shown twice while
rows come and go between two builds, and a page far down costs no more than the first.
"""

import base64
import binascii
import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import orjson

from extract.people.suppression import Suppressions
from extract.people.traits import trait_of
from extract.workspace.strict_yaml import suggestion
from reports.read_only import PAGE_ROWS
from reports.server.generations import Column, Generation, Row
from reports.server.problems import ProblemError

DEFAULT_LIMIT, MOST_ROWS, MOST_IN_FILE = 50, PAGE_ROWS, 100_000
# More than any list has columns, so that an answer about wrong ones is no longer than what was asked.
MOST_PARAMETERS = 100
# What says how a list is shown, and not which rows are in it.
OPTIONS = ("limit", "after", "sort")
# What a list of leads' doings says of the people in it.
OF_PEOPLE = ("first_name", "last_name", "title", "company_name", "linkedin_profile_url")
# Each table by its index, which DuckDB uses for values that are written out.
_PEOPLE = """
    select leads.lead_id, names.first_name, names.last_name, leads.title, leads.company_name,
        leads.linkedin_profile_url
    from (select * from marts.heyreach_leads where lead_id in ({ids})) as leads
    left join (select * from marts.lead_names where lead_id in ({ids})) as names
        on leads.lead_id = names.lead_id
"""
_WHOLE = {
    "TINYINT",
    "SMALLINT",
    "INTEGER",
    "BIGINT",
    "UTINYINT",
    "USMALLINT",
    "UINTEGER",
    "UBIGINT",
    "HUGEINT",
}


@dataclass(frozen=True)
class Listing:
    """Rows of one mart: `key` tells them apart, `order` is how they come where nobody says (`-`: last first).

    `fixed` are filters that the path gives. With `names_people` the rows' leads are named beside them.
    """

    model: str
    key: tuple[str, ...]
    order: tuple[str, ...] = ()
    fixed: tuple[str, ...] = ()
    names_people: bool = False

    def columns(self, generation: Generation) -> dict[str, Column]:
        """The columns that are shown, as the published file has them."""
        found = generation.columns.get(self.model)
        if found is None:
            raise ProblemError(
                503,
                "The warehouse is of an earlier release: `make build` makes a new one",
                headers={"retry-after": "60"},
            )
        # Gender, age and employment are told of groups, and never of one lead.
        return {name: column for name, column in found.items() if not trait_of(name)}

    def people(self, generation: Generation) -> tuple[str, ...]:
        """The columns that name a row's lead, where the mart has none for that."""
        named = self.columns(generation)
        return OF_PEOPLE if self.names_people and "first_name" not in named else ()

    def filters(self, generation: Generation) -> dict[str, Column]:
        """The columns by which rows may be asked for."""
        return {
            name: column
            for name, column in self.columns(generation).items()
            if column.type == "VARCHAR" or column.type in _PARSERS
            if name not in (*self.fixed, *OPTIONS)
        }


@dataclass
class Page:
    """Rows of a list, and behind which one the next page begins; None for the last page."""

    rows: list[Row]
    next: str | None
    wanted: "Wanted" = field(repr=False)


@dataclass(frozen=True)
class Wanted:
    """Which rows of a list are asked for: equal to `filters`, in an order, behind a row, so many."""

    filters: Mapping[str, Any]
    order: tuple[str, ...]
    after: tuple[Any, ...] | None
    limit: int


def read_wanted(
    listing: Listing, generation: Generation, given: Sequence[tuple[str, str]], most: int = MOST_ROWS
) -> Wanted:
    """What a query string asks for; raises ProblemError with a line for each part that can't be."""
    if len(given) > MOST_PARAMETERS:
        many = [{"name": "query", "detail": f"may have {MOST_PARAMETERS} parameters"}]
        raise ProblemError(422, f"A query may have {MOST_PARAMETERS} parameters", many)
    known = listing.filters(generation)
    values: dict[str, str] = {}
    errors = []
    for name, text in given:
        if name in values:
            errors.append({"name": name, "detail": "is given twice"})
        values[name] = text
    filters = {}
    for name, text in values.items():
        if name in OPTIONS or not text:
            continue
        if name not in known:
            detail = f"is no column of this list; {suggestion(name, [*known, *OPTIONS])}"
            errors.append({"name": name[:100], "detail": detail})
            continue
        try:
            filters[name] = _value(known[name].type, text)
        except ValueError as error:
            errors.append({"name": name, "detail": f"must be {error}"})
    order, limit, after = _order(listing, known, values, errors), _limit(values, most, errors), None
    if not errors and values.get("after"):
        columns = listing.columns(generation)
        types = [columns[name.removeprefix("-")].type for name in order]
        try:
            after = _read_token(values["after"], types)
        except ValueError:
            errors.append(
                {"name": "after", "detail": "must be what `next` of the page before says, asked the same way"}
            )
    if errors:
        said = "; ".join(f"{each['name']} {each['detail']}" for each in errors)
        raise ProblemError(422, said, errors)
    return Wanted(filters, order, after, limit)


def read_page(
    listing: Listing,
    generation: Generation,
    wanted: Wanted,
    fixed: Mapping[str, Any],
    erased: Suppressions,
    left_out: Mapping[str, Sequence[Any]] = {},
    only: Collection[str] = (),
) -> Page:
    """The rows that are wanted, without those of people who were erased since they were published.

    `left_out` are values of columns with which rows are not shown, either. With `only` no other columns are
    read than those and what the order needs.
    """
    needed = {*only, *(name.removeprefix("-") for name in wanted.order)}
    columns = {
        name: column for name, column in listing.columns(generation).items() if name in needed or not only
    }
    conditions, values = [], []
    for name, value in {**fixed, **wanted.filters}.items():
        conditions.append(f'"{name}" = ?')
        values.append(value)
    for name, several in left_out.items():
        if several:
            conditions.append(f"{_quoted(name)} not in (select unnest(?::varchar[]))")
            values.append(list(several))
    if wanted.after:
        condition, more = _behind(wanted.order, wanted.after)
        conditions.append(condition)
        values += more
    query = (
        f"select {', '.join(_quoted(name) for name in columns)} from marts.{listing.model}"  # noqa: S608
        f"{' where ' if conditions else ''}{' and '.join(conditions)}"
        f" order by {', '.join(_ordered(name) for name in wanted.order)} limit {wanted.limit + 1}"
    )
    rows = generation.rows(query, values)
    token = None
    if len(rows) > wanted.limit:
        rows = rows[: wanted.limit]
        token = _token([rows[-1][name.removeprefix("-")] for name in wanted.order])
    for name, column in columns.items():
        if column.type == "JSON":
            for row in rows:
                row[name] = None if row[name] is None else _shown(orjson.loads(row[name]))
    if listing.people(generation):
        rows = _with_people(generation, rows)
    return Page(without_erased(rows, erased), token, wanted)


def _shown(document: Any) -> Any:
    """What a JSON column says, without people's traits where it says something of each field."""
    if not isinstance(document, dict):
        return document
    return {name: value for name, value in document.items() if not trait_of(name)}


def without_erased(rows: list[Row], erased: Suppressions) -> list[Row]:
    """The rows that are about nobody who was erased."""
    if not rows or not erased:
        return rows
    links = ("profile_url", "linkedin_profile_url", "normalized_profile_url")
    named = {row[name] for row in rows for name in links if row.get(name)}
    gone = erased.erased(named)
    return [row for row in rows if not any(row.get(name) in gone for name in links)]


def _with_people(generation: Generation, rows: list[Row]) -> list[Row]:
    ids = list({row["lead_id"] for row in rows if row["lead_id"]})
    if not ids:
        return [row | dict.fromkeys(OF_PEOPLE) for row in rows]
    written, values = ", ".join("?" * len(ids)), ids
    if len(ids) > MOST_ROWS:  # a file's
        written, values = "select unnest(?::varchar[])", [ids]
    people = {
        each.pop("lead_id"): each for each in generation.rows(_PEOPLE.format(ids=written), [*values, *values])
    }
    nobody = dict.fromkeys(OF_PEOPLE)
    return [row | people.get(row["lead_id"], nobody) for row in rows]


def _order(
    listing: Listing, known: Mapping[str, Column], values: Mapping[str, str], errors: list
) -> tuple[str, ...]:
    """The order, made total by the key."""
    order = list(listing.order)
    if chosen := values.get("sort"):
        if chosen.removeprefix("-") in known:
            order = [chosen]
        else:
            detail = f"must be a column, with - before it for the last first; {suggestion(chosen, known)}"
            errors.append({"name": "sort", "detail": detail})
    named = {name.removeprefix("-") for name in order}
    return (*order, *(name for name in listing.key if name not in named))


def _limit(values: Mapping[str, str], most: int, errors: list) -> int:
    text = values.get("limit") or str(min(DEFAULT_LIMIT, most))
    if text.isascii() and text.isdigit() and len(text) <= len(str(most)) and 1 <= int(text) <= most:
        return int(text)
    errors.append({"name": "limit", "detail": f"must be a whole number from 1 to {most:,}"})
    return 0


def _behind(order: Sequence[str], last: Sequence[Any]) -> tuple[str, list[Any]]:
    """The condition of what comes behind a row; what isn't known comes last, in either direction."""
    alternatives, values = [], []
    for place, (name, value) in enumerate(zip(order, last, strict=True)):
        if value is None:
            continue  # nothing comes behind it
        equal = [_same(each, last[at]) for at, each in enumerate(order[:place])]
        column = _quoted(name.removeprefix("-"))
        sign = "<" if name.startswith("-") else ">"
        alternatives.append(" and ".join([*equal, f"({column} {sign} ? or {column} is null)"]))
        values += [each for each in last[:place] if each is not None]
        values.append(value)
    return f"({' or '.join(f'({each})' for each in alternatives) or 'false'})", values


def _same(name: str, value: Any) -> str:
    column = _quoted(name.removeprefix("-"))
    return f"{column} is null" if value is None else f"{column} = ?"


def _ordered(name: str) -> str:
    return f"{_quoted(name.removeprefix('-'))} {'desc' if name.startswith('-') else 'asc'} nulls last"


def _quoted(name: str) -> str:
    return f'"{name}"'


def _token(values: Sequence[Any]) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(list(values), default=str)).decode().rstrip("=")


def _read_token(text: str, types: Sequence[str]) -> tuple[Any, ...]:
    """The values of a token, each of its column's type; raises ValueError."""
    try:
        values = orjson.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    except (binascii.Error, UnicodeEncodeError) as error:
        raise ValueError("no token") from error
    if not isinstance(values, list) or len(values) != len(types):
        raise ValueError("of another order")
    return tuple(
        None
        if value is None
        else _value(type, value if isinstance(value, str) else orjson.dumps(value).decode())
        for value, type in zip(values, types, strict=True)
    )


def _value(type: str, text: str) -> Any:
    """A text as a value of one of DuckDB's types; raises ValueError, which says what it must be."""
    if type == "VARCHAR":
        if "\x00" in text:
            raise ValueError("a text without NUL")
        return text.encode(errors="strict").decode()
    return _PARSERS[type](text)


def _whole(text: str) -> int:
    digits = text.removeprefix("-")
    if not digits.isascii() or not digits.isdigit() or len(digits) > 19 or not -(2**63) <= int(text) < 2**63:
        raise ValueError("a whole number")
    return int(text)


def _number(text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise ValueError("a number")
    return value


def _switch(text: str) -> bool:
    if text not in ("true", "false"):
        raise ValueError("true or false")
    return text == "true"


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise ValueError("a time like 2026-01-31T09:30:00Z") from None


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError("a day like 2026-01-31") from None


_PARSERS = {
    **dict.fromkeys(_WHOLE, _whole),
    "DOUBLE": _number,
    "BOOLEAN": _switch,
    "TIMESTAMP WITH TIME ZONE": _moment,
    "DATE": _day,
}
