"""Every way in which `yoi` can fail, with the exit code a script may count on.

docs/commands.md: 1 failed, 2 usage, 3 not found, 4 conflict, 5 gate says not ready,
6 store invalid. An error has a stable `code`, one sentence and a hint that helps; the
command line turns it into text or JSON in one place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

Json: TypeAlias = "str | int | float | bool | Sequence[Json] | Mapping[str, Json] | None"


class YoiError(Exception):
    """A failure that a person or a script is told about.

    `code` is a stable snake_case word, `message` one sentence, `hint` what to do next
    (never anything destructive), `details` facts for scripts (ids, states, lines).
    """

    exit_code: ClassVar[int] = 1

    def __init__(
        self,
        code: str,
        message: str,
        *,
        hint: str = "",
        details: Mapping[str, Json] | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint
        self.details: Mapping[str, Json] = details or {}


class OperationError(YoiError):
    """It was tried and did not work: the disk, the editor, a program that is missing."""

    exit_code = 1


def system_refused(error: OSError) -> OperationError:
    """The error for what the system would not do."""
    what = error.strerror or str(error)
    where = f" ({error.filename})" if error.filename else ""
    return OperationError(
        "io_error",
        f"The system refused: {what}{where}.",
        hint="Check permissions and free space; what was acknowledged before is safe.",
    )


class UsageError(YoiError):
    """The command cannot mean anything as it was given."""

    exit_code = 2


class NotFoundError(YoiError):
    """What the command names is not there."""

    exit_code = 3


class ConflictError(YoiError):
    """The store says otherwise: illegal move, lost compare-and-swap, lock, ambiguous id."""

    exit_code = 4


class NotReadyError(YoiError):
    """A gate's answer is no."""

    exit_code = 5


class StoreInvalidError(YoiError):
    """What is on disk cannot be trusted, so nothing is decided from it."""

    exit_code = 6
