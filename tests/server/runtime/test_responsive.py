"""What waits for files or processes keeps no output from a viewer: a read of the store that is held
for two seconds, and the control, where it runs on the loop."""

from __future__ import annotations

import socket
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import httpx2
import pytest
import uvicorn
from support.asgi import TOKEN, app_of, runtime_context
from support.observing import Place, Watch, place_in, say, talker
from support.workers import PATIENCE, wait_until

from yoi_cli.server.http.guard import Places
from yoi_cli.server.http.routes import Call, Outcome, Reply, Route
from yoi_cli.server.http.serving import Binding, config_of
from yoi_cli.server.runtime.context import RuntimeContext
from yoi_cli.server.runtime.table import ROUTES

pytestmark = pytest.mark.process
_HELD, _SOON, _TRIES = 2.0, 0.2, 3
_PATH = "/v1/runtime"
_HEADERS = {"Authorization": f"Bearer {TOKEN}"}


class Held:
    """A read that takes its time; `begun` once it was begun."""

    def __init__(self) -> None:
        self.begun = threading.Event()
        self.is_over = False

    def read(self) -> Outcome:
        self.begun.set()
        time.sleep(_HELD)
        self.is_over = True
        return Reply(204)

    def in_a_thread(self, _: Call[RuntimeContext]) -> Outcome:
        return self.read()

    async def on_the_loop(self, _: Call[RuntimeContext]) -> Outcome:
        return self.read()


@pytest.fixture
def place(workspace: Path) -> Iterator[Place]:
    with place_in(workspace) as made:
        yield made


@contextmanager
def serving(workspace: Path, **how: object) -> Iterator[str]:
    """The host of a server whose route to the runtime is answered otherwise."""
    routes: list[Route[RuntimeContext]] = [
        replace(one, **{"run": None, "wait": None, **how}) if one.path == _PATH else one  # type: ignore[arg-type]
        for one in ROUTES
    ]
    listening = socket.create_server(("127.0.0.1", 0))
    host = f"127.0.0.1:{listening.getsockname()[1]}"
    places = Places(frozenset({host}))
    context = runtime_context(workspace)
    app = app_of(context, routes, places=lambda: places).app
    server = uvicorn.Server(config_of(app, Binding("127.0.0.1")))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    wait_until(lambda: server.started)
    try:
        yield host
    finally:
        server.should_exit = True
        thread.join(PATIENCE)
        context.watched.close()  # type: ignore[attr-defined]


def lines_meanwhile(host: str, held: Held, worker: str, say_one: Callable[[], None]) -> list[float]:
    """How long lines take to a viewer while the read is held, in seconds."""
    taken: list[float] = []
    url = f"ws://{host}/v1/workers/{worker}/observe"
    with Watch(url, _HEADERS) as seen, httpx2.Client(timeout=PATIENCE, trust_env=False) as client:
        seen.until("snapshot")
        say_one()
        seen.until("output")
        asking = threading.Thread(
            target=client.get, args=(f"http://{host}{_PATH}",), kwargs={"headers": _HEADERS}
        )
        asking.start()
        assert held.begun.wait(PATIENCE)
        while not held.is_over:
            began = time.monotonic()
            say_one()
            seen.until("output")
            taken.append(time.monotonic() - began)
        asking.join(PATIENCE)
    return taken


def test_a_read_that_is_held_for_two_seconds_keeps_no_line_from_a_viewer(place: Place) -> None:
    worker = talker(place.workers)
    for _ in range(_TRIES):  # the machine may be busy with something else
        held = Held()
        with serving(Path(place.session.workspace), run=held.in_a_thread) as host:
            taken = lines_meanwhile(host, held, worker, lambda: say(place.workers, worker, 1))
        if statistics.median(taken) < _SOON:
            break
    assert statistics.median(taken) < _SOON
    assert len(taken) > 3


def test_control_on_the_loop_it_keeps_them_all(place: Place) -> None:
    worker, held = talker(place.workers), Held()
    with serving(Path(place.session.workspace), wait=held.on_the_loop) as host:
        taken = lines_meanwhile(host, held, worker, lambda: say(place.workers, worker, 1))
    assert max(taken) > _HELD / 2
