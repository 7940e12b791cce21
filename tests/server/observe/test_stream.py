"""The socket of a page: several subscriptions on one connection."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from starlette.websockets import WebSocket
from support.observing import Frame, ObservingServer, Place, Watch, end, say, talker
from support.workers import Workers

from yoi_cli.api.observation import observer
from yoi_cli.api.watch import watch
from yoi_cli.api.workers import list_workers
from yoi_cli.server.observe.hub import Hub
from yoi_cli.server.observe.local import LocalSource
from yoi_cli.server.observe.outbox import Outbox
from yoi_cli.server.observe.stream import stream
from yoi_cli.server.observe.topics import Topics

pytestmark = pytest.mark.process

NOBODY = "w-01M7YTZDPGYQ4XT4TTYB8PZ7E8"


class StreamServer(ObservingServer):
    """A server whose only path is the stream of a workspace."""

    topics: Topics

    async def _observe(self, websocket: WebSocket) -> None:
        def sources(runtime_id: str) -> LocalSource | None:
            known = isinstance(self.source, LocalSource) and runtime_id == self.source.runtime_id
            return self.source if known else None  # type: ignore[return-value]

        await stream(websocket, self.hub, self.topics, sources, log=self.errors.append)


@contextmanager
def streaming(session: Any) -> Iterator[StreamServer]:
    def workers() -> object:
        return {"ids": [view.worker_id for view in list_workers(session).workers]}

    source = LocalSource(observer(session), "here")
    made = StreamServer(source, Hub(), "/stream")
    made.topics = Topics(
        watch(session).poll, {"workers": workers, "tickets": dict}, made.errors.append
    )
    made.start()
    try:
        yield made
    finally:
        made.stop()
        made.topics.close()
        source.close()
        assert made.errors == []


@pytest.fixture
def server(place: Place) -> Iterator[StreamServer]:
    with streaming(place.session) as made:
        yield made


@pytest.fixture
def page(server: StreamServer) -> Iterator[Watch]:
    with server.watch("") as made:
        yield made


def ask(page: Watch, request: str, topic: str, **selector: str) -> Frame:
    """Subscribe; the answer."""
    wanted = {"topic": topic, **selector}
    page.connection.send(json.dumps({"v": 1, "id": request, "subscribe": wanted}))
    while (frame := page.next()) is not None:
        if frame.get("id") == request:
            return frame
    raise AssertionError("no answer")


def outputs(page: Watch, sub: str) -> bytes:
    payloads = [f["payload"] for f in page.frames if f["kind"] == "event" and f["sub"] == sub]
    return b"".join(base64.b64decode(p["data"]) for p in payloads if p["kind"] == "output")


def test_a_page_watches_workers_and_the_list_of_them_on_one_socket(
    page: Watch, workers: Workers
) -> None:
    one, two = talker(workers), talker(workers)
    listed = ask(page, "r1", "workers")
    assert sorted(listed["snapshot"]["ids"]) == sorted([one, two])
    subs = [ask(page, w, "worker", runtime_id="here", worker_id=w)["sub"] for w in (one, two)]
    say(workers, one, 3)
    say(workers, two, 4000)
    end(workers, one)
    end(workers, two)
    for sub in subs:
        if not any(f["kind"] == "closed" and f["sub"] == sub for f in page.frames):
            page.until("closed", sub=sub, code="gone", reason="worker_ended")
    assert [len(outputs(page, sub)) for sub in subs] == [30, 40_000]


def test_a_page_is_told_of_a_worker_that_comes(page: Watch, workers: Workers) -> None:
    first = ask(page, "r1", "workers")
    worker = talker(workers)
    told = page.until("event", sub=first["sub"])
    assert told["revision"] > first["revision"]
    assert told["payload"]["ids"] == [worker]


def test_a_subscription_goes_on_at_a_cursor(server: StreamServer, workers: Workers) -> None:
    worker = talker(workers)
    say(workers, worker, 2)
    with server.watch("") as first:
        given = ask(first, "a", "worker", runtime_id="here", worker_id=worker)
        say(workers, worker, 2)
        frame = first.until("event")
        while frame["payload"]["kind"] != "output":
            frame = first.until("event")
    assert given["snapshot"]["kind"] == "snapshot"
    say(workers, worker, 2)
    end(workers, worker)
    cursor = frame["payload"]["cursor"]
    with server.watch("") as second:
        again = ask(second, "b", "worker", runtime_id="here", worker_id=worker, cursor=cursor)
        second.until("closed")
    assert outputs(second, again["sub"]).endswith(b"000000005\n")
    assert again["snapshot"]["cursor"] == cursor


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"subscribe": {"topic": "weather"}}, "unsupported_selector"),
        ({"subscribe": {"topic": "tickets"}, "v": 2}, "unsupported_version"),
        ({"subscribe": {"topic": "tickets", "colour": "red"}}, "invalid_request"),
        ({}, "invalid_request"),
        ({"subscribe": {"topic": "worker", "runtime_id": "nowhere"}}, "not_found"),
        (
            {"subscribe": {"topic": "worker", "runtime_id": "here", "worker_id": NOBODY}},
            "not_found",
        ),
        (
            {"subscribe": {"topic": "worker", "runtime_id": "here", "cursor": "x"}},
            "invalid_request",
        ),
    ],
)
def test_a_subscription_that_cannot_be_is_rejected_by_name(
    page: Watch, said: dict[str, object], code: str
) -> None:
    page.connection.send(json.dumps({"id": "r", **said}))
    assert page.until("rejected")["code"] == code
    assert page.frames[-1]["id"] == "r"


def test_an_id_has_a_bound_and_a_socket_has_64_subscriptions(page: Watch) -> None:
    assert ask_rejected(page, "x" * 129) == "invalid_request"
    for number in range(64):
        assert ask(page, f"r{number}", "tickets")["kind"] == "subscribed"
    assert ask_rejected(page, "one more") == "capacity"


def ask_rejected(page: Watch, request: str) -> str:
    page.connection.send(json.dumps({"id": request, "subscribe": {"topic": "tickets"}}))
    return str(page.until("rejected")["code"])


def test_after_unsubscribing_nothing_comes_any_more(page: Watch, workers: Workers) -> None:
    worker = talker(workers)
    sub = ask(page, "a", "worker", runtime_id="here", worker_id=worker)["sub"]
    page.connection.send(json.dumps({"unsubscribe": sub}))
    page.connection.send('{"kind": "ping"}')
    page.until("pong")
    seen = len(outputs(page, sub))
    say(workers, worker, 5)
    other = ask(page, "b", "worker", runtime_id="here", worker_id=worker)["sub"]
    say(workers, worker, 5)
    while not outputs(page, other):
        page.next()
    assert len(outputs(page, sub)) == seen


def test_a_look_that_fails_leaves_nobody_waiting() -> None:
    """What it had seen may be lost with it, so everything counts as changed."""
    failed: list[Exception] = []

    def look() -> frozenset[str]:
        if failed:
            return frozenset()
        raise OSError("once")

    async def scene() -> int:
        topics = Topics(look, {"tickets": dict}, failed.append)
        try:
            return (await asyncio.wait_for(topics.after("tickets", 1), 20)).revision
        finally:
            topics.close()

    assert (asyncio.run(scene()), len(failed)) == (2, 1)


def test_an_answer_goes_before_all_output_that_waits() -> None:
    sent: list[str] = []

    async def scene() -> None:
        gate = asyncio.Event()

        async def send(text: str) -> None:
            await gate.wait()
            sent.append(text)

        outbox = Outbox(send)
        running = asyncio.ensure_future(outbox.run())
        outputs = [asyncio.ensure_future(outbox.send_output(f"output {n}")) for n in range(5)]
        await asyncio.sleep(0)
        await asyncio.sleep(0)  # the first is being sent
        outbox.tell("answer")
        gate.set()
        await asyncio.gather(*outputs)
        running.cancel()

    asyncio.run(scene())
    assert sent == ["output 0", "answer", *(f"output {n}" for n in range(1, 5))]
