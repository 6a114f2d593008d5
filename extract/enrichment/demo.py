"""What the demo's operator asked services week by week: about companies of new leads after each import, and
now and then about all of them again, so that what came and went is seen.

A score at the time of a request is worth something only by what was known before it. So each of these times
the sandbox is asked as of then, over HTTP and by the integrations of `make enrich`, and the ledger holds what
that would have written.
"""

from datetime import UTC, datetime, timedelta
from typing import Self

from extract.enrichment.base import Integration
from extract.enrichment.clients import Clients
from extract.enrichment.config import EnrichmentConfig
from extract.enrichment.lacking import lacking
from extract.enrichment.leads import completed
from extract.enrichment.ledger import EnrichmentLedger
from extract.enrichment.ledger_tables import Run, RunRow
from extract.enrichment.registry import INTEGRATIONS
from extract.enrichment.runner import Runner
from extract.heyreach.client import HeyReachClient
from extract.heyreach.paging import walk
from extract.people.suppression import suppressions
from extract.raw import routes
from extract.sandbox.process import Sandbox
from extract.workspace.workspace import Workspace

NAMES = ("crunchbase", "builtwith", "apollo_job_postings")
# The pull after the week's import.
WEEKDAY, HOUR = 0, 10
# When all are asked about again, whatever is known.
AGAIN = {
    datetime(2026, 1, 5, 10, tzinfo=UTC): ("builtwith",),
    datetime(2026, 1, 26, 10, tzinfo=UTC): ("crunchbase",),
}


class DemoWeeks:
    """These weeks of the demo, in the workspace's own ledger; a context manager."""

    def __init__(self, workspace: Workspace, sandbox: Sandbox, client: HeyReachClient):
        self._config = EnrichmentConfig()  # not the operator's: the demo is the same everywhere
        self._clients = Clients(workspace, self._config, sandbox=sandbox)
        self._suppressions = suppressions(workspace)
        self._heyreach = client
        # Whatever a crash takes is asked again, and costs nobody anything.
        self._ledger = EnrichmentLedger(workspace.paths.enrichment_ledger, is_careful=False)
        self._people: dict[int, RunRow] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._clients.close()
        self._ledger.__exit__()

    def enrich(self, moment: datetime) -> None:
        """Ask what is lacking then, if it is such a time and wasn't done yet; go on with a half-done one."""
        if (moment.weekday(), moment.hour) != (WEEKDAY, HOUR):
            return
        run_id = f"warehouse-{moment:%Y%m%d-%H%M%S}-demo"
        integrations = [self._integration(name) for name in NAMES]
        if not self._ledger.select("select 1 from runs where run_id = ?", run_id):
            leads = self._leads()
            asking = {
                row.row_number: row for each in integrations for row in self._lacking(leads, each, moment)
            }
            rows = [asking[number] for number in sorted(asking)]
            self._ledger.begin(Run(run_id, moment, "warehouse", None, None, NAMES, run_id), rows)
        if not self._ledger.unfinished(run_id):
            return
        runner = Runner(
            self._ledger, run_id, self._clients, self._config, 1, lambda: moment, self._suppressions
        )
        # One after another, so that calls have the same numbers in every demo.
        for each in integrations:
            if not self._ledger.is_planned(run_id, each.name):
                rows = self._lacking(self._ledger.rows(run_id), each, moment)
                asks = [(row.row_number, each.subject(row.lead), None) for row in rows]
                self._ledger.plan(run_id, each.name, each.variant, asks, _known_until(each, moment))
            runner.run([each])
        self._ledger.end(run_id, moment)

    def _lacking(self, rows: list[RunRow], each: Integration, moment: datetime) -> list[RunRow]:
        return lacking(rows, [each], self._ledger, _known_until(each, moment))

    def _integration(self, name: str) -> Integration:
        each = INTEGRATIONS[name](self._config)
        each.is_repeatable = True
        return each

    def _leads(self) -> list[RunRow]:
        """Everybody with a company who stands in a list of people now, but nobody erased."""
        found: dict[str, RunRow] = {}
        for lead_list in self._rows(routes.LISTS, listType="USER_LIST"):
            members = self._rows(routes.LIST_LEADS, listId=lead_list["id"])
            new = [row for row in members if row["id"] not in self._people]
            told = [
                {
                    "linkedin_url": row["profileUrl"] or "",
                    "company_name": row["companyName"] or "",
                    "email": row["emailAddress"] or "",
                }
                for row in new
            ]
            rows = completed(range(len(new)), told)
            self._people |= dict(zip((row["id"] for row in new), rows, strict=True))
            for member in members:
                row = self._people[member["id"]]
                if row.person and row.lead.get("company_domain"):
                    found.setdefault(row.person, row)
        gone = self._suppressions.erased(found)
        present = [row for person, row in found.items() if person not in gone]
        return [
            RunRow(number, row.profile_url, row.person, row.lead) for number, row in enumerate(present, 1)
        ]

    def _rows(self, route: routes.Route, **body: object) -> list[dict]:
        return [row for page in walk(self._heyreach, route, body) for row in page.items]


def _known_until(each: Integration, moment: datetime) -> datetime:
    """The moment until which an answer must count to be known: none does when all are asked again."""
    return moment + timedelta(days=each.found_days) if each.name in AGAIN.get(moment, ()) else moment
