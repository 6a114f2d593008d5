"""A signal that an operator types: a line of a signal file, through the checks of such lines."""

from dataclasses import dataclass
from datetime import datetime

import orjson

from extract.intelligence.signal_files import judged
from extract.people.suppression import suppressions
from extract.workspace import journal
from extract.workspace.errors import ConfigurationError
from extract.workspace.texts import tidied
from extract.workspace.workspace import Workspace

FILE = "by_hand.jsonl"
SOURCE = "by hand"


@dataclass(frozen=True)
class TypedSignal:
    """What is typed: of a person (`profile_url`), a company or both; without a time, it happens now."""

    signal_type: str
    profile_url: str = ""
    company_domain: str = ""
    occurred_at: str = ""
    detail: str = ""


def tell(workspace: Workspace, typed: TypedSignal, now: datetime) -> None:
    """Add the line to the workspace's file of typed signals, where it is on disk when this returns.

    Raises ConfigurationError for what a line of a file would be set aside for, and for somebody erased.
    """
    told = {name: tidied(value) for name, value in vars(typed).items()}
    told["occurred_at"] = told["occurred_at"] or now.strftime("%Y-%m-%dT%H:%M:%SZ")
    line = {name: value for name, value in told.items() if value} | {"source": SOURCE}
    [verdict] = judged([orjson.dumps(line)], now)
    if verdict.reason:
        raise ConfigurationError(verdict.reason)
    if typed.profile_url and suppressions(workspace).erased({typed.profile_url}):
        raise ConfigurationError("This person was erased, or their data was too old: nothing is kept of them")
    folder = workspace.paths.signals
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    journal.append_line(folder / FILE, line)
