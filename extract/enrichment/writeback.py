"""`make write-back`: what enrichment found into HeyReach's custom fields, through the importer's ledger.

Only people who stand in the list already are updated, only with fields they lack there (`raw` gives way to
`enriched`), and with all fields they have besides, because whether HeyReach merges or replaces is not known.
The first one goes alone and is read back.
"""

import secrets
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from extract.enrichment.aliases import FIELD_ALIASES
from extract.enrichment.config import EnrichmentConfig, load_enrichment_config
from extract.heyreach.client import HeyReachClient
from extract.importer.delivery import Delivery
from extract.importer.ledger import Import, Ledger, PlannedRow
from extract.importer.opening import connected, open_ledger, origin
from extract.importer.result import raise_for_losses, summary, write_result
from extract.importer.target import Members, Target, custom_fields, list_target, read_members
from extract.people.suppression import suppressions
from extract.people.traits import INFERRED_TRAITS
from extract.workspace.errors import ConfigurationError, ProviderError
from extract.workspace.lock import exclusive
from extract.workspace.published import connect_published
from extract.workspace.strict_yaml import suggestion
from extract.workspace.workspace import Workspace

# Columns of heyreach_leads that are custom fields, too.
WRITABLE = (
    "title",
    "company_name",
    "company_size",
    "company_industry",
    "company_region",
    "enrichment_level",
    *INFERRED_TRAITS,
)
# What a person has there, and what was found replaces.
_REPLACED = {"enrichment_level": "raw"}
# company_size is a bracket in the marts; HeyReach gets what was found.
_COLUMNS = {"company_size": "company_size_raw"}

Say = Callable[[str], None]


@dataclass(frozen=True)
class WriteBackOptions:
    """Which fields go to whom; without `apply` nothing is sent."""

    list_id: str | None
    fields: str
    apply: bool = False


def run_write_back(workspace: Workspace, options: WriteBackOptions, say: Say) -> None:
    """Do what the options ask; raises as `run_import` does."""
    fields = _fields(options, load_enrichment_config(workspace.enrichment_config))
    known = _found(workspace.paths.published, fields)
    with (
        exclusive(workspace.folder, "import", job="write-back"),
        open_ledger(workspace, Ledger, workspace.paths.import_ledger, apply=options.apply) as ledger,
        connected(workspace) as client,
    ):
        target = list_target(client, options.list_id)
        members = read_members(client, target.list_id)
        if not members.is_complete:
            raise ProviderError(f"List {target.list_id} could not be read whole: run again later")
        gone = suppressions(workspace).erased(known.keys())
        rows, counts = planned(
            members, {person: found for person, found in known.items() if person not in gone}
        )
        people = f"{len(members.rows):,} people, {len(rows):,} lack something that was found"
        say(f"list {target.list_id} {target.name!r}: {people}")
        for name in fields:
            say(f"  {name}: {counts[name]:,} people get it")
        if not rows:
            return
        if not options.apply:
            say("dry run: nothing was sent; APPLY=1 sends it, the first person alone")
            return
        for part in (rows[:1], rows[1:]):
            if part:
                _send(workspace, client, ledger, target, part, say)


def planned(members: Members, known: dict[str, dict[str, str]]) -> tuple[list[PlannedRow], Counter[str]]:
    """Members that lack what is known, each with all fields it has or gets; and how many get which field."""
    rows, counts = [], Counter()
    for person, own in members.rows.items():
        has = {name: value for row in own for name, value in custom_fields(row).items() if value}
        lacks = {
            name: value
            for name, value in known.get(person, {}).items()
            if has.get(name, "").lower() in ("", _REPLACED.get(name))
        }
        first, last = own[0].get("firstName"), own[0].get("lastName")
        if not lacks or not first or not last:
            continue
        counts.update(lacks.keys())
        values = has | lacks
        lead = {
            "profileUrl": f"https://www.{person}",
            "firstName": first,
            "lastName": last,
            "customUserFields": [{"name": name, "value": values[name]} for name in sorted(values)],
        }
        rows.append(PlannedRow(len(rows) + 1, lead["profileUrl"], person, None, None, lead))
    return rows, counts


def _fields(options: WriteBackOptions, config: EnrichmentConfig) -> list[str]:
    given = (name.strip() for name in options.fields.split(",") if name.strip())
    names = list(dict.fromkeys(FIELD_ALIASES.get(name, name) for name in given))
    problems = []
    if not options.list_id or not options.list_id.isdigit():
        problems.append("Say which list is updated: LIST=60101")
    if not names:
        problems.append(f"Say what is written: FIELDS=name,name out of {', '.join(WRITABLE)}")
    for name in names:
        if name not in WRITABLE:
            problems.append(f"{name!r} can't be written; {suggestion(name, WRITABLE)}")
        elif name in INFERRED_TRAITS and not config.write_back_sensitive:
            problems.append(
                f"{name} is an inference about a person and stays here; write_back_sensitive in "
                "config/enrichment.yaml would hand it to HeyReach"
            )
    if problems:
        raise ConfigurationError(problems)
    return names


def _found(published: Path, fields: Sequence[str]) -> dict[str, dict[str, str]]:
    """Person -> what enrichment found of them, and HeyReach does not have."""
    if not published.exists():
        raise ConfigurationError(f"There is no warehouse at {published} yet: `make run` first")
    columns = ", ".join(
        f"case when json_exists(field_source, '{name}') then cast({_COLUMNS.get(name, name)} as varchar) end"
        for name in fields
    )
    with connect_published(published) as connection:
        answer = connection.execute(
            f"select normalized_profile_url, {columns} from marts.heyreach_leads "  # noqa: S608 - our own names
            "where normalized_profile_url is not null and field_source is not null"
        ).fetchall()
    return {
        row[0]: {name: value for name, value in zip(fields, row[1:], strict=True) if value} for row in answer
    }


def _send(
    workspace: Workspace,
    client: HeyReachClient,
    ledger: Ledger,
    target: Target,
    rows: list[PlannedRow],
    say: Say,
) -> None:
    """Send, read back, and say what became of it; raises LossError where anything is lost."""
    now = client.now()
    entry = Import(
        import_id=f"enrichment-{now:%Y%m%d-%H%M%S}-{secrets.token_hex(2)}",
        base_url=origin(workspace),
        target="list",
        campaign_id=None,
        list_id=target.list_id,
        file_name="write-back",
        file_sha256="",
        mapping="enrichment",
        senders=None,
        planned_at=now,
    )
    ledger.plan(entry, rows)
    delivery = Delivery(
        client, ledger, entry, target, workspace.read_back_waits, client.now, suppressions(workspace)
    )
    try:
        delivery.run()
    finally:
        leads = ledger.rows(entry.import_id)
        requests = ledger.requests(entry.import_id)
        path = workspace.paths.import_results / f"{entry.import_id}.csv"
        write_result(path, leads, requests)
        for line in summary(leads, requests):
            say(line)
        say(f"result: {path}")
    raise_for_losses(entry, leads)
