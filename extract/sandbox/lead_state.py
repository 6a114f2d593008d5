"""The columns of a campaign-lead row that change, at a clock time."""

from typing import NamedTuple

from extract.sandbox.schedule import History, state_number

# Whoever is in one of these states is turned to again, while the campaign runs.
UNDER_WAY = ("Pending", "InSequence")


class LeadState(NamedTuple):
    """The columns of a campaign-lead row that change."""

    campaign_status: str
    connection_status: str
    message_status: str
    last_action_at: int | None
    failed_at: int | None
    error_code: str | None
    note: str | None


def lead_state(history: History, at: int) -> LeadState:
    """The state at `at`. Actions of ours move `last_action_at`; an acceptance or a reply does not."""
    if not state_number(history, at):
        return UNTOUCHED_STATE
    failed_at = _past(history.failed_at, at)
    note = None
    if failed_at:
        status = "Failed"
    elif _past(history.excluded_at, at):
        status, note = "Excluded", "Lead is part of another campaign"
    elif _past(history.finished_at, at):
        status = "Finished"
    elif _past(history.paused_at, at):
        status, note = "Paused", "Lead was paused manually"
    else:
        status = "InSequence"
    if _past(history.accepted_at, at) or _past(history.found_connected_at, at):
        connection = "ConnectionAccepted"
    else:
        connection = "ConnectionSent" if _past(history.sent_at, at) else "None"
    if _past(history.replied_at, at):
        message = "MessageReply"
    else:
        message = "MessageSent" if _past(history.messaged_at, at) else "None"
    last_action_at = max(
        _past(history.found_connected_at, at),
        _past(history.viewed_at, at),
        _past(history.sent_at, at),
        _past(history.followed_at, at),
        _past(history.messaged_at, at),
        _past(history.followed_up_at, at),
        _past(history.withdrawn_at, at),
    )
    return LeadState(
        campaign_status=status,
        connection_status=connection,
        message_status=message,
        last_action_at=last_action_at or None,
        failed_at=failed_at or None,
        error_code=history.error_code if failed_at else None,
        note=note,
    )


UNTOUCHED_STATE = LeadState("Pending", "None", "None", None, None, None, None)


def is_connection(history: History, at: int) -> bool:
    """Whether sender and lead are connected at `at`, as far as HeyReach has noticed."""
    return bool(_past(history.accepted_at, at) or _past(history.met_at, at))


def _past(moment: int | None, at: int) -> int:
    """`moment` if it has come, else 0, which is before everything."""
    return moment if moment is not None and moment <= at else 0
