"""A few worlds, each with a kind of cause; that they take no shortcut past dbt, test_build.py shows."""

import pytest

from tests.diagnosis.causes import KINDS
from tests.diagnosis.examination import examine

KIND = {kind.name: kind for kind in KINDS}


@pytest.mark.parametrize(
    "name",
    ["attribution lost", "low acceptance: list", "limit lowered", "too few leads", "campaign starved"],
)
def test_the_first_line_names_what_is_planted(name, compiled):
    finding = examine(KIND[name], 0, compiled)
    assert finding.is_named, f"{finding.planted}, but the first line says {finding.first}"
    assert finding.unlike_their_leads == []


def test_where_nothing_is_wrong_there_is_no_alarm(compiled):
    finding = examine(KIND["nothing"], 0, compiled)
    assert not finding.is_alarm, finding.lines
    assert finding.naive != "nothing"
