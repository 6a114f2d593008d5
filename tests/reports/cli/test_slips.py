"""What is typed wrong is one line with the nearest thing there is; what was typed before still works."""

import re

import pytest

from reports.cli import main, root
from reports.cli.frame import Group

NAME = "connection-analytics"


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("reprot", f"there is no {NAME} reprot; did you mean report?"),
        ("improt", f"there is no {NAME} improt; did you mean import?"),
        ("leads improt", f"there is no {NAME} leads improt; did you mean import?"),
        ("xyz", f"there is no {NAME} xyz; known are run, daily, weekly, "),
        ("campaigns", f"{NAME} campaigns needs a verb: resume, pause"),
        ("report --sicne 2026-01-01", f"{NAME} report takes no --sicne; did you mean --since?"),
        ("--sicne 2026-01-01", f"{NAME} takes no --sicne; did you mean --since?"),
        (
            "extract --since 2026-01-01",
            f"{NAME} extract takes no --since; known are --kind, --wait,",
        ),
        ("schedule --instal cron", f"{NAME} schedule takes no --instal; did you mean --install?"),
        ("report --since", "--since needs a value"),
        ("extract --strict=1", "--strict takes no value"),
        ("report 2026-01-01", f"{NAME} report takes no '2026-01-01', only options"),
        ("--since 2026-01-01 build", f"--since belongs behind the verb: {NAME} build --since"),
        ("extract --kind ful", "--kind must be one of full, daily, light, not 'ful'; did you mean full?"),
        ("schedule install --by hand", "--by must be one of auto, cron, systemd, not 'hand'"),
        ("enrich --parallel two", "--parallel must be a whole number, not 'two'"),
        ("purge --wait long", "--wait must be a number of minutes, not 'long'"),
        ("--format pdf", "--format 'pdf' is not understood: name one or more of markdown, json, html"),
    ],
)
def test_a_slip_is_one_line_and_nothing_is_done(typed, told, capsys):
    assert main(typed.split()) == 2
    printed, errors = capsys.readouterr()
    assert printed == ""
    [line] = errors.splitlines()
    assert line.startswith(f"error: {told}")


@pytest.mark.parametrize("name", root.commands)
def test_every_verb_describes_itself(name, capsys):
    assert main([name, "--help"]) == 0
    assert capsys.readouterr().out.startswith(f"Usage: {NAME} {name} ")


def test_help_names_every_verb_once_and_in_its_group(capsys):
    assert main(["--help"]) == 0
    text = capsys.readouterr().out
    named = re.findall(r"^  ([a-z-]+) ", text.split("Verbs:")[1], re.MULTILINE)
    groups = [command for command in root.commands.values() if isinstance(command, Group)]
    assert named[-len(groups) :] == [group.name for group in groups]
    assert set(named) == {name for name, command in root.commands.items() if not command.hidden}
    for group in groups:
        verbs = ", ".join(name for name, verb in group.commands.items() if not verb.hidden)
        assert f": {verbs}" in " ".join(text.split()), group.name


@pytest.mark.parametrize(
    ("before", "now"),
    [
        ("import", "leads import"),
        ("enrich", "leads enrich"),
        ("enrichments", "leads services"),
        ("write-back", "leads write-back"),
        ("erase", "people erase"),
        ("purge", "people purge"),
        ("acknowledge", "alerts acknowledge"),
    ],
)
def test_a_verb_is_also_called_as_before_there_were_groups(before, now):
    group, name = now.split()
    verb = root.commands[group].commands[name]
    assert root.commands[before].callback is verb.callback
    assert root.commands[before].params == verb.params


def test_the_options_of_the_design_documents_mean_ours():
    def taken(*typed: str) -> dict:
        return root.commands["enrich"].make_context("enrich", list(typed)).params

    theirs = taken("--input", "a.csv", "--integrations", "apollo,hunter", "--campaign-id", "7")
    assert theirs == taken("--file", "a.csv", "--with", "apollo,hunter", "--campaign", "7")
    assert (theirs["names"], theirs["campaign_id"]) == ("apollo,hunter", "7")
