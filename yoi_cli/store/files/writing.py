"""Holding the store's lock to write, after what a dead writer left undone is finished."""

from __future__ import annotations

import errno
import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from yoi_cli.errors import YoiError
from yoi_cli.model.commit_point import pass_commit_point
from yoi_cli.model.ids import TicketId, is_ticket_id
from yoi_cli.store.files.append import GIT_IS_STUCK
from yoi_cli.store.files.git_activity import wait_for_git
from yoi_cli.store.files.git_holds import wait_until_put_back
from yoi_cli.store.files.lock import Intent, StoreLock
from yoi_cli.store.files.writer import FileWriter

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yoi_cli.store.files import layout
    from yoi_cli.store.files.base_writer import Clock, CommittedFile
    from yoi_cli.store.files.change_bytes import Entropy
    from yoi_cli.store.files.missing import Elsewhere


@contextmanager
def writing(
    location: layout.StoreLocation,
    *,
    deadline: float,
    command: str,
    clock: Clock,
    entropy: Entropy,
    committed: CommittedFile | None = None,
    elsewhere: Elsewhere | None = None,
) -> Iterator[FileWriter]:
    """Hold the store's lock; what a writer that died left undone is finished first.

    What git has taken out of the checkout and will put back by itself is waited for before that.
    """
    pass_commit_point(is_passed=False)
    seen = (0, None) if location.git is None else wait_until_put_back(location.git, deadline)
    lock = StoreLock(location.lock, deadline=deadline, command=command)
    leftover = lock.acquire()
    finished = False
    writer: FileWriter | None = None
    try:
        # A checkout that is half done shows half a store. One that does not end is waited for once.
        is_stuck = location.index_lock is not None and not wait_for_git(location.index_lock)
        if is_stuck:
            location = location._replace(index_lock=None)
        writer = FileWriter(
            location, lock, clock(), entropy, committed=committed, elsewhere=elsewhere
        )
        writer.clock = clock
        writer.look_at_git(seen)
        if is_stuck:
            writer.warnings = (GIT_IS_STUCK,)
        if writer.held is not None:  # what a dead writer left may lie in what git has taken away
            writer.left_undone = leftover is not None
        else:
            if leftover is not None and is_ticket_id(leftover.ticket):
                _tidy_leftover(writer, leftover)
            if os.path.lexists(location.batch):
                from yoi_cli.store.files.batch import finish

                finish(writer)
            lock.announce(None)
        yield writer
        pass_commit_point()
        finished = not writer.left_undone
    except YoiError:
        finished = writer is not None and not writer.left_undone
        raise
    finally:
        if writer is not None:
            writer.forget_folder()
        lock.release(finished=finished)


#: What is wrong with the disk or the process, and so with every other write, too.
_OF_THE_SYSTEM = frozenset(
    {
        errno.EIO,
        errno.ENOSPC,
        errno.EDQUOT,
        errno.EROFS,
        errno.EFBIG,
        errno.EMFILE,
        errno.ENFILE,
        errno.ENOMEM,
    }
)


def _tidy_leftover(writer: FileWriter, leftover: Intent) -> None:
    """Finish what a dead writer left. A ticket that is broken besides (a folder that nobody may
    write to, say) is doctor's; it must not keep the others waiting."""
    try:
        writer.tidy(TicketId(leftover.ticket), leftover.event)
    except YoiError:
        return
    except OSError as error:
        if error.errno in _OF_THE_SYSTEM:
            raise
