"""A few kills of the whole pipeline; `python -m tests.endurance.kill_pipeline --kills 100` does many."""

from tests.endurance.kill_pipeline import kill_pipeline


def test_a_pipeline_killed_at_random_moments_loses_and_doubles_nothing(tmp_path):
    tally = kill_pipeline(kills=2, seed=6, folder=tmp_path, usual=7.0)
    assert tally.violations == [], str(tally)
    assert sum(tally.phases.values()) == 2
    assert tally.tables > 70
    assert tally.looks > 0
