"""Asking: every service at its own pace and width, each question once, each answer on disk before the next.

One row's failure is data, and the others go on. A service that is down, refuses its key, has no credits left
or fails on and on alike stops being asked, and only its own rows stay open; so does a host of pages that
refuses, and whoever it would have been asked about is left unasked. A call is written down before it
leaves; one that a crash left without an answer is not made again (it may have been charged), except where
asking again costs nobody anything.

Whoever is erased while a run is under way is not asked about any more, and of an answer that was on its way
only the cost is kept.
"""

import functools
import secrets
import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime

from tqdm import tqdm

from extract.enrichment.base import (
    CACHED,
    REOPENED,
    CutOffError,
    HostRefusesError,
    Integration,
    NoCreditsError,
    NotConnectedError,
    Outcome,
    RowError,
    ServiceDownError,
    Subject,
    Ticket,
)
from extract.enrichment.client import MissingError, ServiceClient
from extract.enrichment.clients import Clients
from extract.enrichment.config import EnrichmentConfig
from extract.enrichment.halting import Halts
from extract.enrichment.ledger import EnrichmentLedger
from extract.people.suppression import Suppressions
from extract.workspace.errors import (
    MissingRouteError,
    NotFoundError,
    OutboundError,
    ProviderError,
    RefusedError,
)
from extract.workspace.services import HEYREACH, SERVICES

# What an error says about the subjects that were asked about; the first kind that fits.
_MEANINGS: tuple[tuple[tuple[type[OutboundError], ...], str], ...] = (
    ((MissingError, NotFoundError), "not_found"),
    ((NoCreditsError,), "no_credits"),
    ((CutOffError,), "cut_off"),
    ((HostRefusesError,), "unasked"),
    ((RowError, RefusedError, MissingRouteError), "failed"),
    ((ServiceDownError, NotConnectedError, ProviderError), "unavailable"),
    ((OutboundError,), "failed"),
)
ERASED = "erased while it was asked"
CUT_OFF = "the run ended before the answer came; it may have been charged"


class ErasedError(OutboundError):
    """Somebody of a batch was erased while it waited for its turn; nothing of it has left."""


class SpendingLimitError(OutboundError):
    """The start has spent what it may."""


@dataclass
class Runner:
    """Asks what a run has planned, about nobody in `suppressions`.

    `halts` says what stopped being asked, and why; `parallel` bounds the threads of each service,
    `most_usd` what may be spent, in dollars, of which `usd` are when it starts.
    """

    ledger: EnrichmentLedger
    run_id: str
    clients: Clients
    config: EnrichmentConfig
    parallel: int
    now: Callable[[], datetime]
    suppressions: Suppressions
    halts: Halts = field(default_factory=Halts)
    most_usd: float | None = None
    usd: float = 0.0
    _asked_before: dict[str, set[str]] = field(default_factory=dict)
    _credits: float = 0.0
    _people: dict[tuple[str, str], set[str | None]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _stopping: threading.Event = field(default_factory=threading.Event)

    def run(self, integrations: Sequence[Integration]) -> None:
        """Ask everything that is planned of these integrations and not asked yet."""
        work = {integration.service: deque() for integration in integrations}
        self._people = self.ledger.people(self.run_id)
        for integration in integrations:
            self._settle(integration, work[integration.service])
            self._asked_before[integration.name] = self.ledger.asked(integration.name, integration.variant)
            subjects = self.ledger.to_ask(self.run_id, integration.name)
            for start in range(0, len(subjects), integration.batch_size):
                batch = subjects[start : start + integration.batch_size]
                work[integration.service].append((integration, batch, None, None))
        total = sum(len(batch) for queue in work.values() for _, batch, _, _ in queue)
        workers = {
            service: min(self.parallel, self.clients.concurrency(service), max(1, len(queue)))
            for service, queue in work.items()
        }
        with (
            tqdm(total=total, desc="asking", unit=" questions", leave=False, delay=1, disable=None) as bar,
            ThreadPoolExecutor(sum(workers.values())) as pool,
        ):
            futures = [
                pool.submit(self._work, service, queue, bar)
                for service, queue in work.items()
                for _ in range(workers[service])
            ]
            try:
                for future in futures:
                    future.result()
            except BaseException:
                self._stopping.set()
                self.clients.end()  # what is under way is waited for a little, and written down
                raise

    def _settle(self, integration: Integration, queue: deque) -> None:
        """Take up what a killed run left without an answer."""
        for batch_id, (ticket, left) in self.ledger.open_batches(self.run_id, integration.name).items():
            # With a ticket all of them have been asked about.
            calls = left if ticket else self._without_erased(integration, left)
            if ticket or integration.is_repeatable:
                subjects = [subject for _, subject in calls]
                queue.append((integration, subjects, batch_id, ([number for number, _ in calls], ticket)))
            else:
                self._answer(
                    integration, [(number, Outcome("cut_off", reason=CUT_OFF)) for number, _ in calls]
                )

    def _without_erased(self, integration: Integration, calls: list) -> list:
        """Those of the (call, subject) pairs that may be asked once more; the others are closed."""
        present = self._present(integration, [subject for _, subject in calls])
        gone = [number for number, subject in calls if subject not in present]
        self._answer(integration, [(number, Outcome("failed", reason=ERASED)) for number in gone])
        return [call for call in calls if call[1] in present]

    def _work(self, service: str, queue: deque, bar: tqdm) -> None:
        while not self._stopping.is_set() and service not in self.halts.services:
            try:
                integration, subjects, batch_id, begun = queue.popleft()
            except IndexError:
                return
            if integration.name in self.halts.integrations:
                continue
            present = subjects if begun else self._present(integration, subjects)
            try:
                if present:
                    self._ask(service, integration, present, batch_id, begun)
            except ErasedError:
                queue.appendleft((integration, subjects, batch_id, begun))
                continue
            bar.update(len(subjects))

    def _present(self, integration: Integration, subjects: Sequence[Subject]) -> list[Subject]:
        """The subjects that not only erased people ask about: a company's others still do."""
        with self._lock:
            asking = [self._people[integration.name, subject.key] for subject in subjects]
            gone = self.suppressions.erased({person for people in asking for person in people if person})
        return [subject for subject, people in zip(subjects, asking, strict=True) if not people <= gone]

    def _ask(
        self,
        service: str,
        integration: Integration,
        subjects: Sequence[Subject],
        batch_id: str | None,
        begun: tuple[list[int], str | None] | None,
    ) -> None:
        client = self.clients.get(service)
        if begun:
            calls, ticket = begun
            write = lambda: calls  # noqa: E731
        else:
            batch_id, ticket = secrets.token_hex(8), None
            write = functools.cache(lambda: self._write_call(integration, subjects, batch_id))
        if isinstance(client, ServiceClient):
            # After it has waited its turn, so that few are in doubt after a crash.
            client.on_leave, client.has_asked = write, False
        else:
            write()
        keep = Ticket(ticket, lambda value: self.ledger.keep_ticket(batch_id, value, self.now()))
        outcomes = self._outcomes(service, integration, client, subjects, keep)
        if getattr(client, "has_asked", service == HEYREACH):
            self._note(service, integration, subjects, outcomes)
        if keep.value and any(outcome.status in REOPENED for outcome in outcomes):
            return  # it is begun and paid: the same command waits on for it
        present = self._present(integration, subjects)
        kept = [
            outcome if subject in present else Outcome("failed", reason=ERASED, credits=outcome.credits)
            for subject, outcome in zip(subjects, outcomes, strict=True)
        ]
        self._answer(integration, list(zip(write(), kept, strict=True)))
        self._spend(service, sum(outcome.credits for outcome in outcomes))

    def _note(
        self,
        service: str,
        integration: Integration,
        subjects: Sequence[Subject],
        outcomes: Sequence[Outcome],
    ) -> None:
        """Count what a request came to, but not that a row fails again: it says nothing of the service."""
        before = self._asked_before[integration.name]
        told = [
            outcome
            for subject, outcome in zip(subjects, outcomes, strict=True)
            if outcome.status in CACHED or subject.key not in before
        ]
        if told:
            with self._lock:
                self.halts.note(service, told)

    def _spend(self, service: str, credits_used: float) -> None:
        """Count what is charged, and stop every service once a limit of the start is reached."""
        with self._lock:
            self._credits += credits_used
            self.usd += credits_used * (self.config.price(service) or 0.0)
            most = self.config.most_credits_per_start
            reached = ""
            if most and self._credits >= most:
                reached = f"{self._credits:,.10g} credits are spent, and most_credits_per_start is {most:,}"
            elif self.most_usd is not None and credits_used and self.usd >= self.most_usd:
                reached = f"{self.usd:,.2f} dollars are spent, and nightly_most_usd is {self.most_usd:,.2f}"
            if reached:
                error = SpendingLimitError(f"{reached} in config/enrichment.yaml")
                for name in SERVICES:
                    self.halts.halt(name, error)

    def _write_call(self, integration: Integration, subjects: Sequence[Subject], batch_id: str) -> list[int]:
        if len(self._present(integration, subjects)) < len(subjects):
            raise ErasedError
        return self.ledger.ask(
            self.run_id,
            integration.name,
            integration.variant,
            integration.entity,
            subjects,
            batch_id,
            self.now(),
        )

    def _outcomes(self, service: str, integration: Integration, client, subjects, ticket) -> list[Outcome]:
        try:
            outcomes = integration.ask(client, subjects, ticket)
            if len(outcomes) != len(subjects):
                raise ValueError(f"{integration.name} gave {len(outcomes)} outcomes for {len(subjects)} rows")
            return outcomes
        except ErasedError:
            raise
        except OutboundError as error:
            status = next(status for kinds, status in _MEANINGS if isinstance(error, kinds))
            if isinstance(error, HostRefusesError):
                self.halts.hosts.setdefault(error.host, error)
            elif isinstance(error, NotConnectedError):
                self.halts.integrations.setdefault(integration.name, error)
            elif status in REOPENED:
                self.halts.halt(service, error)
            reason = _one_line(error)
        except Exception as error:  # whatever an answer holds: these rows are lost for now, others are not
            status, reason = "failed", f"{type(error).__name__} while reading the answer"
        return [Outcome(status, reason=reason) for _ in subjects]

    def _answer(self, integration: Integration, outcomes: list[tuple[int, Outcome]]) -> None:
        self.ledger.answer(
            outcomes,
            self.now(),
            lifetimes={"found": integration.found_days, "not_found": integration.not_found_days},
            usd_per_credit=self.config.price(integration.service),
            signals_asked=len(integration.outputs),
        )


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())[:300]
