"""The mutations fit the code, and there is one for every fault; `python -m tests.mutations` tries them."""

import ast
import functools
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from extract.workspace.errors import ConfigurationError
from tests.mutations import kept, verdict
from tests.mutations.mutation import PROJECT, Mutation, MutationError, all_mutations, unit_tests
from tests.mutations.running import NOT_NOTICED, NOTICED

MUTATIONS = all_mutations()
# Rows of FAULTS.md that no test stands for: a measurement, and what was tried by hand.
WITHOUT_A_TEST = {"24", "78"}
FOUND = set(yaml.safe_load(Path(__file__).with_name("found.yaml").read_text(encoding="utf-8")))


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_each_fits_in_its_place_once(mutation: Mutation):
    assert mutation.applied() != mutation.file().read_text(encoding="utf-8")


@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.name)
def test_each_names_a_test_there_is(mutation: Mutation):
    path, _, name = mutation.noticed_by.partition("::")
    function, _, parameters = name.partition("[")
    assert function in functions_of(path)
    if path.endswith("mutations/models.py"):
        assert not parameters or parameters.removesuffix("]") in unit_tests()


@functools.cache
def functions_of(path: str) -> set[str]:
    tree = ast.parse((PROJECT / path).read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_every_fault_is_brought_back():
    table = (PROJECT / "tests" / "FAULTS.md").read_text(encoding="utf-8")
    numbers = re.findall(r"^\| (\d+(?:, \d+)*) \|", table, re.MULTILINE)
    rows = {number for cell in numbers for number in cell.split(", ")}
    brought_back = Counter(fault for mutation in MUTATIONS for fault in mutation.brings_back)
    assert len(rows) > 48
    assert rows - WITHOUT_A_TEST | FOUND == set(brought_back)


def test_each_was_tried_as_it_is_now_and_noticed():
    """One that is new or changed is tried by `python -m tests.mutations --only NAME --keep`."""
    text = kept.RESULTS.read_text(encoding="utf-8")
    results = kept.read(text)
    assert set(results) == {kept.identity(mutation) for mutation in MUTATIONS}
    assert {each for each, _ in results.values()} == {NOTICED}
    assert text == kept.page(MUTATIONS, results)


def test_what_is_kept_of_a_mutation_stays_until_it_changes():
    first, second = MUTATIONS[:2]
    page = kept.page(
        [first, second],
        {kept.identity(first): (NOTICED, "2026-01-01"), kept.identity(second): (NOT_NOTICED, "2026-01-02")},
    )
    assert "1 of 2 faults" in page
    results = kept.read(page)
    assert results == {
        kept.identity(first): (NOTICED, "2026-01-01"),
        kept.identity(second): (NOT_NOTICED, "2026-01-02"),
    }
    renamed, changed = replace(first, name="other 7"), replace(second, by="something else")
    assert kept.read(kept.page([renamed, changed], results)) == {
        kept.identity(first): (NOTICED, "2026-01-01")
    }


def changing(place: str, replace: str, by: str) -> Mutation:
    return Mutation("one", ("1",), "something is wrong", place, replace, by, "tests/x.py::test_x")


@pytest.mark.parametrize(
    ("place", "replace", "by"),
    [
        ("extract.workspace.lock._taken", "(lock, fcntl", ""),  # it isn't Python any more
        ("extract.workspace.lock._taken", "return", "return"),  # twice there
        ("extract.workspace.lock._taken", "LOCK_SH", "LOCK_EX"),  # not there
        ("extract.workspace.lock._taken", "return True", "return True  # so"),  # the same code
        ("extract.workspace.lock.nothing", "a", "b"),
        ("extract.nothing.lock", "a", "b"),
        ("macro nothing", "a", "b"),
    ],
)
def test_what_is_no_mutation_is_refused(place: str, replace: str, by: str):
    with pytest.raises(MutationError):
        changing(place, replace, by).applied()


@pytest.mark.parametrize(
    ("error", "is_notice"),
    [
        (AssertionError(), True),
        (pytest.fail.Exception("DID NOT RAISE"), True),
        (ConfigurationError("The raw database is damaged."), True),
        (KeyError("name"), False),
        (ExceptionGroup("several", [AssertionError(), AssertionError()]), True),
        (ExceptionGroup("several", [AssertionError(), ImportError()]), False),
    ],
)
def test_an_error_that_no_test_asks_about_notices_nothing(error: BaseException, is_notice: bool):
    assert verdict._is_notice(error) is is_notice


def test_several_lines_are_found_and_written_in_the_indentation_of_their_place():
    mutated = changing(
        "extract.workspace.lock._taken", "except BlockingIOError:\n    return False", "finally:\n    print()"
    )
    assert "\n    finally:\n        print()\n    return True" in mutated.applied()
