"""The timetable: daily and weekly jobs and extra pulls, as a crontab and as systemd user timers, all in UTC.

And the services that are to run all the time: the pages, and the door for webhooks, since one that is closed
loses times. Both start the same commands, from any folder, and append what they print to the data folder's
`logs`. The commands hold no secret: settings come from `.env` in the project's folder.
"""

import shlex
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from extract.workspace.errors import ConfigurationError
from extract.workspace.paths import Paths

# Longer than any run should take, and shorter than until the same job is due again.
WAIT_MINUTES = 300
NAME = "connection-analytics"


@dataclass(frozen=True)
class Job:
    """One line of the timetable. `weekday` is 1 (Monday) to 7, None for every day; `time` is HHMM in UTC.

    Without a time it is a service.
    """

    name: str
    arguments: str
    time: str
    weekday: int | None = None


TIMETABLE = (
    Job("daily", f"daily --wait {WAIT_MINUTES}", "0200"),
    Job("weekly", f"weekly --wait {WAIT_MINUTES}", "0300", weekday=7),
    # An acceptance is known to lie between two pulls: these keep them eight hours apart.
    Job("pull-1000", "extract --kind light", "1000"),
    Job("pull-1800", "extract --kind light", "1800"),
)
# Each ends with 75 where it runs already.
SERVICES = (Job("door", "door", ""), Job("serve", "serve", ""))
_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True)
class Place:
    """Where the project and its data are; `environment` holds what the shell sets beyond `.env`."""

    project_dir: Path
    workspace_dir: Path
    environment: dict[str, str]

    def command(self, job: Job) -> str:
        """What the shell runs for a job."""
        logs = Paths(self.workspace_dir).logs
        program = self.project_dir / ".venv" / "bin" / NAME
        settings = "".join(f"{name}={shlex.quote(value)} " for name, value in self.environment.items())
        return (
            f"cd {shlex.quote(str(self.project_dir))} && umask 077 && mkdir -p {shlex.quote(str(logs))} && "
            f"{settings}exec {shlex.quote(str(program))} {job.arguments} "
            f">> {shlex.quote(str(logs / job.name))}.log 2>&1"
        )


def crontab_block(place: Place) -> str:
    """The lines for `crontab`, between two marks by which they are found again.

    cron goes by the machine's own time zone, and not every cron knows another: each line asks for the time in
    UTC itself, every quarter of an hour because some zones are off by one.
    """
    lines = [_mark("begin", place)]
    for job in TIMETABLE:
        form, due = ("%u%H%M", f"{job.weekday}{job.time}") if job.weekday else ("%H%M", job.time)
        command = f'[ "$(date -u +{form})" = {due} ] && {{ {place.command(job)}; }} || true'
        lines.append(f"*/15 * * * * {command}".replace("%", r"\%"))
    for service in SERVICES:
        # Again and again, in case it ended; while it runs that is turned away.
        command = f"{{ {place.command(service)}; }} || true".replace("%", r"\%")
        lines += [f"@reboot {command}", f"*/15 * * * * {command}"]
    return "\n".join([*lines, _mark("end", place)]) + "\n"


def units(place: Place) -> dict[str, str]:
    """The systemd user units by file name: a service and a timer per job, and those that run all the time."""
    files = {}
    for service in SERVICES:
        # The pages would let webhooks in themselves, where the door is not open yet.
        first = f"After={NAME}-door.service\n" if service.name != "door" else ""
        files[f"{NAME}-{service.name}.service"] = (
            f"[Unit]\nDescription=Connection analytics: {service.name}\n{first}\n"
            f'[Service]\nType=simple\nExecStart=/bin/sh -c "{_in_unit(place.command(service))}"\n'
            "Restart=always\nRestartSec=5\n\n"
            "[Install]\nWantedBy=default.target\n"
        )
    for job in TIMETABLE:
        day = f"{_WEEKDAYS[job.weekday - 1]} " if job.weekday else ""
        command = _in_unit(place.command(job))
        files[f"{NAME}-{job.name}.service"] = (
            f"[Unit]\nDescription=Connection analytics: {job.name}\n\n"
            f'[Service]\nType=oneshot\nExecStart=/bin/sh -c "{command}"\n'
            "# Another run was active: it does the work.\nSuccessExitStatus=75\n"
        )
        files[f"{NAME}-{job.name}.timer"] = (
            f"[Unit]\nDescription=Connection analytics: {job.name}\n\n"
            f"[Timer]\nOnCalendar={day}*-*-* {job.time[:2]}:{job.time[2:]}:00 UTC\n"
            "# Made up for after the machine was off.\nPersistent=true\n\n"
            "[Install]\nWantedBy=timers.target\n"
        )
    return files


def _in_unit(command: str) -> str:
    """A command between the quotes of a unit's line."""
    command = command.replace("\\", "\\\\").replace('"', '\\"')
    return command.replace("%", "%%").replace("$", "$$")


def install(place: Place, how: str, units_dir: Path, say: Callable[[str], None]) -> None:
    """Put the timetable in place, `how` being systemd, cron, or auto; only one of them, once."""
    if how == "auto":
        how = "systemd" if _has_systemd() else "cron"
    if how == "cron" and not shutil.which("crontab"):
        raise ConfigurationError(
            "There is neither a systemd for users nor a crontab here: install cron, or have whatever starts "
            "jobs on this machine run what `make schedule` prints"
        )
    if how == "systemd" and not shutil.which("systemctl"):
        raise ConfigurationError("There is no systemctl here: make schedule INSTALL=cron")
    remove(place, units_dir, say=lambda line: None)
    if how == "cron":
        kept = _without_block(_crontab(), place)
        _set_crontab(kept + crontab_block(place))
        say("installed in the crontab of this user; see it with: crontab -l")
        say("pages and webhooks are served within a quarter of an hour, and after each start of the machine")
        return
    units_dir.mkdir(parents=True, exist_ok=True)
    for name, text in units(place).items():
        (units_dir / name).write_text(text)
    _systemctl("daemon-reload")
    _systemctl("enable", "--now", *_started())
    say(
        f"installed as systemd user timers and services in {units_dir}; see them with: systemctl --user "
        f"list-timers, and systemctl --user status {NAME}-door {NAME}-serve"
    )
    say("they run while you are not logged in only after: loginctl enable-linger")


def installed(place: Place, units_dir: Path) -> tuple[str | None, bool]:
    """By what the timetable is in place (cron, systemd or None), and whether exactly as it would be now."""
    wanted = units(place)
    texts = {name: (units_dir / name).read_text() for name in wanted if (units_dir / name).exists()}
    if texts:
        return "systemd", texts == wanted
    crontab = _crontab() if shutil.which("crontab") else ""
    if f"{_mark('begin', place)}\n" in crontab:
        return "cron", crontab_block(place) in crontab
    return None, False


def next_due(now: datetime) -> tuple[Job, datetime]:
    """The job of the timetable that is next due after `now` (UTC), and when."""
    due = []
    for job in TIMETABLE:
        moment = now.replace(hour=int(job.time[:2]), minute=int(job.time[2:]), second=0, microsecond=0)
        while moment <= now or (job.weekday and moment.isoweekday() != job.weekday):
            moment += timedelta(days=1)
        due.append((moment, job))
    moment, job = min(due, key=lambda each: each[0])
    return job, moment


def remove(place: Place, units_dir: Path, say: Callable[[str], None]) -> None:
    """Take the timetable out again, wherever it was put; the rest of the crontab stays as it was."""
    removed = []
    if shutil.which("crontab"):
        before = _crontab()
        after = _without_block(before, place)
        if after != before:
            _set_crontab(after)
            removed.append("crontab")
    present = [units_dir / name for name in units(place) if (units_dir / name).exists()]
    if present:
        _systemctl("disable", "--now", *(path.name for path in present if path.name in _started()))
        for path in present:
            path.unlink()
        _systemctl("daemon-reload")
        removed.append("systemd timers and services")
    say(f"removed: {' and '.join(removed)}" if removed else "nothing was installed")


def _started() -> list[str]:
    """The units that systemd starts by itself."""
    return [f"{NAME}-{job.name}.timer" for job in TIMETABLE] + [
        f"{NAME}-{each.name}.service" for each in SERVICES
    ]


def _mark(which: str, place: Place) -> str:
    return f"# {which} {NAME} {place.project_dir}"


def _without_block(crontab: str, place: Place) -> str:
    lines, is_ours = [], False
    for line in crontab.splitlines(keepends=True):
        if line.rstrip("\n") == _mark("begin", place):
            is_ours = True
        if not is_ours:
            lines.append(line)
        if line.rstrip("\n") == _mark("end", place):
            is_ours = False
    if is_ours:
        raise ConfigurationError(
            f"The crontab has the line {_mark('begin', place)!r}, and not the one that ends it: mend it with "
            "crontab -e"
        )
    text = "".join(lines)
    return text if not text or text.endswith("\n") else text + "\n"


def _crontab() -> str:
    # Without a crontab yet it fails, and there is nothing to keep.
    return subprocess.run(["crontab", "-l"], capture_output=True, text=True, check=False).stdout  # noqa: S607


def _set_crontab(text: str) -> None:
    outcome = subprocess.run(["crontab", "-"], input=text, capture_output=True, text=True, check=False)  # noqa: S607
    if outcome.returncode:
        raise ConfigurationError(f"crontab refused the timetable: {outcome.stderr.strip()}")


def _has_systemd() -> bool:
    if not shutil.which("systemctl"):
        return False
    return not subprocess.run(
        ["systemctl", "--user", "show-environment"],  # noqa: S607
        capture_output=True,
        check=False,
    ).returncode


def _systemctl(*arguments: str) -> None:
    outcome = subprocess.run(  # noqa: S603
        ["systemctl", "--user", *arguments],  # noqa: S607
        capture_output=True,
        text=True,
        check=False,
    )
    if outcome.returncode:
        raise ConfigurationError(f"systemctl --user {arguments[0]}: {outcome.stderr.strip()}")
