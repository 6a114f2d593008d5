"""Answers for assistants."""

import importlib.util

import click

from extract.workspace.errors import ConfigurationError
from extract.workspace.workspace import Workspace
from reports.cli.frame import verb
from reports.cli.pipeline import root

LIBRARY = "mcp"


@verb(root, "mcp")
@click.option("--personal", "is_personal", is_flag=True, help="Also persons, and names that others wrote.")
def mcp(workspace: Workspace, is_personal: bool) -> None:
    """Answer an assistant on standard input and output (Model Context Protocol)."""
    if importlib.util.find_spec(LIBRARY) is None:
        raise ConfigurationError(
            "What speaks the protocol is not installed: `make mcp` does it once, or "
            "`.venv/bin/python -m pip install --require-hashes -r requirements-mcp.lock`"
        )
    from reports.assistant.server import serve

    serve(workspace, is_personal=is_personal)
