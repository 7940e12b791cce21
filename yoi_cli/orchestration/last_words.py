"""What a worker said last, as a person is shown it (docs/orchestrate.md, "The inbox")."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.orchestration.texts import plain_text
from yoi_cli.workers.agents.transcript import report_of, text_of

if TYPE_CHECKING:
    from yoi_cli.model.redaction import Redaction
    from yoi_cli.workers.model import WorkerView
    from yoi_cli.workers.runtime import WorkerRuntime

#: So much of the end of what it printed is looked at, and so much of that is shown.
_BYTES, _SHOWN = 1 << 18, 2_000


def last_words(runtime: WorkerRuntime, redaction: Redaction, view: WorkerView) -> str:
    """The end of what a worker printed, of a coding agent its last message; without secrets.

    Only the end of its output is read, so that it costs the same however long that is.
    """
    raw = runtime.output(view.worker_id, -_BYTES, _BYTES)
    if view.agent:
        told = report_of(view.agent, (raw.data,)).last_message
        shown = told.strip() or text_of(view.agent, raw.data, is_whole=raw.start == 0)
        data = shown.encode()
    else:
        data = raw.data
    text = redaction.text(plain_text(data)).strip()
    return text if len(text) <= _SHOWN else f"[…]{text[-_SHOWN:]}"
