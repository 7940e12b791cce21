"""What a workspace's settings can run, and whether this clone trusts them (docs/trust.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from yoi_cli.model.trust import RunningSettings as RunningSettings
    from yoi_cli.model.trust import SettingsTrust as SettingsTrust
    from yoi_cli.workspace.session import Session


class TrustView(NamedTuple):
    """Whether the settings may run, and what a sync brought and holds back until it is trusted.

    `held` is what would be run with it, as `trust.settings` is what is run without it; None where
    nothing waits.
    """

    trust: SettingsTrust
    held: RunningSettings | None
    held_difference: tuple[str, ...] = ()


def look(session: Session) -> TrustView:
    """What the settings run, and whether that is trusted. Raises `StoreInvalidError`
    (`config_invalid`)."""
    from yoi_cli.model.trust import difference
    from yoi_cli.workspace.trust import look_at, settings_in, trust_files

    found, held = look_at(session), trust_files(session).held()
    if held is None:
        return TrustView(found, None)
    waiting = settings_in(held.data)
    return TrustView(found, waiting, difference(found.settings.lines, waiting.lines))


def grant(session: Session) -> TrustView:
    """Trust what the settings run, with what a sync brought put in place.

    Raises `ConflictError` (`inside_worker`; `held_conflict` where the file was changed here
    meanwhile in the same lines), `StoreInvalidError` (`config_invalid`).
    """
    from yoi_cli.workspace.trust import grant, put_held_in_place

    put_held_in_place(session)
    grant(session)
    return look(session)


def refuse_held(session: Session) -> TrustView:
    """Keep the settings as they are, and let the next sync give them to the others."""
    from yoi_cli.workspace.trust import check_no_worker, trust_files

    check_no_worker(session)
    trust_files(session).let_go()
    return look(session)


def revoke(session: Session) -> TrustView:
    """Trust nothing any more in this clone."""
    from yoi_cli.workspace.trust import trust_files

    trust_files(session).forget()
    return look(session)
