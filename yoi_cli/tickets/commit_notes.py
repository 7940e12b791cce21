"""What an event of a hook says, in the language of the records."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.model import commits

if TYPE_CHECKING:
    from yoi_cli.model.commits import Note

_ENGLISH = {
    commits.AMEND: "Amended:",
    commits.REBASE: "Rebased: {count} commits have new ids.",
    "one": "Rebased: 1 commit has a new id.",
    commits.MERGE: "`{branch}` at {merged} was merged into `{into}`.",
    "more": "- and {count} more",
}
_JAPANESE = {
    commits.AMEND: "amend しました。",
    commits.REBASE: "rebase しました。{count} 件の commit の id が変わりました。",
    "one": "rebase しました。1 件の commit の id が変わりました。",
    commits.MERGE: "`{branch}` ({merged}) を `{into}` に merge しました。",
    "more": "- ほか {count} 件",
}


def body_of(note: Note, *, japanese: bool) -> str:
    """The body of the event that `note` becomes. Its lines of commits are read back by
    `commits.Recorded`, so that they are the same in every language."""
    words = _JAPANESE if japanese else _ENGLISH
    if note.what == commits.COMMIT:
        lines = [note.subject, "", *(f"- {file}" for file in note.files)]
        more = [words["more"].format(count=note.more_files)] if note.more_files else []
        return "\n".join([*lines, *more])
    if note.what == commits.MERGE:
        said = words[commits.MERGE].format(
            branch=note.branch, merged=note.merged[:12], into=note.into
        )
        return f"{said}\n\n{note.subject}" if note.subject else said
    key = note.how if note.how in words else commits.REBASE
    count = len(note.pairs)
    said = words["one" if key == commits.REBASE and count == 1 else key].format(count=count)
    pairs = [f"- {pair.old} → {pair.new} {pair.subject}".rstrip() for pair in note.pairs]
    return "\n".join([said, "", *pairs, *(f"- {sha} → dropped" for sha in note.dropped)])
