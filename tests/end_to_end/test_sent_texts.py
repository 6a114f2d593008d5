"""What HeyReach really sends of an import's texts: the field of each step, or its fallback without a word."""

from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from extract.sandbox.process import Sandbox, running_sandbox
from extract.workspace.errors import ConfigurationError
from extract.workspace.workspace import load_workspace
from reports.jobs.messages import check_sequences
from tests.end_to_end.conftest import FIRST_PULL, workspace_on
from tests.projects import SHIPPED, project

CAMPAIGN = 40101
# Every other one comes without a note.
NOTES = {f"Ada{number}": f"Hi {number}, {{curly}}" if number % 2 else "" for number in range(16)}
HEADER = "profile_url,first_name,last_name,source,source_list,icp,variant,connection_note,first_message\n"


def link(name: str) -> str:
    return f"https://www.linkedin.com/in/{name.lower()}-sent"


def lead_file(path: Path) -> Path:
    rows = "".join(
        f'{link(name)},{name},Sample,clay,mine,sre,sure,"{note}",Thanks {name}\n'
        for name, note in NOTES.items()
    )
    path.write_text(HEADER + rows)
    return path


def sent(sandbox: Sandbox, name: str) -> list[str]:
    """What a person was sent, oldest first."""
    asked = {"limit": 100, "filters": {"campaignIds": [CAMPAIGN], "leadProfileUrl": link(name)}}
    headers = {"X-API-KEY": sandbox.api_key}
    url = f"{sandbox.base_url}/inbox/GetConversationsV3"
    items = httpx.post(url, json=asked, headers=headers, trust_env=False).json()["items"]
    return [each["body"] for one in items for each in one["messages"] if each["sender"] == "ME"]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory):
    """Three people imported with their texts into a campaign that names them; all are sure to accept."""
    folder = tmp_path_factory.mktemp("sent")
    with running_sandbox(seed=5, leads=120, now=FIRST_PULL) as sandbox:
        sandbox.set_variant_effects(sure=40.0)
        workspace = workspace_on(sandbox, folder / "data", IMPORT_READ_BACK_WAITS="0,0")
        file = lead_file(folder / "leads.csv")
        texts = {"note": ("{connection_note}", "Hi there"), "message": ("{first_message}!", "Hello")}
        sandbox.set_texts(CAMPAIGN, **texts, follow_up=("{{first_message}}", None))
        outcome = workspace.run("import", "--file", str(file), "--campaign", str(CAMPAIGN), "--apply")
        assert outcome.exit_code == 0, outcome.errors
        yield sandbox, folder


def test_a_lead_without_the_field_gets_the_fallback_and_double_braces_stand(world):
    sandbox, _ = world
    sandbox.set_clock(FIRST_PULL + timedelta(days=30))
    found = {name: sent(sandbox, name) for name in NOTES}
    asked = {name: texts for name, texts in found.items() if len(texts) > 1}
    for name, texts in asked.items():
        assert texts[:2] == [NOTES[name] or "Hi there", f"Thanks {name}!"]
        assert set(texts[2:]) <= {"{{first_message}}"}
    assert {bool(NOTES[name]) for name in asked} == {True, False}
    assert {len(texts) for texts in asked.values()} >= {2, 3}


def test_the_sequence_is_checked_against_what_an_import_brings(world):
    sandbox, folder = world
    shipped = (SHIPPED / "sequences.yaml").read_text(encoding="utf-8")
    text = shipped.replace("  builders:\n", f"  builders:\n    campaign: {CAMPAIGN}\n")
    environ = {"HEYREACH_API_KEY": sandbox.api_key, "HEYREACH_BASE_URL": sandbox.base_url}
    environ["HEYREACH_REQUESTS_PER_MINUTE"] = "0"

    workspace = load_workspace(project(folder, sequences=text), {**environ, "OUTBOUND_DATA_DIR": str(folder)})
    with pytest.raises(ConfigurationError) as error:
        check_sequences(workspace, "builders", show=print)
    assert "builders, campaign 40101: no step names {follow_up_1}" in str(error.value)
    assert "has {{first_message}}, which is sent as it stands" in str(error.value)
    fits = {"note": "{connection_note}", "message": "{first_message}", "follow_up": "{follow_up_1}"}
    sandbox.set_texts(CAMPAIGN, **{step: (message, "Hello") for step, message in fits.items()})
    shown: list[str] = []
    check_sequences(workspace, None, show=shown.append)
    assert shown == ["builders, campaign 40101: names each of connection_note, first_message, follow_up_1"]
    with pytest.raises(ConfigurationError, match="No segment names its campaign"):
        check_sequences(workspace, "platform_leaders", show=print)


def test_what_a_variant_adds_is_in_the_truth_and_nothing_without_it(world):
    sandbox, _ = world
    sandbox.set_clock(FIRST_PULL + timedelta(days=30))
    truth = sandbox.truth()
    assert truth["effects"]["variant"] == {"sure": 40.0}
    imported = [each for each in truth["imports"] if each["fields"].get("variant") == "sure"]
    assert len(imported) == len(NOTES)
    accepted = [bool(each["accepted_at"]) for each in imported if each["sent_at"]]
    assert sum(accepted) >= 0.8 * len(accepted) > 10  # without it, a third would; a sender was lost meanwhile
    with running_sandbox(seed=5, leads=40) as plain:
        assert "variant" not in plain.truth()["effects"]
