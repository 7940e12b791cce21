"""The rules on resolutions, the configuration and the lock (docs/format.md)."""

from __future__ import annotations

from yoi_cli.doctor.rules.rule import Rule
from yoi_cli.model.findings import ERROR, WARNING

RULES = (
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
        "intent_left",
        WARNING,
        "A command died in the middle of a write.",
        "The next command that writes finishes its work; `yoi ticket doctor --fix` does it now.",
    ),
)
