"""What is said of a review that does not count, or that nobody answered: everywhere the same."""

from __future__ import annotations

from yoi_cli.model.wording import Wording

CHANGES_REQUESTED = Wording(
    "The newest review asks for changes that nobody has answered.",
    "最新のレビューが変更を求めており、まだ応答がありません。",
)
#: Why a review of what is not in progress is refused, or counts for nothing.
ONLY_IN_PROGRESS = "a review counts only while the work is in progress"
NOT_IN_PROGRESS = Wording(
    f"It is {{about}}, and {ONLY_IN_PROGRESS}.",
    "{about} です。レビューは作業中 (inprogress) にのみ有効です。",
)
