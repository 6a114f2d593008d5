"""Which segments are tested as losses, from segments made up for it."""

from collections.abc import Iterator

import duckdb
import pytest

from tests.dbt_project.models import model_sql

MATURE = 96


@pytest.fixture
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    """One weak sender (9 of 96), the only one of its type, among three of another type (29 %)."""
    with duckdb.connect() as connection:
        connection.execute(f"""
            create table stg_operations__run_parameters as
            select 30 as collecting_below, 5.0 as normal_invalid_percent, 10.0 as normal_duplicate_percent,
                timestamptz '2026-01-01 00:00:00+00' as since, timestamptz '2026-02-01 00:00:00+00' as until;
            create table fnd_period_facts as select 400 as evidence_sent;
            create table heyreach_accounts as
            select * from (values ('1', 'ai_mirror_saas'), ('2', 'real_personal'))
                as accounts (account_id, account_type);
            create table heyreach_connections (
                batch_id varchar, source varchar, lead_id varchar, created_at timestamptz, campaign_id varchar
            );
            create table heyreach_imports (
                import_id varchar, source varchar, file_rows bigint, valid_rows bigint, people bigint,
                known_from varchar, imported_at timestamptz, left_out_duplicate_in_file bigint,
                left_out_imported_before bigint, left_out_already_in_list bigint,
                left_out_in_other_experiment bigint,
                left_out_in_other_campaign bigint
            );
            create table fnd_lead_effects (
                dimension varchar, segment varchar, z double
            );
            create table fnd_segments_compared as
            select dimension, segment, {MATURE} as sent, {MATURE} as sent_to_date, 9 as accepted,
                9 as accepted_to_date, {MATURE} as mature_sent, 9 as mature_accepted,
                {MATURE} as evidence_sent, 9 as evidence_accepted, 0.0 as evidence_z_in_doubt
            from (values ('account', '1'), ('account_type', 'ai_mirror_saas'), ('account_kind', 'ai'))
                as twins (dimension, segment);
            create table fnd_account_effects as
            select dimension, segment, -4.0 as z, -4.2 as z_by_chance, 1 as senders,
                3 as other_senders, -0.2 as difference_within_lists,
                cast(null as double) as difference_without_worst, {MATURE} as compared_sent
            from fnd_segments_compared;
        """)
        yield connection


def losses(database: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], tuple[int, int, float]]:
    rows = database.execute(
        f"select dimension, segment, found, trials, q_value from ({model_sql('fnd_loss_tests')})"
    ).fetchall()
    return {(dimension, segment): (found, trials, q) for dimension, segment, found, trials, q in rows}


def test_a_sender_that_is_the_only_one_of_its_type_stands_for_itself(database):
    """Its type and kind hold the same requests and come first, but one sender says nothing of a type."""
    [(segment, (found, trials, q_value))] = losses(database).items()
    assert segment == ("account", "1")
    assert (found, trials) == (9, MATURE)
    assert q_value < 0.001


@pytest.mark.parametrize(("z_in_doubt", "p_value"), [(0, 0.00003), (-3, 0.159), (-9, 0.5)])
def test_what_nobody_knows_is_counted_against_the_loss(database, z_in_doubt, p_value):
    """A sender at z = -4 is at -1 if what vanished open was accepted, and never above the others."""
    database.execute("update fnd_segments_compared set evidence_z_in_doubt = ?", [z_in_doubt])
    [(_, _, q_value)] = losses(database).values()
    assert q_value == pytest.approx(p_value, rel=0.06)


def test_what_holds_the_same_requests_is_tested_once_by_what_an_operator_chose(database):
    for dimension, segment in (("source", "clay"), ("list", "60001")):
        database.execute(
            "insert into fnd_segments_compared select ?, ?, 96, 96, 9, 9, 96, 9, 96, 9, 0",
            [dimension, segment],
        )
        database.execute("insert into fnd_lead_effects values (?, ?, -3)", [dimension, segment])
    assert list(losses(database)) == [("list", "60001")]


def test_what_can_not_be_compared_represents_nobody(database):
    database.execute(
        "insert into fnd_segments_compared values ('list', '60001', 96, 96, 9, 9, 96, 9, 96, 9, 0)"
    )
    database.execute("insert into fnd_lead_effects values ('list', '60001', null)")
    assert list(losses(database)) == [("account", "1")]
