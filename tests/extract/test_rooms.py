"""The rooms of the code: each has one line of purpose, and no import runs upward or in a circle."""

import ast
import re
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
# Each may import from itself and from those before it.
ROOMS = (
    "dbt_project.rendering",
    "extract.workspace",
    "extract.http",
    "extract.raw",
    "extract.people",
    "extract.sandbox",
    "extract.heyreach",
    "extract.importer",
    "extract.enrichment",
    "extract.intelligence",
    "extract.outreach",
    "extract.acting",
    "extract.privacy",
    "extract.pipeline",
    "extract.backup",
    "dbt_project",
    "reports",
    "reports.document",
    "reports.alerts",
    "reports.check",
    "reports.door",
    "reports.agency",
    "reports.jobs",
    "reports.server",
    "reports.assistant",
    "reports.cli",
)
WINGS = sorted(
    path.parent for folder in ("extract", "reports") for path in (PROJECT / folder).glob("*/__init__.py")
)


LONGEST = 400


def modules() -> dict[str, Path]:
    """Dotted name -> file, of all code."""
    files = [
        path for folder in ("extract", "reports", "dbt_project") for path in (PROJECT / folder).rglob("*.py")
    ]
    return {_dotted(path): path for path in files if "target" not in path.parts}


def _dotted(path: Path) -> str:
    name = ".".join(path.relative_to(PROJECT).with_suffix("").parts)
    return name.removesuffix(".__init__")


def imports(name: str, path: Path, known: dict[str, Path], *, for_types: bool = True) -> set[str]:
    """The modules of the project that one imports, wherever in its text; also those that only name types."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    if not for_types:
        tree.body = [node for node in tree.body if not ast.unparse(node).startswith("if TYPE_CHECKING:")]
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            inner = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= (inner & known.keys()) or {node.module}
    return (found & known.keys()) - {name}


def room(name: str) -> str:
    """The room that a module lies in: the longest name that it begins with."""
    found = [each for each in ROOMS if name == each or name.startswith(f"{each}.")]
    assert found, f"{name} lies in no room: give it one in ROOMS"
    return max(found, key=len)


def test_no_import_runs_upward():
    known = modules()
    upward = [
        f"{name} imports {other}"
        for name, path in known.items()
        if name != "extract"
        for other in imports(name, path, known)
        if other != "extract" and ROOMS.index(room(other)) > ROOMS.index(room(name))
    ]
    assert upward == []


def test_no_import_runs_in_a_circle():
    known = modules()
    arrows = {name: imports(name, path, known, for_types=False) for name, path in known.items()}
    try:
        TopologicalSorter(arrows).prepare()
    except CycleError as error:
        pytest.fail(" -> ".join(error.args[1]))


@pytest.mark.parametrize("wing", WINGS, ids=lambda wing: wing.name)
def test_the_tree_in_the_readme_repeats_what_a_wing_is_for(wing):
    purpose = ast.get_docstring(ast.parse((wing / "__init__.py").read_text(encoding="utf-8"))).splitlines()[0]
    readme = (PROJECT / "README.md").read_text(encoding="utf-8")
    [tree] = re.findall(rf"^{wing.parent.name}/ .*\n((?:  .*\n)+)", readme, re.MULTILINE)
    [line] = re.findall(rf"^  {wing.name}/ +(.+)$", tree, re.MULTILINE)
    assert line == purpose


def test_a_file_of_code_can_be_read_in_one_go():
    lengths = {path.relative_to(PROJECT).as_posix(): _length(path) for path in modules().values()}
    assert {name: length for name, length in lengths.items() if length > LONGEST} == {}


def _length(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())
