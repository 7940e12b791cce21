"""A workspace that a server shows (`yoi serve`, `yoi web`), asked over HTTP (docs/panel.md)."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import quote

import msgspec

from yoi_cli.api.documents.board import SessionDocument
from yoi_cli.api.served.changes import ServedChanges, server_error
from yoi_cli.errors import (
    ConflictError,
    NotFoundError,
    OperationError,
    UsageError,
    YoiError,
)
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.workers.remote.connection import Connection
from yoi_cli.workers.remote.url import parse_runtime_url

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from yoi_cli.workspace.session import Session
    from yoi_cli.workspace.start import Start

_Document = TypeVar("_Document", bound=msgspec.Struct)
#: The server of the clone that one stands in.
LOCAL = "local"
_SECONDS = 10.0
#: Whatever changes something may wait for git, for a worker's end, or for a lock.
_CHANGE_SECONDS = 60.0
#: All of 100,000 tickets at once.
_MOST_ANSWER = 96 << 20
_OF_STATUS: Mapping[int, type[YoiError]] = {
    400: UsageError,
    404: NotFoundError,
    409: ConflictError,
}


class Place(NamedTuple):
    """Where a workspace is served, and the token for it. Its `repr` has no token."""

    url: str
    token: str
    timeout: float = _SECONDS

    def __repr__(self) -> str:
        return f"Place(url={self.url!r})"


def find_place(start: Start, word: str, *, token_file: str = "", token_env: str = "") -> Place:
    """The server that `word` means: an address, the name of `[backends.NAME]` in the clone's file
    of runtimes, or `local` for the clone's own server that runs.

    Its token is in the file or variable that is given, else where the name refers to, else where
    the clone's own server wrote it down. Raises `NotFoundError` (`backend_not_found`,
    `server_not_running`), `UsageError` (`server_url_invalid`), and `OperationError`
    (`server_token_missing`).
    """
    from yoi_cli.api.servers import BACKEND, find_server
    from yoi_cli.workers.remote.tokens import find_token

    session = _session(start)
    is_address = "://" in word or word.startswith("unix:")
    if word == LOCAL and session is not None:
        found = find_server(session, BACKEND)
        return Place(found.address, found.token)
    place = Place(word, "") if is_address else _named(session, word)
    parse_runtime_url(place.url, of="server")
    if token_file or token_env:
        given = find_token(token_env or None, token_file or None, start.environment)
        place = place._replace(token=given)
    elif not place.token and session is not None:
        with suppress(NotFoundError):
            found = find_server(session, BACKEND)
            if found.address.rstrip("/") == place.url.rstrip("/"):
                place = place._replace(token=found.token)
    if not place.token:
        raise OperationError(
            "server_token_missing",
            "There is no token for that server.",
            hint="Name it by --token-file or --token-env; the file that `yoi serve` prints has it.",
        )
    return place


def _session(start: Start) -> Session | None:
    """The workspace that one stands in, where there is one."""
    from yoi_cli.workspace.session import open_session

    try:
        return open_session(start, forgiving=True)
    except YoiError:
        return None


def _named(session: Session | None, name: str) -> Place:
    from yoi_cli.workers.remote.registry_file import RegistryFile
    from yoi_cli.workers.remote.tokens import find_token

    entries = {} if session is None else RegistryFile(session.own_folder()).backends()
    entry = entries.get(name)
    if entry is None or session is None:
        known = ", ".join((LOCAL, *entries))
        raise NotFoundError(
            "backend_not_found",
            f"There is no backend {name[:40]!r}.",
            hint=f"There are: {known}. An address works, too: https://host:port.",
        )
    token = find_token(entry.token_env, entry.token_file, session.environment)
    return Place(entry.url, token, entry.timeout)


class _Server:
    """How errors call the server: by what it said itself, where it said something."""

    def failed(self, cause: str) -> YoiError:
        return server_error(cause)

    def refused(self, status: int, data: bytes) -> YoiError:
        if status == 401:
            return OperationError(
                "server_auth_failed",
                "The server does not take the token.",
                hint="Name the one that it has now by --token-file or --token-env.",
            )
        try:
            said = msgspec.json.decode(data, type=_Failure).error
        except (ValueError, RecursionError):
            return server_error("malformed")
        kind = _OF_STATUS.get(status, OperationError)
        return kind(said.code, said.message, hint=said.hint)


class _Said(msgspec.Struct):
    code: str
    message: str = ""
    hint: str = ""


class _Failure(msgspec.Struct):
    error: _Said


class ServedWorkspace:
    """The workspace that is served at a place; `id` is that of the workspace. Several threads may
    ask. Raises `OperationError` (`server_unreachable`, `server_silent`, `server_auth_failed`), and
    what the server says."""

    def __init__(self, place: Place, environment: Mapping[str, str]) -> None:
        self._place = place
        self._connection = Connection(
            place.url,
            place.token,
            timeout=place.timeout,
            environment=environment,
            peer=_Server(),
            most_answer=_MOST_ANSWER,
        )
        try:
            _, said = self._connection.document("session", SessionDocument, "GET", "/api/session")
        except YoiError:
            self._connection.close()
            raise
        self.id = said.workspace_id

    def get(
        self,
        kind: str,
        of: type[_Document],
        path: str,
        query: Mapping[str, str | int] | None = None,
    ) -> _Document:
        """The document of `kind` at a path of the workspace."""
        return self._connection.document(kind, of, "GET", self._path(path), query=query)[1]

    def post(
        self, kind: str, of: type[_Document], path: str, body: Mapping[str, object] | None = None
    ) -> _Document:
        """What came of a change."""
        seconds = max(_CHANGE_SECONDS, self._place.timeout)
        path = self._path(path)
        return self._connection.document(kind, of, "POST", path, body=body, seconds=seconds)[1]

    def raw(self, path: str, query: Mapping[str, str | int]) -> bytes:
        """The bytes of an answer that is no document."""
        return self._connection.raw(self._path(path), query)

    def changes(self, topics: Iterable[str]) -> ServedChanges:
        """What tells whether one of the topics changed."""
        place = parse_runtime_url(self._place.url, of="server")
        address = f"unix:{place.socket}" if place.socket else place.origin
        return ServedChanges(address, self._place.token, self._path("stream"), topics)

    def close(self) -> None:
        """Let the connections go."""
        self._connection.close()

    def _path(self, path: str) -> str:
        return f"/api/w/{quote(self.id, safe='')}/{path}"
