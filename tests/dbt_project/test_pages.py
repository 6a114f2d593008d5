"""The pages of the docs: what they name exists."""

import re
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
PAGES = PROJECT / "dbt_project" / "models" / "pages"
NAMED = re.compile(r"`([a-z_]+)`")


def page(name: str) -> str:
    return (PAGES / f"{name}.md").read_text(encoding="utf-8")


def known_words() -> set[str]:
    """Every word of the warehouse's SQL and descriptions, and of the code."""
    suffixes = {".sql", ".yml", ".yaml", ".py", ".csv"}
    files = [
        path
        for folder in ("dbt_project", "extract", "reports", "config")
        for path in (PROJECT / folder).rglob("*")
        if path.suffix in suffixes and "target" not in path.parts and PAGES not in path.parents
    ]
    return {word for path in files for word in re.findall(r"\w+", path.read_text(encoding="utf-8"))}


def test_the_glossary_names_what_there_is():
    assert set(NAMED.findall(page("glossary"))) - known_words() == set()


def test_what_the_documents_call_otherwise_exists_under_our_name():
    rows = [line.split("|") for line in page("documents_names").splitlines() if line.startswith("| ")]
    ours = {name for row in rows for name in NAMED.findall(row[2].partition("*later*")[0])}
    assert len(ours) > 15
    assert ours - known_words() == set()


@pytest.mark.parametrize("name", sorted(path.stem for path in PAGES.glob("*.md")))
def test_every_page_is_shown_in_the_docs(name):
    assert f"{{{{ doc('{name}') }}}}" in (PAGES / "_pages.yml").read_text(encoding="utf-8")
