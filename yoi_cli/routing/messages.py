"""The sentences of routing, in English and Japanese (docs/routing.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.model.routing import (
    BLOCKED,
    CLOSE_READY,
    CLOSED_OR_NOOP,
    IMPLEMENTATION_READY,
    IN_PROGRESS,
    REQUIREMENTS_SYNC_NEEDED,
    RETURN_TO_PLANNING,
    REVIEW_NEEDED,
    SPIKE_NEEDED,
    WAITING,
)
from yoi_cli.model.wording import Wording
from yoi_cli.routing.reasons import REASONS

if TYPE_CHECKING:
    from collections.abc import Mapping

_FINISH_CHAIN = Wording(
    "Finish what stands at the end of the chain: {about}.", "連鎖の末端から完了する: {about}。"
)

#: What to do next about a ticket of a classification; `{ticket}` is its id.
_ACTIONS: Mapping[str, Wording] = {
    CLOSED_OR_NOOP: Wording("Nothing.", "なし。"),
    CLOSE_READY: Wording("Close it with a resolution.", "resolution を書いて close する。"),
    REVIEW_NEEDED: Wording("Review the work.", "成果をレビューする。"),
    IN_PROGRESS: Wording("Go on, and report when it is done.", "作業を続け、完了を報告する。"),
    REQUIREMENTS_SYNC_NEEDED: Wording(
        "Mark it ready with `yoi ticket intake {ticket}`.",
        "`yoi ticket intake {ticket}` で ready にする。",
    ),
    BLOCKED: Wording(
        "Wait for what blocks it, then route it again.",
        "妨げているものの解消を待ち、再度 routing する。",
    ),
    WAITING: Wording("Wait, then route it again.", "待機し、再度 routing する。"),
    IMPLEMENTATION_READY: Wording(
        "Begin it: `yoi start {ticket}`.", "`yoi start {ticket}` で着手する。"
    ),
    RETURN_TO_PLANNING: Wording(
        "Settle the open question in planning.", "planning で未決事項を決める。"
    ),
    SPIKE_NEEDED: Wording(
        "Find out what is unknown, changing nothing.", "変更を加えずに不明点を調査する。"
    ),
}
_START = Wording(
    "Start the work on branch {branch} in worktree {worktree}.",
    "worktree {worktree} の branch {branch} で作業を開始する。",
)


def sentence(code: str, *, japanese: bool = False, about: str = "") -> str:
    """The sentence for a reason's code."""
    return REASONS[code].sentence.text(japanese=japanese, about=about)


def remedy(code: str, *, japanese: bool = False, about: str = "") -> str:
    """What would free a ticket that the reason holds. Raises KeyError where nothing is known."""
    wording = REASONS[code].remedy
    if wording is None:
        raise KeyError(code)
    return wording.text(japanese=japanese, about=about)


def finish_chain(blocker: str, last: str, *, japanese: bool = False) -> str:
    """What would free a ticket whose `blocker` waits, in the end, for `last`."""
    return _FINISH_CHAIN.text(japanese=japanese, about=f"{blocker} ← {last}")


def next_action(
    classification: str, reason: str = "", *, japanese: bool = False, ticket: str = "ID"
) -> str:
    """What to do about `ticket`, which is of this classification for this reason."""
    kind = REASONS.get(reason)
    is_own = kind is not None and kind.classification == classification
    wording = kind.action if kind is not None and is_own else None
    return (wording or _ACTIONS[classification]).text(japanese=japanese, ticket=ticket)


def start_action(branch: str, worktree: str, *, japanese: bool = False) -> str:
    """What to do about a ticket that was accepted."""
    return _START.text(japanese=japanese, branch=branch, worktree=worktree)
