"""What a service says went wrong, read from the body of its answer: words, codes, and if it is about money.

Services tell that an account is used up, or asked too often for an hour, under any status, success included.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

# Where services write it; nothing else of an answer is taken for a complaint.
_PLACES = (
    "error",
    "errors",
    "error_code",
    "error_message",
    "error_details",
    "Errors",
    "code",
    "Code",
    "type",
    "id",
    "message",
    "Message",
    "reason",
    "detail",
    "details",
)
_DEEPEST = 4
_MOST = 5

_MONEY = r"(?:credits?|quota|funds|balance|allowance|(?:spend|spending|usage|billing|plan)(?: \w+)? limit)"
_GONE = r"(?:exhausted|exceeded|used up|depleted|reached|ran out|run out|too low|insufficient)"
_USED_UP = re.compile(
    rf"\b(?:insufficient|not enough|no|no more|out of|lack|lacks|lacking)(?: \w+)? {_MONEY}\b"
    rf"|\b{_MONEY}\b.{{0,40}}\b{_GONE}\b|\b{_GONE}\b.{{0,40}}\b{_MONEY}\b|\bpayment required\b"
)
_SHORT_WINDOW = re.compile(r"\b(?:per|a|/) ?(?:second|sec|minute|min)\b|\bslow down\b")
_LONG_WINDOW = re.compile(r"\b(?:per|a|each|/) ?(?:hour|day|week|month)\b|\b(?:hour|dai|week|month)ly\b")


@dataclass(frozen=True)
class Complaint:
    """What was said: `words` are its sentences, or its codes where there are none."""

    words: str
    codes: frozenset[str]

    @property
    def is_about_credits(self) -> bool:
        """Whether it says that the account is used up."""
        text = " ".join((self.words, *sorted(self.codes)))
        return says_used_up(text)

    @property
    def is_about_a_long_window(self) -> bool:
        """Whether it says that the account was asked too often for an hour or longer."""
        return bool(_LONG_WINDOW.search(_plain(self.words)))


def complaint_of(answer: object) -> Complaint:
    """What an answer says went wrong; without words and codes where it says nothing."""
    texts = list(dict.fromkeys(_texts(answer, 0)))
    sentences = [text for text in texts if " " in text.strip()]
    return Complaint("; ".join(sentences or texts), frozenset(text for text in texts if " " not in text))


def says_used_up(text: str) -> bool:
    """Whether words or codes say that an account is used up, not that it was asked too fast for a minute."""
    plain = _plain(text)
    return bool(_USED_UP.search(plain)) and not _SHORT_WINDOW.search(plain)


def _plain(text: str) -> str:
    return re.sub(r"[\s_-]+", " ", text.casefold())


def _texts(value: object, depth: int) -> Iterator[str]:
    if isinstance(value, dict) and depth < _DEEPEST:
        places = [name for name in _PLACES if name in value]
        # Inside a complaint, names that are no places are those of the fields it is about.
        for name in places or (list(value)[:_MOST] if depth else ()):
            yield from _texts(value[name], depth + 1)
    elif isinstance(value, list) and depth < _DEEPEST:
        for each in value[:_MOST]:
            yield from _texts(each, depth + 1)
    elif depth and (isinstance(value, str) or (isinstance(value, int) and not isinstance(value, bool))):
        yield str(value)
