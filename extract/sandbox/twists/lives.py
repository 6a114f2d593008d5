"""Twists of what happens to leads after it happened: rows that go, and rows that tell another story."""

from extract.sandbox.clock import DAY, HOUR
from extract.sandbox.leads import CampaignLead
from extract.sandbox.presets import Preset
from extract.sandbox.schedule import History
from extract.sandbox.twists.stage import Twist

Lives = list[History]


def campaign_deleted(
    twist: Twist, preset: Preset, leads: list[CampaignLead], histories: Lives, start: int
) -> Lives:
    """HeyReach records nothing of a campaign that is gone."""
    gone = {campaign.id: campaign.deleted_at for campaign in preset.campaigns if campaign.deleted_at}
    cut = [
        history.until(gone[lead.campaign_id]) if lead.campaign_id in gone else history
        for lead, history in zip(leads, histories, strict=True)
    ]
    waiting = sum(
        not history.changes and lead.enrolled_at < gone[lead.campaign_id]
        for lead, history in zip(leads, cut, strict=True)
        if lead.campaign_id in gone
    )
    twist.note(waiting=waiting)
    return cut


def removed_after_accept(
    twist: Twist, preset: Preset, leads: list[CampaignLead], histories: Lives, start: int
) -> Lives:
    """Options: campaign (id; absent: the one with the most acceptances), days, hours instead of days."""
    accepted: dict[int, int] = {}
    for lead, history in zip(leads, histories, strict=True):
        if history.accepted_at is not None:
            accepted[lead.campaign_id] = accepted.get(lead.campaign_id, 0) + 1
    most = max(accepted, key=lambda number: (accepted[number], -number), default=None)
    chosen = twist.option("campaign", most)
    wait = int(twist.option("hours", 24 * twist.option("days", 3)) * HOUR)
    removed = 0
    lives = []
    for lead, history in zip(leads, histories, strict=True):
        life = history
        if lead.campaign_id == chosen and history.accepted_at is not None:
            removed_at = history.accepted_at + wait
            life = history.until(removed_at).changed(removed_at=removed_at)
            removed += 1
        lives.append(life)
    twist.note(campaign=chosen, after_hours=wait / HOUR, removed=removed)
    return lives


def sender_shown_differently(
    twist: Twist, preset: Preset, leads: list[CampaignLead], histories: Lives, start: int
) -> Lives:
    """Options: sender (id; absent: the one that sent most), to, share (of its requests), days after sending.

    The other sender is one of the workspace; the row names it from then on.
    """
    sent: dict[int, int] = {}
    for lead, history in zip(leads, histories, strict=True):
        if history.sent_at is not None:
            sent[lead.account_id] = sent.get(lead.account_id, 0) + 1
    most = max(sent, key=lambda number: (sent[number], -number), default=preset.senders[0].id)
    chosen = twist.option("sender", most)
    others = [sender.id for sender in preset.senders if sender.id != chosen]
    other = twist.option("to", twist.rng.choice(others))
    share, wait = twist.option("share", 0.5), int(twist.option("days", 4) * DAY)
    reassigned = 0
    lives = []
    for lead, history in zip(leads, histories, strict=True):
        life = history
        is_meant = lead.account_id == chosen and history.sent_at is not None
        if is_meant and twist.rng.random() < share:
            life = history.changed(reassigned_at=history.sent_at + wait, reassigned_to=other)
            reassigned += 1
        lives.append(life)
    twist.note(sender=chosen, to=other, after_days=wait / DAY, requests=reassigned)
    return lives
