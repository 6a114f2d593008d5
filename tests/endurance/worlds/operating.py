"""One world through pulls, build and data tests, over the short cuts of tests/diagnosis."""

from collections.abc import Callable
from pathlib import Path

import orjson

from extract import raw
from extract.heyreach.webhooks import WebhookFiles
from extract.raw.landing import Landing
from extract.sandbox import webhooks
from extract.sandbox.api import SandboxApi
from extract.sandbox.clock import to_ticks
from tests.compiled import Project, broken_guards
from tests.diagnosis.operation import BASE_URL, Operation
from tests.diagnosis.workspaces import START
from tests.endurance.worlds.drawing import Drawn, webhooks_since


def operated(folder: Path, drawn: Drawn, project: Project) -> tuple[Path, dict[str, int]]:
    """The warehouse of a world in `folder`, and the data tests that would stop its publication."""
    api = SandboxApi(drawn.world, now=drawn.pulls[0][0])
    operation = Operation(folder, api, BASE_URL)
    operation.pull(drawn.pulls, _webhook_lander(folder, drawn, api))
    database = operation.build(project, drawn.accounts, START.replace(year=START.year - 1))
    return database, broken_guards(project, operation.raw_path, database)


def _webhook_lander(folder: Path, drawn: Drawn, api: SandboxApi) -> Callable[[Landing], None]:
    """Lands a webhook file of every shape, if this world has one."""

    def land(landing: Landing) -> None:
        if "webhooks" not in drawn.twists:
            return
        until, since = to_ticks(drawn.as_of), to_ticks(webhooks_since(drawn))
        lines = webhooks.lines(drawn.world, api.imports, until, "mixed", "mixed", since=since)
        (folder / "webhooks").mkdir()
        (folder / "webhooks" / "all.jsonl").write_bytes(
            b"".join(orjson.dumps(line) + b"\n" for line in lines)
        )
        with raw.connect(folder / "raw.duckdb", read_only=True) as connection:
            files = WebhookFiles(folder / "webhooks", connection, drawn.as_of, "webhooks")
            for table, row in files.news():
                landing.write(table, row)

    return land
