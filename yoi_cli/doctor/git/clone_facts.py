"""What git says of the clone that a workspace lies in, for doctor."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from yoi_cli.doctor.environment import CloneFacts
from yoi_cli.errors import OperationError
from yoi_cli.git.command import run_git

if TYPE_CHECKING:
    from yoi_cli.git.checkout import Checkout


def clone_facts(checkout: Checkout | None, workspace: str, tickets: str) -> CloneFacts:
    """Whether git keeps what is in `tickets` (relative to `workspace`), and is at rest."""
    if checkout is None:
        return CloneFacts(None)
    age = _age(os.path.join(checkout.git_dir, "index.lock"))
    try:
        tracked = run_git(["ls-files", "--", ":(literal).yoi"], cwd=workspace, check=False)
        ignored_by = _ignored_by(workspace, f"{tickets}/0000000000000/item.md")
    except OperationError:  # git is missing, which is said elsewhere
        return CloneFacts(checkout.root, tracked=True, index_lock_age=age)
    return CloneFacts(checkout.root, bool(tracked), ignored_by, age)


def _ignored_by(workspace: str, path: str) -> str | None:
    """The rule, as `file:line:pattern`, that keeps the new file `path` out of git."""
    said = run_git(["check-ignore", "--verbose", "--", path], cwd=workspace, check=False)
    rule = said.partition("\t")[0]
    return None if not rule or rule.split(":", 2)[-1].startswith("!") else rule


def _age(path: str) -> float | None:
    """How many seconds ago the file at `path` was written, None where there is none."""
    try:
        return max(0.0, time.time() - os.lstat(path).st_mtime)
    except OSError:
        return None
