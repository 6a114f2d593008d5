"""Profiles of ideal customers as somebody edits them: what there are, what one would match, saving it."""

from dataclasses import dataclass, replace
from typing import Any

from extract.intelligence import adding
from extract.intelligence.configuration import Configuration, load_configuration
from extract.intelligence.counting import counted
from extract.workspace.lock import exclusive
from extract.workspace.workspace import Workspace
from reports.jobs.frame import require_published


@dataclass(frozen=True)
class Draft:
    """A profile as it would be saved: its lines, and the row of rpt_icp_profiles that a build would make.

    That is without its place among the profiles. `seen` tells apart the state of the file that this was made
    of.
    """

    lines: str
    matching: dict[str, Any]
    seen: str


@dataclass(frozen=True)
class Library:
    """All profiles as the files say them now; `seen` tells apart the state of the profiles' file."""

    configuration: Configuration
    seen: str


def library(workspace: Workspace) -> Library:
    """The profiles; raises ConfigurationError as they are read."""
    seen = adding.fingerprint(workspace.icp_profiles)
    return Library(load_configuration(workspace), seen)


def draft(workspace: Workspace, name: str, told: dict[str, Any], *, is_default: bool = False) -> Draft:
    """What a profile would match, before it is saved; raises ConfigurationError for what is wrong in it."""
    published = require_published(workspace)
    seen = adding.fingerprint(workspace.icp_profiles)
    lines = adding.read_told(told, name)
    _, profiles = adding.with_profile(workspace.icp_profiles, name, lines, is_default=is_default)
    configuration = replace(load_configuration(workspace), profiles=profiles)
    [matching] = counted(published, configuration, name)
    del matching["profile_order"]
    return Draft(lines, matching, seen)


def save(
    workspace: Workspace,
    name: str,
    told: dict[str, Any],
    seen: str,
    *,
    is_default: bool = False,
    wait_seconds: float = 0.0,
) -> str:
    """Save a profile, on disk when this returns; returns what tells apart the file's new state.

    Raises ChangedMeanwhileError where somebody changed the file since it was `seen`.
    """
    lines = adding.read_told(told, name)
    with exclusive(workspace.folder, "delivery", job="icp", wait_seconds=wait_seconds):
        adding.save(workspace.icp_profiles, name, lines, seen, is_default=is_default)
        return adding.fingerprint(workspace.icp_profiles)
