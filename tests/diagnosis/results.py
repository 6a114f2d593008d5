"""The table of what was found, beside what could be known, and whether it is good enough."""

from collections.abc import Iterable, Mapping, Sequence

from statsmodels.stats.proportion import proportion_confint

from tests.diagnosis.causes import KINDS
from tests.diagnosis.examination import Finding
from tests.diagnosis.oracle import alarms

# Of what the oracle names.
NAMED_FIRST, NAMED_FIRST_AT_LEAST = 0.90, 0.80
FALSE_ALARMS = 0.05

HEADER = "| worlds | drawn | named first | alarms | oracle | of the oracle's | lowest raw rate names it |"
RULE = "| --- | ---: | ---: | ---: | ---: | ---: | ---: |"
GROUPS = {
    "planted": "One cause of realistic size",
    "confounded": "A list and a sender that look alike",
    "null": "Nothing wrong",
    "apart": "Apart: barely visible, among usual effects, or few accept",
}
INTRODUCTION = """\
*Oracle*: how often the cause is named by somebody who is told the rate, the size of the effect and the
scatter of senders (`oracle.py`), at alarms in one of twenty sound worlds; what is no matter of chance is
known. In sound worlds: how often there is an alarm. *Of the oracle's*: how many of the causes it names the
first line names, with the 95 % interval (Wilson).
"""

# By effect, how sure the oracle has to be.
Bars = Mapping[float, float]
# Where it is not asked: it is not told what is usual.
AMONG_USUAL_EFFECTS = {kind.name for kind in KINDS if kind.has_usual_effects}


def table(findings: Sequence[Finding], bars: Bars) -> str:
    """Markdown: per group and kind of world how often the first line names the cause; then every miss."""
    lines = ["# Does the first line name the cause?", "", INTRODUCTION]
    for group, title in GROUPS.items():
        per_kind = {
            kind.name: [f for f in findings if f.kind == kind.name] for kind in KINDS if kind.group == group
        }
        drawn = [finding for found in per_kind.values() for finding in found]
        if not drawn:
            continue
        lines += [f"## {title}", "", HEADER, RULE]
        lines += [_row(name, found, bars) for name, found in per_kind.items() if found]
        lines += [_row("**all**", drawn, bars), ""]
    misses = [finding for finding in findings if _is_miss(finding)]
    if misses:
        lines += [
            "## Where the first line is wrong",
            "",
            "*Lost at*: a test that is not clear enough; requests taken for another segment's, which is",
            "clearer; a place further down the list. A dash: the oracle doesn't name it either.",
            "",
            "| world | planted | first line | lost at | oracle |",
            "| --- | --- | --- | --- | --- |",
        ]
        lines += [
            f"| {miss.kind} {miss.number} | {miss.planted} | {miss.first} | {miss.step} "
            f"| {'names it' if is_named_by_oracle(miss, bars) else '-'} |"
            for miss in misses
        ]
    return "\n".join(lines).rstrip() + "\n"


def fails_its_targets(findings: Sequence[Finding], bars: Bars) -> bool:
    """Whether too few of the oracle's causes are named first, or too many sound workspaces raise an alarm.

    Alarms are too many where the simulation's error doesn't explain them.
    """
    groups = {kind.name: kind.group for kind in KINDS}
    named = [
        finding.is_named
        for finding in findings
        if groups[finding.kind] in ("planted", "confounded") and is_named_by_oracle(finding, bars)
    ]
    sound = [finding.is_alarm for finding in findings if groups[finding.kind] == "null"]
    is_behind = named and (
        sum(named) / len(named) < NAMED_FIRST or _interval(named)[0] < NAMED_FIRST_AT_LEAST
    )
    return bool(is_behind) or bool(sound and _interval(sound)[0] > FALSE_ALARMS)


def is_named_by_oracle(finding: Finding, bars: Bars) -> bool:
    """Whether it would name the planted cause; without an opinion on one that it is asked of, it is known."""
    if finding.planted == "nothing" or finding.kind in AMONG_USUAL_EFFECTS:
        return False
    return finding.oracle is None or (finding.oracle.names_it and alarms(finding.oracle, bars) == 1)


def _row(name: str, findings: Sequence[Finding], bars: Bars) -> str:
    has_cause = any(finding.planted != "nothing" for finding in findings)
    cells = [str(len(findings))]
    cells.append(_share(finding.is_named for finding in findings) if has_cause else "")
    cells.append(_share(finding.is_alarm for finding in findings))
    if has_cause:
        asked = [finding for finding in findings if finding.kind not in AMONG_USUAL_EFFECTS]
        named = [finding.is_named for finding in asked if is_named_by_oracle(finding, bars)]
        cells.append(_share(is_named_by_oracle(finding, bars) for finding in asked) if asked else "")
        cells.append(f"{_share(named)}, {_percent(_interval(named))}" if named else "")
        cells.append(_share(finding.is_named_naively for finding in findings))
    else:
        said = [alarms(finding.oracle, bars) for finding in findings if finding.oracle]
        cells.append(f"{100 * sum(said) / len(said):.1f} %" if said else "")
        cells += ["", "always something"]
    return f"| {name} | {' | '.join(cells)} |"


def _share(truths: Iterable[bool]) -> str:
    truths = list(truths)
    return f"{100 * sum(truths) / len(truths):.1f} % ({sum(truths)})"


def _interval(truths: Sequence[bool]) -> tuple[float, float]:
    return proportion_confint(sum(truths), len(truths), method="wilson")


def _percent(interval: tuple[float, float]) -> str:
    return " to ".join(f"{100 * end:.0f}" for end in interval)


def _is_miss(finding: Finding) -> bool:
    return finding.is_alarm if finding.planted == "nothing" else not finding.is_named
