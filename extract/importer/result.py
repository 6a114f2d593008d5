"""What became of an import: a line per row of its file, a summary, and the losses by name."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from extract.importer.delivery import LossError
from extract.importer.ledger import LOST, Import, LedgerLead
from extract.importer.planning import counted
from extract.workspace.csv_files import write_csv

_COUNTERS = ("leads", "added", "updated", "failed")


def write_result(path: Path, rows: list[LedgerLead], requests: list[dict]) -> Path:
    """One line per row of the file: what was sent of it, what HeyReach's counters said, and what arrived.

    HeyReach counts per request, so the counters are those of the request the lead was last in. Each custom
    field has two columns, `sent_icp` and `arrived_icp`. Written whole or not at all.
    """
    told = {request["request_id"]: request for request in requests}
    fields = sorted({name for row in rows if row.reason is None for name in row.sent_fields})
    columns = [
        *("row_number", "profile_url", "state", "reason", "missing_fields", "changed_fields"),
        *("sender_account_id", "request_id", *(f"request_{name}" for name in _COUNTERS)),
        *(f"{kind}_{name}" for name in fields for kind in ("sent", "arrived")),
    ]
    lines = (_line(row, told) for row in rows)
    write_csv(path, columns, ([line.get(name) for name in columns] for line in lines))
    return path


def _line(row: LedgerLead, told: dict[str, dict]) -> dict[str, object]:
    """Column -> cell of one row, given what is known of each request."""
    line = {
        "row_number": row.row_number,
        "profile_url": row.profile_url,
        "state": "left_out" if row.reason else row.state,
        "reason": row.reason or row.details.get("why"),
        "missing_fields": " ".join(row.details.get("missing", [])),
        "changed_fields": " ".join(row.details.get("changed", [])),
        "sender_account_id": row.account_id,
    }
    if row.request_id:
        request = told.get(row.request_id, {})
        line["request_id"] = row.request_id
        line |= {f"request_{name}": request.get(name) for name in _COUNTERS}
        line |= {f"sent_{name}": value for name, value in row.sent_fields.items()}
        line |= {f"arrived_{name}": value for name, value in row.details.get("arrived", {}).items()}
    return line


def raise_for_losses(entry: Import, rows: list[LedgerLead]) -> None:
    """Raises LossError, saying how to go on, unless every lead of the import is verified."""
    states = Counter(row.state for row in rows if row.reason is None)
    lost = {state: states[state] for state in LOST if states[state]}
    refusal = next((f" ({row.details['why']})" for row in rows if row.state == "refused"), "")
    if states["planned"]:
        raise LossError(
            f"{states['planned']:,} leads were not sent, because HeyReach refused a request{refusal}. Mend "
            f"that, then `make import RESUME={entry.import_id} APPLY=1` sends them"
            + (f", and REPAIR={entry.import_id} what it refused" if lost else "")
        )
    if lost:
        counts = ", ".join(f"{count:,} {state}" for state, count in lost.items())
        fields = sorted(
            {name for row in rows for key in ("missing", "changed") for name in row.details.get(key, [])}
        )
        raise LossError(
            f"Not everything arrived: {counts}{' (' + ', '.join(fields) + ')' if fields else ''}{refusal}. "
            f"`make import REPAIR={entry.import_id} APPLY=1` sends those leads again"
        )


def summary(rows: list[LedgerLead], requests: list[dict]) -> Iterator[str]:
    """What became of an import, line by line."""
    states = Counter(row.state for row in rows if row.reason is None)
    told = {
        name: sum(request.get(name) or 0 for request in requests) for name in ("added", "updated", "failed")
    }
    yield (
        f"HeyReach counted {told['added']:,} added, {told['updated']:,} updated, {told['failed']:,} failed "
        f"in {counted(len(requests), 'request')}"
    )
    unanswered = sum(request["state"] in ("sending", "unknown") for request in requests)
    if unanswered:
        were, their = ("was", "its") if unanswered == 1 else ("were", "their")
        yield (
            f"  {counted(unanswered, 'request')} {were} never answered; {their} leads were looked for in "
            "the list"
        )
    yield "read back: " + ", ".join(f"{count:,} {state}" for state, count in sorted(states.items()))
