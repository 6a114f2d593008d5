"""`make erase`: a person out of every file of a workspace, and kept out of what comes later.

The order makes it safe to kill. The person's keys enter the list of suppressions first, and from then on the
list alone says who has to go. The raw database, from which the rows without a profile are known, is replaced
after everything that is cleaned by it; what is built from raw is built anew afterwards in any case.
"""

import mmap
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from dbt_project.rendering import rendered
from extract import raw
from extract.people.lines import blank_lines
from extract.people.profile_urls import parse_profile_urls
from extract.people.records import MEMBER_ID, clean, subjects
from extract.people.suppression import Suppressions, keys_of, suppressions
from extract.privacy import files
from extract.raw import landing_contents
from extract.raw.catch_up import load_landed
from extract.workspace import journal
from extract.workspace.errors import ConfigurationError, OutboundError
from extract.workspace.paths import BACKUPS, AgencyPaths
from extract.workspace.published import connect_published
from extract.workspace.workspace import Workspace

COUNT_KEY = ("noted_by", "campaign_id", "account_id", "connection_status")

_ADDRESS = re.compile(r"[^\s@<>\"]+@[^\s@<>\"]+")


class NotErasedError(OutboundError):
    """Something of a person who was to be erased is left."""


@dataclass
class Person:
    """What a workspace knows a person by: keys, rows of theirs, and the words that stand for them in text."""

    keys: set[str]
    rows: set[files.Identity] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    addresses: set[str] = field(default_factory=set)

    @property
    def words(self) -> set[str]:
        return self.names | self.addresses


def erase(workspace: Workspace, url: str) -> tuple[Person, list[Path]]:
    """Take a person out of all that lasts; returns what they were known by and the files that changed.

    What is built from raw must be built anew by the caller, who holds the locks. Raises ConfigurationError
    for a URL that is no person's profile.
    """
    key = key_of(url)
    load_landed(workspace.paths)
    people = suppressions(workspace)
    person = Person({key})
    people.add(person.keys, datetime.now(UTC).date())
    while _recognize(workspace, person):
        people.add(person.keys, datetime.now(UTC).date())
    person.names |= _nameless(workspace, person.keys)
    return person, _remove_profiles(workspace, person) + sweep(workspace, people, person.rows, person.words)


def key_of(url: str | None) -> str:
    """Whom a profile's URL means; raises ConfigurationError for one that is no person's."""
    if not url:
        raise ConfigurationError("make erase needs URL=, the LinkedIn profile of the person to erase")
    [parsed] = parse_profile_urls([url])
    if not parsed.key:
        raise ConfigurationError(
            f"URL is no person's profile ({parsed.kind}); give it like https://www.linkedin.com/in/name"
        )
    return parsed.key


def erase_again(workspace: Workspace) -> list[Path]:
    """Take everybody in the list out of files that are older than it, as a backup's; returns what changed."""
    people = suppressions(workspace)
    person = Person(set())
    known = -1
    while len(person.rows) > known:  # rows without a profile belong to one with it, which may come later
        known = len(person.rows)
        for table, rows in _rows(workspace):
            if table not in files.KEPT_TABLES:
                _learn(rows, clean(rows, people), person)
    return sweep(workspace, people, person.rows, person.words)


def sweep(
    workspace: Workspace, people: Suppressions, rows: set[files.Identity], words: set[str]
) -> list[Path]:
    """Clean every file of the workspace of the people in the list; returns the files that changed."""
    swept = files.Sweep(people, rows, words)
    files.remove_caches(workspace.folder)
    for path in _lasting_files(workspace):
        if any(path.is_relative_to(folder) for folder in (workspace.paths.webhooks, workspace.paths.signals)):
            if blank_lines(people, path):
                swept.changed.append(path)
        elif path.is_relative_to(workspace.paths.profiles):
            files.sweep_profile(swept, path)
        elif path.name == landing_contents.FILE and path.is_relative_to(workspace.paths.landing):
            landing_contents.settle(path.parent)  # what an erasure that was cut off left open
        elif path.suffix in (".jsonl", ".ndjson"):
            files.sweep_lines(swept, path)
        elif path.suffix == ".json" and path.parent == workspace.paths.enrichment_results:
            files.sweep_result(swept, path)
        elif path.suffix == ".csv":
            files.sweep_csv(swept, path)
        elif path.suffix == ".sqlite":
            files.sweep_sqlite(swept, path)
        else:
            files.sweep_text(swept, path)
    files.sweep_raw(swept, workspace.paths.raw, _note_counts)
    _keep_counts(workspace)
    return list(dict.fromkeys(swept.changed))


def _remove_profiles(workspace: Workspace, person: Person) -> list[Path]:
    """Remove the texts that are named after the person's profile; returns them."""
    slugs = [key.rpartition("/")[2] for key in person.keys if key.startswith("linkedin.com/")]
    folder = workspace.paths.profiles
    paths = [place / f"{slug}.txt" for slug in slugs for place in (folder, folder / "fetched")]
    found = [path for path in paths if path.is_file()]
    for path in found:
        path.unlink()
    return found


def places(workspace: Workspace, person: Person) -> list[Path]:
    """The files of the whole data folder, but its backups, that still hold a link, an address or a member id
    of the person.

    Names are not looked for: somebody else may have the same one. An agency's other workspaces answer for
    themselves.
    """
    others = AgencyPaths(workspace.data_dir).workspaces
    slugs = {key.rpartition("/")[2] for key in person.keys if key.startswith("linkedin.com/")}
    texts = sorted(person.addresses) + [slug for slug in slugs if MEMBER_ID.fullmatch(slug)]
    patterns = [re.escape(text.encode()) for text in texts]
    patterns += [rb"/in/" + re.escape(slug.encode()) + rb"(?![\w%-])" for slug in slugs]
    found = re.compile(b"|".join(patterns), re.IGNORECASE)
    return [
        path
        for path in sorted(workspace.data_dir.rglob("*"))
        if path.is_file()
        and path.stat().st_size
        and BACKUPS not in path.relative_to(workspace.data_dir).parts
        and others not in path.parents
        and _holds(path, found)
    ]


def _holds(path: Path, pattern: re.Pattern) -> bool:
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return pattern.search(content) is not None


def _lasting_files(workspace: Workspace) -> list[Path]:
    """Files that are cleaned where they stand; another workspace inside this one is not touched."""
    demo = workspace.data_dir / "demo"
    backups, others = workspace.paths.backups, AgencyPaths(workspace.data_dir).workspaces
    return sorted(
        path
        for path in workspace.folder.rglob("*")
        if path.is_file()
        and not path.is_symlink()
        and (workspace.is_demo or not path.is_relative_to(demo))
        and not {backups, others} & {*path.parents}
        and not path.name.endswith((".duckdb", ".wal", "-wal", "-shm", ".lock", ".next"))
        and path.parent.name != "suppressed"
    )


def _recognize(workspace: Workspace, person: Person) -> bool:
    """Learn from raw and the ledger what else the person is known by; whether anything was among it.

    HeyReach's own id joins a vanity link and a member id, a campaign lead's id what it was called over time.
    """
    known = len(person.keys), len(person.rows)
    for table, rows in _rows(workspace):
        if table in files.KEPT_TABLES:
            continue
        _learn(rows, clean(rows, _Known(person.keys)), person)
    return (len(person.keys), len(person.rows)) != known


def _learn(rows: list[dict], cleaned: list[dict | None], person: Person) -> None:
    """Take in what rows of theirs tell: those that cleaning drops, and others of the same identity."""
    for row, kept in zip(rows, cleaned, strict=True):
        ids = set(files.identities(row))
        if kept is not None and person.rows.isdisjoint(ids):
            continue
        person.rows |= ids
        person.keys |= set(keys_of(subjects(row)).values())
        _learn_words(row, person)


def _rows(workspace: Workspace) -> Iterator[tuple[str, list[dict]]]:
    yield from files.raw_rows(workspace.paths.raw)
    paths = workspace.paths
    ledgers = (paths.import_ledger, paths.enrichment_ledger, paths.act_ledger, paths.plan_ledger)
    for path in (*ledgers, paths.job_ledger):
        if path.exists():
            yield from files.sqlite_rows(path)


@dataclass(frozen=True)
class _Known:
    keys: set[str]

    def erased(self, mentions: set[str]) -> set[str]:
        return {text for text, key in keys_of(mentions).items() if key in self.keys}


def _learn_words(value: object, person: Person) -> None:
    """Names and addresses in a record of the person's, except their sender's."""
    if isinstance(value, list):
        for inner in value:
            _learn_words(inner, person)
    if not isinstance(value, dict):
        return
    plain = {str(key).lower().replace("_", ""): inner for key, inner in value.items()}
    first, last, full = (plain.get(name) for name in ("firstname", "lastname", "fullname"))
    if isinstance(first, str) and isinstance(last, str) and first.strip() and last.strip():
        person.names.add(f"{first.strip()} {last.strip()}")
    if isinstance(full, str) and " " in full.strip():
        person.names.add(full.strip())
    for key, inner in plain.items():
        if "email" in key and isinstance(inner, str):
            person.addresses |= set(_ADDRESS.findall(inner))
        if key != "sender":
            _learn_words(inner, person)


def _nameless(workspace: Workspace, keys: set[str]) -> set[str]:
    """How reports call the person, who are not told names: by title and company, as these were published."""
    if not workspace.paths.published.exists():
        return set()
    called = rendered("words/*.sql", "nameless('title', 'company_name')")
    with connect_published(workspace.paths.published) as connection:
        try:
            found = connection.execute(
                f"select {called} from marts.heyreach_leads "  # noqa: S608 - the project's own macro
                "where normalized_profile_url in (select unnest(?::varchar[]))",
                [sorted(keys)],
            ).fetchall()
        except (duckdb.BinderException, duckdb.CatalogException):  # of a release without such reports
            return set()
    return {text for (text,) in found if text}


def _keep_counts(workspace: Workspace) -> None:
    """Add the counts of erasures that only raw holds to their journal."""
    path = workspace.paths.erasures
    kept = [tuple(row[name] for name in COUNT_KEY) for row in journal.rows(path)]
    with raw.connect(workspace.paths.raw, read_only=True) as connection:
        names = list(raw.TABLES["erased_lead_counts"])
        answer = connection.execute(
            f"select {', '.join(names)} from {raw.SCHEMA}.erased_lead_counts "  # noqa: S608
            "where starts_with(noted_by, 'erasure')"
        )
        rows = [dict(zip(names, values, strict=True)) for values in answer.fetchall()]
    for row in rows:
        if tuple(row[name] for name in COUNT_KEY) not in kept:
            journal.append(path, row)


def _note_counts(connection: duckdb.DuckDBPyConnection) -> None:
    """Keep, without any identity, how many rows of which status went: HeyReach goes on counting them."""
    connection.execute(
        """
        insert into new.heyreach.erased_lead_counts
            (noted_by, observed_at, campaign_id, account_id, connection_status, lead_rows)
        select
            'erasure-' || strftime(now(), '%Y%m%dT%H%M%S%f'), now(),
            campaign_id, account_id, connection_status, count(*)
        from (
            select
                campaign_id,
                arg_max(payload ->> '$.linkedInSenderId', (observed_at, pull_id)) as account_id,
                arg_max(payload ->> '$.leadConnectionStatus', (observed_at, pull_id)) as connection_status
            from old.heyreach.campaign_leads
            where rowid in (select place from gone where table_name = 'campaign_leads' and is_dropped)
                and payload is not null
            group by campaign_id, campaign_lead_id
        )
        group by all
        """
    )
