"""`make icp`, what profiles ask for, and one taken over; `make signal`, one that is typed."""

import json
from datetime import date
from pathlib import Path

import pytest

from extract.intelligence.configuration import load_configuration
from extract.intelligence.signal_files import judged
from extract.intelligence.telling import TypedSignal
from extract.people.suppression import suppressions
from extract.sandbox import DEMO_END
from extract.workspace.errors import ConfigurationError
from extract.workspace.workspace import Workspace, load_workspace
from reports.cli import main
from reports.jobs.intelligence import list_profiles, take_profile, tell_signal
from tests.projects import SHIPPED, project

EXAMPLE = SHIPPED / "examples" / "icp_profile.json"


def workspace(folder: Path, **changed: str) -> Workspace:
    return load_workspace(project(folder, **changed), {"HEYREACH_API_KEY": ""})


def shown_by(job, *arguments: object, **options: object) -> list[str]:
    shown: list[str] = []
    job(*arguments, **options, show=shown.append)
    return shown


def test_each_profile_is_shown_with_what_it_asks_for_and_what_it_does_not(tmp_path):
    here = workspace(
        tmp_path,
        icp_profiles=(
            "default: two\nprofiles:\n  one:\n    industries: [SaaS, Retail]\n    company_size_min: 1500\n"
            "  two:\n    company_size_max: 20\n    signals: {recent_funding: false, actively_hiring: false, "
            "tech_stack_change: false, leadership_change: false}\n    decision_makers: {titles: [CTO]}\n"
        ),
    )
    assert shown_by(list_profiles, here) == [
        "one",
        "  industries: retail, tech",
        "  employees: from 1,500",
        "  signals: recent_funding, actively_hiring, tech_stack_change, leadership_change, industry_growth",
        "  not asked for: funding stages, technologies they must have, technologies that are nice to have, "
        "technologies to avoid, complementary tools, competitors, geographies, titles, departments",
        "two (default)",
        "  employees: up to 20",
        "  titles: cto",
        "  signals: industry_growth",
        "  not asked for: industries, funding stages, technologies they must have, technologies that are "
        "nice to have, technologies to avoid, complementary tools, competitors, geographies, departments",
    ]
    assert not here.folder.exists()


def test_every_criterion_of_the_shipped_profiles_is_shown(tmp_path):
    shown = "\n".join(shown_by(list_profiles, workspace(tmp_path)))
    for profile in load_configuration(workspace(tmp_path)).profiles.by_name.values():
        nested = [each for each in profile.values() if isinstance(each, dict)]
        lists = [each for part in [profile, *nested] for each in part.values() if isinstance(each, list)]
        assert [each for each in lists if ", ".join(each) not in shown] == []


def test_without_profiles_it_says_so(tmp_path):
    [line] = shown_by(list_profiles, workspace(tmp_path, icp_profiles=""))
    assert line.endswith("icp_profiles.yaml has no profiles: nobody is scored")


def test_a_profile_is_only_shown_until_it_is_to_be_added(tmp_path):
    here = workspace(tmp_path)
    before = here.icp_profiles.read_text()
    block, said = shown_by(take_profile, here, EXAMPLE, None, apply=False)
    assert block.splitlines()[:3] == [
        "icp_profile:",
        "  industries: [SaaS, FinTech, HealthTech]",
        "  company_size_min: 50",
    ]
    assert said.startswith("Nothing is written: put it below `profiles:` in ")
    assert here.icp_profiles.read_text() == before

    block, said = shown_by(take_profile, here, EXAMPLE, "startups", apply=True)
    assert block.startswith("startups:\n")
    assert said.endswith("it counts from the next build on: make build")
    profiles = load_configuration(here).profiles
    assert list(profiles.by_name) == ["platform_teams", "saas", "startups"]
    assert profiles.by_name["startups"] == profiles.by_name["saas"]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        (None, "Say what the profile is to be called: PROFILE=saas"),
        ("saas", "icp_profiles.yaml has a profile 'saas' already; give it another NAME"),
        ("SaaS", "NAME: 'SaaS' can't name a profile"),
    ],
)
def test_a_name_is_needed_and_free(tmp_path, name, told):
    here = workspace(tmp_path)
    with pytest.raises(ConfigurationError, match=told):
        take_profile(here, EXAMPLE, name, apply=True, show=print)
    assert here.icp_profiles.read_text() == (SHIPPED / "icp_profiles.yaml").read_text()


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ConfigurationError, match=r"none\.json can't be read: No such file"):
        take_profile(workspace(tmp_path), tmp_path / "none.json", None, apply=False, show=print)


def test_there_has_to_be_something_to_add(capsys):
    assert main(["icp", "--apply"]) == 2
    assert "error: --apply needs a --file to add" in capsys.readouterr().err


def test_with_a_warehouse_it_is_counted_who_fits_and_by_what(demo, tmp_path):
    built, _ = demo
    here = load_workspace(
        project(tmp_path), {"HEYREACH_API_KEY": "", "OUTBOUND_DATA_DIR": str(built.data_dir)}
    )
    lines = shown_by(list_profiles, here)
    [(leads, cold, industry)] = built.query(
        "select count(*), count(*) filter (where tier = 'cold'), count(*) filter (where industry > 0) "
        "from marts.lead_score_points where icp_profile = 'saas'"
    )
    [line] = [each for each in lines if each.startswith("saas: ")]
    assert line.startswith(f"saas: {leads:,} leads, 0 hot, ") and f"{cold:,} cold" in line
    after = lines[lines.index(line) + 1]
    assert f"linkedin_profile ({leads:,})" in after and f"industry ({industry:,})" in after
    assert not any("changed since" in each for each in lines)
    changed = project(
        tmp_path / "changed", icp_profiles="profiles:\n  one:\n    industries: [SaaS]\ndefault: one\n"
    )
    here = load_workspace(changed, {"HEYREACH_API_KEY": "", "OUTBOUND_DATA_DIR": str(built.data_dir)})
    assert "the files have changed since: make build" in shown_by(list_profiles, here)[-1]


def test_a_typed_signal_is_a_line_that_the_next_run_reads(tmp_path):
    here = workspace(tmp_path)
    [said] = shown_by(
        tell_signal,
        here,
        TypedSignal("Contract Renewal", company_domain="ours.example", detail=" in  March "),
    )
    shown_by(tell_signal, here, TypedSignal("page_visit", "linkedin.com/in/sam", occurred_at="2026-01-05"))
    path = here.paths.signals / "by_hand.jsonl"
    assert said.endswith("signals/by_hand.jsonl; it counts from the next run on: make run")
    lines = path.read_bytes().splitlines()
    assert all(verdict.key for verdict in judged(lines, DEMO_END))
    first, second = map(json.loads, lines)
    assert first == {
        "signal_type": "Contract Renewal",
        "company_domain": "ours.example",
        "occurred_at": f"{DEMO_END:%Y-%m-%dT%H:%M:%SZ}",
        "detail": "in March",
        "source": "by hand",
    }
    assert second["occurred_at"] == "2026-01-05"
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)


@pytest.mark.parametrize(
    ("typed", "complaint"),
    [
        (TypedSignal("renewal", company_domain="ours.example"), "did you mean"),
        (TypedSignal("download"), "names neither profile_url nor company_domain"),
        (TypedSignal("download", "example.com/sam"), "is no person's profile"),
        (TypedSignal("download", company_domain="ours.example", occurred_at="2031-01-01"), "in the future"),
        (TypedSignal("download", "https://uk.linkedin.com/in/Erased"), "was erased"),
    ],
)
def test_a_typed_signal_that_cannot_be_used_is_refused_and_nothing_is_kept(tmp_path, typed, complaint):
    here = workspace(tmp_path)
    suppressions(here).add({"linkedin.com/in/erased"}, date(2026, 1, 1))
    with pytest.raises(ConfigurationError, match=complaint):
        shown_by(tell_signal, here, typed)
    assert not here.paths.signals.exists()
