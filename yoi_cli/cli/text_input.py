"""Where a text comes from: --message, --file, standard input or an editor; exactly one."""

from __future__ import annotations

import io
import os
import stat
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from yoi_cli.errors import NotFoundError, UsageError


def given_text(
    message: Sequence[str] | None, file: str | None, source: str | None = None
) -> str | None:
    """The text that the options give, or None where they give none.

    Several messages are paragraphs of one text, as git has it.
    Raises `UsageError` where they give more than one, `NotFoundError` and `OperationError` for a
    file that cannot be read.
    """
    if source not in (None, "-"):
        raise UsageError(
            "argument_unexpected",
            f"{source[:40]!r} is unexpected: only - (standard input) may stand here.",
            hint="Give the text with --message.",
        )
    paragraphs = list(message or ())
    given = [word for word in (paragraphs or None, file, source) if word is not None]
    if len(given) > 1:
        raise UsageError(
            "text_given_twice",
            "The text is given more than once.",
            hint="Use one of --message, --file and - (standard input).",
        )
    if source == "-" or file == "-" or paragraphs == ["-"]:
        return _stdin_text()
    if file is not None:
        return _file_text(file)
    return "\n\n".join(paragraphs) if paragraphs else None


def required_text(
    message: Sequence[str] | None, file: str | None, source: str | None = None, *, draft: str = ""
) -> str:
    """The text that the options give; on a terminal, else, what comes out of the editor.

    `draft` is what the editor begins with; its lines that begin with `#!` are dropped.
    """
    text = given_text(message, file, source)
    if text is not None:
        return text
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError(
            "text_missing",
            "The text is missing.",
            hint="Give it with --message TEXT, --file FILE, or - for standard input.",
        )
    from yoi_cli.cli.editor import edit_text

    return edit_text(draft)


def _stdin_text() -> str:
    from yoi_cli.model.limits import MOST_TEXT

    data = sys.stdin.buffer.read(MOST_TEXT + 1)
    if len(data) > MOST_TEXT:
        raise text_too_large("Standard input")
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise UsageError(
            "input_not_utf8",
            "Standard input is not UTF-8 text.",
            hint="Convert it first; nothing was written.",
        ) from error


def _file_text(path: str) -> str:
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except (OSError, ValueError) as error:
        raise NotFoundError(
            "file_not_found",
            f"The file {path[:200]!r} cannot be opened.",
            hint="Check the path; nothing was written.",
        ) from error
    if stat.S_ISDIR(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise UsageError(
            "file_is_folder",
            f"{path[:200]!r} is a folder, not a file.",
            hint="Name the file in it; nothing was written.",
        )
    from yoi_cli.model.limits import MOST_TEXT

    with open(descriptor, "rb") as file:
        os.set_blocking(descriptor, True)
        data = file.read(MOST_TEXT + 1)
    if len(data) > MOST_TEXT:
        raise text_too_large(f"The file {path[:200]!r}")
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise UsageError(
            "input_not_utf8",
            f"The file {path[:200]!r} is not UTF-8 text.",
            hint="Convert it first; nothing was written.",
        ) from error


def text_too_large(what: str) -> UsageError:
    """The error for a text of more than `MOST_TEXT` bytes."""
    from yoi_cli.model.limits import MOST_TEXT, shown_size

    return UsageError(
        "text_too_large",
        f"{what} holds more than {shown_size(MOST_TEXT)}.",
        hint="Keep a file beside the ticket, below its artifacts/, and name it in the text; "
        "nothing was written.",
        details={"limit": MOST_TEXT},
    )


@contextmanager
def opened_source(
    source: str, size: int = io.DEFAULT_BUFFER_SIZE
) -> Iterator[io.BufferedReader[io.FileIO]]:
    """The file at `source`, or standard input for `-`, read as bytes through a buffer of `size`.

    Raises `NotFoundError` (`file_not_found`).
    """
    if source == "-":
        with io.BufferedReader(io.FileIO(sys.stdin.fileno(), closefd=False), size) as stream:
            yield stream
        return
    try:
        descriptor = os.open(source, os.O_RDONLY | os.O_CLOEXEC)
    except (FileNotFoundError, ValueError) as error:
        raise NotFoundError(
            "file_not_found",
            f"There is no file {source[:200]!r}.",
            hint="Check the path; nothing was written.",
        ) from error
    with io.BufferedReader(io.FileIO(descriptor), size) as file:
        yield file
