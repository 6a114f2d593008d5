"""One twist as the stages see it."""

from collections.abc import Mapping
from random import Random
from typing import NamedTuple

from extract.sandbox.clock import iso


class Twist:
    """A twist that is switched on: its options, its own chance, and what it notes for the truth."""

    def __init__(self, name: str, options: Mapping, rng: Random):
        self.name = name
        self.options = dict(options)
        self.rng = rng
        self.did: dict[str, object] = {}

    def option(self, name: str, default):
        """The option's value; `default` where it was not given."""
        return self.options.get(name, default)

    def note(self, **facts) -> None:
        """Keep what was done; ticks (names ending in `_at`) become ISO texts."""
        self.did |= {name: _told(name, value) for name, value in facts.items()}

    @staticmethod
    def described(row: NamedTuple) -> dict:
        """A row of times and ids as the truth tells it."""
        return {name: _told(name, value) for name, value in row._asdict().items()}


def _told(name: str, value):
    is_time = name == "at" or name.endswith("_at")
    return iso(value) if is_time and isinstance(value, int) else value
