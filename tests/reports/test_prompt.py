import os
import pty
import re
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from extract.workspace.errors import ConfigurationError
from reports.prompt import answer
from tests.reports.report_rows import EMPTY, publish

PROJECT = Path(__file__).parents[2]
ASK = """
import sys
from pathlib import Path
from extract.workspace.errors import OutboundError
from reports.prompt import prompt
try:
    prompt(Path(sys.argv[1]), "https://heyreach.example")
except OutboundError as error:
    sys.exit(f"failed: {error}")
"""
# Ctrl-C reaches only the processes a terminal belongs to.
TAKE_TERMINAL = "import fcntl, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0)"

Pipe = Callable[[str], "subprocess.CompletedProcess[str]"]


@pytest.fixture
def pipe(full: Path) -> Pipe:
    """Run the prompt with the text as its standard input."""

    def run(text: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [sys.executable, "-c", ASK, str(full)],
            input=text,
            capture_output=True,
            text=True,
            cwd=PROJECT,
            timeout=30,
            check=False,
        )

    return run


def test_an_answer_is_a_text_table(full: Path):
    table = answer(full, "select label, sent from rpt_account_performance where label = 'Dana'")
    assert [line.split() for line in table.splitlines() if "Dana" in line] == [["│", "Dana", "│", "404", "│"]]
    assert answer(full, "select 1 as one; select 2 as two").count("int32") == 2
    assert "warehouse" in answer(full, "select current_database()")
    assert "one" in answer(full, "pivot (select 'one' as number) on number")


def test_an_answer_is_whole(full: Path):
    table = answer(full, "select range as n, repeat('x', 400) as wide from range(3000)")
    assert table.count("x" * 400) == 3000


def test_an_answer_shows_no_control_characters(full: Path):
    assert "\x1b" not in answer(full, "select chr(27) || '[31mred' as colour")


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("select nothing_there from rpt_summary", 'Referenced column "nothing_there" not found'),
        ("selec 1", "syntax error"),
        ("select cast('a' as integer)", "Could not convert string 'a'"),
        ("create table marts.mine as select 1", "only statements that select are answered here"),
        ("explain analyze copy rpt_summary to 'stolen.csv'", "and this is COPY"),
        ("select * from read_text('/etc/hostname')", "read_text() can do more than read the warehouse"),
        ("from 'secret.csv'", "disabled by configuration"),
    ],
)
def test_a_refused_query_is_one_line(query: str, said: str, full: Path):
    with pytest.raises(ConfigurationError, match="The query was refused") as caught:
        answer(full, query)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_piped_statements_are_answered(pipe: Pipe):
    done = pipe(
        "select 'a;b' as quoted;\n"
        "select 'c;\nd' as broken;\n"
        "select\n  42 as answer\n; -- the end\n"
        "select 'unfinished' as last"
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("┌") == 4
    for value in ("a;b", "c;\\nd", "42", "unfinished"):
        assert f"│ {value} " in re.sub(" +", " ", done.stdout)
    assert "sql>" not in done.stdout


def test_the_prompt_says_what_it_is_open_on(pipe: Pipe, full: Path):
    done = pipe("")
    assert done.returncode == 0
    assert done.stdout == ""
    assert f"{full}, https://heyreach.example, as of 2026-02-01 09:30 UTC, read-only" in done.stderr
    assert "marts: heyreach_accounts, rpt_account_lead_comparison, rpt_account_lead_match," in done.stderr
    assert "Demo data" not in done.stderr


def test_the_prompt_says_that_demo_data_is_demo_data(tmp_path: Path, pipe: Pipe, full: Path):
    publish(tmp_path / "demo.duckdb", EMPTY)
    os.replace(tmp_path / "demo.duckdb", full)
    assert "Demo data: an invented workspace" in pipe("").stderr


def test_after_an_error_the_prompt_goes_on(pipe: Pipe):
    done = pipe("selec 1;\n.unknown\nselect 'still here' as answer;\n")
    assert "still here" in done.stdout
    errors = [line for line in done.stderr.splitlines() if line.startswith("error:")]
    assert len(errors) == 2
    assert "syntax error" in errors[0]
    assert ".unknown is not a command" in errors[1]
    assert done.returncode == 1
    assert "failed: 2 of the statements failed" in done.stderr


def test_ctrl_c_ends_a_piped_prompt(full: Path):
    process = subprocess.Popen(
        [sys.executable, "-c", ASK, str(full)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=PROJECT,
    )
    process.stdin.write("select 'running' as now;\n")
    process.stdin.write("select sum(a.range * b.range) from range(1000000000) a, range(1000000) b;\n")
    process.stdin.write("select 'not reached' as answer;\n")
    process.stdin.flush()
    while "running" not in process.stdout.readline():
        pass
    time.sleep(0.5)
    process.send_signal(signal.SIGINT)
    output, errors = process.communicate(timeout=20)
    assert "not reached" not in output
    assert "KeyboardInterrupt" in errors
    assert process.returncode != 0


def test_commands(pipe: Pipe):
    done = pipe(".tables\n.help\n.quit\nselect 'not reached' as answer;\n")
    assert "marts.rpt_summary" in done.stdout.splitlines()
    assert "Ctrl-D" in done.stderr
    assert "not reached" not in done.stdout
    assert done.returncode == 0


def test_a_warehouse_replaced_meanwhile_does_not_disturb(full: Path, tmp_path: Path):
    process = subprocess.Popen(
        [sys.executable, "-c", ASK, str(full)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=PROJECT,
    )
    process.stdin.write("select sent as before from rpt_summary;\n")
    process.stdin.flush()
    while "1204" not in process.stdout.readline():
        pass
    os.replace(publish(tmp_path / "new.duckdb", EMPTY), full)
    output, _ = process.communicate("select sent as after from rpt_summary;\n", timeout=30)
    assert "1204" in output
    assert process.returncode == 0


def test_a_terminal_gets_a_prompt_and_keeps_going(full: Path):
    """Typed on a real terminal: two lines, an error, Ctrl-C on half a line and on a query, Ctrl-D."""
    terminal, inner = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-c", TAKE_TERMINAL + ASK, str(full)],
        stdin=inner,
        stdout=inner,
        stderr=inner,
        cwd=PROJECT,
        env=os.environ | {"TERM": "dumb"},
        start_new_session=True,
    )
    os.close(inner)
    unread = ""

    def see(text: str) -> None:
        """Read the screen up to and with the text."""
        nonlocal unread
        while text not in unread:
            readable, _, _ = select.select([terminal], [], [], 10)
            assert readable, f"no {text!r} in {unread!r}"
            unread += os.read(terminal, 65536).decode(errors="replace")
        unread = unread.partition(text)[2]

    try:
        see("sql> ")
        os.write(terminal, b"select 40 +\n")
        see("...> ")
        os.write(terminal, b"2 as answer;\n")
        see(" 42 ")
        see("sql> ")
        os.write(terminal, b"selec 1;\n")
        see("error: Parser Error")
        see("sql> ")
        os.write(terminal, b"half a line")
        see("half a line")
        time.sleep(0.2)  # readline loses a Ctrl-C that comes with other keys
        os.write(terminal, b"\x03")
        see("sql> ")
        os.write(terminal, b"select sum(a.range * b.range) from range(1000000000) a, range(1000000) b;\n")
        see("b;")
        time.sleep(0.5)
        os.write(terminal, b"\x03")
        see("stopped")
        see("sql> ")
        os.write(terminal, b"select 6 * 7 as again;\n")
        see(" 42 ")
        see("sql> ")
        os.write(terminal, b"\x04")
        assert process.wait(timeout=10) == 0
    finally:
        process.kill()
        process.wait()
        os.close(terminal)
