"""The findings of many worlds as a table, and whether they are good enough."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from statistics import fmean, stdev

from tests.endurance.worlds.examination import PUBLISHES, Finding

WHO_WAS_ASKED = "who was asked"
MOST_BIAS_POINTS, MOST_WITHHELD = 0.3, 0.05
SHOWN_CONTRADICTIONS = 3


def as_json(findings: Sequence[Finding], seed: int) -> dict:
    return {"seed": seed, "worlds": [asdict(finding) for finding in findings]}


def mean_bias(findings: Iterable[Finding]) -> tuple[float, float, int]:
    """Mean difference to the rate of all requests of that age in points, its standard error, and worlds."""
    points = [
        finding.verdicts["bias"].numbers["points"]
        for finding in findings
        if "points" in getattr(finding.verdicts.get("bias"), "numbers", {})
    ]
    error = stdev(points) / len(points) ** 0.5 if len(points) > 1 else 0.0
    return (fmean(points) if points else 0.0), error, len(points)


def withheld_share(findings: Iterable[Finding]) -> float:
    numbers = [
        finding.verdicts["mature rates"].numbers for finding in findings if _has(finding, "mature rates")
    ]
    cells = sum(number["cells"] for number in numbers)
    return sum(number["withheld"] for number in numbers) / cells if cells else 0.0


def asked_by_evidence(findings: Iterable[Finding]) -> dict[str, tuple[int, int]]:
    """Rows decided by each kind of evidence, and how many of them wrongly, over all worlds."""
    numbers = [
        finding.verdicts[WHO_WAS_ASKED].numbers for finding in findings if WHO_WAS_ASKED in finding.verdicts
    ]
    kinds = sorted(
        {name.removesuffix(" rows") for each in numbers for name in each if name.endswith(" rows")}
    )
    return {
        kind: (
            sum(each.get(f"{kind} rows", 0) for each in numbers),
            sum(each.get(f"{kind} wrong", 0) for each in numbers),
        )
        for kind in kinds
    }


def is_good(findings: Sequence[Finding]) -> bool:
    every = all(verdict.holds is not False for finding in findings for verdict in finding.verdicts.values())
    bias, _, _ = mean_bias(findings)
    return every and abs(bias) <= MOST_BIAS_POINTS and withheld_share(findings) <= MOST_WITHHELD


def table(findings: Sequence[Finding], seed: int) -> str:
    """The results as markdown."""
    checks = [PUBLISHES, *(name for name in _checks(findings) if name != PUBLISHES)]
    bias, error, worlds = mean_bias(findings)
    lines = [
        "# Worlds",
        "",
        f"{len(findings)} worlds of seed {seed}, by `python -m tests.endurance.worlds`.",
        "",
        "| check | holds | does not | not there yet |",
        "| --- | ---: | ---: | ---: |",
    ]
    for name in checks:
        held = [finding.verdicts[name].holds for finding in findings if name in finding.verdicts]
        lines.append(f"| {name} | {held.count(True)} | {held.count(False)} | {held.count(None)} |")
    lines += [
        "",
        f"Mean of mature rate less that of all requests of that age: {bias:+.2f} points "
        f"(standard error {error:.2f}, {worlds} worlds; at most {MOST_BIAS_POINTS}).",
        f"Rates withheld with a reason: {100 * withheld_share(findings):.1f} % of the cells (at most "
        f"{100 * MOST_WITHHELD:.0f} %).",
        "",
        "| who was asked, by | rows | wrong |",
        "| --- | ---: | ---: |",
        *(
            f"| {kind} | {rows:,} | {wrong:,} |"
            for kind, (rows, wrong) in asked_by_evidence(findings).items()
        ),
        "",
        "| twist | worlds | without a contradiction |",
        "| --- | ---: | ---: |",
    ]
    for twist in sorted({twist for finding in findings for twist in finding.twists or ("none",)}):
        with_it = [finding for finding in findings if twist in (finding.twists or ("none",))]
        lines.append(f"| {twist} | {len(with_it)} | {sum(map(_is_clean, with_it))} |")
    lines += _contradictions(findings)
    return "\n".join(lines) + "\n"


def _contradictions(findings: Sequence[Finding]) -> list[str]:
    lines = []
    for finding in findings:
        broken = {name: verdict for name, verdict in finding.verdicts.items() if verdict.holds is False}
        if broken:
            lines += [
                "",
                f"**{finding.name}** ({finding.leads} leads, {finding.pulls_a_day} pulls a day)",
                "",
            ]
        for name, verdict in broken.items():
            told = verdict.contradictions
            shown = "; ".join(text.replace("\n", " ")[:300] for text in told[:SHOWN_CONTRADICTIONS])
            lines.append(f"- {name}, {len(told)}: {shown}")
    return ["", "## What contradicts the truth", *lines] if lines else []


def _checks(findings: Sequence[Finding]) -> list[str]:
    return list(dict.fromkeys(name for finding in findings for name in finding.verdicts))


def _has(finding: Finding, check: str) -> bool:
    return check in finding.verdicts and "cells" in finding.verdicts[check].numbers


def _is_clean(finding: Finding) -> bool:
    return all(verdict.holds is not False for verdict in finding.verdicts.values())
