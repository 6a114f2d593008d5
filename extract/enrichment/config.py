"""config/enrichment.yaml: what an operator decides about enrichment, read and checked."""

from dataclasses import dataclass, field, replace
from pathlib import Path

from extract.people.traits import INFERRED_TRAITS
from extract.workspace import strict_yaml
from extract.workspace.errors import ConfigurationError
from extract.workspace.services import SERVICES
from extract.workspace.strict_yaml import Items, Mapping, Value, quoted, shown, suggestion

PIPES = {
    "company_overview": "company:overview@2",
    "company_techstack": "company:techstack:builtwith@1",
    "company_funding": "company:funding:leadmagic@1",
    "company_news": "company:newssummary:website@1",
    "person_posts": "people:posts:crustdata@1",
}
ACKNOWLEDGEMENT = "I may fetch pages of these hosts"


@dataclass(frozen=True)
class EnrichmentConfig:
    """What config/enrichment.yaml says; the file explains each."""

    requests_per_minute: dict[str, int] = field(default_factory=dict)
    usd_per_credit: dict[str, float] = field(default_factory=dict)
    most_credits_per_start: int = 0
    nightly: tuple[str, ...] = ()
    nightly_most_leads: int = 200
    nightly_most_usd: float = 5.0
    nightly_discover_most: int = 0
    pipes: tuple[str, ...] = tuple(PIPES)
    mention_keyword: str = "Claude Code"
    keep_post_characters: int = 0
    meeting_words: tuple[str, ...] = ("book", "booked", "calendar", "calendly", "call", "meeting", "schedule")
    infer: tuple[str, ...] = ()
    message_question: str = ""
    minimum_confidence_percent: int = 70
    allow_profile_fetch: bool = False
    fetch_acknowledgement: str = ""
    fetch_hosts: tuple[str, ...] = ()
    write_back_sensitive: bool = False

    def pace(self, service: str) -> int:
        """Requests per minute that a service is asked at."""
        return self.requests_per_minute.get(service, SERVICES[service].requests_per_minute)

    def price(self, service: str) -> float | None:
        """Dollars per credit; None where nobody said."""
        if service in self.usd_per_credit:
            return self.usd_per_credit[service]
        return SERVICES[service].usd_per_credit if service in SERVICES else 0.0

    @property
    def may_fetch(self) -> bool:
        """Whether pages may be fetched: switched on, with the acknowledgement, and hosts named."""
        return (
            self.allow_profile_fetch
            and self.fetch_acknowledgement == ACKNOWLEDGEMENT
            and bool(self.fetch_hosts)
        )


def load_enrichment_config(path: Path) -> EnrichmentConfig:
    """The file's settings, each line left out as shipped; raises ConfigurationError with every problem."""
    config, problems = EnrichmentConfig(), []
    if not path.exists():
        return config
    document = strict_yaml.load(path)
    for name, value in document.items():
        try:
            if name not in _READERS:
                raise ValueError(f"is not a setting; {suggestion(name, _READERS)}")
            config = replace(config, **{name: _READERS[name](value)})
        except ValueError as error:
            problems.append(f"{shown(path)} line {document.lines[name]}: {name} {error}")
    if config.allow_profile_fetch and not config.may_fetch:
        problems.append(
            f"{shown(path)}: allow_profile_fetch needs fetch_hosts and "
            f"`fetch_acknowledgement: {ACKNOWLEDGEMENT}`, because most sites forbid it in their terms"
        )
    if problems:
        raise ConfigurationError(problems)
    return config


def _whole_number(value: Value, low: int, high: int) -> int:
    if not isinstance(value, str) or not value.isdigit() or not low <= int(value) <= high:
        raise ValueError(f"must be a whole number from {low} to {high}, not {quoted(value)}")
    return int(value)


def _amount(value: Value) -> float:
    try:
        amount = float(value) if isinstance(value, str) else -1
    except ValueError:
        amount = -1
    if not 0 <= amount <= 1000:
        raise ValueError(f"must be dollars per credit, like 0.02, not {quoted(value)}")
    return amount


def _per_service(check):
    def read(value: Value) -> dict:
        if value is None:
            return {}
        if not isinstance(value, Mapping):
            raise ValueError(f"must be `service: value` lines, not {quoted(value)}")
        unknown = [name for name in value if name not in SERVICES]
        if unknown:
            raise ValueError(f"{quoted(unknown[0])} is no service; {suggestion(unknown[0], SERVICES)}")
        return {name: check(each) for name, each in value.items()}

    return read


def _texts(known: tuple[str, ...] | None = None):
    def read(value: Value) -> tuple[str, ...]:
        texts = [] if value is None else list(value) if isinstance(value, Items) else [value]
        for text in texts:
            if not isinstance(text, str) or not text.strip():
                raise ValueError(f"must be a list of texts, not {quoted(text)}")
            if known and text not in known:
                raise ValueError(f"{quoted(text)} is not known; {suggestion(text, known)}")
        return tuple(text.strip() for text in texts)

    return read


def _text(value: Value) -> str:
    if value is not None and not isinstance(value, str):
        raise ValueError(f"must be a text, not {quoted(value)}")
    return (value or "").strip()


def _question(value: Value) -> str:
    text = " ".join(_text(value).split())
    if set("{}") & set(text) or len(text) > 300:
        raise ValueError("must be one question without braces, of at most 300 characters")
    return text


def _keyword(value: Value) -> str:
    if not _text(value):
        raise ValueError("must be a text that posts are searched for")
    return _text(value)


def _yes_or_no(value: Value) -> bool:
    if value not in ("true", "false"):
        raise ValueError(f"must be true or false, not {quoted(value)}")
    return value == "true"


_READERS = {
    "requests_per_minute": _per_service(lambda value: _whole_number(value, 1, 6000)),
    "usd_per_credit": _per_service(_amount),
    "most_credits_per_start": lambda value: _whole_number(value, 0, 10_000_000),
    "nightly": _texts(),
    "nightly_most_leads": lambda value: _whole_number(value, 1, 1_000_000),
    "nightly_most_usd": _amount,
    "nightly_discover_most": lambda value: _whole_number(value, 0, 10_000),
    "pipes": _texts(tuple(PIPES)),
    "mention_keyword": _keyword,
    "keep_post_characters": lambda value: _whole_number(value, 0, 500),
    "meeting_words": _texts(),
    "infer": _texts(INFERRED_TRAITS),
    "message_question": _question,
    "minimum_confidence_percent": lambda value: _whole_number(value, 0, 100),
    "allow_profile_fetch": _yes_or_no,
    "fetch_acknowledgement": _text,
    "fetch_hosts": _texts(),
    "write_back_sensitive": _yes_or_no,
}
