"""The leads that are enriched: rows of a CSV file, or of the published warehouse, under one set of names."""

import functools
import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from dbt_project.rendering import rendered
from extract.enrichment.base import COLUMNS, Integration
from extract.enrichment.ledger_tables import RunRow, SourceRow
from extract.importer.mapping import ImportMapping
from extract.importer.table import read_table
from extract.people.profile_urls import parse_profile_urls
from extract.workspace.errors import ConfigurationError
from extract.workspace.published import connect_published
from extract.workspace.strict_yaml import shown
from extract.workspace.texts import placeholders_among, tidied

# What can be asked by -> which target of the import mappings it is: one list of headers for both verbs.
TARGETS = {
    "linkedin_url": "lead.profile_url",
    "email": "lead.email_address",
    "first_name": "lead.first_name",
    "last_name": "lead.last_name",
    "company_name": "lead.company_name",
    "company_domain": "enrichment.company_domain",
    "ceo_name": "enrichment.ceo_name",
    "sender_account_id": "sender_account_id",
}


@dataclass(frozen=True)
class Leads:
    """Leads and where they are from.

    `original` are the cells as they stood in the file, under `header`; `source_rows` what another service
    told of them.
    """

    source: str
    rows: list[RunRow]
    file: Path | None = None
    sha256: str | None = None
    header: list[str] = field(default_factory=list)
    original: dict[int, list[str]] = field(default_factory=dict)
    columns: frozenset[str] = frozenset(COLUMNS)
    source_rows: list[SourceRow] = field(default_factory=list)


def leads_of_file(path: Path, mappings: dict[str, ImportMapping], limit: int | None = None) -> Leads:
    """The rows of a CSV file, the first `limit` of them; raises ConfigurationError as imports do.

    A cell that stands for nothing (`#N/A`, `{{first_name}}`) is blank.
    """
    table = read_table(path, mappings)
    found = {column: table.columns[target] for column, target in TARGETS.items() if target in table.columns}
    records = table.records[:limit]
    texts = [
        {column: tidied(cells[index]) for column, index in found.items() if index < len(cells)}
        for _, cells in records
    ]
    nothing = placeholders_among(text for row in texts for text in row.values()) | {""}
    values = [{column: text for column, text in row.items() if text not in nothing} for row in texts]
    rows = completed([number for number, _ in records], values)
    columns = set(found) | ({"company_domain"} if "email" in found else set())
    return Leads("file", rows, path, table.sha256, table.header, dict(records), frozenset(columns))


def leads_of_warehouse(published: Path, only: Collection[str] | None = None) -> Leads:
    """The people of the published warehouse with a profile, newest first; `only` those where they are named.

    Raises ConfigurationError without a warehouse.
    """
    if not published.exists():
        raise ConfigurationError(f"There is no warehouse at {published} yet: `make run` first, or give FILE=")
    with connect_published(published) as connection:
        answer = connection.execute(
            """
            select normalized_profile_url, company_name, email, company_domain, first_account_id
            from marts.heyreach_leads
            where is_valid_profile_url
                and ($only is null or normalized_profile_url in (select unnest($only::varchar[])))
            order by created_at desc, lead_id
            """,
            {"only": None if only is None else sorted(only)},
        ).fetchall()
    names = ("linkedin_url", "company_name", "email", "company_domain", "sender_account_id")
    values = [{name: value for name, value in zip(names, row, strict=True) if value} for row in answer]
    return Leads("warehouse", completed(range(1, len(values) + 1), values), columns=frozenset(names))


def completed(numbers: Sequence[int], values: list[dict[str, str]]) -> list[RunRow]:
    """Rows with what follows from their values: the person, one spelling of the link, the domain."""
    urls = parse_profile_urls([lead.get("linkedin_url") for lead in values])
    given = company_domains([lead.get("company_domain") for lead in values])
    by_mail = company_domains([lead.get("email") for lead in values])
    rows = []
    for number, lead, url, domain, mail_domain in zip(numbers, values, urls, given, by_mail, strict=True):
        told = dict(lead)
        raw_url = told.pop("linkedin_url", None)
        told.pop("company_domain", None)
        if url.key:
            told |= {"linkedin_url": f"https://www.{url.key}", "person": url.key}
        if domain or mail_domain:
            told["company_domain"] = domain or mail_domain
        rows.append(RunRow(number, raw_url, url.key, told))
    return rows


def company_domains(texts: Sequence[str | None]) -> list[str | None]:
    """The company's domain out of each address, site or domain, by the warehouse's own rule."""
    database, query = _domain_reader()
    with database.cursor() as connection:
        rows = connection.execute(query, {"texts": list(texts)}).fetchall()
    return [row[0] for row in rows]


@functools.cache
def _domain_reader() -> tuple[duckdb.DuckDBPyConnection, str]:
    """The database, opened once: that takes longer than the domains. Any thread may take a cursor."""
    domain = rendered("company_domain.sql", "company_domain('raw')")
    query = f"""
        select {domain}
        from (select unnest($texts::varchar[]) as raw, unnest(range(len($texts))) as place)
        order by place
    """  # noqa: S608 - the texts are bound
    return duckdb.connect(), query


def check_columns(leads: Leads, integrations: Sequence[Integration]) -> None:
    """Raises ConfigurationError naming the columns that no row can have, and who needs them."""
    yielded = {name for each in integrations for name in each.outputs}
    problems = []
    for each in integrations:
        for column in each.inputs:
            if column in leads.columns or column in yielded:
                continue
            problems.append(f"{each.name} needs the column {column}, and {_has_none(leads, column)}")
    if problems:
        raise ConfigurationError(problems)


def _has_none(leads: Leads, column: str) -> str:
    if not leads.file:
        return "the warehouse has none"
    where = f"{TARGETS.get(column, column)} in config/import_mappings.yaml names its headers"
    columns = ", ".join(repr(name) for name in leads.header if name)
    return f"{shown(leads.file)} has none ({where}); its columns are {columns}"


def purpose_of(
    leads: Leads,
    integrations: Sequence[Integration],
    limit: int | None,
    is_again: bool = False,
    only: Collection[str] | None = None,
) -> str:
    """What makes two starts the same run: the same file, the same questions, the same part."""
    asked = sorted(f"{each.name}:{each.variant}" for each in integrations)
    again = ["again"] if is_again else []
    people = sorted(only or ())
    text = "\n".join([leads.source, leads.sha256 or "", str(limit or ""), *asked, *again, *people])
    return hashlib.sha256(text.encode()).hexdigest()[:32]
