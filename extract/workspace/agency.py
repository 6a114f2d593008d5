"""An agency: the workspaces of config/workspaces.yaml, each as a workspace with settings of its own."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from extract.workspace.errors import ConfigurationError
from extract.workspace.paths import AgencyPaths
from extract.workspace.variables import CHANNEL_OF_WORKSPACE, KEY_OF_WORKSPACE, read_env_file
from extract.workspace.workspace import Workspace, load_workspace
from extract.workspace.workspaces_file import Listed, Unusable, read_workspaces_file


@dataclass(frozen=True)
class Member:
    """One workspace of an agency; `environment` is what its processes are told, its own key and no other."""

    listed: Listed
    workspace: Workspace
    environment: Mapping[str, str] = field(repr=False)

    @property
    def name(self) -> str:
        """What it is called everywhere, and `workspace_id` in the lake."""
        return self.listed.name


@dataclass(frozen=True)
class Agency:
    """All workspaces: those that can be worked with, and those that can't, with why."""

    project_dir: Path
    data_dir: Path
    members: tuple[Member, ...]
    unusable: tuple[Unusable, ...]
    memory_limit: str

    @property
    def paths(self) -> AgencyPaths:
        """The files and folders that are of no single workspace."""
        return AgencyPaths(self.data_dir)


def workspaces_file(project_dir: Path) -> Path:
    """Where the workspaces are listed; need not exist."""
    return project_dir / "config" / "workspaces.yaml"


def load_agency(project_dir: Path, environ: Mapping[str, str]) -> Agency:
    """The agency of a project; raises ConfigurationError where the list or what holds for all can't be read.

    A workspace without a key is no demo: what is invented must never stand beside what is true.
    """
    own = load_workspace(project_dir, {**environ, "HEYREACH_API_KEY": "", "HEYREACH_BASE_URL": ""})
    listed, unusable = read_workspaces_file(workspaces_file(own.project_dir))
    in_file = {name: value or "" for name, value in read_env_file(own.env_file).items()}
    known = {**in_file, **environ}
    members: list[Member] = []
    for each in listed:
        try:
            members.append(_member(each, own, known, environ))
        except ConfigurationError as error:
            unusable.append(Unusable(each.name, "; ".join(error.problems)))
    for each in _with_one_key(members):
        members.remove(each)
        why = f"{each.listed.key} holds the same key as that of another workspace; give each its own"
        unusable.append(Unusable(each.name, why))
    return Agency(own.project_dir, own.data_dir, tuple(members), tuple(unusable), own.memory_limit)


def _member(listed: Listed, own: Workspace, known: Mapping[str, str], environ: Mapping[str, str]) -> Member:
    key = known.get(listed.key, "").strip()
    if not key:
        raise ConfigurationError(f"{listed.key} is not set: put the workspace's HeyReach key there, in .env")
    folder = (own.data_dir / Path(listed.folder).expanduser()).resolve()
    if folder in (AgencyPaths(own.data_dir).folder, AgencyPaths(own.data_dir).lake):
        raise ConfigurationError(f"folder {listed.folder} is the agency's own")
    channel = listed.key.replace(KEY_OF_WORKSPACE, CHANNEL_OF_WORKSPACE, 1)
    settings = {
        "HEYREACH_API_KEY": key,
        "HEYREACH_BASE_URL": listed.base_url or known.get("HEYREACH_BASE_URL", ""),
        "OUTBOUND_DATA_DIR": str(folder),
    }
    if listed.account_file:
        settings["ACCOUNT_METADATA_PATH"] = listed.account_file
    if channel != listed.key and known.get(channel):
        settings["SLACK_WEBHOOK_URL"] = known[channel]
    others = (KEY_OF_WORKSPACE, CHANNEL_OF_WORKSPACE)
    environment = {name: value for name, value in environ.items() if not name.startswith(others)} | settings
    workspace = load_workspace(own.project_dir, environment)
    return Member(listed, replace(workspace, warnings=()), environment)


def _with_one_key(members: list[Member]) -> list[Member]:
    """Those whose key is another's, too: one HeyReach workspace would be counted twice."""
    keys = [each.workspace.api_key for each in members]
    return [each for each in members if keys.count(each.workspace.api_key) > 1]
