"""From arguments to an exit code: the one place where errors become text or JSON."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Sequence
from types import TracebackType

from yoi_cli.cli.context import forget_drafts, where_drafts_are
from yoi_cli.cli.plain.forms import run_plain
from yoi_cli.cli.text.console import open_closed_streams, output_has_failed, silence
from yoi_cli.cli.text.report import report_error, warn
from yoi_cli.errors import OperationError, YoiError, system_refused
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
        outcome: object = run_plain(arguments)
        if outcome is None:
            from yoi_cli.cli.root import run_typed

            outcome = run_typed(arguments)
        sys.stdout.flush()
    except YoiError as error:
        return _fail(error, as_json)
    except KeyboardInterrupt:
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
    from yoi_cli.cli.root import as_usage_error

    usage = as_usage_error(error)
    if usage is None:
        raise error
    return _fail(usage, as_json)


def _own(arguments: Sequence[str]) -> Sequence[str]:
    """What is ours of them: what comes behind `--` is the command of a worker."""
    return arguments[: arguments.index("--")] if "--" in arguments else arguments


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
