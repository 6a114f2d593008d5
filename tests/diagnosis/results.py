"""The table of what was found, and whether it is good enough."""

from collections.abc import Iterable, Sequence

from tests.diagnosis.causes import KINDS
from tests.diagnosis.examination import Finding

NAMED_FIRST = 0.95
FALSE_ALARMS = 0.05

HEADER = "| worlds | drawn | named first | alarms | lowest raw rate names it |"
RULE = "| --- | ---: | ---: | ---: | ---: |"
GROUPS = {
    "planted": "One cause of realistic size",
    "confounded": "A list and a sender that look alike",
    "null": "Nothing wrong",
    "apart": "Apart: barely visible, among usual effects, or few accept",
}


def table(findings: Sequence[Finding]) -> str:
    """Markdown: per group and kind of world how often the first line names the cause; then every miss."""
    lines = ["# Does the first line name the cause?", ""]
    for group, title in GROUPS.items():
        per_kind = {
            kind.name: [f for f in findings if f.kind == kind.name] for kind in KINDS if kind.group == group
        }
        drawn = [finding for found in per_kind.values() for finding in found]
        if not drawn:
            continue
        lines += [f"## {title}", "", HEADER, RULE]
        lines += [_row(name, found) for name, found in per_kind.items() if found]
        lines += [_row("**all**", drawn), ""]
    misses = [finding for finding in findings if _is_miss(finding)]
    if misses:
        lines += [
            "## Where the first line is wrong",
            "",
            "| world | planted | first line |",
            "| --- | --- | --- |",
        ]
        lines += [f"| {miss.kind} {miss.number} | {miss.planted} | {miss.first} |" for miss in misses]
    return "\n".join(lines).rstrip() + "\n"


def fails_its_targets(findings: Sequence[Finding]) -> bool:
    """Whether too few planted causes are named first, or too many sound workspaces raise an alarm."""
    groups = {kind.name: kind.group for kind in KINDS}

    def share(group: Iterable[str], is_true) -> float | None:
        found = [finding for finding in findings if groups[finding.kind] in group]
        return sum(map(is_true, found)) / len(found) if found else None

    named = share(("planted", "confounded"), lambda finding: finding.is_named)
    alarms = share(("null",), lambda finding: finding.is_alarm)
    return (named is not None and named < NAMED_FIRST) or (alarms is not None and alarms > FALSE_ALARMS)


def _row(name: str, findings: Sequence[Finding]) -> str:
    has_cause = any(finding.planted != "nothing" for finding in findings)
    named = _share(finding.is_named for finding in findings) if has_cause else ""
    alarms = _share(finding.is_alarm for finding in findings)
    naively = _share(finding.is_named_naively for finding in findings) if has_cause else "always something"
    return f"| {name} | {len(findings)} | {named} | {alarms} | {naively} |"


def _share(truths: Iterable[bool]) -> str:
    truths = list(truths)
    return f"{100 * sum(truths) / len(truths):.1f} % ({sum(truths)})"


def _is_miss(finding: Finding) -> bool:
    return finding.is_alarm if finding.planted == "nothing" else not finding.is_named
