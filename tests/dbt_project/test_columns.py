"""What a column means is written once: where several models carry it, in `models/columns`, by subject."""

import re
from collections.abc import Iterator
from pathlib import Path

import yaml

from tests.dbt_project.models import PROJECT

MODELS = PROJECT / "models"
_BLOCK = re.compile(r"{% docs (\w+) %}\n(.*?)\n{% enddocs %}", re.DOTALL)
_DOC = re.compile(r"{{ doc\('(\w+)'\) }}")


def blocks() -> list[tuple[str, str]]:
    """Name and text of each shared description."""
    files = sorted((MODELS / "columns").glob("*.md"))
    return [block for path in files for block in _BLOCK.findall(path.read_text(encoding="utf-8"))]


def described(path: Path) -> Iterator[str]:
    """What a file says of the columns of its models, seeds and sources."""
    read = yaml.load(path.read_text(encoding="utf-8"), yaml.CSafeLoader)
    tables = [*read.get("models", []), *read.get("seeds", [])]
    tables += [table for source in read.get("sources", []) for table in source["tables"]]
    for table in tables:
        for column in table.get("columns", []):
            yield " ".join(column.get("description", "").split())


def test_what_several_models_say_of_a_column_is_written_once():
    """Three words say no more than a name does."""
    places = {" ".join(text.split()): {name} for name, text in blocks()}
    assert len(places) == len(blocks())
    for path in MODELS.rglob("*.yml"):
        for text in described(path):
            if not _DOC.search(text) and len(text.split()) > 3:
                places.setdefault(text, set()).add(path.name)
    assert {text: names for text, names in places.items() if len(names) > 1} == {}


def test_each_shared_description_has_columns():
    files = [*MODELS.rglob("*.yml"), *(PROJECT / "seeds").glob("*.yml")]
    used = {name for path in files for text in described(path) for name in _DOC.findall(text)}
    assert used == {name for name, _ in blocks()}
