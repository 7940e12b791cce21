"""A second reader of threads, written from docs/format.md and not from the program: small, slow.

It goes line by line, where the program cuts with regular expressions over bytes, and imports
nothing of it. `differential.py` holds the two together.
"""

from __future__ import annotations

from hashlib import sha256
from typing import NamedTuple

_HEADER = b"<!-- event:"
_MARK = b"\xef\xbb\xbf"
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_KEY = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-")
_BLANK = " \t\r"
_ENDS = frozenset("\n\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029")
_SPACES = frozenset(
    " \t\x1f\xa0\u1680\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
)
_WHITE = _ENDS | _SPACES


class Event(NamedTuple):
    """An event: the pairs of its header, its texts, and where it stands in bytes."""

    pairs: dict[str, str]
    id: str | None
    heading: str | None
    body: str
    start: int
    end: int
    identity: str


class Reading(NamedTuple):
    """What a thread holds: events, torn stretches, and what is reported, with its line."""

    events: list[Event]
    torn: list[tuple[int, int]]
    reports: list[tuple[str, int]]


class Header(NamedTuple):
    """A header line that is closed; `id` only where it is well formed and has a ULID."""

    pairs: dict[str, str]
    id: str | None
    is_sound: bool


class _Line(NamedTuple):
    start: int
    text: bytes
    end: int


def read_thread(data: bytes) -> Reading:
    """Everything that the bytes of a thread say."""
    lines = _lines(data)
    blocks = _blocks(lines)
    reading = Reading([], [], [])
    first = blocks[0][0] if blocks else len(lines)
    _read_preamble(data, lines[:first], reading)
    seen: dict[str, bytes] = {}
    for place, (at, header) in enumerate(blocks):
        end = blocks[place + 1][0] if place + 1 < len(blocks) else len(lines)
        _read_block(data, lines, (at, end), header, reading, seen)
    try:
        data.decode()
    except UnicodeDecodeError as error:
        reading.reports.append(("thread_not_utf8", data.count(b"\n", 0, error.start) + 1))
    return reading


def _lines(data: bytes) -> list[_Line]:
    """The lines, each with where it starts and where the next does; a mark is passed over."""
    found = []
    start = len(_MARK) if data.startswith(_MARK) else 0
    for text in data[start:].split(b"\n"):
        end = min(start + len(text) + 1, len(data))
        found.append(_Line(start, text, end))
        start = end
    return found if data.endswith(b"\n") or found[-1].text else found[:-1]


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def _blocks(lines: list[_Line]) -> list[tuple[int, Header | None]]:
    """The lines where events begin, with their headers; None for one that is not closed."""
    found: list[tuple[int, Header | None]] = []
    is_older, fence = False, b""
    for at, line in enumerate(lines):
        if line.text.startswith(_HEADER):
            header = read_header(_text(line.text))
            has_id = header is not None and header.id is not None
            if has_id or not fence:
                found.append((at, header))
                is_older, fence = header is not None and not has_id, b""
        elif is_older:
            fence = _fence_after(line.text, fence)
    cut = _cut_header_of(lines)
    if cut is not None and (not found or found[-1][0] != cut):
        found.append((cut, None))
    return found


def _fence_after(text: bytes, fence: bytes) -> bytes:
    """The fence that is open behind a line, where `fence` was before it."""
    rest = text.lstrip(b" ")
    if len(text) - len(rest) > 3 or rest[:3] not in (b"```", b"~~~"):
        return fence
    info = rest.lstrip(rest[:1])
    marks = rest[: len(rest) - len(info)]
    if fence:
        return b"" if marks.startswith(fence) and not info.strip(b" \t\r") else fence
    return b"" if marks.startswith(b"`") and b"`" in info else marks


def _cut_header_of(lines: list[_Line]) -> int | None:
    """The last line, where it has no line end and is the beginning of a header that was cut."""
    text = lines[-1].text if lines else b""
    if not text or not _HEADER.startswith(text[: len(_HEADER)]):
        return None
    is_closed = text.rstrip(b" \t\r").endswith(b"-->")
    is_parted = len(lines) == 1 or lines[-2].text in (b"", b"\r")
    return len(lines) - 1 if is_parted and not is_closed else None


def read_header(line: str) -> Header | None:
    """The pairs of a header line; None where it is not closed."""
    said = line.rstrip(_BLANK)
    if "\0" in line or not said.endswith("-->"):
        return None
    text, at = said[5:-3], 0
    pairs: dict[str, str] = {}
    while at < len(text):
        pair = _pair_at(text, at)
        if pair is None or pair[3]:
            return Header(_pairs_that_can_be_told(text + " "), None, is_sound=False)
        pairs.setdefault(pair[0], pair[1])
        at = pair[2]
    is_ours = is_ulid(pairs.get("id", ""))
    return Header(pairs, pairs["id"] if is_ours else None, is_sound=True)


def _pairs_that_can_be_told(text: str) -> dict[str, str]:
    pairs: dict[str, str] = {}
    at = 0
    while at < len(text):
        pair = _pair_at(text, at) if at == 0 or text[at - 1] not in _KEY else None
        if pair is not None:
            pairs.setdefault(pair[0], pair[1])
        at = at + 1 if pair is None else pair[2]
    return pairs


def _pair_at(text: str, at: int) -> tuple[str, str, int, bool] | None:
    """The key and value at a place, where the next may stand, and whether a bare value begins
    with a quote."""
    stop = at
    while text[stop : stop + 1] in _KEY:
        stop += 1
    if stop == at or text[stop : stop + 2] != ": ":
        return None
    start = end = stop + 2
    if text[start : start + 1] == '"':
        value, end = _quoted(text, start + 1)
        if text[end : end + 1] == " ":
            return text[at:stop], value, end + 1, False
        end = start
    while end < len(text) and text[end] not in _WHITE:
        end += 1
    if end == start or text[end : end + 1] != " ":
        return None
    return text[at:stop], text[start:end], end + 1, text[start] == '"'


def _quoted(text: str, at: int) -> tuple[str, int]:
    """A value in quotes and the place behind it, which is -1 where it does not end."""
    value = ""
    while at < len(text) and text[at] != '"':
        at += text[at] == "\\"
        value += text[at : at + 1]
        at += 1
    return value, at + 1 if at < len(text) else len(text) + 1


def is_ulid(word: str) -> bool:
    return len(word) == 26 and word[0] < "8" and all(one in _ALPHABET for one in word)


def _read_preamble(data: bytes, lines: list[_Line], reading: Reading) -> None:
    end = lines[-1].end if lines else 0
    start = len(_MARK) if data.startswith(_MARK) else 0
    text = data[start:end]
    if b"\0" in text:
        reading.torn.append((0, end))
        reading.reports.append(("torn", 1))
    elif text.strip():
        reading.reports.append(("text_before_first_event", 1))
        _report_headers(data, start, end, reading)
    if start:
        reading.reports.append(("byte_order_mark", 1))


def _report_headers(data: bytes, start: int, end: int, reading: Reading) -> None:
    at = data.find(_HEADER, start, end)
    if at >= 0:
        reading.reports.append(("event_disfigured", data.count(b"\n", 0, at) + 1))


def _read_block(
    data: bytes,
    lines: list[_Line],
    span: tuple[int, int],
    header: Header | None,
    reading: Reading,
    seen: dict[str, bytes],
) -> None:
    at, stop = span
    end = lines[stop - 1].end
    if header is None:
        _tear(reading, lines, at, end)
        return
    nul = next((n for n in range(at + 1, stop) if b"\0" in lines[n].text), stop)
    is_crlf = lines[at].text.endswith(b"\r")
    texts = [one.text.removesuffix(b"\r") if is_crlf else one.text for one in lines[at + 1 : nul]]
    if header.id is None:
        said = _trimmed([_text(text) for text in texts])
        if said and said[-1].rstrip(_BLANK) == "---":
            said = _trimmed(said[:-1])
        _add(data, lines, (at, nul), header, said, reading, seen)
    else:
        last = next((n for n, text in enumerate(texts) if text.rstrip(b" \t") == b"---"), None)
        said = _trimmed([_text(text) for text in texts[:last]])
        if last is None or not _is_finished(data, lines, (at, at + 1 + last), header, said):
            _tear(reading, lines, at, end)
            return
        _add(data, lines, (at, at + 2 + last), header, said, reading, seen)
        begin, behind = lines[at + 1 + last].end, lines[nul - 1].end
        text = data[begin:behind]
        if text.strip():
            offset = begin + len(text) - len(text.lstrip())
            reading.reports.append(("text_between_events", data.count(b"\n", 0, offset) + 1))
            _report_headers(data, begin, behind, reading)
    if nul < stop:
        _tear(reading, lines, nul, end)


def _tear(reading: Reading, lines: list[_Line], at: int, end: int) -> None:
    reading.torn.append((lines[at].start, end))
    reading.reports.append(("torn", at + 1))


def _is_finished(
    data: bytes, lines: list[_Line], span: tuple[int, int], header: Header, said: list[str]
) -> bool:
    """A `---` that ends the file without a line end is the end only where a writer puts it."""
    at, last = span
    if last < len(lines) - 1 or data.endswith(b"\n"):
        return True
    before = lines[last - 1].text
    is_empty = before == b"" or (before == b"\r" and lines[at].text.endswith(b"\r"))
    return is_empty and header.pairs.get("lines", str(len(said))) == str(len(said))


def _add(
    data: bytes,
    lines: list[_Line],
    span: tuple[int, int],
    header: Header,
    said: list[str],
    reading: Reading,
    seen: dict[str, bytes],
) -> None:
    at, stop = span
    start, end = lines[at].start, lines[stop - 1].end
    block = data[start:end].rstrip()
    pairs = header.pairs
    if header.id is not None:
        known = seen.setdefault(header.id, block)
        if known is not block:
            same = known == block
            reading.reports.append(("event_repeated" if same else "event_id_conflict", at + 1))
            if same:
                return
    if not (header.is_sound and pairs.get("event") and pairs.get("at")):
        reading.reports.append(("header_malformed", at + 1))
    if header.id is None and is_ulid(pairs.get("id", "")):
        reading.reports.append(("event_disfigured", at + 1))
    heading = None
    if said and said[0].startswith("## "):
        heading, said = said[0][3:].strip(_BLANK), _trimmed(said[1:])
    body = "\n".join(said)
    if header.id is not None:
        body = unescaped(body, by_second_rule=pairs.get("escaping") == "line_ends")
    identity = header.id or f"{pairs.get('at', '')}#{sha256(block).hexdigest()}"
    reading.events.append(Event(pairs, header.id, heading, body, start, end, identity))


def _trimmed(lines: list[str]) -> list[str]:
    while lines and not lines[0].strip(_BLANK):
        lines = lines[1:]
    while lines and not lines[-1].strip(_BLANK):
        lines = lines[:-1]
    return lines


def unescaped(body: str, *, by_second_rule: bool) -> str:
    """A body as it was given, by one of the two rules."""
    ends = _ENDS if by_second_rule else frozenset("\n")
    blanks = "".join(_SPACES) + "\ufeff" if by_second_rule else " \t"
    said, line = "", ""
    for character in (*body, ""):
        if character and character not in ends:
            line += character
            continue
        rest = line.lstrip("\\").lstrip(blanks)
        is_structure = rest.rstrip(blanks) == "---" or rest.startswith("<!-- event:")
        said += line[1:] if is_structure and line.startswith("\\") else line
        said, line = said + character, ""
    return said
