"""What `yoi resolve` did and what it leaves, on a terminal, in a pipe and as JSON."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from yoi_cli.cli.text.console import console, is_terminal, text, write_stdout
from yoi_cli.cli.text.report import report_json, warn
from yoi_cli.model.safe_text import tsv

if TYPE_CHECKING:
    from yoi_cli.merge.resolve import Resolution

_HEADER = ("result", "code", "ticket", "path", "message")


def say_resolution(found: Resolution, *, as_json: bool) -> None:
    """What was done, what is left to a person, and what is worth knowing (on stderr)."""
    if as_json:
        from yoi_cli.api.documents.resolve import resolve_document

        report_json("resolved", resolve_document(found))
        return
    if is_terminal(sys.stdout):
        _print(found)
    else:
        write_stdout("".join(tsv(row) + "\n" for row in _rows(found)))
    warn(found.notes)


def _rows(found: Resolution) -> list[tuple[str, ...]]:
    word = "planned" if found.planned else "done"
    rows: list[tuple[str, ...]] = [_HEADER]
    for step in found.steps:
        rows.append((word, step.action, step.ticket, " ".join(step.paths[:1]), step.message))
    for left in found.questions:
        rows.append(("left", left.code, left.ticket, left.path, left.message))
    return rows


def _print(found: Resolution) -> None:
    from rich.padding import Padding

    target = console(sys.stdout)
    for step in found.steps:
        line = text("would " if found.planned else "done  ", "cyan" if found.planned else "green")
        line.append_text(text(f"{step.ticket} ", "bold"))
        line.append_text(text(step.message))
        target.print(line)
    for left in found.questions:
        line = text("left  ", "bold yellow")
        line.append_text(text(f"{left.path or left.ticket} ", "bold"))
        line.append_text(text(left.code, "dim"))
        target.print(line)
        target.print(Padding(text(left.message), (0, 0, 0, 6)), soft_wrap=False)
    target.print(text(_summary(found), "yellow" if found.questions else "green"))


def _summary(found: Resolution) -> str:
    if found.questions:
        number = len(found.questions)
        return f"{number} {'thing is' if number == 1 else 'things are'} left to you."
    if not found.steps:
        return "Nothing is in conflict, and nothing needs repair."
    if found.planned:
        return "Nothing was changed; this is what would be."
    if found.added:
        return "Resolved. Go on with git: commit the merge, or continue the rebase or pick."
    return "Repaired. Look at `git diff`, and commit."
