"""A model is short enough to be understood at once, and no line of SQL is wider than a screen."""

import math
from pathlib import Path

from tests.dbt_project.models import PROJECT

# Nine models in ten, and the longest.
USUAL_LINES = 130
MOST_LINES = 200
WIDEST_LINE = 140
MODELS = sorted((PROJECT / "models").rglob("*.sql"))
SQL = [path for folder in ("models", "macros", "tests") for path in sorted((PROJECT / folder).rglob("*.sql"))]


def lines(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").splitlines()


def test_models_are_short():
    lengths = {path.stem: len(lines(path)) for path in MODELS}
    assert {name: length for name, length in lengths.items() if length > MOST_LINES} == {}
    assert sorted(lengths.values())[math.ceil(0.9 * len(lengths)) - 1] <= USUAL_LINES


def test_lines_of_sql_are_narrow():
    wide = {path.name: [line for line in lines(path) if len(line) > WIDEST_LINE] for path in SQL}
    assert {name: found for name, found in wide.items() if found} == {}
