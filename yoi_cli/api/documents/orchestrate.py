"""The JSON types of orchestration and of the profiles that it runs (docs/orchestrate.md)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from msgspec import Struct, field

from yoi_cli.api.documents.common import from_value, from_values

if TYPE_CHECKING:
    from collections.abc import Iterable

    from yoi_cli.orchestration.context import RunOutcome
    from yoi_cli.orchestration.ports import Progress
    from yoi_cli.orchestration.run_values import PlannedStep
    from yoi_cli.workers.profile_checks import CheckedProfiles, ProfileCheck, ProfileRow


class OutcomeDocument(Struct, frozen=True, kw_only=True):
    """How far a run came with a ticket.

    `result` is `merged`, `person`, `failed`, `refused`, `waits`, `held`, `left` or `running`
    (the run was ended before its worker); `reason` is a code, `commit` the merge, or what
    waits for a review.
    """

    ticket: str
    title: str
    result: str
    reason: str
    text: str = field(name="message")
    commit: str | None


class ObstacleDocument(Struct, frozen=True, kw_only=True):
    """What keeps a ticket from being begun."""

    code: str
    message: str


class OrchestrationPlanDocument(Struct, frozen=True, kw_only=True):
    """What would be done next with a ticket: the step that its log is at, and what is in the
    way."""

    ticket: str
    title: str
    stage: str = field(name="step")
    obstacles: tuple[ObstacleDocument, ...]


class OrchestrationDocument(Struct, frozen=True, kw_only=True):
    """What a run did, or with --dry-run would do."""

    dry_run: bool
    target: str
    outcomes: tuple[OutcomeDocument, ...]
    plan: tuple[OrchestrationPlanDocument, ...]


class OrchestrationStepDocument(Struct, frozen=True, kw_only=True):
    """One line of what a run prints into a pipe: one step of one ticket."""

    at: str
    ticket: str
    step: str
    text: str = field(name="message")
    worker: str | None
    commit: str | None


class ProfileDocument(Struct, frozen=True, kw_only=True):
    """A command that can be put to work, and the roles that it works as.

    `environment`, `secrets` and `requires` are names of variables; `timeout` is in seconds,
    null for no limit, and so is `idle_timeout`, the longest time without output. `preset` says
    that it comes with `yoi`. `fallback` is the profile that works in its place while it is
    paused, `agent` the coding agent that it runs; both may be empty. `confine` is off, protect or
    strict, `writable` what it may write besides, `readable` and `ports` what alone it may read
    and connect to, null for all. `models` are those that a ticket may choose.
    """

    name: str
    command: tuple[str, ...]
    prompt: str
    environment: tuple[str, ...]
    secrets: tuple[str, ...]
    requires: tuple[str, ...]
    timeout: float | None
    group: str
    description: str
    is_preset: bool = field(name="preset")
    roles: tuple[str, ...]
    idle_timeout: float | None
    fallback: str
    agent: str
    confine: str
    writable: tuple[str, ...]
    readable: tuple[str, ...] | None
    ports: tuple[int, ...] | None
    models: tuple[str, ...]
    terminal: bool


class ProfilesDocument(Struct, frozen=True, kw_only=True):
    """Every profile; `foreign_roles` are roles whose profile is another program's."""

    profiles: tuple[ProfileDocument, ...]
    foreign_roles: Mapping[str, str]


class VariableDocument(Struct, frozen=True, kw_only=True):
    """A variable that a profile is given, by its name alone."""

    name: str
    is_set: bool = field(name="set")
    is_required: bool = field(name="required")


class ProfileCheckDocument(Struct, frozen=True, kw_only=True):
    """Whether a profile can run on this machine; `missing` are sentences. `login` says what was
    seen of its agent's login, and what was not. `landlock` is the version of Landlock that confines
    it as `confine` says, 0 for none; `writable` are the real paths that are granted besides.
    `withheld` are variables of its `environment` that are not passed on, since they look secret and
    its `secrets` do not name them."""

    name: str
    roles: tuple[str, ...]
    is_runnable: bool = field(name="runnable")
    program: str | None
    version: str | None
    variables: tuple[VariableDocument, ...]
    missing: tuple[str, ...]
    login: str
    confine: str
    landlock: int
    writable: tuple[str, ...]
    withheld: tuple[str, ...]


class RoleProblemDocument(Struct, frozen=True, kw_only=True):
    """Why a role runs nothing."""

    role: str
    message: str


class ProfileChecksDocument(Struct, frozen=True, kw_only=True):
    """The profiles that were looked at; `enough` says whether what was asked for can run."""

    profiles: tuple[ProfileCheckDocument, ...]
    role_problems: tuple[RoleProblemDocument, ...]
    enough: bool


def step_document(progress: Progress, at: str) -> OrchestrationStepDocument:
    return from_value(
        OrchestrationStepDocument,
        progress,
        at=at,
        worker=progress.worker or None,
        commit=progress.commit or None,
    )


def orchestration_document(
    target: str, outcomes: Iterable[RunOutcome], plans: Iterable[PlannedStep], *, dry_run: bool
) -> OrchestrationDocument:
    return OrchestrationDocument(
        dry_run=dry_run,
        target=target,
        outcomes=tuple(
            from_value(OutcomeDocument, one, commit=one.commit or None) for one in outcomes
        ),
        plan=tuple(_plan_document(one) for one in plans),
    )


def _plan_document(one: PlannedStep) -> OrchestrationPlanDocument:
    obstacles = tuple(ObstacleDocument(code=code, message=said) for code, said in one.obstacles)
    return from_value(OrchestrationPlanDocument, one, obstacles=obstacles)


def profile_document(row: ProfileRow) -> ProfileDocument:
    return from_value(ProfileDocument, row.profile, roles=row.roles)


def profiles_document(rows: Iterable[ProfileRow], foreign: Mapping[str, str]) -> ProfilesDocument:
    return ProfilesDocument(
        profiles=tuple(profile_document(row) for row in rows), foreign_roles=foreign
    )


def profile_checks_document(checked: CheckedProfiles) -> ProfileChecksDocument:
    return ProfileChecksDocument(
        profiles=tuple(_check_document(check) for check in checked.checks),
        role_problems=tuple(
            RoleProblemDocument(role=role, message=message)
            for role, message in checked.role_problems
        ),
        enough=checked.is_enough,
    )


def _check_document(check: ProfileCheck) -> ProfileCheckDocument:
    return from_value(
        ProfileCheckDocument,
        check,
        name=check.profile.name,
        variables=from_values(VariableDocument, check.variables),
    )
