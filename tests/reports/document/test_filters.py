import unicodedata
from datetime import datetime

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from reports.document import filters
from reports.document.filters import Markdown

MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])


@given(st.text(alphabet=st.sampled_from("\\|<>[]()!*_~#&@`:/w.-+=${}%\"' \n1aé")))
def test_any_text_in_a_cell_is_read_as_it_is_spelled(text: str):
    table = f"| head | other |\n| --- | --- |\n| {filters.escaped(text)} | end |\n"
    tokens = MARKDOWN.parse(table)
    cells = [token for token in tokens if token.type == "inline"][2:]
    expected = " ".join(text.split())
    if len(expected) > 80:
        expected = expected[:79] + "…"
    assert len(cells) == 2
    assert {child.type for child in cells[0].children} <= {"text"}
    assert "".join(child.content for child in cells[0].children) == expected


@given(st.text())
@example("Ann\u202eeil\u200b\u2066 \u200d\x07\ud800")
def test_what_is_printed_is_one_short_line_that_can_be_written(text: str):
    line = filters.escaped(text)
    assert len(line.splitlines()) <= 1
    assert len(line) <= 160
    kinds = {unicodedata.category(character) for character in line if character not in "\u200c\u200d"}
    assert not kinds & {"Cc", "Cf", "Cs", "Zl", "Zp"}
    line.encode()


@pytest.mark.parametrize("address", ["https://a.example", "see HTTP://a.example", "www.a.example", "WWW.a.b"])
def test_an_address_does_not_become_a_link_by_itself(address: str):
    """GitHub and others link bare addresses by these two beginnings."""
    printed = filters.escaped(address).lower()
    assert "p://" not in printed
    assert "s://" not in printed
    assert "www." not in printed


@pytest.mark.parametrize(
    ("value", "printed"),
    [
        ("a_b", "a\\_b"),
        (Markdown("*a*"), "*a*"),
        (Markdown("*a*").lower(), "\\*a\\*"),
        (Markdown("*a*") + "|", "\\*a\\*\\|"),
        (1234567, "1,234,567"),
        (-3, "-3"),
        (0, "0"),
        (None, "–"),
    ],
)
def test_every_value_has_one_printed_form(value: object, printed: str):
    assert filters.printed(value) == printed


@pytest.mark.parametrize("value", [0.5, True, float("nan")])
def test_a_number_without_a_form_is_an_error(value: float):
    with pytest.raises(TypeError, match="needs a filter"):
        filters.printed(value)


@given(st.text(alphabet=st.sampled_from("\\|<>[]()!*_~#&@`:/w.-+=${}%\"' \n1aé"), min_size=1))
def test_a_command_is_one_piece_of_code_whatever_stands_in_it(identifier: str):
    (inline,) = [token for token in MARKDOWN.parse(filters.command(f"make {identifier}")) if token.children]
    (code,) = inline.children
    assert (code.type, code.content) == (
        "code_inline",
        " ".join(f"make {identifier}".split()).replace("`", ""),
    )


def test_a_long_message_keeps_its_advice():
    text = (
        "Senders that are logged out: "
        + ", ".join(f"Sender <{n}>" for n in range(200))
        + ". Log them in again."
    )
    shortened = filters.message(text)
    assert shortened.startswith("Senders that are logged out: Sender \\<0\\>")
    assert shortened.endswith(". Log them in again.")
    assert len(shortened.replace("\\", "")) == 600
    assert filters.message("Short.") == "Short."


RATE = {
    "accept_rate": 0.24031,
    "ci_low": 0.1923,
    "ci_high": 0.2959,
    "mature_accepted": 62,
    "mature_sent": 258,
}


@pytest.mark.parametrize(
    ("row", "printed"),
    [
        (RATE, "24.0 % (19.2–29.6 %), 62 of 258"),
        (RATE | {"accept_rate": 0.0, "ci_low": 0.0, "mature_accepted": 0}, "0.0 % (0.0–29.6 %), 0 of 258"),
        (RATE | {"accept_rate": None, "mature_accepted": 1, "mature_sent": 4}, "n < 10, 1 of 4"),
        (RATE | {"accept_rate": None, "mature_accepted": 0, "mature_sent": 0}, "–"),
        (RATE | {"mature_accepted": 1200, "mature_sent": 5000}, "24.0 % (19.2–29.6 %), 1,200 of 5,000"),
    ],
)
def test_accept_rate_shows_its_counts(row: dict[str, float], printed: str):
    assert filters.accept_rate(row, 10) == printed


@pytest.mark.parametrize(
    ("rate", "accepted", "sent", "printed"),
    [(0.21, 210, 1000, "21.0 %, 210 of 1,000"), (None, 1, 4, "n < 10, 1 of 4"), (None, 0, 0, "–")],
)
def test_to_date_rate_shows_its_counts(rate: float | None, accepted: int, sent: int, printed: str):
    row = {"accepted_to_date_rate": rate, "accepted_to_date": accepted, "sent_to_date": sent}
    assert filters.to_date_rate(row, 10) == printed


@pytest.mark.parametrize(
    ("replied", "accepted", "rate", "printed"),
    [(12, 53, 12 / 53, "22.6 %, 12 of 53"), (3, 7, None, "n < 10, 3 of 7"), (0, 0, None, "–"),
     (3, 40, None, "withheld, 3 of 40")],
)  # fmt: skip
def test_replies_are_of_those_who_accepted(replied: int, accepted: int, rate: float | None, printed: str):
    row = {"mature_replied": replied, "mature_accepted": accepted, "reply_rate": rate}
    assert filters.reply_rate(row, 10) == printed


def test_a_crossed_cell_is_as_dark_as_its_rate_and_says_what_stands_out():
    cells = [
        {"mature_sent": 100, "mature_accepted": accepted, "accept_rate": accepted / 100, "ci_low": 0.0,
         "ci_high": 0.5, "verdict": verdict}
        for accepted, verdict in ((0, "lower"), (11, "no_evidence"), (39, "collecting"), (40, "higher"))
    ]  # fmt: skip
    printed = [filters.shaded(cell, cells, 10) for cell in cells]
    assert [text[0] for text in printed] == ["░", "▒", "█", "█"]
    assert [text.endswith("than foretold") for text in printed] == [True, False, False, True]
    hidden = dict(cells[0], mature_sent=4, accept_rate=None)
    assert filters.shaded(hidden, cells, 10) == "n < 10, 0 of 4"


@pytest.mark.parametrize(
    ("code", "of", "words"),
    [
        ("sender_auth_invalid", "sender", "logged out"),
        ("lower", "severity", "Lower"),
        ("lower", "verdict", "lower"),
        ("ai_aimfox_saas", "account_type", "AI (AimFox)"),
        ("unknown", "account_type", "Unknown"),
        ("some_new_reason", "sender", "some new reason"),
        ("", "sender", ""),
    ],
)
def test_words(code: str, of: str, words: str):
    assert filters.words(code, of) == words


def test_numbers():
    assert filters.percent(None) == "–"
    assert filters.percent(0.0004) == "0.0 %"
    assert filters.percent(1) == "100.0 %"
    assert filters.percent(-1e-17) == "0.0 %"
    assert filters.dollars(None) == "–"
    amounts = {0: "0.00", 0.0245: "0.025", 0.1: "0.10", 1234.5: "1,234.50"}
    assert {amount: filters.dollars(amount) for amount in amounts} == amounts
    assert filters.decimal(None) == "–"
    assert filters.decimal(1234.56) == "1,234.6"
    assert filters.plural(1, "request") == "1 request"
    assert filters.plural(0, "request") == "0 requests"
    assert filters.plural(1204, "request") == "1,204 requests"


def test_tables_are_padded_by_the_side_their_rule_names():
    table = "| Name | Sent |\n| --- | ---: |\n| a \\| b | 1,000 |\n| --- | 2 |\n|  |  |\n"
    assert filters.aligned({"in_full": False}, table, "rpt_funnel") == (
        "| Name   |  Sent |\n"
        "| ------ | ----: |\n"
        "| a \\| b | 1,000 |\n"
        "| ---    |     2 |\n"
        "|        |       |\n"
    )


@pytest.mark.parametrize(
    ("value", "text"),
    [(40.386, "+40.4"), (-18.099, "-18.1"), (-0.01, "+0.0"), (-4, "-4"), (0, "+0"), (None, "–")],
)
def test_a_change_has_its_sign(value: float | None, text: str):
    assert filters.signed(value) == text


@pytest.mark.parametrize(
    ("row", "text"),
    [
        ({"verdict": "suppressed"}, "suppressed (too few people)"),
        ({"verdict": "collecting"}, "collecting"),
        ({"verdict": "lower", "risk_difference": -0.125}, "lower by 12.5 points"),
        ({"verdict": "no_evidence", "detectable_difference": 0.096}, "no evidence (10 points would show)"),
        ({"verdict": "background"}, "a difference is there; described, no advice"),
        (
            {"verdict": "not_separable", "not_separable_because": "few_accounts"},
            "not separable: fewer than three accounts in a group",
        ),
    ],
)
def test_what_two_groups_differ_by(row: dict[str, object], text: str):
    assert filters.comparison_verdict(row) == text


def test_an_odds_ratio_has_its_interval():
    assert filters.odds_ratio({"odds_ratio": 0.7468, "odds_ratio_low": 0.4, "odds_ratio_high": 1.4}) == (
        "0.75 (0.40–1.40)"
    )
    assert filters.odds_ratio({"odds_ratio": None, "odds_ratio_low": None, "odds_ratio_high": None}) == "–"


def test_what_describes_people_is_not_compared():
    assert filters.verdict({"verdict": "background"}) == "not compared"


@pytest.mark.parametrize(
    ("since", "until", "said"),
    [
        ("2026-01-01", "2026-02-01", "1 to 31 January 2026"),
        ("2026-01-11", "2026-02-10", "11 January to 9 February 2026"),
        ("2025-12-12", "2026-01-11", "12 December 2025 to 10 January 2026"),
        ("2026-01-11", "2026-01-12", "11 January 2026"),
    ],
)
def test_a_period_is_said_by_its_first_and_last_day(since: str, until: str, said: str):
    assert filters.days_until(datetime.fromisoformat(since), datetime.fromisoformat(until)) == said


@pytest.mark.parametrize(
    ("values", "drawn"),
    [
        ([100, 50, 0], "█▅▁ 0"),
        ([0.25, 0.5, None], "▅█· 50.0 %"),
        ([0, 0], "▁▁ 0"),
        ([None], "–"),
        ([], "–"),
    ],
)
def test_a_trend_begins_at_zero_and_ends_with_what_is_known(values: list, drawn: str):
    assert filters.trend([{"count": value} for value in values], "count") == drawn


def test_a_figure_without_its_interval_is_no_figure():
    row = {"of": -0.121, "of_low": -0.249, "of_high": 0.007}
    assert filters.points_between(row, "of") == "-12.1 points (-24.9 to +0.7)"
    rate = {"of": 0.392, "of_low": 0.314, "of_high": 0.469}
    assert filters.rate_between(rate, "of") == "39.2 % (31.4–46.9 %)"
    assert filters.rate_between({"of": None}, "of") == filters.points_between({"of": None}, "of") == "–"
    worth = {"recoverable_accepts_per_week": 11.1, "worth_low": 6.5, "worth_high": 15.7}
    assert filters.worth_between(worth) == "11.1 (6.5–15.7)"
    for cause, said in (
        ("sender_gone", "2 waiting leads"),
        ("too_few_leads", "2 requests that could be sent"),
    ):
        assert filters.rests_on({"cause": cause, "stage": "sending", "evidence_n": 2}) == said
