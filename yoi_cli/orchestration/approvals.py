"""Which approvals count: what a clone's own commands wrote, or what is signed
(docs/orchestrate.md, "Signed approvals")."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from yoi_cli.model.signed_review import NONCE, SIGNATURE, SignedReview
from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from yoi_cli.model.events import Event
    from yoi_cli.orchestration.position import Position

LOCAL, SIGNED = "local", "signed"
#: Why an approval counts for nothing, as the end of a sentence on it.
NOT_OWN = "is not this clone's"
NOT_SIGNED = "is not signed"
REPEATED = "is a copy of one given before"
GIVEN_AT_FORGE = "was given at the forge, where it counts"


class Worth(NamedTuple):
    """What an approval is worth: `why_not` is empty where it counts, `by` who signed it."""

    why_not: str = ""
    by: str = ""

    @property
    def counts(self) -> bool:
        return not self.why_not

    @property
    def sentence(self) -> str:
        """For a person; empty for one that counts since this clone wrote it."""
        if self.why_not:
            return f"it {self.why_not}: it counts for nothing here"
        return f"signed by {self.by}" if self.by else ""


class Approvals(Protocol):
    """Says what approvals are worth; `is_signed` says that they are to be signed."""

    @property
    def is_signed(self) -> bool: ...

    def worth(self, ticket: str, approval: Event, target: str, *, is_own: bool) -> Worth:
        """Of an approval in the log of `ticket`, whose work is merged into `target`; `is_own` says
        that this clone wrote it."""
        ...


class LocalApprovals:
    """Those count that this clone's own commands wrote."""

    is_signed = False

    def worth(self, ticket: str, approval: Event, target: str, *, is_own: bool) -> Worth:
        return Worth("" if is_own else NOT_OWN)


def told_of(at: Position) -> str:
    """What was said of the reported commit and is no approval, as sentences that follow others."""
    said = " The reviewer approves it, and a person is to sign that." if at.is_endorsed else ""
    for author, why_not in dict.fromkeys(at.unrecorded):
        said += f" An approval by {author} {why_not}, and counts for nothing here."
    return said


def signed_review(ticket: str, approval: Event) -> SignedReview | None:
    """What the signature of a review must be for; None where it has none, or is about no commit
    by its full name."""
    pairs = approval.attributes
    if not pairs.get(SIGNATURE):
        return None
    commit, nonce = pairs.get("commit", ""), pairs.get(NONCE, "")
    said = SignedReview(ticket, commit, approval.status, nonce)
    return said if said.is_whole else None
