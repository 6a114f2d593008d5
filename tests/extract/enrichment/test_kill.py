"""A kill in the middle of an enrichment: nobody answered for twice, nobody forgotten, no limit exceeded."""

from tests.endurance.kill_enrichment import kill_enrichment


def test_a_killed_run_is_gone_on_with_and_asks_nobody_twice(tmp_path):
    tally = kill_enrichment(rows=60, kill_after=0.4, pace=3000, folder=tmp_path)
    assert not tally.violations
    assert tally.statuses["found"] > 150
    assert tally.statuses["failed"] > 5
