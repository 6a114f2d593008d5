"""config/enrichment.yaml, and the list of what can be asked."""

from dataclasses import fields
from pathlib import Path

import pytest

from extract.enrichment.command import list_enrichments
from extract.enrichment.config import EnrichmentConfig, load_enrichment_config
from extract.enrichment.registry import INTEGRATIONS, NOT_BUILT
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


def test_everything_that_can_be_asked_is_listed_with_what_it_takes(tmp_path):
    said: list[str] = []
    workspace = load_workspace(project(tmp_path), {"APOLLO_API_KEY": "secret-of-apollo"})
    list_enrichments(workspace, said.append)
    text = "\n".join(said)
    assert all(f"\n{name}: " in f"\n{text}" for name in INTEGRATIONS)
    assert all(f"not built: {name}: " in text for name in NOT_BUILT)
    assert "APOLLO_API_KEY not set" not in text
    assert "HUNTER_API_KEY not set" in text
    assert "secret" not in text
    assert "500 times a minute, 5 at once; 1 credit an answer (0.0245 dollars)" in text
    assert all(service.document in text for service in SERVICES.values())
