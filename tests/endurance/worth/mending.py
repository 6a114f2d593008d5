"""The week after a world's last pull, twice: with what stalls it still there, and with it mended.

Chance is drawn per sender and day and per lead, so both weeks differ by what was mended alone.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import fields, replace
from random import Random
from typing import NamedTuple

from extract.sandbox.clock import DAY, HOUR, WEEK, to_ticks
from extract.sandbox.leads import CampaignLead
from extract.sandbox.presets import Campaign, Preset, Sender
from extract.sandbox.schedule import History, play_out
from extract.sandbox.world import World, log_odds
from tests.diagnosis.causes import Drawn
from tests.diagnosis.workspaces import END, START, WEEKS, Workspace

_END = to_ticks(END)
_LATER = _END + WEEK + DAY
# No lead of a world has a number as high.
_NEW = 10_000_000


class Remedy(NamedTuple):
    """What an operator does, in the words of fnd_week_remedies."""

    kind: str
    dimension: str
    segment: str


class _MendedSender(Sender):
    """From the last pull on it is connected, at its own pace."""

    def is_connected(self, at: int) -> bool:
        return at >= _END or super().is_connected(at)

    def is_listed(self, at: int) -> bool:
        return at >= _END or super().is_listed(at)

    def limit_on(self, at: int) -> int:
        return self.daily_limit if at >= _END else super().limit_on(at)

    def is_cooling_down(self, at: int) -> bool:
        return at < _END and super().is_cooling_down(at)

    def pace_on(self, at: int) -> int:
        return self.daily_limit if at >= _END else super().pace_on(at)


class _ResumedCampaign(Campaign):
    """From the last pull on it runs."""

    def status_at(self, at: int) -> str:
        return "IN_PROGRESS" if at >= _END else super().status_at(at)


def expected(drawn: Drawn, remedies: Collection[Remedy], rooms: Mapping[int, int]) -> float:
    """Acceptances to be expected of the requests of the week after the last pull.

    `rooms` says how many leads more a sender is given by whoever moves leads, or brings some.
    """
    world = continued(drawn, remedies)
    histories = world.histories
    if any(remedy.kind in ("move", "bring") for remedy in remedies):
        histories = _with_others_leads(world, remedies, dict(rooms))
    return expected_of(histories)


def expected_of(histories: Iterable[History]) -> float:
    """The same of what becomes of leads."""
    return sum(
        history.accept_probability
        for history in histories
        if history.sent_at is not None and _END <= history.sent_at < _END + WEEK
    )


def continued(drawn: Drawn, remedies: Collection[Remedy], weeks: int = 1) -> World:
    """The world, gone on for weeks after the last pull with these restored or resumed, and nothing else."""
    workspace = _continued(drawn.workspace, _END + weeks * WEEK + DAY)
    restored, resumed = _ids(remedies, "restore"), _ids(remedies, "resume")
    workspace = replace(
        workspace,
        senders=tuple(
            _as(_MendedSender, each) if each.id in restored else each for each in workspace.senders
        ),
        campaigns=tuple(
            _as(_ResumedCampaign, each) if each.id in resumed else each for each in workspace.campaigns
        ),
    )
    return workspace.world(drawn.world.seed, weeks=WEEKS + weeks)


def _with_others_leads(world: World, remedies: Collection[Remedy], rooms: dict[int, int]) -> list[History]:
    """The histories of a world in which senders are given leads of others, and then new ones."""
    given: list[CampaignLead] = []
    senders, campaigns = _ids(remedies, "move", "account"), _ids(remedies, "move", "campaign")
    for lead, history in zip(world.leads, world.histories, strict=True):
        is_meant = lead.account_id in senders or lead.campaign_id in campaigns
        if is_meant and _is_left(world, lead, history):
            account_id = max(rooms, key=lambda each: rooms[each], default=None)
            if account_id is not None and rooms[account_id] >= 1:
                rooms[account_id] -= 1
                # Where it waited nobody gets to it, so there it may stay.
                given.append(lead._replace(account_id=account_id, enrolled_at=_END - HOUR))
    if any(remedy.kind == "bring" for remedy in remedies):
        given += _new_leads(world, rooms)
    leads = [*world.leads, *given]
    odds = [log_odds(lead, world.senders[lead.account_id], world.effects) for lead in leads]
    preset: Preset = world.preset
    start = to_ticks(START)
    return play_out(preset, leads, odds, world.effects["volume_tax"], world.seed, start, WEEKS + 1)


def _is_left(world: World, lead: CampaignLead, history: History) -> bool:
    """Whether it waits at the last pull in a running campaign, and nobody gets to it within the week."""
    begun = min(history.changes, default=_LATER)
    is_running = world.campaigns[lead.campaign_id].status_at(_END) == "IN_PROGRESS"
    return is_running and lead.enrolled_at < _END and begun >= _END + WEEK


def _new_leads(world: World, rooms: Mapping[int, int]) -> list[CampaignLead]:
    """As many as senders have room for, each like one of those of the running campaigns, but somebody new."""
    rng = Random(world.seed)
    running = [
        lead for lead in world.leads if world.campaigns[lead.campaign_id].status_at(_END) == "IN_PROGRESS"
    ]
    found = []
    for account_id, room in sorted(rooms.items()):
        for _ in range(room):
            model = rng.choice(running)
            number = _NEW + len(found)
            person = model.imported.person._replace(number=number, url_kind="profile")
            imported = model.imported._replace(person=person)
            found.append(
                model._replace(id=number, imported=imported, account_id=account_id, enrolled_at=_END - HOUR)
            )
    return found


def _ids(remedies: Collection[Remedy], kind: str, dimension: str | None = None) -> set[int]:
    return {
        int(remedy.segment)
        for remedy in remedies
        if remedy.kind == kind and dimension in (None, remedy.dimension)
    }


def _continued(workspace: Workspace, later: int) -> Workspace:
    """The same workspace, in which nothing ends by itself until then."""

    def longer(spans: tuple) -> tuple:
        return tuple((span[0], later if span[1] > _END else span[1], *span[2:]) for span in spans)

    return replace(
        workspace,
        senders=tuple(
            replace(each, cooldowns=longer(each.cooldowns), slowdowns=longer(each.slowdowns))
            for each in workspace.senders
        ),
    )


def _as(kind: type, thing: object) -> object:
    return kind(**{field.name: getattr(thing, field.name) for field in fields(thing)})
