"""Twists of lists and of the custom fields in them."""

from collections.abc import Callable
from dataclasses import replace

from extract.sandbox.clock import DAY, HOUR, MINUTE
from extract.sandbox.leads import CampaignLead, ImportedLead, LeadList, imported_fields
from extract.sandbox.presets import Campaign, Preset, moments
from extract.sandbox.twists.stage import Twist

Lists = dict[int, LeadList]
Leads = list[CampaignLead]

EXCHANGED_LIST_OFFSET = 80
EXCHANGED_FIRST_ROW = 500_000_000
PLACEHOLDERS = ("N/A", "null", "-", "none", "nan", "undefined", "#N/A")
PLACEHOLDER_FIELDS = ("source", "icp", "batch_id")
# A tab, a no-break space, a zero-width space, line breaks, and an ordinary blank on both sides.
STRAY_SPACES = ("{}\t", "\u00a0{}", "{}\u200b", "{}\r\n", "\n{}", "  {} ")
MISNAMED_FIELDS = {"company_region": "Company Region", "batch_id": "batch-id"}


def list_deleted(
    twist: Twist, preset: Preset, lists: Lists, leads: Leads, start: int, weeks: int
) -> tuple[Preset, Lists, Leads]:
    """Options: list (id; absent: that of the campaign whose last batch came first), after (a fraction).

    It goes after its last row came and was enrolled; its campaign goes on naming it.
    """
    running = [campaign for campaign in preset.campaigns if campaign.started_at is not None]
    ends = {campaign.list_id: max(campaign.batch_times) for campaign in running}
    chosen = twist.option("list", min(ends, key=lambda list_id: (ends[list_id], list_id)))
    started = max(campaign.started_at for campaign in running if campaign.list_id == chosen)
    earliest = moments(start, weeks)(twist.option("after", 0.5))
    deleted_at = max(earliest, ends[chosen] + 2 * DAY, started + 2 * DAY)
    twist.note(list=chosen, deleted_at=deleted_at)
    return preset, lists | {chosen: lists[chosen]._replace(deleted_at=deleted_at)}, leads


def list_exchanged(
    twist: Twist, preset: Preset, lists: Lists, leads: Leads, start: int, weeks: int
) -> tuple[Preset, Lists, Leads]:
    """Options: campaign (id; absent: the one with the most leads), after (a fraction of the weeks).

    Who comes later comes into the new list. Half of the earlier people stand in it too, under another
    source, ICP and batch.
    """
    at = moments(start, weeks)(twist.option("after", 0.5))
    members: dict[int, int] = {}
    for lead in leads:
        members[lead.campaign_id] = members.get(lead.campaign_id, 0) + 1
    most = max(members, key=lambda number: (members[number], -number))
    campaign = _campaign(preset, twist.option("campaign", most))
    old = lists[campaign.list_id]
    new_id, name = campaign.list_id + EXCHANGED_LIST_OFFSET, f"{campaign.list_name} (second)"
    again = [
        _imported_again(row, new_id, EXCHANGED_FIRST_ROW + index, at + index * MINUTE // 60, preset)
        for index, row in enumerate(row for row in old.rows if row.added_at < at and twist.rng.random() < 0.5)
    ]
    moved = {row.row: row._replace(list_id=new_id) for row in old.rows if row.added_at >= at}
    rows = sorted([*again, *moved.values()], key=lambda row: row.added_at)
    kept = [row for row in old.rows if row.added_at < at]
    changed = replace(campaign, list_changes=((at, new_id, name),))
    campaigns = tuple(changed if other is campaign else other for other in preset.campaigns)
    twist.note(campaign=campaign.id, list=old.id, new_list=new_id, exchanged_at=at, in_both=len(again))
    return (
        replace(preset, campaigns=campaigns),
        lists
        | {
            old.id: old._replace(rows=kept),
            new_id: LeadList(new_id, name, (campaign.id,), at - HOUR, rows),
        },
        [lead._replace(imported=moved.get(lead.imported.row, lead.imported)) for lead in leads],
    )


def _campaign(preset: Preset, campaign_id: int) -> Campaign:
    return next(campaign for campaign in preset.campaigns if campaign.id == campaign_id)


def _imported_again(row: ImportedLead, list_id: int, number: int, at: int, preset: Preset) -> ImportedLead:
    """The same person in another list, with other fields."""
    sources, icps = sorted(preset.source_effects), sorted(preset.icp_effects)
    source = _next(sources or ["search", "clay"], row.source)
    icp = _next(icps or ["platform", "sre"], row.person.icp)
    return row._replace(
        row=number,
        person=row.person._replace(icp=icp),
        list_id=list_id,
        added_at=at,
        batch_id=f"again-{list_id}",
        source=source,
        source_list=f"{source}-again-{list_id}",
        has_fields=True,
        lost_fields=(),
    )


def _next(options: list[str], value: str) -> str:
    return options[(options.index(value) + 1) % len(options)] if value in options else options[0]


def placeholders(
    twist: Twist, preset: Preset, lists: Lists, leads: Leads, start: int, weeks: int
) -> tuple[Preset, Lists, Leads]:
    """Options: share of the rows, fields (some of them in each such row; absent: source, icp, batch_id)."""
    share, fields = twist.option("share", 0.2), tuple(twist.option("fields", PLACEHOLDER_FIELDS))

    def respelt(row: ImportedLead) -> ImportedLead:
        if twist.rng.random() >= share:
            return row
        chosen = [name for name in fields if twist.rng.random() < 0.6] or [twist.rng.choice(fields)]
        return _respelt(row, {name: (name, twist.rng.choice(PLACEHOLDERS)) for name in chosen})

    return preset, *_in_all_rows(twist, lists, leads, respelt)


def stray_white_space(
    twist: Twist, preset: Preset, lists: Lists, leads: Leads, start: int, weeks: int
) -> tuple[Preset, Lists, Leads]:
    """Options: share of the rows with white space in source, ICP and batch; misnamed, that of the others
    whose `company_region` and `batch_id` come as `Company Region` and `batch-id`."""
    share, misnamed = twist.option("share", 0.2), twist.option("misnamed", 0.1)

    def respelt(row: ImportedLead) -> ImportedLead:
        chance, fields = twist.rng.random(), imported_fields(row)
        if chance < share:
            spaced = {name: twist.rng.choice(STRAY_SPACES) for name in PLACEHOLDER_FIELDS}
            return _respelt(
                row, {name: (name, form.format(fields.get(name, ""))) for name, form in spaced.items()}
            )
        if chance < share + misnamed:
            return _respelt(
                row, {name: (shown, fields.get(name, "")) for name, shown in MISNAMED_FIELDS.items()}
            )
        return row

    return preset, *_in_all_rows(twist, lists, leads, respelt)


def _respelt(row: ImportedLead, changes: dict[str, tuple[str, str]]) -> ImportedLead:
    """The row with custom fields shown under (name, value); what it lacks stays absent."""
    known = imported_fields(row)
    respelt = tuple((name, *shown) for name, shown in changes.items() if name in known)
    before = tuple(entry for entry in row.respelt if entry[0] not in changes)
    return row._replace(respelt=before + respelt)


def _in_all_rows(
    twist: Twist, lists: Lists, leads: Leads, change: Callable[[ImportedLead], ImportedLead]
) -> tuple[Lists, Leads]:
    """Every list row changed, and the campaign leads that came from one with it."""
    changed = {row.row: change(row) for lead_list in lists.values() for row in lead_list.rows}
    twist.note(rows=sum(bool(row.respelt) for row in changed.values()))
    return (
        {
            list_id: lead_list._replace(rows=[changed[row.row] for row in lead_list.rows])
            for list_id, lead_list in lists.items()
        },
        [lead._replace(imported=changed[lead.imported.row]) for lead in leads],
    )
