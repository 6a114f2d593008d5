"""A stop ends an enrichment soon, whatever a service does; what was under way is known afterwards."""

import signal
import time
from contextlib import closing

import pytest

from tests.extract.http import dripping_server as dripping
from tests.extract.http.dripping_server import DrippingServer
from tests.signals import Sender

SOON = 2.0


@pytest.fixture
def ctrl_c(monkeypatch) -> Sender:
    """Comes a little after the first question that begins it."""
    monkeypatch.setattr("extract.enrichment.clients.GRACE_SECONDS", 0.2)
    return Sender(signal.SIGINT, 0.2)


def test_a_dripping_service_does_not_hold_up_a_stop(enricher, ctrl_c, lead):
    drip = dripping.http(dripping.HTTP_HEAD)

    def converse(connection):
        ctrl_c.begin()
        drip(connection)

    with DrippingServer(converse) as server, pytest.raises(KeyboardInterrupt), closing(ctrl_c):
        enricher.environment["APOLLO_BASE_URL"] = f"http://127.0.0.1:{server.port}"
        enricher.run("apollo", enricher.leads(*(lead(number) for number in range(3))))
    assert time.monotonic() - ctrl_c.at < SOON
    # Nobody knows whether these were charged: only another run asks them again.
    assert {ask.status for ask in enricher.asks()} == {"cut_off"}


def test_waiting_for_the_pace_does_not_hold_up_a_stop(enricher, served, ctrl_c, lead):
    def slow_down(request):
        ctrl_c.begin()
        return 429, {"error": "slow down"}

    served.answers["apollo"] = slow_down
    enricher.back_off = 100.0
    with pytest.raises(KeyboardInterrupt), closing(ctrl_c):
        enricher.run("apollo", enricher.leads(*(lead(number) for number in range(3))))
    assert time.monotonic() - ctrl_c.at < SOON
