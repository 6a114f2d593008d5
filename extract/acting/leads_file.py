"""`make leads`: the leads behind a line of the report, in a file for people and for `make import`."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from extract.acting.published import opened
from extract.importer.planning import counted
from extract.people.suppression import suppressions
from extract.workspace.csv_files import write_csv
from extract.workspace.errors import ConfigurationError
from extract.workspace.lock import exclusive
from extract.workspace.workspace import Workspace

Say = Callable[[str], None]


def list_lines(workspace: Workspace, say: Say) -> None:
    """Say which lines there are."""
    with opened(workspace.paths.published) as report:
        for line in report.lines:
            say(f"{line.rank}. {line.why}")


def run_leads(workspace: Workspace, number: str, say: Say) -> Path | None:
    """Write the leads behind the line of that number; returns the file, None where nobody stands behind it.

    Raises ConfigurationError where there is no such line, or none any more.
    """
    if not re.fullmatch(r"[0-9]{1,6}", number):
        raise ConfigurationError(
            f"BOTTLENECK must be the number of a line in the report, like 1, not {number!r}"
        )
    with opened(workspace.paths.published) as report:
        line = report.line(number)
        leads = report.leads_behind(line)
    say(f"{line.rank}. {line.why}")
    if not leads:
        say("nobody stands behind it, so nothing was written")
        return None
    path = workspace.paths.lead_files / f"{line.rank}-{line.cause}-{line.as_of:%Y%m%dT%H%M}.csv"
    with exclusive(workspace.folder, "delivery", job="leads"):
        written = write_leads(workspace, path, leads)
    say(f"leads: {path} ({counted(written, 'lead')}, and why each is there)")
    if line.command:
        say(f"to act on it: {line.command}")
    if line.stage in ("queue", "sending"):
        say(
            f"to move them: make import FILE={path} CAMPAIGN=... ALLOW_OTHER_CAMPAIGNS=1; here they stay in "
            "their campaign, which asks them too once it can"
        )
    return path


def write_leads(workspace: Workspace, path: Path, leads: list[dict[str, Any]]) -> int:
    """Write a file of leads, without those erased since the warehouse was built; returns how many."""
    gone = suppressions(workspace).erased({lead["profile_url"] for lead in leads if lead["profile_url"]})
    kept = [lead for lead in leads if lead["profile_url"] not in gone]
    header = [name for name in leads[0] if name != "lead_row_id"]
    path.parent.mkdir(parents=True, exist_ok=True)
    write_csv(path, header, ([lead[name] for name in header] for lead in kept))
    return len(kept)
