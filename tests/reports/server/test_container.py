"""The container starts commands that there are, and holds neither data nor keys."""

import json

import yaml

from extract.workspace.variables import DEFAULTS
from reports.from_make import verbs
from tests.check_container import CONTAINERFILE, PROJECT, instructions

STEPS = list(instructions(CONTAINERFILE.read_text()))
COMPOSE = yaml.safe_load(CONTAINERFILE.with_name("compose.yaml").read_text())


def test_what_is_started_are_verbs_of_ours():
    commands = [json.loads(rest) for name, rest in STEPS if name == "CMD"]
    commands += [service["command"] for service in COMPOSE["services"].values()]
    assert commands
    assert all(program == "make" and verb in verbs() for program, verb in commands)


def test_what_is_copied_is_named_and_is_there():
    copied = [path for name, rest in STEPS if name == "COPY" for path in rest.split()[1:-1]]
    assert all((PROJECT / path).exists() for path in copied)
    assert not {".", ".env", "data", ".git"} & set(copied)
    assert {"extract", "reports", "dbt_project", "config", "Makefile", "requirements.lock"} <= set(copied)


def test_it_runs_as_nobody_special_on_the_ports_that_are_the_default():
    names = [name for name, _ in STEPS]
    assert ("USER", "outbound") in STEPS
    assert names.index("USER") < names.index("COPY")
    [exposed] = [rest.split() for name, rest in STEPS if name == "EXPOSE"]
    assert exposed == [DEFAULTS["SERVE_PORT"], DEFAULTS["HOOKS_PORT"]]
    published = [port for service in COMPOSE["services"].values() for port in service.get("ports", [])]
    assert all(port.startswith("127.0.0.1:") for port in published)


def test_its_settings_exist():
    [settings] = [rest.split() for name, rest in STEPS if name == "ENV"]
    assert {setting.partition("=")[0] for setting in settings} <= set(DEFAULTS)
