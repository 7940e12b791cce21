"""The sentences of routing, in English and Japanese, by their stable codes."""

from __future__ import annotations

#: code: (English, Japanese); `{about}` is what the sentence is about.
SENTENCES: dict[str, tuple[str, str]] = {
    "closed": ("It is closed.", "すでに closed です。"),
    "duplicate": (
        "It is a duplicate of {about}, which is open.",
        "{about} と重複しており、そちらが未完了です。",
    ),
    "done": ("The work is done.", "作業は done です。"),
    "unreviewed_work": (
        "Work was reported that no review has seen.",
        "まだレビューされていない報告があります。",
    ),
    "changes_requested": (
        "The newest review asks for changes that nobody has answered.",
        "最新のレビューが変更を求めており、まだ応答がありません。",
    ),
    "stalled": (
        "Whoever claimed it is gone, and nothing was reported.",
        "担当の claim が失効しており、報告もありません。",
    ),
    "approved": ("The newest review approves it.", "最新のレビューは承認です。"),
    "under_way": ("It is being worked on.", "作業中です。"),
    "acceptance_missing": (
        "It has no acceptance criteria.",
        "受け入れ条件が書かれていません。",
    ),
    "not_marked_ready": ("It was not marked ready yet.", "まだ ready になっていません。"),
    "not_queued": (
        "It is ready, but nobody queued it: that is for a person to decide.",
        "ready ですが、人間によって queued にされていません。",
    ),
    "blocked": ("It waits for {about}.", "{about} の完了待ちです。"),
    "blocker_missing": ("It waits for {about}, which is missing.", "{about} が存在しません。"),
    "blocker_unreadable": (
        "It waits for {about}, which cannot be read.",
        "{about} を読み取れません。",
    ),
    "blocker_diverged": (
        "It waits for {about}, whose log is not of one mind.",
        "{about} のログが分岐しています。",
    ),
    "cycle": (
        "It waits for itself: {about}.",
        "循環した依存に含まれています: {about}。",
    ),
    "diverged": ("Its own log is not of one mind.", "自身のログが分岐しています。"),
    "ordering": ("By the plan it comes after {about}.", "計画上、{about} の後に行います。"),
    "conflict": (
        "It must not run beside {about}, which is in progress.",
        "進行中の {about} と並行して行えません。",
    ),
    "capacity": ("All places are taken: {about}.", "作業枠が埋まっています: {about}。"),
    "dirty_workspace": (
        "The workspace has changes that are not committed: {about}.",
        "作業ツリーに未コミットの変更があります: {about}。",
    ),
    "claimed": ("It is claimed by {about}.", "{about} が claim しています。"),
    "queued_and_free": (
        "It is queued, and nothing holds it up.",
        "queued であり、妨げるものはありません。",
    ),
    "relations_unreadable": (
        "The relations of {about} cannot be read; they might name this ticket.",
        "{about} の relations を読み取れません。この Ticket を指す可能性があります。",
    ),
    "plans_unreadable": (
        "The plan records of {about} cannot be read; they might name this ticket.",
        "{about} の計画記録を読み取れません。この Ticket を指す可能性があります。",
    ),
    "records_unreadable": (
        "Its own relations or plan records cannot be read; they might hold it up.",
        "自身の relations または計画記録を読み取れません。妨げがある可能性があります。",
    ),
    "unblock_chain": (
        "Finish what stands at the end of the chain: {about}.",
        "連鎖の末端から完了する: {about}。",
    ),
    "unblock_blocked": ("Finish {about}.", "{about} を完了する。"),
    "unblock_missing": (
        "Bring {about} back, or correct the relation to it.",
        "{about} を復元するか、relation を訂正する。",
    ),
    "unblock_unreadable": (
        "Repair {about}; `yoi ticket doctor` says what is wrong with it.",
        "{about} を修復する（`yoi ticket doctor` を参照）。",
    ),
    "unblock_diverged": (
        "Settle {about} by a legal move.",
        "{about} の分岐を正しい状態遷移で解消する。",
    ),
    "unblock_diverged_itself": (
        "Settle its log by a legal move.",
        "自身の分岐を正しい状態遷移で解消する。",
    ),
    "unblock_cycle": (
        "Decide which relation of the cycle is wrong.",
        "循環のどの relation が誤りかを決める。",
    ),
    "unblock_not_queued": (
        "Queue it: `yoi ticket state {about} queued`.",
        "`yoi ticket state {about} queued` で queued にする。",
    ),
    "unblock_ordering": ("Finish {about} first.", "先に {about} を完了する。"),
    "unblock_conflict": ("Wait until {about} is finished.", "{about} の完了を待つ。"),
    "unblock_capacity": ("Finish something that is in progress.", "進行中の作業を完了する。"),
    "unblock_dirty_workspace": (
        "Commit or put aside the changes.",
        "変更を commit するか退避する。",
    ),
    "unblock_claimed": (
        "Wait for {about}, or for the end of its lease.",
        "{about} または lease の終了を待つ。",
    ),
}

_ACTIONS: dict[str, tuple[str, str]] = {
    "closed_or_noop": ("Nothing.", "なし。"),
    "close_ready": (
        "Close it with a resolution.",
        "resolution を書いて close する。",
    ),
    "review_needed": ("Review the work.", "成果をレビューする。"),
    "review_needed/changes_requested": (
        "Answer the review, and report.",
        "レビューに応答し、報告する。",
    ),
    "in_progress": ("Go on, and report when it is done.", "作業を続け、完了を報告する。"),
    "in_progress/approved": (
        "Merge, validate, and mark it done.",
        "merge と検証を行い、done にする。",
    ),
    "in_progress/stalled": (
        "Take it over with `yoi claim {ticket}`, or give it back to planning.",
        "`yoi claim {ticket}` で引き継ぐか、planning に戻す。",
    ),
    "requirements_sync_needed": (
        "Mark it ready with `yoi ticket intake {ticket}`.",
        "`yoi ticket intake {ticket}` で ready にする。",
    ),
    "requirements_sync_needed/acceptance_missing": (
        "Write down how one can tell that it is done.",
        "完了を判断できる受け入れ条件を書く。",
    ),
    "blocked_by_dependency_or_missing_authority": (
        "Wait for what blocks it, then route it again.",
        "妨げているものの解消を待ち、再度 routing する。",
    ),
    "blocked_by_dependency_or_missing_authority/not_queued": (
        "A person decides whether to queue it.",
        "人間が queued にするか判断する。",
    ),
    "waiting": ("Wait, then route it again.", "待機し、再度 routing する。"),
    "implementation_ready": (
        "Accept it: `yoi route {ticket} --accept`.",
        "`yoi route {ticket} --accept` で受理する。",
    ),
    "return_to_planning": (
        "Settle the open question in planning.",
        "planning で未決事項を決める。",
    ),
    "spike_needed": (
        "Find out what is unknown, changing nothing.",
        "変更を加えずに不明点を調査する。",
    ),
}


def sentence(code: str, *, japanese: bool = False, about: str = "") -> str:
    """The sentence for a reason's code."""
    english, other = SENTENCES[code]
    return (other if japanese else english).format(about=about)


def next_action(
    classification: str, reason: str = "", *, japanese: bool = False, ticket: str = "ID"
) -> str:
    """What to do about `ticket`, which is of this classification for this reason."""
    texts = _ACTIONS.get(f"{classification}/{reason}", _ACTIONS[classification])
    return texts[1 if japanese else 0].format(ticket=ticket)


def start_action(branch: str, worktree: str, *, japanese: bool = False) -> str:
    """What to do about a ticket that was accepted."""
    if japanese:
        return f"worktree {worktree} の branch {branch} で作業を開始する。"
    return f"Start the work on branch {branch} in worktree {worktree}."
