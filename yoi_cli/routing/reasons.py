"""The reasons of routing: each declared once (docs/routing.md, "Reasons").

A reason has a stable code, the classification that it leads to, and its words in English and
Japanese; `{about}` in them is what they are about.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.model.reviews import CHANGES_REQUESTED
from yoi_cli.model.routing import (
    BLOCKED,
    CLOSE_READY,
    CLOSED_OR_NOOP,
    IMPLEMENTATION_READY,
    IMPLEMENTER,
    IN_PROGRESS,
    MERGER,
    NOBODY,
    PERSON,
    REQUIREMENTS_SYNC_NEEDED,
    REVIEW_NEEDED,
    REVIEWER,
    WAITING,
)
from yoi_cli.model.wording import Wording
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.tickets.doubts import DOUBTS

if TYPE_CHECKING:
    from collections.abc import Mapping


class ReasonKind(NamedTuple):
    """A reason.

    `classification` is what a ticket is for it, None for what is only a notice. `remedy` is
    what would free a ticket that it holds. `action` is what to do next where that is not what
    its classification says. `turn` is whose turn it is, where that is not nobody's.
    """

    code: str
    classification: str | None
    sentence: Wording
    remedy: Wording | None = None
    action: Wording | None = None
    turn: str = NOBODY


#: Every reason by its code.
REASONS: Mapping[str, ReasonKind] = {
    kind.code: kind
    for kind in (
        ReasonKind("closed", CLOSED_OR_NOOP, Wording("It is closed.", "すでに closed です。")),
        ReasonKind(
            "duplicate",
            CLOSED_OR_NOOP,
            Wording(
                "It is a duplicate of {about}, which is open.",
                "{about} と重複しており、そちらが未完了です。",
            ),
        ),
        ReasonKind(
            "done",
            CLOSE_READY,
            Wording("The work is done.", "作業は done です。"),
            action=Wording(
                "Close it with a resolution: `yoi ticket close {ticket} -m TEXT`.",
                "`yoi ticket close {ticket} -m TEXT` で resolution を書いて close する。",
            ),
            turn=PERSON,
        ),
        ReasonKind(
            "unreviewed_work",
            REVIEW_NEEDED,
            Wording(
                "Work was reported that no review has seen.",
                "まだレビューされていない報告があります。",
            ),
            action=Wording(
                "Review the work: `yoi ticket review {ticket} --approve -m TEXT`, or "
                "`--request-changes`.",
                "`yoi ticket review {ticket} --approve -m TEXT`（または `--request-changes`）で"
                "レビューする。",
            ),
            turn=REVIEWER,
        ),
        ReasonKind(
            "changes_requested",
            REVIEW_NEEDED,
            CHANGES_REQUESTED,
            action=Wording(
                "Make the changes, commit, and report them: `yoi ticket comment {ticket} --role "
                "implementation_report -m TEXT`.",
                "修正して commit し、`yoi ticket comment {ticket} --role implementation_report -m "
                "TEXT` で報告する。",
            ),
            turn=IMPLEMENTER,
        ),
        ReasonKind(
            "answer_needed",
            IN_PROGRESS,
            Wording(
                "Whoever works on it asks a question that nobody has answered.",
                "作業者の質問にまだ誰も答えていません。",
            ),
            action=Wording(
                "Answer it: `yoi ticket answer {ticket} -m TEXT`.",
                "`yoi ticket answer {ticket} -m TEXT` で答える。",
            ),
            turn=PERSON,
        ),
        ReasonKind(
            "person_needed",
            IN_PROGRESS,
            Wording(
                "Its orchestrator cannot go on without a person.",
                "orchestrator が人間の判断を待っています。",
            ),
            action=Wording(
                "See why with `yoi ticket show {ticket}`; then ask for changes, commit, or go on "
                "with `yoi orchestrate {ticket} --retry`.",
                "`yoi ticket show {ticket}` で理由を確認し、変更を求めるか commit するか、"
                "`yoi orchestrate {ticket} --retry` で再開する。",
            ),
            turn=PERSON,
        ),
        ReasonKind(
            "merge_awaited",
            IN_PROGRESS,
            Wording(
                "It waits for the request to be merged: {about}",
                "request が merge されるのを待っています: {about}",
            ),
            action=Wording(
                "Review and merge it there; `yoi orchestrate {ticket}` looks whether it is merged.",
                "そこでレビューして merge する。`yoi orchestrate {ticket}` が merge を確認する。",
            ),
        ),
        ReasonKind(
            "stalled",
            IN_PROGRESS,
            Wording(
                "Whoever claimed it is gone, and nothing was reported.",
                "担当の claim が失効しており、報告もありません。",
            ),
            action=Wording(
                "Take it over with `yoi claim {ticket}`, or give it back to planning.",
                "`yoi claim {ticket}` で引き継ぐか、planning に戻す。",
            ),
            turn=IMPLEMENTER,
        ),
        ReasonKind(
            "approved",
            IN_PROGRESS,
            Wording("The newest review approves it.", "最新のレビューは承認です。"),
            action=Wording(
                "Merge it, validate, and mark it done: `yoi finish {ticket}`.",
                "`yoi finish {ticket}` で merge と検証を行い、done にする。",
            ),
            turn=MERGER,
        ),
        ReasonKind(
            "under_way",
            IN_PROGRESS,
            Wording("It is being worked on.", "作業中です。"),
            action=Wording(
                "Go on, commit, and report when it is done: `yoi ticket comment {ticket} --role "
                "implementation_report -m TEXT`.",
                "作業を続けて commit し、完了したら `yoi ticket comment {ticket} --role "
                "implementation_report -m TEXT` で報告する。",
            ),
            turn=IMPLEMENTER,
        ),
        ReasonKind(
            "acceptance_missing",
            REQUIREMENTS_SYNC_NEEDED,
            Wording("It has no acceptance criteria.", "受け入れ条件が書かれていません。"),
            remedy=Wording(
                "Write them: `yoi ticket edit {about} --acceptance TEXT`.",
                "`yoi ticket edit {about} --acceptance TEXT` で受け入れ条件を書く。",
            ),
            action=Wording(
                "Write down how one can tell that it is done: "
                "`yoi ticket edit {ticket} --acceptance TEXT`.",
                "`yoi ticket edit {ticket} --acceptance TEXT` で、"
                "完了を判断できる受け入れ条件を書く。",
            ),
            turn=PERSON,
        ),
        ReasonKind(
            "not_marked_ready",
            REQUIREMENTS_SYNC_NEEDED,
            Wording("It was not marked ready yet.", "まだ ready になっていません。"),
            turn=PERSON,
        ),
        ReasonKind(
            "not_queued",
            BLOCKED,
            Wording(
                "It is ready, but nobody queued it: that is for a person to decide.",
                "ready ですが、人間によって queued にされていません。",
            ),
            remedy=Wording(
                "Queue it: `yoi ticket state {about} queued`.",
                "`yoi ticket state {about} queued` で queued にする。",
            ),
            action=Wording(
                "A person decides whether to queue it: `yoi ticket state {ticket} queued`.",
                "人間が queued にするか判断する: `yoi ticket state {ticket} queued`。",
            ),
            turn=PERSON,
        ),
        ReasonKind(
            "blocked",
            BLOCKED,
            Wording("It waits for {about}.", "{about} の完了待ちです。"),
            remedy=Wording("Finish {about}.", "{about} を完了する。"),
        ),
        ReasonKind(
            "blocker_missing",
            BLOCKED,
            Wording("It waits for {about}, which is missing.", "{about} が存在しません。"),
            remedy=Wording(
                "Bring {about} back, or correct the relation to it.",
                "{about} を復元するか、relation を訂正する。",
            ),
            turn=PERSON,
        ),
        ReasonKind(
            "dependency_missing",
            BLOCKED,
            Wording(
                "It waits for {about}, which was never imported.",
                "{about} を待っていますが、まだ取り込まれていません。",
            ),
            remedy=Wording(
                "Import it (`yoi ticket import SOURCE`), or say that nothing waits for it: "
                "`yoi ticket relation remove {about}`.",
                "取り込む（`yoi ticket import SOURCE`）か、待つ必要がなければ "
                "`yoi ticket relation remove {about}` で外す。",
            ),
            turn=PERSON,
        ),
        ReasonKind(
            "cycle",
            BLOCKED,
            Wording("It waits for itself: {about}.", "循環した依存に含まれています: {about}。"),
            remedy=Wording(
                "Decide which relation of the cycle is wrong.",
                "循環のどの relation が誤りかを決める。",
            ),
            turn=PERSON,
        ),
        ReasonKind(
            "ordering",
            WAITING,
            Wording("By the plan it comes after {about}.", "計画上、{about} の後に行います。"),
            remedy=Wording("Finish {about} first.", "先に {about} を完了する。"),
        ),
        ReasonKind(
            "conflict",
            WAITING,
            Wording(
                "It must not run beside {about}, which is in progress.",
                "進行中の {about} と並行して行えません。",
            ),
            remedy=Wording("Wait until {about} is finished.", "{about} の完了を待つ。"),
        ),
        ReasonKind(
            "capacity",
            WAITING,
            Wording("All places are taken: {about}.", "作業枠が埋まっています: {about}。"),
            remedy=Wording("Finish something that is in progress.", "進行中の作業を完了する。"),
        ),
        ReasonKind(
            "dirty_workspace",
            WAITING,
            Wording(
                "The workspace has changes that are not committed: {about}.",
                "作業ツリーに未コミットの変更があります: {about}。",
            ),
            remedy=Wording("Commit or put aside the changes.", "変更を commit するか退避する。"),
            turn=PERSON,
        ),
        ReasonKind(
            "claimed",
            WAITING,
            Wording("It is claimed by {about}.", "{about} が claim しています。"),
            remedy=Wording(
                "Wait for {about}, or for the end of its lease.",
                "{about} または lease の終了を待つ。",
            ),
        ),
        ReasonKind(
            "queued_and_free",
            IMPLEMENTATION_READY,
            Wording(
                "It is queued, and nothing holds it up.", "queued であり、妨げるものはありません。"
            ),
            turn=IMPLEMENTER,
        ),
        # Why the store is not trusted about a ticket, which the rule of trust declares.
        *(
            ReasonKind(one.code, BLOCKED, one.sentence, one.remedy, turn=PERSON)
            for one in DOUBTS.values()
        ),
    )
}


def classification_of(code: str) -> str:
    """What a ticket is for the reason `code`. Raises KeyError for a mere notice."""
    classification = REASONS[code].classification
    if classification is None:
        raise KeyError(code)
    return classification


def turn_of(code: str) -> str:
    """Whose turn it is for the reason `code`, one of `TURNS`."""
    kind = REASONS.get(code)
    return NOBODY if kind is None else kind.turn
