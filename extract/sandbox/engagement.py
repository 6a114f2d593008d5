"""What becomes of a conversation after its first reply: a second one, a meeting and the tag that says so."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from extract.sandbox.clock import HOUR

if TYPE_CHECKING:
    from extract.sandbox.schedule import History

SECOND_REPLY_SHARE = 0.4
MEETING_SHARE = 0.3
# As the operator of a sandbox calls it; config/outreach.yaml says which tags mean one.
MEETING_TAG = "Meeting booked"


def engaged(history: History, seed: int, lead_id: int) -> History:
    """The same history with what follows its reply, by chance of its own: nothing else is drawn otherwise."""
    if history.replied_at is None:
        return history
    rng = Random(f"{seed}/{lead_id}/engagement")  # noqa: S311
    again, again_hours = rng.random() < SECOND_REPLY_SHARE, 1 + rng.random() * 70
    meets, meeting_hours = rng.random() < MEETING_SHARE, 24 + rng.random() * 120
    return history.changed(
        replied_again_at=history.replied_at + int(again_hours * HOUR) if again else None,
        meeting_at=history.replied_at + int(meeting_hours * HOUR) if meets else None,
    )
