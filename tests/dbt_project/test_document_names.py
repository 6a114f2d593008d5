"""The names of the design documents: the page says of each what became of it, and what it says is so."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from dbt_project.warehouse import PROJECT_DIR
from tests.dbt_project.what_exists import exists, within

DOCUMENTS = yaml.safe_load((Path(__file__).parents[1] / "fixtures" / "document_names.yaml").read_text())
PAGE = (PROJECT_DIR / "models" / "pages" / "documents_names.md").read_text()
NAMED = re.compile(r"`([^`]+)`")
# A name of ours, and the place that holds it; None where it stands alone.
Claim = tuple[str, str | None]
# "... in `place`", at the end.
PLACE = re.compile(r" in `([^`]+)`$")
KEYS = {
    "heyreach_leads": "lead_id",
    "heyreach_connections": "connection_id",
    "heyreach_accounts": "account_id",
    "heyreach_analytics_snapshots": "snapshot_id",
}


@dataclass(frozen=True)
class Row:
    """A row of the page: the documents' names, what is said of ours, and the note."""

    document: str
    kind: str
    names: tuple[str, ...]
    ours: str
    note: str

    def claims(self, text: str) -> Iterator[Claim]:
        """Each of our names in a part of what is said, with the place where it is said to be, if any."""
        for part in filter(None, (part.strip(" :,") for part in text.split(";"))):
            place = PLACE.search(part)
            if not part.startswith("the same"):
                for name in NAMED.findall(PLACE.sub("", part)):
                    yield name, place and place[1]
                continue
            table = self.kind.removeprefix("Table ") if self.kind.startswith("Table ") else None
            for name in self.names:
                yield name, place[1] if place else table

    @property
    def built(self) -> list[Claim]:
        """What is said to be there."""
        return list(self.claims(self.ours.partition("*later*")[0]))

    @property
    def later(self) -> list[Claim]:
        """What is said to come."""
        return list(self.claims(self.ours.partition("*later*")[2]))


def rows() -> Iterator[Row]:
    document = kind = ""
    for line in PAGE.splitlines():
        if line.startswith("## "):
            document = line.removeprefix("## ")
        elif line.startswith("### "):
            kind = line.removeprefix("### ").replace("`", "")
        elif line.startswith("| ") and not line.startswith(("| in the document", "| ---")):
            theirs, ours, note = (cell.strip() for cell in line.strip("|").split("|"))
            yield Row(document, kind, tuple(NAMED.findall(theirs)), ours, note)


def flat(names: list) -> Iterator[str]:
    for name in names:
        yield from flat(name) if isinstance(name, list) else (name,)


ROWS = list(rows())


def is_there(name: str, place: str | None) -> bool:
    return within(name, place) if place else exists(name)


def test_the_page_has_the_documents_names_and_no_others():
    theirs = Counter(
        (document, kind, name)
        for document, kinds in DOCUMENTS.items()
        for kind, names in kinds.items()
        for name in flat(names)
    )
    said = Counter((row.document, row.kind, name) for row in ROWS for name in row.names)
    assert theirs.total() > 600
    assert theirs - said == Counter()
    assert said - theirs == Counter()


@pytest.mark.parametrize("document", DOCUMENTS)
def test_what_is_said_of_each_name_is_so(document):
    of_document = [row for row in ROWS if row.document == document]
    assert [(row.kind, claim) for row in of_document for claim in row.built if not is_there(*claim)] == []
    noted = [name for row in of_document for name in NAMED.findall(row.note)]
    assert [name for name in noted if name.startswith("make ") and not exists(name)] == []
    # What was built since is said to be there.
    assert [(row.kind, claim) for row in of_document for claim in row.later if is_there(*claim)] == []
    refused = [row for row in of_document if row.ours == "not built"]
    assert [name for row in refused for name in row.names if exists(name)] == []
    assert [row.names for row in refused if not row.note] == []
    said = [row for row in of_document if row not in refused]
    assert [row.names for row in said if not row.built and not row.later] == []
    assert [row.names for row in said if ("*later*" in row.ours) != bool(row.later)] == []


@pytest.mark.parametrize(("table", "key"), KEYS.items())
def test_the_id_is_the_natural_key(demo, table, key):
    workspace, _ = demo
    query = f"select count(*) = count(distinct id), bool_and(id = {key}) from marts.{table}"
    assert workspace.query(query) == [(True, True)]
