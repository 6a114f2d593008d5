"""Webhook files into raw: whatever happens to a file, each payload once and each bad line once."""

import json
import os
from datetime import timedelta

import pytest

from extract import raw
from extract.heyreach.webhooks import WebhookFiles, event_key
from extract.people.dropped_files import BATCH_LINES, LONGEST_LINE
from extract.raw.landing import Landing
from tests.extract.heyreach.scripted_workspace import empty_raw
from tests.extract.people.dropping import NOW, Dropped


def event(number: int, **more: object) -> bytes:
    payload = {"event_type": "connection_request_sent", "correlation_id": f"c{number}", **more}
    return json.dumps(payload).encode() + b"\n"


class Workspace(Dropped):
    """A folder of webhook files beside a raw database."""

    kind, name = WebhookFiles, "webhooks"

    def events(self) -> list[str]:
        """The correlation id of every event in raw."""
        rows = self.query("select payload ->> '$.correlation_id' from heyreach.webhook_events")
        return sorted(row[0] for row in rows)


@pytest.fixture
def workspace(tmp_path):
    (tmp_path / "raw.duckdb").write_bytes(empty_raw())
    return Workspace(tmp_path)


def test_without_the_folder_there_is_nothing_to_say(workspace):
    assert workspace.extract() == []
    assert workspace.events() == []


def test_a_payload_is_kept_as_sent_with_where_and_when_it_was_found(workspace):
    text = '{"z": 1.5, "event_type":  "follow_sent", "lead": {"first_name": "Zoë", "tags": []}}'
    workspace.put("2026/january.ndjson", text.encode() + b"\n")
    assert workspace.extract() == []
    assert workspace.query(
        "select event_key, observed_at, file_name, payload::varchar from heyreach.webhook_events"
    ) == [
        (
            event_key(text.encode()),
            NOW + timedelta(hours=1),
            "2026/january.ndjson",
            '{"z":1.5,"event_type":"follow_sent","lead":{"first_name":"Zoë","tags":[]}}',
        )
    ]


def test_several_payloads_in_one_line_and_what_a_relay_put_around_them_are_kept_as_they_came(workspace):
    lines = [
        b'[{"event_type":"a"},{"event_type":"b"}]',
        b'{"headers":{},"body":"{\\"event_type\\":\\"c\\"}"}',
    ]
    workspace.put("events.jsonl", b"\n".join([*lines, *lines]))
    assert workspace.extract() == []
    payloads = workspace.query("select payload::varchar from heyreach.webhook_events order by 1")
    assert [payload.encode() for (payload,) in payloads] == sorted(lines)


def test_the_key_is_the_content_whatever_its_order_and_spacing():
    assert event_key(b'{"a": 1, "b": {"c": 2, "d": null}}') == event_key(b'{"b":{"d":null,"c":2},"a":1}')
    assert event_key(b'{"a": 1, "imageUrl": "x"}') != event_key(b'{"a": 1, "imageUrl": "y"}')


def test_only_json_lines_are_read_in_every_subfolder(workspace):
    for number, name in enumerate(["a.jsonl", "b.ndjson", "deep/er/c.JSONL", "d.json", "e.jsonl.tmp", "f"]):
        workspace.put(name, event(number))
    (workspace.folder / "webhooks" / "folder.jsonl").mkdir()
    workspace.extract()
    assert workspace.events() == ["c0", "c1", "c2"]


def test_a_file_that_grows_gives_only_what_is_new(workspace):
    workspace.put("events.jsonl", event(1))
    workspace.extract()
    workspace.append("events.jsonl", event(2) + event(1) + event(3))
    workspace.extract()
    assert workspace.events() == ["c1", "c2", "c3"]
    assert workspace.query(
        "select observed_at, count(*) from heyreach.webhook_events group by 1 order by 1"
    ) == [(NOW + timedelta(hours=1), 1), (NOW + timedelta(hours=2), 2)]


def test_a_file_that_is_replaced_is_read_from_its_beginning(workspace):
    """Newest first, say: what stood before the end of the old file is new."""
    workspace.put("events.jsonl", event(1) + event(2))
    workspace.extract()
    workspace.put("new.tmp", event(4) + event(3) + event(2)).rename(
        workspace.folder / "webhooks/events.jsonl"
    )
    workspace.extract()
    assert workspace.events() == ["c1", "c2", "c3", "c4"]


def test_a_file_replaced_at_the_same_size_is_read(workspace):
    path = workspace.put("events.jsonl", event(1))
    workspace.extract()
    changed = path.stat().st_mtime_ns
    workspace.put("events.jsonl", event(2))
    os.utime(path, ns=(changed + 1, changed + 1))
    workspace.extract()
    assert workspace.events() == ["c1", "c2"]


def test_a_file_delivered_again_under_another_name_brings_nothing(workspace):
    workspace.put("monday.jsonl", event(1) + event(2))
    workspace.put("monday (1).jsonl", event(1) + event(2))
    workspace.extract()
    workspace.put("tuesday.jsonl", event(2) + event(1) + event(3))
    workspace.extract()
    assert workspace.events() == ["c1", "c2", "c3"]


def test_an_unchanged_file_is_not_read_again(workspace):
    """Seen from outside: a line changed behind size and time goes unnoticed."""
    path = workspace.put("events.jsonl", event(1))
    workspace.extract()
    changed = path.stat().st_mtime_ns
    workspace.put("events.jsonl", event(2))
    os.utime(path, ns=(changed, changed))
    workspace.extract()
    assert workspace.events() == ["c1"]
    assert workspace.query("select count(*) from heyreach.webhook_files") == [(1,)]


def test_what_a_failed_pull_read_is_read_again(workspace):
    workspace.put("events.jsonl", event(1))
    with (
        pytest.raises(RuntimeError),
        Landing(workspace.folder / "landing") as landing,
        raw.connect(workspace.raw_path, read_only=True) as connection,
    ):
        for table, row in WebhookFiles(workspace.folder / "webhooks", connection, NOW, "p0").news():
            landing.write(table, row)
        raise RuntimeError
    workspace.extract()
    assert workspace.events() == ["c1"]


def test_a_half_written_line_waits_until_it_is_finished(workspace):
    whole = event(2)
    workspace.put("events.jsonl", event(1) + whole[:20])
    assert workspace.extract() == [
        "webhooks/events.jsonl: the last line is half written; it is read when it has been finished"
    ]
    assert workspace.events() == ["c1"]
    workspace.append("events.jsonl", whole[20:])
    assert workspace.extract() == []
    assert workspace.events() == ["c1", "c2"]
    assert workspace.set_aside() == []


def test_a_whole_last_payload_needs_no_line_break(workspace):
    """Half of a JSON object is none, so nothing is lost in a file that nobody will ever append to."""
    workspace.put("events.jsonl", (event(1) + event(2)).rstrip())
    assert workspace.extract() == []
    workspace.append("events.jsonl", b"\n" + event(3))
    assert workspace.extract() == []
    assert workspace.events() == ["c1", "c2", "c3"]


def test_blank_lines_byte_order_marks_and_windows_line_ends_do_not_matter(workspace):
    lines = b"\n\xef\xbb\xbf" + event(2).replace(b"\n", b"\r\n") + b"  \r\n\n\t" + event(3)
    workspace.put("events.jsonl", b"\xef\xbb\xbf" + event(1) + lines)
    assert workspace.extract() == []
    assert workspace.events() == ["c1", "c2", "c3"]


BAD_LINES = {
    "no JSON": b"<html>502 Bad Gateway</html>",
    "an empty array": b"[]",
    "an array of something else": b"[" + event(9).strip() + b", 1]",
    "a text": b'"hello"',
    "a number": b"17",
    "null": b"null",
    "two payloads": event(8).strip() + event(9).strip(),
    "half a payload": event(9)[:20],
    "no number": b'{"a": NaN}',
    "a lone surrogate": rb'{"a": "\ud800"}',
    "bytes that are no text": b'{"a": "\xff"}',
    "nested too deeply": b'{"a":' * 500 + b"1" + b"}" * 500,
    "longer than any payload": event(9, text="x" * LONGEST_LINE).strip(),
    "UTF-16": '{"a": 1}'.encode("utf-16-le"),
}


def test_a_line_that_is_no_event_is_set_aside_once_and_stops_no_other(workspace):
    """Each in a file of its own, between two that are one."""
    names = {f"{place:02} {kind}.jsonl": line for place, (kind, line) in enumerate(BAD_LINES.items())}
    for place, (name, line) in enumerate(names.items()):
        workspace.put(name, event(100 + place) + line + b"\n" + event(200 + place))
    assert workspace.extract() == [
        f"webhooks/{name}: 1 line is no JSON object and set aside; see quarantined_rows" for name in names
    ]
    for place, name in enumerate(names):
        workspace.append(name, event(300 + place))
    assert workspace.extract() == []
    places = range(len(names))
    assert workspace.events() == [f"c{hundred + place}" for hundred in (100, 200, 300) for place in places]
    assert workspace.query(
        "select pull_id, resource, scope_id, observed_at from heyreach.quarantined_rows order by scope_id"
    ) == [("p1", "webhook_events", f"{name}:2", NOW + timedelta(hours=1)) for name in names]


def test_another_bad_line_in_the_same_place_is_set_aside_too(workspace):
    workspace.put("events.jsonl", b"one\n")
    workspace.extract()
    workspace.put("events.jsonl", b"another\n")
    workspace.extract()
    assert workspace.set_aside() == ["events.jsonl:1", "events.jsonl:1"]
    assert workspace.query("select row_text from heyreach.quarantined_rows order by 1") == [
        ("'another'",),
        ("'one'",),
    ]


def test_each_file_complains_in_one_line(workspace):
    workspace.put("a.jsonl", b"x\ny\n" + event(1)[:-5])
    workspace.put("b.jsonl", b"x\n")
    workspace.put("c.jsonl", event(1))
    assert workspace.extract() == [
        "webhooks/a.jsonl: 2 lines are no JSON object and set aside; see quarantined_rows; "
        "the last line is half written; it is read when it has been finished",
        "webhooks/b.jsonl: 1 line is no JSON object and set aside; see quarantined_rows",
    ]


def test_more_lines_than_one_batch(workspace):
    """An event comes back after a batch, and again after a load."""
    numbers = [*range(BATCH_LINES), 0, *range(BATCH_LINES, BATCH_LINES + 10)]
    workspace.put("events.jsonl", b"".join(event(number) for number in numbers))
    workspace.extract()
    workspace.append("events.jsonl", b"bad\n" * 20 + event(1) + event(BATCH_LINES + 10))
    assert "20 lines are no JSON object" in workspace.extract()[0]
    assert len(workspace.events()) == len(set(workspace.events())) == BATCH_LINES + 11
    assert len(workspace.set_aside()) == 20


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_what_cannot_be_read_is_named_and_read_later(workspace):
    paths = [workspace.put("closed.jsonl", event(1)), workspace.put("folder/file.jsonl", event(2)).parent]
    workspace.put("open.jsonl", event(3))
    for path in paths:
        path.chmod(0)
    assert sorted(workspace.extract()) == [
        f"webhooks/{name} can't be read (Permission denied); its events are missing until it can"
        for name in ("closed.jsonl", "folder")
    ]
    for path in paths:
        path.chmod(0o700)
    assert workspace.extract() == []
    assert workspace.events() == ["c1", "c2", "c3"]


def test_a_file_name_that_is_no_utf_8_stops_nothing(workspace):
    workspace.put(os.fsdecode(b"caf\xe9.jsonl"), event(1))
    assert workspace.extract() == []
    assert workspace.extract() == []
    assert workspace.query("select file_name from heyreach.webhook_files") == [(r"caf\xe9.jsonl",)]
