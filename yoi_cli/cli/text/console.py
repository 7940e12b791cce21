"""The standard streams: what they can show, and the ways to write to them.

Rich is imported only inside functions, so that a command that prints a line or a JSON
document never pays for it. Ticket text reaches Rich through `text` and `block`, as `Text`
that has been made visible, never as markup (docs/commands.md).
"""

from __future__ import annotations

import codecs
import io
import os
import sys
import time
from typing import TYPE_CHECKING, TextIO

from yoi_cli.model.text import visible, visible_block

if TYPE_CHECKING:
    from types import TracebackType

    from rich.console import Console
    from rich.progress import Progress, TaskID
    from rich.text import Text

_FALLBACK_SIZE = (80, 24)
_COLUMNS_RANGE = (20, 10_000)
_REFRESH_SECONDS = 0.1


def is_terminal(stream: TextIO | None) -> bool:
    """Whether a person reads `stream`: tables there, tab-separated lines elsewhere.

    Forced colour does not count: a CI system that sets FORCE_COLOR still cuts columns.
    """
    return stream is not None and stream.isatty()


def is_dumb() -> bool:
    """Whether the terminal can neither colour nor move its cursor."""
    return os.environ.get("TERM", "").lower() in ("dumb", "unknown")


def is_utf8(stream: TextIO | None) -> bool:
    """Whether `stream` can show every character; what has no encoding of its own can."""
    encoding = getattr(stream, "encoding", None) or "utf-8"
    return codecs.lookup(encoding).name.startswith("utf-8")


def wants_color(stream: TextIO | None) -> bool:
    """Whether to write colour to `stream`.

    NO_COLOR says no before FORCE_COLOR or CLICOLOR_FORCE say yes; where none is set, a
    terminal that is not dumb gets colour.
    """
    if os.environ.get("NO_COLOR"):
        return False
    forced = (os.environ.get(name, "") for name in ("FORCE_COLOR", "CLICOLOR_FORCE"))
    if any(value not in ("", "0", "false") for value in forced):
        return True
    return is_terminal(stream) and not is_dumb()


def size(stream: TextIO | None) -> tuple[int, int]:
    """Columns and lines of the terminal behind `stream`; COLUMNS overrides the columns."""
    columns, lines = 0, 0
    if stream is not None and is_terminal(stream):
        try:
            columns, lines = os.get_terminal_size(stream.fileno())
        except OSError:  # a terminal in name only, which has no descriptor or no size
            columns, lines = _FALLBACK_SIZE
    wanted = os.environ.get("COLUMNS", "")
    if wanted.isascii() and wanted.isdigit():
        columns = int(wanted[:9])
    least, most = _COLUMNS_RANGE
    return min(max(columns or _FALLBACK_SIZE[0], least), most), lines or _FALLBACK_SIZE[1]


def console(stream: TextIO | None = None) -> Console:
    """A Rich console on `stream` (standard output) that takes text for what it is.

    No markup, no emoji codes, no guessed highlights; lines are as long as they are, for the
    terminal to wrap. A character the stream cannot encode is backslash-escaped, and
    BrokenPipeError propagates.
    """
    from rich.console import Console

    class _Console(Console):
        def on_broken_pipe(self) -> None:
            raise BrokenPipeError  # Rich would exit with 1; the entry knows better

    target = stream or sys.stdout
    if isinstance(target, io.TextIOWrapper):
        target.reconfigure(errors="backslashreplace")
    width, height = size(target)
    return _Console(
        file=target,
        width=width,
        height=height,
        force_terminal=is_terminal(target),
        color_system="standard" if wants_color(target) else None,
        markup=False,
        emoji=False,
        highlight=False,
        soft_wrap=True,
        legacy_windows=False,
        force_jupyter=False,
    )


def text(value: str, style: str = "") -> Text:
    """Untrusted `value` as one line for a console."""
    from rich.text import Text

    return Text(visible(value), style=style)


def block(value: str, style: str = "") -> Text:
    """Untrusted `value` of any number of lines for a console."""
    from rich.text import Text

    return Text(visible_block(value), style=style)


def write_stdout(value: str) -> None:
    """Write `value` as it is to standard output and flush it; BrokenPipeError propagates."""
    try:
        _write(sys.stdout, value)
    except OSError:
        _failed.append(value)
        raise


_failed: list[str] = []


def output_has_failed() -> bool:
    """Whether standard output refused something that was written to it."""
    return bool(_failed)


def write_stderr(value: str) -> None:
    """Write `value` as it is to standard error and flush it; BrokenPipeError propagates.

    Any other failure is passed over: there is no place left where it could be told.
    """
    try:
        _write(sys.stderr, value)
    except BrokenPipeError:
        raise
    except OSError:
        silence(sys.stderr)


def open_closed_streams() -> None:
    """Open the null device where a standard stream was closed before we started.

    Its number would else go to the next file that is opened, which may be a ticket's, and
    git would be started without the stream.
    """
    for descriptor, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            _open_null(descriptor)
            mode = "w" if descriptor else "r"
            setattr(sys, name, os.fdopen(descriptor, mode, encoding="utf-8", closefd=False))


def silence(stream: TextIO) -> None:
    """Let what `stream` still holds and gets go nowhere: it cannot be written any more."""
    _open_null(stream.fileno())


def _open_null(descriptor: int) -> None:
    null = os.open(os.devnull, os.O_RDWR)
    if null == descriptor:
        os.set_inheritable(null, True)
    else:
        os.dup2(null, descriptor)
        os.close(null)


def _write(stream: TextIO | None, value: str) -> None:
    if stream is None:  # the descriptor was closed before we started
        return
    if isinstance(stream, io.TextIOWrapper):
        # What a script reads must not depend on the locale, and JSON is UTF-8.
        encoding = stream.encoding if is_terminal(stream) else "utf-8"
        stream.flush()
        stream.buffer.write(value.encode(encoding, "backslashreplace"))
    else:
        stream.write(value)
    stream.flush()


def require_reader() -> None:
    """Raise BrokenPipeError where nobody reads standard output any more.

    For a command that waits: without something to write it would never be told.
    """
    import select

    if sys.stdout is None:
        return
    poll = select.poll()
    poll.register(sys.stdout, 0)  # only what is told unasked: errors and hang-ups
    if any(state & (select.POLLERR | select.POLLNVAL) for _, state in poll.poll(0)):
        raise BrokenPipeError


class ProgressBar:
    """Steps of long work, shown only if it lasts and someone watches. See `progress`."""

    def __init__(self, description: str, total: int | None, delay: float) -> None:
        self._description = description
        self._total = total
        self._delay = delay
        self._done = 0
        self._next_look = 0.0
        self._shown: tuple[Progress, TaskID] | None = None

    def __enter__(self) -> ProgressBar:
        watched = is_terminal(sys.stderr) and not is_dumb()
        self._next_look = time.monotonic() + self._delay if watched else float("inf")
        return self

    def begin(self, description: str, total: int) -> None:
        """Another stage of the work begins, of `total` steps."""
        self._description, self._total, self._done = description, total, 0
        if self._shown is not None:
            bar, task = self._shown
            bar.reset(task, total=total, description=visible(description))

    def advance(self, steps: int = 1) -> None:
        """Count `steps` as done; cheap enough to call for every ticket of a large store."""
        self._done += steps
        now = time.monotonic()
        if now < self._next_look:
            return
        self._next_look = now + _REFRESH_SECONDS
        bar, task = self._shown = self._shown or self._show()
        bar.update(task, completed=self._done)

    def _show(self) -> tuple[Progress, TaskID]:
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

        bar = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            console=console(sys.stderr),
            transient=True,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        bar.start()
        return bar, bar.add_task(visible(self._description), total=self._total)

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._shown is not None:
            self._shown[0].stop()


def progress(description: str, total: int | None, *, delay: float = 0.5) -> ProgressBar:
    """A context manager whose `advance()` is called as the work goes on.

    After `delay` seconds it draws a bar on standard error and takes it away at the end;
    where standard error is no terminal, or a dumb one, it draws nothing. A `total` of None
    is for work of unknown length.
    """
    return ProgressBar(description, total, delay)
