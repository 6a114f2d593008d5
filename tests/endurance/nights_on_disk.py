"""What nights leave in a data folder: files and bytes of each kind, by night, and what a purge leaves of it.

`python -m tests.endurance.nights_on_disk` measures the data folder that is kept of an operator's 60 nights
(with day pulls, imports, enrichments and an erasure), without what a build makes anew; `--keep` writes the
table into `nights_on_disk.md`. Fails where a file is of no kind that is known.
"""

import argparse
import shutil
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

from extract.workspace.data_folder import FILE_KINDS, FileKind, kind_of
from tests.conftest import Workspace
from tests.data_folders import ACCOUNTS, Kept, unpack
from tests.endurance.capture_data_folders import NIGHTS

KEPT_FOLDER = ("1ca0139", "sixty_nights")
RESULTS = Path(__file__).with_name("nights_on_disk.md")
LATER = timedelta(days=3 * 365)
ABOUT = f"""# What nights leave in a data folder

The folder of {NIGHTS} nights and 500 leads in `tests/fixtures/data_folders/1ca0139`, measured by
`python -m tests.endurance.nights_on_disk --keep`. A night's share is of all of them. The last column is what
`make purge APPLY=1` leaves of it three years later; webhook files stay until a pull has read them as they
are, and unpacking changed their times. Not in that folder: what builds make anew (it grows with the leads,
not by the night), reports, logs, fetched pages, backups, set-aside databases, and what is under way. A
landing folder of today holds `files.json`, too: 0.1 kB for each of its files.

"""

Sizes = tuple[Counter[FileKind], Counter[FileKind]]


def measured(workspace_dir: Path) -> Sizes:
    """Files and bytes by kind; raises ValueError for a file of none."""
    files, sizes = Counter(), Counter()
    for path in workspace_dir.rglob("*"):
        if path.is_file():
            name = path.relative_to(workspace_dir).as_posix()
            kind = kind_of(name)
            if kind is None:
                raise ValueError(f"{name} is of no known kind")
            files[kind] += 1
            sizes[kind] += path.stat().st_size
    return files, sizes


def table(found: Sizes, purged: Sizes) -> Iterator[str]:
    """One line per kind."""
    yield "| files | hold | grow by | bounded by | how many | kB | kB a night | kB after a purge |"
    yield "| --- | --- | --- | --- | ---: | ---: | ---: | ---: |"
    for kind in FILE_KINDS:
        names = ", ".join(f"`{pattern}`" for pattern in kind.patterns)
        sizes = [found[1][kind], found[1][kind] / NIGHTS, purged[1][kind]]
        numbers = " | ".join(f"{size / 1e3:,.1f}" for size in sizes)
        yield f"| {names} | {kind.holds} | {kind.grows} | {kind.bound} | {found[0][kind]:,} | {numbers} |"


def measure(folder: Path) -> list[str]:
    """The table, of the kept folder unpacked into `folder`."""
    kept = Kept.read(*KEPT_FOLDER)
    workspace = unpack(*KEPT_FOLDER, folder / "data")
    account_file = shutil.move(workspace.data_dir / ACCOUNTS, folder)
    workspace = Workspace(
        workspace.data_dir, {**workspace.environment, "ACCOUNT_METADATA_PATH": account_file}
    )
    _done(workspace, "purge", kept.as_of)  # notes the landing folders; nothing is old yet
    found = measured(workspace.data_dir)
    later = datetime.fromisoformat(kept.as_of) + LATER
    _done(workspace, "purge", later.isoformat(), "--apply")
    return list(table(found, measured(workspace.data_dir)))


def _done(workspace: Workspace, verb: str, as_of: str, *options: str) -> None:
    outcome = workspace.run(verb, *options, OUTBOUND_AS_OF=as_of)
    if outcome.exit_code:
        raise RuntimeError(f"{verb} ended with {outcome.exit_code}: {outcome.errors}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--keep", action="store_true", help=f"write {RESULTS.name}")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        lines = measure(Path(folder))
    print("\n".join(lines))
    if options.keep:
        RESULTS.write_text(ABOUT + "\n".join(lines) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
