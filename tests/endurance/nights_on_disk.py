"""What nights leave in a data folder: files and bytes of each kind, by night, and after `make purge`.

`python -m tests.endurance.nights_on_disk` goes through an operator's 60 nights on a small sandbox, as
`capture_data_folders` does, and prints a table; `--keep` writes it into `nights_on_disk.md`. Takes about ten
minutes. Fails where a file is of no kind that extract/data_folder.py knows.
"""

import argparse
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from extract.data_folder import FILE_KINDS, FileKind, kind_of
from extract.sandbox.process import running_sandbox
from tests.endurance.capture_data_folders import FIRST_NIGHT, NIGHTS, START, WEEKS, Operator

LEADS = 150
# The first ones make what is made only once.
COUNTED_FROM = 15
RESULTS = Path(__file__).with_name("nights_on_disk.md")

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


def table(before: Sizes, after: Sizes, purged: Sizes, nights: int) -> Iterator[str]:
    """One line per kind."""
    yield "| files | how many | kB | files a night | kB a night | kB after a purge three years later |"
    yield "| --- | ---: | ---: | ---: | ---: | ---: |"
    for kind in FILE_KINDS:
        files, size = after[0][kind], after[1][kind]
        more_files, more = files - before[0][kind], size - before[1][kind]
        yield (
            f"| {', '.join(f'`{pattern}`' for pattern in kind.patterns)} | {files:,} | {size / 1e3:,.1f} "
            f"| {more_files / nights:,.2f} | {more / nights / 1e3:,.2f} | {purged[1][kind] / 1e3:,.1f} |"
        )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--nights", type=int, default=NIGHTS)
    parser.add_argument("--keep", action="store_true", help=f"write {RESULTS.name}")
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        running_sandbox(seed=23, leads=LEADS, start=START, weeks=WEEKS, now=FIRST_NIGHT) as sandbox,
    ):
        operator = Operator(Path(folder), sandbox)
        (operator.data_dir / "accounts.yaml").rename(Path(folder) / "accounts.yaml")
        operator.workspace.environment["ACCOUNT_METADATA_PATH"] = str(Path(folder) / "accounts.yaml")
        before = measured(operator.data_dir)
        for number in range(options.nights):
            operator.night(number)
            print(f"night {number + 1} of {options.nights}", file=sys.stderr, flush=True)
            if number + 1 == COUNTED_FROM:
                before = measured(operator.data_dir)
        after = measured(operator.data_dir)
        operator.now += timedelta(days=365 * 3)
        operator.run("purge", "--apply")
        lines = list(table(before, after, measured(operator.data_dir), options.nights - COUNTED_FROM))
    print("\n".join(lines))
    if options.keep:
        about = (
            f"{options.nights} nights of {LEADS} leads, by `python -m tests.endurance.nights_on_disk --keep`"
        )
        RESULTS.write_text(f"# What nights leave on disk\n\n{about}\n\n" + "\n".join(lines) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
