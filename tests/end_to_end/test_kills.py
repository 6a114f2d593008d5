"""A few kills of the whole pipeline; `python -m tests.endurance.kill_pipeline --kills 100` does many."""

from tests.endurance.kill_pipeline import kill_pipeline


def test_a_pipeline_killed_at_random_moments_loses_and_doubles_nothing(tmp_path):
    tally = kill_pipeline(kills=3, seed=1, folder=tmp_path, usual=9.0)
    assert tally.violations == [], str(tally)
    assert sum(tally.phases.values()) == 3
    assert tally.tables > 70
    assert tally.looks > 0
