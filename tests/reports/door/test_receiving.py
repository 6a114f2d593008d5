"""What the door takes, what it refuses, and that nothing it acknowledged can be lost."""

import os
import socket
import stat
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import orjson
import pytest

from extract.backup.contents import lasting_files
from extract.heyreach.door_addresses import PROBE, new_address, proof, read_addresses, write_addresses
from extract.workspace.errors import ConfigurationError
from extract.workspace.lock import BusyError, everything
from reports.door import connections, payload_lines
from reports.door.answering import LONGEST_BODY
from reports.door.opening import last_event, open_door
from tests.reports.door.conftest import PUBLIC, Opened, at, opened, status
from tests.reports.door.conftest import everything as all_of

EVENT = {"event_type": "connection_request_sent", "lead": {"profile_url": "https://www.linkedin.com/in/sam"}}


def test_a_payload_is_a_line_on_disk_when_it_is_acknowledged_and_closed_to_others(door):
    assert last_event(door.workspace.paths) is None
    pretty = orjson.dumps(EVENT, option=orjson.OPT_INDENT_2).replace(b"\n", b"\r\n")
    answer = door.post(pretty)
    assert status(answer) == 202
    [line] = door.lines
    assert orjson.loads(line) == EVENT
    [path] = door.workspace.paths.webhooks.iterdir()
    assert path.name == f"received-{datetime.now(UTC):%Y-%m-%d}.jsonl"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert datetime.now(UTC) - last_event(door.workspace.paths) < timedelta(minutes=1)


@pytest.mark.parametrize(
    "body",
    [
        b'{"big": 123456789012345678901234567890, "same": 1, "same": 2, "text": "a \\n b"}',
        b'[{"event_type": "a"}, {"event_type": "b"}]',
        b'{"headers": {"host": "relay"}, "body": "{}"}',
        b'\xef\xbb\xbf{"after a byte order mark": 1}',
        '{"café": "\U0001f600"}'.encode(),
    ],
    ids=["as it came", "a list", "a relay", "byte order mark", "beyond ascii"],
)
def test_what_the_reader_of_files_takes_is_kept_as_it_came(shared_door, body):
    assert status(shared_door.post(body)) == 202
    assert shared_door.lines[-1] == body.removeprefix(b"\xef\xbb\xbf")


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"null", b"7", b'"text"', b"[]", b"[1]", b"<html>", b'{"half": ', b'{"a": NaN}'),
        *(b'{"a": "\x00"}', b'{"a": "\xff"}', b'{"a": "\\ud800"}', b'{"a": "raw\nbreak"}'),
        b'{"a":' + b"[" * 5000 + b"]" * 5000 + b"}",
    ],
    ids=lambda body: repr(body[:12]),
)
def test_what_is_no_object_is_refused(shared_door, body):
    before = shared_door.lines
    assert status(shared_door.post(body)) == 400
    assert shared_door.lines == before


def test_strangers_learn_nothing_whatever_was_wrong(door):
    path, body = door.address.path, b"{}"
    answers = {
        door.post(body, path="/hooks/" + "x" * 43),
        door.post(body, path=path[:-1]),
        door.post(body, path=path + "/"),
        door.post(body, path=path + "?a=1"),
        door.post(body, path="/hooks/../" + path.lstrip("/")),
        door.post(body, path="/%68ooks" + path.removeprefix("/hooks")),
        door.post(body, path="/"),
        door.post(body, host="rebound.example.com"),
        door.post(body, host=f"127.0.0.1:{door.port + 1}"),
        door.post(b"x" * (LONGEST_BODY + 1), path="/hooks/" + "x" * 43),
        door.ask(door.request(body).replace(b"POST", b"GET", 1)),
        door.ask(door.request(body).replace(b"POST", b"OPTIONS", 1)),
        door.ask(f"POST {path} HTTP/1.0\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{{}}".encode()),
    }
    without_date = {answer.split(b"\r\ndate:")[0] + answer.partition(b"GMT")[2] for answer in answers}
    assert len(without_date) == 1
    [answer] = without_date
    assert (status(answer), answer.partition(b"\r\n\r\n")[2]) == (404, b"")
    for nonsense in (
        b"\x16\x03\x01\x02\x00\r\n\r\n",
        b"POST / HTTP/1.1\r\n bad\r\n\r\n",
        b"G\x00T / x\r\n\r\n",
    ):
        assert status(door.ask(nonsense)) == 404
    assert door.lines == []


def test_it_answers_to_its_public_name_and_on_this_machine(door):
    for host in (
        "hooks.example.com",
        "HOOKS.example.com:443",
        f"localhost:{door.port}",
        f"[::1]:{door.port}",
    ):
        assert status(door.post(b"{}", host=host)) == 202, host


def test_too_long_is_refused_without_reading_on(door):
    assert status(door.post(b'{"a":"' + b"x" * (LONGEST_BODY - 8) + b'"}')) == 202
    with door.connect() as connection:  # nothing of the body is sent
        connection.sendall(door.request(b"")[:-4].replace(b"Length: 0", b"Length: 65537") + b"\r\n\r\n")
        assert status(all_of(connection)) == 413
    with door.connect() as connection:
        head = door.request(b"").replace(b"Content-Length: 0", b"Transfer-Encoding: chunked")
        connection.sendall(head + b"11000\r\n" + b"x" * 0x11000)  # and no end
        assert status(all_of(connection)) == 413
    assert len(door.lines) == 1


def test_requests_that_come_before_the_answer_to_the_first_are_all_answered(door):
    requests = [door.request(b'{"n": %d}' % n, closes=n == 4) for n in range(5)]
    answer = door.ask(b"".join(requests))
    assert answer.count(b"HTTP/1.1 202 ") == 5
    assert sorted(door.lines) == [b'{"n": %d}' % n for n in range(5)]


@pytest.mark.parametrize("sent", [0, 20, -5], ids=["nothing", "half a header", "half a body"])
def test_who_is_slow_is_hung_up_on(tmp_path, sent, monkeypatch):
    monkeypatch.setattr(connections, "SECONDS", 0.3)
    with opened(tmp_path) as door, door.connect() as connection:
        began = time.monotonic()
        connection.sendall(door.request(b'{"a": 1234}')[:sent])
        assert all_of(connection) == b""
        assert time.monotonic() - began < 5
        assert status(door.post(b"{}")) == 202


def test_who_sends_byte_by_byte_has_no_more_time(tmp_path, monkeypatch):
    monkeypatch.setattr(connections, "SECONDS", 0.4)
    with opened(tmp_path) as door, door.connect() as connection:
        began = time.monotonic()
        with pytest.raises(OSError):  # broken or reset, as it happens
            for byte in door.request(b"{}") * 100:
                connection.sendall(bytes([byte]))
                time.sleep(0.02)
        assert time.monotonic() - began < 5


def test_a_proxy_may_keep_its_connection_for_the_next_request(tmp_path, monkeypatch):
    monkeypatch.setattr(connections, "SECONDS", 0.2)
    with opened(tmp_path) as door, door.connect() as connection:
        for number in range(2):
            connection.sendall(door.request(b'{"n": %d}' % number, closes=False))
            assert status(connection.recv(4096)) == 202
            time.sleep(0.4)


def test_those_who_only_wait_keep_nobody_out(tmp_path, monkeypatch):
    monkeypatch.setattr(connections, "MOST", 10)
    with opened(tmp_path) as door:
        idle = [door.connect() for _ in range(30)]
        assert [status(door.post(b"{}")) for _ in range(3)] == [202] * 3
        for connection in idle:
            connection.close()


def test_one_that_was_killed_in_the_middle_of_a_line_does_no_harm(door):
    door.post(b'{"n": 1}')
    [path] = door.workspace.paths.webhooks.iterdir()
    with path.open("ab") as file:
        file.write(b'{"half": ')
    door.post(b'{"n": 2}')
    assert door.lines == [b'{"n": 1}', b'{"half": ', b'{"n": 2}']


def test_what_can_not_be_written_is_not_acknowledged_and_leaves_nothing(door, monkeypatch, capfd):
    door.post(b'{"n": 1}')
    write, full = os.write, {"is": True}

    def half(descriptor: int, content: bytes) -> int:
        """Four bytes of a payload, and then no more room."""
        if not full["is"] or len(content) > 9:  # the second is what a lock holds
            return write(descriptor, content)
        if content.startswith(b"{"):
            return write(descriptor, content[:4])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(payload_lines.os, "write", half)
    answers = [door.post(b'{"n": 2}'), door.post(b'{"n": 3}')]
    assert [status(answer) for answer in answers] == [503, 503]
    assert b"retry-after: 30" in answers[0]
    assert door.lines == [b'{"n": 1}']
    full["is"] = False
    assert status(door.post(b'{"n": 4}')) == 202
    assert door.lines == [b'{"n": 1}', b'{"n": 4}']
    told = capfd.readouterr().err
    assert told.count("No space left on device") == 1


def test_what_waits_is_forced_to_disk_together(door, monkeypatch):
    forced, fsync = [], os.fsync

    def slow(descriptor: int) -> None:
        if stat.S_ISREG(os.fstat(descriptor).st_mode):
            forced.append(descriptor)
        time.sleep(0.05)
        fsync(descriptor)

    monkeypatch.setattr(payload_lines.os, "fsync", slow)
    with ThreadPoolExecutor(40) as senders:
        answers = list(senders.map(door.post, [b'{"n": %d}' % n for n in range(40)]))
    assert {status(answer) for answer in answers} == {202}
    assert sorted(door.lines) == sorted(b'{"n": %d}' % n for n in range(40))
    assert 0 < len(forced) < 20


def test_a_test_event_is_proved_and_not_kept(door):
    answer = door.post(b"{}", f"{PROBE}: a1b2c3")
    assert status(answer) == 202
    assert answer.endswith(b"\r\n\r\n" + proof(door.address.secret, b"a1b2c3"))
    assert door.address.secret.encode() not in answer
    assert list(door.workspace.paths.webhooks.iterdir()) == []
    assert last_event(door.workspace.paths) is None


def test_a_replaced_address_is_taken_until_its_time_is_over(door):
    paths = door.workspace.paths
    soon = datetime.now(UTC) + timedelta(seconds=0.6)
    newer = new_address(PUBLIC)
    write_addresses(paths.door, (replace(door.address, until=soon), newer))
    assert status(door.post(b"{}")) == status(door.post(b"{}", path=newer.path)) == 202
    time.sleep(0.7)
    assert (status(door.post(b"{}")), status(door.post(b"{}", path=newer.path))) == (404, 202)
    write_addresses(paths.door, read_addresses(paths.door))
    assert [address.secret for address in read_addresses(paths.door)] == [newer.secret]


def test_the_secret_is_in_no_line_that_is_told(door, capfd):
    for body in (b"{}", b"nothing"):
        door.post(body)
    door.post(b"{}", "Upgrade: websocket", "Connection: Upgrade")
    door.ask(b"POST " + door.address.path.encode() + b" HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n")
    door.ask(door.request(b"").replace(b"Content-Length: 0", b"Transfer-Encoding: chunked") + b"zz\r\n")
    door.workspace.paths.door.write_text('{"addresses": 7}')
    assert status(door.post(b"{}")) == 503
    told = capfd.readouterr()
    assert door.address.secret not in told.out + told.err + repr(door.address)
    assert told.err.count("\n") == 1
    assert ".door.json can't be read" in told.err


def test_nothing_is_written_while_a_workspace_is_restored_and_all_of_it_afterwards(door, monkeypatch):
    folder = door.workspace.paths.webhooks
    door.post(b'{"n": 1}')
    answers: list[int] = []
    with everything(door.workspace.folder, "restore"):
        sender = threading.Thread(target=lambda: answers.append(status(door.post(b'{"n": 2}'))))
        sender.start()
        time.sleep(0.3)
        folder.rename(folder.with_name("moved away"))
        folder.mkdir()
        assert answers == []
    sender.join()
    assert answers == [202]
    assert door.lines == [b'{"n": 2}']


def test_who_waits_too_long_for_a_restore_is_told_to_come_again(tmp_path, monkeypatch):
    monkeypatch.setattr("extract.workspace.lock.MOMENT_SECONDS", 0.1)
    with opened(tmp_path) as door, everything(tmp_path, "restore"):
        assert status(door.post(b"{}")) == 503


def test_a_backup_holds_what_came_in_and_no_address(door):
    door.post(b"{}")
    saved = lasting_files(door.workspace.folder)
    assert saved == list(door.workspace.paths.webhooks.iterdir())


def test_a_second_door_is_turned_away_with_one_line(tmp_path, door):
    with pytest.raises(BusyError, match="is open already"), open_door(door.workspace):
        pytest.fail("both are open")
    elsewhere = at(tmp_path / "elsewhere")
    taken = replace(elsewhere, serve=replace(elsewhere.serve, hooks_port=door.port))
    with pytest.raises(ConfigurationError, match=f"port {door.port} .*HOOKS_PORT"), open_door(taken):
        pytest.fail("both listen")


def test_what_was_being_received_when_it_closes_is_acknowledged(tmp_path):
    with opened(tmp_path) as door:
        half = door.connect()
        request = door.request(b'{"n": 1}', closes=False)
        half.sendall(request[:-3])
        idle = door.connect()
        time.sleep(0.1)
        threading.Timer(0.3, half.sendall, (request[-3:],)).start()
    assert status(all_of(half)) == 202
    assert all_of(idle) == b""
    assert door.lines == [b'{"n": 1}']
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", door.port))


def test_a_door_without_an_address_is_open_and_takes_nothing_before_it_has_one(tmp_path):
    workspace = at(tmp_path)
    with open_door(workspace) as url:
        door = Opened(workspace, new_address(PUBLIC), int(url.rpartition(":")[2]))
        assert status(door.post(b"{}")) == 404
        write_addresses(workspace.paths.door, (door.address,))
        assert status(door.post(b"{}")) == 202
