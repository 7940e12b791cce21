"""What the backend's handlers work with."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import TYPE_CHECKING

from yoi_cli.api.servers import workspace_id
from yoi_cli.errors import YoiError
from yoi_cli.server.backend.board import Board
from yoi_cli.server.backend.sources import Sources, make_topics
from yoi_cli.server.http.errors import refusal
from yoi_cli.server.observe.hub import Hub

if TYPE_CHECKING:
    from collections.abc import Mapping

    from yoi_cli.api.registry import Registry
    from yoi_cli.api.session import Session
    from yoi_cli.server.backend.logins import Logins
    from yoi_cli.server.http.incidents import ServerLog
    from yoi_cli.server.http.threads import Threads


class BackendContext:
    """The workspace that is served, with all its runtimes."""

    def __init__(
        self,
        session: Session,
        registry: Registry,
        logins: Logins,
        threads: Threads,
        log: ServerLog,
        *,
        name: str,
        max_body: int,
    ) -> None:
        self.session = session
        self.workspace_id = workspace_id(session)
        self.registry = registry
        self.logins = logins
        self.threads = threads
        self.log = log
        self.name = name
        self.max_body = max_body
        self.board = Board(session)
        self.viewers = Hub()
        self.sources = Sources(session, registry)
        self.topics = make_topics(
            session, registry, self.board, lambda error: log.incident("topics", error)
        )
        #: `/api/openapi.json`, which is made from the routes that are served.
        self.openapi = b""
        self.is_draining = False

    def check_path(self, path: Mapping[str, object]) -> None:
        """Raise `workspace_mismatch` for another workspace's path."""
        if path.get("workspace_id", self.workspace_id) != self.workspace_id:
            raise refusal("workspace_mismatch")

    def read_ahead(self) -> None:
        """Begin to read the board, so that whoever asks for it first need not wait for all of it.

        What goes wrong is told to whoever asks."""

        def read() -> None:
            with suppress(YoiError):
                self.board.facts()

        threading.Thread(target=read, name="read-ahead", daemon=True).start()

    def drain(self) -> None:
        """The server was told to end."""
        self.is_draining = True
        self.viewers.stop()

    def close(self) -> None:
        """The server has ended."""
        self.topics.close()
        self.sources.close()
        self.registry.close()
