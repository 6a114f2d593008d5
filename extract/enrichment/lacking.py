"""Who of the warehouse's leads lacks a signal: whom anything can be asked about that nobody answered yet, or
not for them: what is known of a company goes for whoever joins it, at no cost.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from extract.enrichment.base import Integration
from extract.enrichment.ledger import EnrichmentLedger
from extract.enrichment.ledger_tables import RunRow
from extract.enrichment.registry import waves


def lacking(
    rows: Sequence[RunRow],
    integrations: Sequence[Integration],
    ledger: EnrichmentLedger,
    now: datetime,
    since: datetime | None = None,
) -> list[RunRow]:
    """Those rows, in their order; whom a question failed for comes after those never asked about.

    So a limit takes the next ones each time, and can't get stuck on those who fail again and again. With
    `since`, what was answered before it is lacking, too.
    """
    ordered = waves(list(integrations))
    known = {each.name: ledger.known(each.name, each.variant, now, since) for each in integrations}
    asked = {each.name: ledger.asked(each.name, each.variant) for each in integrations}
    answered_for = {each.name: ledger.asked_for(each.name, each.variant) for each in integrations}
    fresh, tried = [], []
    for row in rows:
        questions = list(_open_questions(row, ordered, known, answered_for))
        if questions:
            is_tried = all(key in asked[name] and key not in known[name] for name, key in questions)
            (tried if is_tried else fresh).append(row)
    return fresh + tried


def oldest_first(
    rows: Sequence[RunRow], integrations: Sequence[Integration], ledger: EnrichmentLedger, now: datetime
) -> list[RunRow]:
    """The rows as long ago as what is known of them was answered, so that a limit passes over nobody."""
    calls = {each.name: ledger.cached(each.name, each.variant, now) for each in integrations}

    def oldest_call(row: RunRow) -> int:
        subjects = ((each.name, each.subject(row.lead)) for each in integrations)
        return min((calls[name].get(each.key, 0) for name, each in subjects if each), default=0)

    return sorted(rows, key=oldest_call)


def _open_questions(
    row: RunRow,
    ordered: list[list[Integration]],
    known: dict[str, dict[str, dict]],
    answered_for: dict[str, set[tuple[str | None, str]]],
) -> Iterator[tuple[str, str]]:
    """(integration, key) of what can be asked now, also with what others answered before."""
    told = dict(row.lead)
    for wave in ordered:
        learned: dict[str, str] = {}
        for each in wave:
            subject = each.subject(told)
            if subject is None:
                continue
            if subject.key in known[each.name]:
                fields = known[each.name][subject.key]
                learned |= {name: value for name, value in fields.items() if isinstance(value, str)}
                if (row.person, subject.key) in answered_for[each.name]:
                    continue
            yield each.name, subject.key
        told = learned | told
