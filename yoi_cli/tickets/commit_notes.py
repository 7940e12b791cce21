"""Notes of hooks made events, in the language of the records, each once (docs/hooks.md)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from yoi_cli.errors import YoiError
from yoi_cli.model import commits, events
from yoi_cli.model.events import NewEvent, heading_for
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.store.values import Change
from yoi_cli.tickets.lookup import identify

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from yoi_cli.model.commits import Note
    from yoi_cli.model.events import Event
    from yoi_cli.model.ids import TicketId
    from yoi_cli.store.ports import NoteWriter, Spooled, WaitingNotes

_PAIR = r"^- ([0-9a-f]{40,64}) → (?:([0-9a-f]{40,64})(?: .*)?|dropped)$"
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
    `RecordedCommits`, so that they are the same in every language."""
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


class RecordedCommits:
    """The commits that a log holds already."""

    def __init__(self, log: Iterable[Event] = ()) -> None:
        self.commits: set[str] = set()
        self.pairs: set[tuple[str, str]] = set()
        self.dropped: set[str] = set()
        self.merges: set[tuple[str, str, str]] = set()
        for event in log:
            if event.kind == events.COMMIT and "commit" in event.attributes:
                self._read(event)

    def _read(self, event: Event) -> None:
        said = event.attributes
        if "into" in said:
            self.merges.add((said["commit"], said.get("merged", ""), said["into"]))
            return
        self.commits.add(said["commit"])
        if commits.REWRITE not in said:
            return
        for old, new in re.findall(_PAIR, event.body, re.MULTILINE):
            if new:
                self.pairs.add((old, new))
                self.commits.add(new)
            else:
                self.dropped.add(old)

    def fresh(self, note: Note) -> Note | None:
        """What of `note` is not recorded yet, or None; it counts as recorded from now on."""
        if note.what == commits.COMMIT:
            is_known = note.commit in self.commits
            self.commits.add(note.commit)
            return None if is_known else note
        if note.what == commits.MERGE:
            key = (note.commit, note.merged, commits.cleaned(note.into))
            is_known = key in self.merges
            self.merges.add(key)
            return None if is_known else note
        pairs = tuple(pair for pair in note.pairs if (pair.old, pair.new) not in self.pairs)
        known = self.commits - self.dropped
        dropped = tuple(sha for sha in note.dropped if sha in known)
        self.pairs.update((pair.old, pair.new) for pair in pairs)
        self.commits.update(pair.new for pair in pairs)
        self.dropped.update(dropped)
        return note._replace(pairs=pairs, dropped=dropped) if pairs or dropped else None


class SettledNotes(NamedTuple):
    """What came of the notes: events written, and the tickets whose notes must wait."""

    written: int = 0
    waiting: tuple[str, ...] = ()


def settle(writer: NoteWriter, spool: WaitingNotes, *, japanese: bool) -> SettledNotes:
    """Write the notes that wait, in their order, one append a ticket; never raises for one.

    What the log holds already is taken away without an event, so that a note found twice, by a
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
    written = tuple(_event(note, japanese=japanese) for note in fresh if note is not None)
    if written:
        writer.commit(ticket, Change(events=written))
    return len(written)


def _recorded(writer: NoteWriter, ticket: TicketId, notes: Sequence[Note]) -> RecordedCommits:
    """What the log says of the commits that `notes` name.

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
