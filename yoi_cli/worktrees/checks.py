"""Finding what is left over of worktrees (docs/worktrees.md). Nothing is ever changed."""

from __future__ import annotations

from shlex import quote
from typing import TYPE_CHECKING

from yoi_cli.model.naming import ticket_of_branch
from yoi_cli.model.states import CLOSED
from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from yoi_cli.model.claim import Claim
    from yoi_cli.worktrees.model import Worktree
    from yoi_cli.worktrees.ports import WorktreeFacts


class WorktreeFinding(NamedTuple):
    """One finding: a code for scripts, the ticket, the place, what it is, and what to do."""

    code: str
    ticket: str | None
    place: str
    message: str
    hint: str


class Tickets(NamedTuple):
    """What doctor holds worktrees against: the states of all tickets (None for one that
    cannot be read), and the claims that are not given back, by ticket."""

    states: Mapping[str, str | None]
    claims: Mapping[str, Claim]


def examine_worktree_facts(facts: WorktreeFacts, tickets: Tickets) -> Sequence[WorktreeFinding]:
    """Everything about worktrees that somebody should look at."""
    return [
        *_of_git(facts),
        *(
            one
            for worktree in facts.worktrees
            if worktree.path not in facts.strays
            for one in _of_worktree(worktree, tickets)
        ),
        *_of_branches(facts, tickets),
        *_of_claims(facts, tickets),
    ]


def _of_git(facts: WorktreeFacts) -> Iterator[WorktreeFinding]:
    for path in facts.unknown:
        yield WorktreeFinding(
            "folder_unknown",
            None,
            path,
            "git knows no worktree here.",
            "See what it holds; `git worktree repair` helps one that was moved, and takes one that "
            "was copied away from where it is a copy of.",
        )
    for path in facts.strays:
        yield WorktreeFinding(
            "link_broken",
            None,
            path,
            "Its .git leads to another repository or worktree.",
            "If this clone is a copy of another, it is that one's: leave it alone. Else `git "
            "worktree repair` restores the link.",
        )
    for path in facts.tries:
        yield WorktreeFinding(
            "merge_left",
            None,
            path,
            "A merge is being tried here, or was and is left over.",
            "It goes when the same merge is made again; until then it does no harm.",
        )
    for path in facts.halted:
        yield WorktreeFinding(
            "move_cut_short",
            None,
            path,
            "Moving the branch that is checked out here was cut short.",
            "Do the same merge again: it ends what was begun.",
        )
    for path, folder in facts.hookless:
        yield WorktreeFinding(
            "hooks_missing",
            None,
            path,
            f"git runs no hooks here: core.hooksPath is relative, and only {folder} is there.",
            "`git config extensions.worktreeConfig true`, then `git -C "
            f"{quote(path)} config --worktree core.hooksPath {quote(folder)}`; with husky, "
            "installing the packages in it does as well.",
        )
    for path, files in facts.local:
        yield WorktreeFinding(
            "not_sparse",
            None,
            path,
            f"It holds what is local or secret: {', '.join(files[:5])}.",
            "`git sparse-checkout reapply` in it takes committed files away that are unchanged; "
            "they should not be committed at all.",
        )


def _of_worktree(worktree: Worktree, tickets: Tickets) -> Iterator[WorktreeFinding]:
    ticket, path = worktree.ticket, worktree.path
    if worktree.is_missing:
        yield WorktreeFinding(
            "folder_gone",
            ticket,
            path,
            "git lists a worktree here, and the folder is gone.",
            "If it was moved, `git worktree repair NEWPATH` finds it again"
            + (f"; else `yoi worktree remove {ticket}`." if ticket else "."),
        )
    elif worktree.is_unfinished:
        yield WorktreeFinding(
            "unfinished",
            ticket,
            path,
            "The making of it was cut short.",
            f"`yoi worktree add {ticket}` finishes it." if ticket else "Look at what it holds.",
        )
    if ticket is None:
        return
    if ticket not in tickets.states:
        yield WorktreeFinding(
            "ticket_missing",
            ticket,
            path,
            "Its ticket is not in this store.",
            "`yoi where` says which store it is.",
        )
    elif tickets.states[ticket] == CLOSED:
        yield WorktreeFinding(
            "ticket_closed",
            ticket,
            path,
            "Its ticket is closed.",
            f"`yoi worktree show {ticket}` says whether anything in it is not merged; "
            "`yoi worktree prune` removes it if not.",
        )


def _of_branches(facts: WorktreeFacts, tickets: Tickets) -> Iterator[WorktreeFinding]:
    for branch in facts.branches:
        ticket = ticket_of_branch(branch)
        if ticket is not None:
            known = ticket in tickets.states
            yield WorktreeFinding(
                "branch_alone",
                ticket,
                branch,
                "The branch is checked out nowhere.",
                f"`yoi worktree add {ticket} --branch {branch}` goes on with it."
                if known
                else "Its ticket is not in this store; `yoi where` says which store it is.",
            )


def _of_claims(facts: WorktreeFacts, tickets: Tickets) -> Iterator[WorktreeFinding]:
    present = [worktree.path for worktree in facts.worktrees if not worktree.is_missing]
    for ticket, claim in tickets.claims.items():
        named = claim.worktree
        if named is None or any(f"{path}/".endswith(f"/{named.strip('/')}/") for path in present):
            continue
        yield WorktreeFinding(
            "claim_worktree_gone",
            ticket,
            named,
            f"The claim of {claim.holder} names a worktree that is not there.",
            f"`yoi worktree add {ticket}` makes one; `yoi release {ticket}` gives the claim back.",
        )
