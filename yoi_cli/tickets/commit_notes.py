"""What an event of a hook says, in the language of the records."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from yoi_cli.errors import YoiError
from yoi_cli.model import commits, events
from yoi_cli.model.commits import Note, RecordedCommits
from yoi_cli.model.events import NewEvent, heading_for
from yoi_cli.store.values import Change
from yoi_cli.tickets.lookup import identify

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from yoi_cli.model.commits import Note
    from yoi_cli.model.ids import TicketId
    from yoi_cli.store.ports import NoteSpool, NoteWriter, Spooled


_ENGLISH = {
    commits.AMEND: "Amended:",
    commits.REBASE: "Rebased: {count} commits have new ids.",
    "one": "Rebased: 1 commit has a new id.",
    commits.MERGE: "`{branch}` at {merged} was merged into `{into}`.",
    "more": "- and {count} more",
}
_JAPANESE = {
    commits.AMEND: "amend しました。",
    commits.REBASE: "rebase しました。{count} 件の commit の id が変わりました。",
    "one": "rebase しました。1 件の commit の id が変わりました。",
    commits.MERGE: "`{branch}` ({merged}) を `{into}` に merge しました。",
    "more": "- ほか {count} 件",
}


def body_of(note: Note, *, japanese: bool) -> str:
    """The body of the event that `note` becomes. Its lines of commits are read back by
    `commits.Recorded`, so that they are the same in every language."""
    words = _JAPANESE if japanese else _ENGLISH
    if note.what == commits.COMMIT:
        lines = [note.subject, "", *(f"- {file}" for file in note.files)]
        more = [words["more"].format(count=note.more_files)] if note.more_files else []
        return "\n".join([*lines, *more])
    if note.what == commits.MERGE:
        said = words[commits.MERGE].format(
            branch=note.branch, merged=note.merged[:12], into=note.into
        )
        return f"{said}\n\n{note.subject}" if note.subject else said
    key = note.how if note.how in words else commits.REBASE
    count = len(note.pairs)
    said = words["one" if key == commits.REBASE and count == 1 else key].format(count=count)
    pairs = [f"- {pair.old} → {pair.new} {pair.subject}".rstrip() for pair in note.pairs]
    return "\n".join([said, "", *pairs, *(f"- {sha} → dropped" for sha in note.dropped)])


class SettledNotes(NamedTuple):
    """What came of the notes: events written, and the tickets whose notes must wait."""

    written: int = 0
    waiting: tuple[str, ...] = ()


def settle(writer: NoteWriter, spool: NoteSpool, *, japanese: bool) -> SettledNotes:
    """Write the notes that wait, in their order, one append a ticket; never raises for one.

    What the log tells already is taken away without an event, so that a note found twice, by a
    hook that ran twice or after a crash, is written once. A note whose ticket is not there, or
    cannot be written, stays.
    """
    by_ticket: dict[str, list[Spooled]] = {}
    waiting: dict[str, None] = {}
    for spooled in spool.pending():
        try:
            by_ticket.setdefault(identify(writer, spooled.note.ticket), []).append(spooled)
        except YoiError:
            waiting[spooled.note.ticket] = None
    written = 0
    for ticket, found in by_ticket.items():
        try:
            written += _settle_ticket(writer, ticket, found, japanese=japanese)
        except (YoiError, OSError):
            waiting[ticket] = None
            continue
        spool.remove(spooled.name for spooled in found)
    return SettledNotes(written, tuple(waiting))


def _settle_ticket(
    writer: NoteWriter, word: str, found: Sequence[Spooled], *, japanese: bool
) -> int:
    ticket = identify(writer, word)
    recorded = _recorded(writer, ticket, [spooled.note for spooled in found])
    fresh = (recorded.fresh(spooled.note) for spooled in found)
    events = tuple(_event(note, japanese=japanese) for note in fresh if note is not None)
    if events:
        writer.commit(ticket, Change(events=events))
    return len(events)


def _recorded(writer: NoteWriter, ticket: TicketId, notes: Sequence[Note]) -> RecordedCommits:
    """What the log tells of the commits that `notes` name.

    Nearly every note is of a commit that no log can name yet, and a look for its id costs a
    long log far less than reading it event by event.
    """
    named = {note.commit for note in notes} | {sha for note in notes for sha in note.dropped}
    named |= {sha for note in notes for pair in note.pairs for sha in (pair.old, pair.new)}
    text = writer.raw(ticket, "thread.md")
    if not any(sha.encode() in text for sha in named):
        return RecordedCommits()
    return RecordedCommits(writer.thread(ticket).events)


def _event(note: Note, *, japanese: bool) -> NewEvent:
    heading = heading_for(events.COMMIT, japanese=japanese)
    body = body_of(note, japanese=japanese)
    return NewEvent(events.COMMIT, note.author, heading, body, tuple(_attributes(note)))


def _attributes(note: Note) -> Iterator[tuple[str, str]]:
    yield "commit", note.commit
    if note.what == commits.REWRITE:
        yield commits.REWRITE, note.how
        olds = [pair.old for pair in note.pairs if pair.new == note.commit]
        if olds:
            yield "replaces", " ".join(olds)
    if note.what == commits.MERGE:
        yield "merged", note.merged
        yield "into", note.into
    if note.branch:
        yield "branch", note.branch
