"""Connections to the door and to the server."""

import socket

from reports.door.connections import listening


def test_an_answer_waits_for_no_acknowledgement_of_its_first_part():
    with (
        listening("127.0.0.1", 0) as listener,
        socket.create_connection(listener.getsockname()),
        listener.accept()[0] as accepted,
    ):
        assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
