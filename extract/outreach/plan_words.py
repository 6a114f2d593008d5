"""A plan in words, a line each."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dbt_project.rendering import returned
from extract.importer.target import ASLEEP_STATUSES, CLOSED_STATUSES
from extract.outreach.plan_inputs import PlanInputs, Row
from extract.outreach.plan_ledger import Plan, PlanLine

_CODES = returned("words/*.sql", "codes()")
REASONS = _CODES["unplanned"]
# A plan of more people is read as a file.
MOST_NAMED = 25
_UNABLE = _CODES["sender"] | _CODES["unplanned_sender"]


def told(
    plan: Plan,
    lines: Sequence[PlanLine],
    inputs: PlanInputs,
    campaigns: Mapping[str, str | None],
    cadence: Mapping[str, Any],
) -> Iterator[str]:
    """The plan in words, a line each; `campaigns` are those of segments, None where none is named."""
    asked = [line for line in lines if line.reason is None]
    names = {row["account_id"]: row["label"] for row in inputs.senders}
    labels = {each["segment"]: each["label"] for each in inputs.segments}
    yield (
        f"Week of {plan.week}: {len(asked):,} requests, plan {plan.plan_id}, by what was known at "
        f"{plan.as_of:%Y-%m-%d %H:%M} UTC"
    )
    yield f"  {_expected(plan) if asked else 'nothing is expected: nobody is planned'}"
    yield (
        f"  HeyReach's own schedule decides the hour, and its API doesn't tell it; config/outreach.yaml says "
        f"{cadence['from']} to {cadence['until']} {cadence['time_zone']}{_outside(inputs.window)}"
    )
    for day in sorted({line.day for line in asked if line.day}):
        yield f"  {day:%a %Y-%m-%d}"
        for account in sorted({line.account_id or "" for line in asked if line.day == day}):
            mine = [line for line in asked if line.day == day and line.account_id == account]
            counts = Counter(labels[line.segment] for line in mine)
            said = ", ".join(f"{count} {label}" for label, count in counts.items())
            yield f"    {names[account]} ({account}): {len(mine)} ({said})"
            yield from (f"      {_who(line)}" for line in mine if len(asked) <= MOST_NAMED)
    invented = {row["account_id"] for row in inputs.senders if row["is_ai_persona"]}
    if by_invented := sum(line.account_id in invented for line in asked):
        yield f"  {by_invented:,} of them by AI personas: accounts that are no real person risk being closed"
    for segment, reasons in plan.left_out.items():
        for reason, count in reasons.items():
            yield f"  left out, {labels[segment]}: {count:,} {REASONS[reason]}"
    for row in inputs.senders:
        if not row["is_able"]:
            yield f"  not planned for: {unable(row)}"
        elif not any(inputs.may_ask(row["account_id"], campaign) for campaign in campaigns.values()):
            yield f"  not planned for: {row['label']} ({row['account_id']}), no sender of the campaign"
    for campaign in dict.fromkeys(each for each in campaigns.values() if each):
        status = inputs.campaigns[campaign].status
        if status in (*ASLEEP_STATUSES, *CLOSED_STATUSES):
            yield f"  campaign {campaign} is {status}: nobody is handed over to it until it runs"
    for row in inputs.favored:
        segment = labels.get(row["segment"], row["segment"])
        yield f"  of the texts of {segment}, {row['step']}: {row['recommendation']}"
    homeless = list(dict.fromkeys(labels[line.segment] for line in asked if line.campaign_id is None))
    if homeless:
        yield (
            f"  to be handed over, a plan needs a campaign; there is none for {', '.join(homeless)}: plan "
            "again with CAMPAIGN=40101, or name one for each segment in config/sequences.yaml"
        )


def _who(line: PlanLine) -> str:
    """Whom, as what, and with which chance and text."""
    lead = line.lead
    name = f"{lead['first_name']} {lead['last_name']}"
    who = ", ".join(filter(None, (name, lead.get("title"), lead.get("company_name"))))
    chance = "" if line.chance is None else f", chance {line.chance:.0%}"
    text = f", {line.variant} by lot" if line.variant else ""
    return f"{who}{chance}{text}: {line.profile_url}"


def unable(row: Row) -> str:
    return (
        f"{row['label']} ({row['account_id']}), {_UNABLE.get(row['unable_because'], row['unable_because'])}"
    )


def _expected(plan: Plan) -> str:
    expected = plan.expected
    if expected.get("expected_accepted") is None:
        return "what it brings can't be said yet: nothing was sent so far"
    accepted = (
        f"expected: {expected['expected_accepted']:.1f} accepted ({expected['accepted_low']:.1f} to "
        f"{expected['accepted_high']:.1f})"
    )
    if expected.get("expected_replies") is None:
        return accepted
    return (
        f"{accepted}, {expected['expected_replies']:.1f} replies ({expected['replies_low']:.1f} to "
        f"{expected['replies_high']:.1f}), nine times in ten"
    )


def _outside(window: Row) -> str:
    """How much was sent at other times, where it is known of any."""
    if not window["requests"]:
        return ""
    return (
        f"; of {window['requests']:,} requests of the last {window['days']} days whose hour is known "
        f"{window['requests_outside']:,} were sent outside of it"
    )
