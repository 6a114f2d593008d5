"""Extraction as a whole: a workspace in, an up-to-date raw database out."""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
from tqdm import tqdm

from extract import raw
from extract.acting.ledger import ActLedger
from extract.enrichment.demo import DemoWeeks
from extract.enrichment.ledger import EnrichmentLedger
from extract.heyreach.client import HeyReachClient, heyreach_client
from extract.heyreach.observing import KnownStates, PullResult
from extract.heyreach.one_workspace import require_same_server
from extract.heyreach.pull import run_pull
from extract.heyreach.settled import settled_campaigns
from extract.heyreach.webhooks import WebhookFiles
from extract.http.pacing import Pacer
from extract.importer import demo
from extract.importer.ledger import Ledger
from extract.intelligence.signal_files import SignalFiles
from extract.outreach.configuration import load_outreach
from extract.outreach.plan_ledger import PlanLedger
from extract.people.dropped_files import DroppedFiles
from extract.people.suppression import suppressions
from extract.raw.catch_up import load_landed, load_leftovers, require_nothing_missing
from extract.raw.landing import Landing, finished_folders
from extract.raw.landings import Landings, described
from extract.sandbox import DEMO_END, DEMO_ORIGIN, DEMO_START
from extract.sandbox.process import demo_sandbox
from extract.workspace import journal, versions
from extract.workspace.damage import set_aside
from extract.workspace.errors import ConfigurationError
from extract.workspace.workspace import Workspace

# A daily pull leaves out what hardly changes; no longer than this, should the weekly one not come.
FULL_PULL_EVERY = timedelta(days=8)

# One full pull a night and two light ones in between, as an operator's timetable would have it.
DEMO_PULL_HOURS = {2: "full", 10: "light", 18: "light"}


@dataclass(frozen=True)
class Extraction:
    """What one extraction did, over all its pulls."""

    pulls: int
    requests: int
    rows_received: int
    rows_landed: int
    warnings: list[str]


def as_meant(workspace: Workspace) -> Workspace:
    """The workspace with the as-of that is meant: the newest pull of the minute or second that is named.

    Reports print a pull's moment to the minute, and what they print can be typed again. Raw must exist.
    """
    if not workspace.as_of:
        return workspace
    with raw.connect(workspace.paths.raw, read_only=True) as connection:
        pulls = raw.pull_times(connection, before=workspace.as_of + workspace.as_of_precision)
    return replace(workspace, as_of=max(workspace.as_of, pulls.newest)) if pulls else workspace


def require_known_versions(workspace: Workspace) -> None:
    """Raise NewerError where a newer release wrote into this workspace, before anything else is done with it.

    An older one's files are brought up to date, as whoever opens them does.
    """
    versions.require_known_folder(journal.KIND, workspace.paths.journal)
    finished_folders(workspace.paths.landing)
    for path, ledger in (
        (workspace.paths.import_ledger, Ledger),
        (workspace.paths.enrichment_ledger, EnrichmentLedger),
        (workspace.paths.act_ledger, ActLedger),
        (workspace.paths.plan_ledger, PlanLedger),
    ):
        if path.exists():
            with ledger(path):
                pass
    # A damaged or held one is told of by the step that needs it, so that it stands in the run's record.
    with contextlib.suppress(raw.RawError):
        if workspace.paths.raw.exists():
            with raw.connect(workspace.paths.raw, read_only=True):
                pass


def extract(workspace: Workspace, say: Callable[[str], None], kind: str = "full") -> Extraction:
    """Pull HeyReach, or the demo's sandbox where there is no key, and load what changed into raw.

    `kind` is one of pull.KINDS; the demo has a timetable of its own.
    """
    load_landed(workspace.paths)
    workspace = as_meant(workspace)
    results = _pull_demo(workspace, say) if workspace.is_demo else _pull_heyreach(workspace, kind)
    load_leftovers(workspace.paths)
    return Extraction(
        pulls=len(results),
        requests=sum(result.requests for result in results),
        rows_received=sum(result.rows_received for result in results),
        rows_landed=sum(result.rows_landed for result in results),
        warnings=list(dict.fromkeys(line for result in results for line in result.warnings)),
    )


def rebuild_raw(workspace: Workspace, *, goes_without: bool = False) -> tuple[Path | None, int, str]:
    """Make raw anew from all landing folders: where the old file went, how many folders, what is missing.

    Raises MissingError, with nothing changed, where a folder or a file is missing, unless it `goes_without`.
    """
    path = workspace.paths.raw
    with contextlib.suppress(raw.RawError, duckdb.Error):  # damaged, which is why it is made anew
        require_known_versions(workspace)
    folders = finished_folders(workspace.paths.landing)
    landings = Landings(workspace.paths.landings)
    missing = landings.missing(folders, loaded=())
    if goes_without:
        landings.give_up(landings.unaccepted(missing))
    require_nothing_missing(landings.unaccepted(missing))
    old = set_aside(path) if path.exists() else None
    load_landed(workspace.paths)
    return old, len(folders), described(missing)


def _known_origin(workspace: Workspace, base_url: str) -> raw.Origin | None:
    with raw.connect(workspace.paths.raw, read_only=True) as connection:
        origin = raw.origin(connection)
        pulls = raw.pull_times(connection)
    if origin and origin.base_url != base_url and workspace.is_demo:
        raise ConfigurationError(
            f"{workspace.folder} holds the demo of another release ({origin.base_url}; this one shows "
            f"{base_url}): delete that folder, or set OUTBOUND_DATA_DIR to another, and run again"
        )
    require_same_server(origin, base_url, workspace.paths.raw)
    if workspace.as_of and pulls and workspace.as_of < pulls.newest:
        raise ConfigurationError(
            f"OUTBOUND_AS_OF={workspace.as_of:%Y-%m-%dT%H:%M:%SZ} lies before the newest pull "
            f"({pulls.newest:%Y-%m-%dT%H:%M:%SZ}): a pull can't be dated into the past. "
            "`make build` looks back without pulling"
        )
    return origin


def _pull_heyreach(workspace: Workspace, kind: str) -> list[PullResult]:
    origin = _known_origin(workspace, workspace.base_url)
    reads_inbox = load_outreach(workspace).engagement.read_inbox
    with heyreach_client(workspace) as client:
        client.check_api_key()
        kind = _kind_due(workspace, kind, client.now())
        with Landing(workspace.paths.landing) as landing:
            known = KnownStates(workspace.paths.raw)
            result = run_pull(
                client,
                landing,
                known,
                base_url=workspace.base_url,
                origin=origin,
                kind=kind,
                erased=suppressions(workspace),
                settled=settled_campaigns(workspace.paths.published, workspace.paths.raw),
                reads_inbox=reads_inbox,
            )
            _land_imports(workspace, landing)
            _land_enrichments(workspace, landing)
            _land_plans(workspace, landing)
            _land_dropped(workspace, landing, result, (WebhookFiles, workspace.paths.webhooks))
            _land_dropped(workspace, landing, result, (SignalFiles, workspace.paths.signals))
            return [result]


def _kind_due(workspace: Workspace, kind: str, now: datetime) -> str:
    """The kind asked for, or `full`: the first pull is one, and a daily one where the last is too old."""
    with raw.connect(workspace.paths.raw, read_only=True) as connection:
        pulls = raw.pull_times(connection)
    newest_full = pulls and pulls.newest_full
    if newest_full is None or (kind == "daily" and abs(now - newest_full) > FULL_PULL_EVERY):
        return "full"
    return kind


def _land_imports(workspace: Workspace, landing: Landing) -> None:
    """Land what the import ledger holds and raw doesn't, together with the pull that may show its effect."""
    if not workspace.paths.import_ledger.exists():
        return
    with raw.connect(workspace.paths.raw, read_only=True) as connection:
        last_events = raw.last_import_events(connection)
    with Ledger(workspace.paths.import_ledger) as ledger:
        for table, row in ledger.news(last_events):
            landing.write(table, row)


def _land_enrichments(workspace: Workspace, landing: Landing) -> None:
    """Land what the enrichment ledger holds and raw doesn't."""
    if not workspace.paths.enrichment_ledger.exists():
        return
    with raw.connect(workspace.paths.raw, read_only=True) as connection:
        runs, last_ask, answered = raw.known_enrichments(connection)
    with EnrichmentLedger(workspace.paths.enrichment_ledger) as ledger:
        for table, row in ledger.news(runs, last_ask, answered):
            landing.write(table, row)


def _land_plans(workspace: Workspace, landing: Landing) -> None:
    """Land the plans that raw doesn't hold."""
    if not workspace.paths.plan_ledger.exists():
        return
    with raw.connect(workspace.paths.raw, read_only=True) as connection:
        known = raw.known_plans(connection)
    with PlanLedger(workspace.paths.plan_ledger) as ledger:
        for table, row in ledger.news(known):
            landing.write(table, row)


def _land_dropped(
    workspace: Workspace, landing: Landing, pull: PullResult, dropped: tuple[type[DroppedFiles], Path]
) -> None:
    """Land what files that others drop into a folder hold and raw doesn't, dated by the pull beside it."""
    kind, folder = dropped
    with raw.connect(workspace.paths.raw, read_only=True) as connection:
        files = kind(folder, connection, pull.finished_at, pull.pull_id, suppressions(workspace))
        for table, row in files.news():
            landing.write(table, row)
    pull.warnings.extend(files.warnings)


def _pull_demo(workspace: Workspace, say: Callable[[str], None]) -> list[PullResult]:
    """Replay the demo's weeks of pulls against the sandbox, from where raw stands, in one landing."""
    origin = _known_origin(workspace, DEMO_ORIGIN)
    with raw.connect(workspace.paths.raw, read_only=True) as connection:
        pulls = raw.pull_times(connection)
    moments = list(_demo_moments(pulls.newest if pulls else None))
    say(
        f"demo data: replaying {len(moments)} pull{'s' if len(moments) > 1 else ''} "
        "of an invented workspace over HTTP"
    )
    results = []
    known = KnownStates(workspace.paths.raw)
    erased = suppressions(workspace)
    reads_inbox = load_outreach(workspace).engagement.read_inbox
    with demo_sandbox() as sandbox:
        pacer = Pacer(0, sandbox.api_key, workspace.paths.pacing)
        with (
            HeyReachClient(sandbox.base_url, sandbox.api_key, pacer) as client,
            DemoWeeks(workspace, sandbox, client) as weeks,
            Landing(workspace.paths.landing) as landing,
        ):
            for moment, kind in tqdm(moments, desc="demo pulls", leave=False, delay=2, disable=None):
                sandbox.set_clock(moment)
                results.append(
                    run_pull(
                        client,
                        landing,
                        known,
                        base_url=DEMO_ORIGIN,
                        origin=origin,
                        kind=kind,
                        erased=erased,
                        reads_inbox=reads_inbox,
                    )
                )
                if moment == demo.READ_AT:
                    for table, row in demo.demo_import(client):
                        landing.write(table, row)
                weeks.enrich(moment)
            _land_imports(workspace, landing)
            _land_enrichments(workspace, landing)
            _land_plans(workspace, landing)
            _land_dropped(workspace, landing, results[-1], (SignalFiles, workspace.paths.signals))
    return results


def _demo_moments(newest: datetime | None) -> Iterator[tuple[datetime, str]]:
    """The demo's timetable after the newest pull in raw; always ends with a full pull at its end."""
    moment = DEMO_START
    while moment < DEMO_END:
        if moment.hour in DEMO_PULL_HOURS and (newest is None or moment > newest):
            yield moment, DEMO_PULL_HOURS[moment.hour]
        moment += timedelta(hours=1)
    yield DEMO_END, "full"
