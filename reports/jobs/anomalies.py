"""What changed and lasts: listed, and silenced once it is known."""

from extract.workspace.lock import exclusive
from extract.workspace.workspace import Workspace
from reports.alerts import notices
from reports.jobs.frame import Say, require_places, require_published


def list_anomalies(workspace: Workspace, *, show: Say) -> None:
    """Show the anomalies that last and are not silenced."""
    require_places(workspace)
    require_published(workspace)
    rows = notices.open_anomalies(workspace.paths)
    show("\n\n".join(map(notices.described, rows)).replace("**", "") or "Nothing has changed that lasts.")


def acknowledge(workspace: Workspace, anomaly_id: str, *, show: Say) -> None:
    """Silence the anomaly whose id begins so."""
    require_places(workspace)
    require_published(workspace)
    with exclusive(workspace.folder, "delivery", job="acknowledge"):
        row = notices.acknowledge(workspace.paths, anomaly_id)
    show(f"acknowledged: {row['message']}")
    if row["kind"] == "acceptance_drop":
        show("From the next build on its alarm starts again, and expects what the rate sank to.")
