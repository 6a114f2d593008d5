"""Signals that the operator or their site leaves as lines of files in `data/signals`, landed with a pull.

A line is a JSON object of `profile_url` or `company_domain`, `signal_type`, `occurred_at`, `source`,
`detail`, in any spelling of dbt_project/macros/catalogue/signal_files.sql. What it says is known from the
pull on that it is landed with. What can't be used is set aside, with its reason.
"""

import difflib
import functools
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

import duckdb
import orjson

from dbt_project.rendering import rendered, returned
from extract import raw
from extract.enrichment.leads import company_domains
from extract.people.dropped_files import DroppedFiles, Judged
from extract.people.line_files import key_of
from extract.people.profile_urls import ProfileUrl, parse_profile_urls
from extract.workspace.strict_yaml import quoted

TYPES = [each["name"] for each in returned("catalogue/*.sql", "signal_types()")]
# A site's clock may be a little ahead of HeyReach's, by which pulls are dated.
CLOCK_TOLERANCE = timedelta(minutes=1)
# Of a file so many lines that were set aside are told one by one; all of them stand in quarantined_rows.
MOST_TOLD = 20


class _Told(NamedTuple):
    """What a line says, by the warehouse's own reading."""

    profile_url: str | None
    company: str | None
    signal_type: str | None
    occurred_at: datetime | None
    is_dated: bool


class SignalFiles(DroppedFiles):
    """The files of the `signals` folder, and what of them raw lacks."""

    lines_table = "signal_lines"
    files_table = "signal_files"
    holds = "signals"

    def judge(self, lines: Sequence[bytes]) -> list[Judged]:
        return judged(lines, self.observed_at)

    def complaints(self, set_aside: Sequence[tuple[int, str]]) -> list[str]:
        return [f"line {number}: {reason}" for number, reason in set_aside]

    def _tell(self, name: str, told: list[str]) -> None:
        self.warnings += [f"{self._place}/{name} {each}" for each in told[:MOST_TOLD]]
        if len(told) > MOST_TOLD:
            more = len(told) - MOST_TOLD
            self.warnings.append(
                f"{self._place}/{name}: {more:,} more lines are set aside; see quarantined_rows"
            )


def people_told(connection: duckdb.DuckDBPyConnection) -> dict[str, datetime]:
    """Key of everybody whom the lines in raw name -> when they were last told of."""
    columns = rendered("[ce]*/*.sql", "signal_columns()")
    rows = connection.execute(
        f"""
        select profile_url_raw, max(observed_at)
        from (select observed_at, {columns} from {raw.SCHEMA}.{SignalFiles.lines_table})
        where profile_url_raw is not null
        group by profile_url_raw
        """  # noqa: S608 - of this project's own macro
    ).fetchall()
    told: dict[str, datetime] = {}
    for url, (_, at) in zip(parse_profile_urls([row[0] for row in rows]), rows, strict=True):
        if url.key:
            told[url.key] = max(at, told.get(url.key, at))
    return told


def judged(lines: Sequence[bytes], now: datetime) -> list[Judged]:
    """The key of each line that can be used at a moment, or what is wrong with it."""
    payloads = [_object(line) for line in lines]
    told = iter(_read([payload for payload in payloads if payload is not None]))
    found = [next(told) if payload is not None else None for payload in payloads]
    urls = iter(parse_profile_urls([each.profile_url for each in found if each]))
    domains = iter(company_domains([each.company for each in found if each]))
    verdicts = []
    for payload, each in zip(payloads, found, strict=True):
        if each is None:
            verdicts.append(Judged(None, "no JSON object of valid text and usual length"))
            continue
        reason = _complaint(each, next(urls), next(domains), now)
        verdicts.append(Judged(None if reason else key_of(payload), reason))
    return verdicts


def _complaint(told: _Told, url: ProfileUrl, domain: str | None, now: datetime) -> str:
    """What is wrong with a line, blank where nothing is; nobody is named."""
    return _unknown_type(told) or _nobody(told, url, domain) or _no_time(told, now)


def _unknown_type(told: _Told) -> str:
    if told.signal_type in TYPES:
        return ""
    close = difflib.get_close_matches(told.signal_type or "", TYPES, n=1)
    hint = f"did you mean {close[0]}?" if close else f"known are {', '.join(TYPES)}"
    return f"signal_type is {quoted(told.signal_type)}; {hint}"


def _nobody(told: _Told, url: ProfileUrl, domain: str | None) -> str:
    if told.profile_url is None and told.company is None:
        return "names neither profile_url nor company_domain"
    if told.profile_url is not None and url.key is None:
        return (
            f"profile_url is no person's profile ({url.kind}); give it like https://www.linkedin.com/in/name"
        )
    if told.company is not None and domain is None:
        return "company_domain is no company's domain; give it like example.com"
    return ""


def _no_time(told: _Told, now: datetime) -> str:
    if told.occurred_at is None:
        given = "is no time that can be read in one way" if told.is_dated else "is missing"
        return f"occurred_at {given}; give it like 2026-01-31 or 2026-01-31T09:30:00Z"
    if told.occurred_at > now + CLOCK_TOLERANCE:
        return "occurred_at lies in the future; save the file again once it has happened"
    return ""


def _object(line: bytes) -> dict | None:
    try:
        payload = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    return payload if isinstance(payload, dict) and key_of(payload) else None


def _read(payloads: list[dict]) -> list[_Told]:
    database, query = _reader()
    with database.cursor() as connection:
        texts = [orjson.dumps(payload).decode() for payload in payloads]
        rows = connection.execute(query, {"texts": texts}).fetchall()
    return [_Told(*row) for row in rows]


@functools.cache
def _reader() -> tuple[duckdb.DuckDBPyConnection, str]:
    """The database, opened once, and the query that staging has, too. Any thread may take a cursor."""
    columns = rendered("[ce]*/*.sql", "signal_columns()")
    query = f"""
        select profile_url_raw, company, signal_type, occurred_at, is_dated
        from (
            select place, {columns}
            from (select unnest($texts::json[]) as payload, unnest(range(len($texts))) as place)
        )
        order by place
    """  # noqa: S608 - the texts are bound
    database = duckdb.connect()
    database.execute("set TimeZone = 'UTC'")
    return database, query
