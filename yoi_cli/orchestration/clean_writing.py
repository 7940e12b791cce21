"""What every text passes that a run writes down or prints (docs/workers.md, "Secrets").

A run gets its store, its way to tell, and the folder for its prompts from `open.py`, each of them
already bound to one `Redaction`: a new writer has no other way out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.model.redaction import Redaction
from yoi_cli.model.workers.spec import secret_names

if TYPE_CHECKING:
    from collections.abc import Mapping

    from yoi_cli.model.workers.profiles import Settings
    from yoi_cli.orchestration.ports import Progress
    from yoi_cli.store.values import Change


def redaction_of(settings: Settings, environment: Mapping[str, str]) -> Redaction:
    """What takes out the values of configured secrets, and of variables whose names look like
    one; nothing with `redact = false`."""
    if not settings.worker.redact:
        return Redaction(())
    listed = [*settings.worker.secrets]
    for profile in settings.profiles.values():
        listed += profile.secrets
    return Redaction(environment[name] for name in secret_names(environment, listed))


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
