"""The rules on what stands where in a store (docs/format.md, "Layout")."""

from __future__ import annotations

from yoi_cli.doctor.rules.rule import FIX, Rule
from yoi_cli.model.findings import ERROR, INFO, WARNING

RULES = (
    Rule(
        "store_missing",
        WARNING,
        "The store's folder is not there.",
        "Check `root` in ticket.config.toml, or run `yoi init`; an empty store needs nothing.",
    ),
    Rule(
        "path_unsafe",
        ERROR,
        "A symlink, FIFO or other special file stands where a folder or regular file must.",
        "See where it leads, and put the real file or folder in its place.",
    ),
    Rule(
        "path_unreadable",
        ERROR,
        "The system refuses to read a file or folder.",
        "Check its owner, its permissions and the disk.",
    ),
    Rule(
        "stray_name",
        WARNING,
        "A name in the store is not a ticket id, and nothing reads it.",
        "Move it out of the store, or give it the 13 characters of a ticket's id.",
    ),
    Rule(
        "stray_file",
        INFO,
        "A file in the store has no meaning there: hidden junk, or one that belongs elsewhere.",
        "Files that belong to a ticket are at home in its artifacts/.",
    ),
    Rule(
        "conflict_markers",
        ERROR,
        "Git's conflict markers stand in a file: a merge is not finished, or was committed so.",
        "`yoi resolve` merges both sides by meaning.",
    ),
    Rule(
        "ticket_unfinished",
        WARNING,
        "A ticket was being made and never was, or is being made right now.",
        f"Nobody was told that it exists. When no command runs, it can go: {FIX}",
    ),
    Rule(
        "temporary_file",
        WARNING,
        "A command that was interrupted left a temporary file.",
        f"The real file is whole. When no command runs, it can go: {FIX}",
    ),
    Rule(
        "artifacts_missing",
        WARNING,
        "A ticket has no artifacts/ folder.",
        f"Make it, with a .gitkeep in it; {FIX}",
    ),
    Rule(
        "keep_missing",
        INFO,
        "An artifacts/ folder is empty and has no .gitkeep, so git does not keep it.",
        f"Put a .gitkeep into it; {FIX}",
    ),
    Rule(
        "torn_kept",
        INFO,
        "Torn appends were set aside, and are still there to be looked at.",
        "Take over what matters as a new event; the files are yours to keep.",
    ),
)
