"""The page over all workspaces: which client stalls where, what it is worth, who wasn't read tonight."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from extract.workspace.agency import Agency
from reports.agency.fleet import Outcome
from reports.agency.lake import Manifest
from reports.document.page import render_page
from reports.document.render import environment_of, render_json
from reports.document.write import write_texts
from reports.read_only import open_published

TEMPLATES = Path(__file__).parent / "templates"
# Each part of the page: the rows of one model over all, in the order in which they are told.
PARTS = {
    "workspaces": "select * from marts.agency_workspaces order by rank",
    "bottlenecks": "select * from marts.agency_bottlenecks order by agency_rank",
    "senders": "select * from marts.agency_senders order by workspace_id, sender_key",
    "segments": "select * from marts.agency_segments order by dimension, segment",
    "benchmarks": "select * from marts.agency_benchmarks order by metric",
}


def read_page(
    agency: Agency, published: Path, found: Iterable[Manifest], outcomes: Sequence[Outcome]
) -> dict[str, Any]:
    """All that the page tells, as one document: the rows of each part, and how tonight went."""
    with open_published(published) as connection:
        parts = {name: _rows(connection.execute(query)) for name, query in PARTS.items()}
    clients = {each.name: each.name for each in outcomes}
    clients |= {member.name: member.listed.client for member in agency.members}
    reports = {member.name: str(member.workspace.paths.reports) for member in agency.members}
    return {
        "written_at": datetime.now(UTC),
        "is_demo": any(each.is_demo for each in found),
        "clients": clients,
        "reports": reports,
        "outcomes": [asdict(each) for each in outcomes],
        "not_done": [asdict(each) for each in outcomes if each.is_bad],
        **parts,
    }


def write_page(agency: Agency, found: Sequence[Manifest], outcomes: Sequence[Outcome]) -> list[Path]:
    """Write it as markdown, HTML and JSON into the agency's folder of reports; returns the files."""
    page = read_page(agency, agency.paths.published, found, outcomes)
    markdown = environment_of(TEMPLATES).get_template("agency.md.j2").render(page)
    texts = {"md": markdown, "json": render_json(page), "html": render_page(markdown, [])}
    return write_texts(agency.paths.reports, "agency", texts)


def _rows(answer: Any) -> list[dict[str, Any]]:
    names = [column[0] for column in answer.description]
    return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]
