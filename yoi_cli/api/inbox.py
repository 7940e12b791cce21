"""What waits for a person (docs/orchestrate.md, "The inbox")."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from yoi_cli.orchestration.inbox import Inbox as Inbox
    from yoi_cli.orchestration.inbox import Waiting as Waiting
    from yoi_cli.workspace.session import Session


def inbox(session: Session) -> Inbox:
    """All that waits for a person, what waits longest first, with what answers it.

    Raises `StoreInvalidError` (`config_invalid`).
    """
    from yoi_cli.orchestration.inbox import find_waiting
    from yoi_cli.orchestration.open import open_inbox

    return find_waiting(open_inbox(session))
