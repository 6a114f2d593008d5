"""Profiles of ideal customers: listed, and taken over from a file of another program."""

import re
from pathlib import Path

from extract.intelligence import adding
from extract.intelligence.configuration import load_configuration
from extract.intelligence.listing import listed
from extract.workspace.errors import ConfigurationError
from extract.workspace.strict_yaml import shown
from extract.workspace.workspace import Workspace
from reports.jobs.frame import Say


def list_profiles(workspace: Workspace, *, show: Say) -> None:
    """Show the profiles and what each asks for; raises ConfigurationError as they are read."""
    profiles = load_configuration(workspace).profiles
    for line in listed(profiles):
        show(line)
    if not profiles.by_name:
        show(f"{shown(workspace.icp_profiles)} has no profiles: nobody is scored")


def take_profile(workspace: Workspace, file: Path, name: str | None, *, apply: bool, show: Say) -> None:
    """Show the JSON profile in `file` as lines of config/icp_profiles.yaml, or add it there under `name`.

    Raises ConfigurationError for what is wrong in it, and where the name is taken or missing.
    """
    if apply and not name:
        raise ConfigurationError("Say what the profile is to be called: NAME=saas")
    block = adding.read_json(file, name or _name_of(file))
    show(block.rstrip("\n"))
    if apply:
        adding.add(workspace.icp_profiles, name, block)
        show(f"added to {shown(workspace.icp_profiles)}; it counts from the next build on: make build")
    else:
        show(
            f"Nothing is written: put it below `profiles:` in {shown(workspace.icp_profiles)}, or say APPLY=1"
        )


def _name_of(file: Path) -> str:
    return re.sub(r"[^a-z0-9_]+", "_", file.stem.lower()).strip("_0123456789")[:40] or "profile"
