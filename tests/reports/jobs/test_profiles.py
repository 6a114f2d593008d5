"""A profile that is edited: how many leads it would match, by the same models that build the scores."""

import time
from dataclasses import replace

import pytest

from extract.intelligence.adding import ChangedMeanwhileError
from extract.intelligence.counting import counted
from extract.workspace.workspace import Workspace
from reports.jobs.profiles import draft, library, save
from tests.projects import project
from tests.serving import workspace_of

NARROW = {"industries": ["FinTech"], "companySizeMin": 200, "decisionMakers": {"titles": ["CTO"]}}


@pytest.fixture
def workspace(demo, tmp_path) -> Workspace:
    """The demo's warehouse, with a configuration of its own to edit."""
    return replace(workspace_of(demo[0].data_dir), project_dir=project(tmp_path))


def test_of_what_is_saved_it_counts_what_the_build_counted(demo, workspace):
    rows = counted(workspace.paths.published, library(workspace).configuration)
    names = list(rows[0])
    assert [tuple(row.values()) for row in rows] == demo[0].query(
        f"select {', '.join(names)} from marts.rpt_icp_profiles order by profile_order"
    )


def test_what_a_profile_would_match_is_told_before_and_quickly(demo, workspace):
    counted(workspace.paths.published, library(workspace).configuration)  # reading macros comes once
    before = workspace.icp_profiles.read_text()
    began = time.monotonic()
    narrow = draft(workspace, "narrow", NARROW)
    assert time.monotonic() - began < 3
    assert workspace.icp_profiles.read_text() == before
    [saas] = demo[0].query("select leads from marts.rpt_icp_profiles where icp_profile = 'saas'")
    assert (narrow.matching["leads"],) == saas
    assert 0 < narrow.matching["industry_leads"] < narrow.matching["leads"]
    # Who asks for less leaves out nobody.
    wider = draft(workspace, "narrow", {"companySizeMin": 50})
    assert wider.matching["not_eligible_leads"] == 0 < narrow.matching["not_eligible_leads"]


def test_it_is_saved_as_it_was_seen_or_refused(workspace):
    seen = draft(workspace, "narrow", NARROW).seen
    now = save(workspace, "narrow", NARROW, seen, is_default=True)
    found = library(workspace)
    assert (found.seen, found.configuration.profiles.default) == (now, "narrow")
    with pytest.raises(ChangedMeanwhileError):
        save(workspace, "saas", NARROW, seen)
