"""For the enrichment's tests: stand-ins of the services, a workspace that asks them, files of leads."""

import csv
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pytest

from extract.enrichment.command import EnrichOptions, run_enrich
from extract.enrichment.ledger import EnrichmentLedger
from extract.enrichment.ledger_tables import Ask
from extract.workspace.errors import OutboundError
from extract.workspace.services import SERVICES
from extract.workspace.workspace import load_workspace
from tests.extract.enrichment.stand_ins import StandIns, stand_ins
from tests.projects import project


@pytest.fixture
def served() -> Iterator[StandIns]:
    """The stand-ins, answering well."""
    with stand_ins() as served:
        yield served


@dataclass
class Enricher:
    """Runs enrichments in a folder of its own. `said` is what was printed by the last one."""

    folder: Path
    served: StandIns
    environment: dict[str, str] = field(default_factory=dict)
    config: str = ""
    back_off: float = 0.01
    said: list[str] = field(default_factory=list)

    @property
    def data(self) -> Path:
        is_demo = not self.environment.get("HEYREACH_API_KEY")
        return self.folder / "data" / "demo" if is_demo else self.folder / "data"

    def leads(self, *rows: dict[str, str], name: str = "leads.csv") -> Path:
        """A file of leads."""
        path = self.folder / name
        header = list(dict.fromkeys(column for row in rows for column in row))
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, header)
            writer.writeheader()
            writer.writerows(rows)
        return path

    def warehouse(self, people: Sequence[str], *, company: str = "", domain: str = "") -> None:
        """A published warehouse of these people, who come in this order and are all of one company."""
        self.data.mkdir(parents=True, exist_ok=True)
        with duckdb.connect(str(self.data / "warehouse.duckdb")) as connection:
            connection.execute("create schema marts")
            connection.execute(
                """
                create table marts.heyreach_leads as
                select unnest($people) as normalized_profile_url, nullif($company, '') as company_name,
                    null::varchar as email, nullif($domain, '') as company_domain,
                    '50001' as first_account_id,
                    true as is_valid_profile_url, now() as created_at,
                    format('{:04d}', unnest(range(len($people)))) as lead_id
                """,
                {"people": list(people), "company": company, "domain": domain},
            )

    def run(self, names: str, file: Path | None = None, **options) -> OutboundError | None:
        """Enrich; the error it ended with, or None."""
        pace = "".join(f"  {name}: 6000\n" for name in SERVICES)
        project(self.folder, enrichment=f"requests_per_minute:\n{pace}{self.config}")
        environment = {
            "HEYREACH_API_KEY": "",
            **self.served.environment(),
            "OUTBOUND_DATA_DIR": str(self.folder / "data"),
            **self.environment,
        }
        self.said = []
        workspace = load_workspace(self.folder, environment)
        try:
            run_enrich(
                workspace,
                EnrichOptions(names, file, back_off=self.back_off, **options),
                self.said.append,
            )
        except OutboundError as error:
            return error
        return None

    def asks(self) -> list[Ask]:
        """What the newest run asked, and what became of it."""
        with EnrichmentLedger(self.data / "enrichment.sqlite") as ledger:
            newest = ledger.select("select run_id from runs order by rowid desc limit 1")
            return ledger.asks(newest[0]["run_id"])

    def fields(self, integration: str) -> dict:
        """What an integration found for the first row."""
        return next(ask.fields for ask in self.asks() if ask.integration == integration)

    def statuses(self) -> dict[str, str | None]:
        """Integration -> how the first row fared."""
        return {ask.integration: ask.status for ask in reversed(self.asks())}

    def answers(self) -> list[dict]:
        """Every answer in the ledger."""
        with EnrichmentLedger(self.data / "enrichment.sqlite") as ledger:
            return [dict(row) for row in ledger.select("select * from answers order by call_id")]

    def result(self, path: Path) -> tuple[list[dict[str, str]], dict]:
        """The CSV and the JSON written beside a file."""
        stem = path.with_name(f"{path.stem}_enriched")
        with stem.with_suffix(".csv").open(newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        return rows, json.loads(stem.with_suffix(".json").read_text())


@pytest.fixture
def enricher(tmp_path: Path, served: StandIns) -> Enricher:
    """One that asks the stand-ins."""
    return Enricher(tmp_path, served)


@pytest.fixture
def lead() -> Callable[..., dict[str, str]]:
    """A row of an invented lead."""

    def make(number: int = 1, **cells: str) -> dict[str, str]:
        return {
            "linkedin_url": f"https://www.linkedin.com/in/sam-sample-{number}",
            "first_name": "Sam",
            "last_name": f"Sample{number}",
            "company_domain": f"company{number}.example.com",
            **cells,
        }

    return make
