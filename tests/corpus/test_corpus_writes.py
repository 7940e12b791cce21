"""Writing to a ticket of the real store changes what the command says and no other byte."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
from support.corpus import Corpus
from support.file_stores import comment, item_of, open_store, thread_of
from support.process import Program

from yoi_cli.model.fold import fold
from yoi_cli.model.ids import TicketId

#: Lines of an event as it is written: a blank one before it, header, heading, one line of
#: text, `---`, and the blank lines between them.
ONE_EVENT = 8
#: Where a ticket's item.md says something else than its thread, a write corrects it.
DISAGREEING = ("00001KST3MFXR", "00001KT02TCCG")
OTHER = "00001KSKBP8Z8"

Numbers = Mapping[str, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Written:
    """A command on a ticket, and the lines that it adds to and takes from each file."""

    words: tuple[str, ...]
    numbers: Numbers


COMMENT: Numbers = {"thread.md": (ONE_EVENT, 0), "item.md": (1, 1)}
#: A ticket of every quoting style and state, with and without relations or tags.
COMMENTED = {
    "double-quoted and closed": "00001KSKBP8Z8",
    "single-quoted and closed": "00001KSXRQ4G8",
    "with relations": "00001KTNMN02R",
    "done, with relations": "00001KVZ9JGK0",
    "with tags": "00001KSKBPVH0",
    "planned, double-quoted": "00001KSKBPDVG",
    "planned, single-quoted": "00001KVV01P5Z",
    "a thread that ends in a blank line": "00001KTTW04W2",
}
CLOSED, DOUBLE, SINGLE, DONE = "00001KSXRQ4G8", "00001KSKBPDVG", "00001KVV01P5Z", "00001KVZ9JGK0"
COMMANDS = {
    "review": Written(("review", DOUBLE, "--approve", "-mGood."), COMMENT),
    "decision": Written(("comment", SINGLE, "--role=decision", "-mSo be it."), COMMENT),
    "intake": Written(
        ("intake", DOUBLE, "-mSettled."), {"thread.md": (2 * ONE_EVENT, 0), "item.md": (2, 2)}
    ),
    "state": Written(
        ("state", SINGLE, "ready"), {"thread.md": (2 * ONE_EVENT, 0), "item.md": (2, 2)}
    ),
    "close": Written(
        ("close", DOUBLE, "-mDone."),
        {"thread.md": (ONE_EVENT, 0), "item.md": (2, 2), "resolution.md": (1, 0)},
    ),
    "title, double-quoted": Written(("edit", DOUBLE, "--title=New"), {"item.md": (2, 2)}),
    "title, single-quoted": Written(("edit", SINGLE, "--title=It's"), {"item.md": (2, 2)}),
    "a new key": Written(("edit", CLOSED, "--priority=P1"), {"item.md": (2, 1)}),
    "a new tag": Written(("edit", DOUBLE, "--tag=new"), {"item.md": (2, 1)}),
    "a first relation": Written(
        ("relation", "add", SINGLE, "related", OTHER),
        {"artifacts/relations.json": (12, 0)},
    ),
    "one more relation": Written(
        ("relation", "add", "00001KTNMN02R", "duplicate_of", OTHER),
        {"artifacts/relations.json": (7, 0)},
    ),
}


def changed(git: Program, workspace: Path) -> dict[str, tuple[int, int]]:
    """Lines added and taken away, by path below the store's folder, new files included."""
    git("add", "--all", "--force", cwd=workspace)
    rows = git("diff", "--cached", "--numstat", "--no-renames", cwd=workspace).out.splitlines()
    found = {}
    for row in rows:
        added, taken, path = row.split("\t")
        found[path.removeprefix(".yoi/tickets/")] = (int(added), int(taken))
    return found


@pytest.fixture
def yoi_at(yoi: Program, corpus_copy: Path) -> Program:
    """The real program at work in the copy of the real store."""
    return Program((*yoi.argv, "-C", str(corpus_copy)), yoi.env, corpus_copy.parent)


def below(ticket: str, numbers: Numbers) -> dict[str, tuple[int, int]]:
    return {f"{ticket}/{name}": lines for name, lines in numbers.items()}


@pytest.mark.parametrize("ticket", COMMENTED.values(), ids=COMMENTED)
def test_a_comment_adds_one_block_and_touches_one_line_of_the_item(
    corpus_copy: Path, yoi_at: Program, git: Program, ticket: str
) -> None:
    store = open_store(corpus_copy)
    thread = thread_of(store, ticket).read_bytes()
    yoi_at("ticket", "comment", ticket, "-m", "New.")
    gap = thread.endswith(b"\n\n")
    numbers = {"thread.md": (ONE_EVENT - gap, 0), "item.md": (1, 1)}
    assert changed(git, corpus_copy) == below(ticket, numbers)
    assert thread_of(store, ticket).read_bytes().startswith(thread)


@pytest.mark.parametrize("written", COMMANDS.values(), ids=COMMANDS)
def test_a_command_changes_exactly_the_lines_that_it_says(
    corpus_copy: Path, yoi_at: Program, git: Program, written: Written
) -> None:
    words = written.words
    ticket = words[2] if words[0] == "relation" else words[1]
    yoi_at("ticket", *words)
    assert changed(git, corpus_copy) == below(ticket, written.numbers)


def test_a_relation_that_comes_and_goes_leaves_the_file_as_it_was(
    corpus_copy: Path, yoi_at: Program, git: Program
) -> None:
    link = ("00001KTNMN02R", "supersedes", OTHER)
    yoi_at("ticket", "relation", "add", *link)
    yoi_at("ticket", "relation", "remove", *link)
    found = changed(git, corpus_copy)
    assert set(found) == {"00001KTNMN02R/item.md", "00001KTNMN02R/thread.md"}


def test_reopening_keeps_the_resolution_in_the_thread(
    corpus_copy: Path, yoi_at: Program, git: Program
) -> None:
    store = open_store(corpus_copy)
    resolution = store.resolution(TicketId(CLOSED))
    assert resolution
    yoi_at("ticket", "reopen", CLOSED, "--reason=Again.")
    found = changed(git, corpus_copy)
    assert set(found) == {f"{CLOSED}/{name}" for name in ("item.md", "thread.md", "resolution.md")}
    assert any(resolution.strip() in e.body for e in store.thread(TicketId(CLOSED)).events)


def test_a_new_ticket_touches_no_other(corpus_copy: Path, yoi_at: Program, git: Program) -> None:
    made = yoi_at("ticket", "create", "--title=New", "--depends-on", DONE).out.split()[1]
    names = ("item.md", "thread.md", "artifacts/.gitkeep", "artifacts/relations.json")
    assert set(changed(git, corpus_copy)) == {f"{made}/{name}" for name in names}


@pytest.mark.parametrize(
    "words",
    [
        ("state", CLOSED, "queued"),
        ("state", DONE, "done"),
        ("close", CLOSED),
        ("comment", DOUBLE, "-m", "a", "--author", "x --> y"),
        ("relation", "add", DOUBLE, "related", DOUBLE),
        ("edit", DOUBLE, "--priority=P9"),
    ],
)
def test_what_is_refused_or_done_already_changes_nothing(
    corpus_copy: Path, yoi_at: Program, git: Program, words: tuple[str, ...]
) -> None:
    yoi_at("ticket", *words, check=False)
    assert changed(git, corpus_copy) == {}


@pytest.mark.parametrize("name", ["item.md", "thread.md"])
def test_a_file_without_a_last_newline_keeps_every_byte(
    corpus_copy: Path, yoi_at: Program, name: str
) -> None:
    store = open_store(corpus_copy)
    for ticket in (DOUBLE, SINGLE):
        path = item_of(store, ticket).with_name(name)
        path.write_bytes(path.read_bytes().rstrip(b"\n"))
        before = path.read_bytes()
        yoi_at("ticket", "comment", ticket, "-m", "New.")
        after = path.read_bytes()
        if name == "thread.md":
            assert after.startswith(before + b"\n\n<!-- event: comment ")
        else:
            assert one_line_changed(before, after)


def one_line_changed(
    before: bytes, after: bytes, *, keys: tuple[str, ...] = ("updated_at",)
) -> bool:
    """Whether only the lines of `keys` differ, each of them in its value alone."""
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    if len(old) != len(new):
        return False
    differing = [(one, other) for one, other in zip(old, new, strict=True) if one != other]
    found = tuple(one.partition(b":")[0].decode() for one, _ in differing)
    return found == keys and all(
        one[: len(key) + 3] == other[: len(key) + 3] and one[-2:] == other[-2:]
        for key, (one, other) in zip(keys, differing, strict=True)
    )


@pytest.mark.slow
def test_a_comment_on_every_single_ticket_changes_nothing_else(
    corpus: Corpus, corpus_copy: Path, git: Program
) -> None:
    store = open_store(corpus_copy, in_git=True)
    for ticket in store.ids():
        thread, item = thread_of(store, ticket), item_of(store, ticket)
        before = thread.read_bytes(), item.read_bytes()
        known = store.thread(ticket).events
        event = comment(store, ticket, "New.").event_ids[0]
        added = thread.read_bytes().removeprefix(before[0])
        assert added.lstrip(b"\n").startswith(b"<!-- event: comment "), ticket
        assert added.endswith(f" id: {event} -->\n\n## Comment\n\nNew.\n\n---\n".encode()), ticket
        assert (before[0] + added).endswith(b"\n\n" + added.lstrip(b"\n")), ticket
        assert store.thread(ticket).events[:-1] == known, ticket
        keys = ("state", "updated_at") if ticket in DISAGREEING else ("updated_at",)
        assert one_line_changed(before[1], item.read_bytes(), keys=keys), ticket
        assert store.item(ticket).state == fold(known).state, ticket
    found = changed(git, corpus_copy)
    assert len(found) == 2 * len(store.ids())
    assert {Path(path).name for path in found} == {"item.md", "thread.md"}
    assert {lines for path, lines in found.items() if path.endswith("item.md")} == {(1, 1), (2, 2)}


def test_a_title_that_comes_and_goes_leaves_the_item_as_it_was(
    corpus_copy: Path, yoi_at: Program
) -> None:
    store = open_store(corpus_copy)
    for ticket in (DOUBLE, SINGLE):
        before = item_of(store, ticket).read_bytes()
        title = store.item(TicketId(ticket)).title
        yoi_at("ticket", "edit", ticket, "--title=Something else")
        yoi_at("ticket", "edit", ticket, f"--title={title}")
        after = item_of(store, ticket).read_bytes()
        rest = difflib.ndiff(before.decode().split("\n"), after.decode().split("\n"))
        assert {line[2:12] for line in rest if line[0] in "+-"} == {"updated_at"}
