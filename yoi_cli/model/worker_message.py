"""What a confined worker has to say on a ticket, until the store is written (docs/workers.md)."""

from __future__ import annotations

from yoi_cli.model.events import COMMENT, COMMENT_ROLES, QUESTION
from yoi_cli.named_tuple import NamedTuple

#: What it may say.
ROLES = frozenset({*COMMENT_ROLES, QUESTION})
#: The attribute of an event that was such a message; it holds the message's name.
MESSAGE = "message"

#: Characters of a message at most; a comment that is written at once has no such bound.
LONGEST = 256_000


class WorkerMessage(NamedTuple):
    """A comment or report. `ticket` is a full id, `commit` what it is bound to, or empty.

    `name` is the message's own: by it a message that was written already is known again.
    """

    name: str
    ticket: str
    role: str
    text: str
    commit: str = ""


class Sender(NamedTuple):
    """Whose messages they are: the worker's id, the `author` of what it says, and its ticket."""

    worker: str
    author: str
    ticket: str

    def may_say(self, role: str, ticket: str) -> bool:
        """Whether it may speak so there: on the tickets of others it may only comment."""
        return role == COMMENT or ticket == self.ticket
