"""What leads, services and HeyReach may have written reaches an assistant only where asked, and fenced."""

import json
import re
import shutil
import unicodedata
from pathlib import Path

import duckdb
import pytest

from dbt_project.rendering import model_sql, returned
from extract.workspace.workspace import load_workspace
from reports.assistant import queries
from reports.assistant.answering import Question
from reports.assistant.tools import _OWN_TOPICS, TOOLS, campaign, sender
from tests.conftest import Workspace
from tests.reports.assistant.asking import PROJECT, Asked, ask
from tests.reports.assistant.hostile import found, texts

ENTRIES = {entry["name"]: entry for entry in returned("catalogue/*.sql", "told_dimensions()")}
# What senders are described by is the operator's own file.
WRITTEN_BY_OTHERS = [name for name, entry in ENTRIES.items() if entry["of"] != "sender"]
NAMED_BY_OTHERS = ("campaign", "list", "company_list", "keyword", "source_list")
OURS = tuple(returned("catalogue/*.sql", "missing_segments()"))
HOSTILE = list(texts())
_FENCED = re.compile(r"<outside-([0-9a-f]{8})>.*?</outside-\1>")


@pytest.fixture(scope="module")
def planted(demo, tmp_path_factory) -> Workspace:
    """The demo's warehouse with 200 hostile texts wherever others write, told by the models' own SQL."""
    workspace, _ = demo
    data_dir = tmp_path_factory.mktemp("planted")
    (data_dir / "demo").mkdir()
    path = Path(shutil.copy(workspace.warehouse, data_dir / "demo"))
    with duckdb.connect(str(path)) as connection:
        connection.execute("set search_path = 'marts,findings,staging'")
        plant(connection)
        for model in ("rpt_assistant_segments", "rpt_assistant_stalls"):
            connection.execute(f"create or replace table marts.{model} as {model_sql(model)}")
    return Workspace(data_dir, {})


def plant(connection: duckdb.DuckDBPyConnection) -> None:
    dimensions = [WRITTEN_BY_OTHERS[number % len(WRITTEN_BY_OTHERS)] for number, _ in enumerate(HOSTILE)]
    connection.execute(
        "create temp table hostile as select text, dimension, 1000 + row_number() over () as number "
        "from (select unnest($1::varchar[]) as text, unnest($2::varchar[]) as dimension)",
        [HOSTILE, dimensions],
    )
    connection.execute("""
        insert into rpt_segment_performance by name
        select segments.* replace (text as segment, text as segment_label, number as volume_rank)
        from hostile inner join rpt_segment_performance as segments using (dimension)
        where segments.volume_rank = 1
    """)
    connection.execute("""
        insert into rpt_bottlenecks by name
        select stalls.* replace (text as segment, text as segment_label, text as why, text as what_to_do,
            text as command, number as rank, cast(number as varchar) as advice_id,
            case number % 3 when 0 then hostile.dimension when 1 then 'import' else 'file' end as dimension)
        from hostile cross join rpt_bottlenecks as stalls where stalls.rank = 1
    """)
    # What has an id keeps it; what it is called is theirs.
    columns = {
        "rpt_segment_performance": ("segment_label",),
        "fnd_segments_labeled": ("segment_label",),
        "heyreach_accounts": ("label", "account_name"),
        "rpt_account_performance": ("label",),
        "rpt_campaign_performance": ("campaign_name", "list_name"),
        "rpt_bottlenecks": ("segment_label", "why", "what_to_do"),
        "rpt_health": ("message",),
        "heyreach_leads": ("title", "company_name", "headline", "source", "keywords"),
        "rpt_lead_inbox": ("who", "title", "company_name", "why_now", "keywords"),
    }
    theirs = {
        "rpt_segment_performance": f"dimension in {NAMED_BY_OTHERS}",
        "fnd_segments_labeled": "dimension in ('campaign', 'list', 'company_list') "
        f"and segment not in {OURS}",
        "heyreach_accounts": "configuration_status = 'unmapped'",
        "rpt_health": f"topic not in {tuple(_OWN_TOPICS)}",
    }
    for table, names in columns.items():
        for place, name in enumerate(names):
            connection.execute(
                f"update {table} set {name} = list_extract($1::varchar[], 1 + (rowid * 7 + {place}) % 200) "
                f"where {theirs.get(table, 'true')}",
                [HOSTILE],
            )


@pytest.fixture(scope="module")
def calls(planted) -> list:
    """Every tool with every argument that the marts offer, and with every hostile text."""
    asked = [(tool.name, {}) for tool in TOOLS]
    keys = planted.query("select dimension, told_key, place from marts.rpt_assistant_segments order by all")
    for dimension, key, place in keys:
        if place % 8 == 1:
            asked.append(("segment", {"dimension": dimension, "after": place - 1}))
        if place % 16 == 1:
            asked.append(("segment", {"dimension": dimension, "value": key}))
    asked += [("sender", {"value": key}) for name, key, _ in keys if name == "account"]
    asked += [("campaign", {"value": key}) for name, key, _ in keys if name == "campaign"]
    for number, text in enumerate(each[:300] for each in HOSTILE):
        dimension = WRITTEN_BY_OTHERS[number % len(WRITTEN_BY_OTHERS)]
        asked.append(("segment", {"dimension": dimension, "value": text}))
        asked.append(
            (
                ("segment", {"dimension": text}),
                ("sender", {"value": text}),
                ("campaign", {"value": text}),
                ("message_test", {"name": text}),
                ("plan", {"week": text}),
                ("define", {"term": text}),
                ("which_integration", {"field": text}),
                ("totals", {text: text}),
                (text, {}),
                ("lead", {"url": text}),
            )[number % 10]
        )
    return asked


@pytest.fixture(scope="module")
def by_default(planted, calls) -> Asked:
    return ask(planted, calls)


def test_no_text_of_others_is_told_by_default(by_default, planted):
    assert found(by_default.everything) == []
    [(segments,)] = planted.query("select count(*) from marts.rpt_assistant_segments where place > 0")
    shown = {
        row["key"] for each in by_default.answers if each.data for row in each.data["rows"] if "key" in row
    }
    assert len(shown) > 0.9 * segments  # so they were really asked about


def test_every_answer_is_short(by_default):
    sizes = [len(each.text.encode()) + len(json.dumps(each.data).encode()) for each in by_default.answers]
    assert max(sizes) <= 8_192 + 1_000  # ASCII escapes of the second form come on top
    assert max(len(each.data["rows"]) for each in by_default.answers if each.data) <= 50


def test_none_of_it_is_a_failure_of_ours(by_default):
    assert "failed" not in by_default.errors
    assert len(by_default.errors.splitlines()) == len(by_default.answers) + 1


def test_persons_are_told_only_where_asked(planted, by_default):
    """Then what others wrote is told between marks that nobody could know, on one line, and cut."""
    personal = [("inbox", {}), ("what_stalls", {}), ("health", {}), ("campaign", {}), ("sender", {})]
    personal += [("segment", {"dimension": name}) for name in WRITTEN_BY_OTHERS]
    [(url,)] = planted.query("select any_value(profile_url) from marts.rpt_lead_inbox")
    told = ask(planted, [*personal, ("lead", {"url": url})], "--personal")
    assert {"lead", "inbox"} == {tool.name for tool in told.tools} - {tool.name for tool in by_default.tools}
    assert [each.text for each in told.answers if each.is_error] == []
    text = "\n".join(each.text for each in told.answers)
    assert len(found(text)) > 50
    marks = _FENCED.findall(text)
    assert len(set(marks)) > 5
    assert found(_FENCED.sub("", text)) == []
    assert [c for c in text if unicodedata.category(c) in ("Cc", "Cf") and c != "\n"] == []
    assert max(len(each[0]) for each in re.finditer(_FENCED, text)) <= 200 + 2 * len("</outside-12345678>")
    assert found(told.errors) == []


def test_no_count_of_people_is_told_of_a_sender_or_campaign_that_is_withheld(demo, tmp_path):
    (tmp_path / "demo").mkdir()
    path = Path(shutil.copy(demo[0].warehouse, tmp_path / "demo"))
    counts = ("leads_imported", "sent", "accepted", "mature_sent", "mature_accepted", "accept_rate")
    with duckdb.connect(str(path)) as connection:
        # As the models say it of whom few were asked.
        connection.execute(
            "update marts.rpt_assistant_segments set withheld_because = 'few_people', "
            f"verdict = 'suppressed', {', '.join(f'{name} = null' for name in counts)} "
            "where dimension in ('account', 'campaign')"
        )
    environment = {"OUTBOUND_DATA_DIR": str(tmp_path), "HEYREACH_API_KEY": ""}
    asked = Question(load_workspace(PROJECT, environment), {}, False)
    for answer in (sender(asked), campaign(asked)):
        withheld = [row for row in answer.rows if row["withheld_because"]]
        assert withheld
        for row in withheld:
            others = ("sent_last_7_days", "queued_running", "queued")
            assert {row.get(name) for name in (*counts, *others)} == {None}


def test_lines_of_health_that_are_told_name_nothing():
    """They say counts, minutes and numbers; whatever lists or names something is left to the report."""
    lines = returned("words/*.sql", "health_lines()")
    numbers = {"since", "until", "needed_hours", "minutes", "dating_days", "window_days", "nights", "all"}
    for topic in _OWN_TOPICS:
        # {all} is what {each} says, again and again.
        said = lines[topic]["says"] + lines[topic].get("each", "")
        facts = re.findall(r"\{(\w+)(:\w+)?\}", said)
        assert {name for name, form in facts if not form} <= numbers, topic


def test_what_describes_a_person_can_not_be_asked_for():
    sensitive = [entry["name"] for entry in returned("catalogue/*.sql", "sensitive_dimensions()")]
    assert len(sensitive) >= 3
    assert set(sensitive) & set(queries.DIMENSIONS) == set()
    assert [name for name in queries.DIMENSIONS if "gender" in name or "age_" in name] == []
