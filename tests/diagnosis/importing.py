"""`make import` of an invented file into a workspace, on a morning when HeyReach loses part of it."""

import csv
import os
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from random import Random
from threading import Thread

from extract import raw
from extract.importer.command import run_import
from extract.importer.ledger import Ledger
from extract.importer.options import ImportOptions
from extract.raw.landing import Landing
from extract.sandbox import people
from extract.sandbox.api import SandboxApi
from extract.sandbox.faults import Faults
from extract.sandbox.server import SandboxServer
from extract.workspace.errors import OutboundError
from extract.workspace.workspace import Workspace, load_workspace
from reports.cli.frame import PROJECT_DIR
from tests.diagnosis.causes import ImportPlan

FIRST_PERSON = 5_000_000
LOST_SOMETHING = 3


@contextmanager
def served(api: SandboxApi):
    """The sandbox on a loopback socket, for the importer, which makes its own client; yields its base URL."""
    server = SandboxServer(api)
    thread = Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield server.base_url
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def import_file(folder: Path, api: SandboxApi, base_url: str, plan: ImportPlan, rng: Random) -> str:
    """Run the import under its fault; returns the import's name, which is its batch's as well."""
    workspace = _settings(folder, base_url, api.api_key)
    path = _write_file(folder / "clay_export.csv", plan.rows, rng)
    api.faults = Faults([plan.fault])
    options = ImportOptions(
        file=path, campaign_id=str(plan.campaign_id), mapping="clay", senders="limits", apply=True
    )
    try:
        run_import(workspace, options, lambda _: None)
    except OutboundError as error:
        if error.exit_code != LOST_SOMETHING:
            raise
    else:
        raise RuntimeError(f"{plan.fault} lost nothing")
    finally:
        api.faults = Faults()
    with Ledger(workspace.paths.import_ledger) as ledger:
        [entry] = ledger.imports()
    return entry.import_id


def ledger_rows(folder: Path, base_url: str, api: SandboxApi) -> Callable[[Landing], None]:
    """Lands the import ledger beside a pull."""
    workspace = _settings(folder, base_url, api.api_key)

    def land(landing: Landing) -> None:
        with raw.connect(folder / "raw.duckdb", read_only=True) as connection:
            last_events = raw.last_import_events(connection)
        with Ledger(workspace.paths.import_ledger) as ledger:
            for table, row in ledger.news(last_events):
                landing.write(table, row)

    return land


def _settings(folder: Path, base_url: str, api_key: str) -> Workspace:
    given = {"HEYREACH_API_KEY": api_key, "HEYREACH_BASE_URL": base_url, "OUTBOUND_DATA_DIR": str(folder)}
    workspace = load_workspace(PROJECT_DIR, {**os.environ, **given, "HEYREACH_REQUESTS_PER_MINUTE": "0"})
    return replace(workspace, read_back_waits=(0.0,))


def _write_file(path: Path, rows: int, rng: Random) -> Path:
    icps = ("sre", "platform", "devops")
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["LinkedIn Profile", "First Name", "Last Name", "ICP", "Company Name", "Job Title"])
        for number in range(FIRST_PERSON, FIRST_PERSON + rows):
            gender = rng.choice(("female", "male"))
            writer.writerow(
                [
                    people.canonical_url(people.slug(number, gender)),
                    people.first_name(number, gender),
                    people.last_name(number),
                    rng.choice(icps),
                    people.company_name(number % 200),
                    "Platform Engineer",
                ]
            )
    return path
