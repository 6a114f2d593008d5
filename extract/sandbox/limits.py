"""The API's two rate limits, counted over sliding windows of real (not sandbox) time."""

from collections import deque

MINUTE_SECONDS = 60.0
BURST_SECONDS = 2.0


class RateLimit:
    """At most `per_minute` requests are answered in any 60 s and `per_burst` in any 2 s; 0 is no limit."""

    def __init__(self, per_minute: int = 0, per_burst: int = 0):
        self.per_minute = per_minute
        self.per_burst = per_burst
        self._answered: deque[float] = deque()

    def admits(self, now: float) -> bool:
        """Whether a request at `now` (monotonic seconds) is answered; refused ones don't count."""
        answered = self._answered
        while answered and answered[0] <= now - MINUTE_SECONDS:
            answered.popleft()
        if self.per_minute and len(answered) >= self.per_minute:
            return False
        if (
            self.per_burst
            and len(answered) >= self.per_burst
            and answered[-self.per_burst] > now - BURST_SECONDS
        ):
            return False
        if self.per_minute or self.per_burst:
            answered.append(now)
        return True
