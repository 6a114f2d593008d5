"""Contacts as phones and address books save them (vCard), as the rows of a file with one row a card."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import vobject
from vobject.base import Component, ParseError

from extract.importer.csv_file import CsvFile, decoded, read_bytes
from extract.workspace.errors import ConfigurationError
from extract.workspace.strict_yaml import shown
from extract.workspace.texts import tidied

# As config/import_mappings.yaml names them.
HEADER = ["vCard LinkedIn", "Given Name", "Family Name", "Organization", "Title", "Email", "City"]
# Where a card has addresses of pages, whoever saved it.
_PAGES = ("url", "x-socialprofile", "socialprofile", "x-linkedin", "impp")


def read_vcards(path: Path) -> CsvFile:
    """Every card of the file, numbered from 1; raises ConfigurationError where it can't be read."""
    content = read_bytes(path)
    rows = list(_rows(path, decoded(path, content)))
    if not rows:
        raise ConfigurationError(f"{shown(path)} holds no contact; export it again")
    return CsvFile(hashlib.sha256(content).hexdigest(), HEADER, iter(rows))


def _rows(path: Path, text: str) -> Iterator[tuple[int, list[str]]]:
    number = 0
    try:
        for number, card in enumerate(vobject.readComponents(text, allowQP=True), start=1):
            yield number, _cells(card)
    except (ParseError, ValueError) as error:
        # What the library says of a line is the line.
        line = getattr(error, "lineNumber", None)
        where = f"line {line}" if line else f"after contact {number}"
        raise ConfigurationError(f"{shown(path)} can't be read as vCard, {where}; export it again") from None


def _cells(card: Component) -> list[str]:
    pages = [str(each.value) for name in _PAGES for each in card.contents.get(name, ())]
    profiles = [page for page in pages if "linkedin.com/" in page.lower()]
    name = _first(card, "n")
    organization = _first(card, "org") or ""
    address = _first(card, "adr")
    cells = [
        profiles[0] if profiles else "",
        name.given if name else "",
        name.family if name else "",
        organization[0] if isinstance(organization, list) else organization,
        _first(card, "title") or "",
        _first(card, "email") or "",
        address.city if address else "",
    ]
    return [tidied(" ".join(cell) if isinstance(cell, list) else str(cell)) for cell in cells]


def _first(card: Component, name: str):
    found = card.contents.get(name)
    return found[0].value if found else None
