"""Webhooks really delivered: over HTTP, some twice, some late, not in order, until they are taken."""

from __future__ import annotations

import time
from collections import Counter
from http.client import HTTPConnection, HTTPException
from random import Random
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

import orjson

from extract.sandbox import webhooks
from extract.workspace.values import is_loopback

if TYPE_CHECKING:
    from extract.sandbox.api import SandboxApi

# The share of events that come twice, and of those that come behind later ones, and behind how many.
TWICE, LATE, BEHIND = 0.10, 0.15, 40
TRIES = 5
SECONDS_BETWEEN = 0.2
SECONDS_TO_ANSWER = 10.0


class Delivery(NamedTuple):
    """An event for one webhook."""

    url: str
    payload: dict


def deliveries(api: SandboxApi, since: int, until: int) -> list[Delivery]:
    """What is delivered of everything that happened from `since` to `until`, in the order of delivery."""
    random = Random(f"{api.world.seed}-{since}-{until}")  # noqa: S311
    active = [row for row in api.webhooks.values() if row["isActive"]]
    due = []
    for place, event in enumerate(
        webhooks.lines(api.world, api.imports, until, "snake_case", "iso", since=since)
    ):
        for row in active:
            is_of_campaign = not row["campaignIds"] or event["campaign"]["id"] in row["campaignIds"]
            if row["eventType"].lower() == event["event_type"] and is_of_campaign:
                for _ in range(2 if random.random() < TWICE else 1):
                    late = random.uniform(1, BEHIND) if random.random() < LATE else random.random()
                    due.append((place + late, Delivery(row["webhookUrl"], event)))
    return [delivery for _, delivery in sorted(due, key=lambda each: each[0])]


def deliver(due: list[Delivery], tries: int = TRIES) -> dict[str, int]:
    """Deliver in turn; how many were `delivered`, in how many `tries`, how many `given_up` or `elsewhere`.

    Invented people are told to this machine only: whatever leads away is counted as `elsewhere`.
    """
    counts = Counter(delivered=0, tries=0, given_up=0, elsewhere=0)
    for url, payload in due:
        if not is_loopback(url):
            counts["elsewhere"] += 1
            continue
        for number in range(tries):
            if number:
                time.sleep(SECONDS_BETWEEN)
            counts["tries"] += 1
            if _is_taken(url, orjson.dumps(payload)):
                counts["delivered"] += 1
                break
        else:
            counts["given_up"] += 1
    return dict(counts)


def _is_taken(url: str, body: bytes) -> bool:
    parts = urlsplit(url)
    connection = HTTPConnection(parts.hostname, parts.port, timeout=SECONDS_TO_ANSWER)
    try:
        connection.request("POST", parts.path, body, {"Content-Type": "application/json"})
        return 200 <= connection.getresponse().status < 300
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()
