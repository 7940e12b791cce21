"""Logs of tickets that an orchestrator works on, as lines."""

from __future__ import annotations

from yoi_cli.model.events import Event, NewEvent
from yoi_cli.model.own_events import mark_of_new

A, B, C = "a" * 40, "b" * 40, "c" * 40


def log(*said: str) -> tuple[list[Event], set[str]]:
    """Events from lines such as `worker step=coder head=…`, and the marks of those that this clone
    wrote: all but those that begin with `foreign`. A step is of generation 1 unless it says so."""
    found, marks = [], set()
    for line, text in enumerate(said, 1):
        kind, *pairs = text.removeprefix("foreign ").split()
        attributes = dict(pair.split("=", 1) for pair in pairs)
        body = attributes.pop("body", "")
        if "step" in attributes:
            attributes.setdefault("generation", "1")
        identity = f"{line:026d}"
        found.append(Event(kind, "Ada", "", None, body, attributes, identity, identity, line))
        new = NewEvent(kind, "Ada", "", body, tuple(attributes.items()))
        if not text.startswith("foreign "):
            marks.add(mark_of_new(new, identity))
    return found, marks


ACCEPTED = (
    "state_changed from=planning to=ready field=state",
    "state_changed from=ready to=queued field=state",
    "state_changed from=queued to=inprogress field=state",
    "claim status=taken holder=us generation=1",
    f"worker step=worktree branch=work/x worktree=.worktree/x target=main base={A}",
)
CODED = (*ACCEPTED, f"worker step=coder head={A}", f"worker step=validate commit={B}")
REPORTED = (*CODED, f"implementation_report step=evidence status=passed commit={B} body=good")
FAILED = (f"implementation_report step=evidence status=failed commit={B} body=bad",)
APPROVED = (*REPORTED, f"worker step=reviewer commit={B}", f"review status=approve commit={B}")
