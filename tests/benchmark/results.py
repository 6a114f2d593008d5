"""The table of what was measured."""

from collections.abc import Callable, Iterator
from itertools import pairwise
from math import log

Measured = dict
Value = Callable[[dict], float]

# Fixed for any dbt run, and for each model and test of it.
DBT_START_SECONDS, DBT_NODE_SECONDS = 2.5, 0.02


def table(measured: Measured) -> str:
    """Markdown: one row per figure, one column per size, and how the figure grows from size to size."""
    sizes = {int(leads): steps for leads, steps in measured["sizes"].items()}
    versions = ", ".join(f"{name} {number}" for name, number in measured["versions"].items())
    names = [f"{leads:,}" for leads in sizes]
    lines = [
        "# How fast, and how far",
        "",
        f"{measured['taken_on']}, {measured['processors']} processors, {versions}.",
        "Leads are spread over 3 campaigns, with 60 days of nightly pulls behind them.",
        "Growth is the exponent from size to size: 1 is linear.",
        "",
        f"| leads | {' | '.join(names)} | growth | target |",
        f"| --- |{' ---: |' * len(names)} --- | --- |",
    ]
    for title, value, form, target in _rows(measured):
        found = {leads: _value(value, steps) for leads, steps in sizes.items()}
        if any(number is not None for number in found.values()):
            cells = [form.format(number) if number is not None else "" for number in found.values()]
            lines.append(f"| {title} | {' | '.join(cells)} | {_growth(found, form)} | {target} |")
    lines += ["", "## The slowest models, in seconds of bare SQL", ""]
    for leads, steps in sizes.items():
        slowest = ", ".join(f"{name} {seconds:.2f}" for name, seconds in steps["bare_sql"]["slowest"].items())
        lines.append(f"- {leads:,} leads: {slowest}")
    return "\n".join(lines) + "\n"


def _value(value: Value, steps: dict) -> float | None:
    try:
        return value(steps)
    except KeyError:  # not measured at this size
        return None


def _growth(found: dict[int, float | None], form: str) -> str:
    """The exponents between neighbouring sizes, for what is seconds, bytes or a number of requests."""
    if not form.endswith((" s", " MB")):
        return ""
    known = [(leads, number) for leads, number in found.items() if number]
    steps = pairwise(known)
    return ", ".join(f"{log(b / a) / log(more / fewer):.2f}" for (fewer, a), (more, b) in steps)


def _rows(measured: Measured) -> Iterator[tuple[str, Value, str, str]]:
    rate = measured["requests_per_minute"]
    seconds, memory, ratio, share = "{:,.1f} s", "{:,.0f} MB", "{:.2f}", "{:.0%}"

    def of(step: str, fact: str = "seconds") -> Value:
        return lambda steps: steps[step][fact]

    for name, step in {"full": "extract", "nightly": "extract_night"}.items():
        yield f"requests of a {name} pull", of(step, "requests"), "{:,.0f}", ""
        yield (
            "... against full pages and nothing twice",
            _quotient(step, "requests", step, "fewest_requests"),
            ratio,
            "",
        )
        yield (
            f"... of the {rate} a minute that are allowed",
            lambda s, step=step: (s[step]["requests"] / s[step]["pull_seconds"] * 60 / rate),
            share,
            "90 %",
        )
        yield "... refused for being too fast", of(step, "refused_requests"), "{:,.0f}", "0"
        yield f"extract, {name}", of(step), seconds, ""
        yield "... peak memory", of(step, "peak_mb"), memory, "2,048 MB"
    yield "load of the history", of("load"), seconds, ""
    yield "... peak memory", of("load", "peak_mb"), memory, "2,048 MB"
    yield "... rows a second", _quotient("load", "rows", "load", "seconds"), "{:,.0f}", ""
    yield (
        "DuckDB's own read_json, rows a second",
        _quotient("read_json", "rows", "read_json", "seconds"),
        "{:,.0f}",
        "",
    )
    yield "load's speed against it", _quotient("read_json", "seconds", "load", "seconds"), share, "80 %"
    yield "raw database", lambda s: s["load"]["bytes"] / 1e6, memory, ""
    yield "build", of("build"), seconds, ""
    yield "... peak memory", of("build", "peak_mb"), memory, "2,048 MB"
    yield "... of it publishing", of("build", "publish_seconds"), seconds, ""
    yield "... comments on all tables and columns, processor time", of("comments"), "{:,.2f} s", "0.5 s"
    yield "published warehouse", lambda s: s["build"]["bytes"] / 1e6, memory, ""
    yield "dbt's models", of("models_and_tests", "models_seconds"), seconds, ""
    yield "the same SQL in one DuckDB process", of("bare_sql", "models_seconds"), seconds, ""
    yield (
        "models against bare SQL",
        _quotient("models_and_tests", "models_seconds", "bare_sql", "models_seconds"),
        ratio,
        "1.3",
    )
    yield "dbt's tests", of("models_and_tests", "tests_seconds"), seconds, "no longer than models"
    yield "the same SQL in one DuckDB process", of("bare_sql", "tests_seconds"), seconds, ""
    yield (
        "dbt's own cost: the build less all bare SQL",
        lambda s: s["build"]["dbt_seconds"] - s["bare_sql"]["seconds"],
        seconds,
        "",
    )
    yield (
        "... against 2.5 s and 20 ms a node",
        lambda s: (
            (s["build"]["dbt_seconds"] - s["bare_sql"]["seconds"])
            / (DBT_START_SECONDS + DBT_NODE_SECONDS * s["build"]["nodes"])
        ),
        ratio,
        "1",
    )
    yield "... of it importing and reading the project", of("read_project"), seconds, ""
    yield "report", of("report"), seconds, ""
    yield "... peak memory", of("report", "peak_mb"), memory, "2,048 MB"
    yield "report of another period", of("report_of_another_period"), seconds, ""
    yield "load of a night with 1 % changed", of("load_night"), seconds, ""
    yield "... against the whole history", _quotient("load_night", "seconds", "load", "seconds"), share, "5 %"
    yield (
        "build after it, against the one before",
        _quotient("build_night", "seconds", "build", "seconds"),
        ratio,
        "",
    )
    times = measured["longer_history"]
    yield (
        f"{times} times the history, as much change a night: load of a night",
        _quotient("longer_history_load_night", "seconds", "load_night", "seconds"),
        ratio,
        "1",
    )
    yield "... load of all", _quotient("longer_history_load", "seconds", "load", "seconds"), ratio, str(times)
    yield "... build", _quotient("longer_history_build", "seconds", "build", "seconds"), ratio, str(times)


def _quotient(step: str, fact: str, other_step: str, other_fact: str) -> Value:
    return lambda steps: steps[step][fact] / steps[other_step][other_fact]
