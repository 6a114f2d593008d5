"""The sandbox as a child process, for the demo and the tests: `with running_sandbox() as sandbox: ...`."""

import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from http.client import HTTPConnection
from urllib.parse import quote, urlsplit

import orjson

from extract.sandbox import DEMO_PRESET, DEMO_SEED, DEMO_START, DEMO_TWISTS, DEMO_WEEKS
from extract.sandbox.api import API_KEY, BASE_PATH
from extract.sandbox.services import HOSTS, SERVICES_PATH
from extract.workspace.errors import OutboundError

STOP_SECONDS = 5


@dataclass(frozen=True)
class Sandbox:
    """A running sandbox: `base_url` and `api_key` for the client, the methods for whoever steers it."""

    base_url: str
    api_key: str

    @property
    def pages_url(self) -> str:
        """The host of its people's profile pages, without a path."""
        return self.base_url.removesuffix(BASE_PATH.rstrip("/"))

    def service_url(self, real: str) -> str | None:
        """Where it answers in the place of a service with that base URL; None where it doesn't."""
        address = urlsplit(real)
        if address.hostname not in HOSTS:
            return None
        return f"{self.pages_url}{SERVICES_PATH}{address.hostname}{address.path}"

    def set_clock(self, now: datetime) -> None:
        """Move the sandbox clock, in either direction; parts of a second are dropped."""
        self._control("POST", "clock", {"now": now.astimezone(UTC).isoformat()})

    def advance_clock(self, seconds: int) -> None:
        self._control("POST", "clock", {"advance_seconds": seconds})

    def clock(self) -> datetime:
        return datetime.fromisoformat(self._control("GET", "clock")["now"])

    def set_faults(self, *faults: dict | str) -> None:
        """Replace the faults switched on; a bare name strikes every request, no argument switches all off."""
        described = [{"name": fault} if isinstance(fault, str) else fault for fault in faults]
        self._control("POST", "faults", {"faults": described})

    def faults(self) -> list[dict]:
        """The faults switched on, with how many requests each has `seen` and `struck`."""
        return self._control("GET", "faults")["faults"]

    def truth(self, at: datetime | None = None) -> dict:
        """The hidden truth up to `at` (default: the sandbox clock); see World.truth.

        Under `imports` and `stops` is what was written through the API; see Imports.truth and Imports.stops.
        """
        return self._control(
            "GET", "truth" if at is None else f"truth?at={quote(at.astimezone(UTC).isoformat())}"
        )

    def webhook_lines(
        self, until: datetime | None = None, shape: str = "snake_case", times: str = "iso"
    ) -> list[dict]:
        """The webhook payloads delivered up to `until` (default: the sandbox clock), oldest first.

        `shape` is one of webhooks.SHAPES, `times` a spelling in webhooks.TIMES; `mixed` takes all in turn.
        """
        moment = "" if until is None else f"&until={quote(until.astimezone(UTC).isoformat())}"
        return self._control("GET", f"webhooks?shape={shape}&times={times}{moment}")["lines"]

    def deliver(self, since: datetime, until: datetime | None = None, tries: int = 5) -> dict:
        """Deliver what happened between the two (default: up to the clock) to the registered webhooks.

        Returns how many were `delivered`, in how many `tries`, and how many `given_up` or `elsewhere`.
        """
        moments = {"since": since, "until": until} if until else {"since": since}
        given = {name: moment.astimezone(UTC).isoformat() for name, moment in moments.items()}
        return self._control("POST", "deliver", given | {"tries": tries})

    def log(self, reset: bool = False) -> dict:
        """API requests since the start or the last reset: `{total, routes: {…: n}, statuses: {…: n}}`.

        Under `services` is what each host of them was asked; that is no part of the total.
        """
        return self._control("GET", "log?reset=1" if reset else "log")

    def set_texts(self, campaign_id: int, **texts: tuple[str, str | None]) -> None:
        """Let steps of a campaign (note, message, follow_up) say something: (message, fallback) of each."""
        given = {step: {"message": message, "fallback": text} for step, (message, text) in texts.items()}
        self._control("POST", "texts", {"campaignId": campaign_id, "texts": given})

    def set_variant_effects(self, **log_odds: float) -> None:
        """What values of the field `variant` add to the log-odds of leads that are added from now on."""
        effects = [{"variant": name, "log_odds": value} for name, value in log_odds.items()]
        self._control("POST", "variants", {"effects": effects})

    def _control(self, method: str, name: str, body: dict | None = None) -> dict:
        address = urlsplit(self.base_url)
        connection = HTTPConnection(address.hostname, address.port, timeout=120)
        try:
            connection.request(method, f"/sandbox/{name}", orjson.dumps(body or {}))
            answer = connection.getresponse()
            content = orjson.loads(answer.read())
        finally:
            connection.close()
        if answer.status != 200:
            reason = content.get("errorMessage") or content.get("errors")
            raise OutboundError(f"The sandbox refused {method} {name}: {reason}")
        return content


def demo_sandbox(now: datetime = DEMO_START) -> AbstractContextManager[Sandbox]:
    """The demo's own world, running; the clock starts at `now`."""
    return running_sandbox(DEMO_PRESET, DEMO_SEED, now=now, twists=DEMO_TWISTS)


@contextmanager
def running_sandbox(
    preset: str = "boutique",
    seed: int = DEMO_SEED,
    *,
    start: datetime = DEMO_START,
    weeks: int = DEMO_WEEKS,
    leads: int | None = None,
    now: datetime | None = None,
    api_key: str = API_KEY,
    requests_per_minute: int = 0,
    field_updates: str = "merge",
    twists: Iterable[str | Mapping] = (),
) -> Iterator[Sandbox]:
    """Start a sandbox on a free loopback port, yield it once it answers, end it on the way out.

    The clock starts at `now` (default: `start`). 0 requests per minute means no rate limit. `field_updates`,
    merge or replace, is what adding a known lead again does to its custom fields. `twists` are described in
    extract.sandbox.twists. The child also ends when
    this process dies, because it watches its standard input. Raises OutboundError if it does not come up.
    """
    options = {
        "preset": preset,
        "seed": seed,
        "start": start.isoformat(),
        "weeks": weeks,
        "leads": leads,
        "now": (now or start).isoformat(),
        "api-key": api_key,
        "requests-per-minute": requests_per_minute,
        "field-updates": field_updates,
        "twists": orjson.dumps(list(twists)).decode(),
        "port": 0,
    }
    command = [sys.executable, "-m", "extract.sandbox", "--until-stdin-closes"]
    command += [f"--{name}={value}" for name, value in options.items() if value is not None]
    child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)  # noqa: S603
    try:
        announcement = child.stdout.readline()
        if not announcement:
            raise OutboundError(
                f"The sandbox API did not start (exit code {child.wait(STOP_SECONDS)}); see above."
            )
        yield Sandbox(base_url=announcement.split()[-1], api_key=api_key)
    finally:
        child.stdin.close()
        try:
            child.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
        child.stdout.close()
