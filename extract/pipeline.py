"""Extraction as a whole: settings in, an up-to-date raw database out."""

import contextlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
from tqdm import tqdm

from extract import journal, raw, versions
from extract.client import HeyReachClient
from extract.damage import set_aside
from extract.enrichment.ledger import EnrichmentLedger
from extract.errors import ConfigurationError
from extract.heyreach import load
from extract.http.pacing import Pacer
from extract.importer.ledger import Ledger
from extract.landing import Landing, finished_folders
from extract.landings import Faults, Landings, MissingError, described
from extract.observing import KnownStates, PullResult
from extract.privacy.suppression import Suppressions
from extract.pull import run_pull
from extract.sandbox import DEMO_ACCOUNTS_PATH, DEMO_END, DEMO_PRESET, DEMO_SEED, DEMO_START, DEMO_TWISTS
from extract.sandbox.process import running_sandbox
from extract.settings import Settings
from extract.settled import settled_campaigns
from extract.webhooks import WebhookFiles

# A daily pull leaves out what hardly changes; no longer than this, should the weekly one not come.
FULL_PULL_EVERY = timedelta(days=8)

# What stands for the base URL in demo raw: the port is another one every time, the world is not.
DEMO_ORIGIN = f"sandbox {DEMO_PRESET} {DEMO_SEED} ordinary"

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


def account_file(settings: Settings) -> Path:
    """The account file of this workspace: the operator's, or the invented senders of the demo."""
    return DEMO_ACCOUNTS_PATH if settings.is_demo else settings.account_metadata_path


def raw_path(settings: Settings) -> Path:
    """Where the raw database of this workspace lives."""
    return settings.workspace_dir / "raw.duckdb"


def published_path(settings: Settings) -> Path:
    """Where the published warehouse of this workspace lives; absent before the first build."""
    return settings.workspace_dir / "warehouse.duckdb"


def heyreach_client(settings: Settings) -> HeyReachClient:
    """The client for the operator's workspace; OUTBOUND_AS_OF, where set, is its clock."""
    pacer = Pacer(settings.requests_per_minute, settings.api_key, settings.data_dir / "pacing")
    clock = (lambda: settings.as_of) if settings.as_of else None
    return HeyReachClient(settings.base_url, settings.api_key, pacer, clock=clock)


def ledger_path(settings: Settings) -> Path:
    """Where the import ledger of this workspace lives."""
    return settings.workspace_dir / "imports.sqlite"


def enrichment_ledger_path(settings: Settings) -> Path:
    """Where the enrichment ledger of this workspace lives."""
    return settings.workspace_dir / "enrichment.sqlite"


def suppressions(settings: Settings) -> Suppressions:
    """Who was erased from this workspace and is to be kept out of it."""
    return Suppressions(settings.workspace_dir / "suppressed")


def webhooks_dir(settings: Settings) -> Path:
    """Where the operator's receiver of webhooks puts its files; need not exist."""
    return settings.workspace_dir / "webhooks"


def as_meant(settings: Settings) -> Settings:
    """The settings with the as-of that is meant: the newest pull of the minute or second that is named.

    Reports print a pull's moment to the minute, and what they print can be typed again. Raw must exist.
    """
    if not settings.as_of:
        return settings
    with raw.connect(raw_path(settings), read_only=True) as connection:
        pulls = raw.pull_times(connection, before=settings.as_of + settings.as_of_precision)
    return replace(settings, as_of=max(settings.as_of, pulls.newest)) if pulls else settings


def require_known_versions(settings: Settings) -> None:
    """Raise NewerError where a newer release wrote into this workspace, before anything else is done with it.

    An older one's files are brought up to date, as whoever opens them does.
    """
    versions.require_known_folder(journal.KIND, settings.workspace_dir / "journal")
    finished_folders(landing_dir(settings))
    for path, ledger in (
        (ledger_path(settings), Ledger),
        (enrichment_ledger_path(settings), EnrichmentLedger),
    ):
        if path.exists():
            with ledger(path):
                pass
    # A damaged or held one is told of by the step that needs it, so that it stands in the run's record.
    with contextlib.suppress(raw.RawError):
        if raw_path(settings).exists():
            with raw.connect(raw_path(settings), read_only=True):
                pass


def extract(settings: Settings, say: Callable[[str], None], kind: str = "full") -> Extraction:
    """Pull HeyReach, or the demo's sandbox where there is no key, and load what changed into raw.

    `kind` is one of pull.KINDS; the demo has a timetable of its own.
    """
    load_landed(settings)
    settings = as_meant(settings)
    results = _pull_demo(settings, say) if settings.is_demo else _pull_heyreach(settings, kind)
    _load_leftovers(settings)
    return Extraction(
        pulls=len(results),
        requests=sum(result.requests for result in results),
        rows_received=sum(result.rows_received for result in results),
        rows_landed=sum(result.rows_landed for result in results),
        warnings=list(dict.fromkeys(line for result in results for line in result.warnings)),
    )


def load_landed(settings: Settings) -> None:
    """Bring the raw database, which may not exist yet, to where the landing folders are.

    Raises MissingError where something that was landed is in neither of the two.
    """
    raw.initialise(raw_path(settings))
    _load_leftovers(settings)


def _load_leftovers(settings: Settings) -> None:
    """Load every finished landing folder that raw doesn't list: the newest, and any a crash left behind."""
    path = raw_path(settings)
    folders = finished_folders(landing_dir(settings))
    with raw.connect(path, read_only=True) as connection:
        loaded = raw.loaded_landings(connection)
    landings = Landings(landings_path(settings))
    missing = landings.missing(folders, loaded)
    _require_nothing_missing(landings.unaccepted(missing))
    without = {landing_dir(settings) / name / file for name, faults in missing.items() for file in faults}
    # A folder is listed in raw by its pulls: without them nothing of it counts.
    usable = [folder for folder in folders if folder / "pulls.jsonl" not in without]
    load([folder for folder in usable if folder.name not in loaded], path, without)
    landings.note(folders)


def _require_nothing_missing(missing: Faults) -> None:
    if missing:
        raise MissingError(
            f"Landed, and not to be had any more: {described(missing)}. What stood there can't be pulled "
            "again: bring it back from a backup, or go on without it: make recover WITHOUT_MISSING=1"
        )


def rebuild_raw(settings: Settings, *, goes_without: bool = False) -> tuple[Path | None, int, str]:
    """Make raw anew from all landing folders: where the old file went, how many folders, what is missing.

    Raises MissingError, with nothing changed, where a folder or a file is missing, unless it `goes_without`.
    """
    path = raw_path(settings)
    with contextlib.suppress(raw.RawError, duckdb.Error):  # damaged, which is why it is made anew
        require_known_versions(settings)
    folders = finished_folders(landing_dir(settings))
    landings = Landings(landings_path(settings))
    missing = landings.missing(folders, loaded=())
    if goes_without:
        landings.give_up(landings.unaccepted(missing))
    _require_nothing_missing(landings.unaccepted(missing))
    old = set_aside(path) if path.exists() else None
    load_landed(settings)
    return old, len(folders), described(missing)


def landings_path(settings: Settings) -> Path:
    """Where a workspace keeps the record of its landing folders."""
    return settings.workspace_dir / "journal" / "landings.jsonl"


def landing_dir(settings: Settings) -> Path:
    """Where the landing folders of this workspace are."""
    return settings.workspace_dir / "landing"


def _known_origin(settings: Settings, base_url: str) -> raw.Origin | None:
    with raw.connect(raw_path(settings), read_only=True) as connection:
        origin = raw.origin(connection)
        pulls = raw.pull_times(connection)
    if origin and origin.base_url != base_url and settings.is_demo:
        raise ConfigurationError(
            f"{settings.workspace_dir} holds the demo of another release ({origin.base_url}; this one shows "
            f"{base_url}): delete that folder, or set OUTBOUND_DATA_DIR to another, and run again"
        )
    if origin and origin.base_url != base_url:
        raise ConfigurationError(
            f"{raw_path(settings)} holds data of {origin.base_url}, but HEYREACH_BASE_URL is {base_url}: "
            "set OUTBOUND_DATA_DIR to a folder for the other server, or restore the base URL"
        )
    if settings.as_of and pulls and settings.as_of < pulls.newest:
        raise ConfigurationError(
            f"OUTBOUND_AS_OF={settings.as_of:%Y-%m-%dT%H:%M:%SZ} lies before the newest pull "
            f"({pulls.newest:%Y-%m-%dT%H:%M:%SZ}): a pull can't be dated into the past. "
            "`make build` looks back without pulling"
        )
    return origin


def _pull_heyreach(settings: Settings, kind: str) -> list[PullResult]:
    origin = _known_origin(settings, settings.base_url)
    with heyreach_client(settings) as client:
        client.check_api_key()
        kind = _kind_due(settings, kind, client.now())
        with Landing(landing_dir(settings)) as landing:
            known = KnownStates(raw_path(settings))
            result = run_pull(
                client,
                landing,
                known,
                base_url=settings.base_url,
                origin=origin,
                kind=kind,
                erased=suppressions(settings),
                settled=settled_campaigns(published_path(settings), raw_path(settings)),
            )
            _land_imports(settings, landing)
            _land_enrichments(settings, landing)
            _land_webhooks(settings, landing, result)
            return [result]


def _kind_due(settings: Settings, kind: str, now: datetime) -> str:
    """The kind asked for, or `full`: the first pull is one, and a daily one where the last is too old."""
    with raw.connect(raw_path(settings), read_only=True) as connection:
        pulls = raw.pull_times(connection)
    newest_full = pulls and pulls.newest_full
    if newest_full is None or (kind == "daily" and abs(now - newest_full) > FULL_PULL_EVERY):
        return "full"
    return kind


def _land_imports(settings: Settings, landing: Landing) -> None:
    """Land what the import ledger holds and raw doesn't, together with the pull that may show its effect."""
    if not ledger_path(settings).exists():
        return
    with raw.connect(raw_path(settings), read_only=True) as connection:
        last_events = raw.last_import_events(connection)
    with Ledger(ledger_path(settings)) as ledger:
        for table, row in ledger.news(last_events):
            landing.write(table, row)


def _land_enrichments(settings: Settings, landing: Landing) -> None:
    """Land what the enrichment ledger holds and raw doesn't."""
    if not enrichment_ledger_path(settings).exists():
        return
    with raw.connect(raw_path(settings), read_only=True) as connection:
        runs, last_ask, answered = raw.known_enrichments(connection)
    with EnrichmentLedger(enrichment_ledger_path(settings)) as ledger:
        for table, row in ledger.news(runs, last_ask, answered):
            landing.write(table, row)


def _land_webhooks(settings: Settings, landing: Landing, pull: PullResult) -> None:
    """Land what the operator's webhook files hold and raw doesn't, dated by the pull beside it."""
    with raw.connect(raw_path(settings), read_only=True) as connection:
        files = WebhookFiles(
            webhooks_dir(settings), connection, pull.finished_at, pull.pull_id, suppressions(settings)
        )
        for table, row in files.news():
            landing.write(table, row)
    pull.warnings.extend(files.warnings)


def _pull_demo(settings: Settings, say: Callable[[str], None]) -> list[PullResult]:
    """Replay the demo's weeks of pulls against the sandbox, from where raw stands, in one landing."""
    origin = _known_origin(settings, DEMO_ORIGIN)
    with raw.connect(raw_path(settings), read_only=True) as connection:
        pulls = raw.pull_times(connection)
    moments = list(_demo_moments(pulls.newest if pulls else None))
    say(
        f"demo data: replaying {len(moments)} pull{'s' if len(moments) > 1 else ''} "
        "of an invented workspace over HTTP"
    )
    results = []
    known = KnownStates(raw_path(settings))
    erased = suppressions(settings)
    with running_sandbox(twists=DEMO_TWISTS) as sandbox:
        pacer = Pacer(0, sandbox.api_key, settings.data_dir / "pacing")
        with (
            HeyReachClient(sandbox.base_url, sandbox.api_key, pacer) as client,
            Landing(landing_dir(settings)) as landing,
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
                    )
                )
            _land_imports(settings, landing)
            _land_enrichments(settings, landing)
    return results


def _demo_moments(newest: datetime | None) -> Iterator[tuple[datetime, str]]:
    """The demo's timetable after the newest pull in raw; always ends with a full pull at its end."""
    moment = DEMO_START
    while moment < DEMO_END:
        if moment.hour in DEMO_PULL_HOURS and (newest is None or moment > newest):
            yield moment, DEMO_PULL_HOURS[moment.hour]
        moment += timedelta(hours=1)
    yield DEMO_END, "full"
