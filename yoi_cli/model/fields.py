"""The fields of a ticket: one table, that everything goes by (docs/format.md, "item.md").

The table says how each is written, shown, filtered, merged, completed and checked. A key that is
not in it is kept as it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.model.run_choices import RUN_CHOICES
from yoi_cli.model.states import STATES
from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

#: What a field holds: a text, a list of texts, a time, one of its `choices`, or anything.
TEXT = "text"
LIST = "list"
TIME = "time"
CHOICE = "choice"
RESERVED = "reserved"

#: How two values that both differ from the ancestor's are merged (docs/merging.md).
BY_VALUE = "value"
BY_FOLD = "fold"
GREATEST = "greatest"
QUEUING = "queuing"

PRIORITIES = ("P0", "P1", "P2", "P3", "P4")
#: What tickets can be listed by.
SORTS = ("updated", "created", "priority", "state", "title", "id")


class Field(NamedTuple):
    """A key of a ticket's frontmatter.

    `is_required` is whether no item may lack it or leave it empty. `shown` is its place among
    the facts that `show` and `list` give, 0 for none; `hint` the word for it in a list's hints,
    if not its name. Of a choice, `choices` are what it may be, which is also what completes it;
    `advice` ends the hint on a wrong one, and `fault` is doctor's code for it. `merge` is how
    it is merged. A text with a `form` (a regular expression) has that form, and `fault` is then
    doctor's code for another. An obsolete one is kept, reported and never written.

    `list` filters a list by texts that must all be there, and any other field by texts of
    which one must be its value; a choice in upper or lower case.
    """

    name: str
    type: str = TEXT
    is_required: bool = False
    shown: int = 0
    hint: str = ""
    choices: tuple[str, ...] = ()
    form: str = ""
    advice: str = ""
    fault: str = ""
    merge: str = BY_VALUE
    is_obsolete: bool = False


#: Every field by its name: first in the order in which a new item has them and a new key is put
#: into an old one, then the obsolete ones.
FIELDS: Mapping[str, Field] = {
    field.name: field
    for field in (
        Field("title", is_required=True),
        Field(
            "state",
            CHOICE,
            is_required=True,
            choices=STATES,
            fault="item_state_unknown",
            merge=BY_FOLD,
        ),
        Field("created_at", TIME, is_required=True),
        Field("updated_at", TIME, is_required=True, merge=GREATEST),
        Field("assignee", shown=2),
        Field("readiness", shown=4),
        Field("risk_flags", LIST, shown=5, hint="risk"),
        Field(
            "priority",
            CHOICE,
            shown=1,
            choices=PRIORITIES,
            advice="P0 is the most urgent",
            fault="item_priority_invalid",
        ),
        Field("tags", LIST, shown=3, hint="tag"),
        Field(
            "due",
            shown=6,
            form=r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])",
            advice="Write a date such as 2026-12-01",
            fault="item_due_invalid",
        ),
        Field(
            "estimate",
            shown=7,
            form=r"[0-9]{1,6}(\.[0-9]{1,3})?[mhdw]?",
            advice="Write 30m, 4h, 2d or 1w, or points such as 3",
            fault="item_estimate_invalid",
        ),
        *(Field(name) for name in RUN_CHOICES),
        Field("queued_by", merge=QUEUING),
        Field("queued_at", TIME, merge=QUEUING),
        Field("repository", RESERVED),
        Field("target_ref", RESERVED),
        Field("id", is_obsolete=True),
        Field("slug", is_obsolete=True),
        Field("status", is_obsolete=True),
        Field("workflow_state", is_obsolete=True),
        Field("kind", is_obsolete=True),
        Field("labels", is_obsolete=True),
        Field("action_required", is_obsolete=True),
        Field("attention_required", is_obsolete=True),
    )
}

KEY_ORDER = tuple(field.name for field in FIELDS.values() if not field.is_obsolete)


def shown_fields() -> tuple[Field, ...]:
    """The fields that `show` and `list` give, in their order."""
    return tuple(sorted(filter(_place, FIELDS.values()), key=_place))


def _place(field: Field) -> int:
    return field.shown


def merge_rule(key: str) -> str:
    """How a key of a frontmatter is merged; what is not in the table goes by its values."""
    field = FIELDS.get(key)
    return BY_VALUE if field is None else field.merge
