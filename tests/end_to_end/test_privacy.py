"""Privacy in operation: people who were erased, data that is too old, and who may read the files."""

import csv
import json
import os
import shutil
import signal
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import duckdb
import pytest

from extract.acting.leads_file import write_leads
from extract.acting.ledger import Act, ActLedger, Stop
from extract.enrichment.command import EnrichOptions, run_enrich
from extract.people.profile_urls import parse_profile_urls
from extract.pipeline import suppressions
from extract.privacy import erase, purge
from extract.raw import landing_contents
from extract.raw.landing import finished_folders
from extract.sandbox.process import Sandbox, running_sandbox
from extract.workspace.paths import Paths
from extract.workspace.settings_file import RetentionSettings
from extract.workspace.workspace import Workspace as Opened
from extract.workspace.workspace import load_workspace
from reports.cli.frame import PROJECT_DIR
from reports.server.job_ledger import JobLedger
from tests.compiled import Project, instead_of_dbt
from tests.conftest import Outcome, Workspace
from tests.end_to_end.conftest import FIRST_PULL, workspace_on
from tests.extract.enrichment.stand_ins import Asked, stand_ins
from tests.forking import forking
from tests.projects import project

CAMPAIGN = "40101"
SLUG, NAME, ADDRESS = "zephyrine-ostrowarth", "Zephyrine Ostrowarth", "z.ostrowarth@example.org"
STRANGER = "only-a-visitor"
OTHERS = ["imported-anna", "imported-bo"]
WORK_ADDRESS = "zo@ostro.example.com"
# What an erased person is looked for by, in any case of the letters.
TRACES = (SLUG, "zephyrine", "ostrowarth", ADDRESS, WORK_ADDRESS)


VISITS = "select count(*) from marts.signal_events where signal_type = 'page_visit'"


def lead_file(path: Path) -> Path:
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["profile_url", "first_name", "last_name", "email", "source", "icp", "domain"])
        cells = [ADDRESS, "crm", "sre", "ostro.example.com"]
        writer.writerow([f"https://www.linkedin.com/in/{SLUG}/", *NAME.split(), *cells])
        for slug in OTHERS:
            writer.writerow([f"https://www.linkedin.com/in/{slug}", "Quill", slug, "", *cells[1:]])
    return path


def webhook(slug: str, name: str, number: int) -> str:
    """A payload as a receiver saves it, with one escape that JSON allows."""
    payload = {
        "event_type": "connection_request_sent",
        "timestamp": "2026-01-28T01:00:00Z",
        "correlation_id": f"{slug}-{number}",
        "campaign": {"id": int(CAMPAIGN), "name": "Q1"},
        "sender": {"id": 50101},
        "lead": {
            "id": "1",
            "profile_url": f"https://uk.linkedin.com/in/{slug.title()}?x=1",
            "full_name": name,
        },
    }
    return json.dumps(payload).replace("/", "\\/") + "\n"


def visit(slug: str) -> str:
    """A line of a signal file, as a site that knows its visitors writes it."""
    visitor = {"profile_url": f"https://uk.linkedin.com/in/{slug.title()}", "detail": f"{slug} on /pricing"}
    return json.dumps({**visitor, "signal_type": "page_visit", "occurred_at": "2026-01-20"}) + "\n"


def done(workspace: Workspace, *arguments: str) -> None:
    """Call the command line, which must succeed."""
    outcome = workspace.run(*arguments)
    assert outcome.exit_code == 0, outcome.errors


def enrich(workspace: Workspace, names: str, file: Path | None = None) -> None:
    """Ask stand-ins about the people of a file, or of the warehouse."""
    folder = workspace.data_dir.parent / "project"
    paces = "apollo: 6000, hunter: 6000, builtwith: 6000, datagen: 6000"
    project(folder, enrichment=f"requests_per_minute: {{{paces}}}\nkeep_post_characters: 60\n")
    with stand_ins() as served:
        served.answers |= {"hunter": hunter_by_name, "apollo": apollo_by_link, "datagen": posts_by_link}
        # Answered before the next pull, so that its warehouse holds the answers.
        given = {"OUTBOUND_DATA_DIR": str(workspace.data_dir), "OUTBOUND_AS_OF": FIRST_PULL.isoformat()}
        configured = load_workspace(folder, {**given, **workspace.environment, **served.environment()})
        run_enrich(configured, EnrichOptions(names, file, back_off=0.01), lambda line: None)


def follow(workspace: Opened) -> None:
    """Leave what following a line of the report leaves: a file of leads, and leads stopped by an act."""
    links = [f"https://www.linkedin.com/in/{slug}/" for slug in (SLUG, OTHERS[0])]
    leads = [{"why": "waits", "profile_url": link} for link in links]
    write_leads(workspace, workspace.paths.lead_files / "line.csv", leads)
    act = Act("resume-1", workspace.base_url, "resume", CAMPAIGN, "source=crm", FIRST_PULL)
    with ActLedger(workspace.paths.act_ledger) as ledger:
        ledger.plan(act)
        stops = [Stop(str(number), link) for number, link in enumerate(links)]
        ledger.plan_stops(act, stops)
        ledger.record(act, "done", FIRST_PULL, stops)


def hunter_by_name(request: Asked) -> tuple[int, dict]:
    """A work address of the first person, none of the others; each address is a valid one."""
    if request.path == "email-verifier":
        return 200, {"data": {"email": request.query["email"], "status": "valid", "score": 90}}
    email = WORK_ADDRESS if request.query["first_name"] == NAME.split()[0] else None
    return 200, {"data": {"email": email, "score": 90}}


def apollo_by_link(request: Asked) -> tuple[int, dict]:
    """A private address for everybody, and a headline that says who they are."""
    slug = request.subject.rpartition("/")[2]
    return 200, {"person": {"email": f"{slug}@private.example.org", "headline": f"I am {slug.upper()}"}}


def posts_by_link(request: Asked) -> tuple[int, dict]:
    """A post that says who wrote it."""
    slug = request.subject.rpartition("/")[2]
    post = {"text": f"{slug.upper()} writes", "activityDate": "2026-01-02", "activityUrl": "https://x/1"}
    return 200, {"success": True, "data": {"success": True, "result": {"posts": [post]}}}


def found(folder: Path, *texts: str) -> dict[str, set[str]]:
    """Text -> names of the files that hold it: in their bytes, or in a row of a DuckDB file."""
    places: dict[str, set[str]] = {}
    for path in folder.rglob("*"):
        if not path.is_file():
            continue
        content = path.read_bytes().lower()
        if path.suffix == ".duckdb":
            content += rows_of(path)
        for text in texts:
            if text.lower().encode() in content:
                places.setdefault(text, set()).add(path.name)
    return places


def rows_of(path: Path) -> bytes:
    with duckdb.connect(str(path), read_only=True) as connection:
        tables = connection.execute("select schema_name, table_name from duckdb_tables()").fetchall()
        rows = [
            row[0]
            for schema, table in tables
            for row in connection.execute(
                f'select to_json(each)::varchar from "{schema}"."{table}" as each'
            ).fetchall()
        ]
    return "\n".join(rows).lower().encode()


def nameless(workspace: Workspace, lead: dict) -> str:
    """How a report calls somebody whose name it doesn't tell."""
    [parsed] = parse_profile_urls([lead["profile_url"]])
    [(title, company)] = workspace.query(
        f"select title, company_name from marts.heyreach_leads where normalized_profile_url = '{parsed.key}'"
    )
    return f"{title}, {company}"


def counts_of(workspace: Workspace) -> Path:
    return Paths(workspace.data_dir).erasures


def opened(workspace: Workspace) -> Opened:
    environment = {"OUTBOUND_DATA_DIR": str(workspace.data_dir), **workspace.environment}
    return load_workspace(PROJECT_DIR, environment)


@dataclass(frozen=True)
class Story:
    """A workspace in which two people are erased, and what it was like before."""

    sandbox: Sandbox
    workspace: Workspace
    before: Path
    lead: dict
    erased: Outcome


@pytest.fixture(scope="module")
def story(compiled: Project, tmp_path_factory: pytest.TempPathFactory):
    """One person known from an import, a webhook and a report; one who accepted a request.

    In a folder whose name would end a text in SQL. dbt itself reports another period, and leaves its files
    there.
    """
    folder = tmp_path_factory.mktemp("privacy") / "o'brien"
    folder.mkdir()
    with running_sandbox(seed=17, leads=150, now=FIRST_PULL) as sandbox:
        workspace = workspace_on(sandbox, folder / "data", IMPORT_READ_BACK_WAITS="0,0")
        data = workspace.data_dir
        (data / "webhooks").mkdir(parents=True)
        (data / "profiles").mkdir()
        (data / "profiles" / f"{SLUG}.txt").write_text(f"{NAME}, platform engineer")
        (data / "webhooks" / "a.jsonl").write_text(webhook(SLUG, NAME, 1) + webhook(OTHERS[0], "Quill", 1))
        (data / "signals").mkdir()
        (data / "signals" / "site.jsonl").write_text(visit(SLUG) + visit(OTHERS[0]))
        file = lead_file(folder / "leads.csv")
        done(workspace, "import", "--file", str(file), "--campaign", CAMPAIGN, "--apply")
        done(workspace, "import", "--file", str(file), "--upstream", "--apply")
        enrich(workspace, "hunter,builtwith,apollo,profile_text,hunter_verifier,linkedin_posts", file)
        with instead_of_dbt(compiled):
            done(workspace, "run", "--against", "2025-10-01..2025-10-20")
        link = f"https://www.linkedin.com/in/{SLUG}"
        done(workspace, "watch", "--url", link)
        done(workspace, "inbox", "--dismiss", link, "--reason", f"{NAME} left")
        with JobLedger(opened(workspace).paths.job_ledger) as jobs:
            jobs.ask("enrich", {"lead_id": "1"}, FIRST_PULL, person=f"linkedin.com/in/{SLUG}")
        done(workspace, "messages", "--url", link, "--step", "first_message", "--text", f"Thanks, {NAME}")
        done(workspace, "report", "--since", "2026-01-12", "--format", "json")
        assert list((data / "dbt").rglob("*.sql"))
        enrich(workspace, "apollo,heyreach_network")
        (data / "reports" / "leads.md").write_text(
            f"| {NAME} | {ADDRESS} | https://linkedin.com/in/{SLUG} |\n"
        )
        follow(opened(workspace))
        lead = next(each for each in sandbox.truth()["leads"] if each["accepted_at"] and each["profile_url"])
        (data / "reports" / "inbox.md").write_text(f"1. **{nameless(workspace, lead)}** (hot)\n")
        shutil.copy(data / "raw.duckdb", data / "raw.set-aside-2026-01-27T020000.duckdb")
        shutil.copytree(data, folder / "before")
        erase.erase(opened(workspace), lead["profile_url"])
        with instead_of_dbt(compiled):
            erased = workspace.run("erase", "--url", f"https://uk.linkedin.com/in/{SLUG.title()}?trk=people")
        yield Story(sandbox, workspace, folder / "before", lead, erased)


def test_before_the_person_is_everywhere(story):
    """Or the other tests would find nothing for the wrong reason."""
    places = found(story.before, *TRACES)
    assert set(places) == set(TRACES)
    assert places[SLUG] >= {
        *("a.jsonl", "campaign_leads.jsonl", "list_leads.jsonl", "import_rows.jsonl", "webhook_events.jsonl"),
        *("raw.duckdb", "warehouse.duckdb", "imports.sqlite", "leads.md", "line.csv", "acts.sqlite"),
        *("enrichment.sqlite", "enrichment_asks.jsonl", "enrichment_answers.jsonl", "watches.jsonl"),
        *("changed_texts.jsonl", "dismissals.jsonl", "jobs.sqlite"),
        *("site.jsonl", "signal_lines.jsonl"),
    }
    with duckdb.connect(str(story.before / "raw.duckdb"), read_only=True) as connection:
        for table in ("watches", "dismissals"):
            assert connection.execute(f"select count(*) from heyreach.{table}").fetchall() == [(1,)]
    assert places[WORK_ADDRESS] >= {"enrichment.sqlite", "enrichment_answers.jsonl", "raw.duckdb"}
    [written], [document] = (list(story.before.glob(f"enrichment/*.{kind}")) for kind in ("csv", "json"))
    assert SLUG in written.read_text()
    assert SLUG in document.read_text()
    with duckdb.connect(str(story.before / "warehouse.duckdb"), read_only=True) as connection:
        keys = connection.execute("select source, entity_key from marts.enrichment_cache").fetchall()
        visits = connection.execute(VISITS).fetchall()
    assert visits == [(2,)]
    by_name = ("hunter", f"{NAME.lower()} ostro.example.com")
    by_link = {(name, f"linkedin.com/in/{SLUG}") for name in ("apollo", "linkedin_posts")}
    assert {*by_link, by_name, ("hunter_verifier", ADDRESS), ("builtwith", "ostro.example.com")} <= set(keys)


def test_only_the_others_visits_are_told_afterwards(story):
    assert story.workspace.query(VISITS) == [(1,)]


def test_whoever_was_not_erased_stays_among_those_to_follow_and_those_stopped(story):
    data = story.workspace.data_dir
    assert OTHERS[0] in (data / "leads" / "line.csv").read_text()
    with ActLedger(data / "acts.sqlite") as ledger:
        [act] = ledger.acts()
        assert [(stop.campaign_lead_id, stop.state) for stop in ledger.stops(act)] == [("1", "done")]


def test_a_quotation_mark_in_the_name_of_the_data_folder_stops_no_step(story):
    """It was pulled, imported, enriched, built, reported and erased in it."""
    assert "'" in str(story.workspace.data_dir)
    assert story.erased.exit_code == 0, story.erased.errors
    assert story.workspace.query("select count(*) > 0 from marts.heyreach_connections") == [(True,)]


def test_an_erased_person_is_nowhere(story):
    assert story.erased.exit_code == 0, story.erased.errors
    assert "no file of" in story.erased.printed
    slug = story.lead["profile_url"].rstrip("/").rpartition("/")[2]
    assert found(story.workspace.data_dir, *TRACES, slug) == {}
    assert found(story.workspace.data_dir, *OTHERS).keys() == set(OTHERS)


def test_a_report_that_calls_them_by_title_and_company_does_so_no_more(story):
    before, after = (
        (place / "reports" / "inbox.md").read_text() for place in (story.before, story.workspace.data_dir)
    )
    assert len(before) > len("1. **, ** (hot)\n") + 10
    assert after == "1. **[erased]** (hot)\n"


def test_their_requests_leave_the_counts_and_the_reconciliation_knows(story):
    counted = "select count(*), count(*) filter (is_accepted) from marts.heyreach_connections"
    with duckdb.connect(str(story.before / "warehouse.duckdb"), read_only=True) as connection:
        [(rows, accepted)] = connection.execute(counted).fetchall()
    assert story.workspace.query(counted) == [(rows - 2, accepted - 1)]
    assert story.workspace.query(
        "select event, erased, gap, days_apart, is_within_tolerance from marts.rpt_reconciliation "
        f"where campaign_id = '{story.lead['campaign_id']}' and account_id = '{story.lead['account_id']}' "
        "order by event"
    ) == [("accepted", 1, 0, 0, True), ("sent", 1, 0, 0, True)]
    # The counts outlive raw: they lie beside it, and the rows of the other person are among them.
    kept = [json.loads(line) for line in counts_of(story.workspace).read_text().splitlines()]
    assert sorted(row["lead_rows"] for row in kept) == [1, 1]
    assert story.workspace.query("select affected from marts.rpt_health where topic = 'people_erased'") == [
        (2,)
    ]
    assert story.workspace.query(
        "select file_rows, people from marts.heyreach_imports where known_from = 'ledger'"
    ) == [(2, 2)]


def test_the_period_that_was_compared_is_compared_again(story):
    query = "select against_since, against_until from staging.stg_operations__run_parameters"
    with duckdb.connect(str(story.before / "warehouse.duckdb"), read_only=True) as connection:
        published = connection.execute(query).fetchall()
    assert story.workspace.query(query) == published
    assert None not in published[0]


def test_they_are_kept_out_of_pulls_webhook_files_and_imports(story, tmp_path):
    """HeyReach still has them, and so have the receiver and the operator's file."""
    shutil.copytree(story.workspace.data_dir, tmp_path / "data")
    workspace = workspace_on(story.sandbox, tmp_path / "data", IMPORT_READ_BACK_WAITS="0,0")
    story.sandbox.set_clock(FIRST_PULL + timedelta(days=2))
    with (tmp_path / "data" / "webhooks" / "a.jsonl").open("a") as file:
        file.write(
            webhook(SLUG, NAME, 2) + f"<html>linkedin.com/in/{SLUG}\n" + webhook(OTHERS[1], "Quill", 2)
        )
    with (tmp_path / "data" / "signals" / "site.jsonl").open("a") as file:
        file.write(visit(SLUG) + visit(OTHERS[1]))
    pulled = workspace.run("extract")
    assert pulled.exit_code == 0, pulled.errors
    imported = workspace.run(
        *("import", "--file", str(lead_file(tmp_path / "leads.csv")), "--list", "60190", "--apply")
    )
    assert "1 who were erased" in imported.printed
    for outcome in (pulled, imported):
        assert not any(trace in (outcome.printed + outcome.errors).lower() for trace in TRACES)
    slug = story.lead["profile_url"].rstrip("/").rpartition("/")[2]
    assert found(tmp_path / "data", *TRACES, slug) == {}
    with duckdb.connect(str(tmp_path / "data" / "raw.duckdb"), read_only=True) as connection:
        assert connection.execute(
            "select sum(lead_rows) from heyreach.erased_lead_counts where noted_by not like 'erasure-%'"
        ).fetchall() == [(2,)]
        for table in ("webhook_events", "signal_lines"):
            assert connection.execute(f"select count(*) from heyreach.{table}").fetchall() == [(2,)]
    # A raw database made anew knows them no more than the old one, and still how many were erased.
    recovered = workspace.run("recover")
    assert recovered.exit_code == 0, recovered.errors
    assert found(tmp_path / "data", *TRACES, slug) == {}
    with duckdb.connect(str(tmp_path / "data" / "raw.duckdb"), read_only=True) as connection:
        assert connection.execute(
            "select sum(lead_rows) from heyreach.erased_lead_counts where noted_by like 'erasure-%'"
        ).fetchall() == [(2,)]
        assert connection.execute("select count(*) from heyreach.signal_lines").fetchall() == [(2,)]


_KILLED = """
import os, signal
from pathlib import Path
from extract.privacy import erase, files
from extract.workspace.workspace import load_workspace
def dying(function, steps):
    def step(*arguments):
        if next(steps, None) is None:
            os.kill(os.getpid(), signal.SIGKILL)
        return function(*arguments)
    return step
def work(project, count, url):
    steps = iter(range(int(count)))
    for name in ("replace", "pwrite", "fsync"):
        setattr(os, name, dying(getattr(os, name), steps))
    erase.erase(load_workspace(Path(project), os.environ), url)
    return 0
"""


@pytest.fixture(scope="module")
def killed_at():
    """Erases somebody in a process that is killed at a step of writing; returns its exit code and lines."""
    with forking(_KILLED) as process:
        yield process


@pytest.mark.parametrize("steps", [3, 9, 14])
def test_killed_in_the_middle_it_is_completed_by_running_it_again(story, killed_at, tmp_path, steps):
    shutil.copytree(story.before, tmp_path / "data")
    for name in ("warehouse.duckdb", "reports"):  # built anew by the command, as the test above shows
        path = tmp_path / "data" / name
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    url = f"linkedin.com/in/{SLUG}"
    workspace = Workspace(tmp_path / "data", story.workspace.environment)

    def damaged() -> list[dict]:
        folders = finished_folders(tmp_path / "data" / "landing")
        assert folders
        return [faults for folder in folders if (faults := landing_contents.faults(folder))]

    environment = {**workspace.environment, "OUTBOUND_DATA_DIR": str(tmp_path / "data")}
    exit_code, _ = killed_at(environment, str(PROJECT_DIR), str(steps), url)
    assert exit_code == -signal.SIGKILL
    assert found(tmp_path / "data", *TRACES)
    assert damaged() == []
    erase.erase(opened(workspace), url)
    assert found(tmp_path / "data", *TRACES) == {}
    assert damaged() == []


@pytest.mark.parametrize(
    ("url", "reason"), [("", "needs URL="), ("https://www.linkedin.com/company/acme", "not_a_person")]
)
def test_a_url_of_nobody_is_refused(story, url, reason):
    outcome = story.workspace.run("erase", "--url", url)
    assert outcome.exit_code == 2
    assert reason in outcome.errors


def test_what_is_too_old_is_shown_first_and_deleted_when_asked_for(story, tmp_path):
    shutil.copytree(story.before, tmp_path / "data")
    workspace = workspace_on(story.sandbox, tmp_path / "data")
    data = tmp_path / "data"
    long_ago = FIRST_PULL.timestamp() - 400 * 86_400
    reports = [path for path in (data / "reports").glob("*.md") if path.stem != "latest"]
    old = [*finished_folders(data / "landing"), *reports]
    for path in old:
        os.utime(path, (long_ago, long_ago))
    shown = workspace.run("purge", OUTBOUND_AS_OF="2026-02-01")
    assert shown.exit_code == 0, shown.errors
    assert all(path.exists() for path in old)
    assert "too old: landing folders: 1 (" in shown.printed
    assert "too old: reports, results and files of leads: 3 (" in shown.printed
    assert "too old: leads without activity: 0" in shown.printed
    deleted = workspace.run("purge", "--apply", OUTBOUND_AS_OF="2026-02-01")
    assert deleted.exit_code == 0, deleted.errors
    assert not any(path.exists() for path in old)
    assert (data / "raw.duckdb").exists()


def test_leads_that_did_nothing_for_long_go_and_stay_away_until_they_are_imported_again(story, tmp_path):
    shutil.copytree(story.before, tmp_path / "data")
    aged = replace(
        opened(workspace_on(story.sandbox, tmp_path / "data")),
        retention=RetentionSettings(keep_leads_months=1),
    )
    # One whom nothing but a line of a signal file names; the same of a lead who did something.
    raw_file, site = tmp_path / "data" / "raw.duckdb", tmp_path / "data" / "signals" / "site.jsonl"
    with site.open("a") as file:
        file.write(visit(STRANGER))
    with duckdb.connect(str(raw_file)) as connection:
        lines = [(visit(slug), FIRST_PULL - timedelta(days=60)) for slug in (STRANGER, OTHERS[0])]
        sql = "insert into heyreach.signal_lines (event_key, payload, observed_at) values (uuid(), ?, ?)"
        connection.executemany(sql, lines)
    old = purge.find(aged, tmp_path / "data" / "warehouse.duckdb", FIRST_PULL)
    assert 0 < old.inactive.leads < 150
    assert old.told == [f"linkedin.com/in/{STRANGER}"]
    # What is told of them is true: nothing happened for a month.
    idle = [
        lead["profile_url"].rstrip("/").rpartition("/")[2].lower()
        for lead in story.sandbox.truth(FIRST_PULL)["leads"]
        if lead["profile_url"]
        and all(
            datetime.fromisoformat(lead[moment]) < FIRST_PULL - timedelta(days=31)
            for moment in ("enrolled_at", "sent_at", "accepted_at", "withdrawn_at", "failed_at")
            if lead[moment]
        )
    ]
    assert {key.rpartition("/")[2].lower() for key in old.inactive.people} <= set(idle)
    assert purge.apply(aged, old)
    slugs = [key.rpartition("/")[2] for key in old.inactive.people if key.isascii()]
    (tmp_path / "data" / "warehouse.duckdb").unlink()  # built anew by the command
    assert slugs
    assert found(tmp_path / "data", STRANGER, *(f"/in/{slug}" for slug in slugs)) == {}
    people = suppressions(aged)
    assert people.erased(old.inactive.people) == set(old.inactive.people)
    assert people.erased(old.inactive.people, only_on_request=True) == set()


def test_everything_a_run_writes_is_for_its_owner_only(demo):
    workspace, _ = demo
    modes = {
        str(path.relative_to(workspace.data_dir)): oct(path.stat().st_mode & 0o777)
        for path in workspace.data_dir.rglob("*")
        if path.stat().st_mode & 0o077
    }
    assert modes == {}
