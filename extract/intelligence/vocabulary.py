"""The words that profiles may use for what leads carry: those of the warehouse's seeds and catalogues."""

import csv
import difflib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from dbt_project.rendering import returned
from extract.workspace.strict_yaml import quoted
from extract.workspace.texts import comparable

PROJECT_DIR = Path(__file__).resolve().parents[2]
# As is split where leads' technologies are told.
_SEPARATORS = re.compile(r"[,;|]")
LONGEST = 100


@dataclass(frozen=True)
class Vocabulary:
    """Spellings of one kind of thing, as they compare -> the one that is kept; `home` holds them."""

    kind: str
    spellings: dict[str, str]
    # What a slip that resembles none of them is told.
    usual: Iterable[str]
    home: str
    compared: Callable[[str], str] = comparable

    def spelt(self, text: str) -> str:
        """The spelling that is kept; raises ValueError with the nearest for an unknown one."""
        spelling = self.compared(text)
        if spelling in self.spellings:
            return self.spellings[spelling]
        close = difflib.get_close_matches(spelling, self.spellings, n=1)
        hint = f"did you mean {close[0]}?" if close else f"known are {', '.join(self.usual)}"
        place = f"({self.home} has all; a line there adds one)"
        raise ValueError(f"{quoted(text)} is no {self.kind} that is known; {hint} {place}")


def _seed(name: str) -> list[dict[str, str]]:
    with (PROJECT_DIR / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _industries() -> Vocabulary:
    """Kept is what leads carry: `FinTech` is finance."""
    home = "dbt_project/seeds/company_industries.csv"
    rows = _seed(home)
    spellings = {comparable(row[column]): row["industry"] for row in rows for column in ("label", "industry")}
    spellings |= {row["alias"]: row["industry"] for row in rows}
    return Vocabulary("industry", spellings, dict.fromkeys(row["industry"] for row in rows), home)


def _geographies() -> Vocabulary:
    """A region is kept as leads carry it; a country as itself, and the warehouse knows its region."""
    home = "dbt_project/seeds/company_regions.csv"
    rows = _seed(home)
    spellings = {row["alias"]: row["alias"] for row in rows}
    spellings |= {comparable(row[column]): row["region"] for row in rows for column in ("label", "region")}
    return Vocabulary("geography", spellings, dict.fromkeys(row["region"] for row in rows), home)


def _funding_stages() -> Vocabulary:
    """`Series A`, `series-a` and `series_a` are one."""
    stages = returned("catalogue/*.sql", "funding_stages()")
    spellings = {_joined(label): stage for stage, label in stages.items()} | {
        stage: stage for stage in stages
    }
    home = "dbt_project/macros/catalogue/dimensions.sql"
    return Vocabulary("funding stage", spellings, stages, home, _joined)


def _joined(text: str) -> str:
    return re.sub(r"[\s_-]+", "_", comparable(text))


INDUSTRIES, GEOGRAPHIES, FUNDING_STAGES = _industries(), _geographies(), _funding_stages()


def technology(text: str) -> str:
    """A technology in small letters; raises ValueError for several in one text."""
    if _SEPARATORS.search(text):
        raise ValueError(f"{quoted(text)} is several; give each a place of its own in the list")
    return words(text)


def words(text: str) -> str:
    """Free words, a title for one, in small letters; raises ValueError for none or too many."""
    kept = comparable(text)
    if not kept or not kept.isprintable() or len(kept) > LONGEST:
        raise ValueError(f"{quoted(text)} must be words, of at most {LONGEST} characters")
    return kept
