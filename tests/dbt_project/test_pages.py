"""The pages of the docs: what they name exists."""

import re
from collections import Counter
from pathlib import Path

import pytest
import yaml

PROJECT = Path(__file__).parents[2]
PAGES = PROJECT / "dbt_project" / "models" / "pages"
DECISIONS = PROJECT / "dbt_project" / "models" / "decisions"
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
        if path.suffix in suffixes
        and "target" not in path.parts
        and PAGES not in path.parents
        and DECISIONS not in path.parents
    ]
    return {word for path in files for word in re.findall(r"\w+", path.read_text(encoding="utf-8"))}


def test_the_glossary_names_what_there_is():
    assert set(NAMED.findall(page("glossary"))) - known_words() == set()


def test_what_the_notes_beside_the_documents_names_name_is_there():
    rows = [line.strip("|").split("|") for line in page("documents_names").splitlines() if line[:2] == "| "]
    named = {name for row in rows for name in NAMED.findall(row[2])}
    theirs = {name for row in rows for name in NAMED.findall(row[0])}
    assert len(named - theirs) > 20
    assert named - theirs - known_words() == set()


@pytest.mark.parametrize("name", sorted(path.stem for path in PAGES.glob("*.md")))
def test_every_page_is_shown_in_the_docs(name):
    assert f"{{{{ doc('{name}') }}}}" in (PAGES / "_pages.yml").read_text(encoding="utf-8")


def test_no_name_of_a_page_loses_a_space_in_the_tree():
    files = [PAGES / "_pages.yml", DECISIONS / "_decisions.yml"]
    pages = [page for path in files for page in yaml.safe_load(path.read_text(encoding="utf-8"))["exposures"]]
    labels = [page["label"] for page in pages]
    assert len(labels) > 10
    assert [label for label in labels if " " in label[-16:-14]] == []


def test_no_table_of_the_pages_is_wider_than_they_are():
    """A word doesn't break, and about a hundred characters have room; what names many files is a list."""
    for path in [*PAGES.glob("*.md"), *DECISIONS.glob("*.md")]:
        for table in re.findall(r"(?:^\| .*\n)+", path.read_text(encoding="utf-8"), re.MULTILINE):
            rows = [re.sub(r"\(#!.*?\)", "", line).split("|") for line in table.splitlines()]
            columns = [
                [word for cell in column for word in cell.split()] for column in zip(*rows, strict=True)
            ]
            assert sum(max(map(len, words), default=0) for words in columns) <= 100, rows[2]


def test_every_file_that_a_change_needs_is_there():
    named = set(re.findall(r"`([A-Za-z_]+(?:/[\w./]+)+|Makefile|README\.md)`", page("changing")))
    assert len(named) > 30
    assert [name for name in named if not (PROJECT / name).exists()] == []


def test_what_the_page_says_is_in_one_place_is_nowhere_else():
    models = {
        path: path.read_text(encoding="utf-8") for path in (PROJECT / "dbt_project/models").rglob("*.sql")
    }
    code = {
        path: path.read_text(encoding="utf-8")
        for folder in ("extract", "reports")
        for path in (PROJECT / folder).rglob("*.py")
        if "sandbox" not in path.parts
    }
    # Elsewhere the column is handed on, or folded.
    sent = {
        path
        for path, text in models.items()
        if re.search(r"^(?!.*is_sent.* as is_sent).* as is_sent\b", text, re.M)
    }
    workspace = {path for path, text in code.items() if "organizationUnitId" in text}
    rows = [line for line in page("changing").splitlines() if line.startswith("- ")]
    for what, places in (('What "sent" means', sent), ("one workspace", workspace)):
        [row] = [row for row in rows if what in row]
        [place] = places
        assert f"`{place.relative_to(PROJECT).as_posix()}`" in row


def test_each_decision_stands_once_on_a_page_that_is_shown():
    pages = {path.stem: path.read_text(encoding="utf-8") for path in DECISIONS.glob("*.md")}
    titles = [title for text in pages.values() for title in re.findall(r"^### (.+)$", text, re.MULTILINE)]
    assert len(titles) > 100
    assert [title for title, count in Counter(titles).items() if count > 1] == []
    assert [title for title in titles if not re.search(r"\? \(2026-\d\d-\d\d\)$", title)] == []
    shown = (DECISIONS / "_decisions.yml").read_text(encoding="utf-8")
    assert [name for name in pages if name != "index" and f"doc('decisions_{name}')" not in shown] == []
    assert [name for name in pages if name != "index" and f".decisions_{name})" not in pages["index"]] == []
