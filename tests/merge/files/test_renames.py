"""Whose file a file is, by what stands in it."""

from __future__ import annotations

import json

import pytest

from yoi_cli.merge.files.renames import home_and_stranger
from yoi_cli.merge.ports import Sides

FOLDER = ".yoi/tickets/00001M7YTZZZZ"


def item(created_at: str, title: str = "x") -> bytes:
    return f"---\ntitle: '{title}'\ncreated_at: '{created_at}'\n---\n".encode()


def relations(*tickets: str) -> bytes:
    return json.dumps({"version": 1, "relations": [{"ticket_id": one} for one in tickets]}).encode()


def plan(*tickets: str) -> bytes:
    return b"".join(json.dumps({"ticket_id": one}).encode() + b"\n" for one in tickets)


OURS = ("00001M7YTZZZZ",)
CASES = [
    ("item.md", item("one"), item("two"), item("one", "changed")),
    ("artifacts/relations.json", relations("OTHER"), relations(*OURS), relations("OTHER", "OTHER")),
    ("artifacts/orchestration-plan.jsonl", None, plan(*OURS), plan("OTHER")),
]


@pytest.mark.parametrize(("part", "base", "home", "stranger"), CASES)
def test_the_file_of_another_ticket_is_known_on_either_side(
    part: str, base: bytes | None, home: bytes, stranger: bytes
) -> None:
    path = f"{FOLDER}/{part}"
    assert home_and_stranger(path, Sides(base, home, stranger)) == (home, stranger)
    assert home_and_stranger(path, Sides(base, stranger, home)) == (home, stranger)


@pytest.mark.parametrize("part", [part for part, *_ in CASES])
@pytest.mark.parametrize("broken", [b"", b"{}", b"[]", b"[1]\n", b"\xff\n", b"{" * 99])
def test_what_cannot_be_read_is_no_stranger(part: str, broken: bytes) -> None:
    path = f"{FOLDER}/{part}"
    home = next(home for known, _, home, _ in CASES if known == part)
    assert home_and_stranger(path, Sides(home, home, broken)) is None
    assert home_and_stranger(path, Sides(broken, broken, home)) is None


def test_one_ticket_on_both_sides_has_no_stranger() -> None:
    sides = Sides(item("one"), item("one", "ours"), item("one", "theirs"))
    assert home_and_stranger(f"{FOLDER}/item.md", sides) is None
    assert home_and_stranger(f"{FOLDER}/item.md", sides._replace(base=None)) is None
