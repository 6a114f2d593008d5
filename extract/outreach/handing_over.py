"""What a plan has for today goes into HeyReach, by the importer: once, read back, and killed anywhere.

The import ledger is what says who was handed over. So what a killed run left undone is due again, and nobody
is sent twice: an import leaves out whoever an earlier one sent.
"""

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from dbt_project.rendering import returned
from extract.heyreach.client import HeyReachClient
from extract.importer.command import run_import
from extract.importer.ledger import GIVEN, Ledger
from extract.importer.mapping import ImportMapping
from extract.importer.opening import connected, open_ledger
from extract.importer.options import ImportOptions
from extract.importer.table import ImportFile, ImportRow
from extract.importer.target import ASLEEP_STATUSES, campaign_target
from extract.outreach.changed_texts import steps_ever_changed
from extract.outreach.checking import check_sequence
from extract.outreach.messages import compose
from extract.outreach.plan_ledger import Plan, PlanLine
from extract.workspace.errors import ConfigurationError
from extract.workspace.ledger import as_json
from extract.workspace.workspace import Workspace

FILE_PREFIX = returned("catalogue/*.sql", "plan_file_prefix()")
_MAPPING = ImportMapping("a plan", None, {}, {}, ())
_LEAD_FIELDS = {"first_name": "first_name", "last_name": "last_name", "company_name": "company_name"}

Say = Callable[[str], None]


def hand_over(
    workspace: Workspace, plan: Plan, lines: Sequence[PlanLine], today: date, say: Say, *, apply: bool
) -> None:
    """Show or send what is due today, and what earlier days left; raises as `run_import` does."""
    if apply:
        _go_on(workspace, say)
    due = _due(workspace, lines, today)
    if not due:
        later = sum(1 for line in lines if line.day and line.day > today)
        say(f"nothing of plan {plan.plan_id} is due today; {later:,} requests come on later days")
        return
    homeless = Counter(line.segment for line in due if line.campaign_id is None)
    if homeless:
        raise ConfigurationError(
            f"No campaign is named for {', '.join(homeless)}: plan again with CAMPAIGN=40101, or name one "
            "for each segment in config/sequences.yaml. Nothing was sent"
        )
    due = _as_worded_now(workspace, due, say)
    for campaign_id in dict.fromkeys(line.campaign_id or "" for line in due):
        with connected(workspace) as client:
            mine = _able(client, campaign_id, [line for line in due if line.campaign_id == campaign_id], say)
            _check_texts(client, campaign_id, mine, say)
        if mine:
            file = _file(plan, campaign_id, mine)
            options = ImportOptions(planned=file, campaign_id=campaign_id, senders="column", apply=apply)
            run_import(workspace, options, say)


def _go_on(workspace: Workspace, say: Say) -> None:
    """Finish what a killed run began, before anything else is sent."""
    with _imports(workspace) as imports:
        unfinished = [each for each in imports.unfinished() if each.file_name.startswith(FILE_PREFIX)]
    for entry in unfinished:
        run_import(workspace, ImportOptions(resume=entry.import_id, apply=True), say)


def _due(workspace: Workspace, lines: Sequence[PlanLine], today: date) -> list[PlanLine]:
    with _imports(workspace) as imports:
        handed_over = imports.people(*GIVEN)
    return [
        line
        for line in lines
        if line.reason is None and line.day and line.day <= today and line.person not in handed_over
    ]


def _as_worded_now(workspace: Workspace, lines: list[PlanLine], say: Say) -> list[PlanLine]:
    """The lines without those of people for whom a text was changed, or taken back, since: that is said."""
    changed = steps_ever_changed(workspace.paths)
    mine = [line for line in lines if line.person in changed and line.lead.get("fields")]
    if not mine:
        return lines
    drawn = {line.lead_id: line.variant for line in mine if line.variant}
    now = compose(workspace, [line.lead_id for line in mine], drawn)
    held = {
        line.person
        for line in mine
        if line.lead_id in now
        and any(
            now[line.lead_id].fields.get(step) != line.lead["fields"].get(step)
            for step in changed[line.person]
        )
    }
    if held:
        say(f"held back: {len(held):,} whose text was changed since the plan was made: plan the week again")
    return [line for line in lines if line.person not in held]


def _able(client: HeyReachClient, campaign_id: str, lines: list[PlanLine], say: Say) -> list[PlanLine]:
    """The lines whose campaign runs, and whose sender can send for it now; what is to be done for the others
    is said, and they are due again.
    """
    target = campaign_target(client, campaign_id)
    if target.status in ASLEEP_STATUSES:
        say(
            f"held back: {len(lines):,} of campaign {campaign_id}, which is {target.status}: nobody would be "
            "contacted until it runs. Let it go on, or plan again with another one"
        )
        return []
    problems = {sender.account_id: sender.problem for sender in target.senders}
    held = Counter(
        line.account_id for line in lines if problems.get(line.account_id or "", "not there") is not None
    )
    for account, count in held.items():
        why = problems.get(account or "", "no sender of the campaign")
        say(f"held back: {count:,} of sender {account}, which is {why}: plan the week again")
    return [line for line in lines if line.account_id not in held]


def _check_texts(client: HeyReachClient, campaign_id: str, lines: Sequence[PlanLine], say: Say) -> None:
    """Raise ConfigurationError where the campaign's sequence would send something else than the plan says.

    A text that no step of it names is sent to nobody: that is said, and refused of one that is tested.
    """
    brought = [_fields(line) for line in lines]
    if not brought:
        return
    of_all = [name for name in brought[0] if all(name in fields for fields in brought)]
    problems = check_sequence(client, campaign_id, of_all).problems
    of_any = list(dict.fromkeys(name for fields in brought for name in fields))
    unsent = check_sequence(client, campaign_id, of_any).unsent
    tested = sorted({line.variant for line in lines if line.variant})
    if tested and unsent:
        problems.append(
            f"texts are tested ({', '.join(tested)}), and no step names {{{'}, {'.join(unsent)}}}"
        )
    if problems:
        raise ConfigurationError(
            [f"campaign {campaign_id}: {each}" for each in problems] + ["Nothing was sent"]
        )
    if unsent:
        say(
            f"campaign {campaign_id}: no step names {{{'}, {'.join(unsent)}}}: HeyReach sends its own texts "
            "there, and these fields only tell what was meant"
        )


def _file(plan: Plan, campaign_id: str, lines: Sequence[PlanLine]) -> ImportFile:
    """The lines as a file of an import; the same lines are the same file."""
    rows = [ImportRow(line.line_number, _lead(line), _fields(line), line.account_id) for line in lines]
    told = as_json([[row.number, row.lead, row.fields, row.sender_account_id] for row in rows])
    name = Path(f"{FILE_PREFIX}{plan.plan_id}-{campaign_id}.csv")
    return ImportFile(name, hashlib.sha256(told.encode()).hexdigest(), _MAPPING, rows, [], [])


def _lead(line: PlanLine) -> dict[str, str]:
    lead = {name: line.lead[key] for key, name in _LEAD_FIELDS.items() if line.lead.get(key)}
    if line.lead.get("title"):
        lead["position"] = line.lead["title"]
    return {"profile_url": line.profile_url, **lead}


def _fields(line: PlanLine) -> dict[str, str]:
    """Attribution as the lead has it, its segment, and the texts of the sequence."""
    told = {
        name: value
        for name, value in line.lead.items()
        if name not in ("first_name", "last_name", "fields", "problems") and value
    }
    return {**told, "segment": line.segment, **line.lead.get("fields", {})}


def _imports(workspace: Workspace) -> Ledger:
    return open_ledger(workspace, Ledger, workspace.paths.import_ledger, apply=False)
