"""config/outreach.yaml: segments of prospects, their tags, who comes first, and where replies are learnt."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from dbt_project.rendering import returned
from extract.intelligence.reading import Problems, section, switch, texts
from extract.outreach.priorities import SECTIONS, check_together
from extract.outreach.segments import Segment, read_segments
from extract.workspace import strict_yaml
from extract.workspace.configurations import Named
from extract.workspace.errors import ConfigurationError
from extract.workspace.strict_yaml import Value
from extract.workspace.workspace import Workspace

MEETING_TAGS = returned("catalogue/*.sql", "meeting_tags()")


def _tags(name: str, value: Value, line: int, problems: Problems) -> list[str]:
    return MEETING_TAGS if value is None else texts(_tag)(name, value, line, problems)


def _tag(text: str) -> str:
    if not text.strip():
        raise ValueError("a tag must have a name")
    return text.strip()


def _read_inbox(name: str, value: Value, line: int, problems: Problems) -> bool:
    return value is not None and switch(name, value, line, problems)


_read = section(
    {
        "segments": read_segments,
        **SECTIONS,
        "engagement": section({"read_inbox": _read_inbox, "meeting_tags": _tags}),
    }
)


class Engagement(NamedTuple):
    """Where it is learnt what people did: whether the inbox is read, and which tags mean a meeting."""

    read_inbox: bool
    meeting_tags: list[str]


@dataclass(frozen=True)
class Outreach(Named):
    """Segments in order of priority; tags, points, facts and priorities by these names; and engagement.

    The last decides about nobody's segment, so it is no part of the `document` that names a configuration.
    """

    segments: list[Segment]
    others: dict[str, Any]
    engagement: Engagement

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
    return Outreach(read.pop("segments"), read, Engagement(**read.pop("engagement")))
