"""Threads as text: how a log is read from bytes (docs/format.md).

Reading never fails and loses no byte: what is not an event is named as a fault and stays
where it is. The file is cut at its headers by one regular expression over bytes, so the
time is linear in the size of the file, whatever it holds.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import islice
from types import MappingProxyType
from typing import TYPE_CHECKING

from yoi_cli.model.events import Event, Fault, Thread
from yoi_cli.model.ids import is_event_id
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.store.formats.thread_escaping import (
    ESCAPING,
    LINE_ENDS,
    unescape_any_line,
    unescape_body,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

_HEADER_LINE = re.compile(rb"^<!-- event:[^\n]*", re.MULTILINE)
_HEADER_OPENING = b"<!-- event:"
_FIRST_HEADER_LINE = rb"<!-- event:[^\n]*"
#: What some editors put before a text; it is no part of it.
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
#: A bare value begins with no quote, so that there is one way to read a header.
_HEADER_FORM = re.compile(
    r"<!-- ((?:[A-Za-z0-9_-]+: (?:\"(?:[^\"\\]|\\.)*\"|[^\s\"]\S*) )+)-->[ \t\r]*"
)
_PAIR = re.compile(r"(?<![A-Za-z0-9_-])([A-Za-z0-9_-]+): (?:\"((?:[^\"\\]|\\.)*)\"|(\S+)) ")
_TIME = rb'\bat: "?([^\s"]+)'
#: So many header lines are looked at at once.
_MANY = 4096
_ESCAPED_CHARACTER = r"(?s)\\(.)"
_SEPARATOR_LINE = re.compile(rb"^---[ \t]*$", re.MULTILINE)
#: Compiled by `re` (which remembers them) only where they are needed: that costs a command
#: a good part of a millisecond.
_SEPARATOR_LINE_CRLF = rb"(?m)^---[ \t]*\r?$"
_FENCE = rb"(?m)^ {0,3}(`{3,}|~{3,})([^\n]*)"
#: How many lines an event's body has, said in the header of one that a cut could end early.
LINES = "lines"
#: So many threads of so many bytes at most are remembered.
_KNOWN, _SHORT = 32, 1 << 16
_BLANKS = " \t\r"
_BLANK_BYTES = b" \t\r"


class ParsedThread(NamedTuple):
    """A thread with its places in the file.

    `spans` gives each event's (start, end) in bytes, in the order of `thread.events`;
    `torn` the stretches that readers ignore. `newline` is the file's line end.
    """

    thread: Thread
    spans: tuple[tuple[int, int], ...]
    torn: tuple[tuple[int, int], ...]
    newline: str


class _HeaderMatch(NamedTuple):
    pairs: Mapping[str, str]
    id: str | None
    is_sound: bool


class _Boundary(NamedTuple):
    """Where an event, or the rest of a torn one, begins; `header` is None for the latter."""

    start: int
    line_end: int
    header: _HeaderMatch | None


def parse_thread(data: bytes) -> ParsedThread:
    """Read a thread's bytes into its events, their places and the faults between them."""
    return _known_thread(data) if len(data) <= _SHORT else _read_thread(data)


@lru_cache(_KNOWN)
def _known_thread(data: bytes) -> ParsedThread:
    """The same, once of the same bytes: whoever decides on a log reads it before, and under the
    lock again."""
    return _read_thread(data)


def _read_thread(data: bytes) -> ParsedThread:
    crlf = data[: data.find(b"\n") + 1].endswith(b"\r\n")
    reader = _ThreadReader(data, "\r\n" if crlf else "\n")
    boundaries = _boundaries(data)
    reader.read_preamble(boundaries[0].start if boundaries else len(data))
    for index, boundary in enumerate(boundaries, start=1):
        end = boundaries[index].start if index < len(boundaries) else len(data)
        reader.read_block(boundary, end)
    reader.check_text()
    return reader.result()


def latest_at(data: bytes) -> str:
    """A time that no event in a thread's bytes is later than, by the headers alone.

    It costs a small part of `parse_thread`. Whatever looks like a header's `at` counts, so
    that a quoted header or value may raise the bound but nothing can lower it.
    """
    lines, latest = _header_lines(data), b""
    while headers := b"\n".join(match.group() for match in islice(lines, _MANY)):
        latest = max([latest, *re.findall(_TIME, headers)])
    return latest.decode("utf-8", "surrogateescape")


def _header_lines(data: bytes) -> Iterator[re.Match[bytes]]:
    """The lines that begin as headers do; a byte order mark before the first does not count."""
    if data.startswith(BYTE_ORDER_MARK + _HEADER_OPENING):
        first = re.compile(_FIRST_HEADER_LINE).match(data, len(BYTE_ORDER_MARK))
        if first is not None:
            yield first
    yield from _HEADER_LINE.finditer(data)


def _boundaries(data: bytes) -> list[_Boundary]:
    """The places where events begin, quoted headers inside older events left out."""
    found: list[_Boundary] = []
    fence: _FenceScanner | None = None
    for match in _header_lines(data):
        header = _parse_header(match.group().decode("utf-8", "surrogateescape"))
        has_id = header is not None and header.id is not None
        if fence is not None and not has_id and fence.is_open_at(match.start()):
            continue
        found.append(_Boundary(match.start(), match.end(), header))
        fence = None if has_id or header is None else _FenceScanner(data, match.end())
    start = _cut_header(data)
    if start is not None and not (found and found[-1].start == start):
        found.append(_Boundary(start, len(data), None))
    return found


def _cut_header(data: bytes) -> int | None:
    """Where an append begins whose header was cut short, at the end; None if there is none."""
    first = len(BYTE_ORDER_MARK) if data.startswith(BYTE_ORDER_MARK) else 0
    start = max(data.rfind(b"\n") + 1, first)
    line = data[start : start + len(_HEADER_OPENING)]
    is_header = _HEADER_OPENING.startswith(line) and not data.rstrip(_BLANK_BYTES).endswith(b"-->")
    if not line or not is_header:
        return None
    is_parted = data.endswith((b"\n\n", b"\n\r\n"), 0, start)
    return start if is_parted or data[first:start] in (b"", b"\n", b"\r\n") else None


class _FenceScanner:
    """Follows the code fences of one older event, each byte once."""

    def __init__(self, data: bytes, start: int) -> None:
        self._data = data
        self._position = start
        self._open: bytes = b""

    def is_open_at(self, end: int) -> bool:
        """Whether a fence that began in this event is still open at `end`."""
        for match in re.compile(_FENCE).finditer(self._data, self._position, end):
            marks, rest = match.groups()
            if not self._open:
                if not (marks.startswith(b"`") and b"`" in rest):
                    self._open = marks
            elif marks.startswith(self._open) and not rest.strip(_BLANK_BYTES):
                self._open = b""
        self._position = end
        return bool(self._open)


def parse_header_pairs(line: str) -> Mapping[str, str]:
    """The pairs of a header line; none where it is not closed."""
    header = _parse_header(line)
    return header.pairs if header is not None else {}


def _unquoted(value: str) -> str:
    return re.sub(_ESCAPED_CHARACTER, r"\1", value) if "\\" in value else value


def _parse_header(line: str) -> _HeaderMatch | None:
    """The pairs of a header line, or None where the line is not closed.

    A closed line of another form is still a boundary, or it could hide what follows; it
    gives the pairs that can be told. One with a NUL was never written to its end.
    """
    sound = _HEADER_FORM.fullmatch(line)
    stripped = line.rstrip(_BLANKS)
    if "\0" in line or not stripped.endswith("-->"):
        return None
    text = sound.group(1) if sound else stripped[5:-3] + " "
    pairs: dict[str, str] = {}
    for key, quoted, bare in _PAIR.findall(text):
        pairs.setdefault(key, bare or _unquoted(quoted))
    event_id = pairs.get("id", "")
    has_id = sound is not None and is_event_id(event_id)
    return _HeaderMatch(pairs, event_id if has_id else None, sound is not None)


class _ThreadReader:
    """Collects events and faults, block by block."""

    def __init__(self, data: bytes, newline: str) -> None:
        self._data = data
        self._newline = newline
        self._has_crlf = False
        self._events: list[Event] = []
        self._spans: list[tuple[int, int]] = []
        self._torn: list[tuple[int, int]] = []
        self._faults: list[Fault] = []
        self._blocks_by_id: dict[str, bytes] = {}
        self._line = 1
        self._counted = 0

    def result(self) -> ParsedThread:
        thread = Thread(tuple(self._events), tuple(self._faults))
        return ParsedThread(thread, tuple(self._spans), tuple(self._torn), self._newline)

    def check_text(self) -> None:
        """Bytes that are no text: what they were, nobody can tell."""
        offset = not_utf8_at(self._data)
        if offset is not None:
            self._fault("thread_not_utf8", offset, "The thread is not UTF-8 here.")

    def read_preamble(self, end: int) -> None:
        """What stands before the first header: kept, and reported unless it is blank."""
        preamble = self._data[:end].removeprefix(BYTE_ORDER_MARK)
        if b"\0" in preamble:
            self._tear(0, end, "NUL bytes stand before the first event")
        elif preamble.strip():
            self._fault("text_before_first_event", 0, "Text stands before the first event.")
            self._look_for_headers(end - len(preamble), end)
        if end > len(preamble):
            self._fault("byte_order_mark", 0, "The thread begins with a byte order mark.")

    def read_block(self, boundary: _Boundary, end: int) -> None:
        """One event with what follows it up to the next one, or the rest of a torn one."""
        start, header = boundary.start, boundary.header
        if header is None:
            self._tear(start, end, "an event's header is not closed")
            return
        # An editor or a merge may have left a file with both line ends.
        self._has_crlf = self._data.endswith(b"\r", start, boundary.line_end)
        nul = self._data.find(b"\0", start, end)
        whole_end = end if nul < 0 else self._data.rfind(b"\n", start, nul) + 1
        if header.id is None:
            self._read_older(boundary, header, whole_end)
        elif not self._read_with_id(boundary, header, whole_end):
            self._tear(start, end, "an event is not finished by its `---` line")
            return
        if nul >= 0:
            self._tear(whole_end, end, "NUL bytes follow an event")

    def _read_older(self, boundary: _Boundary, header: _HeaderMatch, end: int) -> None:
        lines = _trim(self._lines(boundary.line_end, end))
        if lines and lines[-1].rstrip(_BLANKS) == "---":
            lines = _trim(lines[:-1])
        self._add(boundary, header, end, lines)

    def _read_with_id(self, boundary: _Boundary, header: _HeaderMatch, end: int) -> bool:
        separator = re.compile(_SEPARATOR_LINE_CRLF) if self._has_crlf else _SEPARATOR_LINE
        closing = separator.search(self._data, boundary.line_end, end)
        if closing is None:
            return False
        after = self._data.find(b"\n", closing.start(), end) + 1 or end
        body_lines = _trim(self._lines(boundary.line_end, closing.start()))
        if closing.end() == len(self._data) and not self._is_closed(closing, header, body_lines):
            return False
        self._add(boundary, header, after, body_lines)
        if self._data[after:end].strip():
            offset = after + _leading_blanks(self._data[after:end])
            self._fault("text_between_events", offset, "Text stands between two events.")
            self._look_for_headers(after, end)
        return True

    def _look_for_headers(self, start: int, end: int) -> None:
        """A header in text that belongs to no event was one before somebody changed its line."""
        at = self._data.find(_HEADER_OPENING, start, end)
        if at >= 0:
            self._fault("event_disfigured", at, "An event's header stands where none is read.")

    def _is_closed(self, closing: re.Match[bytes], header: _HeaderMatch, lines: list[str]) -> bool:
        """Whether a `---` that ends the file is the event's last line, not the beginning of a
        longer one in its body: it stands where a writer puts it, behind as many lines as the
        header says, where it says that."""
        before = self._data[max(0, closing.start() - 3) : closing.start()]
        is_placed = before.endswith(b"\n\n") or (self._has_crlf and before == b"\n\r\n")
        return is_placed and header.pairs.get(LINES, str(len(lines))) == str(len(lines))

    def _add(self, boundary: _Boundary, header: _HeaderMatch, end: int, lines: list[str]) -> None:
        start = boundary.start
        block = self._data[start:end]
        if header.id is not None and self._is_repeated(header.id, block.rstrip(), start):
            return
        heading = None
        if lines and lines[0].startswith("## "):
            heading = lines[0][3:].strip(_BLANKS)
            lines = _trim(lines[1:])
        body = "\n".join(lines)
        pairs = dict(header.pairs)
        kind, author, at = (pairs.pop(key, "") for key in ("event", "author", "at"))
        if header.id is not None:
            del pairs["id"]
            by_any_line = pairs.get(ESCAPING) == LINE_ENDS
            body = unescape_any_line(body) if by_any_line else unescape_body(body)
        if not (header.is_sound and kind and at):
            self._fault("header_malformed", start, "An event's header is not well formed.")
        if header.id is None and is_event_id(pairs.get("id", "")):
            self._fault("event_disfigured", start, "An event's header was changed, its id is lost.")
        identity = header.id or f"{at}#{_digest(block.rstrip())}"
        attributes = MappingProxyType(pairs)
        line = self._line_at(start)
        self._events.append(
            Event(kind, author, at, heading, body, attributes, header.id, identity, line)
        )
        self._spans.append((start, end))

    def _is_repeated(self, event_id: str, block: bytes, start: int) -> bool:
        """Whether the very same event was read before; one that differs is a fault."""
        known = self._blocks_by_id.setdefault(event_id, block)
        if known is block:
            return False
        if known == block:
            self._fault("event_repeated", start, f"The event {event_id} stands here again.")
            return True
        message = f"Two different events carry the id {event_id}."
        self._fault("event_id_conflict", start, message)
        return False

    def _lines(self, start: int, end: int) -> list[str]:
        text = self._data[start:end].decode("utf-8", "surrogateescape")
        lines = text.split("\n")
        if self._has_crlf:
            lines = [line.removesuffix("\r") for line in lines]
        return lines

    def _tear(self, start: int, end: int, what: str) -> None:
        self._torn.append((start, end))
        self._fault("torn", start, f"A torn append: {what} ({end - start} bytes).")

    def _fault(self, code: str, offset: int, message: str) -> None:
        self._faults.append(Fault(code, self._line_at(offset), message))

    def _line_at(self, offset: int) -> int:
        """The 1-based line of `offset`; counted on from the place asked for before."""
        if offset < self._counted:
            return self._line - self._data.count(b"\n", offset, self._counted)
        self._line += self._data.count(b"\n", self._counted, offset)
        self._counted = offset
        return self._line


def is_utf8(data: bytes) -> bool:
    """Whether all of `data` is UTF-8."""
    return data.isascii() or not_utf8_at(data) is None


def not_utf8_at(data: bytes) -> int | None:
    """Where the first byte stands that is not UTF-8, None where all is."""
    try:
        data.decode()
    except UnicodeDecodeError as error:
        return error.start
    return None


def _digest(block: bytes) -> str:
    # Only older events need it, and loading OpenSSL costs a command some milliseconds.
    from hashlib import sha256

    return sha256(block).hexdigest()


def _trim(lines: list[str]) -> list[str]:
    """`lines` without the blank ones at either end."""
    start, end = 0, len(lines)
    while start < end and not lines[start].strip(_BLANKS):
        start += 1
    while end > start and not lines[end - 1].strip(_BLANKS):
        end -= 1
    return lines[start:end]


def _leading_blanks(data: bytes) -> int:
    return len(data) - len(data.lstrip())


def trim_body(body: str) -> str:
    """`body` as it will be read back: without blank lines at either end."""
    return "\n".join(_trim(body.split("\n")))
