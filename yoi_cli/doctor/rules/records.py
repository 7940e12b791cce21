"""The rules on relations.json and orchestration-plan.jsonl (docs/format.md)."""

from __future__ import annotations

from yoi_cli.doctor.rules.rule import Rule
from yoi_cli.model.findings import ERROR, INFO, WARNING
from yoi_cli.model.relations import KINDS
from yoi_cli.model.text import one_of

RELATION_RULES = (
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
        f"Use {one_of(KINDS)}.",
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

PLAN_RULES = (
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
    Rule("plan_note_missing", ERROR, "A waiting_capacity_note has no note.", "Add the note."),
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
