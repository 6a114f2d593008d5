"""One conversation with a mail server, within limits of time and size. Mail goes direct, never by a proxy."""

import contextlib
import smtplib
import socket
import ssl
from collections.abc import Iterator

from extract.http.deadline import Deadline, connect, own_name, tls

CONNECT_SECONDS = 10.0
SILENCE = 20.0
# No server has that much to say.
MOST_BYTES = 1_000_000


@contextlib.contextmanager
def conversation(host: str, port: int, security: str, *, seconds: float) -> Iterator[smtplib.SMTP]:
    """A server that has greeted, encrypted as `security` says (starttls, tls or none).

    All of it, what the block does included, takes `seconds` at most. Raises TimeoutError when they are over;
    OSError and smtplib.SMTPException for whatever else goes wrong.
    """
    deadline = Deadline()
    deadline.begin(seconds, most_bytes=MOST_BYTES)
    context = tls(ssl.create_default_context(), deadline)
    try:
        with _LimitedSMTP(host, port, deadline, context if security == "tls" else None) as server:
            try:
                if security == "starttls":
                    server.starttls(context=context)
                yield server
            except (KeyboardInterrupt, SystemExit):
                deadline.hang_up()  # a stop waits for no farewell
                raise
    except OSError:
        if deadline.is_over:
            raise TimeoutError(f"it took longer than {seconds:.3g} s") from None
        raise


class _LimitedSMTP(smtplib.SMTP):
    """Over a socket that keeps the deadline; encrypted from the start where a context is given."""

    def __init__(self, host: str, port: int, deadline: Deadline, context: ssl.SSLContext | None):
        self._deadline = deadline
        self._context = context
        super().__init__(host, port, local_hostname=own_name(deadline), timeout=SILENCE)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:
        sock = connect(host, port, self._deadline, seconds=CONNECT_SECONDS)
        sock.settimeout(timeout)
        if self._context is None:
            return sock
        try:
            return self._context.wrap_socket(sock, server_hostname=host)
        except BaseException:
            sock.close()
            raise
