"""Asking HeyReach for one part of a pull, scope by scope, and what a failure means for the rest.

A scope that can't be read is recorded with the reason, and the next one is asked. Where several in a row fail
asking on would meet the same: what the pull needs then ends it, what only adds is left for the next one. A
refused key ends everything at once.
"""

from collections.abc import Callable

from extract.heyreach.observing import Pull
from extract.workspace.errors import (
    AuthenticationError,
    MissingRouteError,
    NotFoundError,
    ProviderError,
    RefusedError,
)

FAILURES_IN_A_ROW = 3
# What failing additions may cost a pull altogether, waiting between tries included.
SECONDS_FOR_FAILING_ADDITIONS = 900.0

Scope = tuple[str, ...]


class Asking:
    """The questions of one part. `says_gone` are the errors by which HeyReach tells that a scope is gone."""

    def __init__(
        self, pull: Pull, resource: str, *, says_gone: tuple[type[ProviderError], ...] = (NotFoundError,)
    ):
        self.failed: dict[Scope, str] = {}
        self.gone: dict[Scope, str] = {}
        self.given_up: str | None = None
        self._pull = pull
        self._resource = resource
        self._is_needed = resource in pull.needed
        self._says_gone = says_gone
        self._answered = 0
        self._in_a_row = 0
        self._last_error: ProviderError | None = None

    def ask(self, scope: Scope, question: Callable[[], None]) -> bool:
        """Put a question that lands and records its answer; False where none came, which is recorded.

        Raises AuthenticationError always, and for a part that is needed what failed too often in a row.
        """
        if not self.given_up and not self._is_needed and self._is_time_up():
            self.given_up = f"failing additions took {self._pull.seconds_wasted:.0f} s of this pull"
        if self.given_up:
            self._note(scope, f"not asked: {self.given_up}", requests=0)
            return False
        began = self._pull.client.monotonic()
        try:
            question()
        except AuthenticationError:
            raise
        except self._says_gone as error:
            self._in_a_row = 0
            self.gone[scope] = str(error)
            self._record(scope, "gone", str(error))
            return False
        except ProviderError as error:
            if not self._is_needed:
                self._pull.seconds_wasted += self._pull.client.monotonic() - began
            self._fail(scope, error)
            return False
        self._in_a_row = 0
        self._answered += 1
        return True

    def end(self) -> None:
        """Raise the last failure where the pull needs this part and nothing of it came."""
        if self._is_needed and self._last_error and not self._answered:
            raise self._last_error

    def warning(self, consequence: str) -> None:
        """One line on what failed, if anything did, and what that means."""
        if self.failed:
            what = ", ".join("/".join(scope) for scope in list(self.failed)[:5])
            more = len(self.failed) - 5
            self._pull.warnings.append(
                f"{self._resource} {what}{f' and {more} more' if more > 0 else ''}: "
                f"{next(iter(self.failed.values()))}; {consequence}"
            )

    def _is_time_up(self) -> bool:
        return self._pull.seconds_wasted > SECONDS_FOR_FAILING_ADDITIONS

    def _fail(self, scope: Scope, error: ProviderError) -> None:
        self._last_error = error
        self._note(scope, str(error))
        if isinstance(error, RefusedError):
            self._in_a_row = 0  # HeyReach answers, and a refusal costs one request
            return
        self._in_a_row += 1
        is_missing_route = isinstance(error, MissingRouteError) and not self._is_needed
        if self._in_a_row < FAILURES_IN_A_ROW and not is_missing_route:
            return
        if self._is_needed:
            raise error
        self.given_up = str(error)

    def _note(self, scope: Scope, reason: str, requests: int = 1) -> None:
        self.failed[scope] = reason
        self._record(scope, "incomplete", reason, requests=requests)

    def _record(self, scope: Scope, outcome: str, reason: str, requests: int = 1) -> None:
        """Into the ledger, unless a walk that broke off is there with what had come."""
        if not self._pull.has_recorded(self._resource, scope):
            self._pull.record_without_rows(self._resource, scope, outcome, reason, requests=requests)
