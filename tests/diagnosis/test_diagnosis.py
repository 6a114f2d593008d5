"""A few worlds, each with a kind of cause; that they take no shortcut past dbt, test_build.py shows."""

import pytest

from tests.compiled import Project, only_for
from tests.diagnosis.causes import KINDS
from tests.diagnosis.examination import READ, examine

KIND = {kind.name: kind for kind in KINDS}


@pytest.fixture(scope="module")
def what_is_read(compiled) -> Project:
    """The models that a world's finding is made of."""
    return only_for(compiled, READ)


@pytest.mark.parametrize(
    "name",
    ["attribution lost", "low acceptance: list", "limit lowered", "too few leads", "campaign starved"],
)
def test_the_first_line_names_what_is_planted(name, what_is_read):
    finding = examine(KIND[name], 0, what_is_read)
    assert finding.is_named, f"{finding.planted}, but the first line says {finding.first}"
    assert finding.unlike_their_leads == []


def test_where_nothing_is_wrong_there_is_no_alarm(what_is_read):
    finding = examine(KIND["nothing"], 0, what_is_read)
    assert not finding.is_alarm, finding.lines
    assert finding.naive != "nothing"
