"""A service over HTTP: paced over all threads and processes, repeated where that may help, and told apart.

One client per thread, all of a service at one pace. Most answers cost money, so a request is repeated only
where it was certainly not answered: no connection, refused for its pace (429), failed on their side (5xx).
One that was cut off may have been charged: it is not repeated here, and told as what it is.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from extract.enrichment.base import CutOffError, NoCreditsError, RowError, ServiceDownError
from extract.enrichment.complaints import Complaint, complaint_of
from extract.http.pacing import Pacer
from extract.http.reply import Reply, printable, read_json
from extract.http.retry import GivenUpError, PassingError, Retry, RetryPolicy
from extract.http.transport import HttpClient, Limits, TooLargeError
from extract.workspace.errors import OutboundError
from extract.workspace.services import Service

LIMITS = Limits(seconds=90.0, silence=60.0, bytes=5 * 1024 * 1024)
POLICY = RetryPolicy(
    tries=5, tries_unreachable=3, seconds=300.0, longest_back_off=30.0, longest_retry_after=120
)

_USED_UP = "the account's credits are used up"


class KeyRefusedError(ServiceDownError):
    """The service says no to the key, or to what it was used for (401, 403); `words` are its own."""

    def __init__(self, text: str, words: str):
        super().__init__(text)
        self.words = words


class MissingError(RowError):
    """The service says, as its document describes it, that it knows nothing of that name."""


@dataclass(frozen=True)
class ServiceAnswer:
    """A JSON value a service sent, or its text. `tries` is how often it was asked for."""

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
        limits: Limits = LIMITS,
    ):
        self.service = service
        self.on_leave: Callable[[], object] = lambda: None  # called when a request is about to leave
        self.has_asked = False  # whether a request has left since this was last reset
        self.profiles = None  # where an integration reads profile text, for the service that needs it
        self.keys = keys
        self._base_url = base_url
        self._pacer = pacer
        policy = replace(POLICY, first_back_off=back_off, address_setting=service.base_url_variable)
        self._retry = Retry(policy, pacer)
        headers = {"Accept": "application/json", **service.headers(keys.get(service.secret, ""))}
        self._http = HttpClient(base_url, limits, headers=headers)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.service.name!r}, {self._base_url!r})"

    def close(self) -> None:
        """Close the connection."""
        self._http.close()

    def end(self) -> None:
        """Let nothing leave any more, from another thread."""
        self._pacer.end()

    def hang_up(self) -> None:
        """End what is under way, from another thread."""
        self._http.hang_up()

    def get(self, path: str, params: dict | None = None) -> ServiceAnswer:
        """A GET's answer; raises RowError, MissingError, CutOffError, NoCreditsError, ServiceDownError."""
        return self._request("GET", path, params=params)

    def get_text(self, path: str, params: dict | None = None) -> ServiceAnswer:
        """What a GET answers as text, of whatever kind; raises as `get`."""
        accepted = {"Accept": "application/rss+xml, application/xml;q=0.9, */*;q=0.1"}
        return self._request("GET", path, is_text=True, params=params, headers=accepted)

    def post(self, path: str, body: dict, params: dict | None = None) -> ServiceAnswer:
        """What a POST answers; raises as `get`."""
        return self._request("POST", path, json=body, params=params)

    def told(self, text: object) -> str:
        """A service's own words, fit to be printed: short, on one line, without any of the keys."""
        return printable(text, *(self.keys.get(name, "") for name in self.service.keys))

    def wait(self, seconds: float) -> None:
        """Let some time pass, as between two looks at an answer that is not ready."""
        self._pacer.rest(seconds)

    def refusal(self, what: str, answer: object) -> OutboundError:
        """The error of an answer that says no: with the service's words, and NoCreditsError by these."""
        complaint = complaint_of(answer)
        words = self._words(complaint)
        if complaint.is_about_credits or complaint.codes & self.service.no_credits_codes:
            return NoCreditsError(f"{self.service.name} says that {_USED_UP}{words}")
        return RowError(f"{self.service.name} {what}{words}")

    def undocumented(self, answer: object) -> OutboundError:
        """The error of an answer in a shape that no document describes."""
        return self.refusal("answered in a form that is not documented", answer)

    def _request(self, method: str, path: str, *, is_text: bool = False, **content: object) -> ServiceAnswer:
        def attempt() -> ServiceAnswer:
            self.on_leave()
            self.has_asked = True
            reply = self._http.send(method, f"{self._base_url}/{path}", **content)
            if is_text and reply.is_success:
                return ServiceAnswer(reply.text, reply.status, 1)
            return self._judged(reply)

        name = self.service.name
        try:
            answer, tries = self._retry.run(attempt, may_repeat=lambda failure: not failure.is_cut_off)
        except TooLargeError as error:
            raise RowError(f"{name} {error}") from None
        except PassingError as failure:
            raise CutOffError(f"{name}: {failure}; it may have been charged") from None
        except GivenUpError as error:
            raise (ServiceDownError if error.is_lasting else RowError)(f"{name}: {error}") from None
        return replace(answer, tries=tries)

    def _judged(self, reply: Reply) -> ServiceAnswer:
        try:
            data = read_json(reply.body)
        except ValueError:
            if reply.is_success:
                raise RowError(f"{self.service.name} answered no JSON") from None
            data = None
        if not reply.is_success:
            raise self._failure(reply, data)
        return ServiceAnswer(data, reply.status, 1)

    def _failure(self, reply: Reply, data: object) -> Exception:
        """The error of an answer without success; the service's words decide before its status does."""
        status, service = reply.status, self.service
        complaint = complaint_of(data)
        words = self._words(complaint)
        failure = self.refusal(f"refused the question ({status})", data)
        if status in service.no_credits or isinstance(failure, NoCreditsError):
            failure = NoCreditsError(f"{service.name} says that {_USED_UP} ({status}){words}")
        elif status in service.throttled:
            failure = self._throttled(reply, complaint)
        elif status == 401:
            hint = f"the key (401): put a valid one into {service.secret}"
            text = f"{service.name} refuses {hint if service.secret else 'whoever asks (401)'}{words}"
            failure = KeyRefusedError(text, complaint.words)
        elif status == 403:
            hint = f"; see what the account's plan and the key in {service.secret} may do"
            text = f"{service.name} does not permit this (403){words}{hint if service.secret else ''}"
            failure = KeyRefusedError(text, complaint.words)
        elif status in service.missing or (status == 404 and complaint.codes & service.missing_codes):
            failure = MissingError(f"{service.name} has nothing there ({status}){words}")
        elif status >= 500:
            failure = PassingError(f"answered {status}{words}")
        return failure

    def _throttled(self, reply: Reply, complaint: Complaint) -> Exception:
        words = self._words(complaint)
        if complaint.is_about_a_long_window:
            return ServiceDownError(f"{self.service.name} is asked too often ({reply.status}){words}")
        return PassingError(
            f"too many requests ({reply.status}){words}",
            had_no_effect=True,
            is_throttled=True,
            retry_after=reply.retry_after(),
        )

    def _words(self, complaint: Complaint) -> str:
        return f": {self.told(complaint.words)}" if complaint.words else ""


def pacer_of(service: Service, requests_per_minute: int, key: str, folder) -> Pacer:
    """The pace of a service, shared by all threads and processes with the same key and folder."""
    return Pacer(requests_per_minute, f"{service.name} {key}", folder, shortest_interval=0.0)
