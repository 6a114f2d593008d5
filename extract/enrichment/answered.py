"""What services answered about one person so far, also what the warehouse hasn't read yet."""

import json
from dataclasses import dataclass
from datetime import datetime

from extract.enrichment.ledger import EnrichmentLedger
from extract.people.traits import INFERRED_TRAITS


@dataclass(frozen=True)
class Answer:
    """What an integration answered about a person or their company, in the call of that number.

    `fields` has no inferences about persons: these are shown nowhere.
    """

    integration: str
    call_id: int
    status: str
    fields: dict
    answered_at: datetime


def answers_about(ledger: EnrichmentLedger, person: str) -> list[Answer]:
    """The newest answer of each integration, to what was asked about this person; the oldest first."""
    rows = ledger.select(
        """
        with asked as (
            select asks.integration,
                coalesce(asks.cached_call_id, (
                    select max(calls.call_id) from calls
                    where calls.run_id = asks.run_id and calls.integration = asks.integration
                        and calls.key = asks.key
                )) as call_id
            from run_rows
            inner join asks on asks.run_id = run_rows.run_id and asks.row_number = run_rows.row_number
            where run_rows.person = ? and asks.key is not null
        )
        select asked.integration, answers.call_id, answers.status, answers.fields, answers.answered_at
        from asked
        inner join answers on answers.call_id = asked.call_id
        order by answers.call_id
        """,
        person,
    )
    newest = {row["integration"]: row for row in rows}
    found = [
        Answer(
            integration=name,
            call_id=row["call_id"],
            status=row["status"],
            fields={
                field: value
                for field, value in json.loads(row["fields"]).items()
                if field not in INFERRED_TRAITS
            },
            answered_at=datetime.fromisoformat(row["answered_at"]),
        )
        for name, row in newest.items()
    ]
    return sorted(found, key=lambda answer: answer.call_id)
