"""The rules on item.md and thread.md (docs/format.md)."""

from __future__ import annotations

from yoi_cli.doctor.rules.rule import FIX, Rule
from yoi_cli.model.findings import ERROR, INFO, WARNING

ITEM_RULES = (
    Rule("item_missing", ERROR, "A ticket has no item.md.", "Bring the file back from git."),
    Rule("item_not_utf8", ERROR, "item.md is not UTF-8 text.", "Save the file as UTF-8."),
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
        "A key is in the frontmatter twice, as after a merge with `merge=union`.",
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
        "Remove the line when none of your programs reads it any more.",
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
        "link_missing",
        WARNING,
        "An imported ticket names one that is not here; where it depends on that, it waits.",
        "The import that brings it makes the relation; `yoi ticket relation remove` with the name "
        "takes it away.",
    ),
    Rule(
        "item_due_invalid",
        WARNING,
        "What is due is no date.",
        "Set it with `yoi ticket edit TICKET --due 2026-12-01`.",
    ),
    Rule(
        "item_estimate_invalid",
        WARNING,
        "An estimate is neither a length of time nor points.",
        "Set it with `yoi ticket edit TICKET --estimate 4h`.",
    ),
    Rule(
        "state_mismatch",
        ERROR,
        "item.md says another state than the ticket's thread.",
        "The thread decides: `yoi ticket doctor --fix` writes its state into item.md; if the "
        "hand edit is right, `--adopt-item` records it as an event.",
    ),
)

THREAD_RULES = (
    Rule("thread_missing", ERROR, "A ticket has no thread.md.", "Bring the file back from git."),
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
        "An event's header is not well formed; what can be understood is read.",
        "Put values with spaces into double quotes, and see that event, author and at are there.",
    ),
    Rule(
        "text_before_first_event",
        WARNING,
        "There is text before the first event; it is kept and belongs to none.",
        "Make it a comment of the ticket, if it matters.",
    ),
    Rule(
        "text_between_events",
        WARNING,
        "There is text after the end of an event; it is kept and belongs to none.",
        "Make it a comment of the ticket, if it matters.",
    ),
    Rule(
        "event_disfigured",
        ERROR,
        "An event's header was changed, as by a formatter, so that the event is not read as it was "
        "written.",
        "Put the line back as it was: `git log -p` of the file has it.",
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
        "events_changed",
        WARNING,
        "Events are not as they were written: git's history has them otherwise, or readable.",
        f"A formatter or a hand was at work. Put them back as they were: {FIX}",
    ),
    Rule(
        "events_lost",
        ERROR,
        "Events are nowhere that git's HEAD has, or that a merge left out.",
        f"Put them back from git's history: {FIX}",
    ),
    Rule(
        "records_lost",
        ERROR,
        "Relations or plan records are nowhere that git's HEAD has, or that a merge left out.",
        "Put them back from git's history: `yoi restore`, or `yoi ticket doctor --fix`. One that "
        "was taken away on purpose goes with `yoi ticket relation remove`, which leaves an event.",
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
        "event_id_last",
        WARNING,
        "An event's id is of the last millisecond there is: no later one is greater.",
        "No command writes such an id. Events go on behind it, and a merge puts it last: see in "
        "`git log -p` of the file who brought it, and give it the id that its time asks for.",
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
