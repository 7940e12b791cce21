"""Workers that are part of an orchestrator's run elsewhere: on a branch, with the run's variables,
their work delivered by git (docs/runtime.md, "Branches").

The ticket is the orchestrator's: nothing of it is looked up or written down here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import UNSET

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yoi_cli.api.hosts import WorkerHost
    from yoi_cli.model.workers.order import Run, WorkerOrder
    from yoi_cli.model.workers.profiles import Settings
    from yoi_cli.model.workers.spec import WorkerSpec
    from yoi_cli.workers.runtime import LoggedWorker
    from yoi_cli.workspace.session import Session


def settings_with_model(settings: Settings, order: WorkerOrder, profile: str) -> Settings:
    """The settings with the model that is ordered for `profile`. Raises `UsageError`
    (`model_unknown`)."""
    from yoi_cli.errors import UsageError
    from yoi_cli.workers.agents.commands import model_command

    if order.model is UNSET:
        return settings
    named, model = settings.named(profile), order.model
    if model not in named.models:
        raise UsageError(
            "model_unknown",
            f"The profile {profile} does not allow that model.",
            hint=f"`models` of [profiles.{profile}] allows one.",
            details={"model": model},
        )
    command = model_command(named.agent, named.command, model)
    changed = named._replace(command=command, model=model)
    return settings._replace(profiles={**settings.profiles, profile: changed})


def spawn_for_run(
    session: Session,
    order: WorkerOrder,
    run: Run,
    *,
    asked: WorkerSpec,
    settings: Settings,
    host: WorkerHost,
) -> LoggedWorker:
    """Start the worker of an order that is part of a run. Raises as `workers.spawn` does."""
    from yoi_cli.api.workers import request_for
    from yoi_cli.model.workers.order import INPUT
    from yoi_cli.workers.runtime import LoggedWorker
    from yoi_cli.workspace.trust import require_trust

    require_trust(session)
    request = request_for(
        session,
        asked,
        settings,
        prompt=order.prompt or "",
        variables=_variables(session, run, asked, settings, host),
        takes_input=INPUT in order.capabilities,
        host=host,
    )
    session.own_folder(make=True)
    view, is_new = host.workers.spawn_or_find(request)
    return LoggedWorker(view, (), is_new)


def _variables(
    session: Session, run: Run, asked: WorkerSpec, settings: Settings, host: WorkerHost
) -> Iterator[tuple[str, str]]:
    """What the worker finds in its environment besides, as one in the orchestrator's own clone."""
    from yoi_cli.model.workers.presets import HIDES_IDENTITY, LEAVES_BEHIND
    from yoi_cli.model.workers.run_variables import facts_of_run, run_variables
    from yoi_cli.model.workers.spec import request_of

    profile = settings.named(asked.profile or "")
    facts = facts_of_run(run.branch, run.target, run.generation)
    yield from run_variables(profile, asked.role or "worker", run.round, facts).items()
    for pattern in LEAVES_BEHIND.get(profile.agent, ()):
        host.worktrees.ignore(pattern)
    if profile.agent in HIDES_IDENTITY:
        bare = request_of(asked, settings, session.environment)
        yield from host.identity(bare).items()
