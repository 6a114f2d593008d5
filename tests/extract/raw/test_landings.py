"""Landing folders that prove themselves: what is gone or changed is named, and nobody goes on unasked."""

import shutil
from pathlib import Path

import pytest

from extract.raw import landing_contents
from extract.raw.catch_up import load_landed
from extract.raw.landing import landed_at
from extract.raw.landings import Landings, MissingError, described
from extract.workspace.workspace import Workspace as Opened
from extract.workspace.workspace import load_workspace
from tests.conftest import Outcome, Workspace
from tests.extract.raw.test_load import count, land


@pytest.fixture
def opened(tmp_path: Path) -> Opened:
    return load_workspace(tmp_path, {"OUTBOUND_DATA_DIR": str(tmp_path), "HEYREACH_API_KEY": "test-key"})


@pytest.fixture
def folders(opened: Opened) -> list[Path]:
    """Two landing folders that are known, and not in raw: two accounts, then one."""
    land(opened.folder, "1", "2")
    folders = land(opened.folder, "3")
    record(opened).note(folders)
    return folders


def record(opened: Opened) -> Landings:
    return Landings(opened.paths.landings)


def missing(opened: Opened, folders: list[Path]) -> dict:
    return record(opened).missing([folder for folder in folders if folder.exists()], loaded=())


def recover(opened: Opened, *options: str) -> Outcome:
    workspace = Workspace(opened.data_dir, {"HEYREACH_API_KEY": "test-key"})
    return workspace.run("recover", *options)


def accounts(opened: Opened) -> int:
    return count(opened.paths.raw, "sender_accounts")


def emptied(folder: Path) -> str:
    (folder / "sender_accounts.jsonl").write_bytes(b"")
    return f"{folder.name}/sender_accounts.jsonl was changed (0 rows, landed with 2)"


def altered(folder: Path) -> str:
    path = folder / "sender_accounts.jsonl"
    path.write_bytes(path.read_bytes().replace(b"Ada", b"Bea"))
    return f"{folder.name}/sender_accounts.jsonl was changed (2 rows, landed with 2)"


def without_a_file(folder: Path) -> str:
    (folder / "sender_accounts.jsonl").unlink()
    return f"{folder.name}/sender_accounts.jsonl is gone (2 rows)"


def with_another_file(folder: Path) -> str:
    (folder / "lists.jsonl").write_bytes(b"")
    return f"{folder.name}/lists.jsonl was not landed"


def with_nothing_said(folder: Path) -> str:
    (folder / landing_contents.FILE).write_text("[]")
    return f"{folder.name}/files.json can't be read"


def deleted(folder: Path) -> str:
    shutil.rmtree(folder)
    return f"the landing folder {folder.name} is gone (deleted, or purged)"


@pytest.mark.parametrize(
    "damage", [emptied, altered, without_a_file, with_another_file, with_nothing_said, deleted]
)
def test_what_is_gone_or_changed_is_named_until_somebody_goes_on_without_it(opened, folders, damage):
    assert missing(opened, folders) == {}
    told = damage(folders[0])
    found = missing(opened, folders)
    assert described(found) == told
    assert record(opened).unaccepted(found) == found
    record(opened).give_up(found)
    assert record(opened).unaccepted(found) == {}
    worse = missing(opened, folders) | {folders[1].name: {"pulls.jsonl": "is gone"}}
    assert record(opened).unaccepted(worse).keys() == {folders[1].name}


def test_raw_is_made_anew_without_an_emptied_file_only_when_told_to(opened, folders):
    told = emptied(folders[0])
    opened.paths.raw.write_bytes(b"damaged")
    refused = recover(opened)
    assert refused.exit_code == 1
    assert told in refused.errors
    assert "make recover WITHOUT_MISSING=1" in refused.errors
    assert opened.paths.raw.read_bytes() == b"damaged"
    done = recover(opened, "--without-missing")
    assert done.exit_code == 0, done.errors
    assert f"warning: it is made without what is missing: {told}" in done.errors
    assert accounts(opened) == 1


def test_raw_and_landing_folders_deleted_together_are_missed(opened, folders):
    """Or every lead would be first seen now, without a word."""
    shutil.rmtree(opened.paths.landing)
    with pytest.raises(MissingError, match=f"2 landing folders, each is gone .*{folders[0].name} to "):
        load_landed(opened.paths)


def test_what_raw_holds_is_not_missed_and_a_folder_on_its_way_is_looked_at(opened, folders):
    load_landed(opened.paths)
    shutil.rmtree(folders[0])
    emptied(folders[1])
    load_landed(opened.paths)
    assert accounts(opened) == 3
    newest = land(opened.folder, "4", "5")[-1]
    told = emptied(newest)
    with pytest.raises(MissingError) as refused:
        load_landed(opened.paths)
    assert told in str(refused.value)


def test_folders_of_an_earlier_release_are_believed(opened, folders):
    for folder in folders:
        (folder / landing_contents.FILE).unlink()
    emptied(folders[0])
    assert missing(opened, folders) == {}


@pytest.mark.parametrize("is_replaced", [False, True])
def test_a_replacement_cut_off_at_any_step_makes_no_fault(folders, is_replaced):
    path = folders[0] / "sender_accounts.jsonl"
    kept = path.read_bytes().splitlines(keepends=True)[0]
    (folders[0] / "new").write_bytes(kept)
    landing_contents.announce(path, folders[0] / "new")
    assert landing_contents.faults(folders[0]) == {}
    if is_replaced:
        (folders[0] / "new").replace(path)
        assert landing_contents.faults(folders[0]) == {}
    landing_contents.settle(folders[0])
    assert landing_contents.faults(folders[0]) == {}
    # From here on the other one is no more than a changed file.
    path.write_bytes(kept * 2 if is_replaced else kept)
    assert landing_contents.faults(folders[0]).keys() == {path.name}


def test_what_an_erasure_does_to_a_folder_makes_it_no_younger(folders):
    before = landed_at(folders[0])
    (folders[0] / "more").touch()
    assert landed_at(folders[0]) == before
