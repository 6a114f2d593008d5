"""What HeyReach says to the key: the workspace it opens, its senders, its clock, how long a pull takes."""

import math
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from extract.heyreach import accounts
from extract.heyreach.client import HeyReachClient
from extract.heyreach.door_addresses import read_addresses
from extract.heyreach.one_workspace import is_another, workspaces_of
from extract.heyreach.paging import walk
from extract.heyreach.webhook_api import Webhook, all_webhooks
from extract.http.pacing import Pacer
from extract.raw import routes
from extract.workspace.strict_yaml import shown
from extract.workspace.values import YEARS
from extract.workspace.workspace import Workspace
from reports.check.findings import Finding, bad, counted, good, not_tried, warning
from reports.check.stored import Stored
from reports.schedule import WAIT_MINUTES

# An outage is told soon, and not after the ten minutes that a pull waits.
REQUEST_SECONDS = 30.0
CLOCKS_APART = timedelta(minutes=1)
CLOCKS_FAR_APART = timedelta(minutes=10)
# New rows that a page brings beside those of the page before (extract/heyreach/paging.py).
ROWS_A_PAGE = 90


class HeyReach:
    """One look at HeyReach: `key` asks, and must come first; the others speak of what it heard."""

    def __init__(self, workspace: Workspace, stored: Stored):
        self._workspace = workspace
        self._stored = stored
        self._has_answered = False
        self._senders: dict[str, dict] = {}
        self._campaigns: list[dict] = []
        # HeyReach's webhooks, where ours were registered.
        self.webhooks: list[Webhook] | None = None
        self._clock_ahead: timedelta | None = None
        self._now = datetime.now(UTC)

    def key(self) -> Iterator[Finding]:
        """Whether the key is valid, which workspace it opens, and whether raw holds the same one."""
        if self._workspace.is_demo:
            yield not_tried(
                "no HEYREACH_API_KEY: demo data is used, out of the bundled sandbox. With a key in .env its "
                "workspace, senders, clock and pace are tried"
            )
            return
        self._ask()
        workspaces = workspaces_of(self._campaigns)
        opens = (
            f"opens workspace {', '.join(sorted(workspaces))}"
            if workspaces
            else "is valid; no campaign names a workspace yet"
        )
        yield good(
            f"{opens}, {counted(len(self._campaigns), 'campaign')}, {counted(len(self._senders), 'sender')} "
            f"({self._workspace.base_url})"
        )
        origin = self._stored.origin
        if origin is None:
            return
        elsewhere = "or set OUTBOUND_DATA_DIR to a folder for this one"
        if origin.base_url != self._workspace.base_url:
            yield bad(
                f"the raw database holds data of {origin.base_url}: set HEYREACH_BASE_URL so, {elsewhere}"
            )
        elif is_another(origin, workspaces):
            yield bad(f"the raw database holds workspace {origin.workspace_id}: use its key, {elsewhere}")
        else:
            yield good("the raw database holds the same workspace")

    def senders(self) -> Iterator[Finding]:
        """The account file against HeyReach's senders."""
        path = shown(accounts.account_file(self._workspace))
        configured = accounts.load_accounts(accounts.account_file(self._workspace))
        for line in accounts.account_warnings(configured):
            yield warning(f"{line}: complete it in {path}")
        if not self._has_answered:
            yield good(f"{counted(len(configured), 'sender')} in {path}; not compared with HeyReach's")
            return
        known = {account.account_id for account in configured}
        missing = sorted(set(self._senders) - known)
        for account_id in missing:
            name = _name(self._senders[account_id])
            yield warning(f"{account_id} ({name}) is in HeyReach and not in {path}: describe it there")
        for account in configured:
            if account.account_id not in self._senders and account.is_active is not False:
                yield warning(
                    f"{account.account_id} ({account.label}) is in {path} and not in HeyReach: correct its "
                    "id, or give it is_active: false"
                )
        if not missing:
            yield good(f"{counted(len(self._senders), 'sender')} of HeyReach, each in {path}")

    def clock(self) -> Iterator[Finding]:
        """This machine's clock: a year that can be, and HeyReach's Date header, by which rows are dated."""
        here = f"{self._now:%Y-%m-%d %H:%M:%S} UTC"
        newest = self._stored.pulls.newest if self._stored.pulls and not self._workspace.is_demo else None
        ahead = self._clock_ahead
        if self._now.year not in YEARS:
            yield bad(f"this machine says {here}: set its clock")
        elif ahead is not None and abs(ahead) > CLOCKS_APART:
            text = (
                f"HeyReach says {self._now + ahead:%Y-%m-%d %H:%M:%S} UTC where this machine says {here}: "
                "set this machine's clock (timedatectl set-ntp true). If that one is right, look for a proxy "
                "in between, because rows are dated by HeyReach's"
            )
            yield bad(text) if abs(ahead) > CLOCKS_FAR_APART else warning(text)
        elif newest and newest > self._now + (ahead or timedelta()) + CLOCKS_APART:
            yield bad(
                f"the newest pull is of {newest:%Y-%m-%d %H:%M:%S} UTC, which lies ahead of {here}: one of "
                "the two was told by a wrong clock"
            )
        elif ahead is not None:
            yield good(f"{abs(ahead.total_seconds()):.0f} s from HeyReach's, by which rows are dated")
        elif self._has_answered:
            yield warning(f"HeyReach sends no Date header, so rows are dated by this machine: {here}")
        else:
            yield not_tried(f"this machine says {here}; not compared with HeyReach's")

    def pace(self) -> Iterator[Finding]:
        """How long a full pull takes at the permitted rate."""
        if not self._has_answered:
            yield not_tried(f"{self._workspace.requests_per_minute} requests a minute are permitted")
            return
        with tempfile.TemporaryDirectory() as folder:
            interval = self._pacer(Path(folder)).interval
        requests, by = self._requests()
        pull = f"a full pull of about {counted(requests, 'request')} ({by})"
        if not interval:
            yield good(f"not paced; {pull}")
            return
        minutes = requests * interval / 60
        text = f"{self._workspace.requests_per_minute} requests a minute: {pull} takes {_duration(minutes)}"
        if minutes > WAIT_MINUTES:
            yield warning(
                f"{text}, and jobs wait {WAIT_MINUTES // 60} hours for each other: raise "
                "HEYREACH_REQUESTS_PER_MINUTE to what HeyReach permits you"
            )
        else:
            yield good(text)

    def _ask(self) -> None:
        shared = self._workspace.paths.pacing
        with tempfile.TemporaryDirectory() as folder:
            # Where nobody has kept a pace yet, there is nobody to share it with, and nothing is left behind.
            pacer = self._pacer(shared if shared.is_dir() else Path(folder))
            with HeyReachClient(
                self._workspace.base_url, self._workspace.api_key, pacer, request_seconds=REQUEST_SECONDS
            ) as client:
                client.check_api_key()
                self._senders = _rows(client, routes.SENDER_ACCOUNTS)
                self._campaigns = list(_rows(client, routes.CAMPAIGNS).values())
                if read_addresses(self._workspace.paths.door):
                    self.webhooks = all_webhooks(client)
                self._clock_ahead, self._now = client.clock_ahead(), datetime.now(UTC)
        self._has_answered = True

    def _pacer(self, folder: Path) -> Pacer:
        return Pacer(self._workspace.requests_per_minute, self._workspace.api_key, folder)

    def _requests(self) -> tuple[int, str]:
        """How many requests a full pull makes: what the last one did, else by what the campaigns count."""
        if self._stored.full_pull_requests:
            return self._stored.full_pull_requests, "as the last one"
        leads = sum(max(_leads(row), 0) for row in self._campaigns)
        pages = math.ceil(leads / ROWS_A_PAGE) + len(self._campaigns)
        pairs = sum(len(row.get("campaignAccountIds") or []) for row in self._campaigns)
        # Every lead by its campaign and by its list; the sequences; the counts; senders, campaigns and lists.
        return 2 * pages + len(self._campaigns) + pairs + 4, f"by {counted(leads, 'lead')}"


def _rows(client: HeyReachClient, route: routes.Route) -> dict[str, dict]:
    rows = (row for page in walk(client, route) for row in page.items)
    return {key: row for row in rows if (key := route.key(row))}


def _leads(campaign: dict) -> int:
    progress = campaign.get("progressStats")
    total = progress.get("totalUsers") if isinstance(progress, dict) else None
    return total if isinstance(total, int) else 0


def _name(sender: dict) -> str:
    text = " ".join(str(sender.get(name) or "") for name in ("firstName", "lastName"))
    printable = "".join(character if character.isprintable() else " " for character in text)
    return " ".join(printable.split())[:60] or "no name"


def _duration(minutes: float) -> str:
    if minutes < 1:
        return "less than a minute"
    return f"about {minutes:.0f} minutes" if minutes < 120 else f"about {minutes / 60:.1f} hours"
