"""config/outreach.yaml: segments of prospects, their tags, and who of them comes first."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from extract.intelligence.reading import Problems, section
from extract.outreach.priorities import SECTIONS, check_together
from extract.outreach.segments import Segment, read_segments
from extract.workspace import strict_yaml
from extract.workspace.configurations import Named
from extract.workspace.errors import ConfigurationError
from extract.workspace.workspace import Workspace

_read = section({"segments": read_segments, **SECTIONS})


@dataclass(frozen=True)
class Outreach(Named):
    """Segments in order of priority; and tags, points, facts and priorities by these names."""

    segments: list[Segment]
    others: dict[str, Any]

    @property
    def document(self) -> dict[str, Any]:
        """All of it by the names in the file; words of tags are pairs of the tag and a word, in order."""
        return {"segments": self.segments, **self.others}


def load_outreach(workspace: Workspace) -> Outreach:
    """What the file says, no segments where it is missing; raises ConfigurationError with every problem."""
    return read_outreach(workspace.outreach_config)


def read_outreach(path: Path) -> Outreach:
    """The same of any file."""
    document = strict_yaml.load(path) if path.exists() else strict_yaml.Mapping(1)
    problems = Problems(path)
    read = _read("the file", document, 1, problems)
    if not problems.found:
        check_together(read, document, problems)
    if problems.found:
        raise ConfigurationError(problems.found)
    return Outreach(read.pop("segments"), read)
