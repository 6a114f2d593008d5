"""Which answer is right, by the sandbox's hidden truth: what is counted there, or why it can't be said."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import yaml

from tests.reports.assistant.asking import Told

QUESTIONS = yaml.safe_load((Path(__file__).parent / "questions.yaml").read_text(encoding="utf-8"))
WINDOW, LAG = timedelta(days=14), timedelta(days=2)
# Whom placeholders and lost fields concern, or who came twice: nobody knows their attribution for sure.
_FILLED_IN = ("batch_id", "source_list", "source", "icp", "company_region")

Lead = Mapping[str, Any]


class World:
    """The truth of a sandbox up to a moment, and the period that is asked about."""

    def __init__(self, truth: Mapping[str, Any], since: datetime, until: datetime, as_of: datetime):
        self.truth, self.since, self.until, self.as_of = truth, since, until, as_of
        self.leads = truth["leads"]
        self._times_met = Counter(lead["profile_key"] for lead in self.leads)

    def of(self, columns: Mapping[str, Any]) -> list[Lead]:
        """The leads with these values."""
        return [lead for lead in self.leads if all(lead[name] == value for name, value in columns.items())]

    def doubtful(self) -> int:
        """How many leads may stand under another attribution than their true one."""
        return sum(
            lead["attribution_lost"]
            or bool(lead.get("respelt"))
            or not lead["profile_url"]
            or self._times_met[lead["profile_key"]] > 1
            for lead in self.leads
        )

    def counts(self, leads: Iterable[Lead]) -> Counter:
        """What happened to them: in the period, to date, and of those old enough."""
        found = Counter()
        for lead in leads:
            sent, accepted = moment(lead["sent_at"]), moment(lead["accepted_at"])
            found["sent_to_date"] += sent is not None
            found["accepted_to_date"] += accepted is not None
            if sent is None or not self.since <= sent < self.until:
                continue
            found["sent"] += 1
            if sent + WINDOW + LAG <= self.as_of:
                found["mature_sent"] += 1
                found["mature_accepted"] += accepted is not None and accepted <= sent + WINDOW
        return found


def moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def check(question: Mapping[str, Any], told: Told, world: World) -> None:
    """Hold an answer against the truth; raises AssertionError."""
    says = question["says"]
    assert told.is_error == (says == "refused"), told.text
    globals()[f"_{says}"](question, told, world)


def _numbers(pattern: str, text: str) -> list[int]:
    found = re.search(pattern, text)
    assert found, text
    return [int(each.replace(",", "")) for each in found.groups()]


_SENT = r"([\d,]+) requests sent"
_OF = r"([\d,]+) of ([\d,]+)[;.]"


def _sent(question: Mapping[str, Any], told: Told, world: World) -> None:
    expected = world.counts(world.of(question["of"]))["sent"]
    assert _numbers(_SENT, told.text) == [expected]
    assert [row["sent"] for row in told.data["rows"]] == [expected]


def _to_date(question: Mapping[str, Any], told: Told, world: World) -> None:
    counts = world.counts(world.leads)
    expected = [counts["sent_to_date"], counts["accepted_to_date"]]
    assert _numbers(r"to date ([\d,]+) sent and ([\d,]+) accepted", told.text) == expected


def _rate(question: Mapping[str, Any], told: Told, world: World) -> None:
    """With its count and Wilson's interval; of fewer than ten, the count and that it can't be said."""
    counts = world.counts(world.of(question["of"]))
    accepted, sent = counts["mature_accepted"], counts["mature_sent"]
    [row] = told.data["rows"]
    assert row["can_say"] == (sent >= 10), told.text
    if not sent:
        assert "no request is old enough to judge" in told.text
        return
    if sent < 10:
        assert (
            f"can't be said yet: fewer than 10 requests are old enough to judge, {accepted} of {sent}"
            in told.text
        )
        return
    assert (row["mature_accepted"], row["mature_sent"]) == (accepted, sent), told.text
    z, rate = 1.959964, accepted / sent
    centre, width = rate + z * z / (2 * sent), z * math.sqrt(rate * (1 - rate) / sent + (z / (2 * sent)) ** 2)
    low, high = ((centre + side * width) / (1 + z * z / sent) for side in (-1, 1))
    assert f": {100 * rate:.1f} % ({100 * low:.1f} % to {100 * high:.1f} %, 95 %)" in told.text
    assert _numbers(_OF, told.text) == [accepted, sent]


def _sent_about(question: Mapping[str, Any], told: Told, world: World) -> None:
    expected = world.counts(world.of(question["of"]))["sent"]
    [sent] = _numbers(_SENT, told.text)
    assert abs(sent - expected) <= world.doubtful() / 4, (sent, expected)


def _rate_about(question: Mapping[str, Any], told: Told, world: World) -> None:
    """Where fields were lost, the rate is that of most of them: the true one within the interval told."""
    counts = world.counts(world.of(question["of"]))
    [row] = told.data["rows"]
    assert row["ci_low"] <= counts["mature_accepted"] / counts["mature_sent"] <= row["ci_high"]
    assert f"{100 * row['accept_rate']:.1f} %" in told.text


def _nothing_to_go_by(question: Mapping[str, Any], told: Told, world: World) -> None:
    """Right after the first pull nothing is dated: no rate, why, and no figure that looks like one."""
    assert "Most requests can't be dated yet, so there is no rate to go by" in told.text
    assert "can't be said" in told.text
    assert re.search(r"\d %", told.text) is None
    assert [row["can_say"] for row in told.data["rows"]] == [False]


def _few_people(question: Mapping[str, Any], told: Told, world: World) -> None:
    people = {lead["profile_key"] for lead in world.of(question["of"])}
    assert len(people) < 10
    assert "can't be said: too few people, of whom no count is told" in told.text
    [row] = told.data["rows"]
    assert {type(value) for name, value in row.items() if name != "place"} <= {str, bool}
    assert "requests sent" not in told.text


def _sender_state(question: Mapping[str, Any], told: Told, world: World) -> None:
    [sender] = [each for each in world.truth["senders"] if each["account_id"] == question["of"]["account_id"]]
    begun = [[moment(each) for each in cooldown] for cooldown in sender["cooldowns"]]
    reasons = {
        "not listed by HeyReach": bool(sender["disconnected_at"]),
        "logged out": bool(sender["auth_invalid_at"]),
        "in cooldown": any(begin and begin <= world.as_of and not end for begin, end in begun),
    }
    reason = next((words for words, is_so in reasons.items() if is_so), None)
    if reason:
        assert f"It can't send now: {reason}" in told.text
    else:
        assert "It can't send now" not in told.text
    [row] = told.data["rows"]
    assert row["can_send"] == (reason is None)


def _campaign_state(question: Mapping[str, Any], told: Told, world: World) -> None:
    [campaign] = [
        each for each in world.truth["campaigns"] if each["campaign_id"] == question["of"]["campaign_id"]
    ]
    _, status = campaign["statuses"][-1]
    words = {"IN_PROGRESS": "running", "PAUSED": "paused", "FINISHED": "finished"}
    assert f"It is {words[status]}" in told.text


def _stalled_senders(question: Mapping[str, Any], told: Told, world: World) -> None:
    """Whoever really is so, and has leads waiting, is named once; nobody else is."""
    really = {
        str(sender["account_id"])
        for sender in world.truth["senders"]
        if sender[question["since"]] and _waits(world, sender["account_id"])
    }
    named = {row["key"] for row in told.data["rows"] if row["what"] == question["stall"]}
    assert named == really
    assert told.text.count(question["stall"]) == len(really)


def _waits(world: World, account_id: int) -> bool:
    ended = ("sent_at", "failed_at", "excluded_at")
    return any(
        not lead["already_connected"] and not any(lead[name] for name in ended)
        for lead in world.of({"account_id": account_id})
    )


def _paused_campaigns(question: Mapping[str, Any], told: Told, world: World) -> None:
    paused = {
        str(campaign["campaign_id"])
        for campaign in world.truth["campaigns"]
        if campaign["statuses"][-1][1] == "PAUSED"
    }
    named = {row["key"] for row in told.data["rows"] if row["cause"] == "campaign_paused"}
    assert named == paused
    assert all(f"make resume CAMPAIGN={each}" in told.text for each in paused)


def _lost_imports(question: Mapping[str, Any], told: Told, world: World) -> None:
    imports, lost = Counter(), Counter()
    for lead in world.leads:
        key = f"{lead['campaign_id']}/{lead['enrolled_at'][:10]}"
        imports[key] += 1
        lost[key] += lead["attribution_lost"]
    expected = {key for key, leads in lost.items() if leads > imports[key] / 2}
    assert expected
    assert {row["key"] for row in told.data["rows"] if row["cause"] == "attribution_loss"} == expected


def _invalid_urls(question: Mapping[str, Any], told: Told, world: World) -> None:
    """Those without a link are at least as many as the truth has; members of lists come on top."""
    [named] = _numbers(r"invalid profile urls \(([\d,]+)\)", told.text)
    assert named >= len({lead["profile_key"] for lead in world.leads if not lead["profile_url"]}) > 0


def _words(question: Mapping[str, Any], told: Told, world: World) -> None:
    assert [each for each in question["words"] if each not in told.text] == [], told.text


def _refused(question: Mapping[str, Any], told: Told, world: World) -> None:
    """Named as what there isn't, without what was typed."""
    _words(question, told, world)
    typed = [value for value in question["arguments"].values() if value in told.text.split(";")[0]]
    assert typed == []
