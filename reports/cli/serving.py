"""Pages, API."""

import click

from extract.workspace.workspace import Workspace
from reports.cli.frame import say, show, verb
from reports.cli.pipeline import root


@verb(root, "serve")
@click.option("--link", is_flag=True, help="Print another link to the server that runs.")
def serve(workspace: Workspace, link: bool) -> None:
    """Serve pages, API and door of this workspace, until it is stopped."""
    from reports.server.serving import print_link, serve

    if link:
        print_link(workspace, show=show)
    else:
        serve(workspace, say=say, show=show)
