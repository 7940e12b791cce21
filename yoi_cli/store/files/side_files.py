"""What an event refers to, written before it and put back where it then cannot be written.

docs/format.md, "Writing", step 3: resolution, relations, plan records.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from yoi_cli.errors import YoiError
from yoi_cli.store.files import layout
from yoi_cli.store.files.append import keep_torn

if TYPE_CHECKING:
    from yoi_cli.model.plan import PlanRecord
    from yoi_cli.model.relations import Relation
    from yoi_cli.store.files.directory import Directory
    from yoi_cli.store.values import Change


def write_referred(directory: Directory, change: Change) -> None:
    """Write what the event of `change` refers to: resolution, relations, plan records."""
    if change.resolution is not None:
        directory.replace(layout.RESOLUTION, (change.resolution + "\n").encode())
    adds_relations = change.relations is not None and not change.loses_relations
    if not (adds_relations or change.plan):
        return
    with directory.make_child(layout.ARTIFACTS) as artifacts:
        if change.relations is not None and adds_relations:
            artifacts.replace(layout.RELATIONS, rendered_relations(change.relations))
        if change.plan:
            _append_plan(artifacts, change.plan)


def rendered_relations(relations: list[Relation] | tuple[Relation, ...]) -> bytes:
    """The file of a ticket's relations; only commands that write some load what makes it."""
    from yoi_cli.store.formats.relations import render_relations

    return render_relations(relations)


def _append_plan(artifacts: Directory, records: tuple[PlanRecord, ...]) -> None:
    """Add the lines of `records`, after setting aside a tail that a crash cut short."""
    from yoi_cli.store.formats.plan import torn_tail

    data = artifacts.read_if_there(layout.PLAN) or b""
    torn = torn_tail(data)
    if torn:
        keep_torn(artifacts, f"plan-{len(data) - len(torn)}", torn)
    artifacts.replace(layout.PLAN, with_records(data, records))


def with_records(data: bytes, records: tuple[PlanRecord, ...]) -> bytes:
    """The file of plan records `data` with `records` behind them, and without a torn tail."""
    from yoi_cli.store.formats.plan import render_record, torn_tail

    sound = data.removesuffix(torn_tail(data))
    if sound and not sound.endswith(b"\n"):
        sound += b"\n"
    return sound + b"".join(render_record(record) for record in records)


def referred(directory: Directory, change: Change) -> dict[str, bytes | None]:
    """The files that `change` will write before its event, as they are now."""
    earlier: dict[str, bytes | None] = {}
    if change.resolution is not None:
        earlier[layout.RESOLUTION] = directory.read_if_there(layout.RESOLUTION)
    if change.relations is not None:
        earlier[layout.RELATIONS] = directory.read_path(layout.RELATIONS_PATH)
    if change.plan:
        earlier[layout.PLAN] = directory.read_path(layout.PLAN_PATH)
    return earlier


def put_back(directory: Directory, earlier: dict[str, bytes | None]) -> None:
    """Undo the files that were written for an event that then could not be.

    What the disk does not let be undone is harmless: the event that would refer to it is
    not there, and doctor names what stands alone.
    """
    with suppress(OSError, YoiError), directory.make_child(layout.ARTIFACTS) as artifacts:
        for name, data in earlier.items():
            folder = directory if name == layout.RESOLUTION else artifacts
            with suppress(OSError):
                folder.put_back(name, data)
