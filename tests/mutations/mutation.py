"""A mutation: where it is, what it replaces, and the text of the file with it."""

import ast
import functools
import re
import textwrap
from dataclasses import dataclass
from pathlib import Path

import yaml

PROJECT = Path(__file__).parents[2]
FAULTS = Path(__file__).with_name("faults")


class MutationError(Exception):
    """A mutation that is not one: its place or text isn't there once, or nothing changes."""


@dataclass(frozen=True)
class Mutation:
    """One fault that is brought back; what the fields are stands in the package's description."""

    name: str
    brings_back: tuple[str, ...]
    so_that: str
    place: str
    replace: str
    by: str
    noticed_by: str

    @property
    def is_sql(self) -> bool:
        """Whether dbt's models change with it."""
        return self.place.split()[0] in ("model", "macro", "test")

    def file(self, project: Path = PROJECT) -> Path:
        """The file it changes."""
        return _place(project, self.place)[0]

    def applied(self, project: Path = PROJECT) -> str:
        """The text of its file with the fault in it; raises MutationError where that can't be made."""
        path, start, end = _place(project, self.place)
        text = path.read_text(encoding="utf-8")
        inside = text[start:end]
        found = re.findall(_any_indent(self.replace), inside)
        if len(found) != 1:
            raise MutationError(f"{self.name}: {len(found)} times in {self.place}: {self.replace}")
        before, after = inside.split(found[0])
        line = before.rpartition("\n")[2] + found[0]
        by = self.by.replace("\n", "\n" + line[: len(line) - len(line.lstrip())])
        if path.suffix == ".py" and _same_code(inside, before + by + after):
            raise MutationError(f"{self.name}: the code stays the same")
        return text[:start] + before + by + after + text[end:]


def all_mutations() -> list[Mutation]:
    """Every mutation, in the order of the files; its name is that of the file and its number there."""
    return [
        _read(f"{path.stem} {number}", entry)
        for path in sorted(FAULTS.glob("*.yaml"))
        for number, entry in enumerate(yaml.safe_load(path.read_text(encoding="utf-8")), 1)
    ]


def unit_tests(project: Path = PROJECT) -> list[str]:
    """The names of dbt's unit tests."""
    texts = [path.read_text(encoding="utf-8") for path in (project / "dbt_project" / "models").rglob("*.yml")]
    described = "".join(text.partition("\nunit_tests:\n")[2] for text in texts)
    return sorted(re.findall(r"^  - name: (\w+)$", described, re.MULTILINE))


def _read(name: str, entry: dict) -> Mutation:
    keys = ("brings_back", "so_that", "in", "replace", "by", "noticed_by")
    if set(entry) != set(keys):
        raise MutationError(f"{name}: its keys are {', '.join(entry)}, and must be {', '.join(keys)}")
    brings_back, so_that, place, replace, by, noticed_by = (entry[key] for key in keys)
    return Mutation(name, tuple(map(str, brings_back)), so_that, place, replace, by or "", noticed_by)


def _place(project: Path, place: str) -> tuple[Path, int, int]:
    """The file of a place, and where in its text it begins and ends."""
    kind, _, name = place.rpartition(" ")
    if kind == "file":
        path = project / name
        return path, 0, len(path.read_text(encoding="utf-8"))
    if kind in ("model", "test"):
        (path,) = (project / "dbt_project" / f"{kind}s").rglob(f"{name}.sql")
        return path, 0, len(path.read_text(encoding="utf-8"))
    if kind == "macro":
        return _macro(project, name)
    return _python(project, name)


def _macro(project: Path, name: str) -> tuple[Path, int, int]:
    body = re.compile(rf"{{%-?\s*(macro|test) {re.escape(name)}\(.*?{{%-?\s*end\1\s*-?%}}", re.DOTALL)
    for path in sorted((project / "dbt_project" / "macros").rglob("*.sql")):
        if found := body.search(path.read_text(encoding="utf-8")):
            return path, found.start(), found.end()
    raise MutationError(f"there is no macro {name}")


def _python(project: Path, name: str) -> tuple[Path, int, int]:
    """A function, class, method or constant by its dotted name."""
    parts = name.split(".")
    for length in range(len(parts) - 1, 0, -1):
        folder = project.joinpath(*parts[:length])
        path = folder / "__init__.py" if folder.is_dir() else folder.with_suffix(".py")
        if path.exists():
            break
    else:
        raise MutationError(f"there is no module of {name}")
    text = path.read_text(encoding="utf-8")
    node: ast.AST = _parsed(text)
    for part in parts[length:]:
        node = next((child for child in ast.iter_child_nodes(node) if part in _names(child)), None)
        if node is None:
            raise MutationError(f"there is no {part} of {name} in {path.relative_to(project)}")
    lines = text.splitlines(keepends=True)
    return path, len("".join(lines[: node.lineno - 1])), len("".join(lines[: node.end_lineno]))


@functools.cache
def _parsed(text: str) -> ast.Module:
    return ast.parse(text)


def _names(node: ast.AST) -> set[str]:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return {node.name}
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    return {target.id for target in targets if isinstance(target, ast.Name)}


def _any_indent(text: str) -> str:
    """A pattern of the text, its lines indented by whatever."""
    return r"\n *".join(re.escape(line.lstrip()) for line in text.split("\n"))


def _same_code(before: str, after: str) -> bool:
    try:
        trees = (ast.parse(textwrap.dedent(code)) for code in (before, after))
        return len(set(map(ast.dump, trees))) == 1
    except SyntaxError as error:
        raise MutationError(f"it is no Python: {error}") from None
