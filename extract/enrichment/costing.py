"""What asking would cost at most, before anything is asked."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from extract.enrichment.base import Integration
from extract.enrichment.config import EnrichmentConfig
from extract.enrichment.ledger import EnrichmentLedger
from extract.enrichment.ledger_tables import RunRow


@dataclass(frozen=True)
class Cost:
    """What one integration costs at most.

    `rows` have its input; of what is asked about them, `known` is known already, and `to_ask` is not. Rows
    that lack it may still get it by what others find as `waits_for`. `usd` is None without a price.
    """

    integration: str
    rows: int
    known: int
    to_ask: int
    waits_for: tuple[str, ...]
    credits: float
    usd: float | None

    @property
    def is_priced(self) -> bool:
        """Whether it is known in dollars what it costs."""
        return self.usd is not None or not self.credits


def costs_of(
    rows: Sequence[RunRow],
    integrations: Sequence[Integration],
    ledger: EnrichmentLedger,
    config: EnrichmentConfig,
    now: datetime,
) -> list[Cost]:
    """What each integration costs at most for these rows, by what the ledger knows at `now`."""
    yielded = {name for each in integrations for name in each.outputs}
    costs = []
    for each in integrations:
        subjects = [each.subject(row.lead) for row in rows]
        keys = {subject.key for subject in subjects if subject}
        known = keys & ledger.cached(each.name, each.variant, now).keys()
        to_ask = len(keys) - len(known)
        price = config.price(each.service)
        costs.append(
            Cost(
                integration=each.name,
                rows=sum(subject is not None for subject in subjects),
                known=len(known),
                to_ask=to_ask,
                waits_for=tuple(sorted(set(each.inputs) & (yielded - set(each.outputs)))),
                credits=to_ask * each.credits,
                usd=None if price is None else to_ask * each.credits * price,
            )
        )
    return costs


def total_usd(costs: Iterable[Cost]) -> float:
    """The dollars of all together, of those with a price."""
    return sum(cost.usd or 0.0 for cost in costs)
