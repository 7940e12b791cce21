"""Which workspace and store are used."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from yoi_cli.git.checkout import Checkout
    from yoi_cli.workspace.session import Session


class Whereabouts(NamedTuple):
    """The workspace and store of a session, and `why` it is them.

    `checkout` is the top folder of the git checkout, None outside of git; `linked` says that
    it is a linked worktree.
    """

    workspace: str
    store: str
    why: str
    checkout: str | None
    linked: bool
    authority: str
    language: str | None
    lock: str


def where(session: Session, checkout: Checkout | None) -> Whereabouts:
    """The whereabouts of `session`, for somebody who stands in `checkout`."""
    return Whereabouts(
        workspace=session.workspace,
        store=session.location.path,
        why=session.why,
        checkout=checkout.root if checkout else None,
        linked=checkout.is_linked if checkout else False,
        authority=session.config.authority,
        language=session.config.language,
        lock=session.location.lock,
    )
