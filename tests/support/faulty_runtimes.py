"""Runtimes that answer as none should: real servers on real sockets, each with one fault."""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple

SECRET = "upstream-words-that-are-nobodys-business"
_FACTS = {
    "runtime_id": "far",
    "name": "far",
    "version": "0.0.1",
    "api_versions": ["v1"],
    "state": "running",
    "workers": dict.fromkeys(("queued", "running", "exited", "killed", "lost", "unreadable"), 0),
    "capabilities": ["create", "input", "stop", "cancel", "transcript", "events", "wait"],
    "limits": {"body": 1, "page": 1, "output": 1, "wait": 1},
    "workspaces": ["somewhere"],
}


class Fault(NamedTuple):
    """A server that has a fault, and the requests that came to it."""

    address: str
    asked: list[tuple[str, str]]


@contextlib.contextmanager
def faulty(answer: Callable[[BaseHTTPRequestHandler], None]) -> Iterator[Fault]:
    """A server that answers everything by `answer`."""
    asked: list[tuple[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def handle_one_request(self) -> None:
            with contextlib.suppress(OSError):
                super().handle_one_request()

        def do_GET(self) -> None:
            asked.append((self.path, self.headers.get("Authorization", "")))
            answer(self)

        do_POST = do_GET

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield Fault(f"http://127.0.0.1:{server.server_address[1]}", asked)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def say(status: int, body: bytes, **headers: str) -> Callable[[BaseHTTPRequestHandler], None]:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def fail(status: int, code: str) -> Callable[[BaseHTTPRequestHandler], None]:
    error = {"code": code, "message": SECRET, "hint": SECRET, "details": {}}
    return say(status, json.dumps({"schema": "yoi/1", "error": error}).encode())


def document(kind: str, data: object) -> Callable[[BaseHTTPRequestHandler], None]:
    body = json.dumps({"schema": "yoi/1", "kind": kind, "data": data})
    return say(200, body.encode(), **{"Content-Type": "application/json"})


def hang(seconds: float) -> Callable[[BaseHTTPRequestHandler], None]:
    def answer(_: BaseHTTPRequestHandler) -> None:
        time.sleep(seconds)

    return answer


def facts(**changed: object) -> Callable[[BaseHTTPRequestHandler], None]:
    """One that says what it is, and knows no other route."""

    def answer(handler: BaseHTTPRequestHandler) -> None:
        if handler.path == "/v1/runtime":
            document("runtime", {**_FACTS, **changed})(handler)
        else:
            fail(404, "route_not_found")(handler)

    return answer
