"""What is kept in results.md: for every mutation, as it is now, what its last run said and when that was."""

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.mutations.mutation import Mutation
from tests.mutations.running import NOTICED

RESULTS = Path(__file__).with_name("results.md")
_COLUMNS = ("mutation", "brings back", "so that", "in", "noticed by", "change", "verdict", "run on")

# A mutation without its name, which changes with its place in the file -> its verdict and the day of its run.
Kept = Mapping[tuple[str, ...], tuple[str, str]]


def identity(mutation: Mutation) -> tuple[str, ...]:
    """The cells that tell a mutation from others; one that changes something else is another one."""
    change = "\0".join(" ".join(text.split()) for text in (mutation.replace, mutation.by))
    return (
        ", ".join(mutation.brings_back),
        mutation.so_that,
        f"`{_short(mutation.place)}`",
        f"`{mutation.noticed_by.rpartition('/')[2]}`",
        hashlib.sha256(change.encode()).hexdigest()[:6],
    )


def _short(place: str) -> str:
    """A place without the folders it lies in: code that moves stays the same."""
    kind, _, name = place.rpartition(" ")
    if kind == "file":
        return f"file {name.rpartition('/')[2]}"
    return f"{kind} {name}" if kind else ".".join(name.split(".")[-2:])


def read(text: str) -> Kept:
    """The rows of a page."""
    rows = [line[2:-2].split(" | ") for line in text.splitlines() if line.startswith("| ")][2:]
    return {tuple(cells): (verdict, day) for _, *cells, verdict, day in rows}


def page(mutations: Sequence[Mutation], kept: Kept) -> str:
    """The results kept of these mutations as markdown, in their order; of others nothing stays."""
    rows = [
        (mutation.name, *identity(mutation), *kept[identity(mutation)])
        for mutation in mutations
        if identity(mutation) in kept
    ]
    noticed = sum(verdict == NOTICED for *_, verdict, _ in rows)
    lines = [
        "# Mutations",
        "",
        f"By `python -m tests.mutations --keep`: {noticed} of {len(rows)} faults that were brought back were "
        "noticed by the test named for them. `change` is a hash of what is replaced and by what.",
        "",
        *(f"| {' | '.join(cells)} |" for cells in (_COLUMNS, ["---"] * len(_COLUMNS), *rows)),
    ]
    return "\n".join(lines) + "\n"
