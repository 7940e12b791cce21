"""The rules that doctor holds a store to: code, severity, meaning, and what to do.

The codes are an interface: once released they are neither renamed nor reused. An error is
something that `yoi` cannot read, ignores, or would decide wrongly on; a warning works, but
somebody should look; info is worth knowing and asks for nothing. docs/doctor.md shows this
table, and a test holds the two together.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

ERROR = "error"
WARNING = "warning"
INFO = "info"
SEVERITIES = (ERROR, WARNING, INFO)


@dataclass(frozen=True, slots=True)
class Rule:
    """One code of the table; `advice` ends every message of that code."""

    code: str
    severity: str
    meaning: str
    advice: str


_FIX = "`yoi ticket doctor --fix` does it."

_LAYOUT = (
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
        f"Nobody was told that it exists. When no command runs, it can go: {_FIX}",
    ),
    Rule(
        "temporary_file",
        WARNING,
        "A command that was interrupted left a temporary file.",
        f"The real file is whole. When no command runs, it can go: {_FIX}",
    ),
    Rule(
        "artifacts_missing",
        WARNING,
        "A ticket has no artifacts/ folder.",
        f"Make it, with a .gitkeep in it; {_FIX}",
    ),
    Rule(
        "keep_missing",
        INFO,
        "An artifacts/ folder is empty and has no .gitkeep, so git does not keep it.",
        f"Put a .gitkeep into it; {_FIX}",
    ),
    Rule(
        "torn_kept",
        INFO,
        "Torn appends were set aside, and are still there to be looked at.",
        "Take over what matters as a new event; the files are yours to keep.",
    ),
)

_ITEM = (
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

_THREAD = (
    Rule(
        "thread_missing",
        ERROR,
        "A ticket has no thread.md.",
        "Bring the file back from git.",
    ),
    Rule(
        "thread_empty",
        WARNING,
        "A thread holds no event.",
        "Bring its events back from git, if there were any; a new comment makes it a thread.",
    ),
    Rule(
        "thread_not_utf8",
        ERROR,
        "thread.md is not UTF-8 text.",
        "Find the line, and write it in UTF-8; the other events are read.",
    ),
    Rule(
        "torn",
        ERROR,
        "An append was cut short: readers ignore its bytes.",
        "`yoi ticket doctor --fix` moves the bytes to artifacts/.torn, where nothing is lost. If "
        "it was an event whose closing `---` went missing, put that line back instead.",
    ),
    Rule(
        "thread_fused",
        ERROR,
        "Events run into each other, as after a merge with `merge=union`: some are not read.",
        "`yoi resolve` parts them, and takes each from git's history where it is there.",
    ),
    Rule(
        "ticket_made_twice",
        ERROR,
        "A thread holds two tickets that were made with one id on two branches.",
        "`yoi resolve` gives one of them a new id, its relations included.",
    ),
    Rule(
        "header_malformed",
        WARNING,
        "An event's header is not well formed; what can be told is read.",
        "Put values with spaces into double quotes, and see that event, author and at are there.",
    ),
    Rule(
        "text_before_first_event",
        WARNING,
        "Text stands before the first event; it is kept and belongs to none.",
        "Make it a comment of the ticket, if it matters.",
    ),
    Rule(
        "text_between_events",
        WARNING,
        "Text stands after the end of an event; it is kept and belongs to none.",
        "Make it a comment of the ticket, if it matters.",
    ),
    Rule(
        "event_repeated",
        WARNING,
        "The same event stands in the thread twice; it is read once.",
        "Take the second one out by hand when no command runs; it changes nothing.",
    ),
    Rule(
        "event_id_conflict",
        ERROR,
        "Two events that differ carry the same id.",
        "See in `git log -p` which is the original, and give the other's words a comment of "
        "their own.",
    ),
    Rule(
        "first_event_not_create",
        INFO,
        "A thread does not begin with a create event.",
        "Older stores have such threads; nothing needs to be done.",
    ),
    Rule(
        "event_kind_unknown",
        INFO,
        "An event has a kind that this version does not know; it is shown as it is.",
        "Nothing needs to be done.",
    ),
    Rule(
        "event_author_missing",
        WARNING,
        "An event names no author.",
        "Add the author to the header if somebody knows who it was.",
    ),
    Rule(
        "event_time_invalid",
        WARNING,
        "An event's time is not of the form YYYY-MM-DDTHH:MM:SSZ.",
        "Correct the header; logs and statistics leave such an event out.",
    ),
    Rule(
        "event_time_backwards",
        WARNING,
        "An event is older than the one before it.",
        "The order in the file counts; a clock that went back or a merge does this.",
    ),
    Rule(
        "event_id_not_rising",
        WARNING,
        "An event's id is not greater than those before it.",
        "The order in the file counts; see whether a hand or a merge put events out of order.",
    ),
    Rule(
        "move_state_unknown",
        WARNING,
        "A move leads to no state, or to one that does not exist, and is passed over.",
        "Make the move that was meant with `yoi ticket state`.",
    ),
    Rule(
        "move_illegal",
        WARNING,
        "A move took effect that the table of moves does not allow.",
        "Something other than `yoi` wrote it; see whether a step was left out on purpose.",
    ),
    Rule(
        "diverged",
        ERROR,
        "Two branches moved the ticket apart: a move was set aside.",
        "Decide where the ticket stands, and say so with `yoi ticket state`; the next legal "
        "move settles it.",
    ),
    Rule(
        "review_status_missing",
        WARNING,
        "A review says neither approve nor request_changes.",
        "Record the result with `yoi ticket review`.",
    ),
    Rule(
        "older_review_status_missing",
        INFO,
        "A review of an older store says neither approve nor request_changes.",
        "Nothing needs to be done; it counts as no result.",
    ),
)

_RELATIONS = (
    Rule(
        "relations_invalid",
        ERROR,
        "relations.json cannot be read.",
        "Correct the file by hand; until then its ticket counts as one that may be blocked.",
    ),
    Rule(
        "relation_key_unknown",
        WARNING,
        "A relation has a key that the format does not know; the next change would lose it.",
        "Move what it says into the note.",
    ),
    Rule(
        "relation_kind_unknown",
        ERROR,
        "A relation is of no known kind, so it neither blocks nor shows.",
        "Use depends_on, blocks, related, supersedes or duplicate_of.",
    ),
    Rule(
        "relation_ticket_mismatch",
        ERROR,
        "A relation in a ticket's file speaks of another ticket.",
        "Move it to the file of the ticket it speaks of, or correct its ticket_id.",
    ),
    Rule(
        "relation_self",
        ERROR,
        "A ticket stands in a relation to itself.",
        "Take it away with `yoi ticket relation remove`.",
    ),
    Rule(
        "relation_repeated",
        WARNING,
        "The same relation is recorded twice.",
        "Keep the entry whose note is right; `yoi ticket relation` never writes one twice.",
    ),
    Rule(
        "relations_unsorted",
        INFO,
        "Relations are not sorted by kind and target, which makes merges harder.",
        "The next change of these relations sorts them.",
    ),
    Rule(
        "relation_dangling",
        ERROR,
        "A relation names a ticket that does not exist; where it blocks, it blocks for ever.",
        "Bring the ticket back, or take the relation away with `yoi ticket relation remove`.",
    ),
    Rule(
        "relation_cycle",
        ERROR,
        "Tickets wait for one another in a cycle, so none of them can start.",
        "Take one of these relations away with `yoi ticket relation remove`.",
    ),
    Rule(
        "relation_mutual",
        WARNING,
        "Two tickets say the same of each other that can hold for one only.",
        "Take one of the two away with `yoi ticket relation remove`.",
    ),
    Rule(
        "relation_time_invalid",
        WARNING,
        "A relation's time is not of the form YYYY-MM-DDTHH:MM:SSZ.",
        "Correct it.",
    ),
)

_PLAN = (
    Rule(
        "plan_invalid",
        ERROR,
        "A line of orchestration-plan.jsonl is not a plan record, so none of the file is read.",
        "Correct the line by hand.",
    ),
    Rule(
        "plan_torn",
        ERROR,
        "The last line of orchestration-plan.jsonl was cut short; readers ignore it.",
        "`yoi ticket doctor --fix` moves the bytes to artifacts/.torn, where nothing is lost.",
    ),
    Rule(
        "plan_key_unknown",
        WARNING,
        "A plan record has a key that the format does not know; the original refuses it.",
        "Move what it says into the note.",
    ),
    Rule(
        "plan_kind_unknown",
        ERROR,
        "A plan record is of no known kind, so it has no effect.",
        "Correct the kind; docs/format.md lists them.",
    ),
    Rule(
        "plan_ticket_mismatch",
        ERROR,
        "A plan record in a ticket's file speaks of another ticket.",
        "Move it to the file of the ticket it speaks of, or correct its ticket_id.",
    ),
    Rule(
        "plan_related_missing",
        ERROR,
        "A plan record of this kind needs a related_ticket and has none.",
        "Add the ticket that it speaks of.",
    ),
    Rule(
        "plan_related_dangling",
        WARNING,
        "A plan record names a related ticket that does not exist.",
        "Correct the id, or record what holds now with `yoi plan`.",
    ),
    Rule(
        "plan_note_missing",
        ERROR,
        "A waiting_capacity_note has no note.",
        "Add the note.",
    ),
    Rule(
        "plan_accepted_missing",
        ERROR,
        "A plan record of the kind accepted_plan carries no accepted_plan with a summary.",
        "Add the object with its summary.",
    ),
    Rule(
        "plan_accepted_misplaced",
        ERROR,
        "A plan record of another kind carries an accepted_plan.",
        "Make its kind accepted_plan, or take the object out.",
    ),
    Rule(
        "plan_id_unexpected",
        WARNING,
        "A plan record's id is not orch-plan-YYYYMMDD-HHMMSS-N with N the number of its line.",
        "Merges do this and nothing breaks; correct it if a script of yours counts on it.",
    ),
    Rule(
        "plan_id_repeated",
        WARNING,
        "Two plan records of a file carry the same id, so a merge may take them for one.",
        "Give the second one the number of its line.",
    ),
    Rule(
        "plan_time_invalid",
        WARNING,
        "A plan record's time is not of the form YYYY-MM-DDTHH:MM:SSZ.",
        "Correct it.",
    ),
    Rule(
        "plan_text_too_long",
        WARNING,
        "A field of a plan record is longer than the format allows (1 KiB a line, 16 KiB a text).",
        "Shorten it; long text is at home in a comment.",
    ),
)

_REST = (
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

#: The groups of the table, each with the heading under which the docs show it.
GROUPS: Mapping[str, tuple[Rule, ...]] = MappingProxyType(
    {
        "Layout": _LAYOUT,
        "item.md": _ITEM,
        "thread.md": _THREAD,
        "relations.json": _RELATIONS,
        "orchestration-plan.jsonl": _PLAN,
        "Resolution, configuration, lock": _REST,
    }
)

#: Every rule by its code.
RULES: Mapping[str, Rule] = MappingProxyType(
    {rule.code: rule for rules in GROUPS.values() for rule in rules}
)
