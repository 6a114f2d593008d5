"""What a build goes by: documents that each have a name of their own, and the journal they are kept in."""

import hashlib
import json
from abc import ABC, abstractmethod
from datetime import UTC, datetime
from typing import Any

from extract.workspace import journal
from extract.workspace.paths import Paths


class Named(ABC):
    """A configuration that is one document; equal ones have one name, whatever their files look like."""

    @property
    @abstractmethod
    def document(self) -> dict[str, Any]:
        """What models read of it."""

    @property
    def text(self) -> str:
        """The document as JSON, the same for equal ones: keys in order, no blanks."""
        return json.dumps(self.document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)

    @property
    def config_hash(self) -> str:
        """The name of the document: SHA-256 of its JSON."""
        return hashlib.sha256(self.text.encode()).hexdigest()


def keep(paths: Paths, configuration: Named) -> str:
    """Write it into the journal of configurations, unless it is there; returns its name."""
    name = configuration.config_hash
    if all(row["config_hash"] != name for row in journal.rows(paths.scoring_configs)):
        row = {"config_hash": name, "config": configuration.text, "recorded_at": datetime.now(UTC)}
        journal.append(paths.scoring_configs, row)
    return name
