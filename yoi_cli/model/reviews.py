"""What is said of a review that does not count, or that nobody answered: everywhere the same."""

from __future__ import annotations

from yoi_cli.model.wording import Wording

CHANGES_REQUESTED = Wording(
    "The newest review asks for changes that nobody has answered.",
    "最新のレビューが変更を求めており、まだ応答がありません。",
)
NOT_IN_PROGRESS = Wording(
    "It is {about}, and a review counts only while the work is in progress.",
    "{about} です。レビューは作業中 (inprogress) にのみ有効です。",
)
