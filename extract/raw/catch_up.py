"""The raw database, brought to where the landing folders are."""

from extract import raw
from extract.raw.landing import finished_folders
from extract.raw.landings import Faults, Landings, MissingError, described
from extract.raw.load import load
from extract.workspace.paths import Paths


def load_landed(paths: Paths) -> None:
    """Bring the raw database, which may not exist yet, to where the landing folders are.

    Raises MissingError where something that was landed is in neither of the two.
    """
    raw.initialize(paths.raw)
    load_leftovers(paths)


def load_leftovers(paths: Paths) -> None:
    """Load every finished landing folder that raw doesn't list: the newest, and any a crash left behind."""
    path = paths.raw
    folders = finished_folders(paths.landing)
    with raw.connect(path, read_only=True) as connection:
        loaded = raw.loaded_landings(connection)
    landings = Landings(paths.landings)
    missing = landings.missing(folders, loaded)
    require_nothing_missing(landings.unaccepted(missing))
    without = {paths.landing / name / file for name, faults in missing.items() for file in faults}
    # A folder is listed in raw by its pulls: without them nothing of it counts.
    usable = [folder for folder in folders if folder / "pulls.jsonl" not in without]
    load([folder for folder in usable if folder.name not in loaded], path, without)
    landings.note(folders)


def require_nothing_missing(missing: Faults) -> None:
    """Raise MissingError where something is."""
    if missing:
        raise MissingError(
            f"Landed, and not to be had any more: {described(missing)}. What stood there can't be pulled "
            "again: bring it back from a backup, or go on without it: make recover WITHOUT_MISSING=1"
        )
