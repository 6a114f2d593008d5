"""What changed and lasts."""

import click

from extract.workspace.workspace import Workspace
from reports.cli.frame import also_as, show, subjects, verb
from reports.cli.pipeline import root

alerts = subjects(root, "alerts", "What changed and lasts")


@verb(alerts, "list")
def list_(workspace: Workspace) -> None:
    """List the anomalies that are not silenced."""
    from reports.jobs.anomalies import list_anomalies

    list_anomalies(workspace, show=show)


@verb(alerts, "acknowledge")
@click.option("--id", "anomaly_id", help="Which, by the beginning of its id; without it, they are listed.")
def acknowledge(workspace: Workspace, anomaly_id: str | None) -> None:
    """Silence an anomaly that was told."""
    from reports.jobs.anomalies import acknowledge, list_anomalies

    if anomaly_id:
        acknowledge(workspace, anomaly_id, show=show)
    else:
        list_anomalies(workspace, show=show)


also_as(acknowledge, root)
