"""Faults that can be switched on: what a provider does on a bad day.

A fault is `{"name": ..., "route": ..., "match": {...}, "after": n, "count": n, ...options}`. It concerns
requests of `route` (all when absent) whose body holds every key of `match`, lets the first `after` of them
pass, then strikes every `every`-th (default 1), `count` times (for ever when absent).
"""

from collections.abc import Callable, Container, Iterable
from dataclasses import dataclass, field

from extract.sandbox.arguments import Arguments
from extract.sandbox.imports import Lag
from extract.sandbox.rows import Rows
from extract.sandbox.writes import SuppliedLead
from extract.workspace.errors import ConfigurationError

# Instead of an answer. Options: retry_after (seconds), status, text, seconds.
ANSWER_FAULTS = ("too_many_requests", "server_error", "text_body", "cut_json", "slow", "dropped_connection")
# The request is understood differently. Option of clamped_limit: limit.
REQUEST_FAULTS = ("clamped_limit", "time_filter_ignored")
# A write is applied, but its answer does not arrive. Option: status (absent: the connection is closed).
APPLIED_FAULTS = ("lost_response",)
# Part of a write is lost without a word. Options: fields (names; absent: all custom fields) of lost_fields;
# nth (default 10), and counted (whether the counters claim the lost leads were added) of lost_leads.
LOSS_FAULTS = ("lost_fields", "lost_leads")
# List reads don't show a write at first. Options: seconds (of real time), reads (of that list).
LAG_FAULTS = ("list_lag",)
# The rows move between the pages of one walk. Option: rows (how many per page request).
ORDER_FAULTS = ("rows_inserted_at_head", "rows_removed_at_head")
# A service (see services.py; its host is the route) knows nothing of what it is asked about.
SERVICE_FAULTS = ("nothing_known",)
# Something is gone from the workspace. Option: id.
WORKSPACE_FAULTS = ("list_vanished", "campaign_vanished", "empty_workspace")

_LIMITS = ("route", "match", "after", "every", "count")


@dataclass
class Fault:
    """One switched-on fault; `seen` and `struck` count requests, `leads` those written under it."""

    name: str
    route: str | None = None
    match: dict = field(default_factory=dict)
    after: int = 0
    every: int = 1
    count: int | None = None
    options: dict = field(default_factory=dict)
    seen: int = 0
    struck: int = 0
    leads: int = 0

    @classmethod
    def of(cls, description: dict) -> "Fault":
        """Raises ConfigurationError for an unknown name."""
        name = description.get("name")
        if name not in FAULT_NAMES:
            raise ConfigurationError(f"Unknown sandbox fault {name!r}. Known: {', '.join(FAULT_NAMES)}.")
        limits = {key: value for key, value in description.items() if key in _LIMITS}
        options = {key: value for key, value in description.items() if key not in (*_LIMITS, "name")}
        return cls(name, **limits, options=options)

    def strikes(self, route: str, arguments: Arguments) -> bool:
        """Whether this request is struck; counts it."""
        if self.route not in (None, route) or not arguments.matches(self.match):
            return False
        self.seen += 1
        past = self.seen - self.after
        if past <= 0 or past % self.every or (self.count is not None and self.struck >= self.count):
            return False
        self.struck += 1
        return True

    def describe(self) -> dict:
        limits = {name: getattr(self, name) for name in _LIMITS}
        return {"name": self.name, **limits, **self.options, "seen": self.seen, "struck": self.struck}


class Faults:
    """The faults switched on now."""

    def __init__(self, descriptions: Iterable[dict] = ()):
        self.active = [Fault.of(description) for description in descriptions]

    def striking(self, names: Container[str], route: str, arguments: Arguments) -> list[Fault]:
        return [fault for fault in self.active if fault.name in names and fault.strikes(route, arguments)]

    def is_gone(self, kind: str, number: int) -> bool:
        """Whether list or campaign `number` is missing: by id, or any when the fault names none."""
        return any(
            fault.name == f"{kind}_vanished" and fault.options.get("id", number) == number
            for fault in self.active
        )

    @property
    def is_workspace_empty(self) -> bool:
        return any(fault.name == "empty_workspace" for fault in self.active)

    @property
    def list_lag(self) -> Lag:
        lags = [fault.options for fault in self.active if fault.name in LAG_FAULTS]
        return Lag(
            max((float(options.get("seconds", 0)) for options in lags), default=0.0),
            max((int(options.get("reads", 0)) for options in lags), default=0),
        )

    def lose_parts(
        self, leads: list[SuppliedLead], route: str, arguments: Arguments
    ) -> tuple[list[SuppliedLead], int]:
        """What of a write arrives, and how many of the lost leads its counters claim as added."""
        claimed = 0
        for fault in self.striking(LOSS_FAULTS, route, arguments):
            if fault.name == "lost_fields":
                leads = [_without_fields(lead, fault.options.get("fields")) for lead in leads]
                continue
            nth, before = int(fault.options.get("nth", 10)), fault.leads
            fault.leads += len(leads)
            kept = [lead for number, lead in enumerate(leads, before + 1) if number % nth]
            claimed += len(leads) - len(kept) if fault.options.get("counted") else 0
            leads = kept
        return leads, claimed

    def reordered(self, rows: Rows, route: str, arguments: Arguments, offset: int) -> Rows:
        """The rows as this page request finds them.

        Each request beyond the first page of a walk moves `rows` rows: inserted ones come from the end of
        the true order and appear at the head, newest first; removed ones vanish from the head. `count`
        (default 3) moves later the order stays; the next walk that starts finds the true order again.
        """
        for fault in [fault for fault in self.active if fault.name in ORDER_FAULTS]:
            if fault.route not in (None, route) or not arguments.matches(fault.match):
                continue
            moves = 3 if fault.count is None else fault.count
            if offset == 0 and fault.struck >= moves:
                self.active.remove(fault)
                continue
            if offset > 0:
                fault.seen += 1
                fault.struck += fault.seen > fault.after and fault.struck < moves
            step = int(fault.options.get("rows", 1))
            moved, planned = min(step * fault.struck, rows.count), min(step * moves, rows.count)
            if fault.name == "rows_removed_at_head":
                rows = rows.selected(range(moved, rows.count))
            else:
                before = rows.count - planned
                rows = rows.selected([*reversed(range(before, before + moved)), *range(before)])
        return rows


def _without_fields(lead: SuppliedLead, names: list[str] | None) -> SuppliedLead:
    fields = lead.fields or {}
    kept = {name: value for name, value in fields.items() if names is not None and name not in names}
    return lead._replace(fields=kept or None)


def spoil_page(fault: Fault, page: dict) -> None:
    """Apply one of PAGE_FAULTS to a decoded `{totalCount, items}` page."""
    PAGE_FAULTS[fault.name](page, fault.options)


def _duplicate_row(page: dict, options: dict) -> None:
    # As on a shifted page one row stands in its neighbour's place too; with `extra` nothing is displaced.
    items = page["items"]
    items[1 : 1 if options.get("extra") else 2] = items[:1]


def _short_page(page: dict, options: dict) -> None:
    items = page["items"]
    del items[max(0, len(items) - int(options.get("rows", 1))) :]


def _empty_page(page: dict, options: dict) -> None:
    page["items"].clear()


def _total_count_wrong(page: dict, options: dict) -> None:
    page["totalCount"] = options.get("value", page["totalCount"] + int(options.get("add", 7)))


def _total_count_missing(page: dict, options: dict) -> None:
    del page["totalCount"]


def _in_rows(default_field: str, change: Callable[[dict, str, dict], None], default_rows: int | None = None):
    """A page fault that changes `field` (a dotted path) in the first `rows` rows, by default in all."""

    def spoil(page: dict, options: dict) -> None:
        *parents, name = options.get("field", default_field).split(".")
        for row in page["items"][: options.get("rows", default_rows)]:
            target = row
            for parent in parents:
                target = target[parent]
            change(target, name, options)

    return spoil


def _put(default_value) -> Callable[[dict, str, dict], None]:
    def change(row: dict, name: str, options: dict) -> None:
        row[name] = options.get("value", default_value)

    return change


def _drop(row: dict, name: str, options: dict) -> None:
    row.pop(name, None)


def _change_type(row: dict, name: str, options: dict) -> None:
    value = row.get(name)
    if isinstance(value, str):
        row[name] = 1_766_361_600
    elif isinstance(value, int) and not isinstance(value, bool):
        row[name] = str(value)
    else:
        row[name] = {"value": value}


# One page comes out wrong. Options: rows (how many of it), field, value, add, extra.
PAGE_FAULTS: dict[str, Callable[[dict, dict], None]] = {
    "duplicate_row": _duplicate_row,
    "short_page": _short_page,
    "empty_page": _empty_page,
    "total_count_wrong": _total_count_wrong,
    "total_count_missing": _total_count_missing,
    "new_field": _in_rows("sandboxNewField", _put("new")),
    "unknown_enum": _in_rows("leadConnectionStatus", _put("Teleported")),
    "changed_type": _in_rows("creationTime", _change_type),
    "missing_field": _in_rows("leadConnectionStatus", _drop),
    "poison_row": _in_rows("id", _put(None), default_rows=1),
}
FAULT_NAMES = (
    *ANSWER_FAULTS,
    *REQUEST_FAULTS,
    *APPLIED_FAULTS,
    *LOSS_FAULTS,
    *LAG_FAULTS,
    *ORDER_FAULTS,
    *PAGE_FAULTS,
    *SERVICE_FAULTS,
    *WORKSPACE_FAULTS,
)
