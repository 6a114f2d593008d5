"""The plan of a week, shown and kept; and what it has for today, handed over."""

import json
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from pathlib import Path

from extract.acting.leads_file import write_leads
from extract.importer.ledger import Ledger
from extract.importer.opening import open_ledger
from extract.outreach.configuration import load_outreach
from extract.outreach.handing_over import hand_over
from extract.outreach.plan import PlanOptions, kept_plan, opened_plans, planner_of
from extract.outreach.plan_inputs import read_inputs
from extract.outreach.plan_ledger import Plan, PlanLine
from extract.outreach.plan_words import MOST_NAMED, told
from extract.outreach.published import built_with
from extract.workspace.errors import ConfigurationError
from extract.workspace.lock import exclusive
from extract.workspace.workspace import Workspace
from reports.jobs.frame import Say, demo_mark, require_places, require_published


def plan_week(
    workspace: Workspace, options: PlanOptions, *, format: str = "text", apply: bool = False, show: Say
) -> Path | None:
    """Show a week's plan and keep it, or hand over what the kept one has for today; the file, if any.

    Raises ConfigurationError for a week that can't be planned, and as `hand_over` does.
    """
    require_places(workspace)
    published = require_published(workspace)
    outreach = load_outreach(workspace)
    if built_with(published) != outreach.config_hash:
        raise ConfigurationError("config/outreach.yaml has changed since the last build: make build first")
    today = _today(workspace, published)
    imports = open_ledger(workspace, Ledger, workspace.paths.import_ledger, apply=False)
    with opened_plans(workspace) as plans, imports as imported:
        planner = planner_of(workspace, today, plans, imported)
        if apply:
            if options.pilot is not None or options.campaign_id:
                raise ConfigurationError(
                    "APPLY=1 hands over the plan that is kept: plan with PILOT and CAMPAIGN first, then "
                    "`make plan APPLY=1` with WEEK alone. Nothing was sent"
                )
            plan, lines = kept_plan(planner.monday(options.week), plans)
        else:
            plan, lines = planner.plan(options)
            with exclusive(workspace.folder, "import", job="plan"):
                plan = plans.keep(plan, lines)
    if apply:
        hand_over(
            workspace, plan, lines, today, lambda line: show(line + demo_mark(workspace.is_demo)), apply=True
        )
        return None
    if format == "json":
        rows = {"plan": asdict(plan), "lines": [asdict(line) for line in lines]}
        show(json.dumps(rows, ensure_ascii=False, indent=1, default=str))
        return None
    if format == "csv":
        return _written(workspace, plan, lines, show)
    campaigns = planner.campaigns(options)
    for line in told(plan, lines, planner.inputs, campaigns, outreach.others["cadence"]):
        show(line + demo_mark(workspace.is_demo and line[:1].strip() != ""))
    age = timedelta() if workspace.is_demo else workspace.now() - plan.as_of
    if age > timedelta(hours=workspace.analytics.figures_old_after_hours):
        show(f"warning: what was known is {age.days} days old: make run first, and plan again")
    if sum(line.reason is None for line in lines) > MOST_NAMED:
        show("FORMAT=csv writes who each of them is, and their texts")
    show("nothing was handed over: APPLY=1 hands over what is due today")
    return None


@dataclass(frozen=True)
class Kept:
    """A week's plan as it is kept, its lines, and what it says in words."""

    plan: Plan
    lines: list[PlanLine]
    words: list[str]


def make_plan(workspace: Workspace, options: PlanOptions) -> Kept:
    """Plan a week and keep that, on disk when this returns; raises as `plan_week` does. Nothing is sent."""
    published = require_published(workspace)
    outreach = load_outreach(workspace)
    if built_with(published) != outreach.config_hash:
        raise ConfigurationError("config/outreach.yaml has changed since the last build: make build first")
    today = _today(workspace, published)
    imports = open_ledger(workspace, Ledger, workspace.paths.import_ledger, apply=False)
    with opened_plans(workspace) as plans, imports as imported:
        planner = planner_of(workspace, today, plans, imported)
        plan, lines = planner.plan(options)
        with exclusive(workspace.folder, "import", job="plan"):
            plan = plans.keep(plan, lines)
    words = told(plan, lines, planner.inputs, planner.campaigns(options), outreach.others["cadence"])
    return Kept(plan, lines, list(words))


def hand_over_tonight(workspace: Workspace, *, say: Say) -> None:
    """Hand over what this week's plan has for today; raises as `hand_over` does."""
    if not workspace.paths.published.exists():
        return
    today = _today(workspace, workspace.paths.published)
    with opened_plans(workspace) as plans:
        plan = plans.newest().get(today - timedelta(today.weekday()))
        lines = plans.lines(plan) if plan else []
    if plan is None:
        say("warning: there is no plan for this week, so that nobody is handed over: make plan")
    else:
        hand_over(workspace, plan, lines, today, say, apply=True)


def _today(workspace: Workspace, published: Path) -> date:
    """The day by the clock; of the demo, that of its newest pull."""
    now = read_inputs(published).as_of if workspace.is_demo else workspace.now()
    return now.date()


def _written(workspace: Workspace, plan: Plan, lines: list[PlanLine], show: Say) -> Path:
    rows = [
        {
            **{
                name: value
                for name, value in asdict(line).items()
                if name not in ("lead", "lead_id", "person")
            },
            **{name: value for name, value in line.lead.items() if name not in ("fields", "problems")},
            **line.lead.get("fields", {}),
        }
        for line in lines
    ]
    names = list(dict.fromkeys(name for row in rows for name in row))
    path = workspace.paths.lead_files / f"plan-{plan.plan_id}.csv"
    with exclusive(workspace.folder, "delivery", job="plan"):
        written = write_leads(workspace, path, [{name: row.get(name) for name in names} for row in rows])
    show(f"plan: {path} ({written:,} lines){demo_mark(workspace.is_demo)}")
    return path
