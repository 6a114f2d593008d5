"""`make enrich`: ask what is not known yet, keep it, and say what it came to."""

import re
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from extract.enrichment.aturiya import leads_of_aturiya
from extract.enrichment.base import REOPENED, Integration
from extract.enrichment.clients import Clients, is_invented, missing_keys
from extract.enrichment.config import EnrichmentConfig, load_enrichment_config
from extract.enrichment.costing import costs_of, total_usd
from extract.enrichment.halting import FailingAlikeError, Halts
from extract.enrichment.lacking import lacking, oldest_first
from extract.enrichment.leads import (
    Leads,
    check_columns,
    leads_of_file,
    leads_of_warehouse,
    purpose_of,
)
from extract.enrichment.ledger import EnrichmentLedger
from extract.enrichment.ledger_tables import Ask, Run, RunRow
from extract.enrichment.output import cost_text, counted, result_paths, summary_lines, write_files
from extract.enrichment.profiles import ProfileSource
from extract.enrichment.readiness import not_ready
from extract.enrichment.registry import chosen, waves
from extract.enrichment.runner import Runner
from extract.importer.mapping import load_mappings
from extract.people.suppression import Suppressions, suppressions
from extract.sandbox import DEMO_END
from extract.sandbox.process import Sandbox, demo_sandbox
from extract.workspace.errors import ConfigurationError, OutboundError
from extract.workspace.folders import require_writable
from extract.workspace.lock import exclusive
from extract.workspace.services import HEYREACH, PROFILES
from extract.workspace.workspace import Workspace

MOST_PARALLEL = 16
# After so long whoever is watched is asked about again: each night, also one that begins a little earlier.
AGAIN_AFTER = timedelta(hours=20)
SOURCES = ("warehouse", "aturiya")
# What reads profile pages: the language model does, too.
_READERS_OF_PAGES = (PROFILES, "llm")

Say = Callable[[str], None]


class UnfinishedError(OutboundError):
    """Some questions were not asked, because a service can't be asked now."""

    exit_code = 3


@dataclass(frozen=True)
class EnrichOptions:
    """What the operator asked for; without a file, the leads of `source`.

    `output` is a file or folder for the result, `format` csv, json or both; without it, what the file's
    ending says, else both. `only` are the people of the warehouse who alone are asked about, and so are
    `again`, whatever is known of them for longer than AGAIN_AFTER.
    """

    names: str
    file: Path | None = None
    source: str = "warehouse"
    campaign_id: str | None = None
    parallel: int = 5
    limit: int | None = None
    most_usd: float | None = None
    is_dry_run: bool = False
    output: Path | None = None
    format: str | None = None
    back_off: float = 1.0
    only: frozenset[str] | None = None
    again: frozenset[str] | None = None

    @property
    def is_of_warehouse(self) -> bool:
        """Whether the leads are those of the warehouse."""
        return not self.file and self.source == "warehouse"

    def results(self, run_id: str, folder: Path) -> list[Path]:
        """The files that a run writes: where `output` says, else beside the leads or in `folder`."""
        name = f"{self.file.stem}_enriched" if self.file else run_id
        default = (self.file.parent if self.file else folder) / name
        return result_paths(default, self.output, self.format)


@dataclass
class Spent:
    """What starts that share their limits have taken of them, in leads and dollars."""

    leads: int = 0
    usd: float = 0.0


def run_enrich(workspace: Workspace, options: EnrichOptions, say: Say, spent: Spent | None = None) -> None:
    """Do what the options ask; with `spent`, within what other starts left of the limits.

    Raises ConfigurationError for what can't be asked at all (nothing is asked then), UnfinishedError where a
    service stopped answering; the same command goes on there.
    """
    config = load_enrichment_config(workspace.enrichment_config)
    if not 1 <= options.parallel <= MOST_PARALLEL:
        raise ConfigurationError(f"PARALLEL must be 1 to {MOST_PARALLEL}, not {options.parallel}")
    if options.limit is not None and options.limit < 1:
        raise ConfigurationError("LIMIT must be 1 or more")
    integrations = chosen(options.names, config)
    _check_ready(workspace, integrations, options)
    if not options.is_dry_run:
        _check_results(workspace, options)
    with (
        exclusive(workspace.folder, "enrichment", job="enrich"),
        _sandbox(workspace, integrations, options) as (heyreach, sandbox),
    ):
        clients = Clients(workspace, config, back_off=options.back_off, heyreach=heyreach, sandbox=sandbox)
        try:
            with EnrichmentLedger(workspace.paths.enrichment_ledger) as ledger:
                people = suppressions(workspace)
                leads = _without_erased(people, _leads(workspace, options, clients), say)
                check_columns(leads, integrations)
                started = _Enrichment(
                    workspace, config, clients, ledger, people, options, say, spent or Spent()
                )
                started.run(leads, integrations)
        finally:
            clients.close()


@contextmanager
def _sandbox(
    workspace: Workspace, integrations: list[Integration], options: EnrichOptions
) -> Iterator[tuple[Workspace, Sandbox | None]]:
    """Where HeyReach is asked, and where whoever else is invented with the demo's people.

    That is the operator's HeyReach and nowhere, or the demo's sandbox for as long as it is needed.
    """
    is_asked = any(
        each.service == HEYREACH
        or (options.is_of_warehouse and each.service in _READERS_OF_PAGES)
        or (options.is_of_warehouse and is_invented(each.service, workspace))
        for each in integrations
    )
    if not workspace.is_demo or not is_asked or options.is_dry_run:
        yield workspace, None
        return
    with demo_sandbox(DEMO_END) as sandbox:
        heyreach = replace(
            workspace, base_url=sandbox.base_url, api_key=sandbox.api_key, requests_per_minute=0
        )
        yield heyreach, sandbox if options.is_of_warehouse else None


@dataclass(frozen=True)
class _Enrichment:
    workspace: Workspace
    config: EnrichmentConfig
    clients: Clients
    ledger: EnrichmentLedger
    people: Suppressions
    options: EnrichOptions
    say: Say
    spent: Spent

    def run(self, leads: Leads, integrations: list[Integration]) -> None:
        options = self.options
        purpose = purpose_of(leads, integrations, options.limit, options.again is not None, options.only)
        run = self.ledger.unfinished(purpose)
        if leads.source == "warehouse":
            leads = self._lacking(leads, integrations)
            if not leads.rows and not run:
                return
        if self.options.is_dry_run:
            self._preview(leads, integrations, run)
            return
        if run:
            self.say(f"run {run.run_id} of the same leads and questions is unfinished: going on with it")
        else:
            run = self._new_run(leads, integrations, purpose)
            self.ledger.begin(run, leads.rows, leads.source_rows)
        purged = ProfileSource(self.workspace.paths.profiles, self.config, self.workspace).purge(time.time())
        if purged:
            self.say(f"{purged:,} fetched profile pages were older than they may be kept, and are removed")
        runner = Runner(
            self.ledger,
            run.run_id,
            self.clients,
            self.config,
            self.options.parallel,
            self._now,
            self.people,
            most_usd=self.options.most_usd,
            usd=self.spent.usd,
        )
        try:
            for wave in waves(integrations):
                self._plan(run, wave)
                runner.run(wave)
                if any(runner.halts.of(each) for each in wave):
                    break  # what comes next may need what was not asked
        finally:
            self.spent.usd = runner.usd
            is_through = self._report(run, leads, integrations, runner.halts)
        if is_through:
            self.ledger.end(run.run_id, self._now())
        stopped, is_left = runner.halts.reasons, bool(runner.halts.hosts)
        failing = any(isinstance(error, FailingAlikeError) for error in stopped)
        if failing or is_left or (stopped and not is_through):
            what = "failed" if is_through and not is_left else "was not asked"
            raise UnfinishedError(
                "; ".join(dict.fromkeys(map(str, stopped)))
                + f". What {what} is asked when you run the same command again"
            )

    def _lacking(self, leads: Leads, integrations: list[Integration]) -> Leads:
        now, again, limit = self._now(), self.options.again, self.options.limit
        if again is None:
            rows = lacking(leads.rows, integrations, self.ledger, now)
            said = f"{len(rows):,} of {len(leads.rows):,} people in the warehouse lack what can be asked"
        else:
            watched = [row for row in leads.rows if row.person in again]
            rows = oldest_first(watched, integrations, self.ledger, now)
            rows = lacking(rows, integrations, self.ledger, now, now - AGAIN_AFTER)
            said = f"{len(rows):,} of {len(watched):,} watched people were not asked about today"
        taken = rows[: None if limit is None else max(limit - self.spent.leads, 0)]
        first = f"; the first {len(taken):,} of them are asked about" if len(taken) < len(rows) else ""
        self.say(f"{said}{first}")
        self.spent.leads += len(taken)
        return replace(leads, rows=taken)

    def _new_run(self, leads: Leads, integrations: list[Integration], purpose: str) -> Run:
        now = self._now()
        slug = re.sub(r"[^a-z0-9]+", "_", leads.file.stem.lower() if leads.file else leads.source)
        return Run(
            run_id=f"{slug.strip('_')[:40] or 'leads'}-{now:%Y%m%d-%H%M%S}-{secrets.token_hex(2)}",
            started_at=now,
            source=leads.source,
            file_name=leads.file.name if leads.file else None,
            file_sha256=leads.sha256,
            integrations=tuple(each.name for each in integrations),
            purpose=purpose,
        )

    def _plan(self, run: Run, wave: list[Integration]) -> None:
        """Write down what this wave asks, with what earlier waves found."""
        open_ones = [each for each in wave if not self.ledger.is_planned(run.run_id, each.name)]
        if not open_ones:
            return
        rows, asked = self._present(run)
        told = {row.row_number: dict(row.lead) for row in rows}
        for ask in asked:
            for name, value in ask.fields.items():
                if isinstance(value, str):
                    told[ask.row_number].setdefault(name, value)
        for each in open_ones:
            asks = []
            for row in rows:
                subject = each.subject(told[row.row_number])
                missing = [name for name in each.inputs if not told[row.row_number].get(name)]
                asks.append((row.row_number, subject, f"no {', '.join(missing)}" if missing else None))
            since = None if self.options.again is None else self._now() - AGAIN_AFTER
            self.ledger.plan(run.run_id, each.name, each.variant, asks, self._now(), since)

    def _preview(self, leads: Leads, integrations: list[Integration], run: Run | None) -> None:
        self.say(
            f"{len(leads.rows):,} rows; dry run: nothing is asked"
            + (f"; would go on with {run.run_id}" if run else "")
        )
        costs = costs_of(leads.rows, integrations, self.ledger, self.config, self._now())
        for each in costs:
            later = f"; also what others find as {', '.join(each.waits_for)}" if each.waits_for else ""
            self.say(
                f"  {each.integration}: {each.rows:,} rows have its input, {each.known:,} known already, "
                f"{each.to_ask:,} to ask{later}; at most {cost_text(each.credits, each.usd)}"
            )
        is_priced = all(each.is_priced for each in costs)
        self.say(
            f"  at most {total_usd(costs):,.2f} dollars"
            + ("" if is_priced else ", and what has no price set")
        )

    def _report(self, run: Run, leads: Leads, integrations: list[Integration], halts: Halts) -> bool:
        """Write the files and say what was found; whether nothing is left to ask."""
        rows, asks = self._present(run)
        stopped = {each.name: reason for each in integrations if (reason := halts.of(each))}
        counts = counted(asks, stopped)
        about = {"run_id": run.run_id, "started_at": run.started_at.isoformat(), "source": run.source}
        paths = self.options.results(run.run_id, self.workspace.paths.enrichment_results)
        write_files(paths, leads, rows, asks, integrations, counts, stopped, about)
        self.say(f"{run.run_id}: {len(rows):,} rows")
        for line in summary_lines(counts):
            self.say(line)
        for path in paths:
            self.say(f"result: {path}")
        planned = {ask.integration for ask in asks}
        return planned == {each.name for each in integrations} and all(
            ask.key is None or ask.status not in (None, *REOPENED) for ask in asks
        )

    def _present(self, run: Run) -> tuple[list[RunRow], list[Ask]]:
        """The rows of a run, and what they ask, without those of people who were erased since it began."""
        rows = self.ledger.rows(run.run_id)
        gone = self.people.erased({row.person for row in rows if row.person})
        kept = [row for row in rows if row.person not in gone]
        numbers = {row.row_number for row in kept}
        return kept, [ask for ask in self.ledger.asks(run.run_id) if ask.row_number in numbers]

    def _now(self) -> datetime:
        return moment(self.workspace)


def moment(workspace: Workspace) -> datetime:
    """The moment at which services are asked; of the demo's people, the end of their story."""
    is_of_the_demo = workspace.is_demo and not workspace.as_of
    return DEMO_END if is_of_the_demo else workspace.now()


def _leads(workspace: Workspace, options: EnrichOptions, clients: Clients) -> Leads:
    if options.file:
        return leads_of_file(options.file, load_mappings(workspace.import_mappings), options.limit)
    if options.source == "aturiya":
        return leads_of_aturiya(clients.get("aturiya"), options.campaign_id, options.limit)
    return leads_of_warehouse(workspace.paths.published, options.only)


def _without_erased(people: Suppressions, leads: Leads, say: Say) -> Leads:
    """The leads without those who were erased from this workspace: nobody is asked about them again."""
    gone = people.erased({row.person for row in leads.rows if row.person})
    rows = [row for row in leads.rows if row.person not in gone]
    if len(rows) < len(leads.rows):
        say(f"{len(leads.rows) - len(rows):,} rows are of people who were erased, and are left out")
    told = [row for row in leads.source_rows if row.person not in gone]
    return replace(leads, rows=rows, source_rows=told)


def _check_ready(workspace: Workspace, integrations: list[Integration], options: EnrichOptions) -> None:
    problems = []
    if not options.file and options.source not in SOURCES:
        problems.append(f"SOURCE must be one of {', '.join(SOURCES)}, not {options.source!r}")
    if not options.file and options.source == "aturiya":
        problems += [
            f"SOURCE=aturiya needs {name}: set it in .env" for name in missing_keys("aturiya", workspace)
        ]
    for each in integrations:
        problems += not_ready(
            workspace, each, is_of_warehouse=options.is_of_warehouse, is_dry_run=options.is_dry_run
        )
    if problems:
        raise ConfigurationError(problems)


def _check_results(workspace: Workspace, options: EnrichOptions) -> None:
    """Raises ConfigurationError where the result can't be written, or would take the place of the leads."""
    for path in options.results("run", workspace.paths.enrichment_results):
        if options.file and path.resolve() == options.file.resolve():
            raise ConfigurationError(f"OUTPUT {path} is the file of the leads: name another one")
        if options.output or (options.file and options.file.exists()):
            require_writable(path.parent, "The folder of the result")
