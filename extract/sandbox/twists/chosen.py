"""The twists switched on in one world: read from their names, applied stage by stage, and what they did."""

from collections.abc import Iterable, Mapping
from random import Random
from typing import NamedTuple

import orjson

from extract.sandbox.clock import DAY, HOUR
from extract.sandbox.leads import CampaignLead, LeadList
from extract.sandbox.presets import Preset
from extract.sandbox.schedule import History
from extract.sandbox.twists import lists, lives, workspace
from extract.sandbox.twists.stage import Twist
from extract.workspace.errors import ConfigurationError

# What they change, in this order: the workspace before leads are drawn, its lists and leads, their lives.
IN_WORKSPACE = {
    "empty_sequences": workspace.empty_sequences,
    "never_withdrawn": workspace.never_withdrawn,
    "connected_before_accepted": workspace.connected_before_accepted,
    "connected_before_none": workspace.connected_before_none,
    "campaign_deleted": workspace.campaign_deleted,
    "connection_status_null": workspace.connection_status_null,
    "small_sender_group": workspace.small_sender_group,
    "gone_senders": workspace.gone_senders,
}
IN_LISTS = {
    "list_deleted": lists.list_deleted,
    "list_exchanged": lists.list_exchanged,
    "placeholders": lists.placeholders,
    "stray_white_space": lists.stray_white_space,
}
IN_LIVES = {
    "campaign_deleted": lives.campaign_deleted,
    "removed_after_accept": lives.removed_after_accept,
    "sender_shown_differently": lives.sender_shown_differently,
}
# What HeyReach answers apart from rows. Options: hours, until_days (of the world; absent: always); days.
IN_ANSWERS = ("skewed_clock", "corrected_counts", "refuses_stops_while_paused")
TWIST_NAMES = tuple(sorted({*IN_WORKSPACE, *IN_LISTS, *IN_LIVES, *IN_ANSWERS}))
_EITHER_OR = ("connected_before_accepted", "connected_before_none")


class Correction(NamedTuple):
    """An acceptance that HeyReach counts by mistake on the day of `at`, until `corrected_at`."""

    account_id: int
    campaign_id: int
    at: int
    corrected_at: int


class Twists:
    """The twists of one world. Without any, every method hands back what it was given."""

    def __init__(self, wanted: Iterable[str | Mapping] = (), seed: int = 0):
        """Raises ConfigurationError for an unknown name, and for two that exclude each other."""
        self._twists: dict[str, Twist] = {}
        self.corrections: tuple[Correction, ...] = ()
        self._skew = (0, 0)
        for described in wanted:
            options = {"name": described} if isinstance(described, str) else dict(described)
            name = options.pop("name", None)
            if name not in TWIST_NAMES:
                raise ConfigurationError(f"Unknown sandbox twist {name!r}. Known: {', '.join(TWIST_NAMES)}.")
            chance = Random(f"{seed}/twist/{name}")  # noqa: S311
            self._twists[name] = Twist(name, options, chance)
        if all(name in self._twists for name in _EITHER_OR):
            raise ConfigurationError(f"A workspace shows one of {' and '.join(_EITHER_OR)}, not both.")

    @classmethod
    def read(cls, text: str) -> list[str | dict]:
        """The twists named on a command line: names with commas between them, or a JSON array."""
        if not text.startswith("["):
            return [name.strip() for name in text.split(",") if name.strip()]
        try:
            return orjson.loads(text)
        except orjson.JSONDecodeError as error:
            raise ConfigurationError(f"--twists {text}: no JSON array ({error}).") from None

    def __bool__(self) -> bool:
        return bool(self._twists)

    def did(self) -> dict[str, dict]:
        """What each did, by name: its options and the ids, times (ISO) and numbers it chose."""
        return {name: twist.options | twist.did for name, twist in self._twists.items()}

    def in_workspace(self, preset: Preset, start: int, weeks: int) -> Preset:
        for name, change in IN_WORKSPACE.items():
            if name in self._twists:
                preset = change(self._twists[name], preset, start, weeks)
        self._skew = self._drawn_skew(start)
        if "refuses_stops_while_paused" in self._twists:
            self._twists["refuses_stops_while_paused"].note(statuses=["PAUSED"])
        return preset

    def in_lists(
        self,
        preset: Preset,
        lead_lists: dict[int, LeadList],
        leads: list[CampaignLead],
        start: int,
        weeks: int,
    ) -> tuple[Preset, dict[int, LeadList], list[CampaignLead]]:
        for name, change in IN_LISTS.items():
            if name in self._twists:
                preset, lead_lists, leads = change(
                    self._twists[name], preset, lead_lists, leads, start, weeks
                )
        return preset, lead_lists, leads

    def in_lives(
        self, preset: Preset, leads: list[CampaignLead], histories: list[History], start: int, weeks: int
    ) -> list[History]:
        for name, change in IN_LIVES.items():
            if name in self._twists:
                histories = change(self._twists[name], preset, leads, histories, start)
        self.corrections = self._drawn_corrections(leads, histories, start, weeks)
        return histories

    def refuses_stops(self, status: str) -> bool:
        """Whether leads of a campaign that has this status can't be stopped."""
        twist = self._twists.get("refuses_stops_while_paused")
        return twist is not None and status in twist.did["statuses"]

    def date(self, now: int) -> int:
        """What the Date header says at `now`."""
        ahead, until = self._skew
        return now + ahead if now < until else now

    def _drawn_skew(self, start: int) -> tuple[int, int]:
        """By how much the clock is ahead, and until when."""
        twist = self._twists.get("skewed_clock")
        if twist is None:
            return (0, 0)
        hours = twist.option("hours", twist.rng.choice((1, 2, 3, 5)))
        drawn = twist.rng.choice((None, 10, 24))
        days = twist.option("until_days", None if "hours" in twist.options else drawn)
        until = 2**62 if days is None else start + days * DAY
        twist.note(hours=hours, until_days=days)
        return int(hours * HOUR), until

    def _drawn_corrections(
        self, leads: list[CampaignLead], histories: list[History], start: int, weeks: int
    ) -> tuple[Correction, ...]:
        """Days without any acceptance of a sender and campaign that sent by then, each with one too many."""
        twist = self._twists.get("corrected_counts")
        if twist is None:
            return ()
        sent: dict[tuple[int, int], list[int]] = {}
        accepted: set[tuple[int, int, int]] = set()
        for lead, history in zip(leads, histories, strict=True):
            if history.sent_at is not None:
                sent.setdefault((lead.account_id, lead.campaign_id), []).append(history.sent_at)
            if history.accepted_at is not None:
                accepted.add((lead.account_id, lead.campaign_id, history.accepted_at // DAY))
        first, last = start // DAY + 3, start // DAY + weeks * 7 - 8
        candidates = [
            (*pair, day)
            for pair, moments in sorted(sent.items())
            for day in range(max(first, min(moments) // DAY + 1), last)
            if (*pair, day) not in accepted
        ]
        chosen = twist.rng.sample(candidates, min(twist.option("days", 3), len(candidates)))
        corrections = tuple(
            Correction(account_id, campaign_id, day * DAY + 12 * HOUR, (day + twist.rng.randint(2, 7)) * DAY)
            for account_id, campaign_id, day in sorted(chosen)
        )
        twist.note(counts=[twist.described(correction) for correction in corrections])
        return corrections
