"""What is found wrong: how grave it is for doctor (docs/doctor.md), and what a merge could not
settle, in English and Japanese (docs/merging.md)."""

from __future__ import annotations

from yoi_cli.named_tuple import NamedTuple

ERROR = "error"
WARNING = "warning"
INFO = "info"
SEVERITIES = (ERROR, WARNING, INFO)

EVENT_ID = "event_id_conflict"
EVENT_CHANGED = "event_changed"
PLAN_ID = "plan_id_conflict"
FIELD = "field_conflict"
DESCRIPTION = "description_conflict"
OTHER_TICKET = "other_ticket"
FILE = "file_conflict"
REMOVED = "removed_and_changed"
TORN = "torn_left_out"
STRAY_TEXT = "text_left_out"

#: Conflicts that lose nothing and mislead nobody: both records stay, or what was changed does.
#: Everything else is put before a person.
_HARMLESS = frozenset({PLAN_ID, REMOVED, EVENT_CHANGED})


class Conflict(NamedTuple):
    """Something that both sides say differently: a stable code, and what it is about."""

    code: str
    about: str


def needs_person(conflict: Conflict) -> bool:
    """Whether somebody must look before the merge is done, rather than hear of it."""
    return conflict.code not in _HARMLESS


#: code: (English, Japanese); `{about}` is what the sides disagree on.
_SENTENCES: dict[str, tuple[str, str]] = {
    EVENT_ID: (
        "After the merge two different events carry the id {about}.",
        "マージ後、異なる二つの event が id {about} を持ちます。",
    ),
    EVENT_CHANGED: (
        "The event {about} was changed on one side since it was written; it is as it was.",
        "event {about} は片側で書き換えられていましたが、元の内容を採ります。",
    ),
    PLAN_ID: (
        "After the merge two different plan records carry the id {about}.",
        "マージ後、異なる二つの計画記録が id {about} を持ちます。",
    ),
    FIELD: (
        "Both sides changed {about}; here the item that was updated later counts.",
        "両側が {about} を変更しています。ここでは後に更新された側を採ります。",
    ),
    DESCRIPTION: (
        "Both sides changed the description; here the item that was updated later counts.",
        "両側が説明を変更しています。ここでは後に更新された側を採ります。",
    ),
    OTHER_TICKET: (
        "Git took another ticket, which one side removed, for {about}; {about} is as it was, and "
        "what the other side changed in that ticket is in git's index alone. `yoi resolve` brings "
        "that ticket back.",
        "git は片側で削除された別の ticket を {about} とみなしました。{about} はそのままで、"
        "その ticket の変更は git の index だけにあります。`yoi resolve` で元に戻せます。",
    ),
    FILE: (
        "Both sides changed {about}; git would ask which one counts.",
        "両側が {about} を変更しています。git ではどちらを採るか問われます。",
    ),
    REMOVED: (
        "One side removed {about} and the other changed it; here it stays.",
        "片側が {about} を削除し、もう片側が変更しています。ここでは残します。",
    ),
    TORN: (
        "A torn append of {about} is left out.",
        "中断された追記（{about}）は除かれます。",
    ),
    STRAY_TEXT: (
        "Text that belongs to no event of {about} is left out.",
        "{about} のどの event にも属さない文は除かれます。",
    ),
}


def conflict_sentence(conflict: Conflict, *, japanese: bool = False) -> str:
    """The sentence about a conflict."""
    return _SENTENCES[conflict.code][japanese].format(about=conflict.about)
