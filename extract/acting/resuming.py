"""`make resume`: a paused campaign goes on, without those leads that are stopped for good before.

What the report says of who waits there is compared with what HeyReach shows now; where that has changed,
nothing is done. It is resumed only after everybody who is left out was read back as stopped.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

from extract.acting import campaigns
from extract.acting.act import UndoneError, Work
from extract.acting.campaigns import CampaignLead
from extract.acting.leads_file import write_leads
from extract.acting.ledger import Act, Stop
from extract.acting.left_out import canonical, matching
from extract.acting.published import PAUSED, Line
from extract.acting.stopping import Stopping
from extract.importer.planning import counted
from extract.people.suppression import suppressions
from extract.workspace.errors import ConfigurationError

Leads = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Resuming(Work):
    """One call of `make resume`."""

    kind: ClassVar[str] = "resume"

    def run(self) -> None:
        """Show it, or do it; raises as `run_resume`."""
        if self.campaign.status not in campaigns.RESUMABLE:
            self._tell_why_not()
            return
        wanted = canonical(self.left_out)
        if self.begun and self.begun.left_out != wanted:
            raise ConfigurationError(
                f"A call to resume {self.campaign} was cut off that was to leave out "
                f"{self.begun.left_out or 'nobody'}: give the same EXCEPT to go on with it. To resume it "
                "otherwise, do so in HeyReach. Nothing was done"
            )
        segments = self.report.segments(self._line)
        stopped = matching(wanted, segments, may_be_nobody=self.begun is not None)
        shown = self._require_unchanged(self._own_stops)
        for line in self._preview(stopped, shown):
            self.say(line)
        if stopped >= self._waiting.keys():
            raise ConfigurationError("EXCEPT leaves nobody to be asked, so there is nothing to resume")
        if self.apply:
            self._do(stopped)
        else:
            self.say("dry run: nothing was done; APPLY=1 does it")

    def _tell_why_not(self) -> None:
        """Of a campaign that isn't paused: whether a call that was cut off resumed it; raises if not."""
        campaign = self.campaign
        if self.was_asked:
            self.say(f"{campaign} is {campaign.status}, by the call that was cut off: nothing is left to do")
            if self.apply:
                self.note(self.begun, "done", status=campaign.status)
            return
        if self.begun and self.apply:
            self.note(self.begun, "overtaken", status=campaign.status)
        raise ConfigurationError(
            f"{campaign} is {campaign.status}, and only one that is paused can be resumed: nothing was done"
        )

    @cached_property
    def _line(self) -> Line:
        """The line of the report that says who waits in the campaign."""
        for line in self.report.lines:
            if (line.cause, line.segment) == (PAUSED, self.campaign.campaign_id):
                return line
        raise ConfigurationError(
            f"{self.campaign} is {self.campaign.status} now, but the published report knows nobody who waits "
            "behind it: nobody does, or it was paused since. `make run` first; nothing was done"
        )

    @cached_property
    def _waiting(self) -> Leads:
        """Who waits there, as the report says, by the number of the lead in the campaign."""
        return {lead["campaign_lead_id"]: lead for lead in self.report.leads_behind(self._line)}

    @property
    def _own_stops(self) -> set[str]:
        """Whom a call that was cut off stopped, or was to stop."""
        return {stop.campaign_lead_id for stop in self.ledger.stops(self.begun)} if self.begun else set()

    def _require_unchanged(self, own_stops: set[str]) -> dict[str, CampaignLead]:
        """The leads as HeyReach shows them; raises ConfigurationError if they aren't those of the report."""
        campaign_id = self.campaign.campaign_id
        known = self.report.campaign_leads(campaign_id)
        shown = campaigns.leads_now(self.client, campaign_id)
        new = [lead for number, lead in shown.items() if number not in known and not lead.is_over]
        gone = suppressions(self.workspace).erased({lead.profile_url for lead in new})
        if gone:
            raise ConfigurationError(
                f"Of the leads that wait in {self.campaign} {len(gone):,} were erased or purged here, and "
                "would be asked: take them out of the campaign in HeyReach first. Nothing was done"
            )
        others = self._waiting.keys() - own_stops
        moved = [number for number in others if number not in shown or shown[number].status != known[number]]
        if new or moved:
            raise ConfigurationError(
                f"{self.campaign} has changed since the report, which is as of "
                f"{self._line.as_of:%Y-%m-%d %H:%M} UTC: {len(new):,} leads are new there, {len(moved):,} no "
                "longer wait. `make run` first; nothing was done"
            )
        return shown

    def _preview(self, stopped: set[str], shown: dict[str, CampaignLead]) -> Iterator[str]:
        waiting = self._waiting
        yield f"{self.campaign} is {self.campaign.status}; waiting there: {counted(len(waiting), 'lead')}"
        if stopped:
            pace = None if self.workspace.is_demo else self.workspace.requests_per_minute
            takes = f", about {max(1, round(len(stopped) / pace)):,} min" if pace else ""
            yield (
                f"  {counted(len(stopped), 'lead')} to be stopped first, for good{takes}: "
                f"{canonical(self.left_out)}"
            )
            yield (
                "    HeyReach can't let a single lead go on again: only another campaign could ask them. A "
                "file of them is written, for make import FILE=... CAMPAIGN=... ALLOW_OTHER_CAMPAIGNS=1"
            )
        asked = Counter(lead["account_id"] or "" for number, lead in waiting.items() if number not in stopped)
        yield f"  {counted(asked.total(), 'lead')} to be asked"
        senders = {sender.account_id: sender for sender in self.campaign.senders}
        for account_id, count in asked.most_common():
            sender = senders.get(account_id)
            name = f" {sender.name}" if sender else ""
            problem = f" ({sender.problem}: they go on waiting)" if sender and sender.problem else ""
            yield f"    by {account_id or 'whom HeyReach chooses'}{name}{problem}: {count:,}"
        under_way = sum(not lead.is_over for number, lead in shown.items() if number not in waiting)
        if not stopped:
            sources = Counter(
                text for own in self.report.segments(self._line)["source"].values() for text in own
            )
            counts = ", ".join(f"{source} {count:,}" for source, count in sources.most_common())
            yield f'    from {counts}; EXCEPT="source=..." stops some of them for good'
        if under_way:
            yield f"  {counted(under_way, 'lead')} more to go on with the steps after their request"

    def _do(self, stopped: set[str]) -> None:
        act = self.begun or self.new_act()
        self.ledger.plan_stops(
            act, [Stop(number, self._waiting[number]["profile_url"]) for number in sorted(stopped)]
        )
        waits = self.workspace.read_back_waits
        try:
            Stopping(self.client, self.ledger, act, waits, self.client.now).run()
        finally:
            self._tell_stops(act)
        self._require_ready(act)
        self.ask(act, campaigns.resume, lambda status: status not in campaigns.RESUMABLE)

    def _tell_stops(self, act: Act) -> None:
        stops = self.ledger.stops(act)
        done = [stop.campaign_lead_id for stop in stops if stop.state == "done"]
        if stops:
            self.say(f"stopped and read back: {len(done):,} of {len(stops):,}")
        leads = [self._waiting[number] for number in done if number in self._waiting]
        if leads:
            path = self.workspace.paths.lead_files / f"{act.act_id}.csv"
            write_leads(self.workspace, path, leads)
            self.say(f"leads: {path}")

    def _require_ready(self, act: Act) -> None:
        """Look once more: whoever was to be stopped is, nobody has come, and it is still paused."""
        stops = {stop.campaign_lead_id for stop in self.ledger.stops(act)}
        shown = self._require_unchanged(stops)
        back = [number for number in stops if number in shown and not shown[number].is_over]
        if back:
            raise UndoneError(
                f"{len(back):,} leads that were stopped wait again in {self.campaign}: it was not resumed"
            )
        status = self.status
        if status not in campaigns.RESUMABLE:
            self.note(act, "overtaken", status=status)
            raise UndoneError(f"{self.campaign} is {status} already: somebody else resumed it")
