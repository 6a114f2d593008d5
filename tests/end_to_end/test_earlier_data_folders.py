"""Data folders of earlier states go on building, with the numbers those states gave.

A figure may only differ where a correction of CORRECTIONS says so, with its new value and the reason. What is
told of dimensions that the state didn't know is new, and differs from nothing.
"""

import shutil
from typing import NamedTuple

import duckdb
import pytest

from tests import data_folders
from tests.data_folders import Kept

pytestmark = pytest.mark.usefixtures("built_without_dbt")


class Correction(NamedTuple):
    """Why figures of a kept folder are no longer what they were, and what each of them is now.

    `now` is by the path that a failing test prints: `figure: row: column`. None: it is gone.
    """

    why: str
    now: dict[str, object]


# By the state and the name of the folder. What a correction names must differ, or it has to go.
CORRECTIONS: dict[tuple[str, str], list[Correction]] = {
    ("1ca0139", "sixty_nights"): [
        Correction(
            "the text `unknown` in a custom field is no region: what another list knows of the lead fills it",
            {
                "segments: region / eu: leads_imported": 74,
                "segments: region / unknown: leads_imported": 13,
            },
        ),
    ],
    ("1ca0139", "demo"): [],
}


# The demo imports nothing and asks no service, and its runs were not kept.
LACKING_IN_THE_DEMO = {
    *("import_leads", "enrichment_results", "enrichment_values", "enrichment_weeks", "runs", "reported"),
}


def is_of_new_dimension(path: str, kept: dict[str, dict]) -> bool:
    figure, row, *_ = path.split(": ")
    if figure not in ("segments", "time_to_accept"):
        return False
    return row.split(" / ")[0] not in {known.split(" / ")[0] for known in kept[figure]}


@pytest.mark.parametrize(("state", "name"), CORRECTIONS)
def test_every_number_is_the_one_it_was_but_for_named_corrections(tmp_path_factory, state, name):
    corrections = CORRECTIONS[state, name]
    expected = {path: value for correction in corrections for path, value in correction.now.items()}
    assert len(expected) == sum(len(correction.now) for correction in corrections)
    workspace = data_folders.built(tmp_path_factory, state, name)
    kept = Kept.read(state, name).figures
    changed = data_folders.differences(kept, data_folders.figures(workspace))
    unnamed = {
        path: (was, now)
        for path, (was, now) in changed.items()
        if (path not in expected or now != expected[path]) and not is_of_new_dimension(path, kept)
    }
    assert unnamed == {}
    assert expected.keys() - changed.keys() == set()


@pytest.mark.parametrize(("state", "name"), CORRECTIONS)
def test_what_is_kept_is_worth_comparing(state, name):
    """Or numbers would be equal because there are none."""
    figures = Kept.read(state, name).figures
    summary = figures["summary"]["all"]
    assert summary["mature_sent"] > 100
    assert summary["accepted_to_date"] > 100
    statuses = {row.split(" / ")[1] for row in figures["statuses"]}
    assert statuses >= {"queued", "sent", "accepted", "expired", "failed", "excluded", "already_connected"}
    empty = {figure for figure, rows in figures.items() if not rows}
    assert empty <= (LACKING_IN_THE_DEMO if name == "demo" else set())


def test_a_warehouse_of_another_release_is_purged_and_erased_from_but_shows_no_other_period(
    tmp_path_factory, tmp_path
):
    """Its marts have today's names; what lies before and behind them need not."""
    built = data_folders.built(tmp_path_factory, "1ca0139", "sixty_nights")
    shutil.copytree(built.data_dir, tmp_path / "data")
    workspace = data_folders.workspace_of(tmp_path / "data", Kept.read("1ca0139", "sixty_nights").base_url)
    with duckdb.connect(str(workspace.warehouse)) as connection:
        connection.execute("alter table staging.stg_operations__run_parameters rename to another_name")
    summary = workspace.query("select since, until, as_of, people_known from marts.rpt_summary")
    [(url,)] = workspace.query("select max(normalized_profile_url) from marts.heyreach_leads")
    report = workspace.run("report", "--since", "2026-01-01", "--until", "2026-01-08")
    assert report.exit_code == 2
    assert "warehouse.duckdb was built by another release of this program; `make build`" in report.errors
    assert workspace.run("purge").exit_code == 0
    assert workspace.run("erase", "--url", url).exit_code == 0
    [(since, until, as_of, people)] = summary
    assert workspace.query("select since, until, as_of, people_known from marts.rpt_summary") == [
        (since, until, as_of, people - 1)
    ]
