"""`EXCEPT=`: which leads of a campaign are left out when it is resumed."""

from collections.abc import Mapping

from extract.workspace.errors import ConfigurationError
from extract.workspace.strict_yaml import suggestion

# Dimension -> lead -> the segments of it that the lead is in.
Segments = Mapping[str, Mapping[str, list[str]]]


def terms(text: str) -> list[tuple[str, str]]:
    """`source=zoominfo; icp=sre` as pairs; raises ConfigurationError for anything else."""
    found = []
    for part in (text or "").split(";"):
        name, separator, value = (piece.strip() for piece in part.partition("="))
        if not part.strip():
            continue
        if not separator or not name or not value:
            raise ConfigurationError(
                f"EXCEPT: {part.strip()!r} is not understood; write it like source=zoominfo, several "
                "separated by semicolons"
            )
        found.append((name, value))
    return found


def canonical(text: str) -> str:
    """The same as text that can be compared with what was typed another time."""
    return "; ".join(sorted({f"{name}={value.casefold()}" for name, value in terms(text)}))


def matching(text: str, segments: Segments, *, may_be_nobody: bool = False) -> set[str]:
    """The leads that any of the terms means.

    Raises ConfigurationError for a dimension nobody knows and, unless `may_be_nobody`, for a segment that no
    lead is in.
    """
    found: set[str] = set()
    for name, value in terms(text):
        if name not in segments:
            raise ConfigurationError(f"EXCEPT: there is no {name!r}; {suggestion(name, segments)}")
        by_segment: dict[str, set[str]] = {}
        for lead, own in segments[name].items():
            for segment in own:
                by_segment.setdefault(segment.casefold(), set()).add(lead)
        meant = by_segment.get(value.casefold(), set())
        if not meant and not may_be_nobody:
            raise ConfigurationError(
                f"EXCEPT: nobody who waits there has {name}={value}; {suggestion(value, sorted(by_segment))}"
            )
        found |= meant
    return found
