"""The tickets that every program is given, read from a store that make_store.py wrote."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

_FIELD = re.compile(r"^(title|state|created_at|priority): '(.*)'$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Ticket:
    """A ticket by its `number`, from 1; `waits_for` are numbers. `state` is one of yoi's."""

    number: int
    title: str
    state: str
    created_at: str
    priority: int
    waits_for: tuple[int, ...]
    body: str

    @property
    def is_finished(self) -> bool:
        return self.state in ("done", "closed")


def read_tickets(store: Path) -> list[Ticket]:
    """The tickets of a store, by rising id."""
    folders = sorted(store.iterdir())
    numbers = {folder.name: number for number, folder in enumerate(folders, 1)}
    found = []
    for number, folder in enumerate(folders, 1):
        head, _, body = (folder / "item.md").read_text("utf-8")[4:].partition("\n---\n")
        fields = dict(_FIELD.findall(head))
        relations = folder / "artifacts/relations.json"
        said = json.loads(relations.read_bytes())["relations"] if relations.exists() else []
        found.append(
            Ticket(
                number,
                fields["title"].replace("''", "'"),
                fields["state"],
                fields["created_at"],
                int(fields["priority"][1:]),
                tuple(numbers[one["target"]] for one in said),
                body.strip(),
            )
        )
    return found
