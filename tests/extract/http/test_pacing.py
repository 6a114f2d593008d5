import itertools
import multiprocessing
import stat
import threading
import time

import pytest

from extract.http.pacing import LONGEST_PAUSE, Pacer
from extract.workspace.errors import ConfigurationError
from tests.extract.heyreach.scripted_server import VirtualTime, windows_exceeded

KEY = "SENTINEL-KEY-9f3a"


def virtual_pacer(folder, requests_per_minute, clock=None):
    clock = clock or VirtualTime()
    return Pacer(requests_per_minute, KEY, folder, clock=clock, sleep=clock.sleep), clock


def sent_at(pacer, clock, calls, latency=0.0):
    moments = []
    for _ in range(calls):
        pacer.wait()
        moments.append(clock())
        clock.sleep(latency)
    return moments


@pytest.mark.parametrize("latency", [0.0, 0.7], ids=["instant answers", "slow answers"])
@pytest.mark.parametrize("per_minute", [60, 300, 10_000])
def test_600_calls_never_exceed_a_window(tmp_path, per_minute, latency):
    pacer, clock = virtual_pacer(tmp_path, per_minute)
    moments = sent_at(pacer, clock, 600, latency)
    assert not list(windows_exceeded(moments, per_minute, 60))
    assert not list(windows_exceeded(moments, 15, 2))
    for begins in range(60):
        counts = {}
        for moment in moments:
            minute = int(moment - begins) // 60
            counts[minute] = counts.get(minute, 0) + 1
        assert max(counts.values()) <= per_minute


def test_a_minute_is_used_as_far_as_is_safe(tmp_path):
    pacer, clock = virtual_pacer(tmp_path, 60)
    moments = sent_at(pacer, clock, 600)
    assert moments[-1] - moments[0] == pytest.approx(599 * 60 / 55)


def test_zero_neither_waits_nor_shares(tmp_path):
    pacer, clock = virtual_pacer(tmp_path / "pacing", 0)
    moments = sent_at(pacer, clock, 100)
    assert moments[-1] == moments[0]
    assert not (tmp_path / "pacing").exists()


@pytest.mark.parametrize("per_minute", [0, 60])
def test_pause_holds_the_next_request_back(tmp_path, per_minute):
    pacer, clock = virtual_pacer(tmp_path, per_minute)
    pacer.wait()
    started = clock()
    pacer.pause(47)
    pacer.wait()
    assert clock() - started == pytest.approx(47)


def test_pause_holds_another_process_of_the_same_key_back(tmp_path):
    one, clock = virtual_pacer(tmp_path, 60)
    other, _ = virtual_pacer(tmp_path, 60, clock)
    started = clock()
    one.pause(30)
    other.wait()
    assert clock() - started == pytest.approx(30)


def test_a_short_pause_does_not_cut_a_long_one(tmp_path):
    pacer, clock = virtual_pacer(tmp_path, 60)
    started = clock()
    pacer.pause(30)
    pacer.pause(1)
    pacer.wait()
    assert clock() - started == pytest.approx(30)


def test_another_key_is_paced_on_its_own(tmp_path):
    pacer, clock = virtual_pacer(tmp_path, 60)
    pacer.pause(30)
    started = clock()
    Pacer(60, "another-key", tmp_path, clock=clock, sleep=clock.sleep).wait()
    assert clock() == started


@pytest.mark.parametrize(
    "content", [b"", b"rubbish", b"\x00\xff" * 500, b"nan", b"inf", b"-1e300", b"1e300", b"[1]", b"9" * 400]
)
def test_a_damaged_file_delays_nothing_and_is_mended(tmp_path, content):
    pacer, clock = virtual_pacer(tmp_path, 60)
    pacer.wait()
    (file,) = tmp_path.iterdir()
    file.write_bytes(content)
    moments = sent_at(pacer, clock, 3)
    assert [later - moments[0] for later in moments] == pytest.approx([0, 60 / 55, 120 / 55])


def test_a_clock_set_back_does_not_stop_the_run(tmp_path):
    pacer, clock = virtual_pacer(tmp_path, 60)
    pacer.wait()
    clock.now -= 7200
    started = clock()
    pacer.pause(20)
    pacer.wait()
    assert clock() - started == pytest.approx(20)


def test_the_longest_wait_is_bounded(tmp_path):
    pacer, clock = virtual_pacer(tmp_path, 60)
    started = clock()
    pacer.pause(1e9)
    pacer.wait()
    assert clock() - started == pytest.approx(LONGEST_PAUSE)


def test_only_the_owner_can_read_the_file_and_its_name_hides_the_key(tmp_path):
    pacer, _ = virtual_pacer(tmp_path / "pacing", 60)
    pacer.wait()
    (file,) = (tmp_path / "pacing").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    assert KEY not in file.name
    assert KEY not in repr(pacer)


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_text("")
    pacer, _ = virtual_pacer(tmp_path / "file", 60)
    with pytest.raises(ConfigurationError, match=r"file/.*OUTBOUND_DATA_DIR"):
        pacer.wait()


def test_only_one_reads_and_moves_the_moment_at_a_time(tmp_path):
    """The first one has read it and not yet written it back when the other comes."""
    virtual = VirtualTime()
    other, _ = virtual_pacer(tmp_path, 60, virtual)
    comes = threading.Thread(target=other.wait)

    def clock():
        if not comes.ident:
            comes.start()
            comes.join(0.2)
        return virtual()

    started = virtual()
    Pacer(60, KEY, tmp_path, clock=clock, sleep=virtual.sleep).wait()
    comes.join()
    assert virtual() - started == pytest.approx(60 / 55)


def take_turns(folder, turns, results):
    """Put the moments by which each turn was granted; waking up from a sleep may take longer."""
    readings = []

    def clock():
        readings.append(time.time())
        return readings[-1]

    pacer = Pacer(10_000, KEY, folder, clock=clock)
    for _ in range(turns):
        pacer.wait()
        results.put(readings[-1])


def test_two_processes_share_one_pace(tmp_path):
    context = multiprocessing.get_context("spawn")
    results = context.Queue()
    processes = [context.Process(target=take_turns, args=(tmp_path, 10, results)) for _ in range(2)]
    for process in processes:
        process.start()
    moments = sorted(results.get(timeout=20) for _ in range(20))
    for process in processes:
        process.join()
    gaps = [later - earlier for earlier, later in itertools.pairwise(moments)]
    assert min(gaps) > 2 / 14 - 1e-5
    assert not list(windows_exceeded(moments, 15, 2))
