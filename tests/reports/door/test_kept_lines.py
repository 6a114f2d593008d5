"""Lines that the door keeps: read once, whatever stands in them, and without the people who were erased."""

import threading
from datetime import date

import orjson

from extract.people.lines import blank_lines
from extract.people.suppression import suppressions
from tests.extract.heyreach.scripted_workspace import empty_raw
from tests.extract.heyreach.test_webhooks import Workspace as Read
from tests.reports.door.conftest import status

ERASED, OTHER = ("https://www.linkedin.com/in/" + name for name in ("quill-sample", "sam-sample"))


def event(number: int, url: str, **more: object) -> bytes:
    return orjson.dumps(
        {"event_type": "message_sent", "correlation_id": f"c{number}", "lead": {"profile_url": url}} | more
    )


def read(door) -> Read:
    (door.workspace.folder / "raw.duckdb").write_bytes(empty_raw())
    return Read(door.workspace.folder)


def test_what_is_odd_and_valid_goes_all_the_way_and_doubles_are_one(door):
    deep = b'{"event_type": "message_sent", "correlation_id": "c2", "a":' + b"[" * 200 + b"]" * 200 + b"}"
    odd = event(1, OTHER, text='\x00 \u2028 \ud7ff " \\ \n', large=2**63, other=-1.5e300)
    for body in (odd, deep, odd, event(3, OTHER), odd):
        assert status(door.post(body)) == 202
    raw = read(door)
    assert raw.extract() == []
    assert raw.events() == ["c1", "c2", "c3"]
    assert status(door.post(event(4, OTHER))) == status(door.post(odd)) == 202
    assert raw.extract() == []
    assert raw.events() == ["c1", "c2", "c3", "c4"]


def test_an_event_of_somebody_who_was_erased_is_kept_out_of_raw_and_blanked_in_the_file(door):
    suppressions(door.workspace).add({"linkedin.com/in/quill-sample"}, date(2026, 2, 1))
    for number, url in enumerate((OTHER, ERASED, OTHER)):
        assert status(door.post(event(number, url))) == 202
    raw = read(door)
    raw.extract(suppressions(door.workspace))
    assert raw.events() == ["c0", "c2"]
    [path] = door.workspace.paths.webhooks.iterdir()
    assert b"quill" not in path.read_bytes()


def test_while_somebody_is_erased_from_the_file_no_event_that_comes_is_lost(door):
    """The eraser writes over lines in place; what is added meanwhile stands behind what it has read."""
    people = suppressions(door.workspace)
    people.add({"linkedin.com/in/quill-sample"}, date(2026, 2, 1))
    taken: list[int] = []

    def send(first: int) -> None:
        for number in range(first, first + 60):
            if status(door.post(event(number, ERASED if number % 2 else OTHER))) == 202:
                taken.append(number)

    senders = [threading.Thread(target=send, args=(first,)) for first in (0, 100, 200)]
    door.post(event(999, OTHER))
    [path] = door.workspace.paths.webhooks.iterdir()
    for sender in senders:
        sender.start()
    while any(sender.is_alive() for sender in senders):
        blank_lines(people, path)
    blank_lines(people, path)
    assert len(taken) == 180
    kept = sorted(int(orjson.loads(line)["correlation_id"][1:]) for line in door.lines if line.strip())
    assert kept == sorted([number for number in taken if number % 2 == 0] + [999])
