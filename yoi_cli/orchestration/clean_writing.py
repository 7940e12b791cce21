"""What every text passes that a run writes down or prints (docs/workers.md, "Secrets").

A run gets its store, its way to tell, and the folder for its prompts from `open.py`, each of them
already bound to one `Redaction`: a new writer has no other way out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from yoi_cli.model.redaction import Redaction
    from yoi_cli.orchestration.ports import Progress
    from yoi_cli.store.values import Change


def clean_change(redaction: Redaction, change: Change) -> Change:
    """`change` as it may be written. Attributes of events are ids, words of ours and the names
    that were agreed on, and stay: whoever folds the log goes by them."""
    events = (
        event._replace(heading=redaction.line(event.heading), body=redaction.text(event.body))
        for event in change.events
    )
    plan = (
        record._replace(
            accepted_plan=record.accepted_plan._replace(
                summary=redaction.line(record.accepted_plan.summary)
            )
        )
        if record.accepted_plan is not None
        else record
        for record in change.plan
    )
    return change._replace(
        events=tuple(events),
        plan=tuple(plan),
        resolution=None if change.resolution is None else redaction.text(change.resolution),
        description=None if change.description is None else redaction.text(change.description),
    )


def clean_progress(redaction: Redaction, progress: Progress) -> Progress:
    """`progress` as it may be printed."""
    return progress._replace(text=redaction.line(progress.text))
