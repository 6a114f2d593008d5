"""Whose a record is, and what is only a mention."""

import pytest

from extract.people.lines import blank_lines
from extract.people.records import clean
from extract.people.suppression import Suppressions
from extract.privacy.files import Sweep, sweep_profile
from extract.workspace.errors import ConfigurationError

MEMBER = "ACoAAB7kQ2cBexampleMEMBERid"


@pytest.fixture
def people(tmp_path):
    """A list with one person in it, known by a link and a member id."""
    people = Suppressions(tmp_path / "suppressed")
    people.add({"linkedin.com/in/renée-dubrielle", f"linkedin.com/in/{MEMBER}"}, "2026-11-24")
    return Suppressions(tmp_path / "suppressed")


@pytest.mark.parametrize(
    "record",
    [
        {
            "payload": {
                "linkedInUserProfile": {"profileUrl": "https://de.linkedin.com/in/Ren%C3%A9e-Dubrielle/"}
            }
        },
        {"leadProfile": {"linkedInUrl": "in/rene\u0301e-dubrielle"}},
        {"list_id": "1", "list_row_key": f"{MEMBER}#0123abcd", "payload": None},
        {"linkedin_id": MEMBER},
        {
            "headers": {},
            "body": '{"lead": {"profile_url": "in/ren\\u00e9e-dubrielle", "first_name": "Renée"}}',
        },
        {"payload": [{"lead": {"profile_url": "in/somebody"}}, {"lead": {"linkedin_id": MEMBER}}]},
        {"person": "linkedin.com/in/renée-dubrielle", "lead": {}},
        {"row_text": "{'profileUrl': 'https://www.linkedin.com/in/ren\\xe9e-dubrielle', 'id': 1.0}"},
    ],
)
def test_a_record_of_an_erased_person_goes_in_any_spelling(people, record):
    assert clean([record, {"id": 1}], people) == [None, {"id": 1}]


def test_a_record_of_somebody_else_only_loses_the_link(people):
    other = {
        "profileUrl": "https://www.linkedin.com/in/tamsin-quillworth",
        "customFields": [
            {"name": "referred_by", "value": "see https://linkedin.com/in/renée-dubrielle?x=1!"}
        ],
        "sender": {"profile_url": f"https://www.linkedin.com/in/{MEMBER}"},
    }
    [kept] = clean([other], people)
    assert kept["profileUrl"] == other["profileUrl"]
    assert kept["customFields"] == [{"name": "referred_by", "value": "see [erased]"}]
    assert MEMBER not in str(kept["sender"])


@pytest.mark.parametrize(
    "url",
    [
        "https://www.linkedin.com/in/renée-dubrielle-2",
        "https://www.linkedin.com/company/renée-dubrielle",
        "renée",
    ],
)
def test_nobody_else_is_taken_for_them(people, url):
    record = {"profileUrl": url}
    assert clean([record], people)[0] is record


def test_lines_of_a_file_that_is_appended_to_are_blanked_in_place(people, tmp_path):
    path = tmp_path / "today.jsonl"
    link = b"https:\\/\\/www.linkedin.com\\/in\\/ren\\u00e9e-dubrielle"
    line = b'{"lead": {"profile_url": "' + link + b'", "name": "Zephyrine"}}'
    path.write_bytes(b'{"id": 1}\n' + line + b"\n" + line[:-5] + b"\n" + line[:60])
    with path.open("ab") as receiver:
        size = path.stat().st_size
        assert blank_lines(people, path)
        receiver.write(line[60:] + b"\n")
    # The half line was left until it was whole.
    assert path.stat().st_size == size + len(line) - 59
    assert path.read_bytes().split() == [b'{"id":', b"1}", *line.split()]
    assert blank_lines(people, path)
    assert path.read_bytes().split() == [b'{"id":', b"1}"]
    assert not blank_lines(people, path)


def test_what_was_enriched_goes_with_the_person_and_the_text_of_their_profile_too(people, tmp_path):
    """An answer shows no profile; the call it belongs to does, or who asked it by name."""
    sweep = Sweep(people, set(), set())
    call = {"call_id": 7, "entity": "person", "key": "linkedin.com/in/renée-dubrielle"}
    assert sweep.clean_rows("calls", [call]) == [None]
    answers = [{"call_id": 7, "payload": {"name": "Renée"}}, {"call_id": 8, "payload": {}}]
    assert sweep.clean_rows("answers", answers) == [None, answers[1]]
    person = {"run_id": "r", "row_number": 1, "person": "linkedin.com/in/renée-dubrielle"}
    asks = [{**person, "integration": "hunter", "key": "renée dubrielle example.org"}]
    assert sweep.clean_rows("asks", asks) == [None]
    calls = [
        {"call_id": 9, "integration": "hunter", "key": "renée dubrielle example.org"},
        {"call_id": 10, "integration": "builtwith", "key": "example.org"},
    ]
    assert sweep.clean_rows("calls", calls) == [None, calls[1]]
    for name in ("renée-dubrielle", "tamsin-quillworth"):
        (tmp_path / f"{name}.txt").write_text("Platform engineer")
        sweep_profile(sweep, tmp_path / f"{name}.txt")
    assert [path.name for path in tmp_path.glob("*.txt")] == ["tamsin-quillworth.txt"]


def test_the_list_names_nobody_and_is_for_its_owner_only(people, tmp_path):
    text = (tmp_path / "suppressed" / "people").read_text()
    assert len(text.splitlines()) == 2
    assert "dubrielle" not in text
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "suppressed").iterdir()} == {0o600}
    # Another salt, other hashes.
    elsewhere = Suppressions(tmp_path / "elsewhere")
    elsewhere.add({f"linkedin.com/in/{MEMBER}"}, "2026-11-24")
    assert (tmp_path / "elsewhere" / "people").read_text().split()[0] not in text


def test_who_was_only_purged_may_be_imported_again(tmp_path):
    people = Suppressions(tmp_path)
    people.add({"linkedin.com/in/old", "linkedin.com/in/both"}, "2026-11-24", "purged")
    people.add({"linkedin.com/in/both"}, "2026-11-24")
    mentions = {"linkedin.com/in/old", "linkedin.com/in/both"}
    assert people.erased(mentions) == mentions
    assert people.erased(mentions, only_on_request=True) == {"linkedin.com/in/both"}
    people.lift(mentions)
    assert Suppressions(tmp_path).erased(mentions) == {"linkedin.com/in/both"}


def test_a_list_without_its_salt_is_refused(people, tmp_path):
    (tmp_path / "suppressed" / "salt").unlink()
    with pytest.raises(ConfigurationError, match="salt is gone"):
        Suppressions(tmp_path / "suppressed")
