"""What an assistant is told of the demo, held against what really happened in it."""

import pytest

from extract.sandbox.process import demo_sandbox
from tests.reports.assistant.answers import QUESTIONS, World, check
from tests.reports.assistant.asking import ask

HERE = [question for question in QUESTIONS if question["world"] == "demo"]


@pytest.fixture(scope="module")
def truth(demo) -> World:
    workspace, _ = demo
    [(since, until, as_of)] = workspace.query("select since, until, as_of from marts.rpt_summary")
    with demo_sandbox() as sandbox:
        return World(sandbox.truth(as_of), since, until, as_of)


@pytest.fixture(scope="module")
def told(demo):
    """All answers of one server, by the place of the question."""
    workspace, _ = demo
    return ask(workspace, [(question["tool"], question["arguments"]) for question in HERE]).answers


@pytest.mark.parametrize("number", range(len(HERE)), ids=lambda number: f"{number}-{HERE[number]['says']}")
def test_the_answer_is_what_really_happened(number, told, truth):
    check(HERE[number], told[number], truth)


def test_there_are_three_hundred_questions_of_every_kind():
    assert len(QUESTIONS) >= 300
    assert len({question["tool"] for question in QUESTIONS}) >= 10
    assert len({(question["ask"], question["world"]) for question in QUESTIONS}) >= 300
