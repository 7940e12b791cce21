"""The rules on relations.json (docs/format.md, "artifacts/relations.json")."""

from __future__ import annotations

from yoi_cli.doctor.rules.rule import Rule
from yoi_cli.model.findings import ERROR, INFO, WARNING
from yoi_cli.model.relations import KINDS
from yoi_cli.model.text import one_of

RULES = (
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
