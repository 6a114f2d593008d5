"""Whether scores of past nights can be told again: what nights published, against the last one's history.

`python -m tests.endurance.score_history` goes through an operator's nights on a sandbox, over real HTTP and
the real command line. Every night pulls, builds and publishes; in between they import (also with losses, and
as evidence only), enrich, type signals, erase somebody, and change profiles and points: they add one, take it
away, bring it back. Each night's scores are kept apart. In the end every one of them must be the score that
the last night's history tells of that night, in every point, for everybody who is still there. Exits with 1
where one isn't. `--keep` writes what was compared into `score_history.md`. Takes about five minutes.
"""

import argparse
import sys
import tempfile
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch

import duckdb

from dbt_project.rendering import returned
from extract.enrichment.command import EnrichOptions
from extract.sandbox.process import Sandbox, running_sandbox
from reports.cli import frame
from tests.compiled import compile_project, instead_of_dbt
from tests.conftest import Outcome
from tests.endurance.capture_data_folders import FIRST_NIGHT, START, WEEKS, Operator
from tests.extract.enrichment.stand_ins import Faults
from tests.projects import SHIPPED, project

RESULTS = Path(__file__).with_name("score_history.md")
NIGHTS = 36
LEADS = 400
COLUMNS = [each["name"] for each in returned("catalogue/*.sql", "score_components()")] + [
    *("intent_score", "fit_score", "accessibility_score", "total_score"),
    *("tier", "score_coverage", "not_eligible_because", "config_hash"),
]
ONE_MORE = """
  everybody:
    company_size_min: 10
    geographies: [na, eu]
    decision_makers:
      titles: [Engineer, SRE]
"""

Scores = dict[tuple[str, str], tuple[Any, ...]]


class Scorer(Operator):
    """An operator who builds every night, and changes whom they look for."""

    def __init__(self, folder: Path, sandbox: Sandbox):
        super().__init__(folder, sandbox)
        self.published: dict[datetime, Scores] = {}
        self.steps |= {
            3: lambda: self.configure(icp_profiles=self.profiles + ONE_MORE),
            5: lambda: self.signal("recent_funding"),
            11: self.enrich_what_lacks,
            13: lambda: self.configure(
                scoring="points:\n  intent: {recent_funding: 40, actively_hiring: 15}\n"
            ),
            15: lambda: self.configure(),
            19: lambda: self.signal("page_visit"),
            20: lambda: self.configure(
                icp_profiles=(self.profiles + ONE_MORE).replace(
                    "company_size_min: 200", "company_size_min: 50"
                )
            ),
            21: self.ask_again,
            30: self.ask_again,
        }

    @property
    def profiles(self) -> str:
        return (SHIPPED / "icp_profiles.yaml").read_text(encoding="utf-8")

    def configure(self, **changed: str) -> None:
        """The shipped profiles and points, with these changed: counts from the next build on."""
        project(self.folder / "configured", **changed)

    def signal(self, kind: str) -> None:
        people = self.workspace.query(
            "select normalized_profile_url from marts.heyreach_leads where is_valid_profile_url "
            "order by 1 limit 9"
        )
        for (person,) in people:
            self.run("signal", "--url", f"https://www.{person}", "--type", kind)

    def ask_again(self) -> None:
        """About everybody again, of whom some had been asked: what isn't found any more is gone."""
        asked = self.workspace.query("select distinct normalized_profile_url from marts.enrichment_results")
        people = frozenset(person for (person,) in asked)
        self.enrich(EnrichOptions("apollo,clearbit", again=people, back_off=0.01), Faults(failed=0.2))

    def run(self, *arguments: str, **settings: Any) -> Outcome:
        """Call the command line, with the configuration of then."""
        with patch.object(frame, "PROJECT_DIR", self.folder / "configured"):
            return super().run(*arguments, **settings)

    def night(self, number: int) -> None:
        """Pull and publish, keep the scores, and then what the operator does."""
        self.set_clock(FIRST_NIGHT + timedelta(days=number))
        if number % 3:
            self.receive_webhooks()
        self.run("daily" if number % 7 else "weekly")
        rows = self.workspace.query(
            f"select as_of, lead_id, icp_profile, {', '.join(COLUMNS)} from marts.lead_score_points"
        )
        self.published[rows[0][0]] = {(row[1], row[2]): row[3:] for row in rows}
        if number in self.steps:
            self.set_clock(self.now + timedelta(hours=18))
            self.steps[number]()


def told_again(connection: duckdb.DuckDBPyConnection, moment: datetime) -> Scores:
    """The scores of a moment, as the history has them."""
    rows = connection.execute(
        f"""
        select lead_id, icp_profile, {", ".join(COLUMNS)} from marts.lead_score_history
        where valid_from <= $moment and (valid_until is null or valid_until > $moment)
        """,
        {"moment": moment},
    ).fetchall()
    scores = {row[:2]: row[2:] for row in rows}
    assert len(scores) == len(rows), "a lead has two scores at once"
    return scores


def compare(published: dict[datetime, Scores], warehouse: Path) -> tuple[Counter[str], list[str]]:
    """How much was compared, and a line for each score that isn't told as it was published."""
    counted: Counter[str] = Counter(nights=len(published))
    wrong = []
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        connection.execute("set TimeZone = 'UTC'")
        people = {
            lead for (lead,) in connection.execute("select lead_id from marts.heyreach_leads").fetchall()
        }
        for moment, scores in published.items():
            again = told_again(connection, moment)
            for (lead, profile), score in scores.items():
                if lead not in people:
                    counted["scores of people who are gone"] += 1
                    continue
                counted["scores"] += 1
                told = again.pop((lead, profile), None)
                if told != score:
                    pairs = zip(COLUMNS, score, told or (None,) * len(COLUMNS), strict=True)
                    differing = "; ".join(f"{name} {was} {now}" for name, was, now in pairs if was != now)
                    wrong.append(f"{moment:%Y-%m-%d %H:%M} {lead[:8]} {profile}: {differing}")
            wrong += [f"{moment:%Y-%m-%d %H:%M} {key}: not published then" for key in again]
    changes = set().union(*(scores.items() for scores in published.values()))
    counted["different scores"] = len(changes)
    counted["configurations"] = len({score[-1] for scores in published.values() for score in scores.values()})
    return counted, wrong


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--nights", type=int, default=NIGHTS)
    parser.add_argument("--keep", action="store_true", help=f"write {RESULTS.name}")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with running_sandbox(seed=18, leads=LEADS, start=START, weeks=WEEKS, now=FIRST_NIGHT) as sandbox:
            (folder / "compiled").mkdir()
            operator = Scorer(folder, sandbox)
            operator.configure()
            with instead_of_dbt(compile_project(folder / "compiled")):
                for number in range(options.nights):
                    operator.night(number)
                    print(f"night {number + 1} of {options.nights}, {datetime.now(UTC):%H:%M:%S}", flush=True)
        counted, wrong = compare(operator.published, operator.workspace.warehouse)
    lines = [f"{count:,} {what}" for what, count in sorted(counted.items())]
    print("\n".join([*lines, f"{len(wrong):,} told otherwise", *wrong[:40]]))
    if options.keep and not wrong:
        RESULTS.write_text(
            f"""# Whether scores of past nights can be told again

{options.nights} nights with {LEADS} leads, compared on {datetime.now(UTC):%Y-%m-%d} by
`python -m tests.endurance.score_history --keep`: the scores that each night published against what
`lead_score_history` of the last night tells of it, in every point.

{chr(10).join(f"- {line}" for line in lines)}
- 0 told otherwise
"""
        )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
