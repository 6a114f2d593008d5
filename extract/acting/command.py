"""`make resume` and `make pause`: what would happen to a campaign, and with APPLY=1 the deed, read back."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from extract.acting import campaigns
from extract.acting.act import Work
from extract.acting.ledger import ActLedger
from extract.acting.pausing import Pausing
from extract.acting.published import opened
from extract.acting.resuming import Resuming
from extract.importer.opening import connected, open_ledger
from extract.workspace.errors import ConfigurationError
from extract.workspace.lock import exclusive
from extract.workspace.workspace import Workspace


@dataclass(frozen=True)
class ActOptions:
    """Which campaign, and who of it is stopped before it is resumed; without `apply` nothing is done."""

    campaign_id: str | None
    left_out: str = ""
    apply: bool = False


def run_resume(workspace: Workspace, options: ActOptions, say: Callable[[str], None]) -> None:
    """Show what resuming would do, or do it.

    Raises ConfigurationError for what can't be done or has changed since the report (nothing is done then),
    UndoneError where HeyReach doesn't do it, ProviderError when it can't be reached or can't be read.
    """
    _run(workspace, options, Resuming, say)


def run_pause(workspace: Workspace, options: ActOptions, say: Callable[[str], None]) -> None:
    """Show what pausing would do, or do it; raises as `run_resume`."""
    _run(workspace, options, Pausing, say)


def _run(workspace: Workspace, options: ActOptions, work: type[Work], say: Callable[[str], None]) -> None:
    if not options.campaign_id or not re.fullmatch(r"[0-9]{1,18}", options.campaign_id):
        raise ConfigurationError(
            f"Say which campaign, by HeyReach's number: make {work.kind} CAMPAIGN=40101. Nothing was done"
        )
    path = workspace.paths.act_ledger
    with (
        exclusive(workspace.folder, "import", job=work.kind),
        opened(workspace.paths.published) as report,
        open_ledger(workspace, ActLedger, path, apply=options.apply) as ledger,
        connected(workspace) as client,
    ):
        campaign = campaigns.campaign_now(client, options.campaign_id)
        work(workspace, client, ledger, campaign, report, options.left_out, options.apply, say).run()
