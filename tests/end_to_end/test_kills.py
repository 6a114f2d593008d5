"""A few kills of the whole pipeline; `python -m tests.endurance.kill_pipeline --kills 100` does many."""

import pytest

from tests.compiled import instead_of_dbt
from tests.endurance.kill_pipeline import kill_pipeline


def test_a_pipeline_killed_at_random_moments_loses_and_doubles_nothing(
    tmp_path, request: pytest.FixtureRequest
):
    def without_dbt():
        """Asked for when the twin is due: until then another process has compiled it."""
        return instead_of_dbt(request.getfixturevalue("compiled"))

    tally = kill_pipeline(kills=2, seed=6, folder=tmp_path, usual=7.0, twin_within=without_dbt)
    assert tally.violations == [], str(tally)
    assert sum(tally.phases.values()) == 2
    assert tally.tables > 70
    assert tally.looks > 0
