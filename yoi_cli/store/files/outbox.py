"""What confined workers leave for the store: an outbox each, local to the clone.

A worker may write in `box` alone; whose it is stands beside that. Files are taken away only
under the store's lock, after the event was written.
"""

from __future__ import annotations

import os
import re
import time
from typing import TYPE_CHECKING

from yoi_cli.errors import YoiError
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.store.files.directory import Directory

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yoi_cli.model.worker_message import Sender, WorkerMessage
    from yoi_cli.store.files.spool import FileSpool

FOLDER, BOX = "outbox", "box"
_MESSAGES, _NOTES, _SENDER = "messages", "notes", "sender.json"
_NAME = re.compile(r"m-[0-9a-f]{32}\.json")
#: Larger than any message that `yoi` writes.
_LARGEST = 2_000_000
#: As many are taken at a time; the next writer takes the next.
_MOST = 100


class Outbox(NamedTuple):
    """What waits of one worker."""

    sender: Sender
    messages: tuple[WorkerMessage, ...]
    notes: FileSpool
    path: str

    def remove(self, names: tuple[str, ...]) -> None:
        """Take away messages that the store holds."""
        with Directory.open(os.path.join(self.path, BOX, _MESSAGES), FOLDER) as folder:
            for name in names:
                folder.remove_if_there(f"{name}.json")


def make_outbox(local_folder: str, sender: Sender) -> str:
    """The outbox of a worker that is about to start: the folder that it may write in."""
    from yoi_cli.store.formats.message_writing import render_sender

    path = os.path.join(local_folder, FOLDER, sender.worker)
    os.makedirs(os.path.join(path, BOX), 0o700, exist_ok=True)
    with Directory.open(path, FOLDER) as folder:
        folder.replace(_SENDER, render_sender(sender))
    return os.path.join(path, BOX)


def remove_outbox(local_folder: str, worker: str) -> None:
    """Forget a worker's outbox, where nothing waits in it."""
    import shutil

    path = os.path.join(local_folder, FOLDER, worker)
    if not _has_files(path):
        shutil.rmtree(path, ignore_errors=True)


def leave_message(box: str, message: WorkerMessage) -> None:
    """Bring a message to stable storage in the worker's own outbox."""
    from yoi_cli.store.formats.message_writing import render_message

    with (
        Directory.open(box, FOLDER) as folder,
        folder.make_child(_MESSAGES) as messages,
    ):
        messages.replace(f"{message.name}.json", render_message(message))


def new_name() -> str:
    """A name for a message, by which messages of one worker are in their order."""
    return f"m-{time.time_ns():016x}{os.urandom(8).hex()}"


def note_spool(box: str) -> FileSpool:
    """Where the hooks of a confined worker's git leave their notes."""
    from yoi_cli.store.files.spool import FileSpool

    return FileSpool(os.path.join(box, _NOTES))


def sender_of(box: str) -> Sender:
    """Whose outbox it is. Raises `OSError`, `ValueError`, `YoiError`."""
    from yoi_cli.store.formats.message import parse_sender

    above = os.path.dirname(box)
    with Directory.open(above, FOLDER) as folder:
        return parse_sender(os.path.basename(above), folder.read(_SENDER))


def has_mail(local_folder: str, worker: str = "") -> bool:
    """Whether anything waits of that worker, or of any."""
    path = os.path.join(local_folder, FOLDER)
    if worker:
        return _has_files(os.path.join(path, worker))
    try:
        return any(_has_files(os.path.join(path, name)) for name in os.listdir(path))
    except OSError:
        return False


def outboxes(local_folder: str) -> Iterator[Outbox]:
    """Every outbox in which anything waits that can be read."""
    path = os.path.join(local_folder, FOLDER)
    for name in sorted(os.listdir(path)):
        one = os.path.join(path, name)
        if not _has_files(one):
            continue
        try:
            sender = sender_of(os.path.join(one, BOX))
        except (OSError, ValueError, YoiError):  # of a version to come, or broken
            continue
        yield Outbox(sender, tuple(_messages(one)), note_spool(os.path.join(one, BOX)), one)


def _has_files(path: str) -> bool:
    for name in (_MESSAGES, _NOTES):
        try:
            if os.listdir(os.path.join(path, BOX, name)):
                return True
        except OSError:
            continue
    return False


def _messages(path: str) -> Iterator[WorkerMessage]:
    """What can be read of the messages; what is none is passed over, and stays."""
    from yoi_cli.store.formats.message import parse_message

    try:
        folder = Directory.open(os.path.join(path, BOX, _MESSAGES), FOLDER)
    except (OSError, YoiError):
        return
    with folder:
        for name in sorted(filter(_NAME.fullmatch, folder.names()))[:_MOST]:
            try:
                if os.lstat(name, dir_fd=folder.descriptor).st_size <= _LARGEST:
                    yield parse_message(name.removesuffix(".json"), folder.read(name))
            except (OSError, ValueError, RecursionError, YoiError):
                continue
