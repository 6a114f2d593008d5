"""What is said of health, causes and anomalies: words in a catalogue, facts in models, neither alone."""

import inspect
import re
from collections import Counter

import duckdb
import jinja2
import pytest
import yaml

from dbt_project.rendering import rendered, returned
from extract.outreach.plan_candidates import Finder
from tests.dbt_project.models import PROJECT, ephemeral_models, model_sql

# Not said, but shown: what an event that can be used looks like.
EXAMPLE = (
    '{"event_type": "CONNECTION_REQUEST_SENT", "timestamp": "2026-01-05T09:00:00Z", "campaign": {"id": 1}, '
    '"lead": '
)
_SQL_COMMENT = re.compile(r"--.*")
_SQL_TEXT = re.compile(r"'((?:[^']|'')*)'")


def catalogue(name: str) -> dict[str, dict[str, str]]:
    return returned("words/*.sql", f"{name}()")


def said(text: str, **facts: str) -> str | None:
    """What a sentence says where its facts are these SQL expressions."""
    sql = rendered("words/*.sql", f"sentence({text!r}, {facts!r})")
    with duckdb.connect() as connection:
        return connection.execute(f"select {sql}").fetchone()[0]


@pytest.mark.parametrize(
    ("text", "facts", "expected"),
    [
        ("{leads:count} of {list}", {"leads": "1234", "list": "'O''Hara {list}'"}, "1,234 of O'Hara {list}"),
        ("It's {share:percent} %", {"share": "0.1234"}, "It's 12.3 %"),
        ("in {days:whole} d", {"days": "2.6"}, "in 3 d"),
        ("{at:minute}", {"at": "timestamptz '2026-01-31 10:30:00+01'"}, "2026-01-31 09:30"),
        ("a[ b {x}] c", {"x": "1"}, "a b 1 c"),
        ("a[ b {x}] c", {"x": "null"}, "a c"),
        ("[after {x}|it's nothing].", {"x": "null"}, "it's nothing."),
        ("[after {x}|nothing].", {"x": "'y'"}, "after y."),
        ("a {x}", {"x": "null"}, None),
    ],
)  # fmt: skip
def test_a_sentence_says_its_facts(text, facts, expected):
    assert said(text, **facts) == expected


@pytest.mark.parametrize("text", ["a {y}", "a[ {y}]", "a {x:loudly}"])
def test_what_a_sentence_can_not_say_does_not_compile(text):
    with pytest.raises(jinja2.UndefinedError):
        said(text, x="1")


def test_each_line_of_health_is_said_in_one_place():
    lines = Counter(re.findall(r"'(\w+)' as topic", model_sql("rpt_health")))
    assert lines == dict.fromkeys(catalogue("health_lines"), 1)


def test_each_line_of_the_causes_is_said_in_one_place():
    lines = Counter(re.findall(r"'(\w+)' as cause\b", model_sql("rpt_bottlenecks")))
    assert lines == Counter(entry.get("cause", name) for name, entry in catalogue("causes").items())


def test_each_line_of_the_anomalies_is_said_in_one_place():
    parts = {name: model_sql(name) for name in ephemeral_models() if name.startswith("rpt_anomalies__")}
    lines = Counter()
    for name, sql in parts.items():
        own = sql
        # A part that reads another says nothing by that.
        for other in parts.keys() - {name}:
            own = own.replace(f"({parts[other]})", other)
        lines.update(re.findall(r"'(\w+)' as kind\b", own))
    assert lines == Counter(entry.get("kind", name) for name, entry in catalogue("anomalies").items())


def test_what_is_published_may_be_what_the_catalogues_know():
    causes, anomalies = catalogue("causes"), catalogue("anomalies")
    of_senders = {name for name, entry in causes.items() if entry["stage"] == "sending"}
    bottlenecks, events = accepted_values("rpt_bottlenecks"), accepted_values("rpt_anomalies")
    assert set(bottlenecks["cause"]) == {entry.get("cause", name) for name, entry in causes.items()}
    assert set(bottlenecks["tier"]) == {entry["tier"] for entry in causes.values()}
    assert set(events["kind"]) == {entry.get("kind", name) for name, entry in anomalies.items()} | of_senders


def test_for_each_cause_there_is_what_was_done_where_it_was_mended():
    assert {entry.get("cause", name) for name, entry in catalogue("causes").items()} | {
        "moved",
        "other",
    } == set(catalogue("deeds"))


def test_each_code_has_words_of_its_own_and_is_in_use():
    codes = catalogue("codes")
    # Of several stages a line may rest on the same.
    for words in (words for of, words in codes.items() if of != "evidence"):
        assert len(set(words.values())) == len(words)
    stages = {entry["stage"] for entry in catalogue("causes").values()}
    assert stages <= set(codes["evidence"]) <= stages | set(catalogue("causes"))
    of_senders = {name for name, entry in catalogue("causes").items() if entry["stage"] == "sending"}
    assert set(codes["sender"]) == of_senders | set(accepted_values("heyreach_account_days")["idle_reason"])
    planned = (PROJECT / "models/findings/plan/fnd_plan_senders.sql").read_text(encoding="utf-8")
    assert set(codes["unplanned_sender"]) == set(re.findall(r"then '(\w+)'", planned)) - set(codes["sender"])
    of_people = re.findall(r'^ +"(\w+)": ', inspect.getsource(Finder._reason), re.MULTILINE)
    assert set(codes["unplanned"]) == {*of_people, "text", "later", "no_sender"}
    assert set(codes["severity"]) == {
        *accepted_values("rpt_bottlenecks")["verdict"],
        *accepted_values("rpt_health")["severity"],
    }
    assert set(codes["verdict"]) < set(accepted_values("rpt_segment_performance")["verdict"])
    assert set(codes["sender_state"]) == set(accepted_values("agency_senders")["state"])
    assert set(codes["over_clients"]) == set(accepted_values("agency_segments")["verdict"])
    assert set(codes["benchmark"]) == set(accepted_values("agency_benchmarks")["metric"])
    assert set(codes["benchmark_withheld"]) == set(accepted_values("agency_benchmarks")["withheld_because"])
    assert set(codes["not_listed"]) == set(accepted_values("rpt_segment_performance")["not_listed_because"])
    compared = ("rpt_change_decomposition", "rpt_account_lead_comparison", "rpt_comparisons_estimated")
    reasons = {
        reason
        for model in compared
        for reasons in re.findall(
            r"case((?:(?!\bcase\b).)*)end as not_\w+_because", model_sql(model), re.DOTALL
        )
        for reason in re.findall(r"then '(\w+)'", reasons)
    }
    assert set(codes["not_compared"]) == reasons


def test_a_code_is_said_in_sql_as_in_the_report():
    for of, words in catalogue("codes").items():
        said_in_sql = rendered("words/*.sql", f"code_words('code', '{of}')")
        with duckdb.connect() as connection:
            found = connection.execute(
                f"select code, {said_in_sql} from (select unnest(?) as code)", [[*words, "something new"]]
            ).fetchall()
        assert dict(found) == words | {"something new": None}


def accepted_values(model: str) -> dict[str, list[str]]:
    (path,) = (PROJECT / "models").rglob(f"{model}.yml")
    (described,) = yaml.safe_load(path.read_text(encoding="utf-8"))["models"]
    (rules,) = (test["valid_rows"] for test in described["data_tests"] if "valid_rows" in test)
    return rules["arguments"]["accepted_values"]


@pytest.mark.parametrize(
    ("model", "name"),
    [("rpt_health", "health_lines"), ("rpt_bottlenecks", "causes"), ("rpt_anomalies", "anomalies")],
)
def test_no_model_says_anything_in_words_of_its_own(model, name):
    entries = [
        *catalogue(name).values(),
        *catalogue("codes").values(),
        *returned("catalogue/*.sql", "dimensions()"),
    ]
    known = " ".join(str(text) for entry in entries for text in entry.values())
    found = {text.replace("''", "'") for text in _SQL_TEXT.findall(_SQL_COMMENT.sub("", model_sql(model)))}
    assert {text for text in found if len(text.split()) > 2 and text not in known} <= {EXAMPLE}


def test_how_long_a_single_event_lasts_is_said_where_it_is_described():
    (path,) = (PROJECT / "models").rglob("rpt_anomalies.yml")
    (described,) = yaml.safe_load(path.read_text(encoding="utf-8"))["models"]
    (text,) = (column["description"] for column in described["columns"] if column["name"] == "is_open")
    open_days = returned("catalogue/*.sql", "anomaly_open_days()")
    assert set(open_days) <= set(catalogue("anomalies"))
    assert [int(days) for days in re.findall(r"(\d+) days", text)] == sorted(open_days.values())
