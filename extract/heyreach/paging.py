"""Paging: every row of a route, or the plain statement that some may be missing.

HeyReach pages by offset, in no promised order, while the data moves: rows deleted behind us shift others past
us unseen, rows added behind us show some twice. So pages overlap. A page *links* when it starts at offset 0
or shows a row of the part covered so far: then no row that stayed alive lies unseen between the two. After
one that doesn't link, the walk steps back until one does.

A pass over the route ends when a request for more brings nothing new, and is complete when as many different
rows came as HeyReach counts. If it isn't, a second pass follows.
"""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from extract.heyreach.client import Answer, HeyReachClient
from extract.raw.routes import Route
from extract.workspace.errors import ProviderError, RefusedError, UnknownShapeError

OVERLAP = 10
STEP_BACK_SHARE = 0.25
STEPS_BACK_ALWAYS_ALLOWED = 4
EMPTY_PAGE_RETRIES = 3
PAGES_WITHOUT_NEWS = 2
# Every route takes pages of this size; that some take more is documented but was never tried.
SURE_PAGE_LIMIT = 100

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Page:
    """Rows as HeyReach sent them, and bounds (aware, UTC) on the moment they describe."""

    items: list = field(repr=False)
    not_before: datetime
    not_after: datetime


@dataclass(frozen=True)
class WalkSummary:
    """What a walk asked and got.

    `is_complete`: every row that was there from start to finish came. `is_stable`: every page of the last
    pass linked. `rows_received` and `duplicate_rows` count the repeats of overlapping pages too;
    `unkeyed_rows` are those without a key. `received_at`: when the last answer came, by this machine's clock.
    `note` is one line on what was unusual, or None.
    """

    requests: int
    pages: int
    rows_received: int
    distinct_rows: int
    duplicate_rows: int
    unkeyed_rows: int
    total_count_first: int
    total_count_last: int
    is_complete: bool
    is_stable: bool
    started_at: datetime
    finished_at: datetime
    received_at: datetime | None
    note: str | None


class Walk:
    """Iterate it once for all pages; afterwards `summary` says what they are worth.

    Rows may come several times. Iterating raises UnknownShapeError for an answer that is no page and whatever
    the client raises; `summary` then says what had come, None if nothing had.
    """

    summary: WalkSummary | None = None

    def __init__(self, client: HeyReachClient, route: Route, body: dict, on_progress: Progress | None):
        self._new_pass = lambda: _Pass(client, route, body, on_progress)

    def __iter__(self) -> Iterator[Page]:
        passes = [first := self._new_pass()]
        try:
            yield from first.pages()
            is_complete = first.is_complete
            if not is_complete:
                passes.append(second := self._new_pass())
                yield from second.pages()
                is_complete = second.is_complete or second.is_whole or _complete_together(first, second)
        except ProviderError as error:
            answered = [each for each in passes if each.totals]
            if answered:
                self.summary = _summary(answered, False, str(error))
            raise
        self.summary = _summary(passes, is_complete)


def walk(
    client: HeyReachClient,
    route: Route,
    of_scope: dict | None = None,
    *,
    on_progress: Progress | None = None,
) -> Walk:
    """All rows of a route, or those `of_scope`: what requests say beside what all of this route say.

    `on_progress` is called after each page with the number of rows covered so far and HeyReach's total.
    """
    return Walk(client, route, {**route.body, **(of_scope or {})}, on_progress)


class _Pass:
    """One pass over a route from offset 0, and what is known after it."""

    def __init__(self, client: HeyReachClient, route: Route, body: dict, on_progress: Progress | None):
        self._client = client
        self._route = route
        self._body = body
        self._on_progress = on_progress
        self._limit = route.page_limit
        self._page_size = route.page_limit
        self._overlap = OVERLAP
        self._last_keys: list[str | None] = []
        self._covered: set[str] = set()
        self._stray: set[str] = set()
        self._steps_back = 0
        self.position = 0  # end of the part covered without a gap, as an offset
        self.totals: list[int] = []
        self.requests = 0
        self.pages_received = 0
        self.rows_received = 0
        self.unkeyed_rows = 0
        self.started_at: datetime | None = None
        self.finished_at: datetime | None = None
        self.received_at: datetime | None = None
        self.is_ended = False
        self.is_stable = True
        self.is_in_place = True
        self.notes: list[str] = []

    @property
    def keys(self) -> set[str]:
        """The key of every row that came."""
        return self._covered | self._stray if self._stray else self._covered

    @property
    def is_complete(self) -> bool:
        """As many different rows came as HeyReach counts.

        Where rows left during the pass, the two numbers can agree by accident; that doesn't count.
        """
        fits = len(self.keys) + self.unkeyed_rows == self.totals[-1]
        is_one_answer = self.pages_received == 1 and self.is_whole
        return (
            self.is_ended and self.is_stable and self.totals[-1] >= self.totals[0] and (fits or is_one_answer)
        )

    @property
    def is_whole(self) -> bool:
        """Every position was seen and nothing moved, so that only repeated rows can make the keys too few.

        Without this, a list with the same person twice would be incomplete for ever.
        """
        return (
            not self._route.has_id
            and self.is_ended
            and self.is_stable
            and self.is_in_place
            and set(self.totals) == {self.position}
        )

    def pages(self) -> Iterator[Page]:
        offset = 0
        pages_without_news = 0
        while not self.is_ended:
            page, total = self._ask(offset)
            yield page
            keys = [self._route.key(row) for row in page.items]
            was_at_end = bool(self.totals) and self.position >= self.totals[-1]
            if not self.totals:
                self._measure(len(keys), total)
            self.totals.append(total)
            has_news = self._has_news(offset, keys)
            if was_at_end and offset + len(keys) >= total and not has_news:
                self._check_place(offset, keys)
                self.is_ended = True
            elif not self._links(offset, keys) and self._may_step_back():
                self._stray.update(key for key in keys if key is not None)
                offset = self._step_back_from(min(offset, total))
                continue
            else:
                self._cover(offset, keys)
                self.is_ended = self._is_whole_answer(total)
            if self._on_progress:
                self._on_progress(min(self.position, total), total)
            pages_without_news = 0 if has_news else pages_without_news + 1
            if not self.is_ended and self._must_stop(pages_without_news):
                return
            offset = max(0, self.position - self._overlap)

    def _ask(self, offset: int) -> tuple[Page, int]:
        """The page at an offset and HeyReach's total; an empty page that can't be is asked for again."""
        for _ in range(1 + EMPTY_PAGE_RETRIES):
            answer = self._post(offset)
            items, total = answer.data.get("items"), answer.data.get("totalCount")
            if not isinstance(items, list) or not _is_count(total):
                missing = "totalCount" if isinstance(items, list) else "items"
                raise UnknownShapeError(self._route.path, missing)
            self.pages_received += 1
            self.rows_received += len(items)
            self.started_at = self.started_at or answer.not_before
            self.finished_at = answer.not_after
            self.received_at = answer.received_at
            if items or offset >= total:
                return Page(items, answer.not_before, answer.not_after), total
        raise ProviderError(
            f"HeyReach {self._route.path}: only empty pages came at row {offset} of {total}: run again later"
        )

    def _post(self, offset: int) -> Answer:
        self.requests += 1
        try:
            return self._client.post(self._route.path, {**self._body, "offset": offset, "limit": self._limit})
        except RefusedError:
            if self.pages_received or self._limit <= SURE_PAGE_LIMIT:
                raise
        self.notes.append(
            f"pages of {self._limit} rows were refused, {SURE_PAGE_LIMIT} were asked for instead"
        )
        self._limit = self._page_size = SURE_PAGE_LIMIT
        return self._post(offset)

    def _measure(self, received: int, total: int) -> None:
        """Learn from the first page how many rows HeyReach really gives at once."""
        if 0 < received < min(self._limit, total):
            self.notes.append(f"HeyReach gives {received} rows a page, {self._limit} were asked for")
            self._page_size = received
        self._overlap = min(OVERLAP, self._page_size // 2)

    def _has_news(self, offset: int, keys: list[str | None]) -> bool:
        """Whether a page shows a row not covered before.

        Where keys may repeat, a page past the part covered counts as news unless it is the last one again.
        """
        beyond = keys[max(0, self.position - offset) :]
        if any(key not in self._covered for key in keys if key is not None) or None in beyond:
            return True
        return not self._route.has_id and bool(beyond) and keys != self._last_keys

    def _links(self, offset: int, keys: list[str | None]) -> bool:
        known = {key for key in keys if key is not None}
        if offset == 0 or self._overlap == 0 or (keys and not known):
            return True
        return bool(known) and (not known.isdisjoint(self._last_keys) or known <= self._covered)

    def _may_step_back(self) -> bool:
        allowed = max(STEPS_BACK_ALWAYS_ALLOWED, STEP_BACK_SHARE * self.requests)
        if self._steps_back >= allowed and self.is_stable:
            self.is_stable = False
            self.notes.append("rows moved too fast to follow")
        return self.is_stable

    def _step_back_from(self, offset: int) -> int:
        """Half a page back; from now on pages overlap more, since rows leave faster than thought."""
        self._steps_back += 1
        self.is_in_place = False
        half = max(1, self._page_size // 2)
        self._overlap = min(2 * self._overlap, half)
        return max(0, offset - half)

    def _check_place(self, offset: int, keys: list[str | None]) -> None:
        """Note whether the rows shared with the last page stand where they stood."""
        shared = self.position - offset
        if shared > 0 and keys[:shared] != self._last_keys[-shared:]:
            self.is_in_place = False

    def _cover(self, offset: int, keys: list[str | None]) -> None:
        self._check_place(offset, keys)
        self.unkeyed_rows += keys[max(0, self.position - offset) :].count(None)
        self._covered.update(key for key in keys if key is not None)
        self._last_keys = keys
        self.position = offset + len(keys)

    def _is_whole_answer(self, total: int) -> bool:
        """Whether the first page is all there is, so that there is nothing to ask past the end.

        It held what HeyReach counts, in one and the same answer, and had room for more.
        """
        return self.pages_received == 1 and self.position == total < self._limit

    def _must_stop(self, pages_without_news: int) -> bool:
        if pages_without_news == PAGES_WITHOUT_NEWS:
            self.notes.append("stopped because the same rows came again and again")
            return True
        # With the widest overlap a pass needs twice the requests; the rest is for data that grows meanwhile.
        most = 20 + 4 * math.ceil(self.totals[0] / max(1, self._page_size - OVERLAP))
        if self.requests >= most:
            self.notes.append(f"stopped after {self.requests} requests without an end in sight")
            return True
        return False


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _complete_together(first: _Pass, second: _Pass) -> bool:
    """Whether two passes over an unchanged number of rows showed, between them, every one."""
    totals = {*first.totals, *second.totals}
    together = len(first.keys | second.keys) + second.unkeyed_rows
    return first.is_ended and second.is_ended and totals == {together}


def _summary(passes: list[_Pass], is_complete: bool, failure: str | None = None) -> WalkSummary:
    first, last = passes[0], passes[-1]
    keys = set().union(*(each.keys for each in passes)) if len(passes) > 1 else last.keys
    rows_received = sum(each.rows_received for each in passes)
    notes = list(dict.fromkeys(note for each in passes for note in each.notes))
    repeated = last.totals[-1] - len(last.keys) - last.unkeyed_rows
    if is_complete and last.is_whole and repeated > 0:
        notes.append(f"{repeated} rows repeat another one")
    if failure:
        notes.append(failure)
    return WalkSummary(
        requests=sum(each.requests for each in passes),
        pages=sum(each.pages_received for each in passes),
        rows_received=rows_received,
        distinct_rows=len(keys),
        duplicate_rows=rows_received - len(keys) - last.unkeyed_rows,
        unkeyed_rows=last.unkeyed_rows,
        total_count_first=first.totals[0],
        total_count_last=last.totals[-1],
        is_complete=is_complete,
        is_stable=last.is_stable,
        started_at=first.started_at,
        finished_at=last.finished_at,
        received_at=last.received_at,
        note="; ".join(notes) or None,
    )
