"""What orchestration needs of the forge that approved work is merged at (docs/orchestrate.md, "Pull
requests"). What comes back from there was written by others."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yoi_cli.store.ports import BranchPush

#: What `[orchestration] merge` says where a request is merged at a forge.
BY_REQUEST = "pull_request"
#: The states of a request.
OPEN, MERGED, CLOSED = "open", "merged", "closed"


class ForgeReview(NamedTuple):
    """A verdict that somebody gave at the forge: `mark` is the same word for it at every look,
    `status` one of a review's, `author` and `text` are theirs."""

    mark: str
    author: str
    status: str
    text: str
    commit: str = ""


class PullRequest(NamedTuple):
    """A request, as the forge tells of it: `head` is the commit that it asks to merge, `merge` the
    one that it was merged as, `last_word` the newest comment, where that was asked for."""

    number: str
    url: str
    state: str
    head: str
    merge: str = ""
    reviews: tuple[ForgeReview, ...] = ()
    last_word: str = ""


class NewRequest(NamedTuple):
    """A request that is to be opened."""

    branch: str
    target: str
    title: str
    body: str
    is_draft: bool = False


class Forge(Protocol):
    """The remote that branches are pushed to, and the requests at its forge.

    What needs the network raises `OperationError`: `remote_unreachable`, `remote_refused`,
    `remote_timeout`, and of the program `forge_failed`, `forge_timeout` and `program_missing`.
    """

    @property
    def remote(self) -> str:
        """The name of the remote, empty where there is none."""
        ...

    @property
    def host(self) -> str:
        """Where the remote is, as far as its address says."""
        ...

    @property
    def program(self) -> str:
        """The program that asks the forge, empty where a person opens requests."""
        ...

    def obstacles(self) -> Sequence[tuple[str, str]]:
        """What keeps requests from being opened: a code and a sentence each."""
        ...

    def page(self, branch: str, target: str) -> str:
        """The address at which a person opens the request; where the remote's says nothing of
        one, where the branch is."""
        ...

    def push(self, branch: str, commit: str, pushed: Sequence[str]) -> None:
        """Let the remote's `branch` be at `commit`. What it has besides is overwritten where it is
        one of `pushed`, which were pushed from here; else `ConflictError` (`branch_foreign`) is
        raised. Raises it with `branch_moved` where somebody pushes at the same time."""
        ...

    def planned_push(self, branch: str, commit: str, pushed: Sequence[str]) -> BranchPush:
        """What `push` would push, with what it would find there. Raises as it does."""
        ...

    def find(self, branch: str, target: str) -> PullRequest | None:
        """The request of `branch` into `target`: the open one, else the newest."""
        ...

    def open(self, new: NewRequest) -> None:
        """Open a request. Raises `OperationError` (`forge_failed`), also where there is one."""
        ...

    def look(self, number: str) -> PullRequest:
        """The request, with its reviews."""
        ...

    def fetch(self, target: str) -> str:
        """The head of the remote's `target`, which is here when this returns; empty for none."""
        ...

    def holds(self, head: str, commit: str) -> bool:
        """Whether `head` has `commit`, or all that it changes, as one commit or several."""
        ...
