"""When a request is made again, after which wait, and when it is given up: one policy for all that goes out.

What fails for good is no matter of this module: only a PassingError may be gone at the next try.
"""

import random
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from extract.http.pacing import Pacer

_jitter = random.SystemRandom().uniform
_T = TypeVar("_T")


class PassingError(Exception):
    """A failure that may be gone at the next try.

    `had_no_effect` where the other side certainly did nothing, `is_unreachable` where the network says why
    there is no connection, `is_throttled` where it was asked too fast, `is_cut_off` where an answer may have
    been on its way. `retry_after` are the seconds that it asks to wait.
    """

    def __init__(
        self,
        what: str,
        *,
        had_no_effect: bool = False,
        is_unreachable: bool = False,
        is_throttled: bool = False,
        is_cut_off: bool = False,
        retry_after: int | None = None,
    ):
        super().__init__(what)
        self.had_no_effect = had_no_effect
        self.is_unreachable = is_unreachable
        self.is_throttled = is_throttled
        self.is_cut_off = is_cut_off
        self.retry_after = retry_after


class GivenUpError(Exception):
    """A request that is not made again: its last `failure`, and `reason`, a clause that says why.

    `is_lasting` where a next request would most likely fare alike: no connection, or a long wait asked for.
    """

    def __init__(self, failure: PassingError, reason: str, *, is_lasting: bool = False):
        super().__init__(f"{failure}; {reason}" if reason else str(failure))
        self.failure = failure
        self.reason = reason
        self.is_lasting = is_lasting


@dataclass(frozen=True)
class RetryPolicy:
    """How patient to be. No try begins after `seconds`, the waits between tries included.

    Waits grow from `first_back_off` x 2 to `longest_back_off`, each a random part of that. A server that asks
    to wait longer than `longest_retry_after` is given up. `window` are the seconds over which the other side
    counts requests, where it is known: after a refusal for the pace that long a silence helps. Of all calls
    `repeated_share` may be repeats, and `repeats_always` always. `address_setting` is the variable to check
    where nobody is there.
    """

    tries: int
    tries_unreachable: int
    seconds: float
    address_setting: str = ""
    first_back_off: float = 1.0
    longest_back_off: float = 60.0
    longest_retry_after: int = 300
    window: float = 0.0
    repeated_share: float = 1.0
    repeats_always: int = 30


class Retry:
    """Makes requests under a policy, at a pace; for use by one thread."""

    def __init__(self, policy: RetryPolicy, pacer: Pacer, *, monotonic: Callable[[], float] = time.monotonic):
        self._policy = policy
        self._pacer = pacer
        self._monotonic = monotonic
        self._calls = 0
        self._repeats = 0
        self._recent_calls: deque[float] = deque()

    def run(
        self, attempt: Callable[[], _T], *, may_repeat: Callable[[PassingError], bool] = lambda _: True
    ) -> tuple[_T, int]:
        """What an attempt returned, and how many there were.

        Raises GivenUpError, or the PassingError itself where `may_repeat` says no; whatever else an attempt
        raises goes on its way.
        """
        started = self._monotonic()
        tries = throttled_in_a_row = 0
        while True:
            self._pacer.wait()
            self._count_call()
            tries += 1
            try:
                return attempt(), tries
            except PassingError as failure:
                if not may_repeat(failure):
                    raise
                throttled_in_a_row = throttled_in_a_row + 1 if failure.is_throttled else 0
                wait = self._seconds_to_wait(failure, tries, throttled_in_a_row)
                spent = self._monotonic() - started
                self._raise_if_enough(failure, tries, spent, wait)
                is_throttled = failure.is_throttled
            self._repeats += 1
            if is_throttled:
                self._pacer.pause(wait)  # all of them, in any process
            else:
                self._pacer.rest(wait)

    def _count_call(self) -> None:
        now = self._monotonic()
        self._calls += 1
        self._recent_calls.append(now)
        while self._recent_calls and self._recent_calls[0] <= now - self._policy.window:
            self._recent_calls.popleft()

    def _seconds_to_wait(self, failure: PassingError, tries: int, throttled_in_a_row: int) -> float:
        back_off = _jitter(0, min(self._policy.longest_back_off, self._policy.first_back_off * 2**tries))
        asked_for = failure.retry_after or 0
        if not failure.is_throttled:
            return max(back_off, asked_for)
        if not self._pacer.is_paced or not self._policy.window:
            return asked_for or back_off
        # Other programs' calls count too, and with some gateways refused ones: after a second refusal only a
        # whole window of silence is sure to help.
        now = self._monotonic()
        silent_since = self._recent_calls[0] if throttled_in_a_row == 1 else now
        return max(silent_since + self._policy.window - now, asked_for) + back_off

    def _raise_if_enough(self, failure: PassingError, tries: int, spent: float, wait: float) -> None:
        policy = self._policy
        if (failure.retry_after or 0) > policy.longest_retry_after:
            reason = f"it asks to wait {failure.retry_after} s, more than {policy.longest_retry_after}"
            raise GivenUpError(failure, f"{reason}: run again later", is_lasting=True)
        if failure.is_unreachable and tries >= policy.tries_unreachable:
            check = " and ".join(filter(None, ("check the network", policy.address_setting)))
            raise GivenUpError(failure, f"tried {tries} times: {check}", is_lasting=True)
        if tries >= policy.tries or spent + wait > policy.seconds:
            reason = f"tried {tries} times in {spent:.0f} s"
        elif self._repeats >= max(policy.repeats_always, policy.repeated_share * self._calls):
            reason = f"{self._repeats} of {self._calls} calls so far had to be repeated, which is too many"
        else:
            return
        is_lasting = failure.had_no_effect and not failure.is_throttled
        raise GivenUpError(failure, f"{reason}: run again later", is_lasting=is_lasting)
