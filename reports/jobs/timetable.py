"""The timetable of this machine for a workspace: shown, put in place, taken out."""

from collections.abc import Mapping
from pathlib import Path

from extract.workspace.errors import ConfigurationError
from extract.workspace.variables import DEFAULTS, SECRETS
from extract.workspace.workspace import Workspace, load_workspace
from reports import schedule
from reports.jobs.frame import Say, demo_mark


def show_timetable(workspace: Workspace, environ: Mapping[str, str], *, show: Say) -> None:
    """Show the crontab and the units of systemd that would be put in place."""
    require_no_secret_of_the_shell(workspace, environ)
    place, units_dir = timetable_of(workspace, environ)
    show(f"# crontab{demo_mark(workspace.is_demo)}")
    show(schedule.crontab_block(place))
    for name, text in schedule.units(place).items():
        show(f"# {units_dir / name}\n{text}")
    show("# Put it in place: make schedule INSTALL=1    Take it out: make schedule REMOVE=1")


def install(workspace: Workspace, environ: Mapping[str, str], how: str = "auto", *, show: Say) -> None:
    """Put the timetable in place by `how`: auto, cron or systemd."""
    require_no_secret_of_the_shell(workspace, environ)
    place, units_dir = timetable_of(workspace, environ)
    schedule.install(place, how, units_dir, show)


def remove(workspace: Workspace, environ: Mapping[str, str], *, show: Say) -> None:
    """Take the timetable out again, wherever it was put."""
    require_no_secret_of_the_shell(workspace, environ)
    schedule.remove(*timetable_of(workspace, environ), show)


def require_no_secret_of_the_shell(workspace: Workspace, environ: Mapping[str, str]) -> None:
    """Raise ConfigurationError for a key that only this shell knows: scheduled runs would go without it."""
    for secret in SECRETS:
        without_shell = {name: value for name, value in environ.items() if name != secret}
        scheduled = load_workspace(workspace.project_dir, without_shell)
        if (scheduled.api_key, scheduled.alerts) != (workspace.api_key, workspace.alerts):
            raise ConfigurationError(
                f"{secret} is not the same in this shell and in .env, and scheduled runs see only .env: "
                "put it there"
            )


def timetable_of(workspace: Workspace, environ: Mapping[str, str]) -> tuple[schedule.Place, Path]:
    """Where the timetable's jobs run, and where systemd looks for its units."""
    moment = "OUTBOUND_AS_OF"  # like secrets, nothing for a timetable
    shell = {name: environ[name] for name in DEFAULTS if environ.get(name)}
    place = schedule.Place(
        workspace.project_dir,
        workspace.folder,
        {name: value for name, value in shell.items() if name not in (*SECRETS, moment)},
    )
    home = Path(environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    return place, home / "systemd" / "user"
