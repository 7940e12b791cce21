"""Signed approvals: who may sign is read from the target branch (docs/orchestrate.md)."""

from __future__ import annotations

import secrets
from typing import TYPE_CHECKING

from yoi_cli.errors import UsageError, YoiError
from yoi_cli.model.signed_review import NAMESPACE, NONCE, SIGNATURE, SignedReview, packed, unpacked
from yoi_cli.orchestration.approvals import (
    NOT_SIGNED,
    SIGNED,
    Approvals,
    LocalApprovals,
    Worth,
    signed_review,
)

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

    from yoi_cli.git.repository import RepositoryPaths
    from yoi_cli.model.events import Event
    from yoi_cli.model.ids import TicketId
    from yoi_cli.model.settings import OrchestrationSettings
    from yoi_cli.workspace.session import Session

#: A file of allowed signers that is larger is none.
_LARGEST = 1 << 20


class SignedApprovals:
    """Those count that carry a signature by somebody whom the file at `path`, as the head of the
    target branch has it, allows to sign; it is read from that commit, and nowhere else."""

    is_signed = True

    def __init__(
        self, repository: RepositoryPaths, path: str, environment: Mapping[str, str]
    ) -> None:
        self._repository = repository
        self._path = f"{repository.workspace}/{path}" if repository.workspace else path
        self._environment = environment
        self._known: dict[tuple[SignedReview, str, str], Worth] = {}

    def worth(self, ticket: str, approval: Event, target: str, *, is_own: bool) -> Worth:
        said = signed_review(ticket, approval)
        if said is None:
            return Worth(NOT_SIGNED)
        head = self._repository.branch_commit(target) or ""
        key = (said, approval.attributes[SIGNATURE], head)
        if key not in self._known:
            self._known[key] = self._judge(*key, target)
        return self._known[key]

    def _judge(self, said: SignedReview, signature: str, head: str, target: str) -> Worth:
        from yoi_cli.git.ssh_signature import signer_of

        allowed = self._allowed(head)
        if allowed is None:
            return Worth(f"cannot be checked, since `{target}` has no {self._path}")
        signer = signer_of(said.text, unpacked(signature), allowed, NAMESPACE, self._environment)
        if signer.name:
            return Worth(by=signer.name)
        return Worth(f"has no valid signature by {self._path} of `{target}` ({signer.problem})")

    def _allowed(self, commit: str) -> bytes | None:
        """The file of allowed signers that `commit` has; None where it has none."""
        if not commit:
            return None
        asked = ["ls-tree", "-z", "--full-tree", "-l", commit, "--", self._path]
        line = self._repository.run(["--literal-pathspecs", *asked]).partition("\0")[0]
        mode, kind, name, size, *_ = *line.replace("\t", " ").split(), "", "", "", ""
        if kind != "blob" or not mode.startswith("100") or int(size) > _LARGEST:
            return None
        answer = self._repository.ask(["cat-file", "blob", name])
        return answer.out if answer.code == 0 else None


def open_approvals(session: Session, settings: OrchestrationSettings) -> Approvals:
    """What says which approvals count, as configured; outside of git there is no target."""
    if settings.approvals != SIGNED or session.checkout is None:
        return LocalApprovals()
    from yoi_cli.worktrees.open import repository_paths

    paths = repository_paths(session)
    return SignedApprovals(paths, settings.allowed_signers, session.environment)


def worths(session: Session, ticket: TicketId, marks: Container[str]) -> Mapping[str, Worth]:
    """What the approvals of a ticket in progress are worth, by the events' identities; nothing
    where approvals need not be signed. Raises `StoreInvalidError` (`config_invalid`)."""
    from yoi_cli.orchestration.steps import approvals_in, position_of
    from yoi_cli.workspace.settings import tables_of
    from yoi_cli.worktrees.open import open_repository

    settings = tables_of(session).orchestration
    approvals = open_approvals(session, settings)
    if not approvals.is_signed:
        return {}
    thread = session.store.thread(ticket).events
    at = position_of(thread, marks)
    target = at.target or settings.target or open_repository(session).default_branch()
    return approvals_in(thread, marks, ticket, target, approvals)


def signature_on(
    session: Session, ticket: str, commit: str | None, verdict: str, key: str | None
) -> tuple[tuple[str, str], ...]:
    """The attributes that a signed review has besides.

    `key` is a key as ssh-keygen knows it; where it is None, git's `user.signingKey` for SSH, else
    the one key of an agent. Raises `UsageError` (`review_commit_needed`,
    `signing_key_ambiguous`), `NotFoundError` (`signing_key_missing`) and `OperationError`
    (`ssh_keygen_missing`, `signing_failed`).
    """
    from yoi_cli.git.ssh_signature import agent_key, sign

    said = SignedReview(ticket, commit or "", verdict, secrets.token_hex(8))
    if not said.is_whole:
        raise UsageError(
            "review_commit_needed",
            "A signature is for one commit, and which one is not known here.",
            hint="Name the commit that was reviewed by its full id: --sha COMMIT.",
            details={"ticket": ticket, "commit": commit},
        )
    chosen = key or _key_of_git(session.workspace) or agent_key(session.environment)
    signature = packed(sign(said.text, chosen, NAMESPACE, session.environment))
    return (NONCE, said.nonce), (SIGNATURE, signature)


def _key_of_git(folder: str) -> str:
    """The key that git signs with, where that is an SSH key; empty for none."""
    from yoi_cli.git.command import look_up

    try:
        if look_up(["config", "--get", "gpg.format"], cwd=folder) != "ssh":
            return ""
        return look_up(["config", "--type=path", "--get", "user.signingKey"], cwd=folder)
    except YoiError:
        return ""
