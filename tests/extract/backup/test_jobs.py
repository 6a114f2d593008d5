"""What waited for the server when a backup was made isn't begun by whoever restores it."""

from datetime import UTC, datetime

from reports.server.job_ledger import JobLedger
from tests.conftest import Workspace

NOW = datetime(2026, 2, 9, 6, tzinfo=UTC)
ENVIRONMENT = {"HEYREACH_API_KEY": "k"}


def test_what_waited_when_the_backup_was_made_is_not_begun_by_a_restore(tmp_path):
    source, target = (Workspace(tmp_path / name, ENVIRONMENT) for name in ("source", "target"))
    with JobLedger(source.data_dir / "server" / "jobs.sqlite") as ledger:
        done = ledger.ask("lead", {"list_id": "1"}, NOW)
        ledger.end(ledger.begin(NOW), NOW, result={"lines": ["added"]})
        done = ledger.job(done.job_id)
        left_running = ledger.ask("lead", {"list_id": "2"}, NOW)
        ledger.begin(NOW)
        waiting = ledger.ask("hand_over", {"week": None}, NOW)
    saved = source.run("backup", "--to", str(tmp_path / "backups"))
    assert saved.exit_code == 0, saved.errors
    [path] = (tmp_path / "backups").iterdir()
    restored = target.run("restore", "--from", str(path))
    assert restored.exit_code == 0, restored.errors
    assert "2 of the server's jobs waited when the backup was made" in restored.errors
    with JobLedger(target.data_dir / "server" / "jobs.sqlite") as ledger:
        assert not ledger.is_work_due(datetime.now(UTC))
        assert ledger.job(done.job_id) == done
        for job in (left_running, waiting):
            found = ledger.job(job.job_id)
            assert (found.state, "may have been done since" in found.error) == ("failed", True)
            assert ledger.again(job.job_id, NOW).state == "queued"
