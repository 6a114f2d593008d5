"""The profile-URL contract in plain Python: the oracle the SQL macro is compared with, and nothing else.

Written from the rules (R1 to R8), not from the macro, and on purpose in another style: `unicodedata` instead
of regex classes, loops instead of a fold, exceptions instead of null. The warehouse never imports it.
"""

import re
import unicodedata
from urllib.parse import unquote_to_bytes

OPENING = "<([{\"'“”‘’«»`"
CLOSING = ">)]}\"'“”‘’«»`.,;:!?"
REDIRECT_LEVELS = 2

MARKDOWN_LINK = re.compile(
    r"!?\[(?:[^\[\]]|\[[^\[\]]*\])*\]"
    r"\( *(?P<url>(?:[^ ()]|\([^ ()]*\))+)( +(\"[^\"]*\"|'[^']*'))? *\)"
)
HTML_LINK = re.compile(
    r"<a( [^>]*?)? href *= *(?P<url>\"[^\"]*\"|'[^']*'|[^ \"'>]+)( [^>]*)?>(?:(?!</a).)*</a *>",
    re.ASCII | re.IGNORECASE | re.DOTALL,
)
SPREADSHEET_LINK = re.compile(
    r"= *HYPERLINK *\( *\"(?P<url>[^\"]+)\" *([,;]([^\"()]|\"[^\"]*\"|\([^()]*\))*)?\)",
    re.ASCII | re.IGNORECASE,
)
SLACK_LINK = re.compile(r"<(?P<url>[^<>|]+)\|[^<>]*>")
WRAPPERS = (MARKDOWN_LINK, HTML_LINK, SPREADSHEET_LINK, SLACK_LINK)

MEMBER_ID = re.compile(r"A[CDE][A-Za-z0-9]AA[A-Za-z0-9_-]{10,60}")
LOWERED_MEMBER_ID = re.compile(r"a[cde][a-z0-9]aa[a-z0-9_-]{34}")
SLASHED_ROUTES = {("sales", "lead"), ("sales", "people"), ("sales", "profile"), ("profile", "view")}
NEEDS_RESOLUTION = {"talent", "recruiter", "hire", "profile/view"}


class InvalidUrl(Exception):
    """The one argument is the reason code."""


def parse(raw: object) -> tuple[str | None, str]:
    """(key, kind): the key is None exactly where kind is a reason."""
    try:
        if not isinstance(raw, str):
            raise InvalidUrl("empty")
        if len(raw) > 2048:
            raise InvalidUrl("too_long")
        slug, kind = _read(raw, REDIRECT_LEVELS)
    except InvalidUrl as invalid:
        return None, str(invalid)
    return f"linkedin.com/in/{slug}", kind


def _read(text: str, redirects_left: int) -> tuple[str, str]:
    link = _unwrapped(_cleaned(text))
    if not link:
        raise InvalidUrl("empty")
    if " " in link:
        raise InvalidUrl("contains_whitespace")
    if link[:7].lower() == "http%3a" or _ascii_lower(link[:8]) == "https%3a":
        link = _decoded_leniently(link)
    address = _without_scheme(link.replace("\\", "/"))

    authority = re.match(r"[^/?#]*", address)[0]
    path, query = re.fullmatch(
        r"([^?#]*)(?:\?([^#]*))?(?:#.*)?", address[len(authority) :], re.DOTALL
    ).groups()
    host = _host(authority)
    parameters = [pair.partition("=")[::2] for pair in (query or "").split("&")]
    is_linkedin = re.fullmatch(r"((www|m|mobile|touch|[a-z]{2})\.)?linkedin\.com", host)
    segments = [segment for segment in path.split("/") if segment]
    if len(segments) > 1 and _ascii_lower(segments[0]) in {"comm", "mwlite"}:
        segments = segments[1:]

    target = _redirect_target(host, path, segments if is_linkedin else None, parameters)
    if target is not None and redirects_left:
        return _read(_decoded_leniently(target), redirects_left - 1)
    if host == "lnkd.in":
        raise InvalidUrl("short_link")
    if not is_linkedin:
        raise InvalidUrl("not_linkedin_host")
    if "://" in path:
        raise InvalidUrl("multiple_urls")
    return _slug_of_path(segments)


def _cleaned(text: str) -> str:
    kept = []
    for character in text:
        category = unicodedata.category(character)
        if category in {"Cc", "Zs", "Zl", "Zp"}:
            kept.append(" ")
        elif category != "Cf":
            kept.append(character)
    return "".join(kept).strip(" ")


def _unwrapped(link: str) -> str:
    for _ in range(5):
        before = link
        wrapper = next((match for pattern in WRAPPERS if (match := pattern.fullmatch(link))), None)
        if wrapper:
            link = wrapper["url"].strip(" ")
        else:
            visible = re.split(r"[?#]", link, maxsplit=1)[0]
            if "…" in visible or "..." in visible:
                raise InvalidUrl("truncated")
            link = link.lstrip(OPENING).rstrip(CLOSING).strip(" ")
        if link == before:
            break
    return link


def _decoded_leniently(text: str) -> str:
    """Percent-decoded once; bytes that are not UTF-8 stay as they were, and with them every other byte."""
    try:
        return unquote_to_bytes(text).decode()
    except UnicodeDecodeError:
        ascii_byte = re.compile(r"%[0-7][0-9A-Fa-f]")
        return ascii_byte.sub(lambda match: chr(int(match[0][1:], 16)), text)


def _ascii_lower(text: str) -> str:
    return "".join(character.lower() if character.isascii() else character for character in text)


def _without_scheme(url: str) -> str:
    scheme = re.compile(r"[hH][tT][tT][pP][sS]?:/*")
    if not scheme.match(url):
        if _ascii_lower(url[:3]) == "in/" or _ascii_lower(url[:4]) == "/in/":
            return f"linkedin.com/{url}"
        return url[2:] if url.startswith("//") else url
    for _ in range(3):
        url = scheme.sub("", url, count=1) if scheme.match(url) else url
    return url


def _host(authority: str) -> str:
    if "@" in authority:
        raise InvalidUrl("userinfo")
    host, _, port = authority.partition(":")
    if port not in {"", "80", "443"}:
        raise InvalidUrl("bad_port" if re.search(r":[0-9]+\Z", authority) else "bad_scheme")
    host = _ascii_lower(host)
    return host[:-1] if host.endswith(".") else host


def _redirect_target(
    host: str, path: str, page: list[str] | None, parameters: list[tuple[str, str]]
) -> str | None:
    """`page`: the path's segments on a LinkedIn host, None elsewhere."""
    names: set[str] = set()
    if page:
        if _route(page) == "other":
            names = {"sessionRedirect", "session_redirect"}
    elif re.fullmatch(r"(www\.)?google\.([a-z]{2,3}|com?\.[a-z]{2})", host) and path.strip("/") == "url":
        names = {"q", "url"}
    elif re.fullmatch(r"([a-z0-9-]+\.)+safelinks\.protection\.outlook\.com", host):
        names = {"url"}
    values = [value for name, value in parameters if name in names and value]
    links = [value for value in values if re.match(r"https?(:|%3a)", value, re.ASCII | re.IGNORECASE)]
    if "q" in names and links:
        return links[0]
    return values[0] if values else None


def _route(segments: list[str]) -> str:
    lowered = [_ascii_lower(segment) for segment in segments]
    if tuple(lowered[:2]) in SLASHED_ROUTES:
        return "/".join(lowered[:2])
    return lowered[0] if lowered[0] in {"in", "pub", "talent", "recruiter", "hire"} else "other"


def _slug_of_path(segments: list[str]) -> tuple[str, str]:
    route = _route(segments) if segments else "other"
    if route == "other":
        raise InvalidUrl("not_a_person")
    if route in NEEDS_RESOLUTION:
        raise InvalidUrl("needs_resolution")
    if route == "in":
        if len(segments) == 1:
            raise InvalidUrl("no_slug")
        return _judged(segments[1])
    if route == "pub":
        parts = segments[2:]
        if len(parts) != 3 or not all(re.fullmatch(r"[0-9A-Fa-f]{1,3}", part) for part in parts):
            raise InvalidUrl("legacy_pub_incomplete")
        first, second, third = parts
        return _judged(f"{segments[1]}-{third.zfill(3)}{second.zfill(3)}{first}")
    wanted = re.split(r",|%(?:25){0,2}2[cC]", segments[2])[0] if len(segments) > 2 else ""
    try:
        slug, kind = _judged(wanted)
    except InvalidUrl:
        raise InvalidUrl("needs_resolution") from None
    if kind != "member_id":
        raise InvalidUrl("needs_resolution")
    return slug, kind


def _judged(slug: str) -> tuple[str, str]:
    for _ in range(3):
        if re.search(r"%(?![0-9A-Fa-f]{2})", slug):
            raise InvalidUrl("bad_encoding")
        try:
            slug = unquote_to_bytes(slug).decode()
        except UnicodeDecodeError:
            raise InvalidUrl("bad_encoding") from None
    slug = unicodedata.normalize("NFC", _cleaned(slug))
    if "%" in slug:
        raise InvalidUrl("bad_encoding")
    if MEMBER_ID.fullmatch(slug):
        return slug, "member_id"

    # str.lower() is one-to-one but for the dotted capital I and, looking at whole words, the final sigma.
    lowered = "".join("i" if character == "İ" else character.lower() for character in slug.rstrip("."))
    slug = unicodedata.normalize("NFC", lowered)
    if LOWERED_MEMBER_ID.fullmatch(slug):
        raise InvalidUrl("corrupt_member_id")
    if "..." in slug:
        raise InvalidUrl("truncated")
    categories = [unicodedata.category(character) for character in slug]
    allowed = [
        category[0] in "LMN"
        or category == "So"
        or character in "-_."
        or "\U0001f3fb" <= character <= "\U0001f3ff"
        for character, category in zip(slug, categories, strict=True)
    ]
    if not all(allowed) or not any(category[0] in "LN" or category == "So" for category in categories):
        raise InvalidUrl("bad_slug_char")
    if len(slug) > 100:
        raise InvalidUrl("slug_too_long")
    if slug in {"me", "unavailable"}:
        raise InvalidUrl("reserved_slug")
    return slug, "vanity"
