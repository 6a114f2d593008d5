"""Which text somebody gets of a test of messages: by lot, the same whenever it is asked."""

from dataclasses import dataclass
from hashlib import sha256

# The custom field that carries the lot to HeyReach.
VARIANT = "variant"
WHOLE = 100


@dataclass(frozen=True)
class Lots:
    """A test and, in order, each of its texts with the per cent of people that get it."""

    test: str
    percents: tuple[tuple[str, int], ...]

    def drawn(self, key: str) -> str:
        """The text of a person, by key: free of other tests, of the file and of the run.

        By the first 32 bits of a hash, like all lots (dbt_project/macros/engine/drawn_at_percent.sql).
        """
        place = int(sha256(f"{self.test}|{key}".encode()).hexdigest()[:8], 16) * WHOLE / 2**32
        for text, percent in self.percents:
            place -= percent
            if place < 0:
                return text
        return self.percents[-1][0]
