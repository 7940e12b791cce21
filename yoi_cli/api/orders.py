"""Starting a worker that was ordered in product words (docs/runtime.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import UNSET

from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from yoi_cli.api.hosts import WorkerHost
    from yoi_cli.model.workers.bundles import ProfileBundle
    from yoi_cli.model.workers.order import Base, WorkerOrder
    from yoi_cli.model.workers.profiles import Profile
    from yoi_cli.workers.local.bundles import FileBundles
    from yoi_cli.workers.runtime import LoggedWorker
    from yoi_cli.workspace.session import Session

_STRICTER = {"off": 0, "protect": 1, "strict": 2}


class _Meant(NamedTuple):
    """What an order means here: the runtime's profile, and how that is narrowed."""

    profile: str
    timeout_ms: int | None = None
    confine: str | None = None


def create(
    session: Session, bundles: FileBundles, order: WorkerOrder, host: WorkerHost
) -> LoggedWorker:
    """The worker of `order` on `host`, started now or before. Raises what `Runtime.create` does.

    Whatever is refused leaves nothing behind; and a kill at any step leaves what the same order
    takes up again.
    """
    from yoi_cli.model.workers.order import fingerprint_of

    _check_capabilities(order)
    known = host.workers.find_started(order.key, fingerprint_of(order))
    if known is not None:
        from yoi_cli.workers.runtime import LoggedWorker

        return LoggedWorker(known, (), False)
    bundle = bundles.named(order.bundle.id, order.bundle.digest) if order.bundle else None
    meant = _meant(session, order, bundle)
    ticket = _ticket_of(session, order)
    if order.run is not UNSET:
        for tip in order.run.tips:
            host.worktrees.require(tip.ref, tip.commit)
    if order.base is None:
        return _spawn(session, order, meant, cwd=host.folder(ticket), ticket=ticket, host=host)
    cwd, made = _worktree_for(host, order, order.base)
    try:
        return _spawn(session, order, meant, cwd=cwd, ticket=ticket, host=host)
    except BaseException:
        if made:
            _remove_worktree(host, order, order.base, cwd)
        raise


def _spawn(
    session: Session,
    order: WorkerOrder,
    meant: _Meant,
    *,
    cwd: str,
    ticket: str | None,
    host: WorkerHost,
) -> LoggedWorker:
    from yoi_cli.api.ordered import settings_with_model, spawn_for_run
    from yoi_cli.api.workers import spawn
    from yoi_cli.model.workers.order import INPUT, fingerprint_of
    from yoi_cli.model.workers.spec import WorkerSpec
    from yoi_cli.workspace.settings import settings_of

    settings = settings_with_model(settings_of(session), order, meant.profile)
    base = order.base
    asked = WorkerSpec(
        command=(),
        cwd=cwd,
        ticket=ticket,
        role=order.role,
        profile=meant.profile,
        key=order.key,
        timeout_ms=meant.timeout_ms,
        confine=meant.confine,
        fingerprint=fingerprint_of(order),
        base_ref=base.ref if base else "",
        base_branch=(base.branch or "") if base else "",
        base_commit=base.commit if base else "",
    )
    if order.run is not UNSET:
        return spawn_for_run(session, order, order.run, asked=asked, settings=settings, host=host)
    return spawn(
        session,
        asked,
        prompt=order.prompt,
        takes_input=INPUT in order.capabilities,
        settings=settings,
        host=host,
    )


def _check_capabilities(order: WorkerOrder) -> None:
    from yoi_cli.errors import UsageError
    from yoi_cli.model.workers.order import CAPABILITIES

    unknown = [one for one in order.capabilities if one not in CAPABILITIES]
    if unknown:
        raise UsageError(
            "capability_unknown",
            "A worker cannot be asked to have that.",
            hint=f"There are: {', '.join(CAPABILITIES)}.",
            details={"capability": unknown[0]},
        )


def _meant(session: Session, order: WorkerOrder, bundle: ProfileBundle | None) -> _Meant:
    from yoi_cli.workspace.settings import settings_of

    settings = settings_of(session)
    if bundle is None:
        return _Meant(settings.named(order.profile).name)
    from yoi_cli.model.workers.bundles import CapabilityGrant, ConfinePolicy, NetworkPolicy

    named = next((one for one in bundle.profiles if one.name == order.profile), None)
    if named is None:
        raise _refused("bundle_profile_unknown", "The bundle has no such profile.", order.profile)
    profile = settings.profiles.get(named.runs)
    if profile is None:
        raise _refused(
            "bundle_profile_unknown", "The bundle names a profile that is not here.", named.runs
        )
    granted = {one.capability for one in bundle.declarations if isinstance(one, CapabilityGrant)}
    confine = profile.confine
    for one in bundle.declarations:
        if isinstance(one, ConfinePolicy) and _STRICTER[one.confine] > _STRICTER[confine]:
            confine = one.confine
        if isinstance(one, NetworkPolicy) and not _keeps_to(profile, one.ports):
            raise _unsupported("network_policy")
    _check_secrets(bundle, (*profile.secrets, *profile.requires, *settings.worker.secrets))
    if not set(order.capabilities) <= granted:
        raise _unsupported("capability_grant")
    timeout = named.timeout_seconds
    if profile.timeout is not None:
        timeout = round(min(profile.timeout, timeout or profile.timeout))
    return _Meant(profile.name, None if timeout is None else timeout * 1000, confine)


def _keeps_to(profile: Profile, ports: tuple[int, ...]) -> bool:
    return profile.ports is not None and set(profile.ports) <= set(ports)


def _check_secrets(bundle: ProfileBundle, known: tuple[str, ...]) -> None:
    from yoi_cli.model.workers.bundles import SecretRef

    for one in bundle.declarations:
        if isinstance(one, SecretRef) and one.variable not in known:
            raise _unsupported("secret_ref")


def _refused(code: str, message: str, profile: str) -> Exception:
    from yoi_cli.errors import UsageError

    return UsageError(
        code,
        message,
        hint="A profile that is not known never means another.",
        details={"profile": profile},
    )


def _unsupported(kind: str) -> Exception:
    from yoi_cli.errors import UsageError

    return UsageError(
        "unsupported_declaration",
        "The bundle declares what this runtime cannot keep to.",
        hint="The runtime's own profile has to allow it.",
        details={"declaration": kind},
    )


def _ticket_of(session: Session, order: WorkerOrder) -> str | None:
    """The ticket as the clone's store has it; an orchestrator's as that says."""
    from yoi_cli.tickets.lookup import identify

    if order.ticket is None or order.run is not UNSET:
        return order.ticket
    return identify(session.store, order.ticket)


def _name_of(order: WorkerOrder) -> str:
    """The worktree of an order: of the same key, another order is never given it."""
    from yoi_cli.model.workers.order import fingerprint_of

    return f"base-{fingerprint_of(order)[:20]}"


def _worktree_for(host: WorkerHost, order: WorkerOrder, base: Base) -> tuple[str, bool]:
    from yoi_cli.errors import UsageError
    from yoi_cli.model.naming import ticket_of_branch

    if base.branch is UNSET:
        return host.worktrees.make(
            _name_of(order), ref=base.ref, commit=base.commit, folder=base.folder
        )
    if ticket_of_branch(base.branch) != order.ticket or order.run is UNSET:
        raise UsageError(
            "branch_invalid",
            "That is no branch of the ticket that is ordered for.",
            hint="A worker is on its ticket's branch, and part of a run.",
            details={"branch": base.branch},
        )
    return host.worktrees.make_on(
        base.branch, order.key, ref=base.ref, commit=base.commit, folder=base.folder
    )


def _remove_worktree(host: WorkerHost, order: WorkerOrder, base: Base, cwd: str) -> None:
    from contextlib import suppress

    from yoi_cli.errors import YoiError

    with suppress(YoiError):
        if base.branch is not UNSET:
            host.worktrees.take_back(cwd, base.ref, base.branch, base.commit)
        else:
            host.worktrees.remove(_name_of(order))
