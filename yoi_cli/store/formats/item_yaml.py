"""The general reader of frontmatter: YAML, as far as docs/format.md admits it.

python-frontmatter calls the handler, PyYAML turns the text into events, and the rules are
applied to each event as it comes. Nothing is composed, so that an alias cannot multiply and
nesting cannot recurse: the first event that has no place in a flat frontmatter ends the
reading. Imported only for text that the fast reader declines, since PyYAML takes its time.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import frontmatter
import yaml
from frontmatter.default_handlers import BaseHandler

from yoi_cli.store.formats.item_entry import FrontmatterEntry, item_error

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yoi_cli.errors import StoreInvalidError
    from yoi_cli.model.item import FieldValue

LOADER: type[yaml.CSafeLoader] | type[yaml.SafeLoader] = (
    yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
)

_FLAT = "Write the frontmatter as `key: 'value'`, one a line."
_LISTS = "Write a list as ['one', 'two']."

# Of these the beginning is what is wrong, though PyYAML stumbles only lines later.
_UNCLOSED = ("quoted scalar", "flow sequence", "simple key")

_COLON = re.compile(r"[ \t]*:")
_NOT_YAML = re.compile(
    "^\ufeff|[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"
)
#: Outside of quotes, libyaml and PyYAML's own parser take these for different things.
_UNSETTLED = re.compile("[\t\ufeff]|[|>][-+0-9]*#")
_COMMENT = re.compile("(?m)(?:^|(?<=[ \t\r\x85\u2028\u2029]))#[^\n\r\x85\u2028\u2029]*")


class _StrictHandler(BaseHandler):
    """A handler for text that was split already.

    `frontmatter.parse` turns CRLF into LF and takes the blanks around a file and its body
    away before a handler sees them. Items keep every byte and name lines: so `item.py` cuts
    the bytes, and `split` answers with its piece instead of cutting what was handed over.
    """

    FM_BOUNDARY = re.compile(r"^---[ \t]*$", re.MULTILINE)

    def __init__(self, text: str, path: str) -> None:
        super().__init__()
        self._text = text
        self._path = path

    def split(self, text: str) -> tuple[str, str]:
        return self._text, ""

    def load(self, fm: str) -> dict[str, object]:
        return {entry.key: entry for entry in _Scanner(fm, self._path).entries()}


def read(text: str, path: str) -> list[FrontmatterEntry]:
    """The entries of `text`, what stands between the `---` lines, with their places.

    Raises StoreInvalidError `item_frontmatter_invalid`.
    """
    metadata, _ = frontmatter.parse(text, handler=_StrictHandler(text, path))
    return [entry for entry in metadata.values() if isinstance(entry, FrontmatterEntry)]


class _Scanner:
    """Turns PyYAML's events into entries, or stops at the first that is not allowed."""

    def __init__(self, text: str, path: str) -> None:
        self._text = text
        self._path = path
        self._events = yaml.parse(text, Loader=LOADER)
        self._quoted: list[tuple[int, int]] = []

    def entries(self) -> Iterator[FrontmatterEntry]:
        self._require_yaml_characters()
        self._next()  # the start of the stream
        if not self._enter_mapping():
            self._require_settled()
            return
        lines: dict[str, int] = {}
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            entry = self._entry(event)
            if entry.key in lines:
                raise self._refused(
                    event,
                    f"the key {entry.key!r} stands in line {lines[entry.key]} already",
                    "Keep the line that is right.",
                )
            lines[entry.key] = entry.line
            yield entry
        self._require_end()
        self._require_settled()

    def _enter_mapping(self) -> bool:
        """Whether there is a mapping; a frontmatter of comments or blanks has none."""
        event = self._next()
        if isinstance(event, yaml.StreamEndEvent):
            return False
        if isinstance(event, yaml.DocumentStartEvent) and event.explicit:
            raise self._refused(event, "a second YAML document begins", _FLAT)
        event = self._next()
        if not isinstance(event, yaml.MappingStartEvent) or event.flow_style:
            raise self._refused(event, "this is not a `key: value` line", _FLAT)
        return True

    def _require_end(self) -> None:
        event = self._next()
        if isinstance(event, yaml.DocumentEndEvent) and not event.explicit:
            event = self._next()
        if not isinstance(event, yaml.StreamEndEvent):
            raise self._refused(event, "the YAML document ends before the frontmatter", _FLAT)

    def _entry(self, event: yaml.Event) -> FrontmatterEntry:
        if not isinstance(event, yaml.ScalarEvent):
            raise self._refused(event, "a key is not plain text", _FLAT)
        colon = _COLON.match(self._text, _end(event))
        if not colon or not event.value:
            raise self._refused(event, "this is not a `key: value` line", _FLAT)
        if event.value == "<<" and event.implicit[0]:
            raise self._refused(event, "merge keys are not supported", _FLAT)
        key = self._checked(event)
        line, key_start = self._line(_start(event)), _start(event)
        value, start, end = self._value(self._next())
        return FrontmatterEntry(key, value, line, key_start, colon.end(), start, end)

    def _value(self, event: yaml.Event) -> tuple[FieldValue, int, int]:
        """The value that begins with `event`, and from where to where it goes."""
        start = _start(event)
        if isinstance(event, yaml.ScalarEvent):
            return None if _is_null(event) else self._checked(event), start, self._last(event)
        if not isinstance(event, yaml.SequenceStartEvent):
            raise self._refused(event, "a value is a mapping, and only text can be", _FLAT)
        texts = []
        end = start
        while not isinstance(element := self._next(), yaml.SequenceEndEvent):
            if not isinstance(element, yaml.ScalarEvent) or _is_null(element):
                raise self._refused(element, "a list holds something that is not text", _LISTS)
            texts.append(self._checked(element))
            end = self._last(element)
        # A block list's end event comes after the comments that follow the list.
        return tuple(texts), start, _end(element) if event.flow_style else end

    def _next(self) -> yaml.Event:
        try:
            event = next(self._events)
        except yaml.MarkedYAMLError as error:
            raise self._syntax_error(error) from error
        if isinstance(event, yaml.AliasEvent):
            raise self._refused(event, "aliases (`*name`) are not supported", _FLAT)
        if isinstance(event, yaml.NodeEvent) and event.anchor is not None:
            raise self._refused(event, "anchors (`&name`) are not supported", _FLAT)
        if isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent) and event.tag:
            raise self._refused(event, "tags (`!name`) are not supported", _FLAT)
        if isinstance(event, yaml.ScalarEvent) and event.style in ("'", '"'):
            self._quoted.append((_start(event), _end(event)))
        return event

    def _require_settled(self) -> None:
        """Refuse what may be flat for one of PyYAML's parsers and not for the other."""
        position = 0
        for start, end in (*self._quoted, (len(self._text), len(self._text))):
            outside = _COMMENT.sub(lambda found: " " * len(found[0]), self._text[position:start])
            if odd := _UNSETTLED.search(outside):
                raise item_error(
                    self._path,
                    self._line(position + odd.start()),
                    f"{odd[0]!a} stands outside of quotes",
                    "Write a space, or put the text in quotes.",
                )
            position = end

    def _checked(self, event: yaml.ScalarEvent) -> str:
        """The event's text; PyYAML's own parser, unlike libyaml, lets surrogates through."""
        if any("\ud800" <= character <= "\udfff" for character in event.value):
            raise self._refused(event, "an escape is half of a surrogate pair", _FLAT)
        return event.value

    def _last(self, event: yaml.Event) -> int:
        """Where a scalar ends, without the line ends that belong to a block scalar."""
        start = _start(event)
        return start + len(self._text[start : _end(event)].rstrip(" \t\r\n"))

    def _require_yaml_characters(self) -> None:
        if odd := _NOT_YAML.search(self._text):
            raise item_error(
                self._path,
                self._line(odd.start()),
                f"the character U+{ord(odd[0]):04X} cannot stand in frontmatter",
                f'Write it as an escape in double quotes, such as "\\u{ord(odd[0]):04x}".',
            )

    def _syntax_error(self, error: yaml.MarkedYAMLError) -> StoreInvalidError:
        mark = error.problem_mark
        if error.context_mark and (error.context or "").endswith(_UNCLOSED):
            mark = error.context_mark
        line = self._line(mark.index) if mark else 2
        return item_error(self._path, line, f"this is not valid YAML ({error.problem})", _FLAT)

    def _refused(self, event: yaml.Event, problem: str, hint: str) -> StoreInvalidError:
        return item_error(self._path, self._line(_start(event)), problem, hint)

    def _line(self, index: int) -> int:
        return 2 + self._text.count("\n", 0, index)


def _is_null(event: yaml.ScalarEvent) -> bool:
    return event.implicit[0] and event.value in ("", "null", "~")


def _start(event: yaml.Event) -> int:
    return event.start_mark.index if event.start_mark else 0


def _end(event: yaml.Event) -> int:
    return event.end_mark.index if event.end_mark else 0
