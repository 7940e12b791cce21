"""Worktrees on a terminal, in a pipe and as JSON."""

from __future__ import annotations

import shlex
import sys
from typing import TYPE_CHECKING

from yoi_cli.cli.text.console import console, is_terminal, text, write_stderr, write_stdout
from yoi_cli.cli.text.report import report_json, report_lines
from yoi_cli.cli.text.table import Cell, Column, print_table, state_style
from yoi_cli.model.text import counted, some_of, tsv

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yoi_cli.api.worktrees import (
        Pruned,
        RemovedWorktree,
        Worktree,
        WorktreeDetails,
        WorktreeFinding,
        WorktreeView,
    )

_COLUMNS = (
    Column("ticket", style="bold", no_wrap=True),
    Column("state", no_wrap=True),
    Column("ahead", justify="right", no_wrap=True),
    Column("dirty", justify="right", no_wrap=True),
    Column("standing", no_wrap=True),
    Column("branch", ratio=1),
    Column("path", ratio=2),
)
_FINDING_HEADER = ("code", "ticket", "place", "message", "hint")


def print_added(worktree: Worktree, *, as_json: bool) -> None:
    """A worktree was made."""
    if as_json:
        from yoi_cli.api.documents.worktree import worktree_document

        report_json("worktree_added", worktree_document(worktree))
        return
    ticket, branch = worktree.ticket or "", worktree.branch or ""
    report_lines(
        [("worktree", ticket, branch, worktree.path)],
        [
            f"Made a worktree for {ticket} on the branch {branch}:",
            f"  cd {shlex.quote(worktree.path)}",
        ],
    )


def print_worktrees(shown: Sequence[WorktreeView], *, as_json: bool) -> None:
    """All worktrees."""
    if as_json:
        from yoi_cli.api.documents.worktree import worktrees_document

        report_json("worktrees", worktrees_document(shown))
        return
    print_table(_COLUMNS, [_row(one) for one in shown], empty="There are no worktrees.")


def _row(one: WorktreeView) -> list[str | Cell]:
    worktree = one.worktree
    word = standing(one)
    return [
        worktree.ticket or "",
        Cell(one.state or "", state_style(one.state or "")),
        str(worktree.ahead),
        str(len(worktree.dirty)),
        Cell(word, "yellow" if word in ("missing", "unfinished", "detached") else ""),
        worktree.branch or "",
        worktree.path,
    ]


def standing(one: WorktreeView) -> str:
    """One word for how a worktree stands."""
    worktree = one.worktree
    words = (
        (worktree.is_missing, "missing"),
        (worktree.is_unfinished, "unfinished"),
        (one.worker is not None, "working"),
        (worktree.is_locked, "locked"),
        (worktree.branch is None, "detached"),
        (not worktree.is_clean, "dirty"),
        (worktree.ahead > 0, "ahead"),
    )
    return next((word for holds, word in words if holds), "clean")


def print_worktree(whole: WorktreeDetails, *, as_json: bool) -> None:
    """One worktree, and whether it may go."""
    if as_json:
        from yoi_cli.api.documents.worktree import shown_worktree_document

        report_json("worktree", shown_worktree_document(whole))
        return
    worktree = whole.shown.worktree
    facts = [
        ("ticket", worktree.ticket or ""),
        ("title", whole.shown.title or ""),
        ("state", whole.shown.state or ""),
        ("path", worktree.path),
        ("branch", worktree.branch or "(detached)"),
        ("head", worktree.head or ""),
        ("target", worktree.target),
        ("base", worktree.base or ""),
        ("ahead", str(worktree.ahead)),
        ("standing", standing(whole.shown)),
        *(("risk", risk.text) for risk in whole.risks),
        *(("rescued", ref) for ref in whole.rescues),
    ]
    if not whole.risks and not worktree.is_unfinished:
        facts.append(("removal", "Nothing would be lost."))
    report_lines(facts, [f"{name:<10} {value}" for name, value in facts if value])


def print_removed(removed: RemovedWorktree, *, as_json: bool) -> None:
    """A worktree was removed; where something was rescued, how to get it back."""
    if as_json:
        from yoi_cli.api.documents.worktree import removed_document

        report_json("worktree_removed", removed_document(removed))
        return
    rows = [("removed", removed.path, removed.branch or "")]
    rows += [("rescued", ref, "") for ref in removed.rescued]
    branch = f" and the branch {removed.branch}" if removed.branch else ""
    spoken = [f"Removed {removed.path}{branch}."]
    if removed.rescued:
        spoken += [f"Kept {ref}" for ref in removed.rescued]
    report_lines(rows, spoken)
    if removed.rescued:
        write_stderr(f"Get it back: git switch --create NAME {tsv([removed.rescued[0]])}\n")
    if removed.ignored:
        write_stderr(f"What git ignores went too: {tsv([some_of(removed.ignored)])}\n")


def print_pruned(looked: Sequence[Pruned], *, dry_run: bool, as_json: bool) -> None:
    """What pruning removed, and why the rest stays."""
    if as_json:
        from yoi_cli.api.documents.worktree import pruned_document

        report_json("worktrees_pruned", pruned_document(looked, dry_run=dry_run))
        return
    columns = (
        Column("outcome", style="bold", no_wrap=True),
        Column("ticket", no_wrap=True),
        Column("path", ratio=1),
        Column("reason", ratio=1),
    )
    rows = [
        (
            "stays" if one.stays else "would go" if one.removed is None else "removed",
            one.shown.worktree.ticket or "",
            one.shown.worktree.path,
            one.stays,
        )
        for one in looked
    ]
    print_table(columns, rows, empty="There are no worktrees of tickets.")


def print_findings(findings: Sequence[WorktreeFinding], *, as_json: bool) -> None:
    """What somebody should look at."""
    if as_json:
        from yoi_cli.api.documents.worktree import worktree_doctor_document

        report_json("worktree_doctor", worktree_doctor_document(findings))
        return
    if not is_terminal(sys.stdout):
        rows = [(one.code, one.ticket or "", one.place, one.message, one.hint) for one in findings]
        write_stdout("".join(tsv(row) + "\n" for row in (_FINDING_HEADER, *rows)))
        return
    target = console(sys.stdout)
    for one in findings:
        line = text(one.place, "bold")
        line.append_text(text(f"  {one.code}", "yellow"))
        target.print(line)
        target.print(text(f"  {one.message}"))
        target.print(text(f"  {one.hint}", "dim"))
    said = f"{counted(len(findings), 'finding')}." if findings else "Nothing is left over."
    target.print(text(said, "" if findings else "green"))
