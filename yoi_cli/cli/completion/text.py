"""How completion scripts are printed, and where they went is said."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.cli.text.console import write_stdout
from yoi_cli.cli.text.report import report, report_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yoi_cli.api.documents.workspace import CompletionDocument


def say_script(shell: str, script: str, *, as_json: bool) -> None:
    """Print a script for a shell to read."""
    if as_json:
        document: CompletionDocument = {"shell": shell, "script": script, "written": []}
        report_json("completion", document)
    else:
        write_stdout(script)


def say_installed(shell: str, script: str, written: Sequence[str], *, as_json: bool) -> None:
    """Name the files that installing a script changed."""
    document: CompletionDocument = {"shell": shell, "script": script, "written": list(written)}
    said = f"Completion for {shell} is installed; open a new {shell} to use it."
    if not written:
        said = f"Completion for {shell} is installed already."
    report(
        as_json,
        "completion",
        document,
        piped=[("installed", shell, path) for path in written],
        spoken=[said, *(f"  wrote {path}" for path in written)],
    )
