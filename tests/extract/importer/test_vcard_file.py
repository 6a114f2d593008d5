"""Contacts that phones and address books save: what is taken of a card, and what can't be read."""

import quopri
from pathlib import Path

import pytest

from extract.importer.mapping import load_mappings
from extract.importer.table import ImportFile, read_import_file
from extract.workspace.errors import ConfigurationError
from tests.extract.importer.test_mapping import SHIPPED

# As an iPhone, Google Contacts and an older Outlook save them.
APPLE = """BEGIN:VCARD
VERSION:3.0
N:Sample;Ann;;;
FN:Ann Sample
ORG:Acme\\, Inc;Platform
TITLE:Site Reliability Engineer
EMAIL;type=INTERNET;type=WORK:ann@acme.example
item1.ADR;type=WORK:;;1 Example St;Lisbon;;1000;Portugal
X-SOCIALPROFILE;type=linkedin;x-user=ann-sample:http://www.linkedin.com/in/ann-sample
END:VCARD
"""
GOOGLE = """BEGIN:VCARD
VERSION:4.0
FN:Bob Sample
N:Sample;Bob;;;
URL:https://bob.example
URL:https://www.linkedin.com/in/b
 ob-sample
END:VCARD
"""
OUTLOOK = """BEGIN:VCARD
VERSION:2.1
N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:{name};Zo=C3=AB
URL;WORK:linkedin.com/in/zoe-sample
END:VCARD
""".format(name=quopri.encodestring("Müster".encode()).decode())


def read(tmp_path: Path, *cards: str) -> ImportFile:
    path = tmp_path / "contacts.VCF"
    path.write_text("".join(cards).replace("\n", "\r\n"), encoding="utf-8")
    return read_import_file(path, load_mappings(SHIPPED), None)


def test_each_card_is_a_row(tmp_path):
    file = read(tmp_path, APPLE, GOOGLE, OUTLOOK)
    assert file.mapping.name == "vcard"
    assert [row.number for row in file.rows] == [1, 2, 3]
    assert [row.lead for row in file.rows] == [
        {
            "profile_url": "http://www.linkedin.com/in/ann-sample",
            "first_name": "Ann",
            "last_name": "Sample",
            "company_name": "Acme, Inc",
            "position": "Site Reliability Engineer",
            "email_address": "ann@acme.example",
            "location": "Lisbon",
        },
        {
            "profile_url": "https://www.linkedin.com/in/bob-sample",
            "first_name": "Bob",
            "last_name": "Sample",
        },
        {"profile_url": "linkedin.com/in/zoe-sample", "first_name": "Zoë", "last_name": "Müster"},
    ]
    assert file.rows[0].fields == {
        "source": "crm",
        "title": "Site Reliability Engineer",
        "company_name": "Acme, Inc",
    }


def test_a_card_without_linkedin_or_a_name_is_a_row_that_says_so(tmp_path):
    file = read(tmp_path, "BEGIN:VCARD\nVERSION:3.0\nFN:Only Shown\nEND:VCARD\n", APPLE)
    assert [bool(row.lead.get("profile_url")) for row in file.rows] == [False, True]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("BEGIN:VCARD\nVERSION:3.0\nno colon here\nEND:VCARD\n", "as vCard, line 3; export it again$"),
        (APPLE + "BEGIN:VCARD\nN:Sample;Cut\n", "as vCard, (line 1[0-9]|after contact 1); export it again$"),
        ("\n", "is empty"),
    ],
)
def test_what_cannot_be_read_whole_is_refused(tmp_path, text, says):
    with pytest.raises(ConfigurationError, match=says):
        read(tmp_path, text)
