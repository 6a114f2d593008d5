"""All workspaces of an agency: pulled, built and published, each failing alone; then one page over all."""

from collections import Counter
from collections.abc import Iterable
from functools import partial
from pathlib import Path

from extract import raw
from extract.privacy.erase import NotErasedError, key_of
from extract.workspace.agency import Agency, Member, workspaces_file
from extract.workspace.errors import ConfigurationError, OutboundError
from extract.workspace.lock import opened_once
from extract.workspace.strict_yaml import shown
from extract.workspace.workspace import Workspace
from extract.workspace.workspaces_file import Unusable
from reports.agency import lake
from reports.agency.fleet import Fleet, Outcome, workers_of
from reports.agency.page import write_page
from reports.agency.warehouse import build_warehouse
from reports.jobs.frame import Say
from reports.jobs.people import erase


class NotAllDoneError(OutboundError):
    """Some workspaces were not done; the others were."""


def run_agency(
    agency: Agency, *, workers: int | None = None, are_all: bool = False, say: Say, show: Say
) -> None:
    """Run what is due, bring what is published into the lake, build the models over all, write the page.

    Raises NotAllDoneError with a line for each workspace that was not done, ConfigurationError where there is
    none at all, BusyError where another one is at it.
    """
    if not agency.members:
        raise ConfigurationError(_nothing_to_do(agency))
    number = workers_of(agency, workers)
    with opened_once(agency.paths.folder, "agency"):
        fleet = Fleet(agency, number, say, lambda member: _export(agency, member))
        outcomes = [*fleet.run(agency.members, are_all=are_all), *_unusable(agency.unusable)]
        outcomes += _unusable(_of_one_workspace(agency))
        _forget_others(agency)
        found = lake.manifests(agency.paths.lake, [member.name for member in agency.members])
        if found:
            build_warehouse(agency, found)
            for path in write_page(agency, found, outcomes):
                show(f"agency: {path}")
    bad = [outcome for outcome in outcomes if outcome.is_bad]
    if bad:
        lines = "\n".join(f"  {each.name}: {each.why}" for each in bad)
        done = len({each.name for each in outcomes} - {each.name for each in bad})
        raise NotAllDoneError(
            f"{len(bad)} of {len(outcomes)} workspaces were not done, {done} were:\n{lines}"
        )


def erase_everywhere(
    agency: Agency, own: Workspace, url: str | None, *, wait_seconds: float = 0.0, say: Say, show: Say
) -> None:
    """Take a person out of every workspace, and of `own` where it has data, each as `make erase` does.

    What is said names the workspace. Raises NotErasedError with those in which something is left, or that
    can't be used: the person may be there.
    """
    key_of(url)
    named = [(member.name, member.workspace) for member in agency.members]
    if own.paths.raw.exists() and own.folder not in [workspace.folder for _, workspace in named]:
        named.append(("the data folder itself", own))
    left = [f"{each.name}: {each.why}" for each in agency.unusable]
    for name, workspace in named:

        def told(line: str, to: Say, name: str = name) -> None:
            to(f"{name}: {line}")

        try:
            if not workspace.paths.raw.exists():
                show(f"{name}: there is nothing yet")
                continue
            erase(
                workspace,
                url,
                wait_seconds=wait_seconds,
                say=partial(told, to=say),
                show=partial(told, to=show),
            )
        except OutboundError as error:
            left.append(f"{name}: {error}")
    for member in agency.members:
        if member.workspace.paths.published.exists():
            _export(agency, member)
    for log in agency.paths.logs.glob("*.log"):  # a warning may name a file, and so somebody
        log.unlink()
    if left:
        raise NotErasedError("Not erased everywhere:\n  " + "\n  ".join(left))


def _export(agency: Agency, member: Member) -> None:
    paths = member.workspace.paths
    with raw.connect(paths.raw, read_only=True) as connection:
        origin = raw.origin(connection)
    lake.export(member.name, paths.published, agency.paths.lake, agency.paths.lake_keys, origin)


def _unusable(entries: Iterable[Unusable]) -> list[Outcome]:
    return [Outcome(each.name, "unusable", why=each.why) for each in entries]


def _of_one_workspace(agency: Agency) -> list[Unusable]:
    """Workspaces that are one in HeyReach, whichever keys open it: none counts, or one would twice."""
    found = lake.manifests(agency.paths.lake, [member.name for member in agency.members])
    times = Counter(each.origin for each in found if each.origin)
    doubled = [each for each in found if times[each.origin] > 1]
    for each in doubled:
        lake.remove(agency.paths.lake, each.workspace_id)
    why = "it is the same HeyReach workspace as another one here: leave one of them out"
    return [Unusable(each.workspace_id, why) for each in doubled]


def _forget_others(agency: Agency) -> None:
    """Take out of the lake who is listed no more; whoever can't be used tonight stays as they were."""
    listed = {each.name for each in (*agency.members, *agency.unusable)}
    for path in (agency.paths.lake / lake.MANIFESTS).glob("*.json"):
        if path.stem not in listed:
            lake.remove(agency.paths.lake, path.stem)


def _nothing_to_do(agency: Agency) -> list[str]:
    if agency.unusable:
        return [f"{each.name}: {each.why}" for each in agency.unusable]
    path: Path = workspaces_file(agency.project_dir)
    example = "config/examples/workspaces.yaml"
    return [f"{shown(path)} lists no workspace: write one for each client, as {example} shows"]
