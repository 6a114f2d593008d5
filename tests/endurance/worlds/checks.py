"""What is asked of every world. A check gives a Verdict; what a table lacks so far is `not there yet`."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta

from scipy.stats import fisher_exact

from tests.endurance.worlds.innocence import complaint
from tests.endurance.worlds.reading import (
    CONNECTIONS,
    COUNTS,
    DIMENSIONS,
    RATE,
    SEGMENTS,
    UNDECIDED,
    UNDECIDED_ROW,
    WAITING_ROW,
    Published,
    Row,
)
from tests.endurance.worlds.truth import Truth

MOST_UNCERTAIN = 0.02
# Below this many requests a rate is not printed.
HIDDEN_BELOW = 10
# Evidence of rows that HeyReach never showed as asked.
NEVER_SHOWN = "never_shown"
# How rarely chance may make outcomes of those counted and of those left out so different.
BY_ACCIDENT = 1e-4
# A moment is printed to the microsecond, HeyReach's Date header to the second.
PRECISION = timedelta(seconds=1)


@dataclass
class Verdict:
    """Whether a check holds (None: not there yet), what contradicts it, and numbers for the summary."""

    holds: bool | None
    contradictions: list[str] = field(default_factory=list)
    numbers: dict[str, float] = field(default_factory=dict)

    @classmethod
    def of(cls, contradictions: list[str], **numbers: float) -> "Verdict":
        return cls(not contradictions, contradictions, numbers)


def counts(truth: Truth, published: Published, rows: list[Row]) -> Verdict:
    """Sent and accepted by source, ICP, account and campaign are true, or hold the truth between bounds no
    wider than the undecided rows."""
    reported = {(row["dimension"], row["segment"]): row for row in published.segments()}
    contradictions, uncertain, sent = [], 0, 0
    for dimension in DIMENSIONS:
        expected = _expected(truth, dimension)
        segments = {segment for name, segment in reported if name == dimension} | set(expected)
        for segment in sorted(segments):
            row = reported.get((dimension, segment), {})
            for kind, (_, low, high) in COUNTS.items():
                least, most = expected.get(segment, {}).get(kind, (0, 0))
                lowest, highest = row.get(low) or 0, row.get(high) or 0
                if lowest > most or highest < least:
                    told = f"{lowest}" if lowest == highest else f"{lowest} to {highest}"
                    true = f"{least}" if least == most else f"{least} to {most}"
                    contradictions.append(f"{kind} of {dimension} {segment}: {told}, true {true}")
                if highest - lowest > (row.get(UNDECIDED) or 0):
                    contradictions.append(
                        f"{kind} of {dimension} {segment}: bounds {lowest} to {highest} are wider than its "
                        f"{row.get(UNDECIDED)} undecided rows"
                    )
            if dimension == "account":
                uncertain += (row.get(COUNTS["sent"][2]) or 0) - (row.get(COUNTS["sent"][1]) or 0)
                sent += row.get(COUNTS["sent"][0]) or 0
    return Verdict.of(contradictions, uncertain=uncertain, sent=sent)


def _expected(truth: Truth, dimension: str) -> dict[str, dict[str, tuple[int, int]]]:
    """Per segment the least and the most that can be true of what was to be seen."""
    least: Counter[tuple[str, str]] = Counter()
    most: Counter[tuple[str, str]] = Counter()
    for request in truth.requests.values():
        possible = request.segments[dimension]
        for kind, is_so, may_be in (
            ("sent", request.is_sent, request.may_be_sent),
            ("accepted", request.is_accepted, request.may_be_accepted),
        ):
            for segment in possible:
                least[segment, kind] += is_so and len(possible) == 1
                most[segment, kind] += may_be
    return {
        segment: {kind: (least[segment, kind], most[segment, kind]) for kind in COUNTS} for segment, _ in most
    }


def waiting(truth: Truth, published: Published, rows: list[Row]) -> Verdict:
    """Exactly those leads wait that do."""
    if not published.has(CONNECTIONS, WAITING_ROW):
        return Verdict(None)
    told = {row.id for row in rows if row.is_waiting}
    true = {request.id for request in truth.requests.values() if request.is_waiting}
    contradictions = [f"{number} waits, it is said" for number in sorted(told - true)]
    contradictions += [f"{number} waits, and it is not said" for number in sorted(true - told)]
    return Verdict.of(contradictions, told=len(told), true=len(true))


def uncertain_counts(truth: Truth, published: Published, rows: list[Row]) -> Verdict:
    """At most 2 % of a sender's requests are uncertain in number, by HeyReach's own counts."""
    if not published.has(CONNECTIONS, UNDECIDED_ROW) or not published.has(SEGMENTS, COUNTS["sent"][1]):
        return Verdict(None)
    verdict = counts(truth, published, rows)
    uncertain, sent = verdict.numbers["uncertain"], verdict.numbers["sent"]
    share = uncertain / sent if sent else 0.0
    told = [f"{uncertain:.0f} of {sent:.0f} requests are uncertain"] if share > MOST_UNCERTAIN else []
    return Verdict.of(told, share=share, undecided_rows=sum(row.is_undecided for row in rows))


def who_was_asked(truth: Truth, published: Published, rows: list[Row]) -> Verdict:
    """Row by row: whoever is said to have been asked was, and nobody else. Undecided rows say nothing of it.

    The numbers are rows and wrong ones by how the row was decided.
    """
    contradictions = []
    judged: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    for row in rows:
        request = truth.requests.get(row.id)
        if row.is_undecided or request is None:
            continue
        evidence = row.evidence or NEVER_SHOWN
        judged[evidence] += 1
        if request.true_sent_at is None if row.is_sent else request.is_sent:
            wrong[evidence] += 1
            told = "asked, it is said, and was not" if row.is_sent else "was asked, and it is not said"
            contradictions.append(f"{row.id} ({evidence}) {told}")
    return Verdict.of(
        contradictions,
        **{f"{kind} rows": judged[kind] for kind in judged},
        **{f"{kind} wrong": wrong[kind] for kind in judged},
    )


def times(truth: Truth, published: Published, rows: list[Row]) -> Verdict:
    """Every true time lies within its bounds, unless the line about the clock stands."""
    contradictions, outside, judged = [], 0, 0
    for row in rows:
        request = truth.requests.get(row.id)
        if request is None:
            contradictions.append(f"{row.id} is no lead that could be seen")
            continue
        moments = {"sent": request.true_sent_at, "accepted": request.true_accepted_at}
        for event, is_told in (("sent", row.is_sent), ("accepted", row.is_accepted)):
            moment, (earliest, latest) = moments[event], row.bounds[event]
            if not is_told or moment is None:
                continue
            judged += 1
            is_early = earliest is not None and moment < earliest - PRECISION
            if is_early or latest is None or moment > latest + PRECISION:
                outside += 1
                contradictions.append(f"{event} of {row.id}: {moment} is not within {earliest} and {latest}")
    if published.names_the_clock():
        contradictions = []
    return Verdict.of(contradictions, outside=outside, judged=judged)


def clock(truth: Truth, published: Published, rows: list[Row]) -> Verdict:
    """The line about the clock stands in no world with a right one."""
    is_named = published.names_the_clock()
    told = ["the clock is right, and health says it is not"] if is_named and truth.has_right_clock else []
    return Verdict.of(told, named=is_named, wrong=not truth.has_right_clock)


def mature_rates(truth: Truth, published: Published, rows: list[Row]) -> Verdict:
    """A cell's rate is the truth of the requests it counts, or holds it between bounds, or is withheld.

    Of undecided rows it counts as many as HeyReach's counts say, not these ones: of them those count here
    that were requests, and weren't left out for their time. `selection` sees to it that leaving them out
    doesn't depend on how they ended.
    """
    of_cells: dict[tuple[str, str], list] = {}
    for row in rows:
        request = truth.requests.get(row.id)
        if row.is_judged and request is not None and request.true_sent_at is not None:
            for dimension in DIMENSIONS:
                of_cells.setdefault((dimension, row.segments[dimension]), []).append(request)
    contradictions, cells, withheld = [], 0, 0
    for row in published.segments():
        if (row["mature_sent"] or 0) < HIDDEN_BELOW:
            continue
        cells += 1
        rate, low, high, reason = (row.get(name) for name in RATE)
        name = f"{row['dimension']} {row['segment']}"
        if rate is None:
            withheld += 1
            if not reason:
                contradictions.append(f"rate of {name} is withheld without a reason")
            continue
        requests = of_cells.get((row["dimension"], row["segment"]), [])
        accepted = sum(request.is_accepted_in_window for request in requests)
        true = accepted / len(requests) if requests else 0.0
        low, high = rate if low is None else low, rate if high is None else high
        if not low - 1e-9 <= true <= high + 1e-9:
            contradictions.append(
                f"rate of {name}: {row['mature_accepted']} of {row['mature_sent']} "
                f"({low:.4f} to {high:.4f}), true {accepted} of {len(requests)}"
            )
    return Verdict.of(contradictions, cells=cells, withheld=withheld)


def selection(truth: Truth, published: Published, rows: list[Row]) -> Verdict:
    """Which requests of that age are counted doesn't depend on how they ended, in all and in any campaign."""
    judged = {row.id for row in rows if row.is_judged}
    groups: dict[str, list] = {"all": truth.of_age()}
    for request in groups["all"]:
        groups.setdefault(f"campaign {request.campaign_id}", []).append(request)
    contradictions = []
    for name, requests in groups.items():
        cells = Counter((request.id in judged, request.is_accepted_in_window) for request in requests)
        by_outcome = [[cells[is_in, is_accepted] for is_accepted in (True, False)] for is_in in (True, False)]
        if fisher_exact(by_outcome).pvalue < BY_ACCIDENT:
            (accepted, open_), (left_accepted, left_open) = by_outcome
            contradictions.append(
                f"{name}: counted are {accepted} accepted and {open_} others, left out {left_accepted} "
                f"accepted and {left_open} others"
            )
    left_out = sum(request.id not in judged for request in groups["all"])
    return Verdict.of(contradictions, left_out=left_out, of_age=len(groups["all"]))


def bias(truth: Truth, published: Published, rows: list[Row]) -> Verdict:
    """How far the mature rate is from that of all requests of that age, in points; judged over all worlds."""
    accounts = [row for row in published.segments() if row["dimension"] == "account"]
    sent = sum(row["mature_sent"] or 0 for row in accounts)
    accepted = sum(row["mature_accepted"] or 0 for row in accounts)
    everybody = truth.of_age()
    if not sent or not everybody:
        return Verdict.of([])
    true = sum(request.is_accepted_in_window for request in everybody) / len(everybody)
    return Verdict.of(
        [], points=100 * (accepted / sent - true), mature=sent, of_age=len(everybody), accepted=accepted
    )


def first_line(truth: Truth, published: Published, rows: list[Row]) -> Verdict:
    """The first line of the bottlenecks blames nobody who is innocent."""
    line = published.first_line()
    if line is None:
        return Verdict.of([])
    return Verdict.of(complaint(truth, line), has_line=1)


CHECKS = {
    "counts": counts,
    "undecided": uncertain_counts,
    "who was asked": who_was_asked,
    "waiting": waiting,
    "times": times,
    "clock": clock,
    "mature rates": mature_rates,
    "selection": selection,
    "bias": bias,
    "first line": first_line,
}
