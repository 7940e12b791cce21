"""How a command's outcome is said: as JSON, as lines for a pipe, or in words on a terminal."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from yoi_cli.cli.text.console import is_terminal, write_stderr, write_stdout
from yoi_cli.model.text import tsv, visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from typing import TypeVar

    from msgspec import Struct

    from yoi_cli.api.queries import Unreadable
    from yoi_cli.api.restore import MissingWrites
    from yoi_cli.api.session import Session
    from yoi_cli.api.tickets import Committed
    from yoi_cli.errors import YoiError

    _StructT = TypeVar("_StructT", bound=Struct)


def write_rows(rows: Iterable[Sequence[str]]) -> None:
    """Print tab-separated rows to standard output, at once."""
    write_stdout("".join(tsv(row) + "\n" for row in rows))


def report_lines(piped: Iterable[Sequence[str]], sentences: Iterable[str]) -> None:
    """Print sentences on a terminal, tab-separated `piped` rows elsewhere."""
    if is_terminal(sys.stdout):
        write_stdout("".join(visible(line) + "\n" for line in sentences))
    else:
        write_rows(piped)


def report_json(kind: str, data: Struct) -> None:
    """Print one JSON document; its `kind` is in `api.documents.kinds`."""
    from yoi_cli.api.documents.envelope import document

    write_stdout(document(kind, data, pretty=is_terminal(sys.stdout)))


def with_next(session: Session, ticket: str, data: _StructT) -> _StructT:
    """A document with what routing says comes next for `ticket`."""
    from msgspec.structs import replace

    from yoi_cli.api.next_action import next_action

    found = next_action(session, ticket)
    return replace(data, next_action=found.text if found is not None else None)


def write_next(session: Session, ticket: str, command: str = "") -> None:
    """Say on a terminal what comes next for `ticket`: what routing says, or the `command` that goes
    on."""
    if not is_terminal(sys.stdout):
        return
    if command:
        write_stdout(f"next: {visible(command)}\n")
        return
    from yoi_cli.api.next_action import next_action

    found = next_action(session, ticket)
    if found is not None:
        write_stdout(f"next: {visible(found.text)} ({found.turn})\n")


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


def warn_of_unreadable(broken: Iterable[Unreadable]) -> None:
    """Say on stderr which tickets are missing from the output, and why."""
    warn(f"{one.ticket}: {one.error.message}" for one in broken)


def warn_of_disagreement(tickets: Sequence[str], broken: int = 0) -> None:
    """Say on stderr how many tickets are not shown as their thread has them, and what shows them:
    those whose item says another state, and `broken` ones that cannot be read."""
    said = []
    if tickets:
        shown = ", ".join(tickets[:3]) + (" …" if len(tickets) > 3 else "")
        said.append(f"{len(tickets)} with another state than their thread says ({shown})")
    if broken:
        said.append(f"{broken} that cannot be read")
    if said:
        warn([f"There are tickets {' and '.join(said)}: `yoi ticket doctor` shows them."])


def warn_of_missing(missing: Mapping[str, MissingWrites], ticket: str | None = None) -> None:
    """Say on stderr what was recorded and is in no file, of `ticket` or of all: what is shown
    lacks it."""
    found = [one for one in missing.values() if ticket in (None, one.ticket)]
    if found:
        from yoi_cli.model.missing import events_missing

        error = events_missing(found)
        warn([f"{error.message} {error.hint}"])


def print_written(
    word: str,
    kind: str,
    done: Committed,
    sentence: str,
    *,
    as_json: bool,
    session: Session | None = None,
) -> None:
    """An event was added to a ticket: a document of the kind `word`, a row or a sentence. With the
    `session`, it is said what comes next."""
    if as_json:
        from yoi_cli.api.documents.outcomes import written_document

        document = written_document(kind, done)
        report_json(word, with_next(session, done.ticket, document) if session else document)
    else:
        report_lines([(word, done.ticket, kind)], [sentence])
        if session:
            write_next(session, done.ticket)
    warn(done.warnings)
