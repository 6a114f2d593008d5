"""The import that the demo's operator once made: visitors of a conference, whose senders lots decided.

The sandbox invents HeyReach's side, in which these leads stand. This is the ledger's side of them: what
`make import SENDERS=hash EXPERIMENT=...` would have written, by what HeyReach shows of each.
"""

import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from extract.heyreach.client import HeyReachClient
from extract.heyreach.paging import walk
from extract.importer.ledger import Import, Ledger, PlannedRow
from extract.importer.target import custom_fields, read_members
from extract.people.profile_urls import parse_profile_urls
from extract.people.traits import INFERRED_TRAITS
from extract.raw import routes
from extract.sandbox import DEMO_ORIGIN

# A campaign whose leads a real person and a persona got in like numbers, and one batch of its list.
CAMPAIGN_ID, LIST_ID, IMPORT_ID = "40105", "60105", "20251229-40105"
# Whom the visitors were taken for.
SEGMENT = "reliability_network"
PLANNED_AT = datetime(2025, 12, 29, 6, tzinfo=UTC)
# The pull with which it is read; later the list is deleted.
READ_AT = datetime(2025, 12, 30, 2, tzinfo=UTC)


def demo_import(client: HeyReachClient) -> Iterator[tuple[str, dict]]:
    """(raw table, row) of the import, its rows, and what happened to them."""
    senders = _senders(client)
    rows, arrived = [], []
    for person, members in read_members(client, LIST_ID).rows.items():
        found = custom_fields(members[0])
        fields = {name: value for name, value in found.items() if name not in INFERRED_TRAITS}
        if person in senders and fields.get("batch_id") == IMPORT_ID:
            arrived.append((len(rows) + 1, {"arrived": fields, "missing": [], "changed": []}))
            planned = {**fields, "segment": SEGMENT}
            rows.append(_planned(len(rows) + 1, person, senders[person], members[0], planned))
    entry = Import(
        import_id=IMPORT_ID,
        base_url=DEMO_ORIGIN,
        target="campaign",
        campaign_id=CAMPAIGN_ID,
        list_id=LIST_ID,
        file_name="kubedays_visitors.csv",
        file_sha256="",
        mapping="default",
        senders="hash",
        planned_at=PLANNED_AT,
        experiment="KubeDays visitors",
    )
    everybody = [(row.row_number, {}) for row in rows]
    counts = {"added": len(rows), "updated": 0, "failed": 0}
    with tempfile.TemporaryDirectory() as folder, Ledger(Path(folder) / "imports.sqlite") as ledger:
        ledger.plan(entry, rows)
        for minutes, state, leads, request in (
            (1, "sending", everybody, {"leads": len(rows)}),
            (2, "answered", everybody, counts),
            (3, "verified", arrived, None),
        ):
            at = PLANNED_AT + timedelta(minutes=minutes)
            request_id = f"{IMPORT_ID}/1" if request else None
            ledger.record(IMPORT_ID, state, leads, at, request_id=request_id, request=request)
        yield from ledger.news({})


def _senders(client: HeyReachClient) -> dict[str | None, str]:
    """Person -> the sender who has them in the campaign."""
    pages = walk(client, routes.CAMPAIGN_LEADS, {"campaignId": routes.as_sent(CAMPAIGN_ID)})
    leads = [row for page in pages for row in page.items]
    people = parse_profile_urls([row["linkedInUserProfile"]["profileUrl"] for row in leads])
    return {
        person.key: str(row["linkedInSenderId"])
        for person, row in zip(people, leads, strict=True)
        if person.key and row["linkedInSenderId"]
    }


def _planned(number: int, person: str, account_id: str, member: dict, fields: dict[str, str]) -> PlannedRow:
    lead = {name: member[name] for name in ("firstName", "lastName", "profileUrl")}
    lead["customUserFields"] = [{"name": name, "value": value} for name, value in fields.items()]
    return PlannedRow(number, member["profileUrl"], person, account_id, None, lead)
