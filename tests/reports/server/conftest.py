from collections.abc import Iterator

import duckdb
import pytest

from tests.serving import Served, copied, serving


@pytest.fixture(scope="package")
def served(demo, tmp_path_factory) -> Iterator[Served]:
    """The demo, served from a folder of its own; whoever posts something takes another one."""
    workspace = copied(demo[0].warehouse, tmp_path_factory.mktemp("served") / "data")
    with serving(workspace) as found:
        yield found


@pytest.fixture
def own(demo, tmp_path) -> Iterator[Served]:
    """A server of the test's own."""
    with serving(copied(demo[0].warehouse, tmp_path / "data")) as found:
        yield found


# Statements by which the demo gets what it has none of: a plan of a few leads, and a test of two texts.
PLANTED = (
    """
    insert into marts.planned_sends by name
    select
        'line ' || number as planned_send_id, 'one' as plan_id, number as line_number,
        date '2026-02-09' as week, number % 3 = 0 as is_current, 'seg' as segment, '40101' as campaign_id,
        date '2026-02-09' + cast(number % 5 as integer) as day, lead_id, 'planned' as state,
        0.1234567 + number / 1000 as chance
    from (select lead_id, row_number() over (order by lead_id) as number from marts.heyreach_leads limit 90)
    """,
    """
    insert into marts.rpt_message_tests by name
    select
        'test ' || number as test_id, 'notes' as test_name, 'acceptance' as metric, 'a' as arm,
        'b' as other_arm, 'not_yet' as result, 'look 3 of 12: not yet' as words,
        timestamptz '2026-01-01 00:00:00+00' + interval 1 day * number as started_at,
        1200 + number as planned_requests, 210 + number as mature_requests,
        190 - number as other_mature_requests, 0.31415926 / number as rate, 0.27182818 / number as other_rate,
        date '2026-03-01' + cast(number as integer) as judge_by
    from range(1, 5) as tests (number)
    """,
)


@pytest.fixture(scope="package")
def shown(demo, tmp_path_factory) -> Iterator[Served]:
    """The demo, served with something on every page."""
    workspace = copied(demo[0].warehouse, tmp_path_factory.mktemp("figures") / "data")
    with duckdb.connect(str(workspace.paths.published)) as connection:
        for statement in PLANTED:
            connection.execute(statement)
    with serving(workspace) as found:
        yield found
