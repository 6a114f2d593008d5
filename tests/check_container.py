"""`python -m tests.check_container`: the steps of the Containerfile, one by one, in an empty environment.

Where this is tested no image can be fetched, so the steps that need one (the base image, Debian's packages,
the user) are left out; all others run as they stand there, in a folder that holds only what it copies, and
what it starts must be well by its own health check.
"""

import argparse
import json
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

PROJECT = Path(__file__).parents[1]
CONTAINERFILE = PROJECT / "reports" / "server" / "Containerfile"
# What needs the base image or its root.
LEFT_OUT = ("apt-get", "useradd")
START_SECONDS = 120


def instructions(text: str) -> Iterator[tuple[str, str]]:
    """The instructions of a Containerfile, without comments."""
    for line in text.splitlines():
        found = re.fullmatch(r"([A-Z]+) (.*)", line)
        if found:
            yield found[1], found[2]


def main() -> int:
    """Run the steps; returns 1 where one fails."""
    argparse.ArgumentParser(prog="python -m tests.check_container", description=__doc__).parse_args()
    with tempfile.TemporaryDirectory() as folder:
        app, data = Path(folder) / "app", Path(folder) / "data"
        app.mkdir()
        data.mkdir()
        environment = {"PATH": os.environ["PATH"], "HOME": folder, "LANG": "C.UTF-8"}
        environment |= {name: value for name, value in os.environ.items() if name.startswith("PIP_")}
        health: list[str] = []
        for name, rest in instructions(CONTAINERFILE.read_text(encoding="utf-8")):
            print(f"{name} {rest}", flush=True)
            if name == "COPY":
                _copy(rest.split()[1:], app)
            elif name == "RUN" and not rest.startswith(LEFT_OUT):
                subprocess.run(rest, shell=True, cwd=app, env=environment, check=True)
            elif name == "ENV":
                environment |= dict(part.split("=", 1) for part in shlex.split(rest))
            elif name == "HEALTHCHECK":
                health = json.loads(rest.removeprefix("CMD "))
            elif name == "CMD":
                ports = {"SERVE_PORT": _free_port(), "HOOKS_PORT": _free_port()}
                environment |= {"OUTBOUND_DATA_DIR": str(data), **ports}
                health = [part.replace("8000", ports["SERVE_PORT"]) for part in health]
                return _start(json.loads(rest), health, app, environment)
    return 1


def _copy(names: list[str], app: Path) -> None:
    """What git has of the named files and folders: nothing that lies beside it."""
    *sources, target = names
    tracked = subprocess.run(
        ["git", "ls-files", "--", *sources], cwd=PROJECT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    assert tracked, f"{sources}: there is no such file"
    assert target in ("./", sources[0])
    for name in tracked:
        (app / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(PROJECT / name, app / name)


def _free_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


def _start(command: list[str], health: list[str], app: Path, environment: dict[str, str]) -> int:
    with subprocess.Popen(command, cwd=app, env=environment, start_new_session=True) as process:
        deadline = time.monotonic() + START_SECONDS
        is_well = False
        while not is_well and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.5)
            asked = subprocess.run(health, cwd=app, env=environment, capture_output=True, check=False)
            is_well = asked.returncode == 0
        os.killpg(process.pid, 15)
        process.wait(timeout=30)
    print("healthy, and ended when it was asked to" if is_well else "not healthy", flush=True)
    return int(not is_well)


if __name__ == "__main__":
    sys.exit(main())
