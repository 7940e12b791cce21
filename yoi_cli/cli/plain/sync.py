"""`yoi sync`, and how it is said what a sync did."""

from __future__ import annotations

import sys
import time
from typing import TYPE_CHECKING

from yoi_cli.api import sync as api
from yoi_cli.cli.context import Context, session_of
from yoi_cli.cli.text.console import console, is_dumb, is_terminal, text
from yoi_cli.cli.text.report import report_json, report_lines, warn
from yoi_cli.model.findings import conflict_sentence

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import TracebackType

    from rich.status import Status

    from yoi_cli.api.sync import SyncReport, TicketChange

_DELAY = 0.5
_SHOWN = 20


def share_store(
    ctx: Context,
    *,
    remote: str | None = None,
    branch: str | None = None,
    dry_run: bool = False,
    as_json: bool = False,
) -> int:
    """Share the store through a git remote; the exit code."""
    session = session_of(ctx)
    with GitProgress() as listening:
        synced = api.sync(
            session,
            remote=remote,
            branch=branch,
            dry_run=dry_run,
            may_ask=sys.stdin.isatty(),
            hear=listening.hear,
        )
    _print_report(synced.report, synced.remote, synced.branch, as_json=as_json)
    warn(synced.warnings)
    return 0


class GitProgress:
    """What git says of its progress, shown to who watches, if it lasts."""

    def __init__(self) -> None:
        self._since = time.monotonic()
        self._is_watched = is_terminal(sys.stderr) and not is_dumb()
        self._status: Status | None = None

    def __enter__(self) -> GitProgress:
        return self

    def hear(self, what: str, percent: int) -> None:
        """Show that `what` is done to `percent`."""
        if not self._is_watched or time.monotonic() - self._since < _DELAY:
            return
        status = text(f"{what}: {percent} %")
        if self._status is None:
            self._status = console(sys.stderr).status(status)
            self._status.start()
        self._status.update(status)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._status is not None:
            self._status.stop()


def _print_report(report: SyncReport, remote: str, branch: str, *, as_json: bool) -> None:
    if as_json:
        from yoi_cli.api.documents.merging import sync_document

        report_json("sync", sync_document(report, remote, branch))
        return
    report_lines(_rows(report, remote, branch), _sentences(report, remote, branch))
    warn(
        f"{subject}: {conflict_sentence(conflict)}"
        for subject, conflicts in sorted(report.conflicts.items())
        for conflict in conflicts
    )
    warn(
        f"{subject} was gone here, or an older version of it stood here: it was put back. "
        "`yoi ticket close` finishes a ticket."
        for subject in report.put_back
    )


def _rows(report: SyncReport, remote: str, branch: str) -> Iterator[Sequence[str]]:
    word = "would-sync" if report.is_dry_run else "synced"
    yield (word, remote, branch, report.commit)
    for word, changes in (("sent", report.sent), ("received", report.received)):
        for change in changes:
            yield (word, change.ticket, change.kind, str(change.events))
    for one in report.renumbered:
        yield ("renumbered", one.old, one.new)


def _sentences(report: SyncReport, remote: str, branch: str) -> Iterator[str]:
    where = f"{branch} of {remote}"
    if not (report.sent or report.received):
        if report.was_pushed:
            done = "Would send" if report.is_dry_run else "Sent"
            yield f"{done} the store to {where}; no ticket is different there."
        else:
            yield f"Nothing to do: the store and {where} are the same."
    else:
        words = ("Would send", "would receive") if report.is_dry_run else ("Sent", "received")
        sent, received = _count(report.sent), _count(report.received)
        yield f"{words[0]} {sent}, {words[1]} {received} ({where})."
    for arrow, changes in (("→", report.sent), ("←", report.received)):
        for change in changes[:_SHOWN]:
            yield f"  {arrow} {change.ticket}  {_what(change)}"
        if len(changes) > _SHOWN:
            yield f"  {arrow} and {len(changes) - _SHOWN} more"
    for one in report.renumbered:
        yield f"The remote has another ticket {one.old}: the one made here is {one.new} now."


def _count(changes: Sequence[TicketChange]) -> str:
    tickets = _plural(len(changes), "ticket")
    return tickets if not changes else f"{tickets} with {_events(sum(c.events for c in changes))}"


def _what(change: TicketChange) -> str:
    if change.kind == "removed":
        return "removed"
    return f"{change.kind}, {_events(change.events)}"


def _events(number: int) -> str:
    return _plural(number, "new event")


def _plural(number: int, word: str) -> str:
    return f"{number or 'no'} {word}{'' if number == 1 else 's'}"
