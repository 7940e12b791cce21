"""Files of an outbox, read strictly: a worker that may be misled wrote them (docs/format.md)."""

from __future__ import annotations

import json
from typing import Annotated, Literal

from msgspec import Meta, Struct, convert

from yoi_cli.model.worker_message import LONGEST, ROLES, Sender, WorkerMessage

_Id = Annotated[str, Meta(pattern=r"^[0-9A-HJKMNP-TV-Z]{13}\Z")]


class _MessageFile(Struct):
    version: Literal[1]
    ticket: _Id
    role: str
    text: Annotated[str, Meta(min_length=1, max_length=LONGEST)]
    commit: Annotated[str, Meta(pattern=r"^[0-9A-Za-z._/@{}~^-]{0,200}\Z")] = ""


class _SenderFile(Struct):
    version: Literal[1]
    author: Annotated[str, Meta(min_length=1)]
    ticket: str = ""


def parse_message(name: str, data: bytes) -> WorkerMessage:
    """The message in a file's bytes. Raises ValueError, RecursionError for what is none."""
    read = convert(json.loads(data), _MessageFile)
    if read.role not in ROLES:
        raise ValueError(f"{read.role[:40]!r} is no role")
    return WorkerMessage(name, read.ticket, read.role, read.text, read.commit)


def parse_sender(worker: str, data: bytes) -> Sender:
    """Whose outbox it is. Raises ValueError."""
    read = convert(json.loads(data), _SenderFile)
    return Sender(worker, read.author, read.ticket)
