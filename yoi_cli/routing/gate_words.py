"""The gate's own sentences, in English and Japanese, by their stable codes."""

from __future__ import annotations

#: code: (English, Japanese); `{about}` is what the sentence is about.
_SENTENCES: dict[str, tuple[str, str]] = {
    "is_done": ("It is {about}.", "{about} です。"),
    "not_done": ("It is {about}, not done.", "{about} であり、まだ done ではありません。"),
    "not_reviewed": ("Nobody has reviewed it.", "まだレビューされていません。"),
    "review_asks_for_changes": (
        "The newest review, by {about}, asks for changes.",
        "最新のレビュー（{about}）が変更を求めています。",
    ),
    "review_unbound": (
        "The newest review, by {about}, is bound to no commit.",
        "最新のレビュー（{about}）はどの commit にも紐付いていません。",
    ),
    "review_elsewhere": (
        "The newest review approves another commit than the head: {about}.",
        "最新のレビューは head と異なる commit を承認しています: {about}。",
    ),
    "review_approves": (
        "The newest review, by {about}, approves the head commit.",
        "最新のレビュー（{about}）が head commit を承認しています。",
    ),
}


def gate_sentence(code: str, *, japanese: bool = False, about: str = "") -> str:
    """The sentence for a reason that only the gate gives."""
    english, other = _SENTENCES[code]
    return (other if japanese else english).format(about=about)
