"""The rules on what is where in a store, and on resolutions, the configuration and the lock
(docs/format.md)."""

from __future__ import annotations

from yoi_cli.doctor.rules.rule import FIX, Rule
from yoi_cli.model.findings import ERROR, INFO, WARNING

LAYOUT_RULES = (
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
        "file_too_large",
        ERROR,
        'A file is larger than such a file may be, and is not read (docs/format.md, "Limits").',
        "See what it holds, and put back what git has of it.",
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
        "byte_order_mark",
        WARNING,
        "A file begins with a byte order mark, as some editors write it.",
        "It is passed over here; other readers need the file as UTF-8 without it.",
    ),
    Rule(
        "ticket_unfinished",
        WARNING,
        "A ticket was being made and never was, or is being made right now.",
        f"No command has reported it as made. When no command runs, it can go: {FIX}",
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

SETTINGS_RULES = (
    Rule(
        "resolution_missing",
        WARNING,
        "A closed ticket has no resolution.md.",
        "Its thread may say what came of it; write that into resolution.md.",
    ),
    Rule(
        "resolution_unwritten",
        WARNING,
        "The resolution of a closed ticket stands in its thread only.",
        "`yoi ticket doctor --fix` writes it into resolution.md.",
    ),
    Rule(
        "resolution_stale",
        WARNING,
        "A ticket that is not closed has the resolution.md of an earlier closing.",
        "Its thread keeps the text; `yoi ticket doctor --fix` takes the file away.",
    ),
    Rule(
        "resolution_unexpected",
        WARNING,
        "A ticket that is not closed has a resolution.md.",
        "Close the ticket with `yoi ticket close`, or make the file a comment and remove it.",
    ),
    Rule(
        "resolution_not_utf8",
        WARNING,
        "resolution.md is not UTF-8 text.",
        "Save the file as UTF-8.",
    ),
    Rule(
        "config_invalid",
        ERROR,
        "ticket.config.toml cannot be understood; only doctor works, with the defaults.",
        "Correct the file; docs/format.md lists its tables and keys.",
    ),
    Rule(
        "config_key_unknown",
        WARNING,
        "ticket.config.toml has a key that nothing reads.",
        "See whether it is misspelt; docs/format.md lists the keys.",
    ),
    Rule(
        "config_settings_invalid",
        ERROR,
        "A profile, a role or a bound in ticket.config.toml is wrong, so no worker starts.",
        "Correct the key; docs/format.md lists the tables and keys.",
    ),
    Rule(
        "config_secret_withheld",
        WARNING,
        "A profile's environment names what looks like a secret, which is not passed on.",
        "Name it in the profile's secrets, if the worker is to have it.",
    ),
    Rule(
        "workspace_missing",
        WARNING,
        "There is no workspace.toml.",
        "`yoi init` writes it, and changes nothing that is there.",
    ),
    Rule(
        "workspace_invalid",
        ERROR,
        "workspace.toml is not TOML with a workspace_id (UUIDv7), created_at and display_name.",
        "Bring the file back from git, or correct the line.",
    ),
    Rule(
        "events_missing",
        ERROR,
        "What was recorded on a ticket is in no file and no commit: git took it away.",
        "Where a stash or an autostash has it, bring that back; `yoi restore`, as `yoi ticket "
        "doctor --fix`, brings back what nothing else does, and `--leave` gives it up.",
    ),
    Rule(
        "journal_damaged",
        WARNING,
        "Part of the journal of what is not committed cannot be read, so that nobody would notice "
        "if git took that away.",
        "Commit the store; the files themselves are not concerned.",
    ),
    Rule(
        "intent_left",
        WARNING,
        "A command died in the middle of a write.",
        "The next command that writes finishes its work; `yoi ticket doctor --fix` does it now.",
    ),
)
