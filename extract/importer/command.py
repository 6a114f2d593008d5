"""`make import`: from a file of leads to a verified import, or the plain statement of what was lost."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from extract.heyreach.client import HeyReachClient
from extract.importer.by_hand import typed_file
from extract.importer.delivery import Delivery
from extract.importer.ledger import ARRIVED, GIVEN, LOST, OPEN, Import, Ledger, PlannedRow
from extract.importer.mapping import REQUIRED, load_mappings
from extract.importer.opening import connected, open_ledger, origin
from extract.importer.options import ImportOptions, check
from extract.importer.planning import (
    NAMELESS,
    Known,
    Plan,
    parse_fixed_fields,
    plan_rows,
    rows_text,
    trait_problems,
    with_senders,
)
from extract.importer.preview import blanked_lines, left_out_lines, preview, unmapped_line
from extract.importer.published import count_in_lists, people_in_other_campaigns
from extract.importer.result import raise_for_losses, summary, write_result
from extract.importer.senders import check_named, distribute_by_hash, distribute_by_limits
from extract.importer.table import ImportFile, read_import_file
from extract.importer.target import Members, Target, campaign_target, list_target, read_members
from extract.people.suppression import suppressions
from extract.sandbox import DEMO_END
from extract.workspace.errors import ConfigurationError, ProviderError
from extract.workspace.lock import exclusive
from extract.workspace.workspace import Workspace

Say = Callable[[str], None]


def run_import(workspace: Workspace, options: ImportOptions, say: Say) -> None:
    """Do what the options ask.

    Raises ConfigurationError for input that can't be imported (nothing is sent then), LossError when leads or
    fields did not arrive, ProviderError when HeyReach can't be reached or can't be read.
    """
    check(options)
    opened = open_ledger(
        workspace, Ledger, workspace.paths.import_ledger, apply=options.apply, is_kept=options.is_upstream
    )
    with exclusive(workspace.folder, "import"), opened as ledger:
        if options.is_upstream:
            _Importer(workspace, None, ledger, options, say).keep_upstream(_read(workspace, options))
            return
        with connected(workspace) as client:
            importer = _Importer(workspace, client, ledger, options, say)
            if options.file or options.lead or options.planned:
                importer.import_file(_read(workspace, options))
            elif options.resume:
                importer.resume(ledger.find(options.resume))
            else:
                importer.repair(ledger.find(options.repair))


@dataclass(frozen=True)
class _Importer:
    workspace: Workspace
    client: HeyReachClient | None
    ledger: Ledger
    options: ImportOptions
    say: Say

    def import_file(self, file: ImportFile) -> None:
        target = (
            campaign_target(self.client, self.options.campaign_id)
            if self.options.campaign_id
            else list_target(self.client, self.options.list_id)
        )
        unfinished = [entry for entry in self.ledger.unfinished() if _is_into(entry, target)]
        for entry in unfinished:
            if entry.file_sha256 == file.sha256:
                self.say(f"import {entry.import_id} of this file is unfinished: going on with it")
                self._go_on(entry, target)
                return
            raise ConfigurationError(
                f"Import {entry.import_id} ({entry.file_name}) into the same {target.kind} is unfinished: "
                f"`make import RESUME={entry.import_id} APPLY=1` first"
            )
        entry = self._new_import(file, target)
        members = self._members(target)
        known, is_warehouse_asked = self._known(target, members)
        plan = self._plan(file, entry, known)
        rows, problems = self._with_senders(plan, entry.senders, target)
        planned = replace(plan, rows=rows)
        for line in preview(
            file,
            target,
            entry,
            planned,
            is_warehouse_asked=is_warehouse_asked,
            in_other_lists=self._in_other_lists(planned),
            wakes=self.options.wakes,
        ):
            self.say(line)
        if not self.options.hands_on_traits:
            problems += trait_problems(file.rows, parse_fixed_fields(self.options.fixed_fields))
        if plan.problems or problems:
            raise ConfigurationError([*plan.problems, *problems, "Nothing was sent"])
        if self.options.apply:
            for earlier in self.ledger.imports():
                if _is_into(earlier, target):
                    self._delivery(earlier, target).recognize_late_arrivals(members)
        if not plan.to_send:
            self.say("nothing is to be sent")
        elif not self.options.apply:
            self.say("dry run: nothing was sent; APPLY=1 sends it")
        else:
            suppressions(self.workspace).lift(row.person for row in plan.to_send)
            self.ledger.plan(entry, rows)
            self._deliver(entry, target)

    def keep_upstream(self, file: ImportFile) -> None:
        """Keep a list as evidence of where its people came from; nothing goes to HeyReach."""
        entry = self._new_import(file, None)
        upstream = [other for other in self.ledger.imports() if other.target == "upstream"]
        if any(other.file_sha256 == file.sha256 for other in upstream):
            self.say(f"{file.path.name} is kept already: nothing to do")
            return
        plan = self._plan(file, entry, Known())
        # For evidence a name is not needed, and a person may stand in many files.
        rows = [replace(row, reason=None) if row.reason in NAMELESS else row for row in plan.rows]
        kept = len({row.person for row in rows if row.reason is None})
        self.say(
            f"{file.path.name}, mapping {file.mapping.name}: {len(rows):,} rows, "
            f"{kept:,} people with a profile"
        )
        for line in (*left_out_lines(replace(plan, rows=rows)), *blanked_lines(plan), *unmapped_line(file)):
            self.say(line)
        if plan.problems:
            self.say("warning: these people stay incomplete: " + "; ".join(plan.problems))
        if not self.options.apply:
            self.say("dry run: nothing was kept; APPLY=1 keeps it")
            return
        self.ledger.plan(entry, rows)
        self.say(f"kept as {entry.import_id}: `make run` attributes leads by it where HeyReach says nothing")

    def resume(self, entry: Import) -> None:
        self._go_on(entry, self._target(entry))

    def repair(self, entry: Import) -> None:
        target = self._target(entry)
        lost = self.ledger.leads(entry.import_id, *LOST)
        if not lost and not self.ledger.leads(entry.import_id, *OPEN):
            self.say(f"import {entry.import_id} has lost nothing: there is nothing to repair")
            return
        self.say(
            f"repair of {entry.import_id}: {len(lost):,} leads are to be sent again with all their fields "
            f"({rows_text([lead.row_number for lead in lost])}), the first one alone; nothing is woken"
            if lost
            else f"import {entry.import_id} is unfinished and has lost nothing so far: going on with it"
        )
        if not self.options.apply:
            self.say("dry run: nothing was sent; APPLY=1 sends it")
            return
        self._deliver(entry, target, is_repair=True)

    def _go_on(self, entry: Import, target: Target) -> None:
        states = Counter(lead.state for lead in self.ledger.leads(entry.import_id))
        in_doubt = states["sending"] + states["unknown"] + states["answered"]
        self.say(
            f"{states['planned']:,} leads are still to be sent, {in_doubt:,} may have been sent and are "
            f"looked for in the list first, {states.total() - states['planned'] - in_doubt:,} are settled"
        )
        if not self.options.apply:
            self.say("dry run: nothing was sent; APPLY=1 goes on")
            return
        self._deliver(entry, target)

    def _deliver(self, entry: Import, target: Target, *, is_repair: bool = False) -> None:
        delivery = self._delivery(entry, target, wakes=self.options.wakes and not is_repair)
        rows_before = len(self.ledger.rows(entry.import_id))
        try:
            if is_repair:
                delivery.repair()
            else:
                delivery.run()
        finally:
            leads = self.ledger.rows(entry.import_id)
            requests = self.ledger.requests(entry.import_id)
            path = self.workspace.paths.import_results / f"{entry.import_id}.csv"
            write_result(path, leads, requests)
            if gone := rows_before - len(leads):
                self.say(f"{gone:,} were erased meanwhile, and are left out")
            for line in summary(leads, requests):
                self.say(line)
            self.say(f"result: {path}")
        raise_for_losses(entry, leads)

    def _delivery(self, entry: Import, target: Target, *, wakes: bool = False) -> Delivery:
        return Delivery(
            client=self.client,
            ledger=self.ledger,
            entry=entry,
            target=target,
            waits=self.workspace.read_back_waits,
            now=self._now,
            suppressions=suppressions(self.workspace),
            wakes=wakes,
        )

    def _target(self, entry: Import) -> Target:
        if entry.target == "upstream":
            raise ConfigurationError(
                f"{entry.import_id} is an upstream list, of which nothing goes to HeyReach"
            )
        if entry.campaign_id:
            return campaign_target(self.client, entry.campaign_id)
        return list_target(self.client, entry.list_id)

    def _new_import(self, file: ImportFile, target: Target | None) -> Import:
        now = self._now()
        slug = re.sub(r"[^a-z0-9]+", "_", file.path.stem.lower()).strip("_")[:40] or "import"
        import_id = f"{slug}-{now:%Y%m%d-%H%M%S}"
        taken = {entry.import_id for entry in self.ledger.imports()}
        number = 1
        while import_id in taken:
            number += 1
            import_id = f"{slug}-{now:%Y%m%d-%H%M%S}-{number}"
        return Import(
            import_id=import_id,
            base_url=origin(self.workspace),
            target=target.kind if target else "upstream",
            campaign_id=target.campaign_id if target else None,
            list_id=target.list_id if target else None,
            file_name=file.path.name,
            file_sha256=file.sha256,
            mapping=file.mapping.name,
            senders=self._senders(file) if target and target.campaign_id else None,
            planned_at=now,
            experiment=self.options.experiment if target and target.campaign_id else None,
        )

    def _now(self) -> datetime:
        """HeyReach's time, so that the warehouse can order it among what it observed."""
        if self.client:
            return self.client.now()
        if self.workspace.is_demo:
            return DEMO_END
        return self.workspace.now()

    def _senders(self, file: ImportFile) -> str:
        return self.options.senders or (
            "column" if any(row.sender_account_id for row in file.rows) else "limits"
        )

    def _members(self, target: Target) -> Members:
        members = read_members(self.client, target.list_id)
        if not members.is_complete:
            raise ProviderError(
                f"List {target.list_id} could not be read whole, so nobody knows who stands in it: "
                "run again later"
            )
        return members

    def _known(self, target: Target, members: Members) -> tuple[Known, bool]:
        """Who is where already, and whether there was a warehouse to ask about other campaigns."""
        # Who was sent and not seen may be on the way yet: a second import would give them a second batch.
        sent = self.ledger.people(*GIVEN)
        before = {
            person for person, imports in sent.items() if any(_is_into(entry, target) for entry in imports)
        }
        elsewhere = {
            person
            for person, imports in self.ledger.people(*ARRIVED, *OPEN).items()
            if target.campaign_id
            and any(entry.campaign_id not in (None, target.campaign_id) for entry in imports)
        }
        published = self.workspace.paths.published
        if target.campaign_id and published.exists():
            elsewhere |= people_in_other_campaigns(published, target.campaign_id)
        if self.options.allows_other_campaigns:
            elsewhere = set()
        drawn = self.ledger.people_drawn() if self.options.lots or self.options.experiment else set()
        known = Known(frozenset(before), frozenset(members.rows), frozenset(elsewhere), frozenset(drawn))
        return known, published.exists()

    def _in_other_lists(self, plan: Plan) -> int:
        """How many of those to be sent HeyReach knew already at the last pull."""
        published = self.workspace.paths.published
        people = [row.person for row in plan.to_send]
        return count_in_lists(published, people) if people and published.exists() else 0

    def _plan(self, file: ImportFile, entry: Import, known: Known) -> Plan:
        urls = [row.lead.get("profile_url") or "" for row in file.rows]
        return plan_rows(
            file,
            fixed_fields=parse_fixed_fields(self.options.fixed_fields),
            default_fields={"batch_id": entry.import_id, "source_list": file.path.stem},
            required_fields=self.workspace.analytics.required_attribution_fields.split(","),
            lots=self.options.lots,
            known=replace(
                known, erased_urls=frozenset(suppressions(self.workspace).erased(urls, only_on_request=True))
            ),
        )

    def _with_senders(
        self, plan: Plan, choice: str | None, target: Target
    ) -> tuple[list[PlannedRow], list[str]]:
        """The planned rows with the sender of each, and problems with senders named in the file."""
        if choice is None or not plan.to_send:
            return with_senders(plan.rows, {}), []
        people = [row.person for row in plan.to_send]
        if choice == "column":
            named = [(row.row_number, row.account_id or "") for row in plan.to_send]
            problems = check_named(named, target.senders)
            return with_senders(plan.rows, dict(named)), problems
        if choice == "hash":
            chosen = distribute_by_hash(people, target.senders, self.options.experiment)
        else:
            chosen = distribute_by_limits(people, target.senders)
        numbers = [row.row_number for row in plan.to_send]
        return with_senders(plan.rows, dict(zip(numbers, chosen, strict=True))), []


def _read(workspace: Workspace, options: ImportOptions) -> ImportFile:
    if options.planned:
        return options.planned
    if options.lead:
        return typed_file(options.lead)
    # Evidence needs to say who, not how they are called.
    required = ("profile_url",) if options.is_upstream else REQUIRED
    return read_import_file(options.file, load_mappings(workspace.import_mappings), options.mapping, required)


def _is_into(entry: Import, target: Target) -> bool:
    # A campaign stays the same one when it is given another list.
    if target.campaign_id:
        return entry.campaign_id == target.campaign_id
    return entry.target == target.kind and entry.list_id == target.list_id
