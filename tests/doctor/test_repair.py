"""What --fix and --adopt-item do to a broken store, and what they leave alone."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from support.broken_stores import (
    BREAKAGES,
    CREATED,
    FOLDER,
    OTHER,
    PLAN,
    TICKET,
    codes,
    examine,
    item,
    move,
    record,
    sound_store,
    thread,
)
from support.file_stores import ADA, fingerprint, open_store
from support.threads import AT, block, bodies, read

from yoi_cli.doctor.files.repair import apply_repair, without
from yoi_cli.doctor.repair import RepairResult, make_repairs, plan_repairs
from yoi_cli.errors import ConflictError, StoreInvalidError
from yoi_cli.model.events import Event
from yoi_cli.model.fold import fold
from yoi_cli.model.ids import TicketId
from yoi_cli.store.files.lock import StoreLock
from yoi_cli.store.files.store import FileStore

REPAIRABLE = (
    "events_missing",
    "torn",
    "plan_torn",
    "artifacts_missing",
    "keep_missing",
    "state_mismatch",
    "item_state_unknown",
    "ticket_unfinished",
    "temporary_file",
    "intent_left",
    "resolution_unwritten",
    "resolution_stale",
)


@pytest.fixture
def workspace(tmp_path: Path) -> Path:
    return tmp_path / "workspace"


@pytest.fixture
def store(workspace: Path) -> FileStore:
    return sound_store(workspace)


def mend(store: FileStore, *, fix: bool = True, adopt_item: bool = False) -> RepairResult:
    repairs = plan_repairs(examine(store), fix=fix, adopt_item=adopt_item)
    return make_repairs(repairs, lambda one: apply_repair(store, one, lambda: ADA))


def events_of(workspace: Path) -> tuple[Event, ...]:
    return read((workspace / FOLDER / "thread.md").read_bytes())


@pytest.mark.parametrize("code", REPAIRABLE)
def test_what_needs_no_guess_is_repaired(code: str, store: FileStore, workspace: Path) -> None:
    BREAKAGES[code].breaks(workspace)

    mended = mend(store)

    assert len(mended.fixed) == 1
    assert mended.failed == ()
    assert codes(store) - {"torn_kept"} == set()


@pytest.mark.parametrize("code", sorted(set(BREAKAGES) - set(REPAIRABLE) - {"move_illegal"}))
def test_what_needs_a_guess_is_left_alone(code: str, store: FileStore, workspace: Path) -> None:
    BREAKAGES[code].breaks(workspace)
    before = fingerprint(workspace)

    assert plan_repairs(examine(store), fix=True, adopt_item=True) == ()
    assert mend(store) == RepairResult()
    assert fingerprint(workspace) == before


def test_every_torn_stretch_is_set_aside_and_every_event_stays(
    store: FileStore, workspace: Path
) -> None:
    path = workspace / FOLDER / "thread.md"
    torn = [block("Never finished.", 2)[:-4], block("Nor this.", 4)[:40] + b"\n", b"\0" * 300]
    whole = [CREATED, block("Said.", 3), block("Said too.", 5)]
    data = thread(whole[0], torn[0], whole[1], torn[1], whole[2]) + torn[2]
    path.write_bytes(data)
    before = bodies(data)

    mend(store)

    assert path.read_bytes() == thread(*whole)
    assert bodies(path.read_bytes()) == before == ["Made.", "Said.", "Said too."]
    kept = [one.read_bytes() for one in (path.parent / "artifacts/.torn").iterdir()]
    assert sorted(one.strip(b"\n") for one in kept) == sorted(one.strip(b"\n") for one in torn)


def test_a_thread_with_crlf_keeps_its_line_ends_when_it_is_repaired() -> None:
    whole = block("One.", 1, newline="\r\n"), block("Three.", 3, newline="\r\n")
    torn = block("Two.", 2, newline="\r\n")[:-5]
    data = b"\r\n".join((whole[0], torn, whole[1]))
    start = data.index(torn)

    assert without(data, ((start, start + len(torn) + 2),)) == b"\r\n".join(whole)


def test_a_torn_plan_record_is_kept_and_the_next_one_gets_its_line(
    store: FileStore, workspace: Path
) -> None:
    torn = record(2)[:30]
    (workspace / PLAN).write_text(record() + torn, encoding="utf-8")

    mend(store)

    assert (workspace / PLAN).read_text(encoding="utf-8") == record()
    (kept,) = (workspace / FOLDER / "artifacts/.torn").iterdir()
    assert kept.read_text(encoding="utf-8") == torn


def test_a_repair_touches_the_state_and_nothing_else(store: FileStore, workspace: Path) -> None:
    path = workspace / FOLDER / "item.md"
    text = item('x-mine: "kept"  # as it is', state='"ready"').removesuffix("\n")
    path.write_text(text, encoding="utf-8")

    mend(store)

    assert path.read_text(encoding="utf-8") == text.replace('"ready"', '"planning"')


def test_a_repair_never_makes_a_ticket_older(store: FileStore, workspace: Path) -> None:
    path = workspace / FOLDER / "item.md"
    text = item(state="'ready'").replace(
        f"updated_at: '{AT}'", "updated_at: '2026-07-01T00:00:00Z'"
    )
    path.write_text(text, encoding="utf-8")

    mend(store)

    assert path.read_text(encoding="utf-8") == text.replace("'ready'", "'planning'")


def test_a_file_that_a_person_named_like_a_leftover_stays(
    store: FileStore, workspace: Path
) -> None:
    mine = workspace / FOLDER / "artifacts/.tmp-work/notes.md"
    mine.parent.mkdir()
    mine.write_text("Mine.", encoding="utf-8")
    (workspace / ".yoi/tickets/.tmp-notes").mkdir()

    assert mend(store) == RepairResult()
    assert mine.exists()


def test_one_repair_that_fails_does_not_keep_the_others_from_being_made(
    store: FileStore, workspace: Path
) -> None:
    BREAKAGES["torn"].breaks(workspace)
    artifacts = workspace / FOLDER / "artifacts"
    (artifacts / ".torn").write_text("in the way", encoding="utf-8")
    other = workspace / ".yoi/tickets" / OTHER / "item.md"
    other.write_text(item(state="'done'"), encoding="utf-8")

    mended = mend(store)

    assert [(repair.action, repair.ticket) for repair in mended.fixed] == [("reproject", OTHER)]
    assert [repair.action for repair, _ in mended.failed] == ["set_thread_aside"]
    assert "torn" in codes(store)


def fused_move() -> bytes:
    """A move without its last lines, as `merge=union` leaves it before another event."""
    return move("planning", "ready")[:-5] + b"\n"


@pytest.mark.parametrize("stays", ["fused", "cut"])
def test_a_thread_with_a_fault_in_its_middle_is_left_and_nothing_is_projected(
    store: FileStore, workspace: Path, stays: str
) -> None:
    torn = fused_move() if stays == "fused" else fused_move()[:60] + b"\n\n\n"
    thread_file = workspace / FOLDER / "thread.md"
    thread_file.write_bytes(b"\n".join((CREATED, torn)) + block("Said.", 3))
    (workspace / FOLDER / "item.md").write_text(item(state="'ready'"), encoding="utf-8")
    before = fingerprint(workspace)

    mended = mend(store)

    assert mended.fixed == ()
    assert "reproject" in [repair.action for repair, _ in mended.failed]
    assert all("thread.md is left as it is" in why for _, why in mended.failed)
    assert {k: v for k, v in fingerprint(workspace).items() if "lock" not in k} == before


def test_what_a_dead_writer_left_is_not_projected_from_a_thread_with_a_fault(
    store: FileStore, workspace: Path
) -> None:
    (workspace / FOLDER / "thread.md").write_bytes(CREATED + b"\n" + fused_move() + block("A.", 3))
    path = workspace / FOLDER / "item.md"
    path.write_text(item(state="'ready'"), encoding="utf-8")
    with store.write() as writer, pytest.raises(StoreInvalidError):
        writer.tidy(TicketId(TICKET), "")
    assert "ready" in path.read_text(encoding="utf-8")


def test_nothing_is_repaired_while_somebody_else_writes(store: FileStore, workspace: Path) -> None:
    BREAKAGES["state_mismatch"].breaks(workspace)
    hasty = open_store(workspace, deadline=0)
    holder = StoreLock(store.location.lock, deadline=1, command="another")
    holder.acquire()
    try:
        with pytest.raises(ConflictError) as refused:
            mend(hasty)
    finally:
        holder.release(finished=True)

    assert refused.value.code == "lock_timeout"
    assert "state_mismatch" in codes(store)


def test_a_write_that_goes_on_is_no_leftover(store: FileStore) -> None:
    holder = StoreLock(store.location.lock, deadline=1, command="another")
    holder.acquire()
    try:
        path = Path(store.location.lock)
        note = {"pid": 1, "intent": {"ticket": TICKET, "event": "x"}}
        path.write_text(json.dumps(note), encoding="utf-8")
        assert "intent_left" not in codes(store)
    finally:
        holder.release(finished=True)


# --adopt-item


@pytest.mark.parametrize("state", ["ready", "queued", "inprogress", "done", "closed"])
def test_a_state_that_a_hand_wrote_becomes_an_event(
    state: str, store: FileStore, workspace: Path
) -> None:
    (workspace / FOLDER / "item.md").write_text(item(state=f"'{state}'"), encoding="utf-8")

    mended = mend(store, fix=False, adopt_item=True)

    assert [repair.action for repair in mended.fixed] == ["adopt_item"]
    event = events_of(workspace)[-1]
    assert event.author == "Ada Example"
    expected = {"from": "planning", "to": state, "reason": "adopted", "field": "state"}
    assert dict(event.attributes) == expected
    assert fold(events_of(workspace)).state == store.item(TicketId(TICKET)).state == state
    assert codes(store) <= {"resolution_missing", "resolution_unwritten"}


def test_a_ticket_closed_by_hand_gets_a_close_event_with_its_resolution(
    store: FileStore, workspace: Path
) -> None:
    (workspace / FOLDER / "item.md").write_text(item(state="'closed'"), encoding="utf-8")
    resolution = workspace / FOLDER / "resolution.md"
    resolution.write_text("Merged.\n\n---\n\nAnd released.", encoding="utf-8")

    mend(store, fix=False, adopt_item=True)

    event = events_of(workspace)[-1]
    assert (event.kind, event.body) == ("close", "Merged.\n\n---\n\nAnd released.")
    assert resolution.read_text(encoding="utf-8") == "Merged.\n\n---\n\nAnd released."
    assert codes(store) == set()


def test_a_ticket_reopened_by_hand_is_adopted_too(store: FileStore, workspace: Path) -> None:
    BREAKAGES["resolution_missing"].breaks(workspace)
    (workspace / FOLDER / "item.md").write_text(item(), encoding="utf-8")

    mend(store, fix=False, adopt_item=True)

    assert fold(events_of(workspace)).state == "planning"
    assert codes(store) == set()


def test_a_state_that_does_not_exist_is_never_adopted(store: FileStore, workspace: Path) -> None:
    BREAKAGES["item_state_unknown"].breaks(workspace)

    assert mend(store, fix=False, adopt_item=True) == RepairResult()
    assert mend(store, fix=True, adopt_item=True).fixed[0].action == "reproject"


def test_adopting_alone_repairs_nothing_else(store: FileStore, workspace: Path) -> None:
    BREAKAGES["keep_missing"].breaks(workspace)
    (workspace / FOLDER / "thread.md").write_bytes(thread(CREATED, move("planning", "ready")))

    mended = mend(store, fix=False, adopt_item=True)

    assert [repair.action for repair in mended.fixed] == ["adopt_item"]
    assert codes(store) == {"keep_missing"}


def test_the_resolution_of_a_closed_ticket_is_written_from_its_thread(
    store: FileStore, workspace: Path
) -> None:
    BREAKAGES["resolution_unwritten"].breaks(workspace)
    assert [repair.action for repair in mend(store).fixed] == ["project_resolution"]
    assert (workspace / FOLDER / "resolution.md").read_bytes() == b"Came to nothing.\n"
    assert codes(store) == set()


def test_the_resolution_of_an_earlier_closing_goes_only_where_the_thread_keeps_it(
    store: FileStore, workspace: Path
) -> None:
    BREAKAGES["resolution_stale"].breaks(workspace)
    resolution = workspace / FOLDER / "resolution.md"
    kept = resolution.read_bytes()
    resolution.write_bytes(kept + b"And this, which nothing else says.\n")
    assert mend(store).fixed == ()
    assert codes(store) == {"resolution_unexpected"}
    resolution.write_bytes(kept)
    assert [repair.action for repair in mend(store).fixed] == ["project_resolution"]
    assert not resolution.exists()
    assert codes(store) == set()


def test_one_run_settles_a_state_and_the_resolution_that_goes_with_it(
    store: FileStore, workspace: Path
) -> None:
    BREAKAGES["resolution_stale"].breaks(workspace)
    path = workspace / FOLDER / "item.md"
    path.write_text(re.sub("state: .*", "state: 'closed'", path.read_text("utf-8")), "utf-8")
    assert codes(store) == {"state_mismatch"}
    assert [repair.action for repair in mend(store).fixed] == ["reproject"]
    assert codes(store) == set()


def test_the_event_that_made_a_ticket_is_never_set_aside(store: FileStore, workspace: Path) -> None:
    path = workspace / FOLDER / "thread.md"
    path.write_bytes(CREATED[:-4])
    before = path.read_bytes()

    mended = mend(store)

    assert [repair.action for repair, _ in mended.failed] == ["set_thread_aside"]
    assert path.read_bytes() == before
    assert not (workspace / FOLDER / "artifacts/.torn").exists()
