"""Tickets in every situation that a surface has to show, put into a workspace at once."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

from support.threads import AT
from support.tickets import CREATED, created, moved, put_ticket, ticket

from yoi_cli.model.states import STATES

BODY = "## Acceptance criteria\n\n- It works.\n"


def put(
    workspace: Path,
    number: int,
    state: str,
    *more: bytes,
    title: str = "A ticket",
    body: str = BODY,
    updated_at: str = CREATED,
    depends_on: str = "",
) -> str:
    """A ticket that came to `state` by legal moves, and `more` events; it waits for the tickets of
    the numbers in `depends_on`."""
    way = STATES[: STATES.index(state) + 1]
    events = [moved(AT, n, *pair) for n, pair in enumerate(pairwise(way), start=1)]
    return put_ticket(
        workspace,
        number,
        created(),
        *events,
        *more,
        state=state,
        title=title,
        body=body,
        updated_at=updated_at,
        relations=tuple(("depends_on", ticket(int(one))) for one in depends_on.split()),
    )


def broken_relations(workspace: Path, number: int = 1) -> str:
    """A ready ticket whose own relations cannot be read."""
    found = put(workspace, number, "ready")
    folder = workspace / ".yoi/tickets" / found / "artifacts"
    folder.mkdir(exist_ok=True)
    (folder / "relations.json").write_text("{")
    return found


def behind(state: str, waiting: str = "ready") -> Callable[[Path], str]:
    """What makes a ticket in the state `waiting` that waits for one in `state`."""

    def make(workspace: Path) -> str:
        put(workspace, 2, state)
        return put(workspace, 1, waiting, depends_on="2")

    return make
