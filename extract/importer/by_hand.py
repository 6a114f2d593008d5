"""One lead that is typed and not in a file: a file of one row, which every check of a file's rows is for."""

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from extract.importer.mapping import ImportMapping
from extract.importer.table import ImportFile, ImportRow
from extract.workspace.texts import tidied

# What an import of it is called, and the list that it comes from where nobody says.
_NAME = "by_hand"
FILE_NAME = f"{_NAME}.csv"
_MAPPING = ImportMapping("by hand", "manual", {}, {}, ())


@dataclass(frozen=True)
class TypedLead:
    """What an operator types of a person; `source` and `icp` as custom fields, blank where not said."""

    profile_url: str
    first_name: str = ""
    last_name: str = ""
    company_name: str = ""
    position: str = ""
    location: str = ""
    email_address: str = ""
    source: str = ""
    icp: str = ""


def typed_file(lead: TypedLead) -> ImportFile:
    """The file that holds this lead alone; the same words are the same file."""
    told = {name: tidied(value) for name, value in vars(lead).items() if tidied(value)}
    fields = {name: told.pop(name) for name in ("source", "icp") if name in told}
    # A report shows a lead's company and title by its custom fields.
    fields |= {name: told[told_as] for name, told_as in _ALSO.items() if told_as in told}
    words = json.dumps([told, fields], sort_keys=True).encode()
    row = ImportRow(1, told, {"source": _MAPPING.source, **fields}, None)
    return ImportFile(Path(FILE_NAME), hashlib.sha256(words).hexdigest(), _MAPPING, [row], [], [])


_ALSO = {"title": "position", "company_name": "company_name"}
