"""What the importers of other tools' markdown tickets share (docs/commands.md, `import`).

The files' frontmatter itself is read by `frontmatter`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeAlias

from yoi_cli.transfer.model import (
    ForeignTicket,
    ImportProblem,
    UnreadableTicketError,
    Value,
    as_text,
)

Files: TypeAlias = Sequence[tuple[str, bytes]]
Imported: TypeAlias = tuple[list[ForeignTicket], list[ImportProblem]]

_TIME = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,]\d+)?)?"
    r" ?(?:Z|([+-])(\d\d):?(\d\d)?)?)?",
    re.ASCII | re.IGNORECASE,
)
#: As taskwarrior writes times.
_COMPACT = re.compile(r"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z", re.ASCII)
#: Day, month and year of the century, as Backlog.md wrote dates in its first releases.
_SHORT_DATE = re.compile(r"(\d\d)([-/.])(\d\d)\2(\d\d)", re.ASCII)
_FENCE = re.compile(r" {0,3}(`{3,}(?=[^`]*$)|~{3,})(.*)", re.DOTALL)


class Frontmatter:
    """The keys of one ticket: a key that nothing has asked for is left over in `rest`.

    `warnings` collects what could not be taken at its word.
    """

    def __init__(self, values: Mapping[str, Value]) -> None:
        self._values = values
        self._placed: set[str] = set()
        self.warnings: list[str] = []

    def require_ticket(self, what: str) -> None:
        """Raise `UnreadableTicketError` where the keys are not those of `what`."""
        if "id" not in self._values and "status" not in self._values:
            raise UnreadableTicketError(f"neither `id` nor `status`: not {what}", 1)

    def text(self, key: str) -> str:
        """The value of `key` as text, the empty string where there is none."""
        self._placed.add(key)
        return as_text(self._values.get(key, "")).strip()

    def value(self, key: str) -> Value:
        """The value of `key` as it is, the empty string where there is none."""
        self._placed.add(key)
        return self._values.get(key, "")

    def rename(self, key: str, other: str) -> None:
        """Let `key` go by the name `other`, unless that has a value."""
        if not self._values.get(other) and key in self._values:
            self._values = {**self._values, other: self._values[key]}
        self._placed.add(key)

    def texts(self, key: str) -> tuple[str, ...]:
        """The value of `key` as a list without repeats; a lone text is parted at its commas."""
        self._placed.add(key)
        value = self._values.get(key, "")
        if isinstance(value, str):
            value = list(value.split(","))
        entries = value if isinstance(value, list) else [value]
        texts = (as_text(entry).strip() for entry in entries)
        return tuple(dict.fromkeys(text for text in texts if text))

    def tags(self, key: str) -> tuple[str, ...]:
        """The texts of `key` and, as one of them, the ticket's type."""
        kind = self.text("type")
        self.keep("type")
        return tuple(dict.fromkeys([*self.texts(key), *([kind] if kind else [])]))

    def time(self, key: str) -> str:
        """The value of `key` as UTC; one that is no time is kept in `rest`, with a warning."""
        text = self.text(key)
        time = utc(text)
        if time is None:
            self.keep(key, f"the time in `{key}` cannot be read: {text!r}")
        return time or ""

    def keep(self, key: str, warning: str = "") -> None:
        """Leave `key` in `rest` although it was asked for."""
        self._placed.discard(key)
        if warning:
            self.warnings.append(warning)

    def rest(self) -> tuple[tuple[str, str], ...]:
        """The keys that have no place in a `yoi` ticket, in their order; lists as JSON."""
        left = ((key, as_text(value)) for key, value in self._values.items())
        return tuple((key, text) for key, text in left if text and key not in self._placed)


def utc(text: str) -> str | None:
    """`text` as `YYYY-MM-DDTHH:MM:SSZ`: empty stays empty, None where it is no time.

    A time without an offset is UTC, which is how both tools write it.
    """
    if not text:
        return ""
    if compact := _COMPACT.fullmatch(text):
        text = "{}-{}-{}T{}:{}:{}Z".format(*compact.groups())
    if short := _SHORT_DATE.fullmatch(text):
        text = f"20{short[4]}-{short[3]}-{short[1]}"
    parts = _TIME.fullmatch(text)
    if parts is None:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in parts.groups()[:6])
    sign, hours, minutes = parts.groups()[6:]
    offset = timedelta(hours=int(hours or 0), minutes=int(minutes or 0))
    try:
        time = datetime(year, month, day, hour, minute, second)
        time = time + offset if sign == "-" else time - offset
    except (ValueError, OverflowError):
        return None
    return time.isoformat(timespec="seconds") + "Z"


def outside_fences(lines: Sequence[str]) -> Iterator[bool]:
    """For each line of markdown whether it is outside every fenced code block."""
    fence = ""
    for line in lines:
        match = _FENCE.fullmatch(line)
        if match is None:
            yield not fence
            continue
        yield False
        run, info = match.groups()
        if not fence:
            fence = run
        elif run.startswith(fence) and not info.strip():
            fence = ""


def without_last_heading(lines: Sequence[str], heading: str) -> str:
    """The lines as text without blank ends, and without `heading` where they end in it."""
    text = "\n".join(lines).strip("\n")
    return ("\n" + text).removesuffix("\n" + heading).strip("\n")


def read_tickets(
    files: Files, read_one: Callable[[str, Frontmatter, str], ForeignTicket]
) -> Imported:
    """Read every file with `read_one(path, frontmatter, body)`; one that fails is a problem."""
    tickets: list[ForeignTicket] = []
    problems: list[ImportProblem] = []
    for path, content in files:
        try:
            tickets.append(read_one(path, *_open(content)))
        except UnreadableTicketError as error:
            problems.append(ImportProblem(path, error.line, str(error)))
    return tickets, problems


def settle_links(
    tickets: Sequence[ForeignTicket], find: Callable[[str], str | None]
) -> list[ForeignTicket]:
    """Write each link with the id its target goes by, and warn of ids that several share.

    `find` gives that id, or None where no ticket goes by the name: such a link stays as it
    is. A link of a ticket to itself is dropped, with a warning.
    """
    holders = Counter(ticket.source_id for ticket in tickets)
    return [_settled(ticket, find, holders[ticket.source_id]) for ticket in tickets]


def _settled(
    ticket: ForeignTicket, find: Callable[[str], str | None], holders: int
) -> ForeignTicket:
    warnings = list(ticket.warnings)
    if holders > 1:
        warnings.append(f"{holders} tickets share the id {ticket.source_id!r}")
    links: dict[tuple[str, str], None] = {}
    notes: dict[tuple[str, str], str] = {}
    for kind, name in ticket.links:
        link = (kind, find(name) or name)
        if link[1] == ticket.source_id:
            warnings.append(f"a {kind} link to the ticket itself was left out")
            continue
        links[link] = None
        if note := ticket.link_notes.get((kind, name)):
            notes[link] = note
    return replace(ticket, links=tuple(links), warnings=tuple(warnings), link_notes=notes)


def _open(content: bytes) -> tuple[Frontmatter, str]:
    """Frontmatter and body of a file, with line ends as `\\n`."""
    from yoi_cli.transfer.formats.frontmatter import read_frontmatter

    read = read_frontmatter(content)
    front = Frontmatter(read.values)
    if read.is_repaired:
        front.warnings.append("the frontmatter is not valid YAML; read with its values quoted")
    return front, read.body
