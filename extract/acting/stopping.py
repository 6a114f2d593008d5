"""Stopping leads of a campaign for good, each recorded before and after, until all are read back as stopped.

HeyReach has no list of what it stopped: the leads of the campaign show it. So a request without an answer is
settled by looking before anything is asked again, and the first lead goes alone.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from tqdm import tqdm

from extract.acting import campaigns
from extract.acting.act import UndoneError
from extract.acting.ledger import Act, ActLedger, Stop
from extract.heyreach.client import HeyReachClient
from extract.workspace.errors import NotFoundError, ProviderError, RefusedError, UnknownOutcomeError

# Requests without an answer, one after the other, after which the campaign is read first.
UNANSWERED_IN_A_ROW = 3
# Times a lead is asked for that neither was answered nor is stopped.
ROUNDS = 5


@dataclass(frozen=True)
class Stopping:
    """The stops of one act; `waits` are the seconds before each further reading of what HeyReach took."""

    client: HeyReachClient
    ledger: ActLedger
    act: Act
    waits: Sequence[float]
    now: Callable[[], datetime]

    def run(self) -> None:
        """Stop everybody who is planned; raises UndoneError unless all of them are read back as stopped.

        What a killed run left in doubt is read first. What was refused before is asked once more.
        """
        for stop in self._stops("answered", "refused"):
            self._record("planned", stop)
        if self._stops("sending", "unknown"):
            self._settle()
        for _ in range(ROUNDS):
            planned = self._stops("planned")
            if not planned:
                break
            if not self._stops("done"):
                self._ask(planned[:1])
                self._settle()
                planned = self._stops("planned")
            self._ask(planned)
            self._settle()
        self._require_done()

    def _stops(self, *states: str) -> list[Stop]:
        return self.ledger.stops(self.act, *states)

    def _ask(self, stops: list[Stop]) -> None:
        """Ask for one after the other; ends at a refusal, and after some requests without an answer."""
        shown = campaigns.leads_now(self.client, self.act.campaign_id)
        unanswered = 0
        for stop in tqdm(stops, desc="stopping", unit=" leads", leave=False, delay=2, disable=None):
            lead = shown.get(stop.campaign_lead_id)
            if lead is None or lead.is_over:
                self._record("done", stop)
                continue
            self._record("sending", stop)
            try:
                campaigns.stop(self.client, self.act.campaign_id, lead)
            except UnknownOutcomeError as error:
                self._record("unknown", stop, why=str(error))
                unanswered += 1
                if unanswered == UNANSWERED_IN_A_ROW:
                    return
                continue
            except (RefusedError, NotFoundError) as error:
                self._record("refused", stop, why=str(error))
                return
            except ProviderError as error:
                # It was certainly not carried out.
                self._record("planned", stop, why=str(error))
                raise
            unanswered = 0
            self._record("answered", stop)

    def _settle(self) -> None:
        """Read the campaign until it shows as stopped whoever was asked for, or the waits are over."""
        for wait in (0.0, *self.waits):
            time.sleep(wait)
            shown = campaigns.leads_now(self.client, self.act.campaign_id)
            for stop in self._stops("sending", "unknown", "answered", "refused"):
                lead = shown.get(stop.campaign_lead_id)
                if lead is None or lead.is_over:
                    self._record("done", stop)
            # A refusal doesn't turn into a stop by waiting.
            if not self._stops("sending", "unknown", "answered"):
                break
        self._require_done("answered", "refused")
        for stop in self._stops("sending", "unknown"):
            self._record("planned", stop)

    def _require_done(self, *states: str) -> None:
        left = self._stops(*states) if states else [stop for stop in self._stops() if stop.state != "done"]
        if not left:
            return
        everybody = self._stops()
        done = sum(stop.state == "done" for stop in everybody)
        why = next((stop.details["why"] for stop in left if "why" in stop.details), None)
        said = f"({why})" if why else "(it took the request, and still shows the lead as waiting)"
        raise UndoneError(
            f"HeyReach stopped {done:,} of {len(everybody):,} leads of campaign {self.act.campaign_id} that "
            f"are to be left out, and not the others {said}. The campaign was not resumed. Take those leads "
            "out of it in HeyReach, or resume it there with all of them"
        )

    def _record(self, state: str, stop: Stop, **details: object) -> None:
        self.ledger.record(self.act, state, self.now(), [stop], **details)
