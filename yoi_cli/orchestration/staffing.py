"""Who works as a role now: its profile, or a fallback while that rests (docs/orchestrate.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.errors import YoiError
from yoi_cli.model.time import stamp
from yoi_cli.model.workers.profiles import CODER
from yoi_cli.model.workers.spec import WorkerSpec, request_of
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.orchestration.outcome import BECAUSE
from yoi_cli.orchestration.pauses import LONGEST_WAIT_MS, Pause, after_failure

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yoi_cli.model.workers.profiles import Profile
    from yoi_cli.orchestration.outcome import Inability
    from yoi_cli.orchestration.ports import OrchestrationPorts

#: The code of the obstacle, and of the outcome, of a profile that is paused.
PAUSED = "profile_paused"
_HOW_TO = {
    "identity_missing": "The {role} could not commit, git says: {said}. Set user.name and "
    "user.email for it.",
    "signing_failed": "The {role} could not sign its commits, git says: {said}.",
}


class PreflightObstacle(NamedTuple):
    """Something that keeps a ticket from being begun: a code and a sentence."""

    code: str
    text: str


class Choice(NamedTuple):
    """The profile that works as a role. `pause` is why nobody does now, the profile then being
    the one that may work the soonest; `obstacles` are why nobody can."""

    profile: Profile
    pause: Pause | None = None
    obstacles: tuple[PreflightObstacle, ...] = ()

    def waits_long(self, now: int) -> bool:
        """Whether the rest is too long for a run to wait for its end."""
        return self.pause is not None and self.pause.until - now > LONGEST_WAIT_MS

    @property
    def text(self) -> str:
        """Why nobody works now."""
        if self.pause is None:
            return ""
        said = f": {self.pause.said.rstrip('.')}" if self.pause.said else ""
        return (
            f"The profile {self.profile.name} is paused until {stamp(self.pause.until)}, since "
            f"{BECAUSE.get(self.pause.kind, self.pause.kind)}{said}. --retry tries it at once."
        )


def pause_name(profile: str, runtime: str) -> str:
    """By what the pause of a profile is known: logins and limits are a machine's."""
    return f"{profile}@{runtime}" if runtime else profile


def choose(ports: OrchestrationPorts, role: str) -> Choice:
    """Who works as `role`: the first of its profile and the fallbacks that can, and does not
    rest. What a profile needs elsewhere the runtime there knows. Raises `NotFoundError`
    (`role_without_profile`)."""
    now, runtime = ports.now(), ports.settings.runtime_of(role)
    resting, lacking = [], []
    for profile in _candidates(ports, role):
        obstacles = () if runtime else tuple(_of_profile(ports, role, profile))
        pause = ports.local_state.pause_of(pause_name(profile.name, runtime))
        if obstacles:
            lacking.append(Choice(profile, obstacles=obstacles))
        elif pause is None or pause.until <= now:
            return Choice(profile)
        else:
            resting.append((pause.until, Choice(profile, pause)))
    return min(resting, key=lambda one: one[0])[1] if resting else lacking[0]


def role_obstacles(ports: OrchestrationPorts, role: str) -> Iterator[PreflightObstacle]:
    """What keeps everybody who could work as `role` from it."""
    try:
        choice = choose(ports, role)
    except YoiError as error:
        yield PreflightObstacle(error.code, f"{error.message} {error.hint or ''}".rstrip())
        return
    yield from choice.obstacles
    runtime = ports.settings.runtime_of(role)
    for code, text in (ports.elsewhere.obstacles(runtime) or ()) if runtime else ():
        yield PreflightObstacle(code, f"The {role} works on {runtime}. {text}")
    if choice.waits_long(ports.now()):
        yield PreflightObstacle(PAUSED, choice.text)


def rest(ports: OrchestrationPorts, profile: str, inability: Inability) -> Pause:
    """Have a profile rest after its agent could not run."""
    state = ports.local_state
    pause = after_failure(state.pause_of(profile), inability, ports.now())
    state.keep_pause(profile, pause)
    return pause


def _candidates(ports: OrchestrationPorts, role: str) -> Iterator[Profile]:
    """The role's profile, its fallback, the fallback's, each once."""
    profile, seen = ports.settings.of_role(role), set[str]()
    while profile.name not in seen:
        yield profile
        seen.add(profile.name)
        if not profile.fallback:
            return
        profile = ports.settings.named(profile.fallback)


def _of_profile(
    ports: OrchestrationPorts, role: str, profile: Profile
) -> Iterator[PreflightObstacle]:
    """What a profile lacks on this machine."""
    program = profile.command[0]
    if ports.machine.program(program) is None:
        text = f"The {role}'s program {program!r} is not on this machine."
        yield PreflightObstacle("program_missing", text)
    for name in profile.requires:
        if not ports.machine.is_set(name):
            yield PreflightObstacle("variable_missing", f"The {role} needs the variable {name}.")
    asked = WorkerSpec(command=(), cwd=ports.local_state.path_of(""), profile=profile.name)
    request = request_of(asked, ports.settings, ports.environment)
    if not any(ports.machine.is_set(name) for name in profile.secrets):
        login = ports.machine.login(request)
        if login is not None and login.is_in is False:
            text = f"The {role}'s agent is not logged in. {login.text}"
            yield PreflightObstacle("not_logged_in", text)
    if role != CODER:
        return
    problem = ports.machine.commit_problem(request)
    if problem is not None:
        code, said = problem
        yield PreflightObstacle(code, _HOW_TO[code].format(role=role, said=said))
