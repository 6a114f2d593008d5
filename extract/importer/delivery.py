"""Sending the leads of an import, and reading back what arrived, until nothing is open.

HeyReach tells neither which leads of a request it took nor with which fields; only the list shows that. So
a lead is verified when the list shows it with every field as sent, and a request without an answer is settled
by looking before anything is sent again.
"""

import secrets
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from tqdm import tqdm

from extract.heyreach.client import HeyReachClient, NotFoundError, RefusedError, UnknownOutcomeError
from extract.importer.ledger import ARRIVED, LOST, Import, Ledger, LedgerLead
from extract.importer.target import Members, Target, custom_fields, read_members
from extract.people.suppression import Suppressions
from extract.raw import routes
from extract.workspace.errors import OutboundError, ProviderError

# HeyReach refuses more in one request.
LEADS_PER_REQUEST = 100
# Requests without an answer, one after the other, after which sending stops and the list is read.
UNANSWERED_IN_A_ROW = 3
# Times a lead is sent that neither was answered nor arrived.
ROUNDS = 5

_COUNTERS = {"added": "addedLeadsCount", "updated": "updatedLeadsCount", "failed": "failedLeadsCount"}


class LossError(OutboundError):
    """Some leads of an import did not arrive, or not with every field."""

    exit_code = 3


@dataclass(frozen=True)
class Delivery:
    """How to deliver an import: where to, how long to wait for its list, whether a campaign at rest is woken.

    `waits` are the seconds before each further reading of a list that does not show everybody yet: its index
    lags behind. Who is in `suppressions`, be it since a moment ago, is not sent and leaves the ledger.
    """

    client: HeyReachClient
    ledger: Ledger
    entry: Import
    target: Target
    waits: Sequence[float]
    now: Callable[[], datetime]
    suppressions: Suppressions
    wakes: bool = False

    def run(self) -> None:
        """Send what is planned and read back what is open; raises ProviderError where that can't be finished.

        Whatever a killed run left open is read back first.
        """
        for _ in range(ROUNDS):
            if self._leads("sending", "unknown", "answered"):
                self._read_back()
            planned = self._leads("planned")
            if not planned:
                return
            is_refused = self._send(planned)
            self._read_back()
            if is_refused:
                return
        if self._leads("planned"):
            raise ProviderError(
                f"HeyReach left requests without an answer {ROUNDS} times over, and their leads are not in "
                f"its list: run `make import RESUME={self.entry.import_id} APPLY=1` later"
            )

    def repair(self) -> None:
        """Send the lost leads again, the first one alone; raises LossError if that one is lost again.

        Each is sent with all its fields: those of the import, and any others it has in HeyReach, because an
        update may replace what it does not name. Who has arrived whole meanwhile is not sent again.
        """
        self.run()
        # What was never sent may be refused again: the canary must go before it.
        if self._leads("planned") or not self._leads(*LOST):
            return
        lost, members = self._still_lost()
        if not lost:
            return
        canary, others = lost[0], lost[1:]
        self._resend([canary], members)
        if canary.row_number in {lead.row_number for lead in self._leads(*LOST)}:
            raise LossError(
                f"Row {canary.row_number} was sent alone first and did not arrive whole again, so the "
                f"other {len(others):,} lost leads were not sent: see what HeyReach does with it before "
                "trying again"
            )
        if others:
            self._resend(*self._still_lost())

    def _still_lost(self) -> tuple[list[LedgerLead], Members]:
        """The lost leads that a reading of the list does not show whole now either, and that reading."""
        members = read_members(self.client, self.target.list_id)
        if not members.is_complete:
            raise self._unreadable("REPAIR")
        self.recognize_late_arrivals(members)
        return self._leads(*LOST), members

    def recognize_late_arrivals(self, members: Members) -> None:
        """Record what a complete reading of the list shows of leads that had been given up as lost."""
        # Whoever was refused and is there all the same came by another import.
        given_up = self._leads("missing_lead", "missing_fields", "changed_fields")
        compared = [(lead, _comparison(lead, members)) for lead in given_up]
        for state in ARRIVED:
            changed = [pair for pair in compared if pair[1] and _state(pair[1]) == state != pair[0].state]
            self._record(state, changed)

    def _resend(self, leads: list[LedgerLead], members: Members) -> None:
        self._record("planned", [(lead, {"lead": _complete(lead, members)}) for lead in leads])
        self.run()

    def _leads(self, *states: str) -> list[LedgerLead]:
        return self._present(self.ledger.leads(self.entry.import_id, *states))

    def _present(self, leads: list[LedgerLead]) -> list[LedgerLead]:
        """The leads without people who were erased meanwhile; of those the ledger knows nothing any more."""
        people = {lead.person for lead in leads if lead.person}
        gone = self.suppressions.erased(people, only_on_request=True)
        if gone:
            self.ledger.forget(
                self.entry.import_id, [lead.row_number for lead in leads if lead.person in gone]
            )
        return [lead for lead in leads if lead.person not in gone]

    def _record(
        self,
        state: str,
        leads: Iterable[tuple[LedgerLead, dict]],
        request_id: str | None = None,
        request: dict | None = None,
    ) -> None:
        self.ledger.record(
            self.entry.import_id,
            state,
            [(lead.row_number, details) for lead, details in leads],
            self.now(),
            request_id=request_id,
            request=request,
        )

    def _send(self, leads: list[LedgerLead]) -> bool:
        """Send leads in requests of 100, one source each; returns whether HeyReach refused, which ends it."""
        unanswered = 0
        chunks = list(_chunks(leads))
        for planned in tqdm(chunks, desc="sending", unit=" requests", leave=False, delay=2, disable=None):
            chunk = self._present(planned)
            if not chunk:
                continue
            request_id = secrets.token_hex(8)
            told = {"leads": len(chunk), "source": _source(chunk[0])}
            plain = [(lead, {}) for lead in chunk]
            self._record("sending", plain, request_id, told)
            try:
                answer = self.client.write(*self._request(chunk))
            except UnknownOutcomeError as error:
                self._record("unknown", plain, request_id, {"why": str(error)})
                unanswered += 1
                if unanswered == UNANSWERED_IN_A_ROW:
                    return False
                continue
            except (RefusedError, NotFoundError) as error:
                self._record(
                    "refused",
                    [(lead, {"why": str(error)}) for lead in chunk],
                    request_id,
                    {"why": str(error)},
                )
                return True
            except ProviderError as error:
                # It was certainly not carried out.
                self._record("planned", plain, request_id, {"why": str(error)})
                raise
            unanswered = 0
            counts = {name: answer.data.get(key) for name, key in _COUNTERS.items()}
            self._record("answered", plain, request_id, counts)
        return False

    def _request(self, leads: list[LedgerLead]) -> tuple[str, dict]:
        if self.target.campaign_id is None:
            body = {"listId": routes.as_sent(self.target.list_id), "leads": [lead.lead for lead in leads]}
            return "list/AddLeadsToListV2", body
        return "campaign/AddLeadsToCampaignV2", {
            "campaignId": routes.as_sent(self.target.campaign_id),
            "resumeFinishedCampaign": self.wakes,
            "resumePausedCampaign": self.wakes,
            "accountLeadPairs": [
                {"linkedInAccountId": routes.as_sent(lead.account_id), "lead": lead.lead} for lead in leads
            ],
        }

    def _read_back(self) -> None:
        """Settle every lead that was sent: read the list until it shows them all, or the waits are over."""
        for wait in (0.0, *self.waits):
            time.sleep(wait)
            members = read_members(self.client, self.target.list_id)
            found = [
                (lead, _comparison(lead, members)) for lead in self._leads("sending", "unknown", "answered")
            ]
            verified = [(lead, comparison) for lead, comparison in found if _state(comparison) == "verified"]
            self._record("verified", verified)
            if len(verified) == len(found):
                return
        open_leads = [(lead, comparison) for lead, comparison in found if _state(comparison) != "verified"]
        for state, leads in _judged(open_leads, members).items():
            self._record(state, leads)
        if not members.is_complete:
            raise self._unreadable("RESUME")

    def _unreadable(self, verb: str) -> ProviderError:
        return ProviderError(
            f"List {self.target.list_id} could not be read whole, so it is not certain who arrived: run "
            f"`make import {verb}={self.entry.import_id} APPLY=1` later"
        )


def _judged(
    leads: list[tuple[LedgerLead, dict | None]], members: Members
) -> dict[str, list[tuple[LedgerLead, dict]]]:
    """State -> leads, after the last reading of the list.

    Who is not there was dropped, if HeyReach answered; without an answer the request may never have come, so
    it is sent again. In a list that did not come whole, who is not seen stays open.
    """
    judged: dict[str, list[tuple[LedgerLead, dict]]] = {}
    for lead, comparison in leads:
        state = _state(comparison)
        if state == "missing_lead":
            if not members.is_complete:
                continue
            state = "missing_lead" if lead.state == "answered" else "planned"
        judged.setdefault(state, []).append((lead, comparison or {}))
    return judged


def _comparison(lead: LedgerLead, members: Members) -> dict | None:
    """What arrived of a lead against what was sent, for the row of the list that fits best; None: no row."""
    sent = lead.sent_fields
    comparisons = []
    for row in members.rows.get(lead.person, ()):
        arrived = custom_fields(row)
        comparisons.append(
            {
                "arrived": arrived,
                "missing": sorted(name for name in sent if not arrived.get(name)),
                "changed": sorted(name for name in sent if arrived.get(name) and arrived[name] != sent[name]),
            }
        )
    return min(comparisons, key=lambda each: len(each["missing"]) + len(each["changed"]), default=None)


def _state(comparison: dict | None) -> str:
    if comparison is None:
        return "missing_lead"
    if comparison["missing"]:
        return "missing_fields"
    return "changed_fields" if comparison["changed"] else "verified"


def _source(lead: LedgerLead) -> str:
    return lead.sent_fields.get("source", "")


def _complete(lead: LedgerLead, members: Members) -> dict:
    """The lead with its own fields and those it has in HeyReach besides."""
    comparison = _comparison(lead, members)
    fields = {**(comparison["arrived"] if comparison else {}), **lead.sent_fields}
    return lead.lead | {
        "customUserFields": [{"name": name, "value": fields[name]} for name in sorted(fields)]
    }


def _chunks(leads: list[LedgerLead]) -> Iterator[list[LedgerLead]]:
    """Requests of one source each, so that HeyReach's counters say how that source fared."""
    for _, group in groupby(sorted(leads, key=_source), key=_source):
        same = list(group)
        for start in range(0, len(same), LEADS_PER_REQUEST):
            yield same[start : start + LEADS_PER_REQUEST]
