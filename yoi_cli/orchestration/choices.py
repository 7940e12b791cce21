"""What a ticket says of how it is worked on (docs/orchestrate.md, "Per ticket").

A ticket is a text that anybody may have written. So it chooses among what the trusted settings
have, and never says what is run: a profile that they name, a model that the profile allows, a
branch, and how often a coder is sent back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from yoi_cli.model.run_choices import (
    BEST_OF,
    CODER,
    MODEL,
    MOST_ROUNDS,
    REVIEWER,
    ROUNDS,
    RUN_CHOICES,
    RUNTIME,
    TARGET,
)
from yoi_cli.model.run_choices import fault as fault_of
from yoi_cli.model.workers.profiles import BY_PERSON, LOCAL, Profile, RoleRuntimes
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.orchestration.staffing import PreflightObstacle
from yoi_cli.workers.agents.commands import model_command

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from yoi_cli.model.item import Item
    from yoi_cli.model.workers.profiles import Settings

CHOICE_INVALID = "choice_invalid"


class TicketSettings(NamedTuple):
    """How one ticket is worked on: the settings as it chose among them, the branch that it is
    merged into, and which of its choices count for nothing, since they are none."""

    settings: Settings
    target: str
    obstacles: tuple[PreflightObstacle, ...] = ()


def settings_for(configured: Settings, target: str, item: Item) -> TicketSettings:
    """How the ticket `item` is worked on where this is configured."""
    chosen = {name: item.text(name) for name in RUN_CHOICES}
    problems = {
        name: problem
        for name, value in chosen.items()
        if value and (problem := problem_of(configured, name, value))
    }
    good = {name: value for name, value in chosen.items() if value and name not in problems}
    settings = _settings(configured, good)
    if MODEL in good and good[MODEL] not in _coder(settings).models:
        problems[MODEL] = _no_model(_coder(settings), good.pop(MODEL))
    settings = _with_model(settings, good.get(MODEL, ""))
    obstacles = (PreflightObstacle(CHOICE_INVALID, problem) for problem in problems.values())
    return TicketSettings(settings, good.get(TARGET, target), tuple(obstacles))


def problem_of(settings: Settings, name: str, value: str) -> str:
    """Why a ticket cannot choose `value`, in a sentence; empty where it can, as far as that
    shows without the other choices."""
    fault = fault_of(name, value)
    if fault:
        return fault
    if name == RUNTIME:
        return _runtime_problem(settings, value)
    if name not in (CODER, REVIEWER) or (name == REVIEWER and value == BY_PERSON):
        return ""
    allowed = sorted(_selectable(settings))
    if value in allowed:
        return ""
    return (
        f"The ticket chooses the {name} {value!r}, which the settings do not name; they name "
        f"{', '.join(allowed) or 'no profile'}. A line [profiles.{value}] there allows it."
    )


def _runtime_problem(settings: Settings, value: str) -> str:
    """A coder works where the settings say that coders do, or where they let a ticket choose."""
    where = settings.runtimes.get(CODER, RoleRuntimes())
    allowed = sorted({where.name or LOCAL, *where.allowed})
    if value in allowed:
        return ""
    return (
        f"The ticket chooses the runtime {value!r}, which the settings do not allow; they allow "
        f"{', '.join(allowed)}. `runtimes` of [roles.coder] says so."
    )


def _selectable(settings: Settings) -> Iterator[str]:
    """The profiles that the settings name: by a table of their own, for a role, or as what works
    in the place of one of those. Presets that nobody mentions are not among them."""
    for name, profile in settings.profiles.items():
        if not profile.is_preset or name in settings.roles.values():
            yield name
            if profile.fallback and settings.profiles[profile.fallback].is_preset:
                yield profile.fallback


def _settings(settings: Settings, good: Mapping[str, str]) -> Settings:
    roles, orchestration = {**settings.roles}, settings.orchestration
    if CODER in good:
        roles[CODER] = good[CODER]
    if good.get(REVIEWER) == BY_PERSON:
        orchestration = replace(orchestration, review=BY_PERSON)
    elif REVIEWER in good:
        roles[REVIEWER] = good[REVIEWER]
    if ROUNDS in good:
        orchestration = replace(orchestration, rounds=min(int(good[ROUNDS]), MOST_ROUNDS))
    if BEST_OF in good:
        orchestration = replace(orchestration, best_of=int(good[BEST_OF]))
    settings = settings._replace(roles=roles, orchestration=orchestration)
    return settings if RUNTIME not in good else _on_runtime(settings, good[RUNTIME])


def _on_runtime(settings: Settings, runtime: str) -> Settings:
    where = settings.runtimes.get(CODER, RoleRuntimes())
    chosen = where._replace(name="" if runtime == LOCAL else runtime)
    return settings._replace(runtimes={**settings.runtimes, CODER: chosen})


def _coder(settings: Settings) -> Profile:
    """The profile that codes; one that nothing is known of where there is none."""
    return settings.profiles.get(settings.roles.get(CODER, ""), Profile("", ()))


def _no_model(coder: Profile, model: str) -> str:
    allowed = ", ".join(coder.models) or "none"
    return (
        f"The ticket chooses the model {model!r}, which the profile {coder.name} does not allow; "
        f"it allows {allowed}. `models` of [profiles.{coder.name}] says so."
    )


def _with_model(settings: Settings, model: str) -> Settings:
    """The settings with `model` for every profile that allows it."""
    if not model:
        return settings
    profiles = {
        name: one._replace(command=model_command(one.agent, one.command, model), model=model)
        if model in one.models
        else one
        for name, one in settings.profiles.items()
    }
    return settings._replace(profiles=profiles)
