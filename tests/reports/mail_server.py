"""A small SMTP server for tests: real sockets, STARTTLS or TLS, AUTH PLAIN, and the messages it took."""

import base64
import socketserver
import ssl
import threading
from email import message_from_bytes, policy
from email.message import EmailMessage


class MailServer(socketserver.ThreadingTCPServer):
    """Listens on a free port of localhost; `with MailServer(...) as server` runs it."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, context: ssl.SSLContext | None = None, *, implicit_tls: bool = False):
        super().__init__(("127.0.0.1", 0), _Session)
        self.context = context
        self.implicit_tls = implicit_tls
        self.users: dict[str, str] = {}
        self.refuses: set[str] = set()  # commands that are answered with 554
        self.messages: list[EmailMessage] = []
        self.recipients: list[list[str]] = []
        self.was_encrypted: list[bool] = []

    @property
    def port(self) -> int:
        return self.server_address[1]

    def __enter__(self) -> "MailServer":
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *error: object) -> None:
        self.shutdown()
        self.server_close()


class _Session(socketserver.BaseRequestHandler):
    server: MailServer

    def handle(self) -> None:
        self.encrypted = self.server.implicit_tls
        try:
            if self.encrypted:
                self.request = self.server.context.wrap_socket(self.request, server_side=True)
            self._converse()
        except OSError:
            pass  # a client that doesn't trust the certificate hangs up

    def _converse(self) -> None:
        self.lines = self.request.makefile("rb")
        recipients: list[str] = []
        self._answer("220 localhost")
        while line := self.lines.readline():
            command, _, rest = line.decode().strip().partition(" ")
            command = command.upper()
            if command in self.server.refuses:
                self._answer("554 5.7.1 refused, the secret word is hunter2")
            elif command == "EHLO":
                offers = ["250-localhost"]
                if self.server.context and not self.encrypted:
                    offers.append("250-STARTTLS")
                self._answer("\r\n".join([*offers, "250 AUTH PLAIN"]))
            elif command == "STARTTLS":
                self._answer("220 go ahead")
                self.request = self.server.context.wrap_socket(self.request, server_side=True)
                self.lines = self.request.makefile("rb")
                self.encrypted = True
            elif command == "AUTH":
                _, user, password = base64.b64decode(rest.partition(" ")[2]).decode().split("\0")
                known = self.server.users.get(user) == password
                self._answer("235 ok" if known else f"535 5.7.8 {password} is wrong")
            elif command == "RCPT":
                recipients.append(rest.partition("<")[2].partition(">")[0])
                self._answer("250 ok")
            elif command == "DATA":
                self._answer("354 go on")
                content = b"".join(iter(self.lines.readline, b".\r\n")).replace(b"\r\n..", b"\r\n.")
                self.server.messages.append(message_from_bytes(content, policy=policy.default))
                self.server.recipients.append(recipients)
                self.server.was_encrypted.append(self.encrypted)
                self._answer("250 taken")
            elif command == "QUIT":
                self._answer("221 bye")
                return
            else:
                self._answer("250 ok")

    def _answer(self, text: str) -> None:
        self.request.sendall(text.encode() + b"\r\n")
