"""A service over HTTP: paced over all threads and processes, repeated where that may help, and told apart.

One client per thread, all of a service at one pace. Most answers cost money, so a request is repeated only
where it was certainly not answered: no connection, refused for its pace (429), failed on their side (5xx).
One that was cut off may have been charged: it is not repeated here, and told as what it is.
"""

import math
import random
import time
from dataclasses import dataclass, field
from importlib.metadata import version

import httpx

from extract.enrichment.base import CutOffError, NoCreditsError, RowError, ServiceDownError
from extract.enrichment.services import Service
from extract.pacing import Pacer
from extract.transport import Deadline, limited_transport, read_json, retry_after

CONNECT_TIMEOUT = 5.0
READ_TIMEOUT = 60.0
TRY_TIMEOUT = 90.0
MAX_BODY_BYTES = 5 * 1024 * 1024
TRIES = 5
LONGEST_BACK_OFF = 30.0
LONGEST_RETRY_AFTER = 120

_jitter = random.SystemRandom().uniform
_NO_CONNECTION = (httpx.ConnectError, httpx.ConnectTimeout, httpx.ProxyError)


class MissingError(RowError):
    """The service has nothing under that name (404)."""


@dataclass(frozen=True)
class ServiceAnswer:
    """A JSON value a service sent. `tries` is how often it was asked for."""

    data: object = field(repr=False)
    status: int
    tries: int


class ServiceClient:
    """Talks to one service, for use by one thread. `keys` are the variables that the service needs."""

    def __init__(
        self,
        service: Service,
        base_url: str,
        keys: dict[str, str],
        pacer: Pacer,
        *,
        back_off: float = 1.0,
        try_timeout: float = TRY_TIMEOUT,
    ):
        self.service = service
        self.on_leave = lambda: None  # called when a request is about to leave
        self.profiles = None  # where an integration reads profile text, for the service that needs it
        self.keys = keys
        self._base_url = base_url
        self._pacer = pacer
        self._back_off = back_off
        self._try_timeout = try_timeout
        self._deadline = Deadline()
        self._http = httpx.Client(
            headers={
                "Accept": "application/json",
                "User-Agent": f"connection-analytics/{version('connection-analytics')}",
                **service.headers(keys[service.keys[0]]),
            },
            timeout=httpx.Timeout(READ_TIMEOUT, connect=CONNECT_TIMEOUT),
            transport=limited_transport(base_url, self._deadline),
            follow_redirects=False,
        )

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.service.name!r}, {self._base_url!r})"

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def get(self, path: str, params: dict | None = None) -> ServiceAnswer:
        """What a GET answers; raises RowError, MissingError, NoCreditsError, ServiceDownError."""
        return self._request("GET", path, params=params)

    def post(self, path: str, body: dict, params: dict | None = None) -> ServiceAnswer:
        """What a POST answers; raises as `get`."""
        return self._request("POST", path, json=body, params=params)

    def told(self, text: object) -> str:
        """A service's own words, fit to be printed: short, on one line, without any of the keys."""
        words = "".join(letter if letter.isprintable() else " " for letter in str(text))
        for secret in filter(None, map(self.keys.get, self.service.keys)):
            words = words.replace(secret, "***")
        return " ".join(words.split())[:200]

    def wait(self, seconds: float) -> None:
        """Let some time pass, as between two looks at an answer that is not ready."""
        time.sleep(seconds)

    def _request(self, method: str, path: str, **content: object) -> ServiceAnswer:
        for tries in range(1, TRIES + 1):
            self._pacer.wait()
            self.on_leave()
            outcome = self._try(method, path, tries, content)
            if isinstance(outcome, ServiceAnswer):
                return outcome
            if outcome.wait is None or tries == TRIES or (outcome.is_unreachable and tries >= 3):
                break
            if outcome.is_throttled:
                self._pacer.pause(outcome.wait)  # all of them, in any process
            else:
                time.sleep(outcome.wait)
        text = f"{self.service.name}: {outcome.text}" + (f"; tried {tries} times" if tries > 1 else "")
        raise ServiceDownError(text) if outcome.is_unreachable else RowError(text)

    def _try(self, method: str, path: str, tries: int, content: dict) -> "ServiceAnswer | _Failure":
        back_off = _jitter(0, min(LONGEST_BACK_OFF, self._back_off * 2**tries))
        self._deadline.set(time.monotonic() + self._try_timeout)
        try:
            with self._http.stream(method, f"{self._base_url}/{path}", **content) as response:
                body = bytearray()
                for chunk in response.iter_bytes():
                    body += chunk
                    if len(body) > MAX_BODY_BYTES:
                        return _Failure(f"answered more than {MAX_BODY_BYTES >> 20} MB")
        except _NO_CONNECTION:
            text = f"no connection (check the network and {self.service.base_url_variable})"
            return _Failure(text, back_off, is_unreachable=True)
        except httpx.RequestError as error:
            what = "in time" if isinstance(error, httpx.TimeoutException) else "before the connection broke"
            raise CutOffError(
                f"{self.service.name} gave no whole answer {what}; it may have been charged"
            ) from None
        return self._judged(response, bytes(body), tries, back_off)

    def _judged(
        self, response: httpx.Response, body: bytes, tries: int, back_off: float
    ) -> "ServiceAnswer | _Failure":
        status, name = response.status_code, self.service.name
        if status in self.service.throttled:
            asked = min(retry_after(response.headers) or 0, LONGEST_RETRY_AFTER)
            return _Failure(f"too many requests ({status})", max(back_off, asked), is_throttled=True)
        if status in self.service.no_credits:
            raise NoCreditsError(f"{name} says that the account's credits are used up ({status})")
        if status in (401, 403):
            raise ServiceDownError(
                f"{name} refuses the key ({status}): put a valid one into {self.service.keys[0]}"
            )
        if status == 404:
            raise MissingError(f"{name} has nothing there (404)")
        if status >= 500:
            return _Failure(f"answered {status}", back_off)
        if not response.is_success:
            return _Failure(f"refused the question ({status})")
        try:
            return ServiceAnswer(read_json(body), status, tries)
        except ValueError:
            return _Failure("answered no JSON")


@dataclass(frozen=True)
class _Failure:
    """Why a try brought nothing; `wait` seconds until another one may, None: none would."""

    text: str
    wait: float | None = None
    is_unreachable: bool = False
    is_throttled: bool = False


def pacer_of(service: Service, requests_per_minute: int, key: str, folder) -> Pacer:
    """The pace of a service, shared by all threads and processes with the same key and folder."""
    return Pacer(requests_per_minute, f"{service.name} {key}", folder, shortest_interval=0.0)


def whole(value: object) -> int | None:
    """A whole number out of an answer; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return None
    return int(value)
