import csv
import random
import time
from pathlib import Path

import pytest

import dbt_project
from extract.people.profile_urls import ProfileUrl, parse_profile_urls

CASES = Path(dbt_project.__file__).parent / "seeds" / "test_cases" / "linkedin_url_cases.csv"
TAMSIN = ProfileUrl("linkedin.com/in/tamsin-quillworth", "vanity")


def test_every_case_of_the_warehouse_is_read_the_same_way():
    with CASES.open(newline="", encoding="utf-8") as file:
        cases = list(csv.DictReader(file))
    assert len(cases) > 100
    expected = [ProfileUrl(case["expected_key"] or None, case["expected_kind"]) for case in cases]
    assert parse_profile_urls([case["raw_url"] for case in cases]) == expected


def test_links_come_back_in_their_order_repeats_included():
    numbers = [number % 7_000 for number in range(20_000)]
    random.Random(20260301).shuffle(numbers)
    parsed = parse_profile_urls([f"https://www.linkedin.com/in/Tamsin-{number}/" for number in numbers])
    assert [link.key for link in parsed] == [f"linkedin.com/in/tamsin-{number}" for number in numbers]


def test_spellings_of_one_person_have_one_key():
    spellings = [
        "in/Tamsin-Quillworth",
        "HTTP://LinkedIn.com/in/tamsin-quillworth/?trk=x",
        " in/tamsin-quillworth",
    ]
    assert set(parse_profile_urls(spellings)) == {TAMSIN}


@pytest.mark.parametrize("urls", [[], ()], ids=["list", "tuple"])
def test_no_links_give_nothing(urls):
    assert parse_profile_urls(urls) == []


def test_a_tuple_will_do():
    assert parse_profile_urls(("in/tamsin-quillworth", "")) == [TAMSIN, ProfileUrl(None, "empty")]


@pytest.mark.parametrize("blank", [None, "", "  ", "\t\n", "\u00a0", "\u200b", '""'])
def test_a_blank_is_empty_and_shifts_nothing(blank):
    parsed = parse_profile_urls([blank, "in/tamsin-quillworth", blank])
    assert parsed == [ProfileUrl(None, "empty"), TAMSIN, ProfileUrl(None, "empty")]


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        pytest.param("in/tamsin\0quillworth", ProfileUrl(None, "contains_whitespace"), id="NUL"),
        pytest.param("in/tamsin-\ud83d", ProfileUrl(None, "bad_encoding"), id="half a pair in the slug"),
        pytest.param("in/tamsin-quillworth?n=\udc00", TAMSIN, id="half a pair in the query"),
        pytest.param(
            "in/tamsin-\U0001f600", ProfileUrl("linkedin.com/in/tamsin-\U0001f600", "vanity"), id="emoji"
        ),
        pytest.param("in/rene\u0301e", ProfileUrl("linkedin.com/in/renée", "vanity"), id="two-part letter"),
        pytest.param("in/'; drop table x; --", ProfileUrl(None, "contains_whitespace"), id="SQL"),
        pytest.param("x" * 1_000_000, ProfileUrl(None, "too_long"), id="a million characters"),
    ],
)
def test_odd_text_is_judged_and_never_raises(url, expected):
    assert parse_profile_urls([url]) == [expected]


def test_a_hundred_thousand_links_take_seconds():
    urls = [f"https://www.linkedin.com/in/Tamsin-{number}/?trk={number}" for number in range(100_000)]
    started = time.perf_counter()
    parsed = parse_profile_urls(urls)
    assert time.perf_counter() - started < 10
    assert len({link.key for link in parsed}) == 100_000
