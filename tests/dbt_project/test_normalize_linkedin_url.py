"""`normalize_linkedin_url` and `linkedin_url_kind`, rendered and run on a bare DuckDB connection."""

import csv
import string
import time
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import duckdb
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

import dbt_project
from dbt_project.rendering import rendered
from tests.dbt_project.linkedin_url_grammar import links
from tests.dbt_project.linkedin_url_reference import parse

DBT_PROJECT = Path(dbt_project.__file__).parent

# One connection serves all examples of a property, and the first one pays for planning.
shared_connection = settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
any_text = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=200)
assigned_text = st.text(alphabet=st.characters(exclude_categories=["Cs", "Cn"]), max_size=120)


KEY = rendered("linkedin_url/*.sql", "normalize_linkedin_url('raw_url')")
KIND = rendered("linkedin_url/*.sql", "linkedin_url_kind('raw_url')")


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        yield connection


def keys_and_kinds(connection: duckdb.DuckDBPyConnection, values: list[str]) -> list[tuple[str | None, str]]:
    return connection.execute(
        f"""
        select {KEY}, {KIND}
        from (select unnest($values::varchar[]) as raw_url, unnest(range(len($values))) as place)
        order by place
        """,
        {"values": values},
    ).fetchall()


def cases() -> list[dict[str, str]]:
    with (DBT_PROJECT / "seeds" / "test_cases" / "linkedin_url_cases.csv").open(
        newline="", encoding="utf-8"
    ) as file:
        return list(csv.DictReader(file))


def test_every_case_of_the_seed(connection):
    actual = keys_and_kinds(connection, [case["raw_url"] for case in cases()])

    wrong = [
        (case["why"], case["raw_url"], key, kind)
        for case, (key, kind) in zip(cases(), actual, strict=True)
        if (key or "", kind) != (case["expected_key"], case["expected_kind"])
    ]
    assert wrong == []


def test_the_seed_has_a_case_for_every_documented_kind():
    documentation = (DBT_PROJECT / "macros" / "linkedin_url" / "_linkedin_url.yml").read_text()
    rows = [
        line.split("|")[1].strip() for line in documentation.splitlines() if line.strip().startswith("| `")
    ]
    documented = {cell.strip("`") for cell in rows if "/" not in cell and "-" not in cell}
    assert {case["expected_kind"] for case in cases()} == documented


def test_reference_agrees_with_the_seed():
    for case in cases():
        key, kind = parse(case["raw_url"])
        assert (key or "", kind) == (case["expected_key"], case["expected_kind"]), case["why"]


@pytest.mark.parametrize(
    "value",
    [
        "null",
        "null::varchar",
        "42",
        "4.2",
        "true",
        "date '2026-01-01'",
        "['in/x']",
        "'in/x'::blob",
        "'\"in/x\"'::json",
    ],
)
def test_a_value_that_is_not_text_is_empty(connection, value):
    assert connection.execute(f"select {KEY}, {KIND} from (select {value} as raw_url)").fetchall() == [
        (None, "empty")
    ]


def test_any_expression_will_do(connection):
    call = "normalize_linkedin_url(\"lead.payload->>'$.profileUrl'\")"
    payloads = ['{"profileUrl": "in/Tamsin"}', '{"profileUrl": "in/tamsin/"}', "{}"]
    rows = connection.execute(
        f"""
        select {rendered("linkedin_url/*.sql", call)}, count(*)
        from (select unnest($payloads)::json as payload) as lead
        group by 1
        order by 1
        """,
        {"payloads": payloads},
    ).fetchall()
    assert rows == [("linkedin.com/in/tamsin", 2), (None, 1)]


def test_columns_named_like_the_steps_inside_do_no_harm(connection):
    inner = "raw target link url address authority host path page route problem slug key kind is_member_id "
    inner += "linkedin_link_so_far linkedin_link_round linkedin_slug_so_far linkedin_slug_round"
    others = ", ".join(f"'in/orrin-vexley' as {name}" for name in inner.split())
    redirect = "https://www.linkedin.com/authwall?sessionRedirect=%2Fin%2Ftams%2569n"
    rows = connection.execute(
        f"select {KEY}, {KIND} from (select $redirect as raw_url, {others})", {"redirect": redirect}
    ).fetchall()
    assert rows == [("linkedin.com/in/tamsin", "vanity")]

    for name in inner.split():
        call = rendered("linkedin_url/*.sql", f"normalize_linkedin_url('{name}')")
        rows = connection.execute(
            f"select {call} from (select $redirect as {name})", {"redirect": redirect}
        ).fetchall()
        assert rows == [("linkedin.com/in/tamsin",)], name


def test_macro_and_reference_agree_on_thousands_of_odd_links(connection):
    odd_links = links(count=8_000, seed=20260301)
    actual = keys_and_kinds(connection, odd_links)

    assert sum(key is not None for key, _ in actual) > 1_500
    differing = [
        (link, result, parse(link))
        for link, result in zip(odd_links, actual, strict=True)
        if result != parse(link)
    ]
    assert differing == []

    keys = sorted({key for key, _ in actual if key})
    assert [key for key, _ in keys_and_kinds(connection, keys)] == keys


@shared_connection
@given(st.lists(any_text, min_size=1, max_size=20))
def test_arbitrary_text_never_raises(connection, texts):
    for key, kind in keys_and_kinds(
        connection, texts + [f"https://www.linkedin.com/in/{text}" for text in texts]
    ):
        assert (key is not None) == (kind in {"vanity", "member_id"})


@shared_connection
@given(st.lists(assigned_text, min_size=1, max_size=20), st.booleans())
def test_macro_and_reference_agree_on_arbitrary_slugs(connection, slugs, encoded):
    values = [f"in/{quote(slug, safe='') if encoded else slug}" for slug in slugs]
    assert keys_and_kinds(connection, values) == [parse(value) for value in values]


@shared_connection
@given(st.lists(any_text, min_size=1, max_size=20))
def test_the_key_of_a_key_is_itself(connection, slugs):
    values = [f"linkedin.com/in/{quote(slug, safe='')}" for slug in slugs]
    keys = [key for key, _ in keys_and_kinds(connection, values) if key]
    assert [key for key, _ in keys_and_kinds(connection, keys)] == keys


@shared_connection
@given(
    slug=st.text(alphabet=string.ascii_letters + string.digits + "-_.éßİΣ李", min_size=1, max_size=40),
    query=st.text(alphabet=string.ascii_letters + "=&%+/…", max_size=10),
)
def test_what_surrounds_a_slug_never_changes_the_key(connection, slug, query):
    assume("..." not in slug)
    slug = slug.rstrip(".")
    schemes = ["", "http://", "https://", "HTTPS://", "//", "https:", "https://https://"]
    hosts = ["linkedin.com", "www.linkedin.com", "LinkedIn.com", "uk.linkedin.com", "linkedin.com:443"]
    tails = ["", "/", f"?{query}", f"/?x={query}", f"#{query}", f"/de/?{query}#{query}"]
    variants = [
        blank + scheme + host + "/in/" + spelling + tail + blank
        for blank, scheme, host, spelling, tail in zip(
            *(
                choices * 42
                for choices in (["", " ", "\t\u00a0"], schemes, hosts, [slug, quote(slug)], tails)
            ),
            strict=False,
        )
    ]
    results = set(keys_and_kinds(connection, variants))
    assert results == {parse(f"linkedin.com/in/{slug}")}


def test_lowercasing_is_one_to_one_for_every_character(connection):
    letters = [chr(code) for code in range(0x80, 0x20000) if unicodedata.category(chr(code)) in {"Lu", "Lt"}]
    keys = [key for key, _ in keys_and_kinds(connection, [f"in/x{letter}x" for letter in letters])]
    assert keys == [parse(f"in/x{letter}x")[0] for letter in letters]
    assert all(len(key) == len("linkedin.com/in/x_x") for key in keys)


def test_a_hundred_thousand_links_take_under_six_seconds(connection):
    connection.execute(
        """
        create temp table many as
        select 'https://www.linkedin.com/in/Tamsin-' || id || '/?trk=' || id as raw_url
        from range(100_000) as numbers(id)
        """
    )
    started = time.perf_counter()
    distinct_keys = connection.execute(f"select count(distinct {KEY}) from many").fetchone()[0]
    assert distinct_keys == 100_000
    assert time.perf_counter() - started < 6
