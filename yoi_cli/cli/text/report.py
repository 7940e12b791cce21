"""How a command's outcome is said: as JSON, as lines for a pipe, or in words on a terminal."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from yoi_cli.cli.text.console import is_terminal, write_stderr, write_stdout
from yoi_cli.model.text import tsv, visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from msgspec import Struct

    from yoi_cli.errors import YoiError


def report_lines(piped: Iterable[Sequence[str]], spoken: Iterable[str]) -> None:
    """Print `spoken` sentences on a terminal, tab-separated `piped` rows elsewhere."""
    if is_terminal(sys.stdout):
        write_stdout("".join(visible(line) + "\n" for line in spoken))
    else:
        write_stdout("".join(tsv(row) + "\n" for row in piped))


def report_json(kind: str, data: Struct) -> None:
    """Print one JSON document; its `kind` is in `api.documents.kinds`."""
    from yoi_cli.api.documents.envelope import document

    write_stdout(document(kind, data, pretty=is_terminal(sys.stdout)))


def report_error(error: YoiError, *, as_json: bool) -> None:
    """Say what went wrong: a JSON document on stdout, or sentences on stderr."""
    if as_json:
        from yoi_cli.api.documents.envelope import error_document

        write_stdout(error_document(error, pretty=is_terminal(sys.stdout)))
        return
    write_stderr(f"Error: {visible(error.message)} [{error.code}]\n")
    if error.hint:
        write_stderr(f"Hint: {visible(error.hint)}\n")


def warn(sentences: Iterable[str]) -> None:
    """Say on stderr what did not go as it should, without failing."""
    for sentence in sentences:
        write_stderr(f"Warning: {visible(sentence)}\n")
