"""A second reader of a ticket's files, from docs/format.md alone: small, and slow.

It imports nothing of the program. Where it is not sure it says so: what it takes for whole must
be whole, the other way round it may err.
"""

from __future__ import annotations

import json
import re
from typing import NamedTuple

STATES = ("planning", "ready", "queued", "inprogress", "done", "closed")
RESOLVED = ("done", "closed")
MOVES = {
    ("planning", "ready"),
    ("ready", "queued"),
    ("ready", "planning"),
    ("queued", "inprogress"),
    ("queued", "planning"),
    ("inprogress", "done"),
    ("inprogress", "planning"),
    ("done", "planning"),
    ("closed", "planning"),
    *((state, "closed") for state in STATES if state != "closed"),
}
_ULID = re.compile(r"[0-7][0-9A-HJKMNP-TV-Z]{25}")
_PAIR = re.compile(r'([\w-]+): (?:"((?:[^"\\]|\\.)*)"|([^\s"]\S*)) ')
_HEADER = re.compile(r"<!-- ((?:[\w-]+: (?:\"(?:[^\"\\]|\\.)*\"|[^\s\"]\S*) )+)-->[ \t]*")
_WORK = ("implementation_report", "commit", "worker")


class Log(NamedTuple):
    """What a thread says: the state, and whether it may be believed."""

    state: str
    is_whole: bool
    is_diverged: bool = False
    work: int = 0
    review: int = 0
    verdict: str = ""


class Found(NamedTuple):
    """An event: its pairs, and the line of its header."""

    pairs: dict[str, str]
    line: int


def read_log(data: bytes) -> Log:
    """The fold of a thread's bytes."""
    is_whole = True
    try:
        text = data.decode()
    except UnicodeDecodeError:
        text, is_whole = data.decode("utf-8", "replace"), False
    lines = text.removeprefix("\ufeff").split("\n")
    found, is_read = _events([line.removesuffix("\r") for line in lines])
    is_whole = is_whole and is_read and bool(found) and "\0" not in text
    return _folded(found)._replace(is_whole=is_whole)


def _events(lines: list[str]) -> tuple[list[Found], bool]:
    """The events, and whether every line belongs to one or is text that no header hides in."""
    found: list[Found] = []
    blocks: dict[str, list[str]] = {}
    is_read, number = True, 0
    while number < len(lines):
        line = lines[number]
        number += 1
        if not line.startswith("<!-- event:"):
            is_read = is_read and "<!-- event:" not in line
            continue
        header, start = _HEADER.fullmatch(line), number
        if header is None:
            is_read = False
            if not line.rstrip(" \t").endswith("-->"):
                continue
        # Of a header that is not well formed, what can be told is read (docs/doctor.md).
        said = header.group(1) if header else line.rstrip(" \t")[5:-3] + " "
        pairs = {key: quoted or bare for key, quoted, bare in _PAIR.findall(said)}
        if header is None:
            pairs.pop("id", None)
        is_ours = _ULID.fullmatch(pairs.get("id", "")) is not None
        while number < len(lines) and not lines[number].startswith("<!-- event:"):
            number += 1
            if is_ours and lines[number - 1].rstrip(" \t") == "---":
                break
        body = lines[start:number]
        if is_ours and not (body and body[-1].rstrip(" \t") == "---"):
            is_read = False
            continue
        if is_ours and number == len(lines) and not _is_closed(body, pairs):
            is_read = False
            continue
        known = blocks.setdefault(pairs.get("id", f"older {start}"), [line, *body])
        if known != [line, *body]:
            is_read = False
        elif is_ours and any(one.pairs == pairs for one in found):
            continue
        found.append(Found(pairs, start))
    return found, is_read


def _is_closed(body: list[str], pairs: dict[str, str]) -> bool:
    """A `---` that ends the file without a line end closes an event behind an empty line."""
    said = [line for line in body[:-1] if line.strip()]
    return len(body) > 1 and not body[-2] and int(pairs.get("lines", len(said))) <= len(body)


def _folded(found: list[Found]) -> Log:
    moves = [one for one in found if _is_move(one.pairs)]
    state = "planning"
    for one in moves:
        if one.pairs["event"] in ("close", "closed"):
            break
        if one.pairs.get("from") in STATES:
            state = one.pairs["from"]
            break
    is_diverged, started = False, 0
    for one in moves:
        is_close = one.pairs["event"] != "state_changed"
        origin = state if is_close else one.pairs.get("from", "")
        target = "closed" if is_close else one.pairs.get("to", "")
        if target not in STATES:
            continue
        is_legal, is_older = (state, target) in MOVES, "id" not in one.pairs
        if origin != state and not (is_legal or is_older):
            is_diverged = is_diverged or target != state
            continue
        is_diverged = is_diverged and not is_legal
        started = one.line if target == "inprogress" and state != target else started
        state = target
    work = review = 0
    verdict = ""
    for one in found:
        if one.line < started or state != "inprogress":
            continue
        kind, pairs = one.pairs.get("event"), one.pairs
        if kind in _WORK and not (
            "into" in pairs if kind == "commit" else "step" in pairs and kind == "worker"
        ):
            work = one.line
        elif kind == "review" and pairs.get("status"):
            review, verdict = one.line, pairs["status"]
    return Log(state, True, is_diverged, work, review, verdict)


def _is_move(pairs: dict[str, str]) -> bool:
    if pairs.get("event") == "state_changed":
        return pairs.get("field") in ("state", "workflow_state")
    return pairs.get("event") == "close" or (pairs.get("event") == "closed" and "id" not in pairs)


def read_item(data: bytes) -> dict[str, str] | None:
    """The frontmatter of an item, None where it cannot be read for certain."""
    try:
        text = data.decode().removeprefix("\ufeff").replace("\r\n", "\n")
    except UnicodeDecodeError:
        return None
    opening, _, rest = text.partition("\n")
    front, closing, _ = f"\n{rest}\n".partition("\n---\n")
    if opening.rstrip(" \t") != "---" or not closing:
        return None
    fields: dict[str, str] = {}
    for line in front.strip("\n").split("\n"):
        key, colon, value = line.partition(":")
        if not colon or not re.fullmatch(r"[A-Za-z_][\w-]*", key) or key in fields:
            return None
        if not re.fullmatch(r"|'[^']*'|\[('[^']*'(, '[^']*')*)?\]|[\w.-]+", value.strip()):
            return None
        fields[key] = value.strip()
    return fields


def touches_of(fields: dict[str, str]) -> list[str]:
    return re.findall(r"'([^']*)'", fields.get("touches", ""))


def read_relations(data: bytes) -> list[dict[str, str]] | None:
    """The relations of a file, None where they cannot be read."""
    document = _json(data)
    if not isinstance(document, dict) or document.get("version") != 1:
        return None
    entries = document.get("relations")
    keys = ("ticket_id", "kind", "target", "author", "at")
    if not isinstance(entries, list):
        return None
    if not all(
        isinstance(one, dict) and all(isinstance(one.get(k), str) for k in keys) for one in entries
    ):
        return None
    return entries


def read_plan(data: bytes) -> list[dict[str, str]] | None:
    """The records of a file, None where they cannot be read to the last."""
    records = [_json(line) for line in data.split(b"\n") if line.strip()]
    keys = ("id", "ticket_id", "kind", "author", "at")
    if not all(
        isinstance(one, dict) and all(isinstance(one.get(k), str) for k in keys) for one in records
    ):
        return None
    return [one for one in records if isinstance(one, dict)]


def _json(data: bytes) -> object:
    def unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
        if len(dict(pairs)) < len(pairs):
            raise ValueError
        return dict(pairs)

    try:
        return json.loads(data.decode("utf-8-sig"), object_pairs_hook=unique)
    except ValueError:
        return None
