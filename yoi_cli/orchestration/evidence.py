"""What a coder left behind: git and exit codes are asked, not the coder (docs/orchestrate.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.model.text import some_of, visible
from yoi_cli.model.workers.profiles import CODER, LOCAL
from yoi_cli.orchestration.texts import WorkEvidence, code, short
from yoi_cli.orchestration.worker_requests import how_it_ended
from yoi_cli.workers.model import EXITED

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from yoi_cli.orchestration.ports import Changes, OrchestrationPorts
    from yoi_cli.orchestration.position import Position
    from yoi_cli.orchestration.texts import CommandResult
    from yoi_cli.workers.model import WorkerView
    from yoi_cli.worktrees.model import Worktree

_SHOWN = 10


def examine(
    ports: OrchestrationPorts, at: Position, worktree: Worktree, view: WorkerView
) -> WorkEvidence:
    """What the round's coder did, before anything is run on it."""
    problems = [*_of_worker(view), *_of_tree(ports, at, worktree)]
    return _finding(ports, at, worktree, view, problems)


def settle(
    ports: OrchestrationPorts,
    at: Position,
    worktree: Worktree,
    view: WorkerView | None,
    results: Sequence[CommandResult],
) -> WorkEvidence:
    """What was found of `at.commit`, now that the validation commands were run."""
    problems = [f"{code(one.command)} failed: {one.outcome}." for one in results if not one.is_good]
    if worktree.branch != at.branch or worktree.head != at.commit:
        problems.append(f"The worktree left {short(at.commit)} while it was looked at.")
    if at.tree:
        problems.append("Something was not committed while the commands ran.")
    problems += _of_submodules(ports, at, at.commit)
    if not ports.repository.is_ancestor(at.base, at.commit):
        problems.append(
            f"{short(at.commit)} does not come from {short(at.base)}, where the branch began."
        )
    found = _finding(ports, at, worktree, view, problems)._replace(results=tuple(results))
    left = worktree.dirty
    notes = (f"Not committed, and not part of it: {_some(left)}.",) if left else ()
    return found._replace(commit=at.commit, notes=(*found.notes, *notes))


def _of_worker(view: WorkerView) -> Iterator[str]:
    if view.state != EXITED or view.cause:
        yield f"The coder did not come to its end: {how_it_ended(view)}."
    elif view.exit_code != 0:
        yield f"The coder exited with {view.exit_code}."


def _of_tree(ports: OrchestrationPorts, at: Position, worktree: Worktree) -> Iterator[str]:
    if worktree.branch != at.branch:
        where = f"on `{worktree.branch}`" if worktree.branch else "detached"
        yield f"HEAD of the worktree is {where}, not on `{at.branch}`."
        return
    head = worktree.head or ""
    if head in (at.base, ""):
        yield "Nothing was committed."
    elif head == at.reported:
        yield f"Nothing was committed since {short(head)} was reported."
    elif not ports.repository.is_ancestor(at.base, head):
        yield f"{short(head)} does not come from {short(at.base)}, where the branch began."
    elif not ports.history.changes(at.base, head).file_count:
        yield "What was committed changes no file."
    if worktree.dirty:
        yield f"Not committed: {_some(worktree.dirty)}."
    if head:
        yield from _of_submodules(ports, at, head)


def _of_submodules(ports: OrchestrationPorts, at: Position, head: str) -> Iterator[str]:
    found = ports.history.unshared_submodules(at.base, head)
    target = ports.repository.commit_of(f"refs/heads/{at.target}") if found else None
    others = ports.history.unshared_submodules(at.base, target) if target else ()
    for path, commit in found:
        if (path, commit) in others:
            continue  # it came with what was merged
        yield (
            f"The submodule {code(path)} is at {short(commit)}, which no remote of it has: push "
            "that commit first, or leave the submodule as it was."
        )


def _finding(
    ports: OrchestrationPorts,
    at: Position,
    worktree: Worktree,
    view: WorkerView | None,
    problems: Sequence[str],
) -> WorkEvidence:
    head = worktree.head if worktree.branch == at.branch else None
    changes = ports.history.changes(at.base, head) if head and head != at.base else None
    rewritten = bool(head and at.start) and not ports.repository.is_ancestor(at.start, head or "")
    return WorkEvidence(
        round=at.coder,
        branch=at.branch,
        commit=head or "",
        worker=worker_sentence(CODER, view) if view else "The coder's record is not kept any more.",
        problems=tuple(problems),
        commits=_commits(changes) if changes else (),
        files=_files(changes) if changes else (),
        notes=(f"The branch was rewritten: {short(at.start)} is not part of it.",)
        if rewritten
        else (),
    )


def worker_sentence(role: str, view: WorkerView) -> str:
    """A worker in one line: who, how it ended, and where its transcript ends."""
    profile = f" ({view.profile})" if view.profile else ""
    where = f" on {view.runtime_id}" if view.runtime_id != LOCAL else ""
    return (
        f"Worker {view.worker_id}, {role}{profile}{where}: {how_it_ended(view)}; "
        f"{view.output_size} bytes of output."
    )


def tree_word(dirty: Sequence[str]) -> str:
    """A word for the paths that are not committed, empty where there are none."""
    if not dirty:
        return ""
    from hashlib import sha256

    return sha256("\0".join(sorted(dirty)).encode("utf-8", "surrogateescape")).hexdigest()[:16]


def changes_of_reviewer(at: Position, checkout: Worktree | None) -> str:
    """What a reviewer changed in its checkout, where it was only to look, as a sentence; empty
    for nothing."""
    if checkout is None:
        return "The reviewer's checkout is gone."
    if checkout.branch is not None:
        return f"The reviewer left its checkout on {checkout.branch}."
    if checkout.head != at.reported:
        return f"The reviewer committed: its checkout is at {short(checkout.head or '')}."
    if tree_word(checkout.dirty) != at.tree:
        return f"The reviewer changed files: {_some(checkout.dirty) or 'some are gone'}."
    return ""


def _commits(changes: Changes) -> tuple[str, ...]:
    shown = (f"{short(commit)} {visible(subject)}" for commit, subject in changes.commits[:_SHOWN])
    return (*shown, *_more(changes.commit_count))


def _files(changes: Changes) -> tuple[str, ...]:
    shown = (
        f"{code(path)} " + ("binary" if added is None or gone is None else f"+{added} −{gone}")
        for path, added, gone in changes.files[:_SHOWN]
    )
    return (*shown, *_more(changes.file_count))


def _more(count: int) -> list[str]:
    return [f"and {count - _SHOWN} more"] if count > _SHOWN else []


def _some(paths: Sequence[str]) -> str:
    return some_of(list(map(code, paths)))
