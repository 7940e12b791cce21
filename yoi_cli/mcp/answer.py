"""What a tool answers: what `yoi` knows as one line of JSON, and what others wrote between lines
that it cannot contain (docs/mcp.md, "Results")."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from yoi_cli.model.ids import is_ticket_id
from yoi_cli.model.quoting import marker_of, quoted
from yoi_cli.model.text import replace_unsafe, visible, visible_block
from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yoi_cli.errors import Json, YoiError

LONGEST_TITLE = 96
#: Ids of tickets, events, workers and commits, and versions of descriptions.
_ID = re.compile(r"(?:w-)?[0-9A-HJKMNP-TV-Z]{13,26}|[0-9a-f]{7,64}|")
_WORD = re.compile(r"[a-z][a-z0-9_]{0,59}")
_TIME = re.compile(r"[0-9TZ:.+-]{1,40}")


class Answer(NamedTuple):
    """`facts` are what `yoi` says: ids, words of closed lists, numbers. `texts` are all else."""

    facts: Mapping[str, Json]
    texts: tuple[str, ...] = ()

    @property
    def parts(self) -> tuple[str, ...]:
        """The texts of the result, fit for any reader."""
        facts = json_line(self.facts)
        if not self.texts:
            return (facts,)
        shown = [visible_block(text) for text in self.texts]
        return (facts, quoted(shown, marker_of(shown)))


def json_line(value: Json) -> str:
    """`value` as JSON on one line, unsafe characters escaped."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return replace_unsafe(text, lambda char: json.dumps(char)[1:-1])


def error_parts(error: YoiError) -> tuple[str, ...]:
    """An error as the model is told of it. What its details name and `yoi` did not choose, such as
    the target of a relation that is no ticket, is left out; the whole message follows quoted."""
    strange = sorted(set(_strange(error.details)), key=len, reverse=True)
    said: dict[str, Json] = {"code": error.code, "message": _without(strange, error.message)}
    if error.hint:
        said["hint"] = _without(strange, error.hint)
    if error.details:
        said["details"] = _known(error.details)
    line = json_line({"error": said})
    if not any(text in error.message for text in strange):
        return (line,)
    whole = [visible_block(error.message)]
    return (line, quoted(whole, marker_of(whole)))


def _without(strange: Sequence[str], text: str) -> str:
    for one in strange:
        text = text.replace(one, "…")
    return visible(text)


def _strange(value: Json) -> Iterator[str]:
    """The texts in details that are neither ids nor words nor times; a command is yoi's own."""
    if isinstance(value, Mapping):
        for key, one in value.items():
            if key != "command":
                yield from _strange(one)
    elif isinstance(value, str):
        if value and _is_strange(value):
            yield value
    elif isinstance(value, Sequence):
        for one in value:
            yield from _strange(one)


def _known(value: Json) -> Json:
    """Details without such texts."""
    if isinstance(value, Mapping):
        return {key: one if key == "command" else _known(one) for key, one in value.items()}
    if isinstance(value, str):
        return None if _is_strange(value) else value
    if isinstance(value, Sequence):
        return [_known(one) for one in value]
    return value


def _is_strange(text: str) -> bool:
    return not (_WORD.fullmatch(text) or _TIME.fullmatch(text) or _ID.fullmatch(text))


def known_id(text: str | None) -> str | None:
    """`text` where it is a ticket's id; nothing else that a store says passes for one."""
    return text if text is not None and is_ticket_id(text) else None


def word(text: str | None) -> str | None:
    """`text` where it is one word of a closed list; a store may say anything in its place."""
    return text if text and _WORD.fullmatch(text) else None


def time(text: str | None) -> str | None:
    """`text` where it has the characters of a time."""
    return text if text and _TIME.fullmatch(text) else None


def short_title(title: str) -> str:
    """A title on one line, cut to 96 characters."""
    line = visible(" ".join(title.split()))
    return line if len(line) <= LONGEST_TITLE else line[: LONGEST_TITLE - 1] + "…"


class Cutter:
    """Cuts texts to `most` bytes each, and keeps what was cut, in bytes, for the facts."""

    def __init__(self, most: int) -> None:
        self._most = most
        self.cut: list[Json] = []

    def __call__(self, what: str, text: str) -> str:
        data = text.encode("utf-8", "backslashreplace")
        if len(data) <= self._most:
            return text
        kept = data[: self._most].decode("utf-8", "ignore")
        shown = len(kept.encode())
        self.cut.append({"what": what, "bytes": len(data), "shown": shown})
        return kept
