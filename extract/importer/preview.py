"""What an import would do, in words, before anything is sent."""

from collections import Counter
from collections.abc import Iterator

from extract.importer.ledger import Import
from extract.importer.planning import REASONS, Plan, counted, rows_text
from extract.importer.table import ImportFile
from extract.importer.target import ASLEEP_STATUSES, Target
from extract.workspace.strict_yaml import quoted


def preview(
    file: ImportFile,
    target: Target,
    entry: Import,
    plan: Plan,
    *,
    is_warehouse_asked: bool,
    in_other_lists: int,
    wakes: bool,
) -> Iterator[str]:
    """What would happen, line by line; `in_other_lists` counts who of them is known from elsewhere."""
    status = f" ({target.status})" if target.status else ""
    into = f"campaign {target.campaign_id}" if target.campaign_id else f"list {target.list_id}"
    yield f"{file.path.name}, mapping {file.mapping.name}, into {into} {target.name!r}{status}"
    valid = sum(row.person is not None for row in plan.rows)
    people = len({row.person for row in plan.rows if row.person})
    yield (
        f"  {counted(len(plan.rows), 'row')}, {valid:,} with a valid profile URL, "
        f"{people:,} different {'person' if people == 1 else 'people'}"
    )
    yield from left_out_lines(plan)
    yield from blanked_lines(plan)
    if target.campaign_id and not is_warehouse_asked:
        yield "  not checked: who is in another campaign, because there is no warehouse yet (`make run`)"
    yield f"  {counted(len(plan.to_send), 'lead')} to send as {entry.import_id}"
    if in_other_lists:
        yield (
            f"    {in_other_lists:,} of them stand in other lists of HeyReach already: that list stays their "
            "first touch, this import is their last"
        )
    for name, values in _field_values(plan).items():
        yield f"    {name}: {_values_text(values, len(plan.to_send))}"
    yield from unmapped_line(file)
    if target.campaign_id:
        counts = Counter(row.account_id for row in plan.to_send)
        for sender in target.senders:
            why = f" ({sender.problem})" if sender.problem else f" (limit {sender.daily_limit} a day)"
            leads = counted(counts[sender.account_id], "lead")
            yield f"  sender {sender.account_id} {sender.name}{why}: {leads}"
        if target.status in ASLEEP_STATUSES and wakes:
            yield f"  the campaign is {target.status} and will be woken: it goes on with all of its leads"
        elif target.status in ASLEEP_STATUSES:
            yield f"  the campaign stays {target.status}: nobody is contacted until it runs (WAKE=1)"
    else:
        yield (
            "  warning: a list is not a campaign: nobody is contacted until a running campaign takes them "
            "from it, which one that is finished or has used its list up does not"
        )


def left_out_lines(plan: Plan) -> Iterator[str]:
    for reason, numbers in plan.left_out().items():
        yield f"  left out: {len(numbers):,} {REASONS[reason]} ({rows_text(numbers)})"


def blanked_lines(plan: Plan) -> Iterator[str]:
    """What is left blank, because the file has a word there that stands for nothing."""
    for name, numbers in plan.placeholders.items():
        yield f"  left blank, because it stands for nothing there: {name} ({rows_text(numbers)})"


def unmapped_line(file: ImportFile) -> Iterator[str]:
    if file.unmapped_columns:
        columns = ", ".join(repr(column) for column in file.unmapped_columns)
        yield f"  not taken, because mapping {file.mapping.name} does not name them: {columns}"


def _field_values(plan: Plan) -> dict[str, Counter]:
    """Custom field -> how many leads have which value."""
    values: dict[str, Counter] = {}
    for row in plan.to_send:
        for entry in row.lead["customUserFields"]:
            values.setdefault(entry["name"], Counter())[entry["value"]] += 1
    return values


def _values_text(values: Counter, leads: int) -> str:
    filled = sum(values.values())
    most = ", ".join(
        quoted(value) if len(values) == 1 else f"{quoted(value)} {count:,}"
        for value, count in values.most_common(3)
    )
    more = f" and {len(values) - 3:,} other values" if len(values) > 3 else ""
    return most + more + (f"; empty for {leads - filled:,}" if filled < leads else "")
