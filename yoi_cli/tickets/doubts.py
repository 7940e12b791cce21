"""Why a store is not trusted about a ticket: every kind of doubt, with its words.

docs/routing.md, "What is not trusted". `trust` decides which of them there are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.errors import StoreInvalidError
from yoi_cli.model.lost import RECORDS_LOST
from yoi_cli.model.missing import EVENTS_MISSING
from yoi_cli.model.wording import Wording
from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_SHOWN = 3


class Doubt(NamedTuple):
    """Why nothing is decided about a ticket: a code of `DOUBTS`, the ticket whose files give
    cause for it, and what is meant, mostly a file of it. `hint` says what takes it away, where
    that is not what its kind says."""

    code: str
    ticket: str
    about: str
    hint: str = ""

    def text(self, *, japanese: bool) -> str:
        """The sentence for it."""
        return DOUBTS[self.code].sentence.text(japanese=japanese, about=self.about)

    def remedy(self, *, japanese: bool) -> str:
        """What takes it away."""
        return self.hint or DOUBTS[self.code].remedy.text(japanese=japanese, about=self.ticket)


class DoubtKind(NamedTuple):
    """A kind of doubt with its words; `remedy` names a command that loses nothing."""

    code: str
    sentence: Wording
    remedy: Wording


_REPAIR = Wording(
    "Repair {about}: `yoi ticket doctor {about}` says what is wrong with it, and what to do.",
    "{about} を修復する（`yoi ticket doctor {about}` が問題と対処を示します）。",
)

#: Every kind of doubt by its code.
DOUBTS: Mapping[str, DoubtKind] = {
    kind.code: kind
    for kind in (
        DoubtKind(
            EVENTS_MISSING,
            Wording(
                "What was recorded is not in the store's files: {about}.",
                "記録された内容がストアのファイルにありません: {about}。",
            ),
            Wording(
                "`yoi restore` brings back what git does not keep.",
                "`yoi restore` が git に残っていないものを復元します。",
            ),
        ),
        DoubtKind(
            "events_lost",
            Wording(
                "Events of {about} are lost: git's history has them, its log has not.",
                "merge により {about} の event が失われました。git の履歴にはありますが、"
                "ログにはありません。",
            ),
            _REPAIR,
        ),
        DoubtKind(
            RECORDS_LOST,
            Wording(
                "A relation or plan record that holds it up is lost: git's history has "
                "{about}, the store has not.",
                "この Ticket を妨げる relation または計画記録が失われました。git の履歴には "
                "{about} がありますが、ストアにはありません。",
            ),
            Wording(
                "`yoi restore {about}` brings it back from git's history; if it was taken away on "
                "purpose, say so with `yoi ticket relation remove` afterwards.",
                "`yoi restore {about}` が git の履歴から復元します。意図した削除なら、その後 "
                "`yoi ticket relation remove` で記録してください。",
            ),
        ),
        DoubtKind(
            "log_damaged",
            Wording(
                "Part of its own log cannot be read: {about}.",
                "自身のログの一部を読み取れません: {about}。",
            ),
            Wording(
                "Repair {about}: `yoi ticket doctor {about}` says where its log is damaged; "
                "`yoi resolve` parts events that a merge fused.",
                "{about} を修復する（`yoi ticket doctor {about}` が箇所を示し、`yoi resolve` が "
                "merge で繋がった event を分けます）。",
            ),
        ),
        DoubtKind(
            "item_unreadable",
            Wording("{about} cannot be read.", "{about} を読み取れません。"),
            _REPAIR,
        ),
        DoubtKind(
            "diverged",
            Wording("Its own log is not consistent.", "自身のログが分岐しています。"),
            Wording("Settle its log by a legal move.", "自身の分岐を正しい状態遷移で解消する。"),
        ),
        DoubtKind(
            "records_unreadable",
            Wording(
                "Its own relations or plan records cannot be read; they might hold it up: {about}.",
                "自身の relations または計画記録を読み取れません。妨げがある可能性があります: "
                "{about}。",
            ),
            _REPAIR,
        ),
        DoubtKind(
            "relations_unreadable",
            Wording(
                "The relations in {about} cannot be read; they might name this ticket.",
                "{about} の relations を読み取れません。この Ticket を指す可能性があります。",
            ),
            _REPAIR,
        ),
        DoubtKind(
            "relations_unknown",
            Wording(
                "A relation in {about} is of no known kind, or speaks of another ticket; it might "
                "hold this one up.",
                "{about} に未知の種類または別の Ticket の relation があります。"
                "この Ticket を妨げる可能性があります。",
            ),
            _REPAIR,
        ),
        DoubtKind(
            "plans_unreadable",
            Wording(
                "The plan records in {about} cannot be read; they might name this ticket.",
                "{about} の計画記録を読み取れません。この Ticket を指す可能性があります。",
            ),
            _REPAIR,
        ),
        DoubtKind(
            "plans_unknown",
            Wording(
                "A plan record in {about} is of no known kind, or does not say which tickets it "
                "means; it might hold this one back.",
                "{about} に未知の種類または対象の不明な計画記録があります。"
                "この Ticket を妨げる可能性があります。",
            ),
            _REPAIR,
        ),
        DoubtKind(
            "blocker_unreadable",
            Wording("It waits for {about}, which cannot be read.", "{about} を読み取れません。"),
            _REPAIR,
        ),
        DoubtKind(
            "blocker_diverged",
            Wording(
                "It waits for {about}, whose log is not consistent.",
                "{about} のログが分岐しています。",
            ),
            Wording(
                "Settle {about} by a legal move.", "{about} の分岐を正しい状態遷移で解消する。"
            ),
        ),
        DoubtKind(
            "duplicate_unreadable",
            Wording(
                "It is a duplicate of {about}, which cannot be read and might be open.",
                "{about} と重複していますが、そちらを読み取れず、未完了の可能性があります。",
            ),
            _REPAIR,
        ),
    )
}


def untrusted(ticket: str, doubts: Sequence[Doubt]) -> StoreInvalidError:
    """The error of a command that would decide about `ticket` in spite of `doubts`."""
    shown = " ".join(doubt.text(japanese=False) for doubt in doubts[:_SHOWN])
    more = f" There are {len(doubts) - _SHOWN} more causes." if len(doubts) > _SHOWN else ""
    return StoreInvalidError(
        EVENTS_MISSING if doubts[0].code == EVENTS_MISSING else "store_untrusted",
        f"Nothing is decided about {ticket}: {shown}{more}",
        hint=doubts[0].remedy(japanese=False),
        details={
            "ticket": ticket,
            "doubts": [{"code": d.code, "ticket": d.ticket, "about": d.about} for d in doubts],
        },
    )
