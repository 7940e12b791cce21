"""From arguments to an exit code: the one place where errors become text or JSON."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Sequence
from types import TracebackType
from typing import Annotated

import typer

from yoi_cli import __version__
from yoi_cli.cli.context import Invocation, forget_drafts, where_drafts_are
from yoi_cli.cli.lazy import LazyGroup, make_group
from yoi_cli.cli.text.console import open_closed_streams, output_has_failed, silence
from yoi_cli.cli.text.report import report_error, warn
from yoi_cli.errors import (
    NotFoundError,
    OperationError,
    UsageError,
    YoiError,
    system_refused,
)
from yoi_cli.model.commit_point import is_recorded

_READER_WENT_AWAY = 141
_INTERRUPTED = 130
_OUTPUT_FAILED = "output_failed"


def run(arguments: Sequence[str]) -> int:
    """Run one command; the exit code (docs/commands.md)."""
    sys.excepthook = _report_bug
    open_closed_streams()
    as_json = "--json" in _own(arguments)
    try:
        outcome = _run(make_group("", root_options), arguments)
        sys.stdout.flush()
    except YoiError as error:
        return _fail(error, as_json)
    except (KeyboardInterrupt, typer.Abort):
        warn(filter(None, [where_drafts_are()]))
        return _INTERRUPTED
    except Exception as error:  # noqa: BLE001 - what is a fault of the program is raised again
        if is_recorded() and _is_all_done(arguments):
            return _leave_recorded(error)
        return _fail_of(error, as_json)
    forget_drafts()
    return outcome if isinstance(outcome, int) else 0


#: Commands that write more than once, and answer at their end: only the answer may fail.
_IN_STEPS = frozenset(
    {"import", "sync", "resolve", "restore", "worker", "worktree", "hook", "init", "start"}
)
#: Those that go on while they answer, or whose exit code says what they found.
_GOING_ON = frozenset({"orchestrate", "doctor", "finish"})


def _is_all_done(arguments: Sequence[str]) -> bool:
    """Whether nothing is left to do once the command let go of the store, but for the answer."""
    words = {one for one in arguments[:4] if not one.startswith("-")}
    if not _GOING_ON.isdisjoint(words):
        return False
    return output_has_failed() or _IN_STEPS.isdisjoint(words)


def _leave_recorded(error: Exception) -> int:
    """The command has done its work, and only the answer failed: a warning, if that can be said."""
    why = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else str(error)
    why = why or "nobody reads it"
    with contextlib.suppress(Exception):
        silence(sys.stdout)
    with contextlib.suppress(Exception):
        warn([f"It is recorded, but not all of the answer could be given: {why}."])
    with contextlib.suppress(Exception):
        forget_drafts()
    return 0


def _fail_of(error: Exception, as_json: bool) -> int:
    """Say an error that is none of ours; the exit code. Raises what is a fault of the program."""
    if isinstance(error, BrokenPipeError):
        return _leave_quietly()
    if isinstance(error, OSError):
        failure = _as_operation_error(error)
        return _fail(failure, as_json and failure.code != _OUTPUT_FAILED)
    usage = _as_usage_error(error)
    if usage is None:
        raise error
    return _fail(usage, as_json)


def _own(arguments: Sequence[str]) -> Sequence[str]:
    """What is ours of them: what comes behind `--` is the command of a worker."""
    return arguments[: arguments.index("--")] if "--" in arguments else arguments


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(f"yoi {__version__}")
        raise typer.Exit


def root_options(
    ctx: typer.Context,
    folder: Annotated[
        str | None, typer.Option("-C", metavar="DIR", help="Work as if started in DIR.")
    ] = None,
    here: Annotated[
        bool, typer.Option("--here", help="In a linked worktree, use its own store.")
    ] = False,
    no_pager: Annotated[
        bool, typer.Option("--no-pager", help="Show long texts on a terminal without a pager.")
    ] = False,
    version: Annotated[
        bool,
        typer.Option(
            "--version",
            help="Print the version and exit.",
            is_eager=True,
            callback=_print_version,
        ),
    ] = False,
) -> None:
    ctx.obj = Invocation(folder, here, no_pager)


def _run(group: LazyGroup, arguments: Sequence[str]) -> object:
    """What the command gives back, or the answer to a shell that asks for candidates."""
    if "_YOI_COMPLETE" in os.environ:
        from yoi_cli.cli.completion.answer import answer

        return answer(group, os.environ)
    asked = _status_asked(arguments)
    if asked is not None:
        try:
            return group.main(asked, prog_name="yoi", standalone_mode=False)
        except NotFoundError as error:
            if error.code != "workspace_not_found":
                raise
    try:
        return group.main(list(arguments), prog_name="yoi", standalone_mode=False)
    except SystemExit as leaving:
        # Typer itself answers a reader that went away, with an exit code that says nothing.
        if isinstance(leaving.__context__, BrokenPipeError):
            raise BrokenPipeError from leaving
        raise


def _status_asked(arguments: Sequence[str]) -> list[str] | None:
    """The arguments for `yoi status`, where no command is named; None where one is."""
    left, front = list(arguments), list[str]()
    while left:
        word = left.pop(0)
        if word == "-C" and left:
            front += [word, left.pop(0)]
        elif word in ("--here", "--json", "--no-pager"):
            front.append(word)
        else:
            return None
    as_json = [word for word in front if word == "--json"]
    return [*(word for word in front if word != "--json"), "status", *as_json[:1]]


def _fail(error: YoiError, as_json: bool) -> int:
    """Say the error; the exit code. Where standard output takes no JSON, stderr gets words."""
    error.hint = f"{error.hint} {where_drafts_are()}".strip()
    try:
        report_error(error, as_json=as_json)
        sys.stdout.flush()
    except BrokenPipeError:
        return _leave_quietly()
    except OSError:
        silence(sys.stdout)
        report_error(error, as_json=False)
    return error.exit_code


def _leave_quietly() -> int:
    """The reader went away: nothing is left to say, and the flush at exit must not try."""
    silence(sys.stdout)
    return _READER_WENT_AWAY


def _as_operation_error(error: OSError) -> OperationError:
    what = os.strerror(error.errno) if error.errno else str(error)
    try:
        sys.stdout.flush()
    except OSError:  # what could not be written is still waiting there
        silence(sys.stdout)
        return OperationError(
            _OUTPUT_FAILED,
            f"Standard output cannot be written: {what}.",
            hint="The changes may have been written: check before you run the command again.",
        )
    return system_refused(error)


def _as_usage_error(error: Exception) -> UsageError | None:
    """What the command line parser raises, in the house's form.

    Its exception class has moved between Typer's releases, so it is known by what it has.
    """
    words = getattr(error, "format_message", None)
    if words is None:
        return None
    context = getattr(error, "ctx", None)
    path = getattr(context, "command_path", "yoi")
    message = str(words()).strip()
    for typed in (" is not a valid int", " is not a valid float"):
        # Python's words for what anybody else calls a number.
        message = message.replace(f"{typed} range.", f"{typed}.").replace(typed, " is not a number")
    if not message or message.startswith("Usage:"):
        # A group without a command: what it offers is the best answer.
        typer.echo(context.get_help() if context else message, err=True)
        message = "A command is missing."
    hint = f"`{path} --help` shows how to use it."
    parameters = context.command.params if context else ()
    if any("-- COMMAND" in (one.metavar or "") for one in parameters):
        hint = f"What is to be run comes behind `--`: `{path} [OPTIONS] -- COMMAND`. {hint}"
    unknown = getattr(error, "option_name", "")
    general = context.find_root().command.params if context else ()
    for option in (one for one in general if unknown in one.opts):
        words = f"{unknown} {option.metavar or ''}".strip()
        hint = f"It comes before the command: `{path.replace('yoi', f'yoi {words}', 1)}`. {hint}"
    return UsageError("usage", message, hint=hint)


def _report_bug(
    kind: type[BaseException], error: BaseException, trace: TracebackType | None
) -> None:
    """Stand in for the traceback, which helps nobody at a terminal."""
    if os.environ.get("YOI_DEBUG"):
        sys.__excepthook__(kind, error, trace)
        return
    bug = OperationError(
        "internal",
        f"Internal error in yoi: {kind.__name__}: {error}.",
        hint="What was acknowledged before is safe. Run again with YOI_DEBUG=1 to see where "
        "it happened, and report it.",
    )
    _fail(bug, "--json" in _own(sys.argv))
