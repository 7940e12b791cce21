"""Every answer with the index is the answer without it, whatever happens to files and index."""

from __future__ import annotations

import os
import random
import shutil
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest
from support.answers import QUESTIONS, answers, differing, plain
from support.api import session_at
from support.changing_store import HostileStore
from support.process import Program
from support.tickets import ticket
from support.workspaces import put

from yoi_cli.model.routing import ThreadSummary
from yoi_cli.model.states import STATES
from yoi_cli.store.files.index import section, stat_data
from yoi_cli.store.files.index.folder import index_of as folder_of
from yoi_cli.store.files.index.reader import FIGURES, ITEMS, RECORDS, THREADS
from yoi_cli.store.files.index.rows import thread_row
from yoi_cli.store.files.index.stat_data import NO_FILE

pytestmark = pytest.mark.process


def index_of(workspace: Path) -> Path:
    return workspace / f".git/yoi/index-{os.geteuid()}"


def wrong_answers(
    workspace: Path, seed: int, git: Program, steps: int, questions: int = 3
) -> Iterator[str]:
    """After which changes, of so many, which of some questions are answered otherwise."""
    store, chance = HostileStore(workspace, seed, git), random.Random(seed)
    answers(workspace, "1")
    for step in range(steps):
        name = store.change()
        asked = chance.sample(list(QUESTIONS), questions)
        yield from (f"{step}, {name}: {one}" for one in differing(workspace, asked))


@pytest.mark.parametrize("seed", range(3))
def test_whatever_happens_to_the_files_every_answer_is_that_of_the_files(
    workspace: Path, seed: int, git: Program
) -> None:
    assert list(wrong_answers(workspace, seed, git, 40)) == []


def test_control_an_index_that_trusts_size_and_time_in_seconds_is_wrong(
    workspace: Path, git: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stat_data.Instant, "is_after", lambda *_: True)
    monkeypatch.setattr(section, "differing", seconds_differing)
    monkeypatch.setattr(stat_data, "differing", seconds_differing)
    assert next(wrong_answers(workspace, 0, git, 80), None) is not None


def seconds_differing(found: Sequence[int], known: Sequence[int], width: int) -> list[int]:
    """The places at which sizes differ, or seconds of the time of change."""
    files = width // 5
    now, before = (
        [(one[at], one[at + 1] // 10**9) for at in range(0, len(one), 5)] for one in (found, known)
    )
    places = range(len(now) // files)
    return [n for n in places if now[n * files : (n + 1) * files] != before[n * files :][:files]]


def store_of(workspace: Path) -> None:
    for number, state in enumerate(STATES * 2, 1):
        here = put(workspace, number, state, depends_on=str(number - 1) if number > 1 else "")
        if state == "closed":
            (workspace / ".yoi/tickets" / here / "resolution.md").write_text("Done.\n")
    time.sleep(0.02)  # what was written in this very moment is not kept


def read_all(workspace: Path) -> list[object]:
    """Everything that a reader may take from the index, which it makes anew where it must."""
    with session_at(workspace).indexed() as reader:
        return [
            plain(list(rows))
            for rows in (
                reader.all_fields(),
                reader.all_relations(),
                reader.all_plans(),
                map(reader.thread_summary, reader.ids()),
                map(reader.latest_at, reader.ids()),
                map(reader.thread_figures, reader.ids()),
            )
        ]


def tables_of(workspace: Path) -> list[Path]:
    return [index_of(workspace) / f"main.{kind}" for kind in (ITEMS, THREADS, RECORDS, FIGURES)]


def test_a_damaged_index_costs_time_and_nothing_else(workspace: Path) -> None:
    store_of(workspace)
    expected = read_all(workspace)
    draw, cases = random.Random(1), 0
    for path in tables_of(workspace):
        sound = path.read_bytes()
        places = draw.sample(range(len(sound)), 75)
        flipped = [
            sound[:n] + bytes([sound[n] ^ draw.randrange(1, 256)]) + sound[n + 1 :] for n in places
        ]
        cut = [
            sound[:length] for length in (0, 1, len(sound) - 1, *draw.sample(range(len(sound)), 55))
        ]
        zeroed = [sound[:n] + bytes(len(sound) - n) for n in draw.sample(range(len(sound)), 10)]
        for data in (*flipped, *cut, *zeroed, sound + b"x", os.urandom(500)):
            path.write_bytes(data)
            assert read_all(workspace) == expected
            assert path.read_bytes() != data, "it is made anew"
            cases += 1
    assert cases > 400


def _a_link(path: Path) -> None:
    path.rename(path.with_suffix(".real"))
    path.symlink_to(path.with_suffix(".real"))


def _a_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def _a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def _far_too_long(path: Path) -> None:
    os.truncate(path, 1 << 40)


def _of_somebody_else(path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can give files away")
    os.chown(path, 4711, 4711)


def _of_another_table(path: Path) -> None:
    other = RECORDS if path.suffix == f".{ITEMS}" else ITEMS
    path.write_bytes(path.with_suffix(f".{other}").read_bytes())


ODD = (_a_link, _a_pipe, _a_folder, _far_too_long, _of_somebody_else, _of_another_table)


@pytest.mark.parametrize("odd", ODD)
def test_an_index_about_which_anything_is_odd_is_not_read(
    workspace: Path, odd: Callable[[Path], None]
) -> None:
    store_of(workspace)
    read_all(workspace)
    lie(workspace)
    lying = read_all(workspace)
    for path in tables_of(workspace):
        odd(path)
    assert read_all(workspace) != lying
    assert differing(workspace) == []


@pytest.mark.parametrize("mode", [0o777, 0o770, 0o701])
def test_an_index_that_others_may_reach_is_not_read(workspace: Path, mode: int) -> None:
    store_of(workspace)
    read_all(workspace)
    lie(workspace)
    index_of(workspace).chmod(mode)
    assert differing(workspace) == []


def test_a_copy_of_a_clone_does_not_believe_the_index_of_the_first(
    workspace: Path, tmp_path: Path
) -> None:
    store_of(workspace)
    read_all(workspace)
    lie(workspace)
    copy = tmp_path / "copy"
    shutil.copytree(workspace, copy, symlinks=True)
    assert differing(copy) == []


def lie(workspace: Path) -> None:
    """Let the index say, with all that makes it sound, that every ticket is queued by its log."""
    folder = folder_of(session_at(workspace).location)
    assert folder is not None
    table = folder.load(THREADS, 1)
    assert table is not None
    queued = thread_row(NO_FILE, ThreadSummary("queued"), "").head
    assert folder.begin() is not None
    folder.store(
        THREADS, table._replace(heads=tuple(queued if head else head for head in table.heads))
    )
    folder.end()


def test_what_decides_reads_the_log_and_not_the_index(workspace: Path, yoi: Program) -> None:
    here = put(workspace, 1, "ready")
    time.sleep(0.02)
    read_all(workspace)
    lie(workspace)
    index = {"YOI_INDEX": "1"}
    listed = yoi("route", cwd=workspace, env=index).out
    assert "implementation_ready" in listed, "the lie is believed by what lists"
    assert yoi("gate", here, cwd=workspace, env=index, check=False).code == 5
    for words in (
        ("claim", here),
        ("route", here, "--accept"),
        ("ticket", "state", here, "inprogress"),
    ):
        assert yoi(*words, cwd=workspace, env=index, check=False).code == 4
    assert yoi("ticket", "state", here, cwd=workspace, env=index).out.split()[-1] == "ready"


def test_nobody_waits_for_the_index_and_whoever_cannot_lock_it_leaves_it_alone(
    workspace: Path,
) -> None:
    store_of(workspace)
    other = folder_of(session_at(workspace).location)
    assert other is not None
    assert other.begin() is not None
    try:
        assert differing(workspace) == []
        assert not any(path.exists() for path in tables_of(workspace))
    finally:
        other.end()
    assert differing(workspace) == []
    assert all(path.exists() for path in tables_of(workspace))


_SMALL_FILES = """
import os, resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (200, 200))
os.execv(sys.argv[1], sys.argv[1:])
"""


def test_a_disk_that_takes_no_more_costs_the_index_alone(
    workspace: Path, yoi: Program, env: dict[str, str]
) -> None:
    store_of(workspace)
    full = Program(
        (sys.executable, "-c", _SMALL_FILES, *yoi.argv), env | {"YOI_INDEX": "1"}, workspace
    )
    expected = yoi("list", "--all", "--json", cwd=workspace, env={"YOI_INDEX": "0"}).out
    assert full("list", "--all", "--json", cwd=workspace).out == expected
    assert sorted(path.name for path in index_of(workspace).iterdir()) == ["main.lock"]


@pytest.mark.parametrize("index", ["", "0"])
def test_a_small_store_has_no_index_and_none_is_made_where_none_is_wanted(
    workspace: Path, yoi: Program, index: str
) -> None:
    store_of(workspace)
    yoi("list", cwd=workspace, env={"YOI_INDEX": index or None})
    yoi("next", cwd=workspace, env={"YOI_INDEX": index or None}, check=False)
    assert not index_of(workspace).exists()


def test_outside_of_git_there_is_no_index(workspace: Path, yoi: Program) -> None:
    store_of(workspace)
    shutil.rmtree(workspace / ".git")
    before = sorted(workspace.rglob("*"))
    yoi("list", cwd=workspace, env={"YOI_INDEX": "1"})
    assert sorted(workspace.rglob("*")) == before


def test_every_checkout_of_a_clone_has_an_index_of_its_own(
    workspace: Path, git: Program, yoi: Program
) -> None:
    store_of(workspace)
    git("add", "-A", cwd=workspace)
    git("commit", "-q", "-m", "Tickets", cwd=workspace)
    linked = workspace.parent / "linked"
    git("worktree", "add", "-q", str(linked), cwd=workspace)
    (linked / ".yoi/tickets" / ticket(1) / "item.md").unlink()
    for _ in range(2):
        lists = [
            yoi("--here", "list", "--all", "--json", cwd=folder, env={"YOI_INDEX": "1"}).out
            for folder in (workspace, linked)
        ]
        wholes = [
            yoi("--here", "list", "--all", "--json", cwd=folder, env={"YOI_INDEX": "0"}).out
            for folder in (workspace, linked)
        ]
        assert lists == wholes
        time.sleep(0.02)
    assert {path.name for path in index_of(workspace).glob("*.items")} == {
        "main.items",
        "linked.items",
    }


def test_what_did_not_change_is_not_read_again(workspace: Path, env: dict[str, str]) -> None:
    store_of(workspace)
    python = Program((sys.executable, "-P", "-c"), env | {"YOI_INDEX": "1"}, workspace)
    first = python(_READS, str(workspace), cwd=workspace).out.split()
    again = python(_READS, str(workspace), cwd=workspace).out.split()
    path = workspace / ".yoi/tickets" / ticket(3) / "thread.md"
    path.write_bytes(path.read_bytes())
    after = python(_READS, str(workspace), cwd=workspace).out.split()
    assert (len(first) > 30, again) == (True, [])
    assert after == [f"{ticket(3)}/thread.md"]


_READS = """
import os, sys
from yoi_cli.api import queries, routing
from yoi_cli.api.session import Start, open_session
def audit(event, given):
    if event == "open" and str(given[0]).endswith((".md", ".json", ".jsonl")):
        print(given[0])
session = open_session(Start(sys.argv[1], False, "a test", dict(os.environ)))
sys.addaudithook(audit)
queries.list_tickets(session, closed_too=True)
routing.summarise(session)
"""
