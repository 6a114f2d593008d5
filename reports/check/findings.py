"""What a check finds: a line with a mark, and what to do about it."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from extract.workspace.errors import OutboundError

GOOD, WARNING, BAD, NOT_TRIED = "ok", "warning", "mend", "not tried"


@dataclass(frozen=True)
class Finding:
    """One line. `mark`: GOOD, WARNING (a night goes without it), BAD (has to be mended), or NOT_TRIED."""

    mark: str
    text: str


# A check yields what it finds; OutboundError and OSError are findings, too.
Check = Callable[[], Iterator[Finding]]


def good(text: str) -> Finding:
    return Finding(GOOD, text)


def warning(text: str) -> Finding:
    return Finding(WARNING, text)


def bad(text: str) -> Finding:
    return Finding(BAD, text)


def not_tried(text: str) -> Finding:
    return Finding(NOT_TRIED, text)


def run_checks(checks: dict[str, Check], say: Callable[[str], None]) -> int:
    """Say what the checks find, each as soon as it is known; returns how many things have to be mended."""
    mended = 0
    for subject, check in checks.items():
        for finding in _found(check):
            say(f"{finding.mark:<9}  {subject:<9}  {finding.text}")
            mended += finding.mark == BAD
    return mended


def _found(check: Check) -> Iterator[Finding]:
    try:
        yield from check()
    except (OutboundError, OSError) as error:
        yield bad(" ".join(str(error).split()))


def counted(number: int, noun: str) -> str:
    """A number and its noun: 1 sender, 2 senders."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
