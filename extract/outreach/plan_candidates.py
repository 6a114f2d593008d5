"""Who may be planned for, in turn, with the texts they would get; and why others may not."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date

from extract.outreach.message_tests import MessageTest, arm_of
from extract.outreach.messages import VARIANT, Composed, compose
from extract.outreach.plan_inputs import PlanInputs, Row
from extract.outreach.plan_ledger import PlanLine
from extract.outreach.sequences import Sequences
from extract.people.suppression import suppressions
from extract.workspace.workspace import Workspace

# What every import gives by itself where a lead has none.
_GIVEN_BY_IMPORTS = ("batch_id", "source_list")
# What an import of them needs, of a row of fnd_plan_prospects.
_TOLD = (
    *("first_name", "last_name", "title", "company_name", "source", "source_list", "icp", "keywords"),
    "company_region",
)


@dataclass(frozen=True)
class Candidates:
    """Lines without a day, by segment in turn; and those of whom nobody may ask, each with its reason."""

    by_segment: dict[str, list[PlanLine]] = field(default_factory=dict)
    left_out: list[PlanLine] = field(default_factory=list)


@dataclass(frozen=True)
class Finder:
    """How candidates are found. `campaigns` are those of segments, None where none is named.

    `imported` and `planned` are people who were imported lately, and who are in the plan of another week.
    `tests` are those that give lots; they do on the day `on`.
    """

    workspace: Workspace
    inputs: PlanInputs
    campaigns: Mapping[str, str | None]
    sequences: Sequences
    tests: list[MessageTest]
    imported: Collection[str]
    planned: Collection[str]
    on: date

    def candidates(self) -> Candidates:
        """All of them."""
        gone = suppressions(self.workspace).erased({row["person"] for row in self.inputs.prospects})
        needed = [
            name
            for name in self.workspace.analytics.required_attribution_fields.split(",")
            if name not in _GIVEN_BY_IMPORTS
        ]
        found = Candidates({each["segment"]: [] for each in self.inputs.segments})
        able = []
        for row in self.inputs.prospects:
            if row["person"] in gone:
                continue
            reason = self._reason(row, needed)
            if reason:
                found.left_out.append(_line(row, reason=reason))
            else:
                able.append(row)
        composed = self._composed(able)
        for row in able:
            texts = composed.get(row["lead_id"])
            if texts is not None and texts.problems:
                found.left_out.append(_line(row, texts, reason="text"))
            else:
                found.by_segment[row["segment"]].append(_line(row, texts))
        return found

    def _reason(self, row: Row, needed: Collection[str]) -> str | None:
        places = self.inputs.found_in.get(row["lead_id"], set())
        campaign = self.campaigns[row["segment"]]
        own_list = self.inputs.campaigns[campaign].list_id if campaign else None
        holds = {
            "without_name": not (row["first_name"] and row["last_name"]),
            "without_attribution": not all(row.get(name) for name in needed),
            "imported": row["person"] in self.imported,
            "planned": row["person"] in self.planned,
            "in_other_campaign": any(kind == "campaign" and each != campaign for kind, each in places),
            # From its own list a campaign takes nobody a second time.
            "already_in_list": ("list", own_list) in places,
        }
        return next((name for name, is_so in holds.items() if is_so), None)

    def _composed(self, rows: list[Row]) -> dict[str, Composed]:
        """Texts of those whose segment has some."""
        written = [row for row in rows if row["segment"] in self.sequences.segments]
        if not written:
            return {}
        arms = {
            row["lead_id"]: arm
            for row in written
            if (arm := arm_of(self.tests, row["person"], row["segment"], row["icp"], self.on))
        }
        return compose(self.workspace, [row["lead_id"] for row in written], arms)


def _line(row: Row, texts: Composed | None = None, reason: str | None = None) -> PlanLine:
    lead = {name: row[name] for name in _TOLD if row[name]}
    return PlanLine(
        line_number=0,
        lead_id=row["lead_id"],
        person=row["person"],
        profile_url=f"https://www.{row['person']}",
        segment=row["segment"],
        place=row["rank"],
        sequence=texts.sequence if texts else None,
        variant=texts.fields.get(VARIANT) if texts else None,
        reason=reason,
        lead=lead | ({"fields": texts.fields, "problems": texts.problems} if texts else {}),
    )
