"""`relations.json` as text (DESIGN section 3)."""

from __future__ import annotations

import json
from collections.abc import Iterable

from yoi_cli.domain.relations import Relation, sort_key
from yoi_cli.errors import StoreInvalidError

_REQUIRED = ("ticket_id", "kind", "target", "author", "at")


def parse_relations(data: bytes, *, path: str) -> tuple[Relation, ...]:
    """The relations of a file, in its order.

    Raises `StoreInvalidError` (`relations_invalid`, with path and line) for anything that
    is not a version 1 file. What is merely doubtful (unknown kinds, repeated relations,
    another order) is read, and left to doctor.
    """
    try:
        document: object = json.loads(data.decode())
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise invalid(path, line, "is not UTF-8") from error
    except json.JSONDecodeError as error:
        raise invalid(path, error.lineno, f"is not JSON: {error.msg}") from error
    except RecursionError as error:
        raise invalid(path, 1, "is nested too deeply") from error
    if not isinstance(document, dict) or document.get("version") != 1:
        raise invalid(path, 1, "is not a version 1 relations file")
    entries: object = document.get("relations")
    if not isinstance(entries, list):
        raise invalid(path, 1, "has no list of relations")
    return tuple(_relation(entry, path) for entry in entries)


def render_relations(relations: Iterable[Relation]) -> bytes:
    """The file that holds `relations`, sorted by kind, then target."""
    entries = [_entry(relation) for relation in sorted(relations, key=sort_key)]
    document = {"version": 1, "relations": entries}
    return (json.dumps(document, indent=2, ensure_ascii=False) + "\n").encode()


def _relation(entry: object, path: str) -> Relation:
    if not isinstance(entry, dict):
        raise invalid(path, 1, "holds a relation that is no object")
    texts = {key: value for key, value in entry.items() if isinstance(value, str)}
    missing = [key for key in _REQUIRED if key not in texts]
    if missing:
        raise invalid(path, 1, f"holds a relation without {', '.join(missing)}")
    return Relation(
        ticket_id=texts["ticket_id"],
        kind=texts["kind"],
        target=texts["target"],
        author=texts["author"],
        at=texts["at"],
        note=texts.get("note"),
    )


def _entry(relation: Relation) -> dict[str, str]:
    entry = {
        "ticket_id": relation.ticket_id,
        "kind": relation.kind,
        "target": relation.target,
    }
    if relation.note is not None:
        entry["note"] = relation.note
    return entry | {"author": relation.author, "at": relation.at}


def invalid(path: str, line: int, problem: str) -> StoreInvalidError:
    """The error for a relations file that cannot be read."""
    return StoreInvalidError(
        "relations_invalid",
        f"{path}:{line} {problem}.",
        hint="Correct the file by hand; `yoi ticket doctor` lists what is wrong in the store.",
        details={"path": path, "line": line},
    )
