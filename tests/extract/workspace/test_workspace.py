import re
import shutil
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from extract.workspace.errors import ConfigurationError
from extract.workspace.period import parse_against, parse_period
from extract.workspace.settings_file import RETENTION_RANGES, RetentionSettings
from extract.workspace.thresholds import ANALYTICS_LISTS, ANALYTICS_RANGES, AnalyticsSettings
from extract.workspace.values import check_base_url, is_loopback
from extract.workspace.variables import DEFAULTS, FROM_DBT
from extract.workspace.workspace import Workspace, load_workspace

PROJECT = Path(__file__).parents[3]
FIXTURES = Path(__file__).parents[2] / "fixtures" / "config"
KEY = "SENTINEL-KEY-9f3a"


def with_env_file(folder: Path, *lines: str) -> Path:
    path = folder / ".env"
    path.write_text("\n".join(lines) + "\n")
    path.chmod(0o600)
    return folder


def problems_of(folder: Path, **environ: str) -> list[str]:
    with pytest.raises(ConfigurationError) as caught:
        load_workspace(folder, environ)
    assert KEY not in str(caught.value)
    return caught.value.problems


def with_analytics(folder: Path, fixture: Path) -> Path:
    (folder / "config").mkdir()
    shutil.copy(fixture, folder / "config" / "settings.yaml")
    return folder


def test_an_empty_project_shows_the_demo_with_the_defaults(tmp_path):
    workspace = load_workspace(tmp_path, {})
    assert workspace == Workspace(
        project_dir=tmp_path,
        api_key=None,
        base_url="https://api.heyreach.io/api/public",
        requests_per_minute=60,
        account_metadata_path=tmp_path / "config" / "heyreach_accounts.yaml",
        lookback_days=30,
        as_of=None,
        data_dir=tmp_path / "data",
        read_back_waits=(15, 60, 180),
    )
    assert workspace.is_demo
    assert workspace.folder == tmp_path / "data" / "demo"


def test_a_key_ends_the_demo_and_never_shows(tmp_path):
    workspace = load_workspace(tmp_path, {"HEYREACH_API_KEY": f" {KEY} "})
    assert workspace.api_key == KEY
    assert not workspace.is_demo
    assert workspace.folder == workspace.data_dir
    assert KEY not in repr(workspace)


def test_reads_the_env_file_as_typed(tmp_path):
    folder = with_env_file(
        tmp_path,
        "# a comment",
        f"export HEYREACH_API_KEY='{KEY}'",
        "HEYREACH_BASE_URL=http://localhost:8080/api/   # my test server",
        "HEYREACH_REQUESTS_PER_MINUTE=0",
        "ACCOUNT_METADATA_PATH=${HOME}/accounts.yaml",
        "DEFAULT_LOOKBACK_DAYS=",
        'OUTBOUND_AS_OF="2026-01-31"',
        "OUTBOUND_DATA_DIR=../elsewhere",
        "LLM_MODEL=some-model",
    )
    workspace = load_workspace(folder, {})
    assert workspace.api_key == KEY
    assert workspace.base_url == "http://localhost:8080/api"
    assert workspace.requests_per_minute == 0
    assert workspace.account_metadata_path == tmp_path / "${HOME}" / "accounts.yaml"
    assert workspace.lookback_days == 30
    assert workspace.as_of == datetime(2026, 1, 31, tzinfo=UTC)
    assert workspace.data_dir == tmp_path.parent / "elsewhere"
    assert workspace.warnings == ()


def test_the_process_environment_beats_the_env_file_also_when_blank(tmp_path):
    folder = with_env_file(tmp_path, f"HEYREACH_API_KEY={KEY}", "DEFAULT_LOOKBACK_DAYS=7")
    assert load_workspace(folder, {"DEFAULT_LOOKBACK_DAYS": "90"}).lookback_days == 90
    assert load_workspace(folder, {"DEFAULT_LOOKBACK_DAYS": ""}).lookback_days == 30
    assert load_workspace(folder, {}).api_key == KEY
    assert load_workspace(folder, {"HEYREACH_API_KEY": ""}).is_demo


def test_an_env_line_that_would_be_skipped_is_an_error(tmp_path):
    folder = with_env_file(tmp_path, "", "", f"HEYREACH API KEY={KEY}", "DEFAULT_LOOKBACK_DAYS")
    assert [problem.partition(".env ")[2] for problem in problems_of(folder)] == [
        "line 3: is not NAME=value; start a comment with #",
        "line 4: is not NAME=value; start a comment with #",
    ]


def test_an_env_file_that_is_no_text_is_an_error(tmp_path):
    (tmp_path / ".env").write_bytes(f"HEYREACH_API_KEY={KEY}".encode("utf-16"))
    [problem] = problems_of(tmp_path)
    assert problem.endswith(".env is not UTF-8; save the file as UTF-8")


def test_warns_of_a_misspelt_variable(tmp_path):
    folder = with_env_file(tmp_path, f"HEYREACH_APIKEY={KEY}")
    [warning] = load_workspace(folder, {}).warnings
    assert "'HEYREACH_APIKEY' is not a setting and has no effect; did you mean HEYREACH_API_KEY?" in warning
    assert KEY not in warning


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("heyreach_api_key", "HEYREACH_API_KEY"),
        ("HEYRAECH_API_KEY", "HEYREACH_API_KEY"),
        ("HEYREACH_KEY", "HEYREACH_API_KEY"),
        ("OUTBOUND_DATADIR", "OUTBOUND_DATA_DIR"),
        ("DEFAULT_LOKBACK_DAYS", "DEFAULT_LOOKBACK_DAYS"),
        ("ACCOUNT_METADATA", "ACCOUNT_METADATA_PATH"),
    ],
)
def test_a_misspelt_variable_is_named_with_the_nearest(tmp_path, name, meant):
    said = f"'{name}' is not a setting and has no effect; did you mean {meant}?"
    [in_file] = load_workspace(with_env_file(tmp_path, f"{name}={KEY}"), {}).warnings
    assert in_file.endswith(f".env: {said}")
    [in_environment] = load_workspace(tmp_path / "empty", {name: KEY}).warnings
    assert in_environment == f"in the environment: {said}"


def test_what_is_for_other_programs_is_not_spoken_of(tmp_path):
    others = ["API_KEY", "OPENAI_API_KEY", "PATH", "PYTHONPATH", "LANG", "SMTPD", "DBT_PROFILES_DIR"]
    folder = with_env_file(tmp_path, *(f"{name}=x" for name in others))
    assert load_workspace(folder, {name: "x" for name in [*others, "LLM_TOKEN", *FROM_DBT]}).warnings == ()


@pytest.mark.parametrize(("mode", "warned"), [(0o644, True), (0o640, True), (0o600, False), (0o400, False)])
def test_warns_of_a_key_that_others_can_read(tmp_path, mode, warned):
    folder = with_env_file(tmp_path, f"HEYREACH_API_KEY={KEY}")
    (tmp_path / ".env").chmod(mode)
    warnings = load_workspace(folder, {}).warnings
    assert len(warnings) == warned
    assert all("chmod 600" in warning for warning in warnings)


def test_does_not_warn_of_a_readable_env_file_without_a_key(tmp_path):
    folder = with_env_file(tmp_path, "HEYREACH_API_KEY=", "DEFAULT_LOOKBACK_DAYS=7")
    (tmp_path / ".env").chmod(0o644)
    assert load_workspace(folder, {}).warnings == ()


def test_a_base_url_without_a_key_is_refused(tmp_path):
    # Also the real address: whoever writes it down does not want the demo.
    [problem] = problems_of(tmp_path, HEYREACH_BASE_URL=DEFAULTS["HEYREACH_BASE_URL"])
    assert "HEYREACH_BASE_URL (in the environment) is set but HEYREACH_API_KEY is not" in problem


@pytest.mark.parametrize(
    ("url", "accepted"),
    [
        ("https://api.heyreach.io/api/public", "https://api.heyreach.io/api/public"),
        ("https://api.heyreach.io/api/public/", "https://api.heyreach.io/api/public"),
        ("https://proxy.example.com:8443", "https://proxy.example.com:8443"),
        ("http://localhost:8080/", "http://localhost:8080"),
        ("http://127.0.0.2", "http://127.0.0.2"),
        ("http://[::1]:8080", "http://[::1]:8080"),
    ],
)
def test_accepts_https_anywhere_and_http_on_this_machine(url, accepted):
    assert check_base_url(url) == accepted


@pytest.mark.parametrize(
    "url",
    [
        "http://api.heyreach.io/api/public",
        "http://127.0.0.1.example.com",
        "http://localhost.example.com",
        "http://0.0.0.0:8080",
        "http://169.254.169.254",
        f"https://user:{KEY}@api.heyreach.io",
        "https://localhost@example.com",
        "https://example.com?key=1",
        "https://example.com#x",
        "https://example.com:port",
        "https://example.com:99999",
        "https://exa mple.com",
        "https://example.com\n",
        "https://example.com\\@localhost",
        "https://exämple.com",
        "https://[::1",
        "https://",
        "ftp://localhost",
        "api.heyreach.io",
        KEY,
        "",
    ],
)
def test_refuses_any_other_base_url_without_repeating_it(url):
    with pytest.raises(ConfigurationError, match=r"^HEYREACH_BASE_URL must be an https:// address") as caught:
        check_base_url(url)
    assert KEY not in str(caught.value)


def test_knows_this_machine():
    assert (
        is_loopback("http://localhost:1") and is_loopback("http://127.8.8.8") and is_loopback("http://[::1]")
    )
    assert not is_loopback("https://api.heyreach.io") and not is_loopback("http://127.0.0.1.example.com")


def test_unpaced_requests_are_for_this_machine_and_the_demo(tmp_path):
    [problem] = problems_of(tmp_path, HEYREACH_API_KEY=KEY, HEYREACH_REQUESTS_PER_MINUTE="0")
    assert (
        "must be a whole number from 1 to 300; 0, no pacing at all, is only for a server on localhost"
        in problem
    )
    local = {"HEYREACH_API_KEY": KEY, "HEYREACH_BASE_URL": "http://127.0.0.1:8080"}
    assert load_workspace(tmp_path, {**local, "HEYREACH_REQUESTS_PER_MINUTE": "0"}).requests_per_minute == 0
    assert load_workspace(tmp_path, {"HEYREACH_REQUESTS_PER_MINUTE": "0"}).requests_per_minute == 0


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("HEYREACH_API_KEY", "two words"),
        ("HEYREACH_API_KEY", "“quoted”"),
        ("HEYREACH_API_KEY", "line\nbreak"),
        ("HEYREACH_REQUESTS_PER_MINUTE", "301"),
        ("HEYREACH_REQUESTS_PER_MINUTE", "-1"),
        ("HEYREACH_REQUESTS_PER_MINUTE", "60.0"),
        ("HEYREACH_REQUESTS_PER_MINUTE", "\uff16\uff10"),
        ("ACCOUNT_METADATA_PATH", "~nobody-of-that-name/accounts.yaml"),
        ("DEFAULT_LOOKBACK_DAYS", "0"),
        ("DEFAULT_LOOKBACK_DAYS", "3651"),
        ("DEFAULT_LOOKBACK_DAYS", "a month"),
        ("OUTBOUND_AS_OF", "yesterday"),
        ("OUTBOUND_AS_OF", "2026-02-30"),
        ("OUTBOUND_AS_OF", "0206-01-31"),
        ("OUTBOUND_AS_OF", "0001-01-01T00:00+10:00"),
        ("OUTBOUND_DATA_DIR", "file.txt"),
        ("OUTBOUND_DATA_DIR", "x" * 300),
        ("OUTBOUND_MEMORY_LIMIT", "4"),
        ("OUTBOUND_MEMORY_LIMIT", "0GB"),
        ("OUTBOUND_MEMORY_LIMIT", "4GB'; drop"),
        ("IMPORT_READ_BACK_WAITS", "15;60"),
        ("IMPORT_READ_BACK_WAITS", "15,"),
        ("IMPORT_READ_BACK_WAITS", "-1"),
        ("IMPORT_READ_BACK_WAITS", "3600.1"),
        ("IMPORT_READ_BACK_WAITS", "a minute"),
    ],
)
def test_refuses_a_bad_value_by_its_name_and_place(tmp_path, name, text):
    (tmp_path / "file.txt").touch()
    [problem] = problems_of(tmp_path, **{name: text})
    assert problem.startswith(f"{name} (in the environment) ")
    assert "\n" not in problem


def test_reports_all_problems_at_once_and_where_each_value_came_from(tmp_path):
    folder = with_env_file(tmp_path, "DEFAULT_LOOKBACK_DAYS=month", "OUTBOUND_AS_OF=noon")
    with_analytics(folder, FIXTURES / "invalid" / "settings_unknown_key.yaml")
    problems = problems_of(folder, OUTBOUND_AS_OF="later")
    assert [problem.split(" must")[0] for problem in problems[:2]] == [
        "DEFAULT_LOOKBACK_DAYS (in .env)",
        "OUTBOUND_AS_OF (in the environment)",
    ]
    assert len(problems) == 4


@pytest.mark.parametrize(
    ("text", "waits"),
    [("", (15, 60, 180)), ("0", (0,)), ("0,0.25, 3600", (0, 0.25, 3600)), ("5,5", (5, 5))],
)
def test_the_waits_of_a_read_back_are_seconds(tmp_path, text, waits):
    assert load_workspace(tmp_path, {"IMPORT_READ_BACK_WAITS": text}).read_back_waits == waits


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-01-31", datetime(2026, 1, 31, tzinfo=UTC)),
        ("2026-01-31T09:30:00Z", datetime(2026, 1, 31, 9, 30, tzinfo=UTC)),
        ("2026-01-31T09:30", datetime(2026, 1, 31, 9, 30, tzinfo=UTC)),
        ("2026-01-31T01:30:00+02:00", datetime(2026, 1, 30, 23, 30, tzinfo=UTC)),
    ],
)
def test_as_of_is_a_utc_time(tmp_path, text, moment):
    as_of = load_workspace(tmp_path, {"OUTBOUND_AS_OF": text}).as_of
    assert as_of == moment
    assert as_of.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("2026-01-31T09:30Z", 60),
        ("2026-01-31T09:30:00Z", 60),
        ("2026-01-31T09:30:07Z", 1),
        ("2026-01-31T09:30:07.25Z", 0),
    ],
)
def test_as_of_is_known_to_the_minute_or_second_it_names(tmp_path, text, seconds):
    precision = load_workspace(tmp_path, {"OUTBOUND_AS_OF": text}).as_of_precision
    assert precision == timedelta(seconds=seconds)


def test_the_env_example_lists_every_variable_blank(tmp_path):
    lines = (PROJECT / ".env.example").read_text().splitlines()
    assert [line for line in lines if line and not line.startswith("#")] == [f"{name}=" for name in DEFAULTS]
    shutil.copy(PROJECT / ".env.example", tmp_path / ".env")
    assert load_workspace(tmp_path, {}) == load_workspace(tmp_path / "nothing-here" / "..", {})
    for name, default in DEFAULTS.items():
        comment = "\n".join(lines).partition(f"\n{name}=")[0].rpartition("\n\n")[2]
        assert comment.startswith("#")
        assert default in comment


def test_dbt_by_hand_may_hold_as_much_memory_as_a_run():
    profile = (PROJECT / "dbt_project" / "profiles.yml").read_text()
    assert f"or '{DEFAULTS['OUTBOUND_MEMORY_LIMIT']}'" in profile


def test_the_shipped_analytics_settings_are_the_defaults_and_name_each(tmp_path):
    shipped = PROJECT / "config" / "settings.yaml"
    workspace = load_workspace(with_analytics(tmp_path, shipped), {})
    assert (workspace.analytics, workspace.retention) == (AnalyticsSettings(), RetentionSettings())
    named = [line.partition(":")[0] for line in shipped.read_text().splitlines() if line and line[0] != "#"]
    known = [field.name for each in (AnalyticsSettings, RetentionSettings) for field in fields(each)]
    assert sorted(named) == sorted(known)
    assert set(named) == {*ANALYTICS_RANGES, *ANALYTICS_LISTS, *RETENTION_RANGES}


def test_reads_analytics_settings(tmp_path):
    workspace = load_workspace(
        with_analytics(tmp_path, FIXTURES / "valid" / "settings_some_changed.yaml"), {}
    )
    assert workspace.analytics == AnalyticsSettings(acceptance_window_days=21, sensitive_cell_minimum=20)


def with_required_fields(folder: Path, text: str) -> Path:
    (folder / "config").mkdir()
    (folder / "config" / "settings.yaml").write_text(f"required_attribution_fields: {text}\n")
    return folder


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("[source]", "source"),
        ("source", "source"),
        ("[keywords, icp, source]", "keywords,icp,source"),
        ("\n  - source\n  - batch_id", "source,batch_id"),
    ],
    ids=["one", "one without brackets", "three", "one a line"],
)
def test_reads_the_required_attribution_fields(tmp_path, text, fields):
    workspace = load_workspace(with_required_fields(tmp_path, text), {})
    assert workspace.analytics.required_attribution_fields == fields


@pytest.mark.parametrize(
    "text",
    ["", "[]", "[source, source]", "[source, colour]", "[source, [icp]]", "{source: icp}", "source, icp"],
    ids=[
        "nothing",
        "an empty list",
        "one twice",
        "an unknown one",
        "a list in a list",
        "a mapping",
        "a text",
    ],
)
def test_refuses_other_required_attribution_fields(tmp_path, text):
    [problem] = problems_of(with_required_fields(tmp_path, text))
    assert "line 1: required_attribution_fields must be a list of different fields out of source, " in problem


def test_an_analytics_file_that_sets_nothing_gives_the_defaults(tmp_path):
    folder = with_analytics(tmp_path, FIXTURES / "valid" / "settings_nothing_set.yaml")
    assert load_workspace(folder, {}).analytics == AnalyticsSettings()


REPORTED = {
    "unknown_key": [
        "line 1: 'acceptance_window_day' is not a setting; did you mean acceptance_window_days?",
        "line 2: 'colour' is not a setting; known are acceptance_window_days, ",
    ],
    "wrong_type": [
        "line 1: acceptance_window_days must be a whole number from 1 to 90, not 'two weeks'",
        "line 2: detection_lag_days must be a whole number from 0 to 30, not '2.5'",
        "line 3: expiry_days must be a whole number from 1 to 365, not a list",
        "line 4: dating_resolution_days must be a whole number from 1 to 30, not nothing",
        "line 5: collecting_below must be a whole number from 1 to 10000, not '-30'",
    ],
    "out_of_range": [
        "line 1: acceptance_window_days must be a whole number from 1 to 90, not '0'",
        "line 2: expiry_days must be a whole number from 1 to 365, not '4000'",
        "line 3: sensitive_cell_minimum must be a whole number from 10 to 1000, not '5'",
    ],
    "contradiction": [
        "line 1: acceptance_window_days must not be above expiry_days: ",
        "line 2: hide_rate_below must not be above collecting_below: ",
    ],
    "duplicate_key": ["line 2: 'expiry_days' is already set on line 1"],
}


@pytest.mark.parametrize("name", sorted(REPORTED))
def test_reports_every_problem_of_the_analytics_settings(tmp_path, monkeypatch, name):
    monkeypatch.chdir(with_analytics(tmp_path, FIXTURES / "invalid" / f"settings_{name}.yaml"))
    problems = problems_of(tmp_path)
    assert len(problems) == len(REPORTED[name])
    for problem, expected in zip(problems, REPORTED[name], strict=True):
        assert problem.startswith(f"config/settings.yaml {expected}")


def test_every_invalid_settings_fixture_is_expected_to_fail():
    names = {path.stem.removeprefix("settings_") for path in (FIXTURES / "invalid").glob("settings_*.yaml")}
    assert names == set(REPORTED)


AS_OF = datetime(2026, 3, 1, 15, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("since", "until", "expected"),
    [
        ("2026-01-01", "2026-02-01", ("2026-01-01", "2026-02-01")),
        (None, None, ("2026-01-31", "2026-03-02")),
        ("2026-02-20", None, ("2026-02-20", "2026-03-02")),
        (None, "2026-02-01", ("2026-01-02", "2026-02-01")),
        ("2024-02-29", "2024-03-01", ("2024-02-29", "2024-03-01")),
    ],
    ids=["both", "neither", "only since", "only until", "one leap day"],
)
def test_the_period_is_half_open_utc_midnights(since, until, expected):
    period = parse_period(since, until, AS_OF, lookback_days=30)
    assert tuple(moment.isoformat() for moment in period) == tuple(
        f"{day}T00:00:00+00:00" for day in expected
    )


def test_the_default_period_ends_with_the_as_of_day_in_utc():
    late_in_lisbon = datetime.fromisoformat("2026-02-28T23:30:00-05:00")
    assert parse_period(None, None, late_in_lisbon, 1) == (
        datetime(2026, 3, 1, tzinfo=UTC),
        datetime(2026, 3, 2, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    "text",
    [
        "2026-1-1",
        "2026-02-30",
        "20260101",
        "2026-01-01T00:00",
        " 2026-01-01",
        "2026-01-01\n",
        "\uff12026-01-01",
        "",
        "0206-01-01",
        "2026-01-01'; drop table raw; --",
    ],
)
def test_refuses_what_is_not_a_plain_date(text):
    with pytest.raises(ConfigurationError) as caught:
        parse_period(text, text, AS_OF, 30)
    assert [
        problem.split(" must be a date like 2026-01-31, not ")[0] for problem in caught.value.problems
    ] == [
        "--since",
        "--until",
    ]


@pytest.mark.parametrize(
    ("since", "until", "says"),
    [
        ("2026-02-01", "2026-02-01", "before --until 2026-02-01 (a day that is itself not counted)"),
        ("2026-02-02", "2026-02-01", "--since 2026-02-02 must be before"),
        ("2026-03-02", None, "before --until 2026-03-02 (the day after the as-of)"),
    ],
)
def test_refuses_an_empty_period(since, until, says):
    with pytest.raises(ConfigurationError) as caught:
        parse_period(since, until, AS_OF, 30)
    assert says in str(caught.value)


def test_a_period_to_compare_with_is_typed_as_two_days():
    january, february = (datetime(2026, month, 1, tzinfo=UTC) for month in (1, 2))
    assert parse_against("2026-01-01..2026-02-01", february) == (january, february)
    assert parse_against(None, february) == (None, None)


@pytest.mark.parametrize(
    "text",
    ["2026-01-01", "2026-01-01..", "2026-01-01..2026-01-01", "2026-01-15..2026-02-02", "a..b", "1..2..3"],
)
def test_what_is_no_earlier_period_is_refused(text):
    with pytest.raises(ConfigurationError, match="--against"):
        parse_against(text, datetime(2026, 2, 1, tzinfo=UTC))


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"SERVE_HOST": "0.0.0.0"}, "SERVE_HOST lets other machines in"),
        ({"SERVE_HOST": "outbound.example.com"}, "SERVE_HOST (in the environment) must be an address"),
        ({"SERVE_PUBLIC": "yes"}, "SERVE_PUBLIC must be 1 or blank"),
        ({"SERVE_PORT": "8001"}, "SERVE_PORT and HOOKS_PORT must differ"),
        ({"SERVE_NAMES": "https://a.example.com"}, "must be host names separated by commas"),
        ({"SERVE_ORIGINS": "*"}, "SERVE_ORIGINS (in the environment) must be"),
    ],
)
def test_a_server_that_would_let_strangers_in_is_refused(tmp_path, given, said):
    with pytest.raises(ConfigurationError, match=re.escape(said)):
        load_workspace(tmp_path, given)


def test_a_server_lets_in_whom_its_settings_name(tmp_path):
    given = {"SERVE_HOST": "0.0.0.0", "SERVE_PUBLIC": "1", "SERVE_NAMES": "Desk.example.com, b.example.com"}
    serve = load_workspace(tmp_path, given).serve
    assert (serve.host, serve.port, serve.names) == ("0.0.0.0", 8000, ("desk.example.com", "b.example.com"))
    assert load_workspace(tmp_path, {"SERVE_HOST": "localhost"}).serve.host == "127.0.0.1"
