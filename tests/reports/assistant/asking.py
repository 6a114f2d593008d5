"""An assistant, as far as the server can tell: the library's own client over real pipes."""

import functools
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from extract.workspace.variables import DEFAULTS
from tests.conftest import Workspace

PROJECT = Path(__file__).parents[3]
# What is asked: a tool, and its arguments.
Call = tuple[str, dict[str, Any]]


def require_library() -> None:
    """Skip where what speaks the protocol is not installed; fail where it has to be."""
    if find_spec("mcp") is None:
        if os.environ.get("REQUIRE_MCP"):
            pytest.fail("REQUIRE_MCP is set and mcp is not installed: make .venv/.mcp")
        pytest.skip("mcp is not installed: make .venv/.mcp")


@dataclass(frozen=True)
class Told:
    """What one call was answered."""

    text: str
    data: dict[str, Any] | None
    is_error: bool


@dataclass(frozen=True)
class Asked:
    """What a server said: its tools, after how many seconds, its answers by call, and its standard error."""

    tools: list[Any]
    seconds: float
    answers: list[Told]
    errors: str = field(repr=False)

    @property
    def everything(self) -> str:
        """All that reached the assistant, and standard error, which it may show."""
        told = [f"{answer.text}\n{answer.data!r}" for answer in self.answers]
        return "\n".join([*(repr(tool) for tool in self.tools), *told, self.errors])


def ask(
    workspace: Workspace, calls: Sequence[Call], *options: str, program: Sequence[str] = ("-m", "reports.cli")
) -> Asked:
    """Start a server on a workspace, ask it everything, end it; raises where the protocol breaks."""
    require_library()
    import anyio  # noqa: PLC0415 - of the library

    with tempfile.TemporaryFile("w+") as errors:
        asked = anyio.run(functools.partial(_ask, workspace, calls, (*program, "mcp", *options), errors))
        errors.seek(0)
        return Asked(*asked, errors.read())


async def _ask(
    workspace: Workspace, calls: Sequence[Call], arguments: Sequence[str], errors: Any
) -> tuple[list[Any], float, list[Told]]:
    from mcp.client.client import Client  # noqa: PLC0415
    from mcp.client.stdio import StdioServerParameters, stdio_client  # noqa: PLC0415

    environment = dict.fromkeys(DEFAULTS, "") | dict(workspace.environment)
    server = StdioServerParameters(
        command=sys.executable,
        args=list(arguments),
        env={**environment, "OUTBOUND_DATA_DIR": str(workspace.data_dir), "PYTHONPATH": str(PROJECT)},
        cwd=PROJECT,
    )
    began = time.monotonic()
    async with Client(stdio_client(server, errlog=errors)) as client:
        tools = (await client.list_tools()).tools
        seconds = time.monotonic() - began
        answers = []
        for name, given in calls:
            result = await client.call_tool(name, given)
            [content] = result.content
            answers.append(Told(content.text, result.structured_content, result.is_error))
        return tools, seconds, answers
