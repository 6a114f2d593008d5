"""Whether a campaign's sequence in HeyReach sends what an import brings: its texts against our fields.

A step takes custom fields in single braces. What no lead has, or has blank, makes HeyReach send the step's
fallback without a word; double braces are sent as they stand (both were seen live, and the vendor's page
writes double ones: try it on one lead). Beside custom fields a text may name what HeyReach keeps of a lead,
as AddLeadsToCampaignV2 takes it (https://documenter.getpostman.com/view/23808049/2sA2xb5F75). How these names
are spelt in texts isn't documented, so that capitals and _ make no difference here.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

from extract.heyreach.client import HeyReachClient
from extract.outreach.sequences import LIMITS, STEPS
from extract.raw import routes

# Of the profile of a lead.
OWN_VARIABLES = frozenset(
    {
        *("firstname", "lastname", "companyname", "company", "position", "location", "summary", "about"),
        *("emailaddress", "profileurl"),
    }
)
REQUEST = "CONNECTION_REQUEST"
_NEXT = ("conditionalNode", "unconditionalNode")
_DOUBLE = re.compile(r"\{\{\s*([A-Za-z0-9_]+)\s*\}\}")
_SINGLE = re.compile(r"(?<!\{)\{\s*([A-Za-z0-9_]+)\s*\}(?!\})")
MOST_NODES = 500


class _Node(NamedTuple):
    """A step of HeyReach's tree: its number as they are met, its kind, texts, and what is said instead."""

    number: int
    kind: str
    texts: list[str]
    fallback: str

    def __str__(self) -> str:
        return f"step {self.number} ({self.kind})"


@dataclass(frozen=True)
class SequenceCheck:
    """What is wrong with a sequence, a line each, and the fields of ours that none of its steps names."""

    problems: list[str]
    unsent: list[str]

    @property
    def lines(self) -> list[str]:
        """Both, in words; none where the sequence fits."""
        unsent = [f"no step names {{{field}}}, so that this text is sent to nobody" for field in self.unsent]
        return self.problems + unsent


def check_sequence(client: HeyReachClient, campaign_id: str, fields: Collection[str]) -> SequenceCheck:
    """Hold the sequence of a campaign against an import that brings these custom fields.

    Raises ProviderError where HeyReach can't be asked.
    """
    path = routes.CAMPAIGN_SEQUENCES.path
    answer = client.get_if_any(path, {"campaignId": routes.as_sent(campaign_id)})
    if answer.data is None:
        return SequenceCheck([f"campaign {campaign_id} has no sequence yet: make one in HeyReach"], [])
    return checked_sequence(answer.data, fields)


def checked_sequence(root: dict, fields: Collection[str]) -> SequenceCheck:
    """The same of a sequence as HeyReach tells it."""
    nodes = list(_nodes(root))
    problems = [problem for node in nodes for problem in _problems(node, fields)]
    named = {name for node in nodes for text in node.texts for name in _SINGLE.findall(text)}
    unsent = [field for field in fields if field in STEPS and field not in named]
    return SequenceCheck(list(dict.fromkeys(problems)), unsent)


def _problems(node: _Node, fields: Collection[str]) -> Iterator[str]:
    for text in (*node.texts, node.fallback):
        for name in _DOUBLE.findall(text):
            yield f"{node} has {{{{{name}}}}}, which is sent as it stands: write {{{name}}}"
    for text in node.texts:
        for name in _SINGLE.findall(text):
            if name in fields:
                yield from _misplaced(node, name)
            elif name.replace("_", "").casefold() not in OWN_VARIABLES:
                yield f"{node} names {{{name}}}, which the import doesn't bring: its fallback would be sent"
    for name in _SINGLE.findall(node.fallback):
        if name in fields:
            yield f"the fallback of {node} names {{{name}}}: it is for whom a field is missing"


def _misplaced(node: _Node, name: str) -> Iterator[str]:
    """A message in a note would be too long for it."""
    step = STEPS.get(name)
    if step and node.kind == REQUEST and step["kind"] != REQUEST.lower():
        limit = LIMITS[REQUEST.lower()]
        yield f"{node} names {{{name}}}, a message: a note may have {limit} characters"


def _nodes(root: dict) -> Iterator[_Node]:
    """The steps, each once, the way through an acceptance first; END is none."""
    waiting, number = [root], 0
    while waiting and number < MOST_NODES:
        node = waiting.pop()
        if not isinstance(node, dict):
            continue
        waiting += [node.get(name) for name in reversed(_NEXT)]
        payload = node.get("payload")
        payload = payload if isinstance(payload, dict) else {}
        kind = str(node.get("nodeType") or "")
        if kind != "END":
            number += 1
            yield _Node(number, kind, list(_texts(payload)), str(payload.get("fallbackMessage") or ""))


def _texts(payload: dict) -> Iterator[str]:
    """What a step says: one of several messages each, subjects of InMails beside them."""
    told: list[Any] = [payload.get("messages"), payload.get("subject"), payload.get("message")]
    while told:
        value = told.pop(0)
        if isinstance(value, str):
            yield value
        elif isinstance(value, list | dict):
            told += value if isinstance(value, list) else value.values()
