"""What resuming and pausing share: a request about a campaign, recorded before and after, and read back."""

import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar

from extract.acting import campaigns
from extract.acting.campaigns import Campaign
from extract.acting.ledger import Act, ActLedger
from extract.acting.left_out import canonical
from extract.acting.published import Report
from extract.heyreach.client import HeyReachClient
from extract.importer.opening import origin
from extract.workspace.errors import (
    NotFoundError,
    OutboundError,
    ProviderError,
    RefusedError,
    UnknownOutcomeError,
)
from extract.workspace.workspace import Workspace

# One that has nobody to turn to shows as running for a moment.
SETTLES_AFTER = 2.0


class UndoneError(OutboundError):
    """HeyReach did not do what it was asked, or not all of it; what was left undone is said."""

    exit_code = 3


@dataclass(frozen=True)
class Work(ABC):
    """One call: what was asked for, what the report says, what HeyReach shows."""

    kind: ClassVar[str]
    workspace: Workspace
    client: HeyReachClient
    ledger: ActLedger
    campaign: Campaign
    report: Report
    left_out: str
    apply: bool
    say: Callable[[str], None]

    @abstractmethod
    def run(self) -> None:
        """Show it, or do it; raises as `run_resume`."""

    @cached_property
    def begun(self) -> Act | None:
        """What an earlier call began with the campaign and didn't end."""
        return self.ledger.unfinished(self.kind, self.campaign.campaign_id)

    @property
    def was_asked(self) -> bool:
        """Whether that call had asked HeyReach already."""
        return self.begun is not None and self.ledger.state(self.begun) != "planned"

    @property
    def status(self) -> str:
        """The status of the campaign now."""
        return campaigns.status_now(self.client, self.campaign.campaign_id)

    def note(self, act: Act, state: str, **details: object) -> None:
        """Record what became of the act."""
        self.ledger.record(act, state, self.client.now(), **details)

    def new_act(self) -> Act:
        """An act that is planned, on disk."""
        now = self.client.now()
        act_id = f"{self.kind}-{self.campaign.campaign_id}-{now:%Y%m%d-%H%M%S}"
        taken = {act.act_id for act in self.ledger.acts()}
        while act_id in taken:
            act_id += "-again"
        act = Act(
            act_id,
            origin(self.workspace),
            self.kind,
            self.campaign.campaign_id,
            canonical(self.left_out),
            now,
        )
        self.ledger.plan(act)
        return act

    def ask(
        self, act: Act, request: Callable[[HeyReachClient, str], None], is_done: Callable[[str], bool]
    ) -> None:
        """Ask HeyReach and read the campaign back; raises UndoneError unless it shows that it is done."""
        self.note(act, "sending")
        try:
            request(self.client, act.campaign_id)
        except UnknownOutcomeError as error:
            self.note(act, "unknown", why=str(error))
        except (RefusedError, NotFoundError) as error:
            self.note(act, "refused", why=str(error))
            raise
        except ProviderError as error:
            # It was certainly not carried out.
            self.note(act, "planned", why=str(error))
            raise
        else:
            self.note(act, "answered")
        waits = self.workspace.read_back_waits
        for wait in (0.0, *waits):
            time.sleep(wait)
            if is_done(self.status):
                time.sleep(min((SETTLES_AFTER, *waits)))
                break
        status = self.status
        if is_done(status):
            self.note(act, "done", status=status)
            self.say(f"done: {self.campaign} is {status}; the report knows it after the next `make run`")
            return
        if self.ledger.state(act) == "answered":
            self.note(act, "refused", why=f"it took the request and shows {status}")
        raise UndoneError(
            f"{self.campaign} still is {status} after HeyReach was asked to {self.kind} it, as it leaves one "
            "that has nobody to ask: look at it there, or run the same command again later"
        )
