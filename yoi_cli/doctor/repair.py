"""Repairs that guess nothing: planned from what doctor found, then made under the lock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from yoi_cli.errors import ConflictError, YoiError
from yoi_cli.model.events import CLOSE, STATE_CHANGED, NewEvent, new_event
from yoi_cli.model.fold import fold
from yoi_cli.model.lost import RECORDS_LOST
from yoi_cli.model.states import ADOPTED, CLOSED, is_state
from yoi_cli.store.values import Change

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from yoi_cli.doctor.examine import Examination
    from yoi_cli.model.events import Author
    from yoi_cli.model.ids import TicketId
    from yoi_cli.store.ports import TicketStore
    from yoi_cli.store.values import Committed


FINISH_WRITE = "finish_write"
RESTORE_EVENTS = "restore_events"
RESTORE_RECORDS = "restore_records"
BRING_BACK = "bring_back"
SET_THREAD_ASIDE = "set_thread_aside"
SET_PLAN_ASIDE = "set_plan_aside"
MAKE_ARTIFACTS = "make_artifacts"
PROJECT_RESOLUTION = "project_resolution"
REPROJECT = "reproject"
ADOPT_ITEM = "adopt_item"
REMOVE_LEFTOVER = "remove_leftover"
WRITE_ATTRIBUTES = "write_attributes"
CONFIGURE_CLONE = "configure_clone"

#: In the order in which they are made: what a thread says is settled before its projection.
_SENTENCES = {
    FINISH_WRITE: "finish the write that a command left",
    RESTORE_EVENTS: "put events back as git's history has them",
    RESTORE_RECORDS: "put relations and plan records back as git's history has them",
    BRING_BACK: "bring back what was recorded and is in no file, stash or commit",
    SET_THREAD_ASIDE: "move the torn bytes of the thread to artifacts/.torn",
    SET_PLAN_ASIDE: "move the torn last line to artifacts/.torn",
    MAKE_ARTIFACTS: "make artifacts/ with a .gitkeep",
    ADOPT_ITEM: "record the state that item.md says as an event",
    REPROJECT: "write the state that the thread says into item.md",
    PROJECT_RESOLUTION: "bring resolution.md in line with the thread",
    REMOVE_LEFTOVER: "remove what an interrupted command left",
    WRITE_ATTRIBUTES: "name the merge driver for tickets",
    CONFIGURE_CLONE: "tell this clone how git merges tickets",
}
#: Findings beside which torn bytes are events, that another repair or `yoi resolve` puts right.
_HELD_BY_THREADS = frozenset({"thread_fused", "events_changed", "events_lost"})
_ORDER = tuple(_SENTENCES)
_FIXES = {
    "intent_left": FINISH_WRITE,
    "events_changed": RESTORE_EVENTS,
    "events_lost": RESTORE_EVENTS,
    RECORDS_LOST: RESTORE_RECORDS,
    "events_missing": BRING_BACK,
    "torn": SET_THREAD_ASIDE,
    "plan_torn": SET_PLAN_ASIDE,
    "artifacts_missing": MAKE_ARTIFACTS,
    "keep_missing": MAKE_ARTIFACTS,
    "state_mismatch": REPROJECT,
    "item_state_unknown": REPROJECT,
    "resolution_unwritten": PROJECT_RESOLUTION,
    "resolution_stale": PROJECT_RESOLUTION,
    "ticket_unfinished": REMOVE_LEFTOVER,
    "temporary_file": REMOVE_LEFTOVER,
}


@dataclass(frozen=True, slots=True)
class Repair:
    """One repair: `action` is a stable word, `message` what it does in words."""

    action: str
    ticket: str | None
    path: str

    @property
    def message(self) -> str:
        return _SENTENCES[self.action]

    @property
    def order(self) -> tuple[str, int, str]:
        return (self.ticket or "", _ORDER.index(self.action), self.path)


@dataclass(frozen=True, slots=True)
class RepairResult:
    """What came of the repairs: those planned only, those made, and those that failed."""

    planned: tuple[Repair, ...] = ()
    fixed: tuple[Repair, ...] = ()
    failed: tuple[tuple[Repair, str], ...] = ()


def plan_repairs(found: Examination, *, fix: bool, adopt_item: bool) -> tuple[Repair, ...]:
    """The repairs that `found` asks for, each once, in the order in which they are made.

    With `fix` all of them; `adopt_item` takes a hand edit of a state for what was meant.
    """
    planned: set[Repair] = set()
    # The bytes of a fused event are an event: `yoi resolve` parts them, and keeps them.
    # So are those that history has: nothing is set aside before they are put back.
    left = {one.ticket for one in found.diagnostics if one.code in _HELD_BY_THREADS}
    for one in found.diagnostics:
        action = _FIXES.get(one.code)
        if action == SET_THREAD_ASIDE and one.ticket in left:
            continue
        if one.code == "state_mismatch" and adopt_item:
            action = ADOPT_ITEM
        if action is not None and (fix or action == ADOPT_ITEM):
            planned.add(Repair(action, one.ticket, one.path))
    return tuple(sorted(planned, key=lambda repair: repair.order))


def make_repairs(repairs: Iterable[Repair], make: Callable[[Repair], None]) -> RepairResult:
    """Call `make` for each of the repairs; one that fails never keeps the next from being made.

    Raises `ConflictError` (`lock_timeout`) where the lock cannot be had.
    """
    fixed: list[Repair] = []
    failed: list[tuple[Repair, str]] = []
    for repair in repairs:
        try:
            make(repair)
        except (YoiError, OSError) as error:
            if isinstance(error, ConflictError) and error.code == "lock_timeout":
                raise
            failed.append((repair, str(error)))
        else:
            fixed.append(repair)
    return RepairResult(fixed=tuple(fixed), failed=tuple(failed))


_TEXT = "Recorded from item.md by `yoi ticket doctor --adopt-item`."
_TEXT_JAPANESE = "`yoi ticket doctor --adopt-item` が item.md の状態を記録しました。"


def adopt_state(store: TicketStore, ticket: TicketId, by: Author) -> Committed | None:
    """Record the state that the item of `ticket` says as an event, if the thread differs.

    A ticket that was closed by hand gets a close event with the text of its resolution, where
    it has one. Raises what writing raises.
    """
    with store.write() as writer:
        origin = fold(writer.thread(ticket).events).state
        target = writer.item(ticket).state
        if target == origin or not is_state(target):
            return None
        resolution = (writer.resolution(ticket) or "").strip()
        if target == CLOSED and resolution:
            event = new_event(CLOSE, by, resolution, (("status", "closed"),))
        else:
            event = _move(origin, target, by)
        return writer.commit(ticket, Change(events=(event,)))


def _move(origin: str, target: str, by: Author) -> NewEvent:
    attributes = (("from", origin), ("to", target), ("reason", ADOPTED), ("field", "state"))
    text = _TEXT_JAPANESE if by.japanese else _TEXT
    return new_event(STATE_CHANGED, by, text, attributes)
