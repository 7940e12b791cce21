"""Writers with one part of the write protocol taken out, for the controls.

    python weak.py WEAKNESS [--faulty FAULT NUMBER] ARGUMENT...

runs `yoi ARGUMENT...` that way, with a fault of `support/faulty.py` where one is given.

The product has no switch for this: its functions are replaced, in this process alone.
"""

from __future__ import annotations

import fcntl
import os
import sys
from collections.abc import Callable, Mapping

from support import faulty

from yoi_cli.model import ids
from yoi_cli.model.routing import ThreadSummary
from yoi_cli.store.files import (
    append,
    base_writer,
    change_bytes,
    directory,
    git_holds,
    journal,
    writing,
)
from yoi_cli.store.files.index import reading


def _no_sync() -> None:
    """Nothing is brought to stable storage."""
    for name in ("fsync", "fdatasync"):
        _put(os, name, lambda descriptor: None)


def _no_lock() -> None:
    """Nobody waits for anybody."""
    _put(fcntl, "flock", lambda descriptor, operation: None)


def _no_guard() -> None:
    """An append does not look whether git replaced the thread."""
    for module in (append, writing):
        _put(module, "wait_for_git", lambda index_lock: True)
    _put(append, "_seen", lambda folder, written, blocks: os.fstat(folder.descriptor))


def _no_journal() -> None:
    """Nobody keeps what was acknowledged, nor looks who has the files in his hands."""
    for name in ("append", "append_late"):
        _put(journal.Journal, name, lambda kept, entry, **_: None)
    for module in (writing, base_writer, git_holds):
        for name in ("held_by", "wait_until_put_back"):
            if hasattr(module, name):
                seen = (0, None) if name == "wait_until_put_back" else None
                _put(module, name, lambda *_, seen=seen: seen)


def _no_rename() -> None:
    """Files are overwritten where they stand."""

    def replace(folder: directory.Directory, name: str, data: bytes, **_: object) -> None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        descriptor = os.open(name, flags, 0o666, dir_fd=folder.descriptor)
        os.write(descriptor, data)
        os.fsync(descriptor)
        os.close(descriptor)

    _put(directory.Directory, "replace", replace)


def _no_truncate() -> None:
    """What a failed append left in the thread stays there."""
    _put(os, "ftruncate", lambda descriptor, length: None)


def _no_tail_check() -> None:
    """A torn tail is appended to."""
    _put(append, "_set_aside_torn", lambda directory, thread, tail: None)


def _no_rising_ids() -> None:
    """An event's id follows the clock, whatever stands in the thread."""
    true_id = ids.next_event_id
    _put(change_bytes, "next_event_id", lambda now, entropy, greatest=None: true_id(now, entropy))


def _no_true_index() -> None:
    """The index says of every thread that its ticket is queued."""
    _put(reading, "summarise_thread", lambda data: ThreadSummary("queued"))


def _put(owner: object, name: str, replacement: object) -> None:
    assert hasattr(owner, name), f"{owner} has no {name}: the control would weaken nothing"
    setattr(owner, name, replacement)


WEAKNESSES: Mapping[str, Callable[[], None]] = {
    "sync": _no_sync,
    "lock": _no_lock,
    "guard": _no_guard,
    "journal": _no_journal,
    "rename": _no_rename,
    "truncate": _no_truncate,
    "tail": _no_tail_check,
    "ids": _no_rising_ids,
    "index": _no_true_index,
}


def weaken(part: str) -> None:
    """Take one part out of the protocol in this process; "" takes out none."""
    if part:
        WEAKNESSES[part]()


def main() -> int:
    weaken(sys.argv.pop(1))
    if sys.argv[1] == "--faulty":
        del sys.argv[1]
        return faulty.main()
    from yoi_cli.cli.main import run

    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
