"""What a run found, as files: the rows with their new columns as CSV, everything as JSON, and a summary.

Inferences about persons stay out of files: they are in the warehouse, in groups.
"""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from extract.enrichment.base import Integration, NoCreditsError
from extract.enrichment.leads import Leads
from extract.enrichment.ledger_tables import Ask, RunRow
from extract.people.traits import INFERRED_TRAITS
from extract.workspace.csv_files import write_csv
from extract.workspace.errors import ConfigurationError, OutboundError
from extract.workspace.whole_files import whole_file


@dataclass
class Counts:
    """How the questions of one integration ended, by rows."""

    statuses: Counter = field(default_factory=Counter)
    cached: int = 0
    credits: float = 0.0
    cost_usd: float | None = 0.0
    reasons: Counter = field(default_factory=Counter)  # of rows that failed


def counted(asks: Sequence[Ask], halted: dict[str, OutboundError]) -> dict[str, Counts]:
    """Integration -> counts. A call that several rows share is charged once; what was known costs nothing.

    `halted` says by the name of an integration why it is not asked any more.
    """
    counts: dict[str, Counts] = {}
    charged = set()
    for ask in asks:
        entry = counts.setdefault(ask.integration, Counts())
        entry.statuses[_status(ask, halted.get(ask.integration))] += 1
        entry.cached += ask.is_cached
        if ask.status in _FAILED and _reason(ask):
            entry.reasons[_reason(ask)] += 1
        if ask.status and not ask.is_cached and (ask.integration, ask.key) not in charged:
            charged.add((ask.integration, ask.key))
            entry.credits += ask.credits
            is_priced = entry.cost_usd is not None and ask.cost_usd is not None
            entry.cost_usd = entry.cost_usd + ask.cost_usd if is_priced else None
    return counts


def _status(ask: Ask, halt: OutboundError | None) -> str:
    if ask.key is None:
        return "no_input"
    if ask.status is None and halt is not None:
        return "no_credits" if isinstance(halt, NoCreditsError) else "unavailable"
    return ask.status or "pending"


def _reason(ask: Ask, halt: OutboundError | None = None) -> str:
    """Why a row has no answer, in the service's words where it gave some."""
    if ask.key is not None and ask.status is None and halt is not None:
        return " ".join(str(halt).split())
    return ask.reason or ask.answer_reason or _UNEXPLAINED.get(ask.status or "", "")


_FAILED = ("failed", "cut_off")
# What a row says whose service gave no words.
_UNEXPLAINED = {
    "not_found": "the service knows nothing of it",
    "failed": "the service gave no reason",
}
_MOST_REASONS = 3
_WORDS = {
    "found": "found",
    "not_found": "not found",
    "failed": "failed",
    "unasked": "left unasked",
    "no_credits": "no credits",
    "unavailable": "service not available",
    "cut_off": "cut off (may have been charged)",
    "no_input": "without the input",
    "pending": "not asked",
}


def summary_lines(counts: dict[str, Counts]) -> Iterator[str]:
    """One line per integration, and one per reason why rows failed, the most frequent ones first."""
    for name, entry in counts.items():
        parts = [
            f"{entry.statuses[status]:,} {word}" for status, word in _WORDS.items() if entry.statuses[status]
        ]
        known = f" ({entry.cached:,} known already)" if entry.cached else ""
        yield f"  {name}: {', '.join(parts)}{known}; {cost_text(entry.credits, entry.cost_usd)}"
        for reason, count in sorted(entry.reasons.items(), key=lambda each: (-each[1], each[0]))[
            :_MOST_REASONS
        ]:
            yield f"    {count:,} failed: {reason}"
        more = len(entry.reasons) - _MOST_REASONS
        if more > 0:
            yield f"    {more:,} more reasons stand in the result"


def cost_text(credits_used: float, cost_usd: float | None) -> str:
    """Credits and dollars in words."""
    if not credits_used:
        return "no cost"
    dollars = "price not set" if cost_usd is None else f"{cost_usd:,.2f} dollars"
    return f"{credits_used:,.10g} credits, {dollars}"


# What a result can be written as.
FORMATS = {"csv": (".csv",), "json": (".json",), "both": (".csv", ".json")}


def result_paths(default: Path, output: Path | None, wanted: str | None) -> list[Path]:
    """The files of a result: named like `default` without an ending, unless `output` says otherwise.

    Raises ConfigurationError where the ending of `output` and `wanted` contradict each other.
    """
    base = default if output is None else output
    if output is not None and output.is_dir():
        base = output / default.name
    elif output is not None and (ending := output.suffix.lower()) in FORMATS["both"]:
        if wanted is None:
            return [output]
        if ending not in FORMATS[wanted]:
            raise ConfigurationError(f"OUTPUT {output.name} ends in {ending}, and FORMAT is {wanted}")
        base = output.with_suffix("")
    return [base.with_name(base.name + ending) for ending in FORMATS[wanted or "both"]]


def write_files(
    paths: Sequence[Path],
    leads: Leads | None,
    rows: Sequence[RunRow],
    asks: Sequence[Ask],
    integrations: Sequence[Integration],
    counts: dict[str, Counts],
    halted: dict[str, OutboundError],
    about: dict,
) -> None:
    """Each of the files by its ending, CSV or JSON, written whole or not at all.

    `halted` says by the name of an integration why it is not asked any more.
    """
    by_row: dict[int, dict[str, Ask]] = {}
    for ask in asks:
        by_row.setdefault(ask.row_number, {})[ask.integration] = ask
    columns = _columns(leads, integrations, halted)
    original = leads.header if leads and leads.header else ["linkedin_url"]

    def cells(row: RunRow) -> list[object]:
        own = (leads.original.get(row.row_number) if leads else None) or [row.profile_url or ""]
        told = by_row.get(row.row_number, {})
        return [*own, *[""] * (len(original) - len(own)), *(read(told) for read in columns.values())]

    for path in paths:
        if path.suffix.lower() == ".csv":
            write_csv(path, [*original, *columns], map(cells, rows))
            continue
        document = _document(rows, by_row, counts, halted, about)
        with whole_file(path) as file:
            json.dump(document, file, ensure_ascii=False, indent=1, allow_nan=False)


def _columns(
    leads: Leads | None, integrations: Sequence[Integration], halted: dict[str, OutboundError]
) -> dict:
    """Name -> how it is read from a row's asks. A name the file or another integration has gets a prefix."""
    taken = {name.casefold() for name in (leads.header if leads else [])}
    columns = {}
    for each in integrations:
        columns[f"{each.name}_status"] = lambda told, of=each.name: (
            _status(told[of], halted.get(of)) if of in told else ""
        )
        columns[f"{each.name}_reason"] = lambda told, of=each.name: (
            _reason(told[of], halted.get(of)) if of in told else ""
        )
        for output in each.outputs:
            if output in INFERRED_TRAITS:
                continue
            name = (
                output
                if output.casefold() not in taken and output not in columns
                else f"{each.name}_{output}"
            )
            columns[name] = lambda told, of=each.name, output=output: (
                told[of].fields.get(output) if of in told else None
            )
    return columns


def _document(rows, by_row, counts: dict[str, Counts], halted: dict[str, OutboundError], about: dict) -> dict:
    def lead(row: RunRow) -> dict:
        told = by_row.get(row.row_number, {})
        reasons = {name: _reason(ask, halted.get(name)) for name, ask in told.items()}
        found = [name for name, ask in told.items() if ask.status == "found"]
        return {
            "row_number": row.row_number,
            "profile_url": row.profile_url,
            "lead": {name: value for name, value in row.lead.items() if name != "person"},
            "enrichment": {
                name: {key: value for key, value in told[name].fields.items() if key not in INFERRED_TRAITS}
                for name in found
            },
            "enrichment_metadata": {
                "signals_found": found,
                "signals_missed": [name for name in told if name not in found],
                "statuses": {name: _status(ask, halted.get(name)) for name, ask in told.items()},
                "reasons": {name: reason for name, reason in reasons.items() if reason},
                "enriched_at": max(
                    (ask.answered_at.isoformat() for ask in told.values() if ask.answered_at), default=None
                ),
            },
        }

    return {
        **about,
        "summary": {
            name: {
                **{status: entry.statuses[status] for status in _WORDS},
                "known_already": entry.cached,
                "credits": entry.credits,
                "cost_usd": entry.cost_usd,
            }
            for name, entry in counts.items()
        },
        "leads": [lead(row) for row in rows],
    }
