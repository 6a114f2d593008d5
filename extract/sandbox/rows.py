"""The rows a paged route answers with, encoded only when a page asks for them."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple

import orjson


class Rows(NamedTuple):
    """The rows a paged route can return: how many there are, and each one's JSON by index."""

    count: int
    encoded: Callable[[int], bytes]

    @classmethod
    def of(cls, rows: Sequence[dict]) -> "Rows":
        return cls(len(rows), lambda index: orjson.dumps(rows[index]))

    def selected(self, indexes: Sequence[int]) -> "Rows":
        return Rows(len(indexes), lambda index: self.encoded(indexes[index]))

    def page(self, offset: int, limit: int) -> list[bytes]:
        return [self.encoded(index) for index in range(offset, min(offset + limit, self.count))]


class Interleaved(Sequence):
    """The first `count` of many members, and a few others, as one sequence in the order of their times."""

    def __init__(
        self, many: Sequence, count: int, many_times: Sequence[int], few: Sequence, few_times: Iterable[int]
    ):
        self._many, self._count, self._few = many, count, few
        self._places = [
            bisect_right(many_times, moment, hi=count) + index for index, moment in enumerate(few_times)
        ]

    def __len__(self) -> int:
        return self._count + len(self._few)

    def __getitem__(self, index: int):
        before = bisect_left(self._places, index)
        if before < len(self._places) and self._places[before] == index:
            return self._few[before]
        return self._many[index - before]


NO_ROWS = Rows.of(())
