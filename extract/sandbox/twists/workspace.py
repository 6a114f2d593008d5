"""Twists of a workspace before its leads are drawn: senders and campaigns."""

from dataclasses import replace

from extract.sandbox.presets import Campaign, Preset, moments
from extract.sandbox.twists.stage import Twist

WAYS_TO_LACK_A_SEQUENCE = ("empty", "null", "no_content")


def _changed_campaigns(preset: Preset, changes: dict[int, dict]) -> Preset:
    """The preset with fields of some campaigns, by id, replaced."""
    campaigns = tuple(replace(campaign, **changes.get(campaign.id, {})) for campaign in preset.campaigns)
    return replace(preset, campaigns=campaigns)


def _changed_senders(preset: Preset, changes: dict[int, dict]) -> Preset:
    senders = tuple(replace(sender, **changes.get(sender.id, {})) for sender in preset.senders)
    return replace(preset, senders=senders)


def _running(preset: Preset) -> list[Campaign]:
    return [campaign for campaign in preset.campaigns if campaign.started_at is not None]


def empty_sequences(twist: Twist, preset: Preset, start: int, weeks: int) -> Preset:
    """Options: campaigns (ids; absent: the drafts, or one campaign where there are none), answer."""
    drafts = [campaign.id for campaign in preset.campaigns if campaign.started_at is None]
    chosen = twist.option("campaigns", drafts or [twist.rng.choice(_running(preset)).id])
    drawn = [twist.rng.choice(WAYS_TO_LACK_A_SEQUENCE) for _ in chosen]
    answers = {
        campaign_id: twist.option("answer", way) for campaign_id, way in zip(chosen, drawn, strict=True)
    }
    twist.note(answers={str(campaign_id): way for campaign_id, way in answers.items()})
    return _changed_campaigns(preset, {number: {"lacks_sequence": way} for number, way in answers.items()})


def never_withdrawn(twist: Twist, preset: Preset, start: int, weeks: int) -> Preset:
    """Option: campaigns (ids; absent: half of them)."""
    running = [campaign.id for campaign in _running(preset)]
    chosen = twist.option("campaigns", sorted(twist.rng.sample(running, (len(running) + 1) // 2)))
    twist.note(campaigns=chosen)
    return _changed_campaigns(preset, {number: {"withdraw_after_days": None} for number in chosen})


def connected_before_accepted(twist: Twist, preset: Preset, start: int, weeks: int) -> Preset:
    """Options: share (about 0.15, more in one campaign than in another), campaigns (ids; absent: all)."""
    return replace(connected_before_none(twist, preset, start, weeks), shows_connected_before=True)


def connected_before_none(twist: Twist, preset: Preset, start: int, weeks: int) -> Preset:
    """Options as connected_before_accepted."""
    share = twist.option("share", 0.15)
    chosen = twist.option("campaigns", [campaign.id for campaign in preset.campaigns])
    factors = {number: 0.3 + 1.4 * twist.rng.random() for number in chosen}
    if "campaigns" in twist.options:
        factors = dict.fromkeys(chosen, 1.0)
    shares = {number: round(share * factor, 4) for number, factor in factors.items()}
    twist.note(shares={str(number): value for number, value in shares.items()})
    return replace(preset, connected_before=shares)


def campaign_deleted(twist: Twist, preset: Preset, start: int, weeks: int) -> Preset:
    """Options: campaign (id), after (a fraction of the weeks). Nobody is asked or looked at any more."""
    fraction = twist.option("after", 0.5 + 0.25 * twist.rng.random())
    chosen = twist.option("campaign", twist.rng.choice(_running(preset)).id)
    deleted_at = moments(start, weeks)(fraction)
    campaign = next(campaign for campaign in preset.campaigns if campaign.id == chosen)
    life = tuple(change for change in campaign.statuses if change[0] < deleted_at)
    twist.note(campaign=chosen, deleted_at=deleted_at)
    return _changed_campaigns(
        preset, {chosen: {"deleted_at": deleted_at, "statuses": (*life, (deleted_at, "CANCELED"))}}
    )


def connection_status_null(twist: Twist, preset: Preset, start: int, weeks: int) -> Preset:
    """Option: share of the rows that show null for None."""
    share = twist.option("share", 0.5)
    twist.note(share=share)
    return replace(preset, null_connection_status_share=share)


def small_sender_group(twist: Twist, preset: Preset, start: int, weeks: int) -> Preset:
    """Options: sender (id), account_type, weight (what is left of its part of every campaign)."""
    chosen = twist.option("sender", twist.rng.choice(preset.senders).id)
    kind, weight = twist.option("account_type", "ai_aimfox_saas"), twist.option("weight", 0.12)
    twist.note(sender=chosen, account_type=kind, gender_is_configured=False)
    campaigns = {
        campaign.id: {
            "sender_weights": dict(campaign.sender_weights)
            | {chosen: campaign.sender_weights[chosen] * weight}
        }
        for campaign in preset.campaigns
        if chosen in campaign.sender_weights and len(campaign.sender_weights) > 1
    }
    return _changed_senders(_changed_campaigns(preset, campaigns), {chosen: {"account_type": kind}})


def gone_senders(twist: Twist, preset: Preset, start: int, weeks: int) -> Preset:
    """One sender joins, one leaves, and a third (of four and more) does both."""
    at = moments(start, weeks)
    able = [
        sender.id
        for sender in preset.senders
        if sender.disconnected_at is None and sender.auth_invalid_at is None
    ]
    chosen = twist.rng.sample(able, min(len(able), 3 if len(preset.senders) > 3 else 2))
    parts = ({"joined_at": at(0.25)}, {"disconnected_at": at(0.45)})
    parts += ({"joined_at": at(0.3), "disconnected_at": at(0.7)},)
    changes = dict(zip(chosen, parts, strict=False))
    twist.note(senders=[{"account_id": number, **_times(change)} for number, change in changes.items()])
    return _changed_senders(preset, changes)


def _times(change: dict[str, int]) -> dict[str, str]:
    told = Twist("", {}, None)
    told.note(**change)
    return told.did
