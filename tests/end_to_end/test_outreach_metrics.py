"""What came of people who were imported with segment, sequence and variant, against the hidden truth."""

import json
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from extract.outreach.sequence_file import load_sequences
from extract.sandbox.process import running_sandbox
from extract.workspace.workspace import load_workspace
from tests.conftest import Workspace
from tests.end_to_end.conftest import FIRST_PULL, pull_at, workspace_on
from tests.projects import SHIPPED

pytestmark = pytest.mark.usefixtures("built_without_dbt")

CAMPAIGN = 40101
# Segment, the variant that lots gave (none: the default), and how many people.
GROUPS = (
    ("builders", "", 25),
    ("builders", "builders_note_question", 25),
    ("platform_leaders", "leaders_note_question", 40),
    ("platform_leaders", "written_elsewhere", 10),
)
# What a person in no test gets.
DEFAULTS = {"builders": "builders_note_craft", "platform_leaders": "leaders_note_peers"}
SEQUENCES = {"builders": (3, "soft_nudge"), "platform_leaders": (5, "soft_nudge")}
DAYS = 40


def lead_file(path: Path, names: dict[str, str]) -> Path:
    header = (
        "profile_url,first_name,last_name,source,source_list,icp,segment,sequence,variant,connection_note\n"
    )
    people = [(segment, variant) for segment, variant, count in GROUPS for _ in range(count)]
    rows = "".join(
        f"https://www.linkedin.com/in/told-{number},Ada,Sample,clay,mine,sre,"
        f"{segment},{names[segment]},{variant},Hello {number}\n"
        for number, (segment, variant) in enumerate(people)
    )
    path.write_text(header + rows)
    return path


@pytest.fixture(scope="module")
def followed(tmp_path_factory) -> Iterator[tuple[Workspace, list[dict], dict[str, str]]]:
    """Forty days after the import, with webhooks and the inbox; requests as they were, names of sequences."""
    folder = tmp_path_factory.mktemp("metrics")
    sequences = load_sequences(load_workspace(SHIPPED.parent, {})).segments
    names = {segment: sequences[segment].name(*which) for segment, which in SEQUENCES.items()}
    with running_sandbox(seed=5, leads=120, now=FIRST_PULL) as sandbox:
        variants = {variant for _, variant, _ in GROUPS if variant}
        sandbox.set_variant_effects(**dict.fromkeys(variants, 4.0))
        sandbox.set_texts(CAMPAIGN, note=("{connection_note}", "Hello"))
        workspace = workspace_on(sandbox, folder / "data", IMPORT_READ_BACK_WAITS="0,0")
        file = lead_file(folder / "leads.csv", names)
        outcome = workspace.run("import", "--file", str(file), "--campaign", str(CAMPAIGN), "--apply")
        assert outcome.exit_code == 0, outcome.errors
        days = [FIRST_PULL + timedelta(days=day) for day in range(10, DAYS + 1, 10)]
        pull_at(sandbox, workspace, [(day, "full") for day in days], reads_inbox=True)
        kept = workspace.data_dir / "webhooks"
        kept.mkdir(parents=True)
        (kept / "all.jsonl").write_text("\n".join(map(json.dumps, sandbox.webhook_lines())) + "\n")
        outcome = workspace.run("run")
        assert outcome.exit_code == 0, outcome.errors
        yield workspace, [each for each in sandbox.truth()["imports"] if each["sent_at"]], names


def step_of(request: dict) -> str:
    """After which message of ours somebody first replied, as it was."""
    if request["replied_at"] is None:
        return "no_reply"
    steps = {"follow_up_1": request["followed_up_at"], "first_message": request["messaged_at"]}
    return next(step for step, at in steps.items() if at and at < request["replied_at"])


def true_counts(requests: list[dict], value_of: Callable[[dict], str]) -> dict[str, tuple]:
    """Value -> sent, accepted, replied and met."""
    counts: dict[str, Counter] = {}
    for each in requests:
        counted = counts.setdefault(value_of(each), Counter())
        counted.update(["sent", *(key for key in ("accepted_at", "replied_at", "meeting_at") if each[key])])
    return {
        value: tuple(each[key] for key in ("sent", "accepted_at", "replied_at", "meeting_at"))
        for value, each in counts.items()
    }


def reported(workspace: Workspace, dimension: str, step: str = "all") -> dict[str, tuple]:
    rows = workspace.query(
        "select value, sent, accepted, replied, meetings from marts.rpt_outreach_metrics "
        f"where dimension = '{dimension}' and step = '{step}'"
    )
    return {value: tuple(counts) for value, *counts in rows}


def test_counts_by_segment_sequence_step_and_variant_equal_the_truth(followed):
    workspace, requests, names = followed
    [(sent, accepted, replied, met)] = true_counts(requests, lambda _: "all").values()
    assert (sent >= 80, accepted >= 50, replied >= 8, met >= 2) == (True,) * 4
    assert reported(workspace, "all")["all"] == (sent, accepted, replied, met)

    segments = true_counts(requests, lambda each: each["fields"]["segment"])
    assert reported(workspace, "segment") == segments
    assert reported(workspace, "sequence") == {names[segment]: counts for segment, counts in segments.items()}
    assert reported(workspace, "step") == true_counts(requests, step_of)
    assert reported(workspace, "sender") == true_counts(requests, lambda each: str(each["account_id"]))

    # Who was drawn for a text that no file has is written the default note.
    def note_of(each: dict) -> str:
        default = DEFAULTS[each["fields"]["segment"]]
        drawn = each["fields"].get("variant", default)
        return default if drawn == "written_elsewhere" else drawn

    assert reported(workspace, "variant", "connection_note") == true_counts(requests, note_of)
    elsewhere = [each for each in requests if each["fields"].get("variant") == "written_elsewhere"]
    assert reported(workspace, "variant", "unknown") == true_counts(elsewhere, lambda _: "written_elsewhere")
    leaders = [each for each in requests if each["fields"]["segment"] == "platform_leaders"]
    assert reported(workspace, "variant", "follow_up_2") == true_counts(leaders, lambda _: "leaders_follow_2")


def test_who_was_not_imported_with_a_segment_is_counted_beside_them(followed):
    workspace, requests, _ = followed
    [(everybody,)] = workspace.query("select count(*) from marts.heyreach_connections where is_sent")
    assert reported(workspace, "all")["not_by_segment"][0] == everybody - len(requests) > 0


def test_formats_and_angles_add_up_within_a_step(followed):
    workspace, requests, _ = followed
    sums = workspace.query(
        "select dimension, sum(sent), sum(replied) from marts.rpt_outreach_metrics "
        "where step = 'connection_note' group by dimension order by dimension"
    )
    replied = sum(bool(each["replied_at"]) for each in requests)
    assert sums == [(name, len(requests), replied) for name in ("angle", "format", "variant")]
