"""What an integration is: one question to one service, declared so that it can be listed, priced and tested.

Adding one is a small class: what it needs and yields, and `_ask`. It is registered in registry.py, and the
registry test covers it from that moment.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from extract.enrichment.config import EnrichmentConfig
from extract.workspace.errors import OutboundError

# What a question can come to. The first two are cached; the others are asked again by the next run, and those
# that are reopened (nobody answered) also when the same run is gone on with.
STATUSES = ("found", "not_found", "failed", "cut_off", "unasked", "no_credits", "unavailable")
CACHED = ("found", "not_found")
REOPENED = ("no_credits", "unavailable")

# What a row of leads may hold; `leads.py` finds it under many headers.
COLUMNS = (
    "linkedin_url",
    "email",
    "first_name",
    "last_name",
    "company_name",
    "company_domain",
    "ceo_name",
    "sender_account_id",
    "profile_text",
)


@dataclass(frozen=True)
class Subject:
    """What is asked about: `key` is its identity (person, domain or address), `inputs` what is told of it."""

    key: str
    inputs: Mapping[str, str]


@dataclass(frozen=True)
class Outcome:
    """What a question came to. `payload` is the answer as it is kept, `fields` what was read from it."""

    status: str
    fields: Mapping[str, Any] = field(default_factory=dict)
    payload: Any = None
    reason: str = ""
    credits: float = 0.0

    def __post_init__(self):
        if self.status not in STATUSES:
            raise ValueError(f"{self.status} is no status")


def found_or_not(fields: Mapping[str, Any], payload: Any, *, credits: float = 0.0) -> Outcome:
    """`found` with the fields that hold something, `not_found` (and nothing charged) where none does."""
    kept = {name: value for name, value in fields.items() if value not in (None, "", [], {})}
    if not kept:
        return Outcome("not_found", payload=payload)
    return Outcome("found", kept, payload, credits=credits)


class RowError(OutboundError):
    """This subject can't be answered for; others can."""


class CutOffError(OutboundError):
    """Nobody can tell whether the service answered, and charged, for this subject."""


class NoCreditsError(OutboundError):
    """The service's account is used up, so nobody else is asked about either."""


class ServiceDownError(OutboundError):
    """The service can't be reached or refuses the key, so nobody else is asked about either."""


class NotConnectedError(OutboundError):
    """The service lacks what this one integration needs; its others can be asked."""


class HostRefusesError(OutboundError):
    """The host of a page refuses to be asked, so it isn't asked for any other page in this start."""

    def __init__(self, host: str, reason: str):
        super().__init__(f"{host} is not asked any more in this run: {reason}")
        self.host = host


class Integration(ABC):
    """One question to one service.

    `inputs` must be in the row, `optional` are told where they are; `key_column` names the input that
    identifies the subject. `credits` is what the service charges for an answer that finds something. An
    answer counts for `found_days`, "nothing found" for `not_found_days`. Where it is asked for a `signal`
    of scores alone, nights leave it out while no profile counts that.
    """

    name: ClassVar[str]
    service: ClassVar[str]
    entity: ClassVar[str]
    key_column: ClassVar[str]
    inputs: ClassVar[tuple[str, ...]]
    optional: ClassVar[tuple[str, ...]] = ()
    outputs: ClassVar[tuple[str, ...]]
    signal: ClassVar[str] = ""
    credits: ClassVar[float] = 0.0
    found_days: ClassVar[int] = 90
    not_found_days: ClassVar[int] = 30
    # Subjects that may be asked about in one request.
    batch_size: ClassVar[int] = 1
    # Whether asking once more after a crash harms nobody: nothing is charged and nothing changes.
    is_repeatable: ClassVar[bool] = False

    def __init__(self, config: EnrichmentConfig):
        self.config = config

    @property
    def description(self) -> str:
        """What it is for, in one line."""
        return (type(self).__doc__ or "").strip().splitlines()[0]

    @property
    def variant(self) -> str:
        """What else the answer depends on, such as a keyword; another variant is another question."""
        return ""

    def problem(self) -> str | None:
        """Why it can't be used as it is configured, besides missing keys; None where it can."""
        return None

    def subject(self, row: Mapping[str, str]) -> Subject | None:
        """What is asked about a row; None where the row lacks a needed input."""
        if any(not row.get(name) for name in self.inputs):
            return None
        told = {name: row[name] for name in (*self.inputs, *self.optional) if row.get(name)}
        return Subject(row[self.key_column], told)

    def ask(self, client: Any, subjects: Sequence[Subject], ticket: "Ticket") -> list[Outcome]:
        """One outcome per subject, in their order; raises the errors above, which concern all of them."""
        return [self._ask(client, subject) for subject in subjects]

    @abstractmethod
    def _ask(self, client: Any, subject: Subject) -> Outcome:
        """Ask about one subject."""


class Ticket:
    """What a service gives for a question it answers later. Once kept, a crash resumes the wait."""

    def __init__(self, value: str | None = None, keep=lambda value: None):
        self.value = value
        self._keep = keep

    def take(self, value: str) -> None:
        """Write the ticket down, before waiting for the answer."""
        self._keep(value)
        self.value = value
