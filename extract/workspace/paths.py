"""Where a workspace keeps what: the one list of its files and folders.

`data_folder.py` says of each kind what it holds, what makes it grow and what bounds it.
"""

from dataclasses import dataclass
from pathlib import Path

BACKUPS, WORKSPACES = "backups", "workspaces"


@dataclass(frozen=True)
class Paths:
    """The files and folders of one workspace, any of which may not exist yet.

    `folder` is its own; `data_dir`, unless that is the same, is shared with others.
    """

    folder: Path
    data_dir: Path | None = None

    @property
    def raw(self) -> Path:
        """The raw database: every observation."""
        return self.folder / "raw.duckdb"

    @property
    def build(self) -> Path:
        """The warehouse that is being built."""
        return self.folder / "build.duckdb"

    @property
    def published(self) -> Path:
        """The published warehouse; absent before the first build."""
        return self.folder / "warehouse.duckdb"

    @property
    def account_seed(self) -> Path:
        """The account file's rows, as dbt reads them."""
        return self.folder / "heyreach_account_config.csv"

    @property
    def dbt(self) -> Path:
        """dbt's working folder."""
        return self.folder / "dbt"

    @property
    def docs(self) -> Path:
        """The dbt docs, as one page."""
        return self.folder / "docs" / "index.html"

    @property
    def landing(self) -> Path:
        """The landing folders: what pulls brought, as files."""
        return self.folder / "landing"

    @property
    def import_ledger(self) -> Path:
        """What was imported: a SQLite database."""
        return self.folder / "imports.sqlite"

    @property
    def import_results(self) -> Path:
        """A file for each import: what became of its rows."""
        return self.folder / "imports"

    @property
    def act_ledger(self) -> Path:
        """What was done with campaigns, and which leads were stopped there: a SQLite database."""
        return self.folder / "acts.sqlite"

    @property
    def plan_ledger(self) -> Path:
        """Who was to be asked when: a SQLite database."""
        return self.folder / "plans.sqlite"

    @property
    def lead_files(self) -> Path:
        """Files of the leads behind lines of the report, and of those that were stopped."""
        return self.folder / "leads"

    @property
    def enrichment_ledger(self) -> Path:
        """What other services were asked: a SQLite database."""
        return self.folder / "enrichment.sqlite"

    @property
    def enrichment_results(self) -> Path:
        """A folder for each enrichment whose leads came from no file."""
        return self.folder / "enrichment"

    @property
    def suppressed(self) -> Path:
        """Who was erased and is to be kept out, as salted hashes."""
        return self.folder / "suppressed"

    @property
    def webhooks(self) -> Path:
        """Where the operator's receiver of webhooks puts its files."""
        return self.folder / "webhooks"

    @property
    def signals(self) -> Path:
        """Where the operator and their site leave what happened to leads and companies."""
        return self.folder / "signals"

    @property
    def profiles(self) -> Path:
        """Where the operator puts the text of profiles; fetched ones lie in a folder of it."""
        return self.folder / "profiles"

    @property
    def reports(self) -> Path:
        """Reports, unless the operator names another folder."""
        return self.folder / "reports"

    @property
    def logs(self) -> Path:
        """What scheduled jobs printed."""
        return self.folder / "logs"

    @property
    def backups(self) -> Path:
        """Backups, unless the operator names another folder, and what a restore put aside."""
        return self.folder / BACKUPS

    def copies(self) -> list[Path]:
        """The backups there, and what a restore put aside; no erasure reaches into them."""
        folder = self.backups
        return sorted(path for path in folder.iterdir() if path.name[0] != ".") if folder.is_dir() else []

    @property
    def journal(self) -> Path:
        """The journals: what no build may replace, a line each."""
        return self.folder / "journal"

    @property
    def runs(self) -> Path:
        """The record of runs."""
        return self.journal / "runs.jsonl"

    @property
    def alerts(self) -> Path:
        """What was told, and where it arrived."""
        return self.journal / "alerts.jsonl"

    @property
    def acknowledgements(self) -> Path:
        """Anomalies that the operator silenced."""
        return self.journal / "acknowledgements.jsonl"

    @property
    def advice(self) -> Path:
        """What the operator said of advice."""
        return self.journal / "advice.jsonl"

    @property
    def watches(self) -> Path:
        """Whom the operator watches, and what was told of them."""
        return self.journal / "watches.jsonl"

    @property
    def dismissals(self) -> Path:
        """Whom the operator dismissed from the inbox."""
        return self.journal / "dismissals.jsonl"

    @property
    def discoveries(self) -> Path:
        """Companies that searches brought."""
        return self.journal / "discoveries.jsonl"

    @property
    def scoring_configs(self) -> Path:
        """What leads were scored by, put into segments by and written: each configuration once."""
        return self.journal / "scoring_configs.jsonl"

    @property
    def message_tests(self) -> Path:
        """Tests of messages as they were registered, changed and removed."""
        return self.journal / "message_tests.jsonl"

    @property
    def changed_texts(self) -> Path:
        """Texts that the operator changed for one person."""
        return self.journal / "changed_texts.jsonl"

    @property
    def snapshots(self) -> Path:
        """The figures that were reported."""
        return self.journal / "snapshots.jsonl"

    @property
    def erasures(self) -> Path:
        """How much was erased, for a raw database that is made anew; nobody is named."""
        return self.journal / "erasures.jsonl"

    @property
    def landings(self) -> Path:
        """The landing folders that were complete once."""
        return self.journal / "landings.jsonl"

    @property
    def server(self) -> Path:
        """What the server keeps for itself: who may come in, and what it was asked to do."""
        return self.folder / "server"

    @property
    def server_token(self) -> Path:
        """The token that programs show to the API; nobody else may read it."""
        return self.server / "token"

    @property
    def door(self) -> Path:
        """Where webhooks come in: the addresses, each with its secret.

        Hidden, as what belongs to this machine and to now: no backup holds it, none brings an old one back.
        """
        return self.folder / ".door.json"

    @property
    def job_ledger(self) -> Path:
        """What was asked of the server, and what became of it: a SQLite database."""
        return self.server / "jobs.sqlite"

    @property
    def pacing(self) -> Path:
        """How far each key is within its pace; keys are shared by the workspaces of a data folder."""
        return (self.data_dir or self.folder) / "pacing"

    def folders(self) -> list[Path]:
        """The folders that verbs write to; whoever first writes there makes them."""
        here = (self.landing, self.journal, self.webhooks, self.signals, self.profiles, self.suppressed)
        made = (self.import_results, self.enrichment_results, self.lead_files)
        kept = (self.reports, self.logs, self.backups)
        return [*here, *made, *kept, self.server, self.dbt, self.docs.parent, self.pacing]


@dataclass(frozen=True)
class AgencyPaths:
    """The files and folders of an agency that are of no single workspace, any of which may not exist yet."""

    data_dir: Path

    @property
    def folder(self) -> Path:
        """Where all of them but the lake lie."""
        return self.data_dir / "agency"

    @property
    def workspaces(self) -> Path:
        """Where each workspace has its data, unless the list says otherwise."""
        return self.data_dir / WORKSPACES

    @property
    def lake(self) -> Path:
        """What each workspace published, without people, as Parquet."""
        return self.data_dir / "lake"

    @property
    def published(self) -> Path:
        """The warehouse over all workspaces."""
        return Paths(self.folder).published

    @property
    def reports(self) -> Path:
        """The pages over all workspaces."""
        return Paths(self.folder).reports

    @property
    def logs(self) -> Path:
        """What each workspace's newest night said."""
        return Paths(self.folder).logs

    @property
    def lake_keys(self) -> Path:
        """The secrets with which each workspace's ids are hashed in the lake."""
        return self.folder / "keys"

    @property
    def build_places(self) -> Path:
        """A file for each build that may run at a time."""
        return self.folder / "places"
