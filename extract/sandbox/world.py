"""The hidden truth: who is in which list and campaign, and what happens to each lead, fixed by a seed.

What the API shows at a clock time is computed from this (views.py); nothing is stepped.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from math import fsum, log
from random import Random

from extract.sandbox import people
from extract.sandbox.clock import iso, to_ticks
from extract.sandbox.companies import company, signal_odds
from extract.sandbox.leads import REGIONS, CampaignLead, Importer, LeadList
from extract.sandbox.presets import PRESETS, Campaign, Preset, Sender
from extract.sandbox.schedule import History, play_out
from extract.sandbox.twists import Twists

SENIORITY_EFFECTS = {"exec": -0.55, "manager": 0.20}
COMPANY_SIZE_EFFECTS = {"1-49": 0.15, "5000+": -0.30}
SAME_ROLE_EFFECT = 0.10


@dataclass(frozen=True)
class World:
    """Everything that is true in the sandbox, at every time. `histories` lines up with `leads`."""

    preset: Preset
    seed: int
    start: int
    weeks: int
    effects: dict
    lists: dict[int, LeadList]
    leads: list[CampaignLead]
    histories: list[History]
    twists: Twists = field(default_factory=Twists)

    @classmethod
    def generate(
        cls,
        preset: str,
        seed: int,
        leads: int | None = None,
        *,
        start: datetime,
        weeks: int = 7,
        twists: Iterable[str | Mapping] = (),
    ) -> "World":
        """Invent a workspace, the same one for the same arguments on every Python.

        `leads` is the number of campaign leads (default: the preset's own, 2,400 or 20,000); `twists` are
        described in extract.sandbox.twists. Raises KeyError for an unknown preset, ValueError for a `start`
        without time zone or fewer than one week, and ConfigurationError for an unknown twist.
        """
        if weeks < 1:
            raise ValueError(f"weeks is {weeks}; a world needs at least one")
        rng = Random(seed)  # noqa: S311
        start_ticks = to_ticks(start)
        workspace = PRESETS[preset](rng, start_ticks, weeks, leads)
        return cls.of(workspace, _draw_effects, rng, seed, start_ticks, weeks, twists)

    @classmethod
    def of(
        cls,
        workspace: Preset,
        draw_effects: Callable[[Preset, Random], dict],
        rng: Random,
        seed: int,
        start_ticks: int,
        weeks: int,
        twists: Iterable[str | Mapping] = (),
    ) -> "World":
        """Play out a workspace described elsewhere, under effects of its own (see `log_odds`)."""
        twisted = Twists(twists, seed)
        workspace = twisted.in_workspace(workspace, start_ticks, weeks)
        lists, enrolled = Importer(workspace, rng).run()
        workspace, lists, enrolled = twisted.in_lists(workspace, lists, enrolled, start_ticks, weeks)
        effects = draw_effects(workspace, rng)
        senders = {sender.id: sender for sender in workspace.senders}
        odds = [log_odds(lead, senders[lead.account_id], effects) for lead in enrolled]
        # Centred on the leads drawn, so that the mix of segments does not move the base rate.
        moved = fsum(odds) + fsum(
            signal_odds(workspace.signal_effects, seed, lead.imported.person.company, lead.enrolled_at)
            for lead in enrolled
        )
        intercept = log(workspace.base_rate / (1 - workspace.base_rate)) - moved / max(1, len(odds))
        effects["intercept"] = intercept
        odds = [intercept + value for value in odds]
        histories = play_out(workspace, enrolled, odds, effects["volume_tax"], seed, start_ticks, weeks)
        histories = twisted.in_lives(workspace, enrolled, histories, start_ticks, weeks)
        return cls(workspace, seed, start_ticks, weeks, effects, lists, enrolled, histories, twisted)

    @cached_property
    def senders(self) -> dict[int, Sender]:
        return {sender.id: sender for sender in self.preset.senders}

    @cached_property
    def campaigns(self) -> dict[int, Campaign]:
        return {campaign.id: campaign for campaign in self.preset.campaigns}

    @cached_property
    def positions_by_campaign(self) -> dict[int, list[int]]:
        """Positions in `leads` per campaign, in the order of enrolment."""
        positions: dict[int, list[int]] = {campaign_id: [] for campaign_id in self.campaigns}
        for position, lead in enumerate(self.leads):
            positions[lead.campaign_id].append(position)
        return positions

    def _company_truth(self, lead: CampaignLead, history: History, now: int) -> dict:
        """The company of a lead, and what was true of it when the lead was asked (null before)."""
        number = lead.imported.person.company
        is_sent = history.sent_at is not None and history.sent_at <= now
        signals = list(company(self.seed, number).signals(history.sent_at)) if is_sent else None
        return {"company_domain": people.company_domain(number), "company_signals": signals}

    def truth(
        self,
        at: datetime,
        campaigns: Iterable[Campaign] | None = None,
        histories: Sequence[History] | None = None,
    ) -> dict:
        """What really happened up to `at`: every enrolled lead with its true times, and what was drawn.

        `campaigns` and `histories` are those of the world, unless something was written that changed them.

        Keys: at, seed, preset, effects, senders, campaigns, leads. Times are ISO texts with microseconds;
        what lies after `at` is null. `accepted_at` is when HeyReach records it: what statuses and stats show.
        A world with twists has `twists` beside them (what each did), and of each lead `removed_at`,
        `reassigned_at`, `reassigned_to`, and `respelt`: the custom fields that are not shown as meant. One in
        which companies move acceptance has of each lead `company_domain` and `company_signals`, and
        `company_signal` among the effects.
        """
        now = to_ticks(at)

        def seen(moment: int | None) -> str | None:
            return iso(moment) if moment is not None and moment <= now else None

        def shown(lead: CampaignLead, history: History) -> dict:
            imported, person = lead.imported, lead.imported.person
            twisted = {
                "removed_at": seen(history.removed_at),
                "reassigned_at": seen(history.reassigned_at),
                "reassigned_to": history.reassigned_to if seen(history.reassigned_at) else None,
                "respelt": {name: {shown: value} for name, shown, value in imported.respelt},
            }
            return {
                "campaign_lead_id": lead.id,
                "campaign_id": lead.campaign_id,
                "account_id": lead.account_id,
                "list_id": imported.list_id,
                "profile_key": person.key,
                "profile_url": people.canonical_url(person.slug) if person.url_kind == "profile" else None,
                "batch_id": imported.batch_id,
                "source": imported.source,
                "source_list": imported.source_list,
                "keywords": imported.keywords,
                "icp": person.icp,
                "seniority": person.seniority,
                "company_size": person.company_size,
                "company_region": person.region,
                "attribution_lost": not imported.has_fields,
                "accept_probability": history.accept_probability if seen(history.sent_at) else None,
                "enrolled_at": iso(lead.enrolled_at),
                "sent_at": seen(history.sent_at),
                "accepted_at": seen(history.accepted_at),
                "withdrawn_at": seen(history.withdrawn_at),
                "failed_at": seen(history.failed_at),
                "excluded_at": seen(history.excluded_at),
                "replied_at": seen(history.replied_at),
                "replied_again_at": seen(history.replied_again_at),
                "meeting_at": seen(history.meeting_at),
                "already_connected": history.met_at is not None and history.met_at <= now,
                **(twisted if self.twists else {}),
                **(self._company_truth(lead, history, now) if self.preset.signal_effects else {}),
            }

        return {
            "at": iso(now),
            "seed": self.seed,
            "preset": self.preset.name,
            "effects": self.effects,
            **({"twists": self.twists.did()} if self.twists else {}),
            "senders": [
                {
                    "account_id": sender.id,
                    "account_type": sender.account_type,
                    "disconnected_at": seen(sender.disconnected_at),
                    "auth_invalid_at": seen(sender.auth_invalid_at),
                    "cooldowns": [
                        [seen(begin), seen(end)] for begin, end in sender.cooldowns if begin <= now
                    ],
                }
                for sender in self.preset.senders
            ],
            "campaigns": [
                {
                    "campaign_id": campaign.id,
                    "list_id": campaign.list_id,
                    "withdraw_after_days": campaign.withdraw_after_days,
                    "statuses": [[iso(since), status] for since, status in campaign.statuses if since <= now],
                }
                for campaign in campaigns or self.preset.campaigns
            ],
            "leads": [
                shown(lead, history)
                for lead, history in zip(self.leads, histories or self.histories, strict=True)
                if lead.enrolled_at <= now
            ],
        }


def _draw_effects(preset: Preset, rng: Random) -> dict:
    """Log-odds effects on acceptance. Account type and gender get none by design: small draws around zero."""
    types = sorted({sender.account_type for sender in preset.senders})
    drawn = {
        "base_rate": preset.base_rate,
        "intercept": 0.0,
        "source": dict(preset.source_effects),
        "icp": dict(preset.icp_effects),
        "seniority": SENIORITY_EFFECTS,
        "company_size": COMPANY_SIZE_EFFECTS,
        "company_region": {region: rng.gauss(0, 0.05) for region in REGIONS},
        "account": {str(sender.id): rng.gauss(0, 0.23) for sender in preset.senders},
        "account_type": {account_type: rng.gauss(0, 0.1) for account_type in types},
        "lead_gender": {gender: rng.gauss(0, 0.1) for gender in ("female", "male")},
        "account_gender": {gender: rng.gauss(0, 0.1) for gender in ("female", "male")},
        "same_role": SAME_ROLE_EFFECT,
        "volume_tax": -0.15,
        **({"company_signal": dict(preset.signal_effects)} if preset.signal_effects else {}),
    }
    planted = {part: {**drawn.get(part, {}), **said} for part, said in preset.planted_effects.items()}
    return drawn | planted


def log_odds(lead: CampaignLead, sender: Sender, effects: dict) -> float:
    """The true log-odds that this lead ever accepts a request of this sender, before the volume tax."""
    person = lead.imported.person
    return fsum(
        (
            effects["intercept"],
            effects["account"][str(sender.id)],
            effects["account_type"][sender.account_type],
            effects["account_gender"][sender.gender],
            effects["source"][lead.imported.source],
            effects["icp"][person.icp],
            effects["seniority"].get(person.seniority, 0.0),
            effects["company_size"].get(person.company_size, 0.0),
            effects["company_region"][person.region],
            effects["lead_gender"][person.gender],
            effects["same_role"] if sender.icp == person.icp else 0.0,
            *(effects.get(name, {}).get(segment, 0.0) for name, segment in _planted_segments(lead)),
        )
    )


def _planted_segments(lead: CampaignLead) -> tuple[tuple[str, str], ...]:
    """Where a workspace may have effects that the presets don't draw."""
    imported = lead.imported
    return (
        ("list", str(imported.list_id)),
        ("source_list", imported.source_list),
        ("company_industry", imported.person.company_industry),
        ("company", str(imported.person.company)),
        ("person", imported.person.key),
    )
