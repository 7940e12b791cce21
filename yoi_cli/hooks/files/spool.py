"""The spool of a clone: what hooks leave there, whoever holds the store's lock next writes."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from yoi_cli.store.files.spool import FOLDER, FileSpool

if TYPE_CHECKING:
    from yoi_cli.git.checkout import Checkout
    from yoi_cli.store.files.spool import SpoolFacts
    from yoi_cli.workspace.session import Session


def spool_of(session: Session) -> FileSpool:
    """The spool of the session's clone, shared by its worktrees."""
    return FileSpool(os.path.join(session.local_folder, FOLDER))


def clone_spool(checkout: Checkout) -> FileSpool:
    """The spool of a clone in which no store was found."""
    return FileSpool(os.path.join(checkout.common_dir, "yoi", FOLDER))


def spool_facts(session: Session) -> SpoolFacts:
    """What waits in the spool, for doctor."""
    return spool_of(session).facts()
