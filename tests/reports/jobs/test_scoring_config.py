"""What leads are scored, put into segments and written by reaches the warehouse: each once, named by runs."""

from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pytest

from extract import raw
from extract.intelligence.configuration import load_configuration
from extract.outreach.configuration import load_outreach
from extract.outreach.sequence_file import load_sequences
from extract.sandbox.process import running_sandbox
from extract.workspace.errors import ConfigurationError
from extract.workspace.workspace import Workspace, load_workspace
from reports.jobs.build import build, land_journals, other_period
from reports.jobs.report import ReportOptions
from reports.jobs.run import extract, run
from reports.jobs.upkeep import set_up
from tests.dbt_project.models import model_sql
from tests.end_to_end.conftest import FIRST_PULL
from tests.projects import project

FIRST = "default: one\nprofiles:\n  one: {industries: [SaaS], company_size_min: 50}\n"
SECOND = FIRST.replace("50", "60")
SEGMENTS = "segments:\n  all: {label: All, weight: 1, tone: dry, rules: {anyone: true}}\n"
OTHERS = SEGMENTS.replace("All", "Everybody") + "engagement: {read_inbox: true, meeting_tags: [Demo]}\n"
WRONG = FIRST.replace("SaaS", "Softwear")
TESTS = "tests:\n  note: {arms: {short: 50, long: 50}, start: 2026-03-01}\n"
STAGED = "select config_hash, config from staging.stg_operations__scoring_configs order by recorded_at"
NAMED = (
    "select purpose, scoring_config_hash, outreach_config_hash, sequences_config_hash "
    "from heyreach.run_parameters order by requested_at"
)


def silent(line: str) -> None:
    """What happens on the way."""


def rows(path: Path, sql: str) -> list[tuple]:
    with duckdb.connect(str(path), read_only=True) as connection:
        return connection.execute(sql).fetchall()


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Callable[..., Workspace]]:
    """A workspace that has pulled, with this in config/icp_profiles.yaml and config/outreach.yaml."""
    environ = {"HEYREACH_REQUESTS_PER_MINUTE": "0", "OUTBOUND_DATA_DIR": str(tmp_path / "data")}

    def with_profiles(text: str, outreach: str = SEGMENTS) -> Workspace:
        folder = project(tmp_path, icp_profiles=text, outreach=outreach, message_tests=TESTS)
        return load_workspace(folder, environ)

    with running_sandbox(seed=3, leads=40, now=FIRST_PULL, api_key="its-key") as sandbox:
        environ |= {"HEYREACH_API_KEY": sandbox.api_key, "HEYREACH_BASE_URL": sandbox.base_url}
        extract(with_profiles(FIRST), say=silent)
        yield with_profiles


@pytest.mark.usefixtures("without_dbt")
def test_a_configuration_is_landed_once_and_runs_name_the_one_they_went_by(workspace):
    first, second = (load_configuration(workspace(text)) for text in (FIRST, SECOND))
    segments, others = (load_outreach(workspace(FIRST, text)) for text in (SEGMENTS, OTHERS))
    # A change of one kind leaves the name of the other as it is.
    for text, outreach in ((FIRST, SEGMENTS), (SECOND, SEGMENTS), (FIRST, OTHERS)):
        build(workspace(text, outreach), say=silent, show=silent)
    here = workspace(FIRST, OTHERS)
    texts = load_sequences(here)
    landed = [(each.config_hash, each.text) for each in (first, segments, texts, second, others)]
    assert rows(here.paths.published, STAGED) == landed
    names = [(first, segments, texts), (second, segments, texts), (first, others, texts)]
    assert rows(here.paths.raw, NAMED) == [
        ("publish", *(each.config_hash for each in kinds)) for kinds in names
    ]
    tags = "select meeting_tags from staging.stg_operations__run_parameters"
    assert rows(here.paths.published, tags) == [('["Demo"]',)]
    thresholds = "select distinct list_contains(json_keys(thresholds), 'scoring_config_hash')"
    assert rows(here.paths.raw, f"{thresholds} from heyreach.run_parameters") == [(False,)]
    share = "select distinct thresholds ->> '$.exploration_share_percent' from heyreach.run_parameters"
    assert rows(here.paths.raw, share) == [("0",)]
    now = "select scoring_config_hash from staging.stg_operations__run_parameters"
    assert rows(here.paths.published, now) == [(first.config_hash,)]

    # Another period is judged by what was published, whatever the files say since.
    with other_period(workspace(WRONG), "2026-01-01", "2026-01-08") as database:
        assert rows(database, now) == [(first.config_hash,)]
    assert rows(here.paths.raw, NAMED)[3:] == [
        ("report", first.config_hash, others.config_hash, texts.config_hash)
    ]

    # Of a test that nobody changed there is one version.
    registered = "select test_name, result, planned_requests > 500 from marts.rpt_message_tests"
    assert rows(here.paths.published, registered) == [("note", "not_yet", True)]

    # They come back from the journal with a raw database that is made anew.
    here.paths.raw.unlink()
    land_journals(here)
    kept = rows(
        here.paths.raw, "select config_hash, config from heyreach.scoring_configs order by recorded_at"
    )
    assert kept == landed
    assert rows(here.paths.raw, "select test_name from heyreach.message_tests") == [("note",)]


def test_what_is_wrong_stops_a_run_before_it_pulls_and_no_night_before_it_has(workspace):
    here = workspace(WRONG)
    pulls = "select count(*) from heyreach.pulls where resource = 'pull'"
    before = rows(here.paths.raw, pulls)
    for job in (
        lambda: build(here, say=silent, show=silent),
        lambda: run(here, ReportOptions(), say=silent, show=silent),
        lambda: set_up(here, say=silent),
    ):
        with pytest.raises(ConfigurationError, match=r"icp_profiles.yaml line 3: .*'Softwear'"):
            job()
    assert rows(here.paths.raw, pulls) == before
    with pytest.raises(ConfigurationError, match=r"outreach.yaml line 1: 'segment' is not known"):
        build(workspace(FIRST, SEGMENTS.replace("segments", "segment")), say=silent, show=silent)
    here = workspace(WRONG)
    with pytest.raises(ConfigurationError, match="Softwear"):
        run(here, ReportOptions(), job="daily", say=silent, show=silent)
    assert rows(here.paths.raw, pulls) == [(before[0][0] + 1,)]


def test_the_inbox_is_read_where_it_is_switched_on(workspace):
    read = "select count(*) from heyreach.pulls where resource = 'conversations'"
    here = workspace(FIRST)
    assert rows(here.paths.raw, read) == [(0,)]
    extract(workspace(FIRST, OTHERS), say=silent)
    assert rows(here.paths.raw, read) == [(1,)]


def test_a_run_of_before_there_were_configurations_has_none(tmp_path):
    path = tmp_path / "raw.duckdb"
    raw.initialize(path)
    with duckdb.connect(str(path)) as connection:
        connection.execute("drop table heyreach.scoring_configs")
        for column in ("scoring_config_hash", "outreach_config_hash", "sequences_config_hash"):
            connection.execute(f"alter table heyreach.run_parameters drop column {column}")
        connection.execute(
            "insert into heyreach.run_parameters (run_id, requested_at, purpose, hide_rate_below) "
            "values ('r', '2026-02-01 00:00:00+00', 'publish', 12)"
        )
    raw.initialize(path)
    with duckdb.connect(str(path), read_only=True) as connection:
        connection.execute("use raw.heyreach")
        read = model_sql("stg_operations__run_parameters")
        assert connection.execute(
            "select hide_rate_below, scoring_config_hash, outreach_config_hash, sequences_config_hash, "
            f"exploration_share_percent, meeting_tags from ({read})"
        ).fetchall() == [(12, None, None, None, 0, '["Meeting booked"]')]
        staged = model_sql("stg_operations__scoring_configs")
        assert connection.execute(f"select * from ({staged})").fetchall() == []


def test_a_configuration_that_was_landed_twice_is_one(tmp_path):
    path = tmp_path / "raw.duckdb"
    raw.initialize(path)
    with duckdb.connect(str(path)) as connection:
        connection.execute("use raw.heyreach")
        for day in ("2026-02-02", "2026-02-01"):
            connection.execute("insert into scoring_configs values ('a', '{}', ?)", [f"{day} 00:00:00+00"])
        staged = model_sql("stg_operations__scoring_configs")
        assert connection.execute(
            f"select config_hash, config, day(recorded_at) from ({staged})"
        ).fetchall() == [("a", "{}", 1)]
