"""How an agent is asked for its login, told its model, and how its session is resumed
(docs/agents.md)."""

from __future__ import annotations

import json
import re

from yoi_cli.named_tuple import NamedTuple

#: What each agent answers the question after its login with; the others have no such command.
_QUESTIONS: dict[str, tuple[str, ...]] = {
    "claude": ("auth", "status"),
    "codex": ("login", "status"),
    "opencode": ("auth", "list"),
}
#: The options by which each is told its model.
_MODEL_FLAGS: dict[str, tuple[str, ...]] = {
    "claude": ("--model",),
    "codex": ("--model", "-m"),
    "gemini": ("--model", "-m"),
    "aider": ("--model",),
    "opencode": ("--model", "-m"),
    "copilot": ("--model",),
}
_COUNT = re.compile(r"(\d+) (?:credentials?|environment variables?)\b")
_ESCAPES = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]")


class Login(NamedTuple):
    """Whether an agent is logged in: None where that was not seen, and why."""

    is_in: bool | None
    text: str


def login_question(agent: str, command: tuple[str, ...]) -> tuple[str, ...] | None:
    """The command that asks the agent of a profile's `command` for its login; None where there
    is none, or where the command does not begin with the agent itself."""
    asked = _QUESTIONS.get(agent)
    is_agent = command[0].rpartition("/")[2] == agent
    return (command[0], *asked) if asked is not None and is_agent else None


def login_of(agent: str, code: int, printed: str) -> Login:
    """What the answer to that question says."""
    text = _ESCAPES.sub("", printed)
    if agent == "claude":
        return _of_claude(text)
    if agent == "codex":
        if "not logged in" in text.lower():
            return Login(False, "It says that it is not logged in.")
        is_in = code == 0 and "logged in" in text.lower()
        return Login(True, "It is logged in.") if is_in else Login(None, "It does not say.")
    found = [int(count) for count in _COUNT.findall(text)]
    if sum(found):
        return Login(True, f"It knows {sum(found)} credentials.")
    # A provider of its configuration needs no credentials of its own.
    return Login(None, "It knows no credentials; its configuration may name a provider.")


def _of_claude(text: str) -> Login:
    begin = text.find("{")
    try:
        said = json.loads(text[begin:]) if begin >= 0 else None
    except ValueError:
        said = None
    is_in = said.get("loggedIn") if isinstance(said, dict) else None
    if not isinstance(is_in, bool):
        return Login(None, "It does not say.")
    return Login(is_in, "It is logged in." if is_in else "It says that it is not logged in.")


def model_command(agent: str, command: tuple[str, ...], model: str) -> tuple[str, ...]:
    """A profile's `command` that has its agent work with `model`, in place of the one that it
    names; as it is where it runs no agent that is known."""
    flags = _MODEL_FLAGS.get(agent)
    if flags is None:
        return command
    kept: list[str] = []
    words = iter(command)
    for word in words:
        if word in flags:
            next(words, None)
        elif not word.startswith("--model="):
            kept.append(word)
    if agent == "codex" and "exec" in kept:
        place = kept.index("exec") + 1
        return (*kept[:place], "--model", model, *kept[place:])
    return (*kept, "--model", model)


def resume_command(agent: str, command: tuple[str, ...], session: str) -> tuple[str, ...] | None:
    """A profile's `command` that goes on with `session`; None where the agent cannot.

    The prompt is given to it as to the command itself.
    """
    if not session or session.startswith("-"):
        return None
    if agent in ("claude", "gemini"):
        return (*command, "--resume", session)
    if agent == "opencode":
        return (*command, "--session", session)
    if agent == "copilot":
        return (*command, f"--resume={session}")
    if agent == "codex" and "exec" in command and command[-1] == "-":
        return (*command[:-1], "resume", session, "-")
    return None
