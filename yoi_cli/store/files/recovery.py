"""What a writer that died left beside a thread: carried out where its event stands, else undone.

docs/format.md: what the event refers to is written before it, projections after it. `item.md`
is re-projected by the writer itself; this is the rest. Nothing is thrown away.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.model.events import RELATION_REMOVED
from yoi_cli.model.fold import fold, is_kept, is_move, recorded_resolution
from yoi_cli.model.states import CLOSED
from yoi_cli.store.files import layout
from yoi_cli.store.files.append import keep_torn

if TYPE_CHECKING:
    from yoi_cli.model.events import Event, Thread
    from yoi_cli.store.files.directory import Directory


def finish(directory: Directory, thread: Thread, event_id: str) -> None:
    """Bring the files of the ticket in `directory` in line with its `thread`.

    `event_id` is the event that the writer had announced, "" for none. Raises `OSError` and
    store errors.
    """
    if not event_id:
        return
    event = next((event for event in thread.events if event.id == event_id), None)
    if event is not None and event.kind == RELATION_REMOVED:
        _remove_relation(directory, event)
    # A closing that never came, or a reopening that did. Any other event has no say.
    if (event is None or is_move(event)) and fold(thread.events).state != CLOSED:
        _set_resolution_aside(directory, thread)


def project_resolution(directory: Directory, thread: Thread) -> None:
    """A closed ticket has its newest resolution in a file of its own."""
    recorded = recorded_resolution(thread.events)
    if recorded is None or fold(thread.events).state != CLOSED:
        return
    text = f"{recorded}\n".encode()
    if directory.read_if_there(layout.RESOLUTION) != text:
        directory.replace(layout.RESOLUTION, text)


def _set_resolution_aside(directory: Directory, thread: Thread) -> None:
    """Take resolution.md away; what the thread does not hold is kept."""
    data = directory.read_if_there(layout.RESOLUTION)
    if data is None:
        return
    text = data.decode("utf-8", "replace")
    if not is_kept(text, thread.events):
        with directory.make_child(layout.ARTIFACTS) as artifacts:
            keep_torn(artifacts, "resolution", data)
    directory.remove_if_there(layout.RESOLUTION)
    directory.sync()


def _remove_relation(directory: Directory, event: Event) -> None:
    from yoi_cli.store.formats.relations import parse_relations, render_relations

    with directory.make_child(layout.ARTIFACTS) as artifacts:
        data = artifacts.read_if_there(layout.RELATIONS)
        if data is None:
            return
        existing = parse_relations(data, path=artifacts.shown(layout.RELATIONS))
        removed = (event.attributes.get("relation"), event.attributes.get("target"))
        rest = [relation for relation in existing if relation.key != removed]
        if len(rest) < len(existing):
            artifacts.replace(layout.RELATIONS, render_relations(rest))
