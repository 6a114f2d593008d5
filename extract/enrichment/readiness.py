"""Whether an integration can be asked at all, and why not."""

from extract.enrichment.base import Integration
from extract.enrichment.clients import is_invented, missing_keys
from extract.workspace.services import SERVICES
from extract.workspace.values import is_loopback
from extract.workspace.workspace import Workspace


def not_ready(
    workspace: Workspace, each: Integration, *, is_of_warehouse: bool, is_dry_run: bool = False
) -> list[str]:
    """Why it can't be asked about leads of the warehouse or others, a line each; none where it can.

    A dry run asks nobody, and so needs no key.
    """
    problems = []
    if problem := each.problem():
        problems.append(f"{each.name}: {problem}")
    is_about_the_demo = workspace.is_demo and is_of_warehouse
    if is_about_the_demo and is_invented(each.service, workspace):
        return problems
    if is_about_the_demo and each.service in SERVICES and not _is_local(workspace, each.service):
        problems.append(
            f"{each.name}: the demo's people are invented, and asking about them would cost money: "
            "give FILE=, or set HEYREACH_API_KEY to see your own leads"
        )
    if not is_dry_run:
        problems += [
            f"{each.name} needs {name}: set it in .env" for name in missing_keys(each.service, workspace)
        ]
    return problems


def _is_local(workspace: Workspace, service: str) -> bool:
    return is_loopback(workspace.services[SERVICES[service].base_url_variable])
