"""Frontmatter that is more than flat text is refused, with file and line, and at once."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from support.file_stores import comment, empty_store, item_of, make_ticket
from support.process import Program

from yoi_cli.errors import StoreInvalidError
from yoi_cli.model.ids import TicketId
from yoi_cli.store.files.store import FileStore

#: Of processor time; a bomb that went off would take minutes.
LIMIT_SECONDS = 0.5
KEYS = "title: 'x'\nstate: 'ready'\ncreated_at: '2026-06-25T16:30:32Z'\n"
LAUGHS = "".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]\n" for n in range(1, 12))

#: What stands below `KEYS`, which end in line 4, and the line that is to be named.
BOMBS = {
    "an anchor": ("tags: &a [x]\n", 5),
    "an anchor on text": ("assignee: &a 'x'\n", 5),
    "an alias": ("tags: [x]\nassignee: *a\n", 6),
    "a billion laughs": (f"l0: &l0 'ha'\n{LAUGHS}", 5),
    "a merge key": ("<<: {a: b}\n", 5),
    "a merge of an alias": ("<<: *a\n", 5),
    "a tag": ("assignee: !!str x\n", 5),
    "a Python tag": ("assignee: !!python/object/apply:os.system ['id']\n", 5),
    "a local tag": ("assignee: !x y\n", 5),
    "a duplicate": ("tags: []\nstate: 'closed'\n", 6),
    "a duplicate in quotes": ("'state': 'closed'\n", 5),
    "a mapping": ("assignee: {a: b}\n", 5),
    "a block mapping": ("assignee:\n  a: b\n", 6),
    "a list of lists": ("tags: [[x]]\n", 5),
    "900 lists in one another": (f"tags: {'[' * 900}{']' * 900}\n", 5),
    "900 mappings in one another": (f"tags: {'{a: ' * 900}x{'}' * 900}\n", 5),
    "900 levels of indentation": (
        "tags:\n" + "".join(f"{' ' * n}- \n" for n in range(1, 300)) + "x\n",
        None,
    ),
    "900 open lists": (f"tags: {'[' * 900}\n", 5),
    "a complex key": ("? [a]\n: b\n", 5),
    "a second document": ("--- x\n", 5),
    "a directive": ("%YAML 1.1\n", None),
    "a tab for indentation": ("tags:\n\t- x\n", None),
    "a control character": ("assignee: 'a\x07b'\n", 5),
    "an open quote": ("assignee: 'x\n", 5),
    "megabytes of keys": ("".join(f"k{n}: 'v'\n" for n in range(100_000)), None),
    "a megabyte in one value": (f"assignee: '{'x' * 1_000_000}'\n", None),
    "a megabyte of quotes": (f"assignee: {chr(39) * 1_000_001}\n", None),
    "a megabyte of backslashes": (f'assignee: "{chr(92) * 1_000_001}"\n', None),
    "60 KB of quotes": (f"assignee: {chr(39) * 60_001}\n", 5),
    "60 KB of brackets": (f"tags: {'[' * 60_000}\n", 5),
    "60 KB of commas": (f"tags: [{',' * 60_000}]\n", 5),
    "60 KB of list elements": (f"tags: [{'x, ' * 20_000}[]]\n", 5),
    "60 KB of anchors": ("".join(f"k{n}: &a{n} x\n" for n in range(4_000)), 5),
    "60 KB of words and an end that is none": (f"assignee: {'a b:c ' * 10_000}: x\n", 5),
}


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return empty_store(tmp_path / "workspace")


def spoilt(store: FileStore, frontmatter: str) -> TicketId:
    """A ticket whose item has `frontmatter` below the usual keys."""
    ticket = make_ticket(store)
    item_of(store, ticket).write_text(f"---\n{KEYS}{frontmatter}---\n\nText.\n")
    return ticket


def quickest(store: FileStore, ticket: TicketId) -> tuple[float, StoreInvalidError]:
    """The shortest of three times that refusing the item takes, since machines hiccup."""
    times = []
    for _ in range(3):
        began = time.process_time()
        with pytest.raises(StoreInvalidError) as caught:
            store.item(ticket)
        times.append(time.process_time() - began)
    return min(times), caught.value


@pytest.mark.parametrize(("frontmatter", "line"), BOMBS.values(), ids=BOMBS)
def test_it_is_refused_at_once_with_file_and_line(
    store: FileStore, frontmatter: str, line: int | None
) -> None:
    ticket = spoilt(store, frontmatter)
    seconds, error = quickest(store, ticket)
    path = f".yoi/tickets/{ticket}/item.md"
    assert seconds < LIMIT_SECONDS
    assert error.exit_code == 6
    assert error.details["path"] == path
    assert path in error.message
    if line is not None:
        assert error.details["line"] == line
    assert isinstance(error.details["line"], int)


@pytest.mark.parametrize("bomb", ["a billion laughs", "a duplicate", "a megabyte in one value"])
def test_a_list_names_it_and_shows_the_others(store: FileStore, bomb: str) -> None:
    ticket, sound = spoilt(store, BOMBS[bomb][0]), make_ticket(store, "Sound")
    rows = {row.id: row for row in store.all_fields()}
    assert isinstance(rows[ticket].error, StoreInvalidError)
    assert rows[sound].fields["title"] == "Sound"


def test_nothing_is_written_to_it(store: FileStore) -> None:
    ticket = spoilt(store, BOMBS["an anchor"][0])
    before = item_of(store, ticket).read_bytes()
    with pytest.raises(StoreInvalidError):
        comment(store, ticket, "New.")
    assert len(store.thread(ticket).events) == 1
    assert item_of(store, ticket).read_bytes() == before


@pytest.mark.parametrize("word", ["no", "on", "010", "1_000", "2026-06-25", "1e3", ".inf", "0x1"])
def test_a_bare_word_is_text_whatever_yaml_makes_of_it(store: FileStore, word: str) -> None:
    ticket = spoilt(store, f"assignee: {word}\ntags: [{word}]\n")
    item = store.item(ticket)
    assert (item.text("assignee"), item.texts("tags")) == (word, (word,))


def test_state_no_is_a_string(yoi: Program, workspace: Path) -> None:
    made = yoi("ticket", "create", "-tx", cwd=workspace).out.split()[1]
    item = workspace / ".yoi" / "tickets" / made / "item.md"
    item.write_text(item.read_text().replace("'planning'", "no"))
    listed = yoi("ticket", "list", "--all", cwd=workspace).out.splitlines()
    assert listed[1].split("\t")[0] == "no"
    yoi("ticket", "comment", made, "-mx", cwd=workspace)
    assert "state: 'planning'" in item.read_text()
