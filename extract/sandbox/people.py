"""Invented people and companies, and the many ways one profile URL gets written.

Everything is a pure function of a small integer, so that a million people cost no memory: a person is kept
as a number plus a few attributes, and names, slugs and ids are spelt out when a row is shown.
"""

import re
from collections.abc import Callable
from hashlib import blake2b
from unicodedata import normalize
from urllib.parse import quote, unquote, urlsplit

FIRST_NAMES = {
    "female": (
        "Tamsin", "Renée", "Maren", "Odile", "Priya", "Zoë", "Keziah", "Linnea", "Yuki", "Amara",
        "Brigid", "Noor", "Solveig", "Thandi", "Ottilie", "Łucja",
    ),
    "male": (
        "Orrin", "Tobias", "Søren", "Kofi", "Ansel", "Iñaki", "Ravi", "Caspian", "Jürgen", "Emeka",
        "Lorcan", "Haruto", "Bram", "Idris", "Matteo", "Zdeněk",
    ),
}  # fmt: skip
SURNAME_HEADS = (
    "Quill", "Vex", "Dubri", "Hal", "Thorn", "Mar", "Ost", "Brack", "Fen", "Cald",
    "Rook", "Sel", "Wyn", "Tarn", "Ask", "Ember", "Lund", "Pell", "Grev", "Isk",
)  # fmt: skip
SURNAME_TAILS = (
    "worth", "ley", "elle", "vick", "field", "mere", "sen", "holt", "wick", "aro",
    "bury", "strand", "vane", "idge", "moor", "ander", "lock", "ow", "stead", "quist",
)  # fmt: skip
COMPANY_HEADS = (
    "Northwind", "Cobalt", "Larkspur", "Ironleaf", "Bluefen", "Quarry", "Halcyon", "Tidewater", "Ember",
    "Switchyard", "Palisade", "Copperline", "Juniper", "Meridian", "Saltmarsh", "Vantage", "Foxglove",
    "Granite", "Orchard", "Beacon",
)  # fmt: skip
COMPANY_TAILS = (
    "Systems", "Cloud", "Freight", "Health", "Payments", "Robotics", "Energy", "Labs", "Retail", "Analytics",
    "Insurance", "Networks",
)  # fmt: skip

_COMPANY_HEADS = {head.lower(): index for index, head in enumerate(COMPANY_HEADS)}
_COMPANY_TAILS = {tail.lower(): index for index, tail in enumerate(COMPANY_TAILS)}
_COMPANY_NAME = re.compile(f"({'|'.join(_COMPANY_HEADS)})({'|'.join(_COMPANY_TAILS)})([0-9]{{0,4}})")

# Markup, pipes and emoji in names are common in scraped data, and break naive tables.
AWKWARD_NAMES = ("| <b>x</b> |", "🚀 Ada", "<script>alert(1)</script>", "[link](https://example.com)")

_CAPITALS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_BASE64URL = _CAPITALS + b"abcdefghijklmnopqrstuvwxyz0123456789-_"
_TO_CAPITALS = bytes(_CAPITALS[byte % len(_CAPITALS)] for byte in range(256))
_TO_BASE64URL = bytes(_BASE64URL[byte % len(_BASE64URL)] for byte in range(256))
_COUNTRY_HOSTS = ("uk", "de", "fr", "ca", "nl")


def scatter(number: int, salt: int, modulus: int) -> int:
    """A fixed, well-mixed integer in [0, modulus) for a (number, salt) pair."""
    mixed = (number * 0x9E3779B1 + salt * 0x85EBCA77) & 0xFFFFFFFF
    mixed = ((mixed ^ (mixed >> 15)) * 0x2C1B3C6D) & 0xFFFFFFFF
    return (mixed ^ (mixed >> 13)) % modulus


def member_id(number: int) -> str:
    """LinkedIn's opaque member id: `ACoAA` and 34 case-sensitive characters."""
    return "ACoAA" + _digest(number, b"member", 34).translate(_TO_BASE64URL).decode()


def imported_id(number: int) -> str:
    """The id a person has before HeyReach has looked them up: `imp_` and 24 capitals."""
    return "imp_" + _digest(number, b"imported", 24).translate(_TO_CAPITALS).decode()


def first_name(number: int, gender: str) -> str:
    names = FIRST_NAMES[gender]
    return names[scatter(number, 1, len(names))]


def last_name(number: int) -> str:
    head = SURNAME_HEADS[scatter(number, 2, len(SURNAME_HEADS))]
    return head + SURNAME_TAILS[scatter(number, 3, len(SURNAME_TAILS))]


def company_name(number: int) -> str:
    """One of 240 company names; a number from 240 on gets a numbered branch of one."""
    branch, index = divmod(number, len(COMPANY_HEADS) * len(COMPANY_TAILS))
    head, tail = divmod(index, len(COMPANY_TAILS))
    name = f"{COMPANY_HEADS[head]} {COMPANY_TAILS[tail]}"
    return f"{name} {branch + 1}" if branch else name


def company_domain(number: int) -> str:
    """The domain of its site and of its people's addresses."""
    return f"{company_name(number).lower().replace(' ', '-')}.example.com"


def company_called(text: str) -> int | None:
    """The number of the company whose name stands in a text, written together, with hyphens or spaces."""
    found = _COMPANY_NAME.search(re.sub("[^a-z0-9]", "", text.lower()))
    if not found:
        return None
    head, tail, branch = found.groups()
    index = _COMPANY_HEADS[head] * len(COMPANY_TAILS) + _COMPANY_TAILS[tail]
    return max(0, int(branch or 1) - 1) * len(COMPANY_HEADS) * len(COMPANY_TAILS) + index


def email(number: int, gender: str, company: int, share: float = 1.0) -> str | None:
    """The address at work, of a share of people."""
    if scatter(number, 21, 100) >= 100 * share:
        return None
    letters = normalize("NFKD", f"{first_name(number, gender)}.{last_name(number)}").encode("ascii", "ignore")
    return f"{letters.decode().lower()}.{number}@{company_domain(company)}"


def phone(number: int, share: float) -> str:
    """A number out of those that are kept for invented people, of a share of people; else empty."""
    return f"+1 555 01{number % 100:02d}" if scatter(number, 22, 100) < 100 * share else ""


def slug(number: int, gender: str) -> str:
    """The last part of the profile URL: a unique vanity slug, for one person in 50 the member id."""
    if scatter(number, 4, 50) == 0:
        return member_id(number)
    return f"{first_name(number, gender)}-{last_name(number)}-{number:05x}".lower()


def canonical_url(person_slug: str) -> str:
    return f"https://www.linkedin.com/in/{person_slug}"


def _country_url(person_slug: str) -> str:
    country = _COUNTRY_HOSTS[len(person_slug) % len(_COUNTRY_HOSTS)]
    return f"https://{country}.linkedin.com/in/{person_slug}"


def _capitalized_url(person_slug: str) -> str:
    # The case of a member id carries meaning; only vanity slugs survive a change of case.
    return canonical_url(person_slug if person_slug.startswith("ACoAA") else person_slug.title())


SPELLINGS: tuple[Callable[[str], str], ...] = (
    canonical_url,
    lambda person_slug: f"https://www.linkedin.com/in/{person_slug}/",
    lambda person_slug: f"https://linkedin.com/in/{person_slug}",
    _country_url,
    _capitalized_url,
    lambda person_slug: f"https://www.linkedin.com/in/{person_slug}?utm_source=clay&trk=people-search",
    lambda person_slug: f"https://www.linkedin.com/in/{quote(person_slug)}",
    lambda person_slug: f"http://www.linkedin.com/in/{quote(person_slug)}/?originalSubdomain=uk",
)
"""A slug's profile URL in eight spellings that all mean the same person; the first is the canonical one."""


def profile_key(url: str) -> str | None:
    """The same text for every spelling of a person's profile URL; None when it is not one."""
    try:
        parts = urlsplit(url.strip() if "//" in url else f"https://{url.strip()}")
        host = (parts.hostname or "").rpartition("linkedin.com")
    except ValueError:
        return None
    segments = [segment for segment in parts.path.split("/") if segment]
    if host[1:] != ("linkedin.com", "") or host[0].count(".") > 1 or host[0][-1:] not in ("", "."):
        return None
    if len(segments) < 2 or segments[0].lower() != "in":
        return None
    slug = normalize("NFC", unquote(segments[1]))
    return f"linkedin.com/in/{slug if slug.startswith('ACoAA') else slug.lower()}"


def _digest(number: int, purpose: bytes, length: int) -> bytes:
    return blake2b(number.to_bytes(8, "big"), digest_size=length, person=purpose).digest()
