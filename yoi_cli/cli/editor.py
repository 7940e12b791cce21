"""Writing a text in the person's own editor."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from yoi_cli.cli.context import forget_drafts, keep_draft
from yoi_cli.errors import OperationError, UsageError

_FALLBACKS = (["vi"], ["nano"])
_REMARK = "#!"


def edit_text(draft: str, *, suffix: str = ".md") -> str:
    """What the person leaves in the editor, without remark lines.

    The text stays in its temporary file until the command is done, and whatever fails names it.
    Raises `OperationError` for an editor that is missing or fails, `UsageError` where nothing was
    written.
    """
    path = _write_draft(draft, suffix)
    keep_draft(path)
    _run_editor(path)
    with open(path, encoding="utf-8", errors="surrogateescape") as file:
        lines = [line for line in file.read().split("\n") if not line.startswith(_REMARK)]
    text = "\n".join(lines)
    if not text.strip():
        forget_drafts()
        raise UsageError("text_empty", "The text is empty.", hint="Nothing was written.")
    return text


def _write_draft(text: str, suffix: str) -> str:
    descriptor, path = tempfile.mkstemp(prefix="yoi-", suffix=suffix)
    with open(descriptor, "w", encoding="utf-8", errors="surrogateescape") as file:
        file.write(text)
    return path


def _run_editor(path: str) -> None:
    chosen = _chosen().strip()
    editors: Sequence[Sequence[str]] = [_words(chosen)] if chosen else _FALLBACKS
    for editor in editors:
        try:
            with _interrupts_left_to_the_editor():
                code = subprocess.call([*editor, path])
        except OSError:  # missing, or not a program
            continue
        if code != 0:
            raise OperationError(
                "editor_failed",
                f"The editor {chosen or editor[0]!r} ended with code {code}.",
                hint="Nothing was written.",
            )
        return
    raise _missing(chosen or ", ".join(name for name, *_ in editors))


def _chosen() -> str:
    """The editor, by the rule of git: GIT_EDITOR, core.editor, VISUAL, EDITOR; empty for none."""
    from yoi_cli.api.here import configured_editor

    named = os.environ.get("GIT_EDITOR") or configured_editor(os.getcwd())
    return named or os.environ.get("VISUAL") or os.environ.get("EDITOR") or ""


def _words(command: str) -> list[str]:
    try:
        return shlex.split(command)
    except ValueError as error:
        raise _missing(command) from error


def _missing(named: str) -> OperationError:
    return OperationError(
        "editor_missing",
        f"No editor could be started ({named}).",
        hint="Set EDITOR, or give the text with --message or --file.",
    )


@contextmanager
def _interrupts_left_to_the_editor() -> Iterator[None]:
    """Ctrl-C reaches us too, and an editor that takes it as a key must not lose its text by it.

    A handler and no SIG_IGN, which the editor would inherit.
    """
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGQUIT)}
    for number in before:
        signal.signal(number, lambda *_: None)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
