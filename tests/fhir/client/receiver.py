"""The other side of the wire, on this machine: a real HTTP server that keeps what it was sent and answers as it is told."""

import json
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

REC = "https://fhir.nhs.uk/Codesystem/http-error-codes"


@dataclass(frozen=True)
class Sent:
    """One request as it arrived. Header names are in small letters."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Reply:
    """What is answered. With `mirrored`, the ids of the request are in it, as a receiver of BaRS does."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    mirrored: bool = True
    after: float = 0.0
    breaks: bool = False


def outcome(status: int, code: str = "", kind: str = "", **more: Any) -> Reply:
    """An answer with an OperationOutcome, as BaRS writes it."""
    details = {"details": {"coding": [{"system": REC, "code": code}]}} if code else {}
    resource = {
        "resourceType": "OperationOutcome",
        "issue": [
            {"severity": "error", "code": kind or "processing", **details, "diagnostics": "Amira Brown"}
        ],
    }
    return Reply(status, json.dumps(resource).encode(), **more)


Answering = Callable[[Sent], Reply]


@dataclass
class Receiver:
    """A server that runs; `answers` may be changed at any time."""

    address: str
    answers: Answering
    sent: list[Sent] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, one: Sent) -> Reply:
        with self.lock:
            self.sent.append(one)
            return self.answers(one)

    def queue(self, *replies: Reply, then: Reply | None = None) -> None:
        """Answer with these in turn, and with the last (or `then`) ever after."""
        left = list(replies)
        self.answers = lambda _: left.pop(0) if len(left) > (0 if then else 1) else (then or left[0])


@contextmanager
def receiving(answers: Answering = lambda _: Reply()) -> Iterator[Receiver]:
    """A receiver on a free port of this machine."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    found = Receiver(f"http://127.0.0.1:{server.server_address[1]}", answers)
    server.receiver = found  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def _answer(self) -> None:
        receiver: Receiver = self.server.receiver  # type: ignore[attr-defined]
        length = int(self.headers.get("content-length") or 0)
        headers = {name.lower(): value for name, value in self.headers.items()}
        reply = receiver.take(Sent(self.command, self.path, headers, self.rfile.read(length)))
        time.sleep(reply.after)
        if reply.breaks:
            self.close_connection = True
            return
        self.send_response(reply.status)
        ids = {n: headers[n] for n in ("x-request-id", "x-correlation-id") if reply.mirrored and n in headers}
        for name, value in {**ids, **reply.headers}.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(reply.body)))
        self.end_headers()
        self.wfile.write(reply.body)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _answer

    def log_message(self, format: str, *args: Any) -> None:
        """Tests keep what they need themselves."""
