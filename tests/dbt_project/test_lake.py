"""What an agency is told of a workspace, and that nobody's name, link or words are in it."""

import csv
import re
from collections.abc import Iterator

import duckdb
import pytest
import yaml

from dbt_project.rendering import returned
from tests.dbt_project.lake_rows import columns
from tests.dbt_project.models import PROJECT, model_sql

SEEDS = ("lead_sources", "icp_roles", "company_regions", "company_industries", "company_size_brackets")
# Of what a table of the lake is a part: the words of ours that are spelled nowhere else.
OURS = {
    *(
        "import",
        "attribution",
        "queue",
        "sending",
        "acceptance",
        "blind",
        "blocked",
        "starved",
        "losing",
        "all",
    ),
    *(
        "lower",
        "higher",
        "no_evidence",
        "collecting",
        "background",
        "declined",
        "connected_before",
        "unknown",
    ),
}


def own_words() -> set[str]:
    """Every word that this project or its seeds bring: names of dimensions, codes, segments, labels."""
    entries = returned("catalogue/*.sql", "dimensions()")
    words = OURS | {entry["name"] for entry in entries}
    for entry in entries:
        words |= {*entry.get("words", {}), *entry.get("words", {}).values()}
    words |= {word for pair in returned("catalogue/*.sql", "missing_segments()").items() for word in pair}
    for codes in returned("words/*.sql", "codes()").values():
        words |= codes.keys()
    for name in SEEDS:
        with (PROJECT / "seeds" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                words |= {value for column, value in row.items() if column != "alias"}
    return words


def texts(demo, table: str) -> dict[str, set[str]]:
    """What stands in each text column of a table of the lake."""
    workspace, _ = demo
    kinds = {name: kind for name, kind in columns()[table].items() if name != "workspace_id"}
    return {
        name: {
            value for (value,) in workspace.query(f"select distinct {name} from lake.lake_{table}") if value
        }
        for name, kind in kinds.items()
        if kind == "varchar"
    }


@pytest.mark.parametrize("table", columns())
def test_only_words_of_ours_are_told_and_keys(demo, table):
    """The demo has what people typed, too: an industry, a batch, names of senders, lists, and campaigns."""
    found = texts(demo, table)
    assert {name: values for name, values in found.items() if not name.endswith("_key")} == {
        name: values & own_words() for name, values in found.items() if not name.endswith("_key")
    }
    assert any(found.values()) or table == "workspaces"


def test_what_somebody_typed_is_in_the_demo_and_not_in_its_lake(demo):
    workspace, _ = demo
    typed = {
        value
        for (value,) in workspace.query(
            "select segment from marts.rpt_segment_performance where dimension = 'industry'"
        )
    } - own_words()
    assert typed
    assert not typed & texts(demo, "segments")["segment"]


def test_a_key_is_an_id_of_the_workspace_until_it_is_hashed(demo):
    workspace, _ = demo
    accounts = {each for (each,) in workspace.query("select account_id from marts.heyreach_accounts")}
    assert texts(demo, "senders")["sender_key"] == accounts
    of_senders = "select subject_key from lake.lake_bottlenecks where dimension = 'account'"
    named = {each for (each,) in workspace.query(of_senders)}
    assert named and named <= accounts


def test_nothing_of_a_person_has_a_column():
    told = {name for of_table in columns().values() for name in of_table}
    private = re.compile(
        r"(^|_)(name|names|url|urls|link|text|note|title|gender|age|employment|employed|payload|email)(_|$)"
    )
    assert {name for name in told if private.search(name)} == set()
    assert {name for name in told if name.endswith("_id")} == {"workspace_id"}
    shared = [entry for entry in returned("catalogue/*.sql", "dimensions()") if entry.get("shared")]
    [rules] = yaml.safe_load((PROJECT / "models/lake/lake_segments.yml").read_text(encoding="utf-8"))[
        "models"
    ]
    accepted = rules["data_tests"][0]["valid_rows"]["arguments"]["accepted_values"]["dimension"]
    assert [entry["name"] for entry in shared] == accepted
    assert [entry["name"] for entry in shared if entry.get("sensitive") or entry.get("several")] == []
    assert [entry["name"] for entry in shared if not entry.keys() & {"labels", "words"}] == []


@pytest.fixture
def database() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        connection.execute("set TimeZone = 'UTC'")
        connection.execute(
            """
            create table fnd_segments_labeled as
            from (
                values ('source', 'clay', 'Clay'), ('source', 'unknown', 'Unknown'),
                    ('source', 'unknown', 'Unknown'), ('keyword', 'sre', 'SRE')
            ) as labels (dimension, segment, segment_label)
            """
        )
        yield connection


def test_a_segment_that_somebody_typed_stays_in_the_workspace_and_in_the_rest(database):
    database.execute(
        """
        create table rpt_segment_performance as
        select dimension, segment, upper(segment) as segment_label, sent, mature_sent, mature_accepted,
            sent as evidence_sent, mature_accepted as evidence_accepted, 0.1 as accept_rate, 0.0 as ci_low,
            0.2 as ci_high, null as rate_withheld_because, 0.0 as difference, 0.0 as difference_low,
            0.0 as difference_high, 'no_evidence' as verdict, timestamptz '2026-02-09 06:00:00+00' as as_of
        from (
            values ('source', 'clay', 50, 40, 10), ('source', 'Acme GmbH', 60, 30, 6),
                ('source', 'unknown', 9, 5, 0), ('keyword', 'sre', 70, 60, 9)
        ) as rows (dimension, segment, sent, mature_sent, mature_accepted)
        """
    )
    told = "dimension, segment, mature_sent, mature_accepted, rest_mature_sent, rest_mature_accepted"
    found = database.execute(f"select {told} from ({model_sql('lake_segments')}) order by segment").fetchall()
    assert found == [("source", "clay", 40, 10, 35, 6), ("source", "unknown", 5, 0, 70, 16)]


def test_a_line_names_its_segment_only_where_it_is_a_word_of_ours(database):
    database.execute(
        """
        create table rpt_bottlenecks as
        select row_number() over () as rank, 'losing' as tier, 'acceptance' as stage,
            'low_acceptance' as cause, dimension, segment, 'Secret ' || segment as segment_label,
            1.0 as recoverable_accepts_per_week, 0.5 as worth_low, 1.5 as worth_high, 40 as evidence_n,
            0.01 as q_value, 'lower' as verdict, 'Secret' as why, 'Secret' as what_to_do,
            date '2026-01-05' as since, timestamptz '2026-02-09 06:00:00+00' as first_shown_at,
            timestamptz '2026-02-09 06:00:00+00' as as_of
        from (values ('source', 'clay'), ('source', 'Acme GmbH'), ('keyword', 'sre'), ('account', '50101'))
            as lines (dimension, segment)
        """
    )
    rows = database.execute(f"select * from ({model_sql('lake_bottlenecks')}) order by rank")
    names = [column[0] for column in rows.description]
    found = rows.fetchall()
    places = [names.index(name) for name in ("dimension", "segment", "subject_key")]
    assert [tuple(row[place] for place in places) for row in found] == [
        ("source", "clay", None),
        ("source", None, "Acme GmbH"),
        ("keyword", None, "sre"),
        ("account", None, "50101"),
    ]
    assert "Secret" not in str(found)


def test_a_workspace_has_the_figures_of_its_report_and_of_the_period_before(demo):
    workspace, _ = demo
    [told] = workspace.query(
        "select sent, mature_sent, accept_rate, earlier_mature_sent, senders, senders_able,"
        " newest_pull_at = as_of from lake.lake_workspaces"
    )
    [reported] = workspace.query("select sent, mature_sent, accept_rate from marts.rpt_summary")
    # The period before began before the first pull; of six senders one isn't listed, one logged out.
    assert told == (*reported, None, 5, 4, True)


def test_the_period_before_stands_beside_a_workspace(database):
    """Not the weeks, and neither this period; senders that aren't listed are none of the workspace's."""
    diagnosis = ("alarms", "alarms_blind", "alarms_blocked", "alarms_starved", "alarms_losing", "worth_low")
    diagnosis = (*diagnosis, "worth_high", "recoverable_accepts_per_week")
    own = {"workspace_id", "newest_pull_at", "senders", "senders_able", *diagnosis}
    summary = [name for name in columns()["workspaces"] if name not in own and not name.startswith("earlier")]
    for table, names in {"rpt_diagnosis": diagnosis, "rpt_summary": summary}.items():
        database.execute(f"create table {table} as select {', '.join(f'1 as {name}' for name in names)}")
    database.execute(
        """
        create table stg_operations__pulls as
        from (
            values ('pull', true, '2026-02-09'), ('pull', false, '2026-02-10'), ('lists', true, '2026-02-11')
        ) as pulls (resource, is_complete, finished_at);
        create table rpt_account_performance as
        from (values (true, true), (true, false), (false, false)) as senders (is_listed, can_send);
        create table rpt_headline as
        from (values ('period', 9, 3, null), ('before', 70, 20, 'connected_before'), ('week', 5, 1, null))
            as spans (span, mature_sent, mature_accepted, rate_withheld_because)
        """
    )
    told = (
        "earlier_mature_sent, earlier_mature_accepted, earlier_rate_withheld_because, senders, senders_able"
    )
    [found] = database.execute(
        f"select {told}, newest_pull_at from ({model_sql('lake_workspaces')})"
    ).fetchall()
    assert found == (70, 20, "connected_before", 2, 1, "2026-02-09")
