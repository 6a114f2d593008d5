"""config/workspaces.yaml: what can be used is, and what can't is named while the others go on."""

from pathlib import Path

import pytest

from extract.workspace.agency import load_agency
from extract.workspace.errors import ConfigurationError
from extract.workspace.workspaces_file import read_workspaces_file
from tests.projects import project

EXAMPLE = Path(__file__).parents[3] / "config" / "examples" / "workspaces.yaml"


def listed(tmp_path: Path, text: str):
    path = tmp_path / "workspaces.yaml"
    path.write_text(text)
    return read_workspaces_file(path)


def test_the_example_is_understood(tmp_path):
    found, unusable = read_workspaces_file(EXAMPLE)
    assert unusable == []
    assert [(each.name, each.key, each.folder, each.client, each.tags) for each in found] == [
        (
            "northwind",
            "HEYREACH_API_KEY_NORTHWIND",
            "workspaces/northwind",
            "Northwind Traders",
            ("eu", "saas"),
        ),
        ("fabrikam", "HEYREACH_API_KEY_FABRIKAM", "workspaces/fabrikam", "Fabrikam", ()),
    ]


@pytest.mark.parametrize(
    ("entry", "why"),
    [
        ("name: North Wind", "name must be small letters"),
        ("name: ../other", "name must be small letters"),
        ("nmae: a", "'nmae' is not known; did you mean name?"),
        ("{name: a, key: hr-4f1c}", "key names the variable that holds the key"),
        ("{name: a, key: PATH}", "key names the variable that holds the key"),
        ("{name: a, tags: eu}", "tags must be a list"),
        ("{name: a, tags: [E U]}", "a tag must be small letters"),
        ("{name: a, client: [b]}", "client must be a printable text"),
        ("just a text", "each workspace has a `name:`"),
    ],
)
def test_an_entry_that_can_not_be_used_keeps_nobody_else(tmp_path, entry, why):
    found, unusable = listed(tmp_path, f"workspaces:\n  - {entry}\n  - name: other\n")
    assert [each.name for each in found] == ["other"]
    assert len(unusable) == 1
    assert why in unusable[0].why
    assert "workspaces.yaml line 2" in unusable[0].why


@pytest.mark.parametrize(
    ("twice", "what"),
    [
        ("{name: a}, {name: a, folder: x, key: HEYREACH_API_KEY_X}", "name 'a'"),
        ("{name: a, folder: x}, {name: b, folder: x}", "folder 'x'"),
        ("{name: a, key: HEYREACH_API_KEY}, {name: b, key: HEYREACH_API_KEY}", "key 'HEYREACH_API_KEY'"),
    ],
)
def test_of_two_that_share_what_tells_them_apart_neither_is_used(tmp_path, twice, what):
    found, unusable = listed(tmp_path, f"workspaces: [{twice}, {{name: other}}]\n")
    assert [each.name for each in found] == ["other"]
    assert len(unusable) == 2
    assert all(what in each.why for each in unusable)


@pytest.mark.parametrize("text", ["workspace:\n  - name: a\n", "workspaces: all\n", "- name: a\n"])
def test_what_is_no_list_of_workspaces_is_an_error(tmp_path, text):
    with pytest.raises(ConfigurationError, match=r"workspaces\.yaml"):
        listed(tmp_path, text)


def test_each_workspace_knows_its_own_key_folder_and_channel_and_no_other(tmp_path):
    folder = project(tmp_path / "project")
    (folder / "config" / "workspaces.yaml").write_text(
        "workspaces:\n  - name: north\n  - name: south\n  - name: unset\n"
        "  - {name: same, key: HEYREACH_API_KEY_AS}\n"
        "  - {name: as, key: HEYREACH_API_KEY_SAME}\n  - {name: bad, base_url: 'http://example.com'}\n"
    )
    (folder / ".env").write_text(
        "HEYREACH_API_KEY_NORTH=key-north\nHEYREACH_API_KEY_AS=key-same\nHEYREACH_API_KEY_SAME=key-same\n"
        "HEYREACH_API_KEY_BAD=key-bad\nSLACK_WEBHOOK_URL_NORTH=https://hooks.example.com/north\n"
    )
    environ = {
        "HEYREACH_API_KEY_SOUTH": "key-south",
        "OUTBOUND_DATA_DIR": str(tmp_path / "data"),
        "HOME": "/",
    }
    agency = load_agency(folder, environ)
    north, south = agency.members
    assert (north.name, south.name) == ("north", "south")
    assert north.workspace.api_key == "key-north"
    assert north.workspace.folder == tmp_path / "data" / "workspaces" / "north"
    assert north.workspace.alerts.slack_webhook_url == "https://hooks.example.com/north"
    assert south.workspace.alerts.slack_webhook_url is None
    assert "key-south" not in str(north.environment)
    assert "key-north" not in str(south.environment)
    assert "key-north" not in repr(north)
    assert {each.name: each.why.partition(": ")[2] or each.why for each in agency.unusable} == {
        "unset": "put the workspace's HeyReach key there, in .env",
        "bad": "base_url must be an https:// address, or http:// on localhost, without a password, ? or #",
        "same": "HEYREACH_API_KEY_AS holds the same key as that of another workspace; give each its own",
        "as": "HEYREACH_API_KEY_SAME holds the same key as that of another workspace; give each its own",
    }
