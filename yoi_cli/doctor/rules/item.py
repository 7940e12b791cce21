"""The rules on item.md (docs/format.md, "item.md")."""

from __future__ import annotations

from yoi_cli.doctor.rules.rule import Rule
from yoi_cli.model.findings import ERROR, WARNING

RULES = (
    Rule(
        "item_missing",
        ERROR,
        "A ticket has no item.md.",
        "Bring the file back from git.",
    ),
    Rule(
        "item_not_utf8",
        ERROR,
        "item.md is not UTF-8 text.",
        "Save the file as UTF-8.",
    ),
    Rule(
        "item_frontmatter_missing",
        ERROR,
        "item.md does not begin with frontmatter between two `---` lines.",
        "Begin the file with `---`, the ticket's fields, and `---` again.",
    ),
    Rule(
        "item_frontmatter_invalid",
        ERROR,
        "The frontmatter is not flat YAML of texts and lists of texts.",
        "Write the frontmatter as `key: 'value'`, one a line.",
    ),
    Rule(
        "item_frontmatter_too_large",
        ERROR,
        "The frontmatter is larger than 64 KiB.",
        "Move long text below the closing `---` line.",
    ),
    Rule(
        "item_key_doubled",
        ERROR,
        "A key stands twice in the frontmatter, as after a merge with `merge=union`.",
        "`yoi resolve` takes what was meant from the merge that doubled it.",
    ),
    Rule(
        "item_key_missing",
        ERROR,
        "A required key is missing: title, state, created_at or updated_at.",
        "Add the key; `git log -p` of the file may know its value.",
    ),
    Rule(
        "item_key_obsolete",
        WARNING,
        "A key of an older version is still there; it is kept and means nothing.",
        "Take the line out when nothing of yours reads it any more.",
    ),
    Rule(
        "item_value_type",
        ERROR,
        "A key that holds one text holds a list.",
        "Write one text in quotes.",
    ),
    Rule(
        "item_title_empty",
        ERROR,
        "The title is empty.",
        "Give the ticket one: `yoi ticket edit TICKET --title …`.",
    ),
    Rule(
        "item_state_unknown",
        ERROR,
        "item.md names a state that does not exist.",
        "The thread decides; `yoi ticket doctor --fix` writes its state into item.md.",
    ),
    Rule(
        "item_time_invalid",
        WARNING,
        "A time is not of the form YYYY-MM-DDTHH:MM:SSZ.",
        "Correct it; lists sort by it.",
    ),
    Rule(
        "item_priority_invalid",
        WARNING,
        "The priority is none of P0 to P4.",
        "Set it with `yoi ticket edit TICKET --priority P2`.",
    ),
    Rule(
        "state_mismatch",
        ERROR,
        "item.md says another state than the ticket's thread.",
        "The thread decides: `yoi ticket doctor --fix` writes its state into item.md; if the "
        "hand edit is right, `--adopt-item` records it as an event.",
    ),
)
