"""`make track`: a line for each row of a file, and nothing kept unless it is asked for."""

from extract.outreach.tracking import FILE
from reports.jobs.tracking import track_file
from tests.extract.outreach.test_tracking import BOB, LIST, workspace

__all__ = ["workspace"]


def test_what_is_shown_is_kept_with_apply_and_said_to_be(workspace):
    file = workspace.project_dir / "list.csv"
    file.write_text(LIST)
    shown: list[str] = []
    track_file(workspace, file, "email_answer", apply=False, show=shown.append)
    assert shown[1] == f"row 3: {BOB}, 2026-01-21T09:30:00Z"
    assert shown[4] == "row 6: left out: no lead has this profile or e-mail address"
    assert shown[-2:] == ["3 of 6 tell of leads", "Nothing is kept: APPLY=1 keeps what tells of leads"]
    assert not (workspace.paths.signals / FILE).exists()
    track_file(workspace, file, "email_answer", apply=True, show=shown.append)
    assert shown[-1].startswith("kept in ")
    track_file(workspace, file, "email_answer", apply=False, show=shown.append)
    assert f"row 3: {BOB}, 2026-01-21T09:30:00Z, kept before" in shown
