"""Writing a text in the person's own editor."""

from __future__ import annotations

import os
import shlex
import subprocess
import tempfile

from yoi_cli.errors import OperationError, UsageError

_FALLBACKS = ("vi", "nano")
_REMARK = "#!"


def edit_text(draft: str, *, suffix: str = ".md") -> str:
    """What the person leaves in the editor, without remark lines.

    The text is kept in its temporary file, and named, where the editor fails. Raises
    `OperationError` for an editor that is missing or fails, `UsageError` where nothing was written.
    """
    path = keep_text(draft, suffix=suffix)
    _run_editor(path)
    with open(path, encoding="utf-8", errors="surrogateescape") as file:
        lines = [line for line in file.read().split("\n") if not line.startswith(_REMARK)]
    os.unlink(path)
    text = "\n".join(lines)
    if not text.strip():
        raise UsageError("text_empty", "The text is empty.", hint="Nothing was written.")
    return text


def keep_text(text: str, *, suffix: str = ".md") -> str:
    """Put `text` into a new temporary file of the person's own; its path."""
    descriptor, path = tempfile.mkstemp(prefix="yoi-", suffix=suffix)
    with open(descriptor, "w", encoding="utf-8", errors="surrogateescape") as file:
        file.write(text)
    return path


def _run_editor(path: str) -> None:
    chosen = os.environ.get("VISUAL") or os.environ.get("EDITOR")
    for editor in [chosen] if chosen else _FALLBACKS:
        try:
            code = subprocess.call([*shlex.split(editor), path])
        except FileNotFoundError:
            continue
        if code != 0:
            raise OperationError(
                "editor_failed",
                f"The editor {editor!r} ended with code {code}.",
                hint=f"Nothing was written. Your text is in {path}.",
            )
        return
    raise OperationError(
        "editor_missing",
        f"No editor could be started ({chosen or ', '.join(_FALLBACKS)}).",
        hint="Set EDITOR, or give the text with --message or --file.",
    )
