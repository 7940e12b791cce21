"""What is written into an outbox (docs/format.md); nothing here loads what reads it strictly."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from yoi_cli.model.worker_message import Sender, WorkerMessage


def render_message(message: WorkerMessage) -> bytes:
    fields = {name: value for name, value in message._asdict().items() if name != "name"}
    return (json.dumps({"version": 1, **fields}) + "\n").encode()


def render_sender(sender: Sender) -> bytes:
    record = {"version": 1, "author": sender.author, "ticket": sender.ticket}
    return (json.dumps(record) + "\n").encode()
