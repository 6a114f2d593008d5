"""The exploration share: who is drawn, by the importer's hash, and where those who are stand in the inbox."""

from collections import Counter
from collections.abc import Iterator
from hashlib import sha256

import duckdb
import pytest
from scipy.stats import binomtest

from dbt_project.rendering import rendered
from extract.importer.senders import Sender, distribute_by_hash
from tests.dbt_project.models import model_sql

LEADS = 10_000
PARTS = ("industry", "company_size", "tech_stack", "geography", "complementary_tools")
ORDERS = {"place": "is_exploration", "place_by_acceptance": "is_exploration_by_acceptance"}


@pytest.fixture(scope="module")
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    """10,000 leads who may be asked, by two profiles: few hot, most cold, and no order like the other."""
    with duckdb.connect() as connection:
        connection.execute(f"""
            create table heyreach_leads as
            select 'lead ' || number as lead_id, true as is_valid_profile_url,
                'linkedin.com/in/person-' || number as normalized_profile_url
            from range({LEADS}) as numbers (number);
            create table heyreach_connections (lead_id text, is_sent bool, is_accepted bool,
                is_undecided bool, is_waiting bool, status text);
            create table enrichment_values (lead_id text, field text, is_chosen bool, value text);
            create table lead_score_points as
            select lead_id, icp_profile, null as not_eligible_because, total_score,
                case when total_score >= 80 then 'hot' when total_score >= 60 then 'warm'
                    when total_score >= 40 then 'nurture' else 'cold' end as tier,
                0 as intent_score, 0 as fit_score, 0 as score_coverage, false as is_provisional,
                null as as_of, {", ".join(f"0 as {part}" for part in PARTS)}
            from (
                select lead_id, icp_profile,
                    cast(100 * power(hash(lead_id, icp_profile) / power(2.0, 64), 3) as bigint) as total_score
                from heyreach_leads, unnest(['one', 'two']) as profiles (icp_profile)
            );
            create table fnd_expected_acceptance as
            select lead_id, icp_profile, (hash(icp_profile, lead_id) % 1000) / 1000 as expected_acceptance
            from lead_score_points;
            create table fnd_leads_to_ask as {model_sql("fnd_leads_to_ask")};
            create table fnd_dismissed_leads (lead_id text);
        """)
        yield connection


def listed(
    database: duckdb.DuckDBPyConnection, share: int, most: int, order: str = "place"
) -> dict[str, list[tuple]]:
    """Profile -> lead, whether it was drawn for its place, and tier, in the order of places."""
    database.execute(
        "create or replace table stg_operations__run_parameters as "
        f"select {share}::bigint as exploration_share_percent, {most}::bigint as inbox_most_leads"
    )
    answer = database.execute(
        f"select icp_profile, {order}, lead_id, {ORDERS[order]}, tier "
        f"from ({model_sql('fnd_leads_listed')}) where {order} <= {most} order by all"
    ).fetchall()
    found: dict[str, list[tuple]] = {}
    for profile, place, *lead in answer:
        found.setdefault(profile, []).append(tuple(lead))
        assert place == len(found[profile])
    return found


def test_who_is_drawn_is_the_hash_that_imports_go_by():
    keys = [f"linkedin.com/in/person-{number}" for number in range(500)] + ["linkedin.com/in/renée-o"]
    drawn_at = rendered("engine/*.sql", "drawn_at_percent('exploration', 'key')")
    hashed = rendered("engine/*.sql", "text_hash(\"'trial|' || key || '|' || account\")")
    with duckdb.connect() as connection:
        connection.execute("create table people as select unnest(?) as key", [keys])
        drawn = connection.execute(f"select {drawn_at} from people").fetchall()
        chosen = connection.execute(
            f"select arg_max(account, {hashed}) from people, unnest(['1', '2', '3']) as accounts (account) "
            "group by people.rowid order by people.rowid"
        ).fetchall()
    by_hand = [int(sha256(f"exploration|{key}".encode()).hexdigest()[:8], 16) / 2**32 * 100 for key in keys]
    assert [share for (share,) in drawn] == pytest.approx(by_hand, abs=1e-9)
    senders = [Sender(account, "", 20, None) for account in ("1", "2", "3")]
    assert [account for (account,) in chosen] == distribute_by_hash(keys, senders, "trial")


@pytest.mark.parametrize("share", [1, 5, 20])
def test_of_each_tier_the_share_is_drawn_within_the_error_of_chance(database, share):
    rows = database.execute(f"""
        select tier, count(*) filter (where drawn_at_percent < {share}), count(*)
        from lead_score_points inner join fnd_leads_to_ask using (lead_id)
        where icp_profile = 'one'
        group by tier
    """).fetchall()
    assert {tier for tier, _, _ in rows} == {"hot", "warm", "nurture", "cold"}
    for _, drawn, leads in [*rows, ("all", sum(row[1] for row in rows), LEADS)]:
        assert binomtest(drawn, leads, share / 100).pvalue > 0.001


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("share", [3, 5, 20])
def test_every_so_many_places_are_those_of_drawn_leads_from_the_tiers_in_turn(database, order, share):
    plain, explored = (listed(database, each, 200, order) for each in (0, share))
    for profile in ("one", "two"):
        places = [number for number, (_, is_moved, _) in enumerate(explored[profile], 1) if is_moved]
        assert places == [-(-100 * number // share) for number in range(1, 200 * share // 100 + 1)]
        moved = [lead for lead in explored[profile] if lead[1]]
        drawn = database.execute(
            f"select lead_id from fnd_leads_to_ask where drawn_at_percent < {share}"
        ).fetchall()
        assert {(lead,) for lead, _, _ in moved} <= set(drawn)
        # Nobody stands there who would come as soon; the others are in the order in which they were.
        ordinary = [lead for lead, _, _ in plain[profile]]
        for place, (lead, _, _) in zip(places, moved, strict=True):
            assert lead not in ordinary[:place]
        others = [lead for lead, is_moved, _ in explored[profile] if not is_moved]
        taken = {lead for lead, _, _ in moved}
        assert others == [lead for lead in ordinary if lead not in taken][: len(others)]
        tiers = Counter(tier for _, _, tier in moved)
        assert moved[0][2] == "cold"
        assert len(tiers) > 1 or len(moved) < 3


def test_a_share_of_0_lists_the_best_and_marks_nobody(database):
    best = database.execute("""
        select lead_id from lead_score_points where icp_profile = 'two'
        order by total_score desc, lead_id limit 40
    """).fetchall()
    assert [(lead, is_moved) for lead, is_moved, _ in listed(database, 0, 40)["two"]] == [
        (lead, False) for (lead,) in best
    ]


def test_a_short_list_has_its_drawn_ones_early_too(database):
    """Where all are listed anyway, the first places are what is acted on."""
    database.execute("begin")
    database.execute("delete from fnd_leads_to_ask where hash(lead_id) % 100 <> 0")
    plain, explored = (listed(database, share, 200) for share in (0, 20))
    database.execute("rollback")
    assert 50 < len(plain["one"]) < 200
    assert sorted(lead for lead, _, _ in plain["one"]) == sorted(lead for lead, _, _ in explored["one"])
    places = [number for number, (_, is_moved, _) in enumerate(explored["one"], 1) if is_moved]
    assert len(places) > 5
    assert places == [5 * number for number in range(1, len(places) + 1)]
