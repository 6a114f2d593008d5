"""The warehouse over all workspaces: dbt's models of the tag `agency`, over what lies in the lake."""

from collections.abc import Iterable
from pathlib import Path

from dbt_project import warehouse
from extract.workspace.agency import Agency
from extract.workspace.runs import new_run_id
from reports.agency import lake


def build_warehouse(agency: Agency, found: Iterable[lake.Manifest]) -> Path:
    """Build, test and publish it; returns its file. Raises AuditError, and leaves the published one be."""
    files = warehouse.files(agency.paths.folder, agency.memory_limit)
    lake.attach_views(files.raw, agency.paths.lake, found)
    warehouse.build_over_all(files, new_run_id())
    return files.published
