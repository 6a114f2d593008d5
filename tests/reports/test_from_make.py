"""What is typed after `make`, through the Makefile and GNU make itself: values as they are, slips named."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from extract.workspace.variables import DEFAULTS
from reports.cli import root
from reports.cli.frame import Group
from reports.from_make import verbs

PROJECT = Path(__file__).parents[2]
# Stands where the command line is, and says how it was called.
COMMAND_LINE = """
import json, os, sys
print(json.dumps({"arguments": sys.argv[1:], "as_of": os.environ.get("OUTBOUND_AS_OF"), "left": [
    name for name in os.environ if name.startswith("TYPED_")]}))
"""


@pytest.fixture(scope="module")
def checkout(tmp_path_factory) -> Path:
    """The Makefile of this project in a folder of its own, installed."""
    folder = tmp_path_factory.mktemp("check out")
    for name in ("Makefile", ".env.example", "pyproject.toml", "requirements.lock"):
        shutil.copyfile(PROJECT / name, folder / name)
    (folder / "reports").mkdir()
    (folder / "reports" / "__init__.py").touch()
    shutil.copyfile(PROJECT / "reports" / "from_make.py", folder / "reports" / "from_make.py")
    (folder / "reports" / "cli.py").write_text(COMMAND_LINE)
    (folder / ".venv" / "bin").mkdir(parents=True)
    (folder / ".venv" / "bin" / "python").symlink_to(sys.executable)
    (folder / ".venv" / ".installed").touch()
    return folder


def make(checkout: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run(
        ["make", *arguments],
        cwd=checkout,
        env=kept | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def called(checkout: Path, *arguments: str, **environment: str) -> list[str]:
    done = make(checkout, *arguments, **environment)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)["arguments"]


@pytest.mark.parametrize(
    "value",
    [
        "icp=$50k-ARR",
        "a $(shell touch made) ${HOME} $$ $",
        "`touch made` $(touch made) ; touch made | touch made & touch made",
        """it's a "quoted" 'text' \\ \\\\ \\" """,
        "two\nlines",
        "a # b \\# c",
        "é % * ? ~ ! [x] {a,b} <(x) > made",
        "--apply",
    ],
)
def test_a_value_arrives_as_typed(checkout: Path, value: str):
    expected = ["import", f"--file={value}", f"--set={value}"]
    assert called(checkout, "import", f"SET={value}", f"FILE={value}") == expected
    assert called(checkout, "import", SET=value, FILE=value) == expected
    assert not (checkout / "made").exists()


def test_switches_are_on_or_off(checkout: Path):
    assert called(checkout, "import", "FILE=a.csv", "APPLY=0", "WAKE=1") == [
        "import",
        "--file=a.csv",
        "--wake",
    ]
    done = make(checkout, "purge", "APPLY=yes")
    assert done.returncode == 2
    assert "error: APPLY='yes' is neither 1 (on) nor 0 (off)" in done.stderr


def test_a_setting_holds_for_one_call(checkout: Path):
    done = make(checkout, "run", "OUTBOUND_AS_OF=$50", OUTBOUND_AS_OF="another")
    assert json.loads(done.stdout) == {"arguments": ["run"], "as_of": "$50", "left": []}


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("report", "SNCE=2026-01-01"), "make report takes no SNCE; did you mean SINCE?"),
        (
            ("report", "APPLY=1"),
            "make report takes no APPLY; known are AGAINST, FORMAT, OUTPUT_DIR, SINCE, UNTIL",
        ),
        (("setup", "HEYRAECH_API_KEY=a"), "make setup takes no HEYRAECH_API_KEY"),
        (("reprot",), "there is no `make reprot`; did you mean report?"),
        (("run", "reprot", "SINCE=2026-01-01"), "there is no `make reprot`; did you mean report?"),
        (("$(touch made)",), "there is no `make"),
    ],
)
def test_a_slip_is_named_before_anything_runs(checkout: Path, arguments: tuple[str, ...], said: str):
    done = make(checkout, *arguments)
    assert done.returncode == 2
    assert f"error: {said}" in done.stderr
    assert done.stdout == ""
    assert not (checkout / "made").exists()


def test_goals_share_their_variables(checkout: Path):
    done = make(checkout, "build", "report", "SINCE=2026-01-01", "FORMAT=json")
    assert [json.loads(line)["arguments"] for line in done.stdout.splitlines()] == [
        ["build", "--since=2026-01-01"],
        ["report", "--since=2026-01-01", "--format=json"],
    ]


def test_every_verb_and_variable_of_the_help_is_understood():
    taken = verbs()
    commands = {name for name in taken if name in root.commands}
    assert {name for name, command in root.commands.items() if not isinstance(command, Group)} <= commands
    examples = {
        "WAIT": "5",
        "PARALLEL": "2",
        "LIMIT": "2",
        "DAYS": "30",
        "LENGTH": "5",
        "WEEK": "2026-02-09",
        "PILOT": "20",
        "KIND": "light",
        "SENDERS": "hash",
        "FORMAT": "json",
        "TIER": "hot",
        "INSTALL": "1",
        "TYPE": "meeting",
        "WORKERS": "2",
    }
    for verb in commands:
        for name, is_switch in taken[verb].items():
            option = "--" + name.lower().replace("_", "-")
            typed = option if is_switch else f"{option}={examples.get(name, 'x')}"
            root.commands[verb].make_context(verb, [typed])
    assert taken["schedule"] == {"INSTALL": False, "REMOVE": True}
    assert not {name for names in taken.values() for name in names} & set(DEFAULTS)
