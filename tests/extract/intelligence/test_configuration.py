"""Profiles and points as one document, with one JSON and one name for the same thing, however typed."""

import hashlib
import json
from pathlib import Path

import pytest

from extract.intelligence.configuration import Configuration, load_configuration
from extract.workspace import journal
from extract.workspace.configurations import keep
from extract.workspace.errors import ConfigurationError
from extract.workspace.workspace import Workspace, load_workspace
from tests.projects import project

ONE = "default: one\nprofiles:\n  one: {industries: [SaaS, FinTech], geographies: [US]}\n"


def workspace(folder: Path, **changed: str) -> Workspace:
    return load_workspace(project(folder, **changed), {"HEYREACH_API_KEY": ""})


def loaded(folder: Path, **changed: str) -> Configuration:
    return load_configuration(workspace(folder, **changed))


def test_the_document_says_all_that_a_score_needs(tmp_path):
    document = loaded(tmp_path).document
    assert list(document) == ["default", "profiles", "scoring"]
    assert document["default"] in document["profiles"]
    scoring = document["scoring"]
    assert list(scoring) == ["weights", "points", "valid_days", "tiers"]
    assert (scoring["points"]["recent_funding"], scoring["points"]["previous_interaction"]) == (30, 10)
    assert len({frozenset(profile) for profile in document["profiles"].values()}) == 1


def test_the_same_however_typed_has_one_name(tmp_path):
    one = loaded(tmp_path, icp_profiles=ONE)
    assert json.loads(one.text) == one.document
    assert one.config_hash == hashlib.sha256(one.text.encode()).hexdigest()
    assert ": " not in one.text
    again = (
        "profiles:\n  one:\n    geographies: [us]\n    industries: [finance, tech, Fintech]\n    signals:\n"
    )
    assert loaded(tmp_path, icp_profiles=f"# mine\n{again}default: one\n", scoring="").text == one.text
    two = "  two: {company_size_max: 9}\n"
    in_either_order = (f"{ONE}{two}", ONE.replace("  one", f"{two}  one"))
    assert len({loaded(tmp_path, icp_profiles=text).text for text in in_either_order}) == 1
    assert loaded(tmp_path, icp_profiles=ONE.replace("US", "UK")).config_hash != one.config_hash
    assert loaded(tmp_path, icp_profiles=ONE, scoring="tiers: {hot: 81}\n").config_hash != one.config_hash


def test_how_many_are_drawn_is_said_and_scores_nobody(tmp_path):
    one = loaded(tmp_path, icp_profiles=ONE)
    drawn = loaded(tmp_path, icp_profiles=ONE, scoring="exploration_share_percent: 5\n")
    assert (one.exploration_share_percent, drawn.exploration_share_percent) == (0, 5)
    assert drawn.text == one.text


def test_all_that_is_wrong_in_both_files_is_told_at_once(tmp_path):
    with pytest.raises(ConfigurationError) as error:
        loaded(tmp_path, icp_profiles="default: one\nprofiles: [\n", scoring="weights: 1\ntiers: {hot: 0}\n")
    assert [each.split(":")[0].rpartition("/")[2] for each in error.value.problems] == [
        "icp_profiles.yaml line 3",
        "scoring.yaml line 1",
        "scoring.yaml line 2",
    ]


def test_each_configuration_is_kept_once(tmp_path):
    here = workspace(tmp_path, icp_profiles=ONE)
    one, two = (
        load_configuration(workspace(tmp_path, icp_profiles=text)) for text in (ONE, ONE.replace("US", "UK"))
    )
    for each in (one, one, two, one):
        assert keep(here.paths, each) == each.config_hash
    rows = journal.rows(here.paths.scoring_configs)
    assert [(row["config_hash"], row["config"]) for row in rows] == [
        (each.config_hash, each.text) for each in (one, two)
    ]
