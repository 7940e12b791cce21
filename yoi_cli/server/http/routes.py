"""The table of a server's routes: one declaration each.

What Starlette serves, who may ask, what is decoded, `/v1/openapi.json` and `docs/api-http.md` are
all made from it. `Context` is what a server's handlers work with.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeAlias, TypeVar

from msgspec import Struct

from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from starlette.datastructures import Headers
    from starlette.websockets import WebSocket

    from yoi_cli.server.http.permissions import Permission, Principal

Context = TypeVar("Context")
_Document = TypeVar("_Document", bound=Struct)


@dataclass(frozen=True)
class Call(Generic[Context]):
    """A request that was let in and decoded. `query` and `body` are of the route's types."""

    context: Context
    principal: Principal
    path: Mapping[str, str]
    headers: Headers
    query: Struct | None = None
    body: Struct | None = None

    def query_as(self, kind: type[_Document]) -> _Document:
        """The query, which the route declared to be of `kind`."""
        if not isinstance(self.query, kind):
            raise TypeError(f"the route does not declare the query {kind.__name__}")
        return self.query

    def body_as(self, kind: type[_Document]) -> _Document:
        """The body, which the route declared to be of `kind`."""
        if not isinstance(self.body, kind):
            raise TypeError(f"the route does not declare the body {kind.__name__}")
        return self.body


@dataclass(frozen=True)
class Reply:
    """An answer: a document of `kind` in the envelope, or nothing where there is no `kind`."""

    status: int
    kind: str | None = None
    data: object = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Bytes:
    """An answer that is bytes and no document."""

    status: int
    data: bytes
    media_type: str = "application/octet-stream"
    headers: Mapping[str, str] = field(default_factory=dict)


Outcome: TypeAlias = Reply | Bytes
#: Runs in a thread of its own, so that it may wait for files, git and processes.
Blocking: TypeAlias = Callable[[Call[Context]], Outcome]
#: Runs on the event loop, and never blocks there.
Waiting: TypeAlias = Callable[[Call[Context]], Awaitable[Outcome]]
Talking: TypeAlias = "Callable[[WebSocket, Call[Context]], Awaitable[None]]"


class Answer(NamedTuple):
    """A status that a route answers with where all is well, and the kind of its document.

    Without a kind it is a `media_type`, or nothing at all where that is empty, too.
    """

    status: int
    description: str
    kind: str | None = None
    media_type: str = ""


@dataclass(frozen=True)
class Route(Generic[Context]):
    """A method of a path, what it asks for and what it answers with.

    `errors` are the codes that are its own, beside those of every route. A `slow` one waits for
    more than files, and does not take the threads of those that do not. Path parameters are
    strings in braces: `/v1/workers/{worker_id}`.
    """

    method: str
    path: str
    permission: Permission
    summary: str
    answers: tuple[Answer, ...]
    run: Blocking[Context] | None = None
    wait: Waiting[Context] | None = None
    query: type[Struct] | None = None
    body: type[Struct] | None = None
    body_is_optional: bool = False
    errors: tuple[str, ...] = ()
    slow: bool = False


@dataclass(frozen=True)
class Socket(Generic[Context]):
    """A WebSocket, which is let in as a request is, and before it is upgraded.

    `talk` gets the socket before it was accepted. Its `query` is decoded after the upgrade, by
    whoever talks, since a browser cannot read a refusal: `undecoded` in `decoding` helps.
    """

    path: str
    permission: Permission
    summary: str
    talk: Talking[Context]
    query: type[Struct] | None = None
    errors: tuple[str, ...] = ()
