"""One of many long-lived processes that write to a store, and note what was acknowledged.

    python writer.py WORKSPACE NAME COUNT NOTES WEAKNESS DEADLINE TICKET...

Comments `NAME 0`, `NAME 1`, … on the tickets in turn, COUNT of them. As soon as the store
says that an event is committed, a line `TICKET EVENT NAME NUMBER` is appended to the file
NOTES; not where it warns that git is stuck, for then it promises less. WEAKNESS is a part of
the protocol to take out, or "", DEADLINE how many seconds it waits before it is refused.
What is refused, because git has a thread in its hands, is
tried again with the same text. An error that no retry helps ends the process.
"""

from __future__ import annotations

import os
import sys
from itertools import cycle
from pathlib import Path

from support.file_stores import comment, open_store
from torture.weak import weaken

from yoi_cli.errors import ConflictError, StoreInvalidError
from yoi_cli.store.files.append import GIT_IS_STUCK
from yoi_cli.store.files.store import FileStore
from yoi_cli.store.values import Committed

_REFUSALS = 5000


def main() -> None:
    workspace, name, count, notes_path, weakness, wait = Path(sys.argv[1]), *sys.argv[2:7]
    weaken(weakness)
    store = open_store(workspace, deadline=float(wait), in_git=(workspace / ".git").exists())
    notes = os.open(notes_path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
    for number, ticket in zip(range(int(count)), cycle(sys.argv[7:]), strict=False):
        done = _persistently(store, ticket, f"{name} {number}")
        if GIT_IS_STUCK not in done.warnings:
            os.write(notes, f"{ticket} {done.event_ids[0]} {name} {number}\n".encode())


def _persistently(store: FileStore, ticket: str, text: str) -> Committed:
    for _ in range(_REFUSALS):
        try:
            return comment(store, ticket, text)
        except (StoreInvalidError, ConflictError, FileNotFoundError):
            continue
    raise RuntimeError(f"{text!r} was refused {_REFUSALS} times")


if __name__ == "__main__":
    main()
