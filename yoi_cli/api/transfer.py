"""Whole tickets out of a store and into it (docs/commands.md, `export` and `import`)."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
    from typing import BinaryIO

    from yoi_cli.model.ids import TicketId
    from yoi_cli.transfer.export import ExportedTicket as ExportedTicket
    from yoi_cli.transfer.formats.writers import ForeignExport as ForeignExport
    from yoi_cli.transfer.model import ForeignTickets
    from yoi_cli.transfer.model import ImportProblem as ImportProblem
    from yoi_cli.transfer.report import ImportReport as ImportReport
    from yoi_cli.transfer.report import MilestoneTaken as MilestoneTaken
    from yoi_cli.workspace.session import Session

JSONL = "jsonl"
#: What tickets go out in, our own lines first.
EXPORT_FORMATS = (JSONL, "beads", "github-json", "markdown", "csv")
FORMATS = (JSONL, "tk", "backlog", "beads", "taskwarrior", "github", "git-bug")


def chosen_tickets(
    session: Session,
    words: Sequence[str] = (),
    *,
    fields: Mapping[str, Iterable[str] | None] | None = None,
    only_blocked: bool = False,
    due_by: str | None = None,
    query: str | None = None,
    sort: str = "id",
    reverse: bool = False,
) -> Sequence[TicketId]:
    """The tickets that `words` mean, each once; all of them where there is none. Of these the ones
    that a list would show, closed ones among them (`queries.list_tickets`), and those that cannot
    be read."""
    from yoi_cli.transfer.export import chosen_tickets

    chosen = chosen_tickets(session.store, words)
    asked = (fields and any(fields.values())) or only_blocked or due_by or query is not None
    if not asked and sort == "id":
        return chosen[::-1] if reverse else chosen
    from yoi_cli.api.queries import list_tickets

    listing = list_tickets(
        session,
        closed_too=True,
        fields=fields,
        only_blocked=only_blocked,
        due_by=due_by,
        query=query,
        sort=sort,
        reverse=reverse,
    )
    within = frozenset(chosen)
    broken = {one.ticket for one in listing.unreadable}
    shown = [row.id for row in listing.tickets if row.id in within and row.id not in broken]
    return [*shown, *(one for one in chosen if one in broken)]


def export_tickets(
    session: Session,
    tickets: Sequence[TicketId],
    *,
    states: Collection[str] = (),
    limit: int | None = None,
    with_files: bool = True,
) -> Iterator[ExportedTicket]:
    """Each of `tickets` in turn, those in one of `states` and those that cannot be read; `limit` of
    them at most. Formats of other tools need them without their files."""
    from itertools import islice

    from yoi_cli.transfer.export import export_tickets

    exported = (
        one
        for one in export_tickets(session.store, tickets, with_files=with_files)
        if not states or one.error is not None or one.view.folded.state in states
    )
    return islice(exported, limit)


def foreign_export(session: Session, form: str, chosen: Collection[str]) -> ForeignExport:
    """An export of the tickets `chosen` in one of `EXPORT_FORMATS` that is not ours: it is given
    what `export_tickets` gives, and counts what the format has no place for."""
    from yoi_cli.transfer.formats.writers import ForeignExport

    return ForeignExport(form, session.store.all_fields(), chosen)


def tool_of(head: bytes) -> str:
    """Which of `FORMATS` a file has that begins with `head`."""
    from yoi_cli.transfer.formats.detect import tool_of

    return tool_of(head)


def import_lines(
    session: Session,
    lines: Iterable[bytes],
    *,
    source: str,
    dry_run: bool = False,
    author: str | None = None,
    commit: bool = False,
    advance: Callable[[], None] = lambda: None,
) -> ImportReport:
    """Put back exported tickets, each as soon as its line was read (`advance`).

    `source` is how messages call where the lines come from, "-" standard input. What is here
    already is skipped, what differs is refused, and the others come in.
    """
    from dataclasses import replace

    from yoi_cli.transfer.formats.detect import finder_of
    from yoi_cli.transfer.formats.jsonl import read_lines
    from yoi_cli.transfer.import_lines import restore
    from yoi_cli.transfer.missing_links import complete_links, origins_of

    def counted() -> Iterator[bytes]:
        for line in lines:
            yield line
            advance()

    report = restore(session.store, read_lines(counted(), path=_shown(source)), dry_run=dry_run)
    if dry_run:
        return report
    if report.imported:
        origins = origins_of(session.store, finder_of)
        completed = complete_links(session.store, origins, session.author(author))
        report = replace(report, completed=tuple(completed))
    return _committed(session, report, source, asked=commit)


def import_records(
    session: Session,
    tool: str,
    stream: BinaryIO,
    *,
    source: str,
    dry_run: bool = False,
    author: str | None = None,
    commit: bool = False,
    advance: Callable[[], None] = lambda: None,
    begin: Callable[[str, int], None] = lambda _description, _total: None,
) -> ImportReport:
    """Take in the tickets that a file of `tool` holds: those that were not taken in before, and
    what changed of those that were. `source` is as for `import_lines`; `begin` is called for each
    stage of the work, with the number of its tickets.

    Raises `OperationError` (`source_too_large`).
    """
    import os

    from yoi_cli.transfer.formats.detect import read_records_of

    found = read_records_of(tool, stream, os.path.basename(_shown(source)))
    report = _adopted(session, found, dry_run=dry_run, author=author, advance=advance, begin=begin)
    return report if dry_run else _committed(session, report, source, asked=commit)


def import_folder(
    session: Session,
    folder: str,
    *,
    format_: str | None = None,
    dry_run: bool = False,
    author: str | None = None,
    commit: bool = False,
    advance: Callable[[], None] = lambda: None,
    begin: Callable[[str, int], None] = lambda _description, _total: None,
) -> ImportReport:
    """Take in the tickets of another tool that has them in a folder (tk, Backlog.md, beads), as
    `import_records` does.

    Without `format_`, the folder tells which tool. Raises `NotFoundError` for a folder that is
    not there, and `UsageError` (`format_unclear`).
    """
    import os

    from yoi_cli.transfer.formats.detect import find_source, read_folder, read_records_of

    source = find_source(folder, format_)
    if source.is_folder:
        found = read_folder(source.tool, source.path)
    else:
        with open(source.path, "rb") as stream:
            found = read_records_of(source.tool, stream, os.path.basename(source.path))
    report = _adopted(session, found, dry_run=dry_run, author=author, advance=advance, begin=begin)
    return report if dry_run else _committed(session, report, folder, asked=commit)


def _adopted(
    session: Session,
    found: ForeignTickets,
    *,
    dry_run: bool,
    author: str | None,
    advance: Callable[[], None],
    begin: Callable[[str, int], None],
) -> ImportReport:
    import time
    from dataclasses import replace

    from yoi_cli.store.files.ticket_files import encode_ticket
    from yoi_cli.transfer.import_foreign import adopt, preview

    by = session.author(author)
    if dry_run:
        report = preview(session.store, found, by, encode_ticket, time.time_ns() // 1_000_000)
    else:
        report = adopt(session.store, found, by, encode_ticket, advance=advance, begin=begin)
    return replace(report, objectives=tuple(_milestones(session, found, report, dry_run=dry_run)))


def _milestones(
    session: Session, found: ForeignTickets, report: ImportReport, *, dry_run: bool
) -> Iterator[MilestoneTaken]:
    """Make objectives of milestones, each with those of its tickets that are here; what changes
    nothing is not told of. One whose title cannot be one stays a tag of its tickets."""
    from yoi_cli.errors import UsageError
    from yoi_cli.objectives.service import GoalFromElsewhere, find_goal, take_in_goal
    from yoi_cli.transfer.report import MilestoneTaken

    here = report.ids
    for source, (milestone, members) in found.milestones().items():
        ids = [here[name] for name in map(found.source, members) if name in here]
        if not ids:
            continue
        if dry_run:
            known = find_goal(session.objectives, source)
            linked = () if known is None else known.linked_tickets
            new = tuple(one for one in ids if one not in linked)
            if new:
                yield MilestoneTaken(known.id if known else "", source, milestone.title, new)
            continue
        title = milestone.title
        goal = GoalFromElsewhere(
            source, title, milestone.description, milestone.due, milestone.is_closed
        )
        with suppress(UsageError):
            done, new = take_in_goal(session.store, session.objectives, goal, ids)
            if done.changed:
                yield MilestoneTaken(done.id, source, done.title, new)


def _shown(source: str) -> str:
    return "standard input" if source == "-" else source


def _committed(session: Session, report: ImportReport, source: str, *, asked: bool) -> ImportReport:
    if not report.changed and not report.objectives:
        return report
    import os
    from dataclasses import replace

    from yoi_cli.api.autocommit import commit_folders_if_asked
    from yoi_cli.store.files.layout import OBJECTIVES_FOLDER

    folders = [f"{session.location.folder}/{one}" for one in report.changed]
    folders += [f"{OBJECTIVES_FOLDER}/{one.id}" for one in report.objectives]
    name = os.path.basename(source.rstrip("/")) or source
    message = f"tickets: import {len(report.changed)} from {name}"
    said = commit_folders_if_asked(session, folders, message, asked=asked)
    return replace(report, warnings=(*report.warnings, *said))
