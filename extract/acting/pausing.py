"""`make pause`: nobody in a campaign is asked any more.

It may have changed since the report: pausing asks nobody, and who wants to stop a campaign is in a hurry.
"""

from dataclasses import dataclass
from typing import ClassVar

from extract.acting import campaigns
from extract.acting.act import Work
from extract.workspace.errors import ConfigurationError


@dataclass(frozen=True)
class Pausing(Work):
    """One call of `make pause`."""

    kind: ClassVar[str] = "pause"

    def run(self) -> None:
        """Show it, or do it; raises as `run_pause`."""
        campaign = self.campaign
        if self.was_asked and campaign.status == "PAUSED":
            self.say(f"{campaign} is PAUSED, by the call that was cut off: nothing is left to do")
            if self.apply:
                self.note(self.begun, "done", status=campaign.status)
            return
        if campaign.status != campaigns.RUNNING:
            raise ConfigurationError(
                f"{campaign} is {campaign.status}, and only one that runs can be paused: nothing was done"
            )
        self.say(f"{campaign} is {campaign.status}")
        self.say(
            "  paused, nobody in it is asked or written to any more; who was asked can still accept. "
            f"`make resume CAMPAIGN={campaign.campaign_id}` lets it go on"
        )
        if self.apply:
            self.ask(self.begun or self.new_act(), campaigns.pause, lambda status: status == "PAUSED")
        else:
            self.say("dry run: nothing was done; APPLY=1 pauses it")
