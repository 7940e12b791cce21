"""Servers of a clone: which one runs, and how the same user's commands find it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from yoi_cli.workspace.servers import ServerRecord as ServerRecord
    from yoi_cli.workspace.session import Session

RUNTIME, BACKEND = "runtime", "backend"


@contextmanager
def only_server(session: Session, kind: str) -> Iterator[Callable[[str, str, str], str]]:
    """Be the clone's only server of a `kind` for as long as this lasts.

    What it gives takes the server's name, its address and its owner's token, writes them down
    where the same user's commands find them, and gives the path of that file. Raises
    `ConflictError` (`server_runs`).
    """
    from yoi_cli.workspace.servers import ServerRecord, only_server, write_record

    with only_server(session.own_folder(make=True), kind) as path:

        def announce(name: str, address: str, token: str) -> str:
            write_record(path, ServerRecord(kind, name, address, token))
            return path

        yield announce


def find_server(session: Session, kind: str) -> ServerRecord:
    """The server of a `kind` that runs. Raises `NotFoundError` (`server_not_running`)."""
    from yoi_cli.workspace.servers import find_server

    return find_server(session.own_folder(), kind)


def kept_token(session: Session, kind: str, make: Callable[[], str]) -> str:
    """The owner's token of the clone's server of a `kind`, the same whenever it is started."""
    from yoi_cli.workspace.servers import kept_token

    return kept_token(session.own_folder(make=True), kind, make)


def workspace_id(session: Session) -> str:
    """The id of the session's workspace in this clone."""
    from yoi_cli.workspace.servers import workspace_id

    return workspace_id(session.own_folder(make=True))
