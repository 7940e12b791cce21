"""What it costs a server to have viewers: memory of idle ones, one line for a thousand, bytes for a
hundred, viewers that read nothing, a thousand workers, and a proxy before another runtime.

Run as `.venv/bin/python benchmarks/serve.py`; it starts `yoi runtime serve` in a clone of its own
and prints the rows of docs/benchmarks.md. The viewers run in this process, on the same cores.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import resource
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from base64 import b64decode
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from pathlib import Path
from typing import NamedTuple

import httpx2
import uvicorn
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from yoi_cli.model.ids import next_event_id
from yoi_cli.model.workers.spec import WorkerRequest, WorkerSpec
from yoi_cli.server.observe.connection import ViewerConnection
from yoi_cli.server.observe.endpoint import observe
from yoi_cli.server.observe.hub import Hub
from yoi_cli.server.observe.upstream import UpstreamSource
from yoi_cli.workers.local.runtime import FileRuntime
from yoi_cli.workers.remote.http import HttpRuntime
from yoi_cli.workspace.session import open_session
from yoi_cli.workspace.start import Start

_MANY, _SOME, _STALLED = 1000, 100, 10
_MB = 1_000_000
_AT_ONCE = 50
_LINES = 100
#: When the workers of a list were made.
_EARLY_MS = 1_780_000_000_000
_TALKER = """
import os, sys
for line in sys.stdin:
    data = os.urandom(int(line))
    while data: data = data[os.write(1, data):]
"""


class Server(NamedTuple):
    """The server that is measured, and the runtime whose workers it serves."""

    process: subprocess.Popen[bytes]
    host: str
    token: str
    runtime: FileRuntime
    folder: str

    def memory(self) -> float:
        """What it holds of its own, in KiB."""
        rollup = Path(f"/proc/{self.process.pid}/smaps_rollup").read_text(encoding="ascii")
        rows = dict(line.split(":", 1) for line in rollup.splitlines()[1:])
        return sum(float(rows[name].split()[0]) for name in ("Private_Clean", "Private_Dirty"))

    def cpu(self) -> float:
        """The seconds of CPU that it took so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def talker(self) -> str:
        """A worker that writes as many bytes as it is told to."""
        command = (sys.executable, "-I", "-S", "-u", "-c", _TALKER)
        spec = WorkerSpec(command=command, cwd=self.folder)
        return self.runtime.spawn(WorkerRequest(spec, stdin=None)).worker_id

    def say(self, worker: str, count: int) -> None:
        self.runtime.input(worker, b"%d\n" % count)

    async def viewer(
        self, stack: AsyncExitStack, worker: str, query: str = "from=now"
    ) -> ClientConnection:
        """A viewer that has its snapshot."""
        made = connect(
            f"ws://{self.host}/v1/workers/{worker}/observe?{query}",
            additional_headers={"Authorization": f"Bearer {self.token}"},
            compression=None,
            max_size=None,
            max_queue=2,
            ping_interval=None,
            open_timeout=60,
            proxy=None,
        )
        connection = await stack.enter_async_context(made)
        await connection.recv()
        return connection

    async def viewers(
        self, stack: AsyncExitStack, worker: str, count: int, query: str = "from=now"
    ) -> list[ClientConnection]:
        found: list[ClientConnection] = []
        while len(found) < count:
            share = range(min(_AT_ONCE, count - len(found)))
            found += await asyncio.gather(*(self.viewer(stack, worker, query) for _ in share))
        return found


async def idle(server: Server) -> None:
    """A thousand viewers of a worker that says nothing, and then one line for all of them."""
    worker = server.talker()
    async with AsyncExitStack() as stack:
        await server.viewers(stack, worker, 5)
        before = server.memory()
        viewers = await server.viewers(stack, worker, _MANY)
        await asyncio.sleep(1)
        each = (server.memory() - before) / _MANY
        print(f"| {_MANY} idle viewers, memory of the server | {each:.0f} KiB each | 40 KiB |")
        alone = [await _line(server, worker, viewers[:1], viewers) for _ in range(5)]
        together = [await _line(server, worker, viewers, viewers) for _ in range(5)]
    took = statistics.median(together)
    ratio = took / statistics.median(alone)
    print(
        f"| one line to {_MANY} viewers, until the last has it | {took * 1000:.0f} ms, "
        f"{ratio:.1f} x until the first has it | 250 ms |"
    )


async def _line(
    server: Server, worker: str, waited: list[ClientConnection], all_: list[ClientConnection]
) -> float:
    """How long a line takes to the viewers that are waited for; the others get it, too."""
    receiving = [asyncio.ensure_future(_told_at(one)) for one in all_]
    await asyncio.sleep(0)
    began = time.monotonic()
    await asyncio.to_thread(server.say, worker, 80)
    if len(waited) < len(all_):
        await asyncio.wait(receiving, return_when=asyncio.FIRST_COMPLETED)
        took = time.monotonic() - began
        await asyncio.gather(*receiving)
        return took
    await asyncio.gather(*receiving)
    return time.monotonic() - began


async def busy(server: Server) -> None:
    """A hundred viewers of five megabytes each."""
    worker = server.talker()
    size = 5 * _MB
    server.say(worker, size)
    path = Path(server.folder) / ".git/yoi/workers" / worker / "output.raw"
    while not path.exists() or path.stat().st_size < size:
        await asyncio.sleep(0.05)
    whole = hashlib.sha256(path.read_bytes()).digest()
    async with AsyncExitStack() as stack:
        viewers = await server.viewers(stack, worker, _SOME, "from=start&follow=0")
        before = server.cpu()
        hashes = await asyncio.gather(*(_digest(one) for one in viewers))
        cpu = server.cpu() - before
    assert hashes == [whole] * _SOME, "a viewer saw other bytes"
    sent = _SOME * size / _MB
    print(
        f"| {_SOME} viewers × 5 MB, every hash equal, CPU of the server | "
        f"{cpu / sent * 1000:.1f} ms/MB | 5 ms/MB |"
    )


async def _digest(viewer: ClientConnection) -> bytes:
    found = hashlib.sha256()
    try:
        async for text in viewer:
            frame = json.loads(text)
            if frame["kind"] == "output":
                found.update(b64decode(frame["data"]))
    except ConnectionClosed:
        pass
    return found.digest()


async def stalled(server: Server) -> None:
    """Viewers that read nothing of sixty megabytes, beside one that reads lines."""
    worker, other = server.talker(), server.talker()
    server.say(worker, 60 * _MB)
    async with AsyncExitStack() as stack:
        (reader,) = await server.viewers(stack, other, 1)
        await _lines(server, other, reader)
        alone = await _lines(server, other, reader)
        before = server.memory()
        unread = [await server.viewer(stack, worker, "from=start") for _ in range(_STALLED)]
        await asyncio.sleep(3)
        each = (server.memory() - before) / _STALLED / 1024
        beside = await _lines(server, other, reader)
        for one in unread:  # they never read the close frame either
            one.transport.abort()
    print(
        f"| {_STALLED} viewers that read nothing of 60 MB, memory of the server | "
        f"{each:.2f} MB each | 1 MB |"
    )
    print(
        f"| a line to another viewer beside them / without them, median | "
        f"{statistics.median(beside) * 1000:.0f} ms / {statistics.median(alone) * 1000:.0f} ms = "
        f"{statistics.median(beside) / statistics.median(alone):.2f} | 1.1 |"
    )
    slowest, before = _p99(beside), _p99(alone)
    print(
        f"| the same, the slowest of a hundred (p99) | {slowest * 1000:.0f} ms / "
        f"{before * 1000:.0f} ms = {slowest / before:.2f} | 1.1 |"
    )


def _p99(taken: list[float]) -> float:
    return statistics.quantiles(taken, n=100, method="inclusive")[-1]


async def crowd(server: Server) -> None:
    """A thousand workers that have ended since the server started: one list of all, beside reading
    their state files, both in CPU time."""
    first = server.runtime.spawn(WorkerRequest(WorkerSpec(command=("true",), cwd=server.folder)))
    server.runtime.wait(first.worker_id, 30)
    folder = _records(server)
    for worker_id in _ids(_MANY - 1):
        shutil.copytree(folder / first.worker_id, folder / worker_id, symlinks=True)
    async with AsyncExitStack() as stack:
        await server.viewers(stack, first.worker_id, 1, "from=start")
        listing = [await asyncio.to_thread(_list_all, server) for _ in range(5)]
        threads = len(list(Path(f"/proc/{server.process.pid}/task").iterdir()))
    new = f"a list of {_MANY} workers that all ended since it started / the same"
    _print_list(new, listing[0], folder)
    _print_list("listed again / the same", statistics.median(listing[1:]), folder)
    print(f"| threads of the server meanwhile, one watcher among them | {threads} | |")


async def crowd_that_was_there(server: Server) -> None:
    """The same workers, which the server found at its start: the first list of all."""
    headers = {"Authorization": f"Bearer {server.token}"}
    async with httpx2.AsyncClient(base_url=f"http://{server.host}", headers=headers) as client:
        while not (await client.get("/v1/ready")).is_success:
            await asyncio.sleep(0.05)
    took = await asyncio.to_thread(_list_all, server)
    what = f"the first list of {_MANY} workers that the server found at its start"
    _print_list(f"{what} / read their records in one process, CPU", took, _records(server))


def _records(server: Server) -> Path:
    return Path(server.folder) / ".git/yoi/workers"


def _print_list(what: str, took: float, folder: Path) -> None:
    """The row of a list, beside reading the records in one process."""
    alone = statistics.median(_read_all(folder) for _ in range(5))
    print(f"| {what} | {took * 1000:.0f} ms / {alone * 1000:.0f} ms = {took / alone:.1f} | 2 |")


def _ids(count: int) -> list[str]:
    return [f"w-{next_event_id(_EARLY_MS + at, at)}" for at in range(count)]


def _list_all(server: Server) -> float:
    """The CPU that a list of all costs the server."""
    began, seen, cursor = server.cpu(), 0, ""
    with httpx2.Client(
        base_url=f"http://{server.host}",
        headers={"Authorization": f"Bearer {server.token}"},
        timeout=60,
        trust_env=False,
    ) as client:
        while True:
            query = f"?limit=200{cursor and '&cursor=' + cursor}"
            page = client.get(f"/v1/workers{query}").json()["data"]
            seen += len(page["items"])
            cursor = page["page"]["next_cursor"] or ""
            if not cursor:
                break
    assert seen >= _MANY, seen
    return server.cpu() - began


def _read_all(folder: Path) -> float:
    """The CPU that it takes to read and decode the records of all, with nothing made of them."""
    began = time.process_time()
    for one in folder.iterdir():
        if one.name.startswith("w-"):
            for name in ("spec.json", "state.json", "exit"):
                json.loads((one / name).read_bytes())
    return time.process_time() - began


async def proxied(server: Server) -> None:
    """A line to a viewer at the runtime itself, and to one behind a proxy of its observation."""
    worker = server.talker()
    address = f"http://{server.host}"
    runtime = HttpRuntime(address, server.token, timeout=30)
    source = UpstreamSource(runtime.upstream())
    hub = Hub()

    async def watch(websocket: WebSocket) -> None:
        await observe(websocket, hub, source, worker, log=print)

    listening = socket.create_server(("127.0.0.1", 0))
    config = uvicorn.Config(
        Starlette(routes=[WebSocketRoute("/v1/workers/{worker_id}/observe", watch)]),
        ws=ViewerConnection,
        ws_per_message_deflate=False,
        lifespan="off",
        log_config=None,
    )
    proxy = uvicorn.Server(config)
    thread = threading.Thread(target=proxy.run, kwargs={"sockets": [listening]})
    thread.start()
    behind = server._replace(host=f"127.0.0.1:{listening.getsockname()[1]}")
    try:
        async with AsyncExitStack() as stack:
            (direct,) = await server.viewers(stack, worker, 1)
            (through,) = await behind.viewers(stack, worker, 1)
            added = []
            for _ in range(_LINES):
                receiving = [asyncio.ensure_future(_told_at(one)) for one in (direct, through)]
                await asyncio.to_thread(server.say, worker, 80)
                at = await asyncio.gather(*receiving)
                added.append(at[1] - at[0])
    finally:
        proxy.should_exit = True
        thread.join()
        runtime.close()
    print(
        f"| what a proxy adds to a line, median (p99) | {statistics.median(added) * 1000:.1f} ms "
        f"({_p99(added) * 1000:.1f} ms) | 20 ms |"
    )


async def _told_at(viewer: ClientConnection) -> float:
    """When it was told of output; other frames may come before that."""
    while '"kind":"output"' not in str(await viewer.recv()):
        pass
    return time.monotonic()


async def _lines(server: Server, worker: str, reader: ClientConnection) -> list[float]:
    return [await _line(server, worker, [reader], [reader]) for _ in range(_LINES)]


def main() -> None:
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(8192, most), most))
    with tempfile.TemporaryDirectory() as made:
        folder = str(Path(made).resolve())
        program = [sys.executable, "-m", "yoi_cli"]
        for words in (["git", "init", "--quiet"], [*program, "init"]):
            subprocess.run(words, cwd=folder, check=True, stdout=subprocess.DEVNULL)
        session = open_session(Start(folder, False, "bench", dict(os.environ)))
        path = os.path.join(session.own_folder(make=True), "workers")
        runtime = FileRuntime(path, dict(os.environ))
        print("| what | figure | goal |\n| --- | --- | --- |")
        for measure in (idle, busy, stalled, proxied, crowd, crowd_that_was_there):
            _measured(measure, program, runtime, folder)


def _measured(
    measure: Callable[[Server], Awaitable[None]],
    program: list[str],
    runtime: FileRuntime,
    folder: str,
) -> None:
    """Run one measure at a server of its own."""
    words = [*program, "runtime", "serve"]
    process = subprocess.Popen(words, cwd=folder, stdout=subprocess.PIPE)
    try:
        assert process.stdout is not None
        said = json.loads(process.stdout.readline())["data"]
        token = json.loads(Path(said["file"]).read_text())["token"]
        host = said["address"].partition("://")[2]
        server = Server(process, host, token, runtime, folder)

        async def run() -> None:
            await measure(server)

        asyncio.run(run())
    finally:
        process.terminate()
        process.wait()
        for worker in runtime.all():
            runtime.stop(worker.worker_id, 0)


if __name__ == "__main__":
    main()
