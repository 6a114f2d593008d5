"""What is not asked any more in this start, and why: it said so, or fails on and on alike."""

import re
from dataclasses import dataclass, field

from extract.enrichment.base import CACHED, Integration, Outcome
from extract.workspace.errors import OutboundError

# So many failures in a row with the same words, and no answer between them, are no matter of single rows.
ALIKE = 10


class FailingAlikeError(OutboundError):
    """A service failed so often in a row in the same way that asking on would only cost."""


@dataclass
class Halts:
    """What stopped being asked, and why; the first reason stays. Not safe by itself for several threads.

    Whole services, single integrations of one that answers others, and hosts of pages.
    """

    services: dict[str, OutboundError] = field(default_factory=dict)
    integrations: dict[str, OutboundError] = field(default_factory=dict)
    hosts: dict[str, OutboundError] = field(default_factory=dict)
    _alike: dict[str, tuple[str, int]] = field(default_factory=dict)

    def of(self, integration: Integration) -> OutboundError | None:
        """Why an integration is not asked any more; None where it is."""
        return self.services.get(integration.service) or self.integrations.get(integration.name)

    @property
    def reasons(self) -> list[OutboundError]:
        """Every reason there is."""
        return [*self.services.values(), *self.integrations.values(), *self.hosts.values()]

    def halt(self, service: str, reason: OutboundError) -> None:
        """Stop asking a service."""
        self.services.setdefault(service, reason)

    def note(self, service: str, outcomes: list[Outcome]) -> None:
        """Count what one request came to, and stop the service where it is the tenth failure alike."""
        if any(outcome.status in CACHED for outcome in outcomes):
            self._alike.pop(service, None)
            return
        kind = _kind(outcomes[0])
        before, count = self._alike.get(service, (kind, 0))
        count = count + 1 if kind == before else 1
        self._alike[service] = (kind, count)
        if count >= ALIKE:
            text = f"{service} failed {count} times in a row alike: {outcomes[0].reason}"
            self.halt(service, FailingAlikeError(text))


def _kind(outcome: Outcome) -> str:
    """What makes two failures alike: status and words, without what names a row (numbers, ids, addresses)."""
    words = [word for word in outcome.reason.split() if not re.search(r"[\d/@]|\w\.\w", word)]
    statuses = re.findall(r"\((\d{3})\)", outcome.reason)
    return " ".join((outcome.status, *statuses, *words))
