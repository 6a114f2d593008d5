"""What was advised: listed with what became of it, declined, or said to be done."""

import secrets
from datetime import UTC, datetime

from extract.workspace import journal
from extract.workspace.errors import ConfigurationError
from extract.workspace.lock import exclusive
from extract.workspace.workspace import Workspace
from reports.jobs.frame import Say, require_places, require_published
from reports.read_only import open_published

ADVICE = """
    select outcomes.*, bottlenecks.evidence_n, bottlenecks.recoverable_accepts_per_week
    from marts.rpt_advice_outcomes as outcomes
    left join marts.rpt_bottlenecks as bottlenecks on outcomes.advice_id = bottlenecks.advice_id
    order by outcomes.list_order
"""
STATES = ("open", "done", "declined", "gone")
# What may be said of advice, and in which states of it.
MAY_BE = {"declined": ("open",), "done": ("open", "declined")}
LONGEST_REASON = 200


def list_advice(workspace: Workspace, *, show: Say) -> None:
    """Show what is open, done, declined and gone, each with its id."""
    require_places(workspace)
    rows = _advice(workspace)
    for state in STATES:
        those = [row for row in rows if row["state"] == state]
        if those:
            show(f"{state.capitalize()}:")
            show("\n".join(f"  {row['advice_id']}  {row['message']}" for row in those))
    if not rows:
        show("Nothing was advised yet.")


def declare(workspace: Workspace, advice_id: str, decision: str, reason: str | None, *, show: Say) -> None:
    """Note that advice is `declined`, for a reason, or `done`; the next build reads it."""
    require_places(workspace)
    reason = " ".join((reason or "").split())
    if decision == "declined" and not reason:
        raise ConfigurationError('Say why: make advice DECLINE=id REASON=".."')
    if len(reason) > LONGEST_REASON or not reason.isprintable():
        raise ConfigurationError(f"REASON must be printable, and at most {LONGEST_REASON} characters long")
    with exclusive(workspace.folder, "delivery", job="advice"):
        row = _open_advice(_advice(workspace), advice_id, decision)
        journal.append(
            workspace.paths.advice,
            {
                "declaration_id": secrets.token_hex(8),
                "advice_id": row["advice_id"],
                "decision": decision,
                "reason": reason or None,
                "as_of": row["as_of"],
                "declared_at": datetime.now(UTC),
                "evidence_n": row["evidence_n"],
                "worth": row["recoverable_accepts_per_week"],
            },
        )
    show(f"{decision}: {row['message']}\nIt counts from the next build on: make build")


def _advice(workspace: Workspace) -> list[dict]:
    with open_published(require_published(workspace)) as connection:
        answer = connection.execute(ADVICE)
        names = [column[0] for column in answer.description]
        return [dict(zip(names, values, strict=True)) for values in answer.fetchall()]


def _open_advice(rows: list[dict], advice_id: str, decision: str) -> dict:
    """The one whose id begins so, and of which this may be said."""
    rows = [row for row in rows if row["state"] in MAY_BE[decision]]
    found = [row for row in rows if row["advice_id"].startswith(advice_id.lower())]
    if len(found) != 1:
        known = ", ".join(row["advice_id"] for row in rows) or "there is none"
        problem = "is the beginning of several" if found else "is no advice that is open"
        raise ConfigurationError(f"{advice_id!r} {problem}; name one of: {known}")
    return found[0]
