"""`relations.json` as text (docs/format.md)."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from yoi_cli.errors import StoreInvalidError
from yoi_cli.model.relations import Relation, sort_key
from yoi_cli.store.formats.json_values import DoubledKeyError, parse_json, texts_of
from yoi_cli.store.formats.thread_writing import check_text

if TYPE_CHECKING:
    from collections.abc import Iterable

#: How a file begins and ends that this program, or the original, wrote.
_BEGINNING = b'{\n  "version": 1,\n  "relations": ['
_ENDING = b"\n}\n"
_REQUIRED = ("ticket_id", "kind", "target", "author", "at")
_LIST = re.compile(r'"relations"\s*:\s*\[')
_GAP = re.compile(r"[\s,]*")


def parse_relations(data: bytes, *, path: str) -> tuple[Relation, ...]:
    """The relations of a file, in its order.

    Raises `StoreInvalidError` (`relations_invalid`, with path and line) for anything that
    is not a version 1 file. What is merely doubtful (unknown kinds, repeated relations,
    another order) is read, and left to doctor.
    """
    try:
        text = data.decode("utf-8-sig")
        document: object = json.loads(text)
        if _may_double_keys(data, document):
            document = parse_json(text)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise invalid(path, line, "is not UTF-8") from error
    except json.JSONDecodeError as error:
        from yoi_cli.store.formats.markers import or_conflict

        broken = invalid(path, error.lineno, f"is not JSON: {error.msg}")
        raise or_conflict(broken, text, path) from error
    except RecursionError as error:
        raise invalid(path, 1, "is nested too deeply") from error
    except DoubledKeyError as error:
        raise invalid(path, 1, "says a key twice in one relation") from error
    except ValueError as error:
        raise invalid(path, 1, "holds a number that is too long") from error
    if not isinstance(document, dict) or document.get("version") != 1:
        raise invalid(path, 1, "is not a version 1 relations file")
    entries: object = document.get("relations")
    if not isinstance(entries, list):
        raise invalid(path, 1, "has no list of relations")
    relations: list[Relation] = []
    for index, entry in enumerate(entries):
        texts = texts_of(entry)
        missing = [key for key in _REQUIRED if key not in texts]
        if missing:
            is_object = isinstance(entry, dict)
            what = f"without {', '.join(missing)}" if is_object else "that is no object"
            raise invalid(path, entry_lines(text, index + 1)[index], f"holds a relation {what}")
        relations.append(
            Relation(
                ticket_id=texts["ticket_id"],
                kind=texts["kind"],
                target=texts["target"],
                author=texts["author"],
                at=texts["at"],
                note=texts.get("note"),
            )
        )
    return tuple(relations)


def _may_double_keys(data: bytes, document: object) -> bool:
    """Whether an object may say a key twice: told by counting quotes, which costs less than a look
    at each. Where every value is a text and nothing is escaped, a key with its value has four."""
    entries = document.get("relations") if isinstance(document, dict) else None
    if not isinstance(entries, list) or not isinstance(document, dict) or b"\\" in data:
        return True
    keys = sum([len(entry) for entry in entries if isinstance(entry, dict)])
    return data.count(b'"') != 2 * len(document) + 4 * keys


def entry_lines(text: str, count: int) -> list[int]:
    """The 1-based lines of the first `count` entries of a version 1 file's text.

    Where they cannot be told, as in a file that nobody lays out like that, line 1.
    """
    start = _LIST.search(text)
    decoder = json.JSONDecoder()
    lines: list[int] = []
    position = start.end() if start else len(text)
    while len(lines) < count:
        gap = _GAP.match(text, position)
        position = gap.end() if gap else position
        lines.append(text.count("\n", 0, position) + 1)
        try:
            _, position = decoder.raw_decode(text, position)
        except ValueError:
            return [1] * count
    return lines


def may_name(data: bytes, ticket: str) -> bool:
    """Whether a file's bytes might name `ticket`, or might not be sound, at little cost."""
    is_plain = data.startswith(_BEGINNING) and data.endswith(_ENDING) and b"\\" not in data
    return not is_plain or ticket.encode() in data


def render_relations(relations: Iterable[Relation]) -> bytes:
    """The file that holds `relations`, sorted by kind, then target."""
    entries = [_entry(relation) for relation in sorted(relations, key=sort_key)]
    document = {"version": 1, "relations": entries}
    return (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode()


def _entry(relation: Relation) -> dict[str, str]:
    entry = {
        "ticket_id": relation.ticket_id,
        "kind": relation.kind,
        "target": relation.target,
    }
    if relation.note is not None:
        entry["note"] = check_text(relation.note, "The note")
    return entry | {"author": relation.author, "at": relation.at}


def invalid(path: str, line: int, problem: str) -> StoreInvalidError:
    """The error for a relations file that cannot be read."""
    return StoreInvalidError(
        "relations_invalid",
        f"{path}:{line} {problem}.",
        hint="Correct the file by hand; `yoi ticket doctor` lists what is wrong in the store.",
        details={"path": path, "line": line},
    )
