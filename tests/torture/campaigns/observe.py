"""Viewers that come and go, at servers that are killed and started: each sees every byte once."""

from __future__ import annotations

import os
import random
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

from support.observing import OBSERVE, ObservingServer, Place, Watch, place_in
from support.process import yoi_program
from support.templates import make_repository
from support.workers import PATIENCE, python, wait_until
from torture.outcome import ENOUGH, Outcome, Settings
from websockets.exceptions import ConnectionClosed, InvalidHandshake

from yoi_cli.api.runtimes import connect
from yoi_cli.server.http.options import ServeOptions
from yoi_cli.server.observe.hub import Hub
from yoi_cli.server.observe.upstream import UpstreamSource
from yoi_cli.server.runtime.serve import serve_with
from yoi_cli.workers.remote.backoff import Backoff
from yoi_cli.workers.remote.observe import Observed, follow

_FULL, _SHORT = 1000, 4
#: How long the writers of the control write: a slow machine needs long to connect.
_CONTROL_SECONDS = (1.5, 6.0, 24.0)
_CODE = 7
_TOKEN = "a-token-of-the-campaign"
#: Writes random bytes in pieces of random sizes, and pauses between some.
_WRITER = f"""
import os, random, sys, time
lot = random.Random(int(sys.argv[1]))
for _ in range(lot.randrange(40, 120)):
    data = lot.randbytes(lot.choice((1, 7, 300, 5000, 70_000)))
    while data:
        data = data[os.write(1, data):]
    if lot.random() < .6: time.sleep(lot.random() * .03)
raise SystemExit({_CODE})
"""


#: Never rests, so that whoever looks away for a moment has missed something.
_RESTLESS = f"""
import os, time
end = time.monotonic() + SECONDS
while time.monotonic() < end:
    os.write(1, b"x"); time.sleep(.0005)
raise SystemExit({_CODE})
"""


class Figures(NamedTuple):
    """What one process tried."""

    runs: int
    viewers: int
    connections: int
    kills: int
    megabytes: float
    violations: list[str]


def run(settings: Settings) -> Outcome:
    """A thousand workers in the full form; each with viewers of both kinds."""
    runs = settings.size(settings.runs, full=_FULL, short=_SHORT)
    jobs = min(settings.jobs, runs)
    shares = [runs // jobs + (n < runs % jobs) for n in range(jobs)]
    tasks = [(settings.folder / str(n), settings.seed + n, share) for n, share in enumerate(shares)]
    context = get_context("fork")
    with context.Pool(jobs) as pool:
        found = pool.starmap(_try_many, tasks, chunksize=1)
        lost = pool.apply(_control, (settings.folder / "control", settings.seed))
    figures: dict[str, int | str] = {
        "runs": sum(one.runs for one in found),
        "viewers": sum(one.viewers for one in found),
        "connections": sum(one.connections for one in found),
        "servers killed": sum(one.kills for one in found),
        "MB seen": round(sum(one.megabytes for one in found)),
    }
    violations = [words for one in found for words in one.violations]
    said = f"a viewer that reads first and subscribes then lost bytes, {lost}" if lost else None
    return Outcome(figures, tuple(violations[:ENOUGH]), said)


class Servers:
    """One kind of server at one address, however often it is started.

    Servers are forked from a process without threads, which has everything loaded.
    """

    def __init__(self, serve: Callable[[int], None]) -> None:
        with socket.create_server(("127.0.0.1", 0)) as found:
            self.port = found.getsockname()[1]
        self._run = serve
        reading, self._asking = os.pipe()
        self._told, telling = os.pipe()
        self._zygote = os.fork()
        if self._zygote == 0:
            self._fork_servers(reading, telling)
        os.close(reading)
        os.close(telling)
        self.pid = 0
        self.start()

    def start(self) -> None:
        os.write(self._asking, b"s")
        self.pid = int(os.read(self._told, 20))

    def end(self, number: int) -> None:
        """End the server with a signal, and see that it is gone."""
        os.kill(self.pid, number)
        end = time.monotonic() + PATIENCE
        while Path(f"/proc/{self.pid}").exists():
            assert time.monotonic() < end, "the server does not end"
            time.sleep(0.002)

    def close(self) -> None:
        self.end(signal.SIGKILL)
        os.close(self._asking)
        os.waitpid(self._zygote, 0)

    def _fork_servers(self, asked: int, telling: int) -> None:
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        os.close(self._asking)
        while os.read(asked, 1):
            server = os.fork()
            if server == 0:
                self._serve()
            os.write(telling, b"%20d" % server)
        os._exit(0)

    def _serve(self) -> None:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 1)
        os.dup2(silence, 2)
        try:
            self._run(self.port)
        finally:
            os._exit(0)


class Viewed(NamedTuple):
    """What a viewer saw in the end, and in how many connections."""

    data: bytes
    code: int | None
    connections: int


class Trial:
    """One worker, and everybody who watches it."""

    def __init__(
        self, place: Place, servers: Sequence[Servers], seed: int, writer: str = _WRITER
    ) -> None:
        self.lot = random.Random(seed)
        self.servers = servers
        self.kills = 0
        self.worker = place.workers.spawn(*python(writer), str(seed))
        self.path = place.workers.path / self.worker / "output.raw"
        self.workers = place.workers

    def address(self, *, proxied: bool = False) -> str:
        return f"127.0.0.1:{self.servers[proxied].port}"

    def run(self, kinds: list[Callable[[Trial, int], Viewed]]) -> list[Viewed]:
        """Have one viewer of each kind watch to the end, and the server killed now and then."""
        seen: list[Viewed | str] = [""] * len(kinds)

        def watch(at: int) -> None:
            try:
                seen[at] = kinds[at](self, self.lot.randrange(1 << 30))
            except Exception as error:
                seen[at] = f"{kinds[at].__name__}: {type(error).__name__}: {error}"

        threads = [threading.Thread(target=watch, args=(n,)) for n in range(len(kinds))]
        for thread in threads:
            thread.start()
        for _ in range(self.lot.randrange(3)):
            time.sleep(self.lot.random() * 0.6)
            victim = self.lot.choice(self.servers)
            victim.end(self.lot.choice((signal.SIGKILL, signal.SIGTERM)))
            victim.start()
            self.kills += 1
        for thread in threads:
            thread.join(4 * PATIENCE)
        failed = [one for one in seen if isinstance(one, str)]
        if failed:
            raise AssertionError("; ".join(failed) or "a viewer never ended")
        return [one for one in seen if isinstance(one, Viewed)]

    def written(self) -> bytes:
        """Everything that the worker wrote, once it has ended."""
        assert self.workers.runtime.wait(self.worker, PATIENCE).exit_code == _CODE
        return self.path.read_bytes()


def follows(trial: Trial, _: int) -> Viewed:
    """A viewer that is the client of `yoi worker logs --follow`."""
    observed = Observed(f"http://{trial.address()}", _TOKEN, trial.worker)
    return Viewed(b"".join(part.data for part in follow(observed, 0)), _CODE, 1)


def comes_and_goes(trial: Trial, seed: int) -> Viewed:
    """A viewer that leaves at random, without a word, and comes back with its cursor: now to the
    runtime, now to a backend that shows it."""
    lot, backoff = random.Random(seed), Backoff()
    query, data, events, connections = "from=start", b"", 0, 0
    end = time.monotonic() + 3 * PATIENCE
    while time.monotonic() < end:
        try:
            seen = _watch(trial, query, proxied=lot.random() < 0.5)
        except (OSError, InvalidHandshake, ConnectionClosed):
            time.sleep(backoff.pause(0) / 4)
            continue
        connections += 1
        with seen:
            stays = lot.choice((1, 2, 5, 40, 1 << 30))
            while len(seen.frames) < stays and seen.next() is not None:
                pass
        data += seen.output()
        for frame in seen.frames:
            if frame["kind"] == "event":
                assert frame["event"]["number"] == events + 1, "an event twice, or none"
                events += 1
        if seen.code == 1000:
            return Viewed(data, seen.frames[-1]["worker"]["exit_code"], connections)
        if any("cursor" in frame for frame in seen.frames):
            query = f"cursor={seen.cursor()}"
    raise AssertionError("it saw no end")


def reads_then_subscribes(trial: Trial, _: int) -> Viewed:
    """The control: everything that is there first, and then whatever comes."""
    with _watch(trial, "from=start&follow=0") as before:
        before.rest()
    time.sleep(0.05)  # while a page shows it
    with _watch(trial, "from=now") as after:
        after.rest()
    return Viewed(before.output() + after.output(), _CODE, 2)


def _watch(trial: Trial, query: str, *, proxied: bool = False) -> Watch:
    url = f"ws://{trial.address(proxied=proxied)}/v1/workers/{trial.worker}/observe?{query}"
    return Watch(url, {"Authorization": f"Bearer {_TOKEN}"})


def _try_many(folder: Path, seed: int, runs: int) -> Figures:
    figures = Figures(0, 0, 0, 0, 0.0, [])
    with _workspace(folder) as place, _servers(place, folder) as servers:
        for number in range(runs):
            figures = _try_one(place, servers, seed * 10_000 + number, figures)
            if len(figures.violations) >= ENOUGH:
                break
    return figures


@contextmanager
def _servers(place: Place, folder: Path) -> Iterator[Sequence[Servers]]:
    """The runtime's server, and a backend that shows its workers."""
    token = folder / "token"
    token.write_text(_TOKEN)

    def serve_runtime(port: int) -> None:
        options = ServeOptions(bind=f"127.0.0.1:{port}", token_file=str(token))
        serve_with(place.session, options)

    runtime = Servers(serve_runtime)
    address = f"http://127.0.0.1:{runtime.port}"

    def serve_backend(port: int) -> None:
        near = connect(address, _TOKEN, environment={}, runtime_id="local")
        source = UpstreamSource(near.upstream())
        ObservingServer(source, Hub(), OBSERVE, port).server_runs()

    backend = Servers(serve_backend)
    try:
        yield runtime, backend
    finally:
        backend.close()
        runtime.close()


def _try_one(place: Place, servers: Sequence[Servers], seed: int, figures: Figures) -> Figures:
    trial = Trial(place, servers, seed)
    try:
        seen = trial.run([follows, comes_and_goes, comes_and_goes, comes_and_goes])
    except AssertionError as error:
        figures.violations.append(f"run {seed}: {error}")
        return figures
    whole = trial.written()
    for at, one in enumerate(seen):
        if one.data != whole:
            figures.violations.append(
                f"run {seed}: viewer {at} saw {len(one.data)} bytes of {len(whole)}, others"
            )
        if one.code != _CODE:
            figures.violations.append(f"run {seed}: viewer {at} was told the code {one.code}")
    return Figures(
        figures.runs + 1,
        figures.viewers + len(seen),
        figures.connections + sum(one.connections for one in seen),
        figures.kills + trial.kills,
        figures.megabytes + len(whole) * len(seen) / 1e6,
        figures.violations,
    )


def _control(folder: Path, seed: int) -> str:
    """In which try bytes were lost to a viewer that subscribes after it has read; empty if none
    were."""
    with _workspace(folder) as place, _servers(place, folder) as servers:
        _wait_until_it_listens(servers[0])
        for number, seconds in enumerate(_CONTROL_SECONDS):
            writer = _RESTLESS.replace("SECONDS", str(seconds))
            trial = Trial(place, servers, seed + number, writer)
            if reads_then_subscribes(trial, 0).data != trial.written():
                return f"while one wrote for {seconds:g} s"
    return ""


def _wait_until_it_listens(servers: Servers) -> None:
    def listens() -> bool:
        with suppress(OSError), socket.create_connection(("127.0.0.1", servers.port), PATIENCE):
            return True
        return False

    wait_until(listens)


@contextmanager
def _workspace(folder: Path) -> Iterator[Place]:
    """A workspace of its own, with the workers of its clone."""
    folder.mkdir(parents=True)
    env = dict(os.environ)
    repository = make_repository(folder / "repo", env)
    yoi_program(env, repository)("init")
    with place_in(repository) as place:
        yield place
