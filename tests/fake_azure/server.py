"""HTTP/1.1 on loopback, with or without TLS: one thread a connection, all ended on close."""

from __future__ import annotations

import contextlib
import socket
import socketserver
import ssl
import struct
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler
from typing import Any, Final
from urllib.parse import parse_qsl, unquote, urlsplit

from tests.fake_azure.wire import JSON, Answer, Incoming

Respond = Callable[[Incoming], Answer]
_LINGER_NOT: Final = struct.pack("ii", 1, 0)  # close sends RST instead of FIN


class Server(socketserver.ThreadingTCPServer):
    """Listens on a free port of loopback; close() ends every connection."""

    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, respond: Respond, tls: ssl.SSLContext | None, port: int = 0) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.respond = respond
        self.tls = tls
        self.closing = threading.Event()
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._thread = threading.Thread(
            target=self.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        )

    @property
    def port(self) -> int:
        """Return the port that it listens on."""
        return int(self.server_address[1])

    def start(self) -> None:
        """Serve from now on, in a thread."""
        self._thread.start()

    def close(self) -> None:
        """End all connections and the thread."""
        self.closing.set()
        self.shutdown()
        with self._lock:
            for connection in self._open:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
        self.server_close()
        self._thread.join(5)

    def known(self, connection: socket.socket) -> None:
        """Remember an open connection."""
        with self._lock:
            self._open.add(connection)

    def forget(self, connection: socket.socket) -> None:
        """Forget a connection that ended."""
        with self._lock:
            self._open.discard(connection)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: clients that hang up or refuse the certificate are part of the tests."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Server
    timeout = 120

    def setup(self) -> None:
        # the handshake happens here, in the connection's own thread
        self.request.settimeout(self.timeout)
        self.request.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if self.server.tls is not None:
            self.request = self.server.tls.wrap_socket(self.request, server_side=True)
        self.server.known(self.request)
        super().setup()

    def finish(self) -> None:
        with contextlib.suppress(OSError):
            super().finish()
        self.server.forget(self.request)
        with contextlib.suppress(OSError):
            self.request.close()

    def handle(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            super().handle()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is inherited
        """Write nothing to stderr."""

    def _serve(self) -> None:
        length = int(self.headers.get("content-length") or 0)
        parts = urlsplit(self.path)
        answer = self.server.respond(
            Incoming(
                method=self.command,
                target=self.path,
                path=unquote(parts.path),
                query=dict(parse_qsl(parts.query, keep_blank_values=True)),
                headers={name.lower(): value for name, value in self.headers.items()},
                body=self.rfile.read(length) if length else b"",
                secure=self.server.tls is not None,
            )
        )
        self._send(answer)

    do_GET = do_POST = do_DELETE = do_PUT = _serve  # noqa: N815 - names of http.server

    def _send(self, answer: Answer) -> None:
        if answer.hold:
            self.server.closing.wait(answer.hold)
        if answer.reset:
            self._hang_up()
            return
        head = [f"HTTP/1.1 {answer.status} {self.responses.get(answer.status, ('Error',))[0]}"]
        headers = {"Content-Type": JSON, "Date": self.date_time_string()} | answer.headers
        headers["Content-Length"] = str(len(answer.body))
        head += [f"{name}: {value}" for name, value in headers.items()]
        sent = ("\r\n".join(head) + "\r\n\r\n").encode("latin-1")
        if answer.cut:
            self.wfile.write(sent + answer.body[: len(answer.body) // 2])
            self.close_connection = True  # no reset: what was sent arrives
            return
        self.wfile.write(sent + answer.body)

    def _hang_up(self) -> None:
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NOT)
            self.request.close()
