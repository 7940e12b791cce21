"""Frontmatter of other tools' tickets, read as docs/format.md reads our own.

Strings only, no anchors, aliases, tags or duplicate keys, 64 KiB at most. The other tools
write it less strictly than YAML asks, so text that YAML refuses gets one second chance with
the offending values quoted. Imported when a file is read, since python-frontmatter and PyYAML
take their time to load.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, cast

import frontmatter
import yaml
from frontmatter.default_handlers import BaseHandler

from yoi_cli.named_tuple import NamedTuple
from yoi_cli.store.formats.item import plain_fields
from yoi_cli.transfer.model import UnreadableTicketError, as_text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yoi_cli.transfer.model import Value

_FRONTMATTER_LIMIT = 64 * 1024
_DEPTH_LIMIT = 16
_BOUNDARY = re.compile(r"^---[^\S\n]*(?:\n|\Z)", re.MULTILINE)
#: PyYAML lets out, besides its own, what int() and chr() make of odd escapes.
_MALFORMED = (yaml.YAMLError, ValueError, OverflowError)
_PLAIN_VALUE = re.compile(
    r"^((?:[\w-]+:|[ \t]{0,2}-)[ \t]+)([^\s'\"\[{|>&*!#].*?)[ \t]*$", re.MULTILINE
)
_NAME_IN_FLOW = re.compile(r"(?<=[\[,])([ \t]*)(@[^,\]\s]+)")


class ForeignFrontmatter(NamedTuple):
    """A file of another tool, read.

    `is_repaired` says that its values were quoted first. Of the body every character is kept.
    """

    values: dict[str, Value]
    body: str
    is_repaired: bool


class _ForeignHandler(BaseHandler):
    """Splits and reads `text` itself: what `frontmatter.parse` hands over has lost the blank
    lines at the beginning, which would move every line number, and the blanks of the body."""

    FM_BOUNDARY = _BOUNDARY

    def __init__(self, text: str) -> None:
        super().__init__()
        self._text = text
        self.body = ""
        self.is_repaired = False

    def split(self, text: str) -> tuple[str, str]:
        opening = _BOUNDARY.match(self._text)
        if opening is None:
            raise UnreadableTicketError("no frontmatter: the first line is not `---`", 1)
        closing = _BOUNDARY.search(self._text, opening.end())
        if closing is None:
            raise UnreadableTicketError("the frontmatter has no closing `---`", 1)
        source = self._text[opening.end() : closing.start()].removesuffix("\n")
        if len(source.encode()) > _FRONTMATTER_LIMIT:
            raise UnreadableTicketError("the frontmatter is larger than 64 KiB", 1)
        self.body = self._text[closing.end() :]
        return source, self.body

    def load(self, fm: str) -> dict[str, object]:
        try:
            return dict(_mapping(fm))
        except _MALFORMED as error:
            try:
                values = _mapping(_quoted(fm))
            except _MALFORMED:
                raise _malformed(error, fm) from error
        self.is_repaired = True
        return dict(values)


def read_frontmatter(content: bytes) -> ForeignFrontmatter:
    """The keys and the body of a file, with line ends as `\\n`.

    Raises `UnreadableTicketError` where there is no frontmatter, it cannot be read, or the
    file is not UTF-8.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise UnreadableTicketError("not UTF-8", line) from error
    handler = _ForeignHandler(text.replace("\r\n", "\n"))
    values, _ = frontmatter.parse(text, handler=handler)
    return ForeignFrontmatter(cast("dict[str, Value]", values), handler.body, handler.is_repaired)


def _quoted(source: str) -> str:
    """`source` with quotes around what tools write bare and YAML refuses: `@name`, `a: b`."""

    def quote(match: re.Match[str]) -> str:
        start, value = match.groups()
        if value[0] not in "@`%,]}" and ": " not in value and not value.endswith(":"):
            return match[0]
        return f"{start}'{value.replace(chr(39), chr(39) * 2)}'"

    return _NAME_IN_FLOW.sub(r"\1'\2'", _PLAIN_VALUE.sub(quote, source))


def _malformed(error: Exception, source: str) -> UnreadableTicketError:
    line, reason = None, "the frontmatter is not valid YAML"
    if isinstance(error, yaml.MarkedYAMLError):
        reason = f"{reason}: {error.problem or error.context}"
        line = error.problem_mark.line + 2 if error.problem_mark else None
    elif isinstance(error, yaml.reader.ReaderError):
        reason = "the frontmatter holds a character that YAML forbids"
        line = source.count("\n", 0, error.position) + 2
    return UnreadableTicketError(reason, line)


def _mapping(source: str) -> dict[str, Value]:
    """The keys of `source`: those of the plain form, which most files have, without YAML's parser,
    which takes twenty times as long."""
    plain = plain_fields(source + "\n") if source else None
    if plain is None:
        return read_yaml(source)
    return {
        key: list(value) if isinstance(value, tuple) else value or ""
        for key, value in plain.items()
    }


def read_yaml(source: str) -> dict[str, Value]:
    """The keys of `source` by YAML's parser. Raises its errors, `UnreadableTicketError`."""
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
        key = as_text(_value(events, entry, depth + 1))
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
