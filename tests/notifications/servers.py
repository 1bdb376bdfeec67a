"""A real SMTP server and a real HTTP server that behave as badly as a test wants."""

from __future__ import annotations

import logging
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

logging.getLogger("mail.log").setLevel(logging.ERROR)


def free_port() -> int:
    """A port on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Mailbox:
    """What arrived; `answer` decides over each recipient, `on_data` over each message."""

    def __init__(self) -> None:
        self.messages: list[tuple[str, Message]] = []
        self.envelopes: list[str] = []
        self.answer: Callable[[str], str] = lambda address: "250 OK"
        self.on_data: Callable[[], str] = lambda: "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        answer = self.answer(address)
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:
        answer = self.on_data()
        if answer.startswith("250"):
            self.envelopes.append(envelope.mail_from)
            self.messages += [
                (address, message_from_bytes(envelope.content)) for address in envelope.rcpt_tos
            ]
        return answer


class _Quiet(Controller):
    def factory(self) -> SMTP:
        return SMTP(self.handler, hostname="localhost", enable_SMTPUTF8=True)


@contextmanager
def smtp() -> Iterator[tuple[Mailbox, int]]:
    """A mail server on a free port."""
    box = Mailbox()
    port = free_port()
    controller = _Quiet(box, hostname="127.0.0.1", port=port, ready_timeout=20)
    controller.start()
    try:
        yield box, port
    finally:
        controller.stop()


class Hook:
    """What was POSTed; `status` and `content` answer, `pause` makes it hang."""

    def __init__(self) -> None:
        self.calls: list[tuple[dict[str, str], bytes]] = []
        self.status, self.content, self.pause = 204, b"", 0.0


@contextmanager
def http() -> Iterator[tuple[Hook, str]]:
    """A web server on a free port."""
    hook = Hook()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            time.sleep(hook.pause)
            hook.calls.append((dict(self.headers), body))
            self.send_response(hook.status)
            self.end_headers()
            self.wfile.write(hook.content)

        def log_message(self, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield hook, f"http://127.0.0.1:{server.server_port}/hook"
    finally:
        server.shutdown()
        server.server_close()


@contextmanager
def silent() -> Iterator[int]:
    """A port that takes connections and never says a word."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        sock.listen(50)
        yield sock.getsockname()[1]
