"""A stop ends an enrichment soon, whatever a service does; what was under way is known afterwards."""

import os
import signal
import threading
import time

import pytest

from tests.extract.http import dripping_server as dripping
from tests.extract.http.dripping_server import DrippingServer

SOON = 2.0


class CtrlC:
    """Comes a little after the first question; `at` is when."""

    def __init__(self):
        self.at: float | None = None
        self._lock = threading.Lock()

    def __call__(self) -> None:
        with self._lock:
            if self.at is None:
                self.at = time.monotonic() + 0.2
                threading.Timer(0.2, os.kill, [os.getpid(), signal.SIGINT]).start()


@pytest.fixture
def ctrl_c(monkeypatch) -> CtrlC:
    monkeypatch.setattr("extract.enrichment.clients.GRACE_SECONDS", 0.2)
    return CtrlC()


def test_a_dripping_service_does_not_hold_up_a_stop(enricher, ctrl_c, lead):
    drip = dripping.http(dripping.HTTP_HEAD)

    def converse(connection):
        ctrl_c()
        drip(connection)

    with DrippingServer(converse) as server, pytest.raises(KeyboardInterrupt):
        enricher.environment["APOLLO_BASE_URL"] = f"http://127.0.0.1:{server.port}"
        enricher.run("apollo", enricher.leads(*(lead(number) for number in range(3))))
    assert time.monotonic() - ctrl_c.at < SOON
    # Nobody knows whether these were charged: only another run asks them again.
    assert {ask.status for ask in enricher.asks()} == {"cut_off"}


def test_waiting_for_the_pace_does_not_hold_up_a_stop(enricher, served, ctrl_c, lead):
    def slow_down(request):
        ctrl_c()
        return 429, {"error": "slow down"}

    served.answers["apollo"] = slow_down
    enricher.back_off = 100.0
    with pytest.raises(KeyboardInterrupt):
        enricher.run("apollo", enricher.leads(*(lead(number) for number in range(3))))
    assert time.monotonic() - ctrl_c.at < SOON
