"""Which calls are plain, and the functions that answer them (docs/commands.md, "Plain calls")."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from importlib import import_module
from typing import TYPE_CHECKING

from yoi_cli.cli.context import Context, Invocation
from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from typing import Protocol

    class _Answer(Protocol):
        def __call__(self, ctx: Context, **given: object) -> int: ...


_ONE, _SEVERAL, _FLAG, _SECONDS = "one", "several", "flag", "seconds"
#: Of a number of seconds: 31 years.
_DIGITS = 9


class Option(NamedTuple):
    """An option's parameter, and whether it takes `one` value, `several` of them, whole `seconds`,
    or none."""

    parameter: str
    takes: str = _ONE


class Form(NamedTuple):
    """A plain call: `least` of the `positional` words, any of `options`, and behind `--` what the
    parameter `rest` takes, at least one word where it `needs_rest`. `function` stands in `module`,
    below this package."""

    module: str
    function: str
    positional: tuple[str, ...]
    least: int
    options: Mapping[str, Option] = {}
    rest: str = ""
    needs_rest: bool = False


class PlainContext(NamedTuple):
    """The `Context` of a plain call."""

    command_path: str
    obj: Invocation = Invocation()


_MESSAGE = Option("message", _SEVERAL)
_WRITING = {
    **dict.fromkeys(("--message", "-m"), _MESSAGE),
    **dict.fromkeys(("--file", "-F"), Option("file")),
    "--author": Option("author"),
    "--json": Option("as_json", _FLAG),
    "--commit": Option("commit", _FLAG),
}
_COMMENT = Form(
    "comment",
    "add_comment",
    ("ticket",),
    0,
    {**_WRITING, "--role": Option("role"), "--sha": Option("sha")},
)
_LIST = Form(
    "list",
    "list_tickets",
    (),
    0,
    {
        **dict.fromkeys(("--all", "-a"), Option("closed_too", _FLAG)),
        **dict.fromkeys(("--state", "-s"), Option("state", _SEVERAL)),
        "--tag": Option("tag", _SEVERAL),
        "--assignee": Option("assignee", _SEVERAL),
        "--priority": Option("priority", _SEVERAL),
        "--blocked": Option("blocked", _FLAG),
        "--due": Option("due"),
        "--search": Option("search"),
        "--tree": Option("tree", _FLAG),
        "--sort": Option("sort"),
        **dict.fromkeys(("--reverse", "-r"), Option("reverse", _FLAG)),
        "--dates": Option("dates", _FLAG),
        "--json": Option("as_json", _FLAG),
    },
)
_SHOW = Form(
    "show",
    "show_ticket",
    ("ticket",),
    1,
    {"--since": Option("since"), "--json": Option("as_json", _FLAG)},
)
FORMS: Mapping[tuple[str, ...], Form] = {
    ("list",): _LIST,
    ("ticket", "list"): _LIST,
    ("show",): _SHOW,
    ("ticket", "show"): _SHOW,
    ("comment",): _COMMENT,
    ("ticket", "comment"): _COMMENT,
    ("ticket", "state"): Form(
        "state",
        "move",
        ("ticket", "state"),
        1,
        {
            **_WRITING,
            "--reason": Option("reason"),
            "--expect": Option("expect"),
            "--steal": Option("steal", _FLAG),
        },
    ),
    ("next",): Form(
        "next",
        "next_tickets",
        (),
        0,
        {
            "--claim": Option("claim", _FLAG),
            "--holder": Option("holder"),
            "--lease": Option("lease"),
            "--worktree": Option("worktree"),
            "--worker": Option("worker"),
            "--local": Option("local", _FLAG),
            "--author": Option("author"),
            "--json": Option("as_json", _FLAG),
        },
    ),
    ("route",): Form(
        "route",
        "route_open",
        (),
        0,
        {
            "--all": Option("all_open", _FLAG),
            **dict.fromkeys(("--state", "-s"), Option("state", _SEVERAL)),
            "--explain": Option("explain", _FLAG),
            "--json": Option("as_json", _FLAG),
        },
    ),
    ("worker", "spawn"): Form(
        "spawn",
        "start_worker",
        (),
        0,
        {
            "--ticket": Option("ticket"),
            "--profile": Option("profile"),
            "--role": Option("role"),
            "--prompt": Option("prompt"),
            "--prompt-file": Option("prompt_file"),
            "--cwd": Option("cwd"),
            "--env": Option("variables", _SEVERAL),
            "--timeout": Option("timeout", _SECONDS),
            "--idle-timeout": Option("idle_timeout", _SECONDS),
            "--grace": Option("grace", _SECONDS),
            "--group": Option("group"),
            "--key": Option("key"),
            "--input": Option("takes_input", _FLAG),
            "--terminal": Option("terminal", _FLAG),
            "--confine": Option("confine"),
            "--author": Option("author"),
            "--json": Option("as_json", _FLAG),
        },
        rest="words",
        needs_rest=True,
    ),
    ("sync",): Form(
        "sync",
        "share_store",
        (),
        0,
        {
            "--remote": Option("remote"),
            "--branch": Option("branch"),
            "--dry-run": Option("dry_run", _FLAG),
            "--json": Option("as_json", _FLAG),
        },
    ),
    ("hook", "run"): Form("hook_run", "run_hook", ("name",), 1, rest="arguments"),
    ("merge-driver",): Form(
        "merge_driver",
        "drive",
        ("base", "ours", "theirs", "path"),
        4,
        {"--ancestor": Option("is_ancestor", _FLAG)},
    ),
}


def run_plain(arguments: Sequence[str]) -> int | None:
    """Answer a plain call; its exit code. None for any other, of which nothing was done."""
    if "_YOI_COMPLETE" in os.environ:
        return None
    for length in (1, 2):
        form = FORMS.get(tuple(arguments[:length]))
        given = None if form is None else given_to(form, arguments[length:])
        if form is not None and given is not None:
            module = import_module(f"{__package__}.{form.module}")
            answer: _Answer = getattr(module, form.function)
            return answer(PlainContext(" ".join(("yoi", *arguments[:length]))), **given)
    return None


def given_to(form: Form, words: Sequence[str]) -> dict[str, object] | None:
    """The parameters that `words` give; None where they are not of the plain form, be it that they
    are wrong: whoever knows all options says so."""
    given: dict[str, object] = {}
    positional, left = list(form.positional), list(words)
    while left:
        word = left.pop(0)
        option = form.options.get(word)
        if word == "--" and form.rest:
            given[form.rest] = tuple(left)
            break
        if option is not None:
            if not _take(option, left, given):
                return None
        elif word.startswith("-") or not positional:
            return None
        else:
            given[positional.pop(0)] = word
    is_enough = len(form.positional) - len(positional) >= form.least
    return given if is_enough and (given.get(form.rest) or not form.needs_rest) else None


def _take(option: Option, left: list[str], given: dict[str, object]) -> bool:
    """Take an option's value from the words that are `left`; whether that is plain."""
    name, takes = option
    if takes == _FLAG:
        given[name] = True
        return True
    if not left or left[0].startswith("-") or (takes != _SEVERAL and name in given):
        return False
    value = left.pop(0)
    if takes == _SECONDS:
        is_plain = (
            value.isascii() and value.isdecimal() and len(value) <= _DIGITS and int(value) > 0
        )
        given[name] = float(value) if is_plain else None
        return is_plain
    before = given.get(name)
    several = (*before, value) if isinstance(before, tuple) else (value,)
    given[name] = value if takes == _ONE else several
    return True
