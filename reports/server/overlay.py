"""What was posted and isn't in the published file yet: laid over what is shown, and marked, until a build.

A journal's line is in the file when it was written before the build that published it began to read journals;
what lies in ledgers and signal files is compared by what the file says of it.
"""

import hashlib
import threading
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from extract.enrichment.answered import Answer
from extract.importer.by_hand import FILE_NAME
from extract.importer.ledger import Ledger
from extract.intelligence import dismissals, watches
from extract.intelligence.configuration import load_configuration
from extract.intelligence.watches import Target
from extract.outreach.tracking import FILE, KINDS
from extract.people.profile_urls import parse_profile_urls
from extract.workspace import journal
from extract.workspace.errors import ConfigurationError
from extract.workspace.workspace import Workspace
from reports.jobs.enriching import known_of
from reports.server.generations import Generation

_READ_UNTIL = "select requested_at from staging.stg_operations__run_parameters"
_SCORED_BY = "select scoring_config_hash from staging.stg_operations__run_parameters"
_TRACKED = """
    select leads.lead_id, told.signal_type, told.occurred_at
    from (
        select unnest($people::varchar[]) as person, unnest($types::varchar[]) as signal_type,
            try_cast(unnest($times::varchar[]) as timestamptz) as occurred_at
    ) as told
    inner join marts.heyreach_leads as leads on told.person = leads.normalized_profile_url
    where told.occurred_at is not null and not exists (
        select 1 from marts.signal_events as events
        where events.lead_id = leads.lead_id and events.signal_type = told.signal_type
            and events.occurred_at = told.occurred_at
    )
    order by told.occurred_at, leads.lead_id
"""
_ANSWERED = """
    select integration, max(answered_at) as answered_at
    from marts.enrichment_results
    where lead_id = ? and answered_at is not null
    group by integration
"""


@dataclass(frozen=True)
class Tracked:
    """An event that was told of a lead."""

    lead_id: str
    kind: str
    occurred_at: datetime


@dataclass(frozen=True)
class Posted:
    """What the published file doesn't know yet.

    `watched` and `dismissed` are people by their plain links, and `targets` whatever else is watched, each
    with whether that is so from now on or no more. `by_hand` are leads that were imported one by one.
    """

    watched: dict[str, bool] = field(default_factory=dict)
    targets: dict[Target, bool] = field(default_factory=dict)
    dismissed: dict[str, bool] = field(default_factory=dict)
    tracked: list[Tracked] = field(default_factory=list)
    by_hand: list[dict[str, Any]] = field(default_factory=list)
    is_scored_otherwise: bool = False

    def __bool__(self) -> bool:
        return any(vars(self).values())


class Overlay:
    """What was posted to one workspace; read again only when something of it, or the file, has changed."""

    def __init__(self, workspace: Workspace):
        self._workspace = workspace
        self._lock = threading.Lock()
        self._kept: tuple[str, Posted] = ("", Posted())

    @property
    def version(self) -> str:
        """What changes whenever anything that can be posted does; costs a look at some files."""
        states = "".join(f"{_state(path)};" for path in _posted_to(self._workspace))
        return hashlib.sha256(states.encode()).hexdigest()[:16]

    def posted(self, generation: Generation) -> Posted:
        """What a published file doesn't know yet."""
        of = f"{generation.version} {self.version}"
        with self._lock:
            if self._kept[0] != of:
                self._kept = (of, _read(self._workspace, generation))
            return self._kept[1]

    def of_lead(self, generation: Generation, lead: dict[str, Any]) -> dict[str, Any]:
        """What of it is about one lead, a row of heyreach_leads; None where nothing was posted."""
        person = lead["normalized_profile_url"]
        posted, link = self.posted(generation), f"https://www.{person}"
        return {
            "is_watched": posted.watched.get(link),
            "is_dismissed": posted.dismissed.get(link),
            "tracked": [
                {"kind": each.kind, "occurred_at": each.occurred_at}
                for each in posted.tracked
                if each.lead_id == lead["lead_id"]
            ],
            "answers": [
                {name: value for name, value in vars(each).items() if name != "call_id"}
                for each in self.answers(generation, lead["lead_id"], person)
            ]
            if person
            else [],
        }

    def answers(self, generation: Generation, lead_id: str, person: str) -> list[Answer]:
        """What services answered about a lead since, by the newest answer of each."""
        known = {row["integration"]: row["answered_at"] for row in generation.rows(_ANSWERED, [lead_id])}
        return [
            each
            for each in known_of(self._workspace, person)
            if each.integration not in known or each.answered_at > known[each.integration]
        ]


def _posted_to(workspace: Workspace) -> Iterable[Path]:
    paths = workspace.paths
    yield from (paths.watches, paths.dismissals, paths.signals / FILE)
    yield from (workspace.icp_profiles, workspace.scoring_config)
    for ledger in (paths.import_ledger, paths.enrichment_ledger):
        yield ledger
        yield ledger.with_name(f"{ledger.name}-wal")


def _state(path: Path) -> tuple[int, ...]:
    try:
        found = path.stat()
    except FileNotFoundError:
        return ()
    return found.st_ino, found.st_size, found.st_mtime_ns


def _read(workspace: Workspace, generation: Generation) -> Posted:
    found = generation.one(_READ_UNTIL)
    since = found["requested_at"] if found else None
    noted = watches.noted(workspace.paths, since)
    return Posted(
        watched={target.profile_url: is_so for target, is_so in noted.items() if target.profile_url},
        targets={target: is_so for target, is_so in noted.items() if not target.profile_url},
        dismissed=dismissals.noted(workspace.paths, since),
        tracked=_tracked(workspace.paths.signals / FILE, generation),
        by_hand=_by_hand(workspace, generation),
        is_scored_otherwise=_is_scored_otherwise(workspace, generation),
    )


def _tracked(path: Path, generation: Generation) -> list[Tracked]:
    kinds = {signal: kind for kind, signal in KINDS.items()}
    # Others may write into this folder, too: what isn't a line of ours is judged by the build, and not here.
    told = [tuple(map(row.get, ("profile_url", "signal_type", "occurred_at"))) for row in journal.rows(path)]
    ours = [each for each in told if all(isinstance(value, str) for value in each) and each[1] in kinds]
    given = {
        "people": [parsed.key for parsed in parse_profile_urls([url for url, _, _ in ours])],
        "types": [signal_type for _, signal_type, _ in ours],
        "times": [time for _, _, time in ours],
    }
    return [
        Tracked(row["lead_id"], kinds[row["signal_type"]], row["occurred_at"])
        for row in generation.rows(_TRACKED, given)
    ]


def _by_hand(workspace: Workspace, generation: Generation) -> list[dict[str, Any]]:
    path = workspace.paths.import_ledger
    if not path.exists():
        return []
    known = {row["import_id"] for row in generation.rows("select import_id from marts.heyreach_imports")}
    with Ledger(path) as ledger:
        return [
            {
                "import_id": entry.import_id,
                "profile_url": lead.profile_url,
                "state": lead.state,
                "campaign_id": entry.campaign_id,
                "list_id": entry.list_id,
                "planned_at": entry.planned_at,
            }
            for entry in ledger.imports()
            if entry.file_name == FILE_NAME and entry.import_id not in known
            for lead in ledger.leads(entry.import_id)
        ]


def _is_scored_otherwise(workspace: Workspace, generation: Generation) -> bool:
    """Whether profiles or points are others than those that the file was built by."""
    built = generation.one(_SCORED_BY)
    try:
        return built is not None and built["scoring_config_hash"] != load_configuration(workspace).config_hash
    except ConfigurationError:  # half written: it is no other one yet
        return False
