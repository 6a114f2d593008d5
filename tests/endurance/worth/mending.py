"""The weeks after a world's last pull, twice: with what stalls it still there, and with it mended.

Chance is drawn per sender and day and per lead, so both differ by what was mended alone.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import fields, replace
from functools import partial
from random import Random
from typing import NamedTuple

from extract.sandbox.clock import DAY, MINUTE, WEEK, to_ticks
from extract.sandbox.leads import CampaignLead, LeadList
from extract.sandbox.presets import Campaign, Sender
from extract.sandbox.schedule import History, Shift, play_out
from extract.sandbox.world import World, log_odds
from tests.diagnosis.causes import Drawn
from tests.diagnosis.workspaces import END, WEEKS, Workspace

_END = to_ticks(END)
# What a sender does on a day is told by its midnight.
_TODAY = to_ticks(END.replace(hour=0))
# When leads are moved or brought: before the first sending hour.
_MENDED_AT = _END + 30 * MINUTE
_NEVER = _END + 1000 * WEEK
# No lead of a world has a number as high.
_NEW = 900_000_000


class Remedy(NamedTuple):
    """What an operator does, in the words of fnd_week_remedies.

    `about` are the ids of the leads it is about; of the senders, where leads are brought.
    """

    kind: str
    dimension: str
    segment: str
    about: frozenset[int] = frozenset()


class _MendedSender(Sender):
    """From the last pull on it is connected, at its own pace."""

    def is_connected(self, at: int) -> bool:
        return at >= _END or super().is_connected(at)

    def is_listed(self, at: int) -> bool:
        return at >= _END or super().is_listed(at)

    def limit_on(self, at: int) -> int:
        return self.daily_limit if at >= _TODAY else super().limit_on(at)

    def is_cooling_down(self, at: int) -> bool:
        return at < _END and super().is_cooling_down(at)

    def pace_on(self, at: int) -> int:
        return self.daily_limit if at >= _TODAY else super().pace_on(at)


class _ResumedCampaign(Campaign):
    """From the last pull on it runs."""

    def status_at(self, at: int) -> str:
        return "IN_PROGRESS" if at >= _END else super().status_at(at)


class _ChoosyShift(Shift):
    """From the last pull on it comes to some leads last, in whichever of its campaigns they wait."""

    def __init__(self, last: Collection[int], *arguments):
        super().__init__(*arguments)
        self.last = last
        self.is_sorted = False

    def next(self, active: list[int], queues: dict[int, list[int]], slot: int) -> int | None:
        if slot < _END or not self.last:
            return super().next(active, queues, slot)
        if not self.is_sorted:
            for campaign_id, queue in queues.items():
                head = self.next_in_queue.get(campaign_id, 0)
                queue[head:] = sorted(queue[head:], key=self._is_last)
            self.is_sorted = True
        heads = {each: queues[each][self.next_in_queue.get(each, 0) :][:1] for each in active}
        first = [each for each in active if not all(map(self._is_last, heads[each]))]
        position = super().next(first, queues, slot)
        return super().next(active, queues, slot) if position is None else position

    def _is_last(self, position: int) -> bool:
        return self.leads[position].id in self.last


def expected(drawn: Drawn, remedies: Collection[Remedy], rooms: Mapping[int, int]) -> float:
    """Acceptances to be expected of the requests of the week after the last pull.

    `rooms` says how many leads more a sender can be given by whoever moves leads, or brings some.
    """
    return expected_of(continued(drawn, remedies, rooms).histories)


def expected_of(histories: Iterable[History]) -> float:
    """The same of what becomes of leads."""
    return sum(
        history.accept_probability
        for history in histories
        if history.sent_at is not None and _END <= history.sent_at < _END + WEEK
    )


def continued(drawn: Drawn, remedies: Collection[Remedy], rooms: Mapping[int, int], weeks: int = 1) -> World:
    """The world, gone on for weeks after the last pull with this mended, and nothing else."""
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
    world = workspace.world(drawn.world.seed, weeks=WEEKS + weeks)
    if any(remedy.kind == "serve_last" for remedy in remedies):
        world = replace(world, histories=_played(world, world.leads, remedies))
    if any(remedy.kind in ("hand_on", "move", "bring") for remedy in remedies):
        world = _with_leads_given(world, remedies, dict(rooms))
    return world


def _with_leads_given(world: World, remedies: Collection[Remedy], rooms: dict[int, int]) -> World:
    """The world in which senders are given leads of others, and then new ones.

    What nobody gets to comes first; then, evenly, what a weak sender would get to within the week, which asks
    nobody else instead. Whoever is given away is taken out of the campaign they were in.
    """
    handed = {lead_id for remedy in remedies if remedy.kind == "hand_on" for lead_id in remedy.about}
    senders, campaigns = _ids(remedies, "move", "account"), _ids(remedies, "move", "campaign")
    reached, left = [], []
    for position, (lead, history) in enumerate(zip(world.leads, world.histories, strict=True)):
        if not _waits(world, lead, history):
            continue
        is_reached = min(history.changes, default=_NEVER) < _END + WEEK
        if is_reached and lead.id in handed:
            reached.append(position)
        elif not is_reached and (lead.account_id in senders or lead.campaign_id in campaigns):
            left.append(position)
    # Nobody gives leads to those whom it takes them from, nor where better ones are brought.
    weak = {world.leads[position].account_id for position in reached}
    rooms = {account_id: room for account_id, room in rooms.items() if account_id not in weak}
    short = {account_id for remedy in remedies if remedy.kind == "bring" for account_id in remedy.about}
    given: dict[int, CampaignLead] = {}
    _give(world, left, rooms, given)
    brought = {account_id: rooms.pop(account_id) for account_id in short & {*rooms}}
    _give(world, _spread(reached, sum(rooms.values())), rooms, given)
    new = _new_leads(world, brought)
    leads = [*world.leads, *given.values(), *new]
    histories = _played(world, leads, remedies)
    for position in given:
        histories[position] = History.of(removed_at=_MENDED_AT)
    return replace(world, leads=leads, histories=histories, lists=_with_rows(world, new))


def _give(
    world: World, positions: Iterable[int], rooms: dict[int, int], given: dict[int, CampaignLead]
) -> None:
    """Let whoever has most room have the next of these leads, as long as anybody has some."""
    for position in positions:
        account_id = max(rooms, key=lambda each: rooms[each], default=None)
        if account_id is None or rooms[account_id] < 1:
            break
        rooms[account_id] -= 1
        given[position] = _given(world, world.leads[position], account_id, _NEW + len(given))


def _played(world: World, leads: list[CampaignLead], remedies: Collection[Remedy]) -> list[History]:
    """The histories of these leads in this world, some of whom are asked after all others."""
    last = {lead_id for remedy in remedies if remedy.kind == "serve_last" for lead_id in remedy.about}
    odds = [log_odds(lead, world.senders[lead.account_id], world.effects) for lead in leads]
    tax, shifts = world.effects["volume_tax"], partial(_ChoosyShift, last)
    return play_out(world.preset, leads, odds, tax, world.seed, world.start, world.weeks, shifts)


def _waits(world: World, lead: CampaignLead, history: History) -> bool:
    """Whether it waits at the last pull in a running campaign."""
    is_running = world.campaigns[lead.campaign_id].status_at(_END) == "IN_PROGRESS"
    return is_running and lead.enrolled_at < _END and min(history.changes, default=_NEVER) >= _END


def _spread(positions: list[int], room: int) -> list[int]:
    """As many of them as there is room for, evenly."""
    count = min(len(positions), room)
    return [positions[number * len(positions) // count] for number in range(count)]


def _given(world: World, lead: CampaignLead, account_id: int, number: int) -> CampaignLead:
    """The same person in a running campaign of this sender, best in another than before."""
    running = [
        campaign.id
        for campaign in world.preset.campaigns
        if account_id in campaign.sender_weights and campaign.status_at(_END) == "IN_PROGRESS"
    ]
    others = [campaign_id for campaign_id in running if campaign_id != lead.campaign_id]
    [campaign_id, *_] = others or running or [lead.campaign_id]
    return lead._replace(id=number, campaign_id=campaign_id, account_id=account_id, enrolled_at=_MENDED_AT)


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
            number = 2 * _NEW + len(found)
            person = model.imported.person._replace(number=number, url_kind="profile")
            imported = model.imported._replace(person=person, row=number, added_at=_MENDED_AT - MINUTE)
            found.append(
                model._replace(id=number, imported=imported, account_id=account_id, enrolled_at=_MENDED_AT)
            )
    return found


def _with_rows(world: World, new: list[CampaignLead]) -> dict[int, LeadList]:
    """The lists with those who are new, after everybody else."""
    rows: dict[int, list] = {}
    for lead in new:
        rows.setdefault(lead.imported.list_id, []).append(lead.imported)
    return {
        list_id: each._replace(rows=[*each.rows, *rows.get(list_id, ())])
        for list_id, each in world.lists.items()
    }


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
