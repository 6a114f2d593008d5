"""The week after a world's last pull, twice: with what stalls it still there, and with it mended.

Chance is drawn per sender and day and per lead, so both weeks differ by what was mended alone.
"""

from dataclasses import fields, replace

from extract.sandbox.clock import DAY, WEEK, to_ticks
from extract.sandbox.presets import Campaign, Sender
from extract.sandbox.world import World
from tests.diagnosis.causes import Drawn, Name
from tests.diagnosis.workspaces import END, WEEKS, Workspace

_END = to_ticks(END)
_LATER = _END + WEEK + DAY


class _MendedSender(Sender):
    """From the last pull on it is connected, at its own pace."""

    def is_connected(self, at: int) -> bool:
        return at >= _END or super().is_connected(at)

    def is_cooling_down(self, at: int) -> bool:
        return at < _END and super().is_cooling_down(at)

    def pace_on(self, at: int) -> int:
        return self.daily_limit if at >= _END else super().pace_on(at)


class _ResumedCampaign(Campaign):
    """From the last pull on it runs."""

    def status_at(self, at: int) -> str:
        return "IN_PROGRESS" if at >= _END else super().status_at(at)


def expected(drawn: Drawn, mended: set[Name]) -> float:
    """Acceptances to be expected of the requests of the week after the last pull."""
    workspace = _continued(drawn.workspace)
    workspace = replace(
        workspace,
        senders=tuple(
            _as(_MendedSender, each) if ("account", str(each.id)) in mended else each
            for each in workspace.senders
        ),
        campaigns=tuple(
            _as(_ResumedCampaign, each) if ("campaign", str(each.id)) in mended else each
            for each in workspace.campaigns
        ),
    )
    world: World = workspace.world(drawn.world.seed, weeks=WEEKS + 1)
    return sum(
        history.accept_probability
        for history in world.histories
        if history.sent_at is not None and _END <= history.sent_at < _END + WEEK
    )


def _continued(workspace: Workspace) -> Workspace:
    """The same workspace, in which nothing ends by itself within that week."""

    def longer(spans: tuple) -> tuple:
        return tuple((span[0], _LATER if span[1] > _END else span[1], *span[2:]) for span in spans)

    return replace(
        workspace,
        senders=tuple(
            replace(each, cooldowns=longer(each.cooldowns), slowdowns=longer(each.slowdowns))
            for each in workspace.senders
        ),
    )


def _as(kind: type, thing: object) -> object:
    return kind(**{field.name: getattr(thing, field.name) for field in fields(thing)})
