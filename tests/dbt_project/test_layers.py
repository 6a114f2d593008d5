"""Data goes one way through the models, and where a model lies says what it may read."""

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from dbt_project import warehouse
from reports.document.sections import SECTIONS
from reports.server.api.lists import ROUTES
from reports.server.tables import tables
from tests.dbt_project.models import PROJECT

if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest

# Each layer reads itself and those before it.
LAYERS = ("staging", "intermediate", "marts", "findings", "reporting", "lake", "agency")
PREFIXES = {
    "intermediate": "int_",
    "findings": "fnd_",
    "reporting": "rpt_",
    "lake": "lake_",
    "agency": "agency_",
}
# Tables that users know by this name; they lie with the report whose figures they keep.
REPORTED_UNDER_OWN_NAME = {"heyreach_analytics_snapshots", "heyreach_analytics_snapshot_metrics"}
# How `extract` knows which files it has read; no number comes of it.
SOURCES_OF_NO_MODEL = {"operations.webhook_files", "operations.signal_files"}

_PRINTED = re.compile(r"report: ([^)]+)\)")
_READ = re.compile(r"\b(?:from|join)\s+(?:marts\.)?(\w+)")


class Place(NamedTuple):
    """Where a model lies, `models/<layer>/<subject>/<name>.sql`, and the names of what it reads.

    A layer of a handful has no subjects.
    """

    layer: str
    subject: str
    models: frozenset[str]
    sources: frozenset[tuple[str, str]]


@pytest.fixture(scope="module")
def project() -> "Manifest":
    return warehouse._parsed_project()


@pytest.fixture(scope="module")
def places(project) -> dict[str, Place]:
    return {
        node.name: Place(
            *(*Path(node.path).parts[:-1], "")[:2],
            frozenset(project.nodes[name].name for name in _reads(node, "model")),
            frozenset(
                (project.sources[name].source_name, project.sources[name].name)
                for name in _reads(node, "source")
            ),
        )
        for node in project.nodes.values()
        if node.resource_type == "model"
    }


def _reads(node, kind: str) -> list[str]:
    return [name for name in node.depends_on.nodes if name.startswith(f"{kind}.")]


def test_no_model_reads_a_later_layer(places):
    backwards = {
        (name, read)
        for name, place in places.items()
        for read in place.models
        if LAYERS.index(places[read].layer) > LAYERS.index(place.layer)
    }
    assert backwards == set()


def test_the_prefix_of_a_model_is_that_of_its_folder(places):
    wrong = {
        (place.layer, place.subject, name)
        for name, place in places.items()
        if _prefix(name)
        != PREFIXES.get(place.layer, f"stg_{place.subject}__" if place.layer == "staging" else "")
        and not (place.layer == "reporting" and name in REPORTED_UNDER_OWN_NAME)
    }
    assert wrong == set()


def _prefix(name: str) -> str:
    """The prefix of a model that is no mart; empty for marts."""
    return re.match(r"(stg_\w+?__|int_|fnd_|rpt_|lake_|agency_)?", name)[0]


def test_each_model_is_described_beside_itself(project):
    apart = {
        node.name
        for node in project.nodes.values()
        if node.resource_type == "model"
        and node.patch_path != f"{node.package_name}://{Path(node.original_file_path).with_suffix('.yml')}"
    }
    assert apart == set()


def test_a_layer_is_a_schema_and_what_is_published_for_all_has_a_contract(project):
    models = [
        node
        for node in project.nodes.values()
        if node.resource_type == "model" and node.config.materialized != "ephemeral"
    ]
    assert {(Path(node.path).parts[0], node.schema) for node in models} == {
        ("staging", "staging"),
        ("intermediate", "intermediate"),
        ("marts", "marts"),
        ("findings", "findings"),
        ("reporting", "marts"),
        ("lake", "lake"),
        ("agency", "marts"),
    }
    published = ("marts", "lake", "agency")
    assert [node.name for node in models if node.schema in published and not node.contract.enforced] == []


def test_a_raw_table_is_read_in_the_staging_folder_of_its_source_and_nowhere_else(project, places):
    readers = {f"{source.source_name}.{source.name}": set() for source in project.sources.values()}
    for place in places.values():
        for source, table in place.sources:
            readers[f"{source}.{table}"].add((place.layer, place.subject))
    elsewhere = {
        table: found
        for table, found in readers.items()
        if found != {("staging", table.partition(".")[0])}
        and table not in SOURCES_OF_NO_MODEL
        and not table.startswith("lake.")
    }
    assert elsewhere == {}
    assert not any(readers[table] for table in SOURCES_OF_NO_MODEL)


def test_what_is_over_all_workspaces_reads_the_lake_and_nothing_reads_it(places):
    """No more of a workspace may be seen from outside than it brought there."""
    over_all = {name for name, place in places.items() if place.layer == "agency"}
    assert {source for name in over_all for source, _ in places[name].sources} == {"lake"}
    assert {read for name in over_all for read in places[name].models} <= over_all
    assert {name for name, place in places.items() if place.models & over_all} <= over_all
    readers = {place.layer for place in places.values() if any(name == "lake" for name, _ in place.sources)}
    assert readers == {"agency"}


def test_the_source_of_all_workspaces_has_the_columns_that_each_brings(project):
    """Each has its workspace before them; nothing else is added on the way."""
    brought = {
        node.name.removeprefix("lake_"): [(name, column.data_type) for name, column in node.columns.items()]
        for node in project.nodes.values()
        if node.resource_type == "model" and node.path.startswith("lake/")
    }
    read = {
        source.name: [(name, column.data_type) for name, column in source.columns.items()]
        for source in project.sources.values()
        if source.source_name == "lake"
    }
    assert read == {name: [("workspace_id", "varchar"), *columns] for name, columns in brought.items()}


def test_an_intermediate_model_is_a_step_to_a_mart(places):
    """What only findings and the report read is a finding."""
    readers = {name: set() for name in places}
    for place in places.values():
        for read in place.models:
            readers[read].add(place.layer)
    late = {
        name
        for name, place in places.items()
        if place.layer == "intermediate"
        and readers[name]
        and readers[name] <= {"findings", "reporting", "lake"}
    }
    assert late == set()


def test_the_exposure_and_the_sections_name_what_the_report_reads(project, places):
    """Every SQL text in `reports`, whichever module it stands in; two wings have exposures of their own."""
    read = marts_read(_files() - _files("server") - _files("assistant"), places)
    assert exposed(project, "connection_report") == read
    assert {name for section in SECTIONS for name in section.models} == read


def test_another_exposure_names_what_assistants_are_told(project, places):
    assert exposed(project, "assistant") == marts_read(_files("assistant"), places)


def test_another_exposure_names_what_pages_and_api_read(project, places):
    lists = {listing.model for _, listing in ROUTES.values()}
    assert exposed(project, "pages_and_api") == {*tables(), *lists, *marts_read(_files("server"), places)}


def _files(wing: str = "") -> set[Path]:
    return set((PROJECT.parent / "reports" / wing).rglob("*.py"))


def exposed(project, name: str) -> set[str]:
    [exposure] = [each for each in project.exposures.values() if each.name == name]
    return {project.nodes[name].name for name in exposure.depends_on.nodes}


def marts_read(files, places) -> set[str]:
    """The marts that SQL texts in these files name."""
    texts = [
        node.value
        for path in files
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    ]
    known = {name for name, place in places.items() if place.layer in ("marts", "reporting")}
    return {name for text in texts for name in _READ.findall(text)} & known


def test_a_model_that_says_where_it_is_printed_is_printed_there(project):
    printed = {section.title: section.models for section in SECTIONS}
    said = {
        (title, node.name)
        for node in project.nodes.values()
        if node.resource_type == "model"
        for titles in _PRINTED.findall(" ".join(node.description.split()))
        for title in titles.split(", ")
    }
    assert len(said) > 15
    assert {(title, name) for title, name in said if name not in printed.get(title, ())} == set()


def test_what_programs_read_of_a_published_warehouse_has_a_contract(project):
    """Of what a build was told they take all columns, and look themselves for those they know."""
    models = [node for node in project.nodes.values() if node.resource_type == "model"]
    contracts = {f"{node.schema}.{node.name}" for node in models if node.contract.enforced}
    schemas = "|".join(sorted({node.schema for node in models}))
    reading = re.compile(rf"\b(?:from|join) (?:published\.)?((?:{schemas})\.\w+)(?![\w{{])")
    read = {
        table
        for folder in ("extract", "reports")
        for path in (PROJECT.parent / folder).rglob("*.py")
        for table in reading.findall(path.read_text(encoding="utf-8"))
    }
    assert len(read) > 20
    assert read - contracts == {"staging.stg_operations__run_parameters"}
    # The lake is handed on whole.
    assert {name for name in contracts - read if not name.startswith(("marts.", "lake.", "agency."))} == set()


def test_names_are_spelt_the_american_way(project):
    """As HeyReach's are, and those the user chose; prose may do as it likes."""
    british = re.compile(
        r"[a-z](?<!_ra)(?<!^ra)(?<!prom)(?<!prec)(?<!_r)(?<!otherw)(ised|ise|ises|iser|ising|isation)(?=_|$)"
        r"|colour|behaviour|favour|neighbour|labelled|cancelled"
    )
    names = {node.name for node in project.nodes.values()} | set(macro_names(project))
    names |= {column for node in project.nodes.values() for column in node.columns}
    names |= {
        found.name
        for folder in ("extract", "reports", "dbt_project")
        for path in (PROJECT.parent / folder).rglob("*.py")
        for found in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(found, ast.FunctionDef | ast.ClassDef)
    }
    assert sorted(name for name in names if british.search(name.lower())) == []


def macro_names(project) -> list[str]:
    return [macro.name for macro in project.macros.values() if macro.package_name == "outbound_warehouse"]
