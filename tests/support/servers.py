"""Servers for tests: the real `yoi runtime serve` as a process, and requests to it."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

import httpx2
from support.data import Data
from support.process import Program

PATIENCE = 60.0


class RunningServer(NamedTuple):
    """A server that listens, with its owner's token. `errors` is what it wrote to stderr so far."""

    process: subprocess.Popen[bytes]
    address: str
    token: str
    file: Path
    runtime_id: str
    errors: list[bytes]

    @property
    def host(self) -> str:
        return self.address.partition("://")[2]

    @property
    def port(self) -> int:
        return int(self.host.rpartition(":")[2])

    def client(self, token: str | None = None, **headers: str) -> httpx2.Client:
        """A client with the owner's token, or another; with an empty one it has none."""
        bearer = self.token if token is None else token
        given = {"Authorization": f"Bearer {bearer}"} if bearer else {}
        return httpx2.Client(
            base_url=self.address, headers={**given, **headers}, timeout=PATIENCE, trust_env=False
        )

    def ask(
        self,
        method: str,
        path: str,
        body: Data = None,
        *,
        token: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> httpx2.Response:
        with self.client(token, **(headers or {})) as client:
            if body is None:
                return client.request(method, path)
            return client.request(method, path, json=body)

    def data(self, method: str, path: str, body: Data = None) -> Data:
        """The data of an answer that is one."""
        answer = self.ask(method, path, body)
        assert answer.is_success, f"{answer.status_code} {answer.text}"
        return json.loads(answer.text)["data"]

    def error(self, method: str, path: str, body: Data = None) -> tuple[int, str]:
        """The status and the code of an answer that is an error."""
        return error_of(self.ask(method, path, body))

    def end(self, number: int = signal.SIGTERM) -> int:
        """Send a signal; the exit code."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)


def error_of(answer: httpx2.Response) -> tuple[int, str]:
    """The status and the code of an answer that is an error."""
    said = json.loads(answer.text)
    assert set(said) == {"schema", "error"}, answer.text
    assert set(said["error"]) == {"code", "message", "hint", "details"}, answer.text
    return answer.status_code, str(said["error"]["code"])


@contextlib.contextmanager
def serving(
    yoi: Program,
    *options: str,
    cwd: Path | None = None,
    env: Mapping[str, str | None] | None = None,
) -> Iterator[RunningServer]:
    """`yoi runtime serve` with `options`, which is ended when this is left."""
    with _running(yoi, "runtime", "serve", *options, cwd=cwd, env=env) as (process, errors):
        yield _announced(process, errors)


class Backend(NamedTuple):
    """`yoi serve`, which listens: what it announced, and requests to its workspace."""

    server: RunningServer
    workspace_id: str
    login: str

    def path(self, path: str) -> str:
        return f"/api/w/{self.workspace_id}/{path}"

    def data(self, method: str, path: str, body: Data = None) -> Data:
        return self.server.data(method, self.path(path), body)

    def error(self, method: str, path: str, body: Data = None) -> tuple[int, str]:
        return self.server.error(method, self.path(path), body)


@contextlib.contextmanager
def serving_workspace(
    yoi: Program,
    *options: str,
    cwd: Path | None = None,
    env: Mapping[str, str | None] | None = None,
) -> Iterator[Backend]:
    """`yoi serve` with `options`, which is ended when this is left."""
    with _running(yoi, "serve", *options, cwd=cwd, env=env) as (process, errors):
        said = _line_of(process, errors)
        file = Path(said["file"])
        token = json.loads(file.read_text())["token"]
        server = RunningServer(process, said["address"], token, file, "", errors)
        yield Backend(server, said["workspace_id"], said["login"])


@contextlib.contextmanager
def _running(
    yoi: Program, *words: str, cwd: Path | None, env: Mapping[str, str | None] | None
) -> Iterator[tuple[subprocess.Popen[bytes], list[bytes]]]:
    process = subprocess.Popen(
        [*yoi.argv, *words],
        cwd=cwd or yoi.base / "repo",
        env=yoi.environment(env),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL,
    )
    errors: list[bytes] = []
    reader = threading.Thread(target=_read_all, args=(process, errors), daemon=True)
    reader.start()
    try:
        yield process, errors
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        reader.join(PATIENCE)
        for stream in (process.stdout, process.stderr):
            if stream is not None:
                stream.close()


def _line_of(process: subprocess.Popen[bytes], errors: list[bytes]) -> Data:
    """What the server announced."""
    assert process.stdout is not None
    line = process.stdout.readline()
    assert line, f"it did not start: {process.wait()} {b''.join(errors)!r}"
    return json.loads(line)["data"]


def _announced(process: subprocess.Popen[bytes], errors: list[bytes]) -> RunningServer:
    said = _line_of(process, errors)
    file = Path(said["file"])
    token = json.loads(file.read_text())["token"]
    return RunningServer(process, said["address"], token, file, said["runtime_id"], errors)


def _read_all(process: subprocess.Popen[bytes], into: list[bytes]) -> None:
    assert process.stderr is not None
    while part := os.read(process.stderr.fileno(), 1 << 16):
        into.append(part)
