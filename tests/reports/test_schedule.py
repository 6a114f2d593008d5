"""The timetable: at the right time in any zone, from any folder, without secrets, once, and out again."""

import os
import re
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from extract.workspace.errors import ConfigurationError
from reports import schedule
from reports.schedule import SERVICES, TIMETABLE, Place, crontab_block, install, remove, units
from tests.conftest import Workspace


def run_as_cron(line: str, place: Place, utc: str) -> str:
    """What a crontab line's command logs when cron runs it, from `/`, at a time `utc` (%u%H%M)."""
    command = line.split(" ", 1 if line.startswith("@reboot ") else 5)[-1]
    parts = re.split(r"(?<!\\)%", command)
    assert len(parts) == 1, "an unescaped % ends a command in a crontab"
    command = command.replace(r"\%", "%").replace("$(date -u +%u%H%M)", utc)
    command = command.replace("$(date -u +%H%M)", utc[1:])
    outcome = subprocess.run(["/bin/sh", "-c", command], cwd="/", env={"PATH": "/usr/bin:/bin"}, check=False)
    assert outcome.returncode == 0
    logs = place.workspace_dir / "logs"
    text = "".join(path.read_text() for path in sorted(logs.glob("*.log"))) if logs.exists() else ""
    shutil.rmtree(logs, ignore_errors=True)
    return text


def cron_lines(place: Place, *, due: bool = True) -> list[str]:
    """The lines of what is due at a time, or of what is to run all the time."""
    lines = [line for line in crontab_block(place).splitlines() if not line.startswith("#")]
    return [line for line in lines if ("date -u" in line) == due]


@pytest.mark.parametrize(
    ("utc", "expected"),
    [
        ("30200", ["daily --wait 300"]),
        ("70200", ["daily --wait 300"]),
        ("70300", ["weekly --wait 300"]),
        ("60300", []),
        ("11000", ["extract --kind light"]),
        ("11800", ["extract --kind light"]),
        ("10215", []),
    ],
)
def test_cron_starts_what_is_due_in_utc(place, utc, expected):
    logged = "".join(run_as_cron(line, place, utc) for line in cron_lines(place))
    calls = [line.split("|") for line in logged.splitlines() if "|" in line]
    assert [call[1] for call in calls] == expected
    assert all(call[0] == str(place.project_dir) for call in calls)
    assert all(call[2] == str(place.workspace_dir) for call in calls)
    assert logged.count("trouble") == len(expected)


def test_cron_starts_what_is_to_run_all_the_time_with_the_machine_and_again_and_again(place):
    lines = cron_lines(place, due=False)
    for reboot, quarter, service in zip(lines[::2], lines[1::2], SERVICES, strict=True):
        assert reboot.startswith("@reboot ")
        assert quarter == reboot.replace("@reboot", "*/15 * * * *", 1)
        logged = run_as_cron(reboot, place, "10215")
        assert logged.split("|")[1] == service.arguments == service.name


def test_systemd_keeps_the_services_up_and_opens_the_door_first(place):
    for service in SERVICES:
        text = units(place)[f"{schedule.NAME}-{service.name}.service"]
        assert "Type=simple\n" in text
        assert "Restart=always\n" in text
        assert "WantedBy=default.target\n" in text
        assert f"{schedule.NAME}-{service.name}.timer" not in units(place)
    assert "After=connection-analytics-door.service" in units(place)["connection-analytics-serve.service"]


def test_the_log_is_private(place):
    subprocess.run(["/bin/sh", "-c", place.command(TIMETABLE[0])], cwd="/", check=True)
    (log,) = (place.workspace_dir / "logs").iterdir()
    assert log.name == "daily.log"
    assert log.stat().st_mode & 0o077 == 0
    assert log.parent.stat().st_mode & 0o077 == 0


@pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="needs systemd")
def test_systemd_reads_the_times_as_utc(place):
    """Its own reader of calendars, asked for the next times from a Friday on."""
    for name, text in units(place).items():
        if name.endswith(".timer"):
            (calendar,) = re.findall("OnCalendar=(.*)", text)
            outcome = subprocess.run(
                ["systemd-analyze", "calendar", "--base-time=2026-01-02 12:00 UTC", calendar],
                env={**os.environ, "TZ": "Asia/Kolkata"},
                capture_output=True,
                text=True,
                check=False,
            )
            assert outcome.returncode == 0, outcome.stderr
            due = {"daily": "Sat 2026-01-03 02:00:00", "weekly": "Sun 2026-01-04 03:00:00"}
            due |= {"pull-1000": "Sat 2026-01-03 10:00:00", "pull-1800": "Fri 2026-01-02 18:00:00"}
            job = name.removeprefix(f"{schedule.NAME}-").removesuffix(".timer")
            assert f"{due[job]} UTC" in outcome.stdout, outcome.stdout
            assert "Persistent=true" in text


@pytest.mark.parametrize("job", (*TIMETABLE, *SERVICES), ids=lambda job: job.name)
def test_a_service_runs_its_command_whatever_the_folder_is_called(place, job):
    """The unit's line, read back by systemd's rules: quotes, backslashes, %% and $$."""
    text = units(place)[f"{schedule.NAME}-{job.name}.service"]
    (line,) = re.findall("ExecStart=/bin/sh -c (.*)", text)
    assert line[0] == line[-1] == '"'
    command = re.sub(r"\\(.)", r"\1", line[1:-1]).replace("%%", "%").replace("$$", "$")
    assert command == place.command(job)
    assert shlex.split(command)[:2] == ["cd", str(place.project_dir)]
    assert ("SuccessExitStatus=75" in text) == (job in TIMETABLE)


def test_installing_in_cron_twice_leaves_one_and_keeps_the_rest(place, machine):
    crontab = machine / "crontab"
    crontab.write_text("MAILTO=me\n0 1 * * * other job")  # no line break at its end
    for _ in range(2):
        install(place, "cron", machine / "units", print)
    text = crontab.read_text()
    assert text == "MAILTO=me\n0 1 * * * other job\n" + crontab_block(place)
    remove(place, machine / "units", print)
    assert crontab.read_text() == "MAILTO=me\n0 1 * * * other job\n"


def test_another_checkout_keeps_its_timetable(place, machine, tmp_path):
    other = Place(tmp_path / "other", tmp_path / "other" / "data", {})
    install(place, "cron", machine / "units", print)
    install(other, "cron", machine / "units", print)
    remove(place, machine / "units", print)
    assert (machine / "crontab").read_text() == crontab_block(other)


def test_a_crontab_whose_end_mark_is_gone_is_left_alone(place, machine):
    crontab = machine / "crontab"
    crontab.write_text(crontab_block(place).splitlines()[0] + "\n0 1 * * * other job\n")
    before = crontab.read_text()
    with pytest.raises(ConfigurationError, match="crontab -e"):
        install(place, "cron", machine / "units", print)
    assert crontab.read_text() == before


def test_installing_as_timers_takes_the_crontab_out_and_is_removable(place, machine):
    folder = machine / "units"
    install(place, "cron", folder, print)
    for _ in range(2):
        install(place, "systemd", folder, print)
    assert (machine / "crontab").read_text() == ""
    assert {path.name: path.read_text() for path in folder.iterdir()} == units(place)
    asked = (machine / "systemctl").read_text()
    assert f"--user enable --now {schedule.NAME}-daily.timer" in asked
    assert f"{schedule.NAME}-door.service {schedule.NAME}-serve.service\n" in asked
    remove(place, folder, print)
    assert list(folder.iterdir()) == []
    *_, stopped = re.findall("--user disable --now (.*)", (machine / "systemctl").read_text())
    assert {f"{schedule.NAME}-door.service", f"{schedule.NAME}-daily.timer"} < set(stopped.split())


def test_auto_takes_systemd_where_it_answers_and_cron_elsewhere(place, machine):
    install(place, "auto", machine / "units", print)
    assert (machine / "units").exists()
    (machine / "programs" / "systemctl").write_text("#!/bin/sh\nexit 1\n")
    shutil.rmtree(machine / "units")
    install(place, "auto", machine / "units", print)
    assert schedule.NAME in (machine / "crontab").read_text()


def test_the_command_prints_both_and_no_secret(tmp_path):
    outcome = Workspace(tmp_path, {}).run("schedule")
    assert outcome.exit_code == 0, outcome.errors
    assert "*/15 * * * *" in outcome.printed
    assert "OnCalendar=Sun *-*-* 03:00:00 UTC" in outcome.printed
    assert f"OUTBOUND_DATA_DIR={tmp_path}" in outcome.printed
    assert str(Path(__file__).parents[2]) in outcome.printed


def test_a_key_that_only_the_shell_knows_is_refused(tmp_path):
    outcome = Workspace(tmp_path, {"HEYREACH_API_KEY": "SENTINEL-KEY-9f3a"}).run("schedule")
    assert outcome.exit_code == 2
    assert ".env" in outcome.errors
    assert "SENTINEL" not in outcome.errors + outcome.printed
