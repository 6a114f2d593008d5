"""People out of all data: who asked to be forgotten, and what is too old to keep."""

from extract.privacy import erase as erasing
from extract.privacy import purge as purging
from extract.raw.catch_up import load_landed
from extract.workspace.strict_yaml import shown
from extract.workspace.workspace import Workspace
from reports.jobs.build import rebuild
from reports.jobs.copies import all_held
from reports.jobs.frame import Say, demo_mark, require_places


def erase(workspace: Workspace, url: str | None, *, wait_seconds: float = 0.0, say: Say, show: Say) -> None:
    """Take a person, named by their LinkedIn profile in any spelling, out of all data, and keep them out.

    Raises NotErasedError where something of them is left.
    """
    require_places(workspace, builds=True)
    erasing.key_of(url)
    with all_held(workspace, "erase", wait_seconds, say):
        person, changed = erasing.erase(workspace, url)
        for path in changed:
            say(f"cleaned: {shown(path)}")
        rebuild(workspace, say, show)
        left = erasing.places(workspace, person)
    if left:
        raise erasing.NotErasedError(
            "Links or addresses of the person still stand in "
            + ", ".join(map(shown, left))
            + ": remove them "
            "there (data/demo: HEYREACH_API_KEY= make erase URL=...), then run this again"
        )
    copies = workspace.paths.copies()
    but = " but the copies named below" if copies else ""
    show(
        f"erased: {len(person.rows):,} rows of the person, known by {len(person.keys):,} keys; no file of "
        f"{shown(workspace.data_dir)}{but} holds a link, address or member id of theirs"
        f"{demo_mark(workspace.is_demo)}"
    )
    for path in copies:
        say(f"not cleaned: {shown(path)}, made before this: make a new backup, then delete it")
    say(
        "Erase them in HeyReach and in files outside the data folder yourself; pulls, webhook files and "
        "imports leave them out from now on"
    )


def purge(
    workspace: Workspace, *, applies: bool = False, wait_seconds: float = 0.0, say: Say, show: Say
) -> None:
    """Show what is older than config/settings.yaml keeps it; delete it only where it `applies`."""
    require_places(workspace, builds=True)
    with all_held(workspace, "purge", wait_seconds, say):
        load_landed(workspace.paths)
        found = purging.find(workspace, workspace.paths.published, workspace.now())
        for line in found.lines:
            show(f"{'deleted' if applies else 'too old'}: {line}{demo_mark(workspace.is_demo)}")
        if not applies:
            say("nothing was deleted; APPLY=1 deletes it")
        elif purging.apply(workspace, found):
            rebuild(workspace, say, show)
