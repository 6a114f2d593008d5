"""How values are written in markdown.

Names come from people and from an API, so what is in a value is never markdown: the template engine passes
every printed value through `printed`, and only what these functions made themselves is left as it is.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import jinja2
from jinja2.runtime import Context

from dbt_project.rendering import returned
from reports.document.queries import DIMENSIONS

NAME_LENGTH = 80
MESSAGE_LENGTH = 600
# The advice is at a message's end, so a long list of names is cut in the middle.
MESSAGE_TAIL = 150

NOTHING = "–"

# What a code is called, by what it is a code of; a segment has the words of its dimension.
WORDS = returned("words/*.sql", "codes()") | {
    entry["name"]: returned("catalogue/*.sql", "missing_segments()") | entry.get("words", {})
    for entry in DIMENSIONS
}

# How high the weeks of a trend are; a week without a figure is a dot.
_BARS = "▁▂▃▄▅▆▇█"
_NO_BAR = "·"

# How dark the cells of a crossed table are, from the lowest rate to the highest.
_SHADES = "░▒▓█"

# Beside markdown's own characters: what makes a bare address a link on GitHub and elsewhere.
# Parentheses mean something only behind a bracket, and brackets are escaped.
_SPECIAL = re.compile(r"[\\|<>\[\]!*_~#&@`]|:(?=//)|(?<=www)\.", re.IGNORECASE)
_JOINERS = "\u200c\u200d"  # spelling in Persian and Indic scripts, and composed emoji


class Markdown(str):
    """Text that is markdown on purpose. Whatever is done to it gives a plain string, which is escaped."""

    __slots__ = ()


def printed(value: Any) -> Any:
    """The value as it is printed: strings escaped, counts with separators, nothing as a dash.

    Raises TypeError for a number or truth value that no filter has given a form.
    """
    if isinstance(value, Markdown):
        return value
    if isinstance(value, str):
        return escaped(value)
    if value is None:
        return NOTHING
    if isinstance(value, bool | float):
        raise TypeError(f"{value!r} needs a filter that says how it is printed")
    return f"{value:,}" if isinstance(value, int) else value


def escaped(text: str, length: int = NAME_LENGTH) -> Markdown:
    """Plain text on one line, cut at `length` characters, without any character that means something."""
    return _escape(plain(text, length))


def plain(text: str, length: int = NAME_LENGTH) -> str:
    """Text on one line, cut at `length` characters, for where nothing is markdown."""
    line = _one_line(text)
    return line if len(line) <= length else line[: length - 1] + "…"


def message(text: str) -> Markdown:
    """A sentence of the warehouse that may quote names: like `escaped`, longer, and its end is kept."""
    line = _one_line(text)
    if len(line) > MESSAGE_LENGTH:
        line = f"{line[: MESSAGE_LENGTH - MESSAGE_TAIL - 3]} … {line[-MESSAGE_TAIL:]}"
    return _escape(line)


def command(text: str) -> Markdown:
    """What is typed, as code; an id in it comes from outside."""
    return Markdown(f"`{_one_line(text).replace('`', '')}`")


def _one_line(text: str) -> str:
    if text.isprintable():
        return " ".join(text.split())
    # Control characters, what is invisible or turns the text around, and halves of surrogate pairs.
    unwanted = ("Cc", "Cf", "Cs")
    kept = (c for c in text if c.isspace() or c in _JOINERS or unicodedata.category(c) not in unwanted)
    return " ".join("".join(kept).split())


def _escape(line: str) -> Markdown:
    return Markdown(_SPECIAL.sub(r"\\\g<0>", line))


def words(code: str, of: str) -> str:
    """A code of the warehouse in the words for it, as in `words("sender_gone", "sender")`."""
    return WORDS[of].get(code) or spelled(code)


def spelled(code: str) -> str:
    """A code that is a word by itself: `no_evidence` -> `no evidence`"""
    return code.replace("_", " ").lower()


def percent(value: float | None) -> str:
    """0.2403 -> `24.0 %`"""
    return NOTHING if value is None else f"{100 * value:z.1f} %"


def decimal(value: float | None) -> str:
    """4.26 -> `4.3`"""
    return NOTHING if value is None else f"{value:z,.1f}"


def dollars(value: float | None) -> str:
    """1234.5 -> `1,234.50`; small amounts keep two digits that say something: 0.0245 -> `0.025`"""
    if value is None:
        return NOTHING
    return f"{value:,.2f}" if value == 0 or value >= 0.095 else f"{value:.2g}"


def share(value: float | None) -> str:
    """0.2403 -> `24 %`"""
    return NOTHING if value is None else f"{100 * value:z.0f} %"


def points(value: float | None) -> str:
    """A difference of rates: -0.1234 -> `-12.3 points`"""
    return NOTHING if value is None else f"{100 * value:+z.1f} points"


def points_between(row: Mapping[str, Any], name: str) -> str:
    """A difference of rates with its interval: `-12.1 points (-24.9 to +0.7)`"""
    if row[name] is None:
        return NOTHING
    low, high = (100 * row[f"{name}_{end}"] for end in ("low", "high"))
    return f"{points(row[name])} ({low:+z.1f} to {high:+z.1f})"


def rate_between(row: Mapping[str, Any], name: str) -> str:
    """A rate with its interval: `39.2 % (31.4–46.9 %)`"""
    if row[name] is None:
        return NOTHING
    return f"{percent(row[name])} ({100 * row[f'{name}_low']:z.1f}–{percent(row[f'{name}_high'])})"


def accepts(value: float) -> str:
    """33.24 -> `33 accepted connections`"""
    return plural(round(value), "accepted connection")


def worth(row: Mapping[str, Any]) -> str:
    """What mending something brings in a week: `about 13 accepted connections a week (9 to 18)`."""
    accepted, low, high = (row[name] for name in ("recoverable_accepts_per_week", "worth_low", "worth_high"))
    if round(accepted) == 0:
        return "less than one accepted connection a week"
    bounds = "" if low is None or high is None else f" ({low:.0f} to {high:.0f})"
    return f"about {accepts(accepted)} a week{bounds}"


def worth_between(row: Mapping[str, Any]) -> str:
    """The same as figures of a table: `11.1 (6.6–15.5)`"""
    low, high = row["worth_low"], row["worth_high"]
    bounds = "" if low is None or high is None else f" ({low:.1f}–{high:.1f})"
    return decimal(row["recoverable_accepts_per_week"]) + bounds


def rests_on(row: Mapping[str, Any]) -> str:
    """What a thing that stalls rests on: `63 waiting leads`"""
    evidence = WORDS["evidence"]
    noun, space, rest = (evidence.get(row["cause"]) or evidence.get(row["stage"], "row")).partition(" that")
    return plural(row["evidence_n"], noun) + space + rest


def trend(rows: Sequence[Mapping[str, Any]], name: str) -> str:
    """Rows in their order as bars from zero, and the last that is known: `▇██· 32.2 %`"""
    values = [row[name] for row in rows]
    known = [value for value in values if value is not None]
    if not known:
        return NOTHING
    top = max(known) or 1
    bars = [_NO_BAR if value is None else _BARS[round(value / top * (len(_BARS) - 1))] for value in values]
    return f"{''.join(bars)} {percent(known[-1]) if isinstance(known[-1], float) else f'{known[-1]:,}'}"


def things(count: int) -> str:
    """2 -> `2 things`"""
    return plural(count, "thing")


def probability(value: float | None) -> str:
    """0.0341 -> `0.034`, 1.9e-6 -> `under 0.001`"""
    if value is None:
        return NOTHING
    return "under 0.001" if value < 0.001 else f"{value:.3f}"


def plural(count: int, noun: str) -> str:
    """1,204 requests; 1 request"""
    return f"{count:,} {noun}" + ("" if count == 1 else "s")


def accept_rate(row: Mapping[str, Any], hide_below: int) -> Markdown:
    """The rate on mature requests: `24.0 % (19.1–29.7 %), 62 of 258`; `n < 10, 1 of 4`; `–`.

    Where it is withheld, what it lies between: `withheld, 21.3–24.8 %`.
    """
    rate = row["accept_rate"]
    if row.get("rate_withheld_because"):
        return Markdown(f"withheld, {100 * row['accept_rate_low']:z.1f}–{percent(row['accept_rate_high'])}")
    if rate is not None:
        interval = f" ({100 * row['ci_low']:z.1f}–{percent(row['ci_high'])})"
        return Markdown(f"{percent(rate)}{interval}, {_share(row['mature_accepted'], row['mature_sent'])}")
    return _too_few(row["mature_accepted"], row["mature_sent"], hide_below)


def to_date_rate(row: Mapping[str, Any], hide_below: int) -> Markdown:
    """The share of all requests so far that are accepted so far: `21.0 %, 210 of 1,000`."""
    rate = row["accepted_to_date_rate"]
    if rate is not None:
        return Markdown(f"{percent(rate)}, {_share(row['accepted_to_date'], row['sent_to_date'])}")
    if row["sent_to_date"] is not None and row["sent_to_date"] >= hide_below:
        return Markdown(f"withheld, {_share(row['accepted_to_date'], row['sent_to_date'])}")
    return _too_few(row["accepted_to_date"], row["sent_to_date"], hide_below)


def reply_rate(row: Mapping[str, Any], hide_below: int) -> Markdown:
    """Who replied of those who accepted: `22.6 %, 12 of 53`."""
    replied, accepted = row["mature_replied"], row["mature_accepted"]
    if row["reply_rate"] is not None:
        return Markdown(f"{percent(row['reply_rate'])}, {_share(replied, accepted)}")
    if accepted and accepted >= hide_below:
        return Markdown(f"withheld, {_share(replied, accepted)}")
    return _too_few(replied, accepted, hide_below)


def shaded(cell: Mapping[str, Any], cells: Sequence[Mapping[str, Any]], hide_below: int) -> Markdown:
    """A cell of a crossed table, darker the higher its rate: `▓ 43.6 % (35.6–51.8 %), 61 of 140`.

    What stands out from what is foretold says so: `.., lower than foretold`.
    """
    text = accept_rate(cell, hide_below)
    if cell["accept_rate"] is None:
        return text
    top = max(other["accept_rate"] or 0 for other in cells) or 1
    shade = _SHADES[min(int(cell["accept_rate"] / top * len(_SHADES)), len(_SHADES) - 1)]
    found = f", {cell['verdict']} than foretold" if cell["verdict"] in ("lower", "higher") else ""
    return Markdown(f"{shade} {text}{found}")


def bounded(row: Mapping[str, Any], count: str) -> Markdown:
    """A count, with its bounds where nobody knows it exactly: `325`; `325 (321–327)`."""
    low, high = row.get(f"{count}_low"), row.get(f"{count}_high")
    shown = NOTHING if row[count] is None else f"{row[count]:,}"
    return Markdown(shown if low == high else f"{shown} ({low:,}–{high:,})")


def _share(part: int, whole: int) -> str:
    return f"{part:,} of {whole:,}"


def _too_few(part: int, whole: int, hide_below: int) -> Markdown:
    return Markdown(f"n < {hide_below}, {_share(part, whole)}" if whole else NOTHING)


def hours(value: float | None) -> str:
    """19.22 -> `19.2 h`, 174.4 -> `7.3 days`"""
    if value is None:
        return NOTHING
    divisor, unit = _unit(value)
    return f"{value / divisor:.1f} {unit}"


def _unit(value: float) -> tuple[int, str]:
    return (1, "h") if value < 72 else (24, "days")


def quantile(row: Mapping[str, Any], name: str) -> Markdown:
    """A quantile of the time to accept with its bounds: `19.2 h (13.7–24.0)`; `–` where withheld."""
    value = row[f"{name}_hours"]
    if value is None:
        return Markdown(NOTHING)
    divisor, _ = _unit(value)
    earliest, latest = row[f"{name}_hours_earliest"] / divisor, row[f"{name}_hours_latest"] / divisor
    return Markdown(f"{hours(value)} ({earliest:.1f}–{latest:.1f})")


def share_within(row: Mapping[str, Any], edge: str) -> Markdown:
    """The share accepted by then with its bounds: `17.0 % (16.2–17.9)`; `–` where withheld."""
    share = row[f"share_within_{edge}"]
    if share is None:
        return Markdown(NOTHING)
    # The later the acceptances, the fewer by then.
    least, most = 100 * row[f"share_within_{edge}_latest"], 100 * row[f"share_within_{edge}_earliest"]
    return Markdown(f"{percent(share)} ({least:.1f}–{most:.1f})")


def verdict(row: Mapping[str, Any]) -> Markdown:
    """Against all others: `lower by 18.2 points (12.4 to 23.1)`, or why it can't be said."""
    kind = row["verdict"]
    if kind in ("lower", "higher"):
        near, far = sorted(100 * abs(row[f"difference_{end}"]) for end in ("low", "high"))
        return Markdown(f"{kind} by {100 * abs(row['difference']):.1f} points ({near:.1f} to {far:.1f})")
    if kind in ("no_evidence", "underpowered"):
        return Markdown(
            f"{words(kind, 'verdict')} ({100 * row['detectable_difference']:.0f} points would show)"
        )
    return Markdown(words(kind, "verdict"))


def comparison_verdict(row: Mapping[str, Any]) -> Markdown:
    """What two groups differ by, or why it can't be said: `no evidence (9 points would show)`."""
    kind = row["verdict"]
    if kind == "not_separable":
        return Markdown(words(row["not_separable_because"], "not_compared"))
    if kind == "background":
        return Markdown("a difference is there; described, no advice")
    if kind in ("lower", "higher"):
        return Markdown(f"{kind} by {100 * abs(row['risk_difference']):.1f} points")
    return verdict(row)


def odds_ratio(row: Mapping[str, Any]) -> Markdown:
    """0.75 times (0.40–1.40)"""
    ratio, low, high = row["odds_ratio"], row["odds_ratio_low"], row["odds_ratio_high"]
    return Markdown(NOTHING if low is None else f"{ratio:.2f} ({low:.2f}–{high:.2f})")


def signed(value: float | None) -> Markdown:
    """40.39 -> `+40.4`, -18.1 -> `-18.1`; a count of 4 -> `+4`"""
    if value is None:
        return Markdown(NOTHING)
    return Markdown(f"{value:+,}" if isinstance(value, int) else f"{value:+z,.1f}")


def minute(moment: datetime) -> str:
    """2026-02-01 09:30 UTC"""
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def days_until(since: datetime, until: datetime) -> str:
    """A period by its first and last day: `12 January to 9 February 2026`, `1 to 31 January 2026`"""
    first, last = since, until - timedelta(days=1)
    if first.date() >= last.date():
        return f"{first:%-d %B %Y}"
    same = [f"{first:{part}}" == f"{last:{part}}" for part in ("%Y", "%Y-%m")]
    shown = ("%-d %B %Y", "%-d %B", "%-d")[sum(same)]
    return f"{first:{shown}} to {last:%-d %B %Y}"


def day(moment: datetime) -> str:
    """2026-02-01"""
    return f"{moment:%Y-%m-%d}"


def mart(name: str) -> Markdown:
    """A table that can be looked at: `marts.rpt_funnel`"""
    return Markdown(f"`marts.{name}`")


@jinja2.pass_context
def aligned(context: Context, table: str, model: str) -> str:
    """A markdown table with its cells padded, so that it reads as plain text too.

    In a whole report the mart that its figures are of stands below.

    Splitting at " | " is exact: a bar that is part of a value is escaped.
    """
    head, rules, *body = [line[2:-2].split(" | ") for line in table.strip("\n").split("\n")]
    widths = [max(3, *map(len, column)) for column in zip(head, *body, strict=True)]

    def line(cells: Iterable[str]) -> str:
        return "| " + " | ".join(cells) + " |\n"

    def padded(cell: str, rule: str, width: int) -> str:
        return cell.rjust(width) if rule.endswith(":") else cell.ljust(width)

    rule_line = line(rule[-1].rjust(width, "-") for rule, width in zip(rules, widths, strict=True))
    head_line, *lines = (line(map(padded, row, rules, widths)) for row in (head, *body))
    source = f"\nFigures: {mart(model)}\n" if context["in_full"] else ""
    return "".join((head_line, rule_line, *lines, source))
