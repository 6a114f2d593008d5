"""What it takes to add a breakdown, a field, an attribute of senders, an alarm, a route."""

import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest
import yaml

PROJECT = Path(__file__).parents[2]
CATALOGUE = "dbt_project/macros/catalogue"
CORE = "dbt_project/models/marts/core"
FILLED = "dbt_project/models/intermediate/people/int_leads_filled.sql"
STAGING = "dbt_project/models/staging/heyreach"
MARTS = {
    "leads": "heyreach_leads",
    "accounts": "heyreach_accounts",
    "connections": "heyreach_connections",
}
# As the header of dimensions.sql describes them.
KEYS = {
    *("name", "of", "column", "from", "of_person", "several", "missing", "label", "labels", "words"),
    *("shared", "sensitive", "loss", "recommendable", "decomposed", "printed"),
}
# Each sample change as file -> what stands there and what is put before it, in turn.
CHANGES = {
    "country": {
        f"{CATALOGUE}/dimensions.sql": (
            "        {\n            'name': 'company_size'",
            "        {\n            'name': 'country', 'of': 'lead', 'column': 'company_country',"
            " 'from': 'leads.company_country',\n            'missing': 'unknown', 'label': 'Country',"
            " 'loss': 105, 'recommendable': true, 'printed': 15,\n        },\n",
        ),
        FILLED: (
            "        enriched.headline,\n",
            "        lower(enriched.company_country) as company_country,\n",
        ),
        f"{CORE}/heyreach_leads.sql": (
            "    filled.company_size as company_size_raw,",
            "    filled.company_country,\n",
        ),
        f"{CORE}/heyreach_leads.yml": (
            "      - name: company_size\n",
            "      - name: company_country\n        data_type: varchar\n"
            "        description: Country of the lead's company.\n",
        ),
    },
    "persona": {
        f"{CATALOGUE}/custom_fields.sql": (
            "        {'name': 'company_size'}",
            "        {'name': 'persona', 'lower': true},\n",
        ),
        f"{CATALOGUE}/dimensions.sql": (
            "        {\n            'name': 'industry'",
            "        {\n            'name': 'persona', 'of': 'lead', 'column': 'persona',"
            " 'from': 'leads.persona', 'missing': 'unknown',\n            'label': 'Persona',"
            " 'printed': 25,\n        },\n",
        ),
        f"{CORE}/heyreach_leads.yml": (
            "      - name: company_industry\n",
            "      - name: persona\n        data_type: varchar\n"
            "        description: Persona (custom field `persona`).\n",
        ),
    },
    "team": {
        "extract/heyreach/accounts.py": (
            "    rotation_started_on: date | None",
            "    team: str | None = _described()\n",
        ),
        f"{CATALOGUE}/account_fields.sql": ("'gender', ", "'team', "),
        f"{CATALOGUE}/dimensions.sql": (
            "        {\n            'name': 'campaign'",
            "        {\n            'name': 'account_team', 'of': 'sender', 'column': 'account_team',"
            " 'from': 'accounts.team',\n            'missing': 'unassigned', 'label': 'Sender team',"
            " 'printed': 95,\n        },\n",
        ),
        f"{CORE}/heyreach_accounts.yml": (
            "      - name: gender\n",
            "      - name: team\n        data_type: varchar\n"
            "        description: Team of the sender, as configured; unknown where not.\n",
        ),
    },
    "alarm": {
        "config/settings.yaml": (
            "# How long `make purge` keeps things",
            "# Rows set aside from which on a report says so loudly. 100: a few are normal.\n"
            "many_rows_set_aside: 100\n\n",
        ),
        f"{CATALOGUE}/thresholds.sql": (
            "        'required_attribution_fields'",
            "        'many_rows_set_aside': {'default': 100, 'from': 1, 'to': 1000},\n",
        ),
        "dbt_project/macros/words/health_lines.sql": (
            "        'new_api_fields': {",
            "        'many_rows_set_aside': {\n            'severity': 'blind',\n"
            "            'says': 'As many as {rows:count} rows could not be stored; {limit} are normal.',\n"
            "        },\n",
        ),
        "dbt_project/models/reporting/health/rpt_health__pulls.sql": (
            "select\n    {{ health_line(\n        'pull_incomplete'",
            "select\n    {{ health_line(\n        'many_rows_set_aside', 'sum(row_count)',\n"
            "        {'rows': 'sum(row_count)', 'limit': 'max(many_rows_set_aside)'}\n    ) }}\n"
            "from rows_set_aside\ncross join {{ ref('stg_operations__run_parameters') }}\n"
            "having sum(row_count) > max(many_rows_set_aside)\nunion all\n",
        ),
    },
    "route": {
        "extract/raw/routes.py": (
            *("# HeyReach's own counts.", 'TAGS = Route("tags", "lead_tags/GetAll", ("tag_id",), 100)\n'),
            *("    ACCOUNT_CAMPAIGN_DAYS,\n", "    TAGS,\n"),
        ),
        "extract/heyreach/pull.py": (
            "_LISTS = (",
            "def _read_tags(pull: Pull, learnt: Learnt) -> None:\n"
            "    asking = Asking(pull, routes.TAGS.name)\n"
            "    asking.ask((), partial(read_route, pull, routes.TAGS))\n"
            '    asking.warning("they stay as they were last seen")\n\n\n',
            "    Part((routes.ACCOUNT_CAMPAIGN_DAYS.name,)",
            '    Part((routes.TAGS.name,), False, ("full",), _read_tags),\n',
        ),
        "extract/sandbox/reading.py": (
            *("ROUTES = {", 'def _tags(api, call):\n    return Rows.of([{"id": 7, "name": "warm"}])\n\n\n'),
            '    "MyNetwork/GetMyNetworkForSender"',
            '    "lead_tags/GetAll": Route("POST", _tags, MAX_LIMIT),\n',
        ),
        f"{STAGING}/_heyreach__sources.yml": (
            "      - name: lists\n",
            "      - name: tags\n        description: Observed states of tags, keyed by tag_id.\n",
        ),
        f"{STAGING}/stg_heyreach__tags.sql": (
            "",
            "with newest as (\n\n    {{ newest_observations('tags', ['tag_id']) }}\n\n)\n\n"
            "select tag_id, {{ payload_text('name') }} as tag_name, is_present from newest\n",
        ),
        f"{STAGING}/stg_heyreach__tags.yml": (
            "",
            "version: 2\n\nmodels:\n  - name: stg_heyreach__tags\n    description: One row per tag.\n",
        ),
    },
}
# The acceptance window is a value, and nothing else.
WINDOW = ("config/settings.yaml", "acceptance_window_days: 14\n", "acceptance_window_days: 10\n")
# What `problems` looks at.
READ = ("dbt_project/rendering.py", "dbt_project/macros", CORE, STAGING, FILLED, "extract")
# In the copy, a process of its own: its code and its models, on a workspace that was read once.
BUILD = '''
import json, sys
from pathlib import Path
import duckdb
from extract.heyreach.accounts import Account
from extract.sandbox import DEMO_END, DEMO_START
from extract.sandbox.api import SandboxApi
from extract.sandbox.world import World
from reports.document.queries import read_report
from reports.document.render import render_markdown
from tests.compiled import compile_project
from tests.diagnosis.operation import Operation

folder = Path(sys.argv[1])
(folder / "compiled").mkdir(parents=True)
world = World.generate("boutique", 7, 20, start=DEMO_START)
operation = Operation(folder, SandboxApi(world, now=DEMO_END))
operation.pull([(DEMO_END, "full")])
with duckdb.connect(str(operation.raw_path)) as connection:
    connection.execute(
        """
        insert into heyreach.quarantined_rows by name
        select pull_id, 'campaigns' as resource, 'no id' as reason, row_text
        from heyreach.pulls, range(101) as rows(row_text)
        where resource = 'pull'
        """
    )
    pulled = connection.execute("select outcome from heyreach.pulls where resource = 'tags'").fetchall()
account = Account("1", "Maren", "real_personal", team="north")
project = compile_project(folder / "compiled")
database = operation.build(project, [account], DEMO_START)
with duckdb.connect(str(database), read_only=True) as connection:
    columns = connection.execute("select table_name, column_name from duckdb_columns()").fetchall()
    report = read_report(connection)
    accounts = connection.execute("select team from marts.heyreach_accounts").fetchall()
    window = connection.execute("select acceptance_window_days from marts.rpt_summary").fetchall()
    tags = connection.execute("from staging.stg_heyreach__tags").fetchall()
print(json.dumps({
    "columns": columns,
    "sections": list(report["sections"]),
    "markdown": render_markdown(report, in_full=True),
    "teams": accounts,
    "window": window,
    "pulled": pulled,
    "tags": tags,
    "queries": {model.relation.rpartition(".")[2].strip('"'): model.query for model in project.models},
}))
'''


def copied(folder: Path) -> Path:
    """A copy of what git knows of the project."""
    names = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    for name in filter(None, names.split("\0")):
        if (PROJECT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(PROJECT / name, folder / name)
    return folder


def make(change: dict[str, tuple[str, ...]], tree: Path, *, without: str = "") -> None:
    for name in change.keys() - {without}:
        text = (tree / name).read_text() if (tree / name).exists() else ""
        for place, added in zip(change[name][::2], change[name][1::2], strict=True):
            assert text.count(place) == 1, (name, place)
            text = text.replace(place, added + place)
        (tree / name).write_text(text)


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copied(tmp_path_factory.mktemp("catalogue") / "project")


@pytest.fixture(scope="module")
def changed(tree: Path, tmp_path_factory: pytest.TempPathFactory) -> dict:
    """What comes of all changes together: columns and queries of the models, and a report."""
    everything = tree.with_name("changed")
    shutil.copytree(tree, everything)
    for change in CHANGES.values():
        make(change, everything)
    name, before, now = WINDOW
    assert before in (everything / name).read_text()
    (everything / name).write_text((everything / name).read_text().replace(before, now))
    outcome = subprocess.run(
        [sys.executable, "-c", BUILD, tmp_path_factory.mktemp("built")],
        cwd=everything,
        env=os.environ | {"PYTHONPATH": str(everything)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert outcome.returncode == 0, outcome.stderr[-3000:]
    assert not problems(everything)
    return json.loads(outcome.stdout.splitlines()[-1])


def test_a_change_takes_four_files_at_most_and_a_route_six():
    assert {name: len(change) for name, change in CHANGES.items()} == {
        "country": 4,
        "persona": 3,
        "team": 4,
        "alarm": 4,
        "route": 6,
    }


@pytest.mark.parametrize(
    ("mart", "column", "dimension", "fact", "printed"),
    [
        ("heyreach_leads", "company_country", "country", "company_country", "country"),
        ("heyreach_leads", "persona", "persona", "persona", "persona"),
        ("heyreach_accounts", "team", "account_team", "account_team", "sender team"),
    ],
    ids=["country", "persona", "team"],
)
def test_what_is_added_is_in_marts_comparisons_and_report(changed, mart, column, dimension, fact, printed):
    for model, name in ((mart, column), ("fnd_connections_described", fact), ("fnd_period_facts", fact)):
        assert [model, name] in changed["columns"]
    for model in (
        "fnd_segments_compared",
        "fnd_segment_bounds",
        "rpt_time_to_accept",
        "fnd_segments_labeled",
    ):
        assert f"'{dimension}' as dimension" in changed["queries"][model]
    assert f"by_{dimension}" in changed["sections"]
    assert re.search(rf"^Not collected, .*\b{printed}\b", changed["markdown"], re.MULTILINE)


def test_a_custom_field_is_read_from_lists_and_imports_and_may_be_required(changed):
    assert ["int_lead_evidence", "persona"] in changed["columns"]
    assert ["stg_importer__import_rows", "custom_persona"] in changed["columns"]
    assert "like '%,persona,%'" in changed["queries"]["int_connections_attributed"]


def test_an_alarm_with_a_threshold_is_in_the_report(changed):
    assert "As many as 101 rows could not be stored; 100 are normal." in changed["markdown"]
    assert ["stg_operations__run_parameters", "many_rows_set_aside"] in changed["columns"]


def test_what_a_route_brings_is_pulled_stored_and_staged(changed):
    assert changed["pulled"] == [["complete"]]
    assert changed["tags"] == [["7", "warm", True]]


def test_the_acceptance_window_is_changed_in_one_place(changed):
    assert changed["window"] == [[10]]
    assert "within 10 days of being sent" in changed["markdown"]


def test_an_attribute_of_senders_comes_from_the_account_file_and_is_widened_like_others(changed):
    assert ["north"] in changed["teams"]
    compared = changed["queries"]["fnd_segments_compared"]
    [names] = set(re.findall(r"when \w+\.dimension in \((.*?)\)\s+then greatest\(1,", compared))
    assert "'account_team'" in names and "'account'" not in names


@pytest.mark.parametrize(
    ("name", "file", "problem"),
    [
        ("country", f"{CORE}/heyreach_leads.sql", "heyreach_leads.sql gives no company_country"),
        ("country", f"{CORE}/heyreach_leads.yml", "heyreach_leads.yml has no company_country"),
        ("persona", f"{CATALOGUE}/custom_fields.sql", "heyreach_leads.sql gives no persona"),
        ("persona", f"{CORE}/heyreach_leads.yml", "heyreach_leads.yml has no persona"),
        ("team", "extract/heyreach/accounts.py", "accounts.py and account_fields.sql differ in team"),
        ("team", f"{CATALOGUE}/account_fields.sql", "accounts.py and account_fields.sql differ in team"),
        ("team", f"{CORE}/heyreach_accounts.yml", "heyreach_accounts.yml has no team"),
        ("route", "extract/raw/routes.py", "the source tags is filled by no route"),
        ("route", "extract/heyreach/pull.py", "pull.py never reads TAGS"),
        ("route", "extract/sandbox/reading.py", "the sandbox has no lead_tags/GetAll"),
        ("route", f"{STAGING}/_heyreach__sources.yml", "_heyreach__sources.yml has no tags"),
        ("route", f"{STAGING}/stg_heyreach__tags.sql", "no staging model reads tags"),
        ("route", f"{STAGING}/stg_heyreach__tags.yml", "stg_heyreach__tags has no description"),
    ],
)
def test_a_file_that_is_forgotten_is_named(tree, tmp_path, name, file, problem):
    for part in READ:
        (tmp_path / part).parent.mkdir(parents=True, exist_ok=True)
        copy = shutil.copytree if (tree / part).is_dir() else shutil.copy2
        copy(tree / part, tmp_path / part)
    make(CHANGES[name], tmp_path, without=file)
    assert problem in problems(tmp_path)


def test_the_catalogues_agree_with_what_they_name(tree):
    assert problems(tree) == []


def test_an_entry_says_what_the_header_describes(tree):
    entries = _module(tree, "dbt_project/rendering.py").returned("catalogue/*.sql", "dimensions()")
    header = (tree / CATALOGUE / "dimensions.sql").read_text().partition("-#}")[0]
    assert set(re.findall(r"^    (\w+)  ", header, re.MULTILINE)) == KEYS
    for entry in entries:
        assert set(entry) <= KEYS
        assert {"name", "of", "column", "label"} <= set(entry)
        assert entry["of"] in ("lead", "sender", "campaign")
        assert not (entry["of"] == "sender" and "recommendable" in entry)
        assert not ("sensitive" in entry and {"loss", "recommendable", "decomposed"} & set(entry))
        assert "missing" in entry or "several" in entry
    for key in ("name", "column", "loss", "printed"):
        values = [entry[key] for entry in entries if key in entry]
        assert len(values) == len(set(values)), key


def problems(tree: Path) -> list[str]:
    """What a catalogue names and another file doesn't have, or the other way round."""
    rendering = _module(tree, "dbt_project/rendering.py")
    listed = {
        name: rendering.returned("catalogue/*.sql", f"{name}()")
        for name in ("dimensions", "attribution_fields", "account_fields")
    }
    needed = {("heyreach_leads", field) for field in listed["attribution_fields"]}
    needed |= {("heyreach_accounts", field) for field in listed["account_fields"]}
    for entry in listed["dimensions"]:
        column = entry.get("several", entry["column"])
        found = re.fullmatch(r"(\w+)\.(\w+)", entry.get("from", f"connections.{column}"))
        if found and found[1] != "scores":  # of which there are two marts, with one macro for their columns
            needed.add((MARTS[found[1]], found[2]))
    columns = {mart: _contract(tree, mart) for mart in MARTS.values()}
    given = _given(tree, rendering)
    return sorted(
        [f"{mart}.yml has no {column}" for mart, column in needed if column not in columns[mart]]
        + [
            f"{mart}.sql gives no {column}"
            for mart in MARTS.values()
            for column in columns[mart] - given[mart]
        ]
        + [
            f"accounts.py and account_fields.sql differ in {field}"
            for field in set(listed["account_fields"])
            ^ set(_module(tree, "extract/heyreach/accounts.py").DESCRIBED)
        ]
        + _problems_of_routes(tree)
    )


def _problems_of_routes(tree: Path) -> list[str]:
    """Where a route, its table, its source and its models don't go together."""
    module = _module(tree, "extract/raw/routes.py")
    routes = {name: route for name, route in vars(module).items() if isinstance(route, module.Route)}
    [source] = yaml.safe_load((tree / STAGING / "_heyreach__sources.yml").read_text())["sources"]
    # Webhook payloads come as files.
    sources = {table["name"] for table in source["tables"]} - {"webhook_events"}
    models = {path.stem: path.read_text() for path in sorted((tree / STAGING).glob("*.sql"))}
    described = {path.stem for path in sorted((tree / STAGING).glob("stg_*.yml"))}
    pull = (tree / "extract/heyreach/pull.py").read_text()
    sandbox = "".join(path.read_text() for path in sorted((tree / "extract/sandbox").glob("*.py")))
    stored = {route.name for route in module.ROUTES}
    return [
        *(f"the source {name} is filled by no route" for name in sources - stored),
        *(f"_heyreach__sources.yml has no {name}" for name in stored - sources),
        *(f"ROUTES of routes.py has no {name}" for name, route in routes.items() if route.name not in stored),
        *(f"pull.py never reads {name}" for name in routes if f"routes.{name}.name" not in pull),
        *(
            f"the sandbox has no {route.path}"
            for route in routes.values()
            if f'"{route.path}"' not in sandbox
        ),
        *(
            f"no staging model reads {name}"
            for name in stored
            if not any(f"('{name}'" in text or f"'heyreach', '{name}'" in text for text in models.values())
        ),
        *(f"{name} has no description" for name in set(models) - described),
        *(f"{name} is described, and isn't there" for name in described - set(models)),
    ]


def _contract(tree: Path, mart: str) -> set[str]:
    [model] = yaml.safe_load((tree / CORE / f"{mart}.yml").read_text())["models"]
    return {column["name"] for column in model["columns"]}


def _given(tree: Path, rendering: ModuleType) -> dict[str, set[str]]:
    """The columns that the last step of each mart gives."""
    macros = [path.read_text() for path in sorted((tree / "dbt_project" / "macros").rglob("*.sql"))]
    macros = [text for text in macros if "{% materialization" not in text and "{% test" not in text]
    models = [(tree / CORE / f"{mart}.sql").read_text() for mart in MARTS.values()]
    texts = rendering.environment().from_string("".join(macros) + "\0".join(models)).render().split("\0")
    # The last step is called `final`, or has no name.
    selected = [
        text.rpartition("final as (")[2].partition("\n    from ")[0]
        if "final as (" in text
        else text.rpartition("\nselect\n")[2].partition("\nfrom ")[0]
        for text in texts
    ]
    return {
        mart: set(re.findall(r"(\w+),?$", columns, re.MULTILINE))
        for mart, columns in zip(MARTS.values(), selected, strict=True)
    }


def _module(tree: Path, name: str) -> ModuleType:
    """A module of a copy, which finds its own files there."""
    spec = importlib.util.spec_from_file_location(f"copied_{Path(name).stem}", tree / name)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module
