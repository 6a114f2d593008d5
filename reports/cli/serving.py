"""Pages, API."""

from extract.workspace.workspace import Workspace
from reports.cli.frame import show, verb
from reports.cli.pipeline import root


@verb(root, "serve")
def serve(workspace: Workspace) -> None:
    """Serve pages and API of the published warehouse on this machine, until it is stopped."""
    from reports.server.serving import serve

    serve(workspace, show=show)
