"""What all requests share: the workspace, its published file as it is replaced, and who may come in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from fastapi import Request

from extract.people.suppression import Suppressions, suppressions
from extract.workspace.workspace import Workspace
from reports.server.access import Keys, TokenFile
from reports.server.generations import Generation, Generations
from reports.server.overlay import Overlay
from reports.server.runner import JobRunner


@dataclass
class Site:
    """One server of one workspace."""

    workspace: Workspace
    generations: Generations
    keys: Keys
    erased: Suppressions
    runner: JobRunner
    overlay: Overlay
    started_at: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def cookie(self) -> str:
        """The name of the session's cookie: browsers don't tell apart the ports of a machine."""
        return f"outbound_{self.workspace.serve.port}"

    def version(self, generation: Generation) -> str:
        """What changes whenever an answer could: the published file, what was posted, who was erased."""
        return f"{generation.version}-{self.erased.version}-{self.overlay.version}"


def new_site(workspace: Workspace, environment: Mapping[str, str] | None = None) -> Site:
    """The site of a workspace; its generations and its runner of jobs still have to be entered.

    `environment` is that of jobs, this process's own unless it is given.
    """
    generations = Generations(workspace.paths.published, workspace.memory_limit)
    runner = JobRunner(workspace, environment)
    keys = Keys(TokenFile(workspace.paths.server_token))
    return Site(workspace, generations, keys, suppressions(workspace), runner, Overlay(workspace))


def site_of(request: Request) -> Site:
    """The site that a request came to."""
    return request.app.state.site
