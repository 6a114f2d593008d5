"""config/enrichment.yaml, and the list of what can be asked."""

import json
from dataclasses import fields
from pathlib import Path

import pytest

from extract.enrichment.aliases import FIELD_ALIASES, INTEGRATION_ALIASES
from extract.enrichment.config import PIPES, EnrichmentConfig, load_enrichment_config
from extract.enrichment.listing import ListOptions, list_enrichments
from extract.enrichment.registry import INTEGRATIONS, NOT_BUILT, chosen
from extract.workspace.errors import ConfigurationError
from extract.workspace.services import SERVICES
from extract.workspace.workspace import load_workspace
from tests.projects import project

SHIPPED = Path(__file__).parents[3] / "config" / "enrichment.yaml"


def test_the_shipped_file_holds_the_defaults_and_names_each():
    assert load_enrichment_config(SHIPPED) == EnrichmentConfig()
    named = [
        line.partition(":")[0] for line in SHIPPED.read_text().splitlines() if line and line[0] not in "# "
    ]
    assert named == [field.name for field in fields(EnrichmentConfig)]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("requests_per_minute: {apolo: 5}", "did you mean apollo?"),
        ("requests_per_minute: {apollo: 0}", "must be a whole number from 1 to 6000"),
        ("usd_per_credit: {apollo: cheap}", "must be dollars per credit"),
        ("pipes: [company_overvieu]", "did you mean company_overview?"),
        ("infer: [is_rich]", "is not known"),
        ("mention_keyword:", "must be a text"),
        ("allow_profile_fetch: yes", "must be true or false"),
        ("minimum_confidence_percent: 101", "from 0 to 100"),
        ("inferr: []", "did you mean infer?"),
        ("keep_post_characters: 501", "must be a whole number from 0 to 500"),
        ("write_back_sensitive: maybe", "must be true or false"),
    ],
)
def test_a_mistake_is_told_with_its_line(tmp_path, line, told):
    path = tmp_path / "enrichment.yaml"
    path.write_text(f"# first\n{line}\n")
    with pytest.raises(ConfigurationError) as error:
        load_enrichment_config(path)
    assert told in str(error.value)
    assert "line 2" in str(error.value)


def listed(folder: Path, **options: str) -> str:
    """What is listed with no other key than Apollo's, outside the demo."""
    said: list[str] = []
    keys = {"HEYREACH_API_KEY": "secret-of-heyreach", "APOLLO_API_KEY": "secret-of-apollo"}
    workspace = load_workspace(project(folder), keys)
    list_enrichments(workspace, ListOptions(**options), said.append)
    return "\n".join(said)


def test_everything_that_can_be_asked_is_listed_with_what_it_takes(tmp_path):
    text = listed(tmp_path)
    assert all(f"\n{name}: " in f"\n{text}" for name in INTEGRATIONS)
    assert all(f"not built: {name}: " in text for name in NOT_BUILT)
    assert "APOLLO_API_KEY not set" not in text
    assert "HUNTER_API_KEY not set" in text
    assert "secret" not in text
    assert "500 times a minute, 5 at once; 1 credit an answer (0.0245 dollars)" in text
    assert all(service.document in text for service in SERVICES.values())


def test_the_list_is_read_by_programs_too(tmp_path):
    text = listed(tmp_path, format="json")
    entries = {entry["name"]: entry for entry in json.loads(text)["enrichments"]}
    assert entries.keys() == INTEGRATIONS.keys()
    assert all(entry["description"].endswith(".") for entry in entries.values())
    apollo = entries["apollo"]
    assert (apollo["needs"], apollo["state"], apollo["also_called"]) == (
        ["linkedin_url"],
        "ready",
        ["apollo_enrich", "apollo.io"],
    )
    assert {"title", "email"} <= set(apollo["yields"])
    assert (entries["hunter"]["credits_per_answer"], entries["hunter"]["usd_per_answer"]) == (1, 0.0245)
    assert entries["apollo"]["usd_per_answer"] is None
    assert "secret" not in text


def test_who_yields_a_field_is_listed_and_the_cheapest_comes_first(tmp_path):
    def names(wants: str) -> list[str]:
        return [
            entry["name"] for entry in json.loads(listed(tmp_path, wants=wants, format="json"))["enrichments"]
        ]

    assert names("headline") == ["apollo", "linkedin_profile"]
    # Crunchbase is free.
    assert names("company_size")[0] == "crunchbase"
    assert names("claude_mentions_count") == ["linkedin_keyword_mentions"]
    assert names("phone") == ["apollo", "hunter"]
    text = listed(tmp_path, wants="headline")
    assert "needs linkedin_url; yields title, headline" in text
    assert "1 credit an answer (no price set); ready" in text
    assert "hunter" not in text
    with pytest.raises(ConfigurationError, match="Nobody yields 'headlin'; did you mean headline"):
        listed(tmp_path, wants="headlin")


def test_every_other_name_leads_to_one_that_there_is():
    yielded = {field for each in INTEGRATIONS.values() for field in each.outputs}
    assert set(FIELD_ALIASES.values()) <= yielded
    assert not FIELD_ALIASES.keys() & yielded
    assert not INTEGRATION_ALIASES.keys() & INTEGRATIONS.keys()
    names = [each.name for each in chosen(",".join(INTEGRATION_ALIASES), EnrichmentConfig())]
    assert names[:4] == ["linkedin_keyword_mentions", "apollo", "clearbit", "hunter"]
    assert names[4:] == [f"pipe0_{pipe}" for pipe in PIPES]
    # Two names of one are one question.
    [asked] = chosen("BuiltWith, builtwith", EnrichmentConfig())
    assert asked.name == "builtwith"
    [asked] = chosen("apollo,apollo_enrich,Apollo.io", EnrichmentConfig())
    assert asked.name == "apollo"
