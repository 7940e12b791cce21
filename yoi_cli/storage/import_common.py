"""What the importers of other tools' markdown tickets share (DESIGN section 9, `import`).

Frontmatter is read as DESIGN section 3 reads our own: strings only, no anchors, aliases, tags
or duplicate keys, 64 KiB at most. The other tools write it less strictly than YAML asks, so
text that YAML refuses gets one second chance with the offending values quoted.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, TypeAlias

from yoi_cli.domain.foreign import ForeignTicket, ImportProblem

if TYPE_CHECKING:
    import yaml

Value: TypeAlias = "str | list[Value] | dict[str, Value]"
"""A YAML value without types; null is the empty string."""

Files: TypeAlias = Sequence[tuple[str, bytes]]
Imported: TypeAlias = tuple[list[ForeignTicket], list[ImportProblem]]

_FRONTMATTER_LIMIT = 64 * 1024
_DEPTH_LIMIT = 16
_TIME = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:[.,]\d+)?)?"
    r" ?(?:Z|([+-])(\d\d):?(\d\d)?)?)?",
    re.ASCII | re.IGNORECASE,
)
#: Day, month and year of the century, as Backlog.md wrote dates in its first releases.
_SHORT_DATE = re.compile(r"(\d\d)([-/.])(\d\d)\2(\d\d)", re.ASCII)
_FENCE = re.compile(r" {0,3}(`{3,}(?=[^`]*$)|~{3,})(.*)", re.DOTALL)
_PLAIN_VALUE = re.compile(
    r"^((?:[\w-]+:|[ \t]{0,2}-)[ \t]+)([^\s'\"\[{|>&*!#].*?)[ \t]*$", re.MULTILINE
)
_NAME_IN_FLOW = re.compile(r"(?<=[\[,])([ \t]*)(@[^,\]\s]+)")


class UnreadableTicketError(Exception):
    """This file gives no ticket; `line` is 1-based, or None."""

    def __init__(self, message: str, line: int | None = None) -> None:
        super().__init__(message)
        self.line = line


class Frontmatter:
    """The keys of one ticket: a key that nothing has asked for is left over in `rest`.

    `warnings` collects what could not be taken at its word.
    """

    def __init__(self, values: Mapping[str, Value]) -> None:
        self._values = values
        self._placed: set[str] = set()
        self.warnings: list[str] = []

    def __contains__(self, key: str) -> bool:
        return key in self._values

    def text(self, key: str) -> str:
        """The value of `key` as text, the empty string where there is none."""
        self._placed.add(key)
        return _as_text(self._values.get(key, "")).strip()

    def texts(self, key: str) -> tuple[str, ...]:
        """The value of `key` as a list without repeats; a lone text is parted at its commas."""
        self._placed.add(key)
        value = self._values.get(key, "")
        if isinstance(value, str):
            value = list(value.split(","))
        entries = value if isinstance(value, list) else [value]
        texts = (_as_text(entry).strip() for entry in entries)
        return tuple(dict.fromkeys(text for text in texts if text))

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
        left = ((key, _as_text(value)) for key, value in self._values.items())
        return tuple((key, text) for key, text in left if text and key not in self._placed)


def _as_text(value: Value) -> str:
    import json

    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False) if value else ""


def utc(text: str) -> str | None:
    """`text` as `YYYY-MM-DDTHH:MM:SSZ`: empty stays empty, None where it is no time.

    A time without an offset is UTC, which is how both tools write it.
    """
    if not text:
        return ""
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
    """For each line of markdown whether it stands outside every fenced code block."""
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
    links: list[tuple[str, str]] = []
    for kind, name in ticket.links:
        link = (kind, find(name) or name)
        if link[1] == ticket.source_id:
            warnings.append(f"a {kind} link to the ticket itself was left out")
        elif link not in links:
            links.append(link)
    return replace(ticket, links=tuple(links), warnings=tuple(warnings))


def _open(content: bytes) -> tuple[Frontmatter, str]:
    """Frontmatter and body of a file, with line ends as `\\n`."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise UnreadableTicketError("not UTF-8", line) from error
    first, *lines = text.replace("\r\n", "\n").split("\n")
    if first.rstrip() != "---":
        raise UnreadableTicketError("no frontmatter: the first line is not `---`", 1)
    end = next((n for n, line in enumerate(lines) if line.rstrip() == "---"), None)
    if end is None:
        raise UnreadableTicketError("the frontmatter has no closing `---`", 1)
    source = "\n".join(lines[:end])
    if len(source.encode()) > _FRONTMATTER_LIMIT:
        raise UnreadableTicketError("the frontmatter is larger than 64 KiB", 1)
    return _frontmatter(source), "\n".join(lines[end + 1 :])


def _frontmatter(source: str) -> Frontmatter:
    import yaml

    # ValueError and OverflowError: PyYAML lets out what int() and chr() make of odd escapes.
    malformed = (yaml.YAMLError, ValueError, OverflowError)
    try:
        return Frontmatter(_mapping(source))
    except malformed as error:
        try:
            front = Frontmatter(_mapping(_quoted(source)))
        except malformed:
            raise _malformed(error, source) from error
    front.warnings.append("the frontmatter is not valid YAML; read with its values quoted")
    return front


def _quoted(source: str) -> str:
    """`source` with quotes around what tools write bare and YAML refuses: `@name`, `a: b`."""

    def quote(match: re.Match[str]) -> str:
        start, value = match.groups()
        if value[0] not in "@`%,]}" and ": " not in value and not value.endswith(":"):
            return match[0]
        return f"{start}'{value.replace(chr(39), chr(39) * 2)}'"

    return _NAME_IN_FLOW.sub(r"\1'\2'", _PLAIN_VALUE.sub(quote, source))


def _malformed(error: Exception, source: str) -> UnreadableTicketError:
    import yaml

    line, reason = None, "the frontmatter is not valid YAML"
    if isinstance(error, yaml.MarkedYAMLError):
        reason = f"{reason}: {error.problem or error.context}"
        line = error.problem_mark.line + 2 if error.problem_mark else None
    elif isinstance(error, yaml.reader.ReaderError):
        reason = "the frontmatter holds a character that YAML forbids"
        line = source.count("\n", 0, error.position) + 2
    return UnreadableTicketError(reason, line)


def _mapping(source: str) -> dict[str, Value]:
    import yaml

    events = (
        event
        for event in yaml.parse(source, Loader=yaml.SafeLoader)
        if not isinstance(event, yaml.StreamStartEvent | yaml.DocumentEndEvent)
    )
    values: Value = {}
    documents = 0
    for event in events:
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                raise _refused(event, "more than one document")
        elif not isinstance(event, yaml.StreamEndEvent):
            values = _value(events, event, 0)
    if not values:
        return {}
    if not isinstance(values, dict):
        raise UnreadableTicketError("the frontmatter is not a list of keys", 2)
    return values


def _value(events: Iterator[yaml.Event], event: yaml.Event, depth: int) -> Value:
    import yaml

    if isinstance(event, yaml.AliasEvent):
        raise _refused(event, "an alias")
    if not isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent):
        raise _refused(event, "an unexpected end")
    if event.anchor or event.tag:
        raise _refused(event, "an anchor" if event.anchor else "a tag")
    if depth > _DEPTH_LIMIT:
        raise _refused(event, "nesting this deep")
    if isinstance(event, yaml.ScalarEvent):
        return _scalar(event)
    if isinstance(event, yaml.SequenceStartEvent):
        entries: list[Value] = []
        for entry in events:
            if isinstance(entry, yaml.SequenceEndEvent):
                break
            entries.append(_value(events, entry, depth + 1))
        return entries
    values: dict[str, Value] = {}
    for entry in events:
        if isinstance(entry, yaml.MappingEndEvent):
            break
        key = _as_text(_value(events, entry, depth + 1))
        if key in values:
            raise _refused(entry, f"the key {key!r} a second time")
        values[key] = _value(events, next(events), depth + 1)
    return values


def _scalar(event: yaml.ScalarEvent) -> str:
    if event.style is None and event.value in ("", "~", "null"):
        return ""
    try:
        # Escapes may spell a character as two UTF-16 halves; a lone half is no text.
        return event.value.encode("utf-16", "surrogatepass").decode("utf-16")
    except UnicodeDecodeError as error:
        raise _refused(event, "half a character") from error


def _refused(event: yaml.Event, what: str) -> UnreadableTicketError:
    line = event.start_mark.line + 2 if event.start_mark else None
    return UnreadableTicketError(f"the frontmatter holds {what}", line)
