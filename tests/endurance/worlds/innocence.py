"""Whether whom the first line blames is to blame, by the truth alone."""

from collections.abc import Iterable
from math import erfc, sqrt

from tests.endurance.worlds.truth import UNKNOWN, Request, Truth, business_days_back

# A rate that chance alone puts so low in one of ten segments is named by what really was accepted.
BY_CHANCE = 0.1
# Of ten working days, at less than a quarter of its limit.
STALL_DAYS, STALL_SHARE = 10, 0.25
LOST_SHARE = 0.05


def complaint(truth: Truth, line: dict) -> list[str]:
    """Why the line blames somebody innocent; empty where it is right or can't be judged."""
    cause, dimension, segment = line["cause"], line["dimension"], line["segment"]
    judge = JUDGES.get(cause, _is_low if line["verdict"] == "lower" else None)
    if judge is None:
        return []
    reason = judge(truth, dimension, segment)
    return [f"{cause} {dimension} {segment}: {reason}"] if reason else []


def _is_low(truth: Truth, dimension: str, segment: str) -> str | None:
    requests = truth.of_age()
    if not requests or dimension not in requests[0].segments or segment == UNKNOWN:
        return None
    members = [request for request in requests if segment in request.segments[dimension]]
    ids = {request.id for request in members}
    others = [request for request in requests if request.id not in ids]
    if not members or not others:
        return None
    rate, rest = _rate(members), _rate(others)
    pooled = _rate(requests)
    error = sqrt(pooled * (1 - pooled) * (1 / len(members) + 1 / len(others)))
    p_value = erfc((rest - rate) / (error * sqrt(2))) / 2 if error else 1.0
    if p_value > BY_CHANCE:
        told = f"{100 * rate:.1f} % were accepted, of others {100 * rest:.1f} %"
        return f"of all its {len(members)} requests {told}"
    return None


def _rate(requests: Iterable[Request]) -> float:
    accepted = [request.is_accepted_in_window for request in requests]
    return sum(accepted) / len(accepted)


def _waiting(truth: Truth, account_id: str) -> int:
    return sum(
        request.is_waiting and str(request.account_id) == account_id for request in truth.requests.values()
    )


def _sender(truth: Truth, dimension: str, segment: str) -> str | None:
    return None if _waiting(truth, segment) else "no lead waits for it"


def _gone(truth: Truth, dimension: str, segment: str) -> str | None:
    [told] = [sender for sender in truth.told["senders"] if str(sender["account_id"]) == segment]
    return _sender(truth, dimension, segment) if told["disconnected_at"] else "it is listed"


def _slow(truth: Truth, dimension: str, segment: str) -> str | None:
    since = business_days_back(truth.as_of, STALL_DAYS)
    sent = sum(
        str(request.account_id) == segment
        and request.true_sent_at is not None
        and request.true_sent_at >= since
        for request in truth.requests.values()
    )
    limit = truth.drawn.world.senders[int(segment)].daily_limit
    if sent >= STALL_SHARE * limit * STALL_DAYS:
        return f"it sent {sent} in {STALL_DAYS} business days, of {limit} a day"
    return _sender(truth, dimension, segment)


def _never(truth: Truth, dimension: str, segment: str) -> str | None:
    return "nothing of the kind happens in these worlds"


def _lost_attribution(truth: Truth, dimension: str, segment: str) -> str | None:
    leads = [
        request
        for request in truth.requests.values()
        if dimension != "campaign" or segment in request.segments["campaign"]
    ]
    unknown = sum(any(UNKNOWN in request.segments[name] for name in ("source", "icp")) for request in leads)
    is_misnamed = "stray_white_space" in truth.drawn.twists
    if leads and not is_misnamed and unknown < LOST_SHARE * len(leads):
        return f"{unknown} of {len(leads)} leads lack a source or an ICP"
    return None


JUDGES = {
    "attribution_loss": _lost_attribution,
    "campaign_paused": _never,
    "import_loss": _never,
    "sender_auth_invalid": _never,
    "sender_cooldown": _never,
    "sender_gone": _gone,
    "sender_capped": _slow,
    "sender_idle": _slow,
}
