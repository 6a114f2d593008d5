"""What leads are scored by, profiles and points, as one document that has a name of its own."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from extract.intelligence.profiles import Profiles, read_profiles
from extract.intelligence.scoring import Scoring, read_scoring
from extract.workspace.configurations import Named
from extract.workspace.errors import ConfigurationError
from extract.workspace.workspace import Workspace


@dataclass(frozen=True)
class Configuration(Named):
    """Profiles and points of a workspace; and the share of leads, per cent, that is asked whatever these say.

    The share is no part of the document: nobody is scored by it.
    """

    profiles: Profiles
    scoring: Scoring
    exploration_share_percent: int

    @property
    def document(self) -> dict[str, Any]:
        """`default`, `profiles` by name with every key of each, `scoring`: what models read."""
        return {
            "default": self.profiles.default,
            "profiles": self.profiles.by_name,
            "scoring": self.scoring,
        }


def load_configuration(workspace: Workspace) -> Configuration:
    """What config/icp_profiles.yaml and config/scoring.yaml say.

    Raises ConfigurationError with every problem of both.
    """
    problems: list[str] = []
    profiles = _read(read_profiles, workspace.icp_profiles, problems)
    scoring_file = _read(read_scoring, workspace.scoring_config, problems)
    if problems:
        raise ConfigurationError(problems)
    return Configuration(profiles, scoring_file.scoring, scoring_file.exploration_share_percent)


def _read(reader: Callable[[Path, list[str]], Any], path: Path, problems: list[str]) -> Any:
    try:
        return reader(path, problems)
    except ConfigurationError as error:  # no YAML at all
        problems.extend(error.problems)
        return None
