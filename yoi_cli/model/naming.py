"""The names of a ticket's branch and worktree (docs/worktrees.md)."""

from __future__ import annotations

import re
import unicodedata

_LONGEST_SLUG = 40
BRANCH_PREFIX = "work/"
WORKTREE_FOLDER = ".worktree"
#: Refs below this go to and fro between a clone and the runtimes that work for it: nothing is kept
#: there but what is on its way, or was brought back.
WORK_REFS = "refs/yoi/work/"


def slug(title: str) -> str:
    """`title` in `[a-z0-9-]`, cut at a word; empty where nothing of it can be written so."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    words = re.findall(r"[a-z0-9]+", plain)
    taken: list[str] = []
    for word in words:
        if len("-".join([*taken, word])) > _LONGEST_SLUG:
            break
        taken.append(word)
    return "-".join(taken)


def task_name(ticket: str, title: str) -> str:
    """`<id>-<slug>`, or the id alone."""
    return f"{ticket}-{slug(title)}".rstrip("-")


def branch_name(ticket: str, title: str) -> str:
    """The branch on which a ticket's work is done."""
    return BRANCH_PREFIX + task_name(ticket, title)


def worktree_path(ticket: str, title: str, folder: str = WORKTREE_FOLDER) -> str:
    """Where a ticket's worktree stands below `folder`, relative to the repository."""
    return f"{folder}/{task_name(ticket, title)}"


def candidate_suffix(generation: int, number: int) -> str:
    """What the names of branch and worktree of one of several coders on a ticket end in, which no
    title's words do."""
    return f"-try.{generation}.{number}"


def is_candidate(name: str) -> bool:
    """Whether a branch or a worktree, by its name, is that of one of several coders on a ticket."""
    return re.search(r"-try\.[0-9]+\.[0-9]+$", name) is not None


def ticket_of_branch(branch: str) -> str | None:
    """The ticket whose work a branch holds, by its name, or None."""
    match = re.fullmatch(
        rf"(?:refs/heads/)?{BRANCH_PREFIX}([0-9A-HJKMNP-TV-Z]{{13}})(?:-.*)?", branch
    )
    return match.group(1) if match else None
