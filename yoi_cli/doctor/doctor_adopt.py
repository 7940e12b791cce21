"""A state that was written into item.md by hand, made an event (DESIGN section 4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.doctor.check_thread import ADOPTED
from yoi_cli.model.events import CLOSE, STATE_CHANGED, NewEvent, heading_for
from yoi_cli.model.fold import fold
from yoi_cli.model.states import CLOSED, is_state
from yoi_cli.store.values import Change

if TYPE_CHECKING:
    from yoi_cli.model.author import Recorder
    from yoi_cli.model.ids import TicketId
    from yoi_cli.store.ports import TicketStore
    from yoi_cli.store.values import Committed

_TEXT = "Recorded from item.md by `yoi ticket doctor --adopt-item`."
_TEXT_JAPANESE = "`yoi ticket doctor --adopt-item` が item.md の状態を記録しました。"


def adopt_state(store: TicketStore, ticket: TicketId, by: Recorder) -> Committed | None:
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
            event = _closing(resolution, by)
        else:
            event = _move(origin, target, by)
        return writer.commit(ticket, Change(events=(event,)))


def _closing(resolution: str, by: Recorder) -> NewEvent:
    heading = heading_for(CLOSE, japanese=by.japanese)
    return NewEvent(CLOSE, by.author, heading, resolution, (("status", "closed"),))


def _move(origin: str, target: str, by: Recorder) -> NewEvent:
    attributes = (("from", origin), ("to", target), ("reason", ADOPTED), ("field", "state"))
    text = _TEXT_JAPANESE if by.japanese else _TEXT
    return NewEvent(STATE_CHANGED, by.author, heading_for(STATE_CHANGED), text, attributes)
