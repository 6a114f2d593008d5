"""What jobs of the server do: each kind takes the parameters that the ledger keeps, and returns what came.

Whatever is called here goes on where it was cut off: a job that died is begun anew with the same parameters.
"""

from collections.abc import Callable
from datetime import date

from extract.workspace.workspace import Workspace
from reports.jobs.frame import Say
from reports.server.job_ledger import Job

# How lines begin that show values of leads' fields: of several people's nothing is kept but counts.
_VALUES = "    "
Kind = Callable[[Workspace, Job, Say], dict]


def _enrich(workspace: Workspace, job: Job, say: Say) -> dict:
    """One lead, by `lead_id`, asked about `with` these integrations."""
    from reports.jobs.enriching import enrich_lead

    lead_id = job.parameters["lead_id"]
    answers = enrich_lead(workspace, lead_id, job.parameters.get("with"), say=say)
    return {"lead_id": lead_id, "integrations": [each.integration for each in answers]}


def _discover(workspace: Workspace, job: Job, say: Say) -> dict:
    """New companies of a `profile`, `limit` of them, and with `people` who decides there."""
    from reports.jobs.discover import discover_companies

    found = discover_companies(
        workspace,
        job.parameters["profile"],
        job.parameters["limit"],
        has_people=job.parameters["people"],
        applies=True,
        search_id=job.job_id,
        show=say,
    )
    people = found.people
    return {
        "icp_profile": found.icp_profile,
        "matching": found.matching,
        "companies": [row["company_domain"] for row in found.rows],
        "people": people.found if people else 0,
        "credits": people.credits if people else 0.0,
    }


def _lead(workspace: Workspace, job: Job, say: Say) -> dict:
    """One `lead` by hand into a campaign or list of HeyReach."""
    from extract.importer.by_hand import TypedLead
    from extract.importer.options import ImportOptions
    from reports.jobs.leads import import_leads

    options = ImportOptions(
        lead=TypedLead(**job.parameters["lead"]),
        campaign_id=job.parameters["campaign_id"],
        list_id=job.parameters["list_id"],
        wakes=job.parameters["wake"],
        apply=True,
    )
    import_leads(workspace, options, say=say, show=say)
    return {}


def _hand_over(workspace: Workspace, job: Job, say: Say) -> dict:
    """What the kept plan of a `week` has for today into HeyReach."""
    from extract.outreach.plan import PlanOptions
    from reports.jobs.plan import plan_week

    def show(line: str) -> None:
        if not line.startswith(_VALUES):
            say(line)

    week = job.parameters["week"]
    plan_week(workspace, PlanOptions(date.fromisoformat(week) if week else None), apply=True, show=show)
    return {}


KINDS: dict[str, Kind] = {
    "enrich": _enrich,
    "discover": _discover,
    "lead": _lead,
    "hand_over": _hand_over,
}
