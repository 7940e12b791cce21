"""Work that must not keep the screen waiting, and that nobody waits for when the panel closes."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Generic, TypeVar

from textual.message import Message

from yoi_cli.errors import OperationError, YoiError

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.message_pump import MessagePump

Result = TypeVar("Result")


class Finished(Message):
    """Work is done; whoever gets this lets it tell its result."""

    def __init__(self, tell: Callable[[], None]) -> None:
        super().__init__()
        self.tell = tell


class Work(Generic[Result]):
    """A call of the api, made by a thread of its own.

    `done` gets the result, `failed` what went wrong, both in the thread that draws. A thread is a
    daemon: the panel closes whatever is under way, since all that writes is whole or not at all.
    """

    def __init__(
        self,
        tells: MessagePump,
        call: Callable[[], Result],
        done: Callable[[Result], None],
        failed: Callable[[YoiError | OSError], None],
    ) -> None:
        self._tells, self._call, self._done, self._failed = tells, call, done, failed
        threading.Thread(target=self._run, name="panel-work", daemon=True).start()

    def _run(self) -> None:
        try:
            result = self._call()
        except Exception as error:  # noqa: BLE001 - whoever waits for it has to be told
            problem = failure_of(error)
            self._tells.post_message(Finished(lambda: self._failed(problem)))
        else:
            self._tells.post_message(Finished(lambda: self._done(result)))


def failure_of(error: Exception) -> YoiError | OSError:
    """What is told of an error: itself, and of a fault of the program what it is."""
    if isinstance(error, (YoiError, OSError)):
        return error
    return OperationError(
        "internal",
        f"Internal error in yoi: {type(error).__name__}: {error}.",
        hint="What was acknowledged before is safe; please report it.",
    )


def sentence_of(error: YoiError | OSError) -> str:
    """What went wrong, with what may be done about it, in a line."""
    if isinstance(error, YoiError):
        hint = f" {error.hint}" if error.hint else ""
        return f"{error.message}{hint}"
    return f"The system refused: {error.strerror or error}."
