"""What somebody may have meant by a command that there is not."""

from __future__ import annotations

from difflib import get_close_matches

from yoi_cli.cli.registry import GROUPS
from yoi_cli.errors import UsageError

_TICKET = "ticket"
_MOST = 3
_LIKENESS = 0.7
#: What git and other ticket tools call it.
CALLED_ELSEWHERE = {
    "add": "ticket create",
    "new": "ticket create",
    "ls": "ticket list",
    "ready": "next",
    "view": "ticket show",
    "info": "ticket show",
    "update": "ticket edit",
    "modify": "ticket edit",
    "annotate": "ticket comment",
    "note": "ticket comment",
    "add-note": "ticket comment",
    "move": "ticket state",
    "done": "ticket state",
    "delete": "ticket close",
    "rm": "ticket close",
    "find": "ticket search",
    "grep": "ticket search",
    "dep": "ticket relation",
    "link": "ticket relation",
    "help": "--help",
    "version": "--version",
}


def no_such_command(path: str, word: str) -> UsageError:
    """The error for `word` after the group `path` (empty for `yoi` itself), with what was meant."""
    meant = [f"`yoi {words}`" for words in _meant(path, word)]
    asked = f"Did you mean {' or '.join(meant)}? " if meant else ""
    group = f"yoi {path}".strip()
    return UsageError(
        "usage",
        f"No such command {word[:40]!r}.",
        hint=f"{asked}`{group} --help` lists the commands.",
    )


def _meant(path: str, word: str) -> list[str]:
    """Whole commands without `yoi`, the likeliest first."""
    of_that_name = [full for full in _commands() if full.rpartition(" ")[2] == word]
    if f"{_TICKET} {word}" in of_that_name:
        return [f"{_TICKET} {word}"]
    if of_that_name:
        return of_that_name[:_MOST]
    if word in CALLED_ELSEWHERE:
        called = CALLED_ELSEWHERE[word]
        return [f"{path} {called}".strip() if word == "help" else called]
    near = {name.rpartition(" ")[2]: name for name in _commands_of(_TICKET)} if not path else {}
    near |= {name.rpartition(" ")[2]: name for name in _commands_of(path)}
    return [near[name] for name in get_close_matches(word, near, _MOST, _LIKENESS)]


def _commands() -> list[str]:
    return [full for path in GROUPS for full in _commands_of(path)]


def _commands_of(path: str) -> list[str]:
    return [f"{path} {entry.name}".strip() for entry in GROUPS[path].entries]
