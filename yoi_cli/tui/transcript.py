"""What a worker says, followed as it comes, with a line to answer it."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.screen import Screen

from yoi_cli.named_tuple import NamedTuple
from yoi_cli.tui.background import Work, sentence_of
from yoi_cli.tui.cells import DIM, LINK, WAITING, WRONG
from yoi_cli.tui.keyed import KeyedText
from yoi_cli.tui.keys import TRANSCRIPT, bindings
from yoi_cli.tui.prompt import PromptScreen
from yoi_cli.tui.screens import Title
from yoi_cli.tui.text_view import TextView, prose, said

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from yoi_cli.api.workers import AgentTranscript, Output, WorkerView
    from yoi_cli.errors import YoiError
    from yoi_cli.tui.backend.port import Backend
    from yoi_cli.tui.text_view import Line

_SECONDS = 0.2
#: So many bytes of what was written before are shown.
_TAIL = -(1 << 18)


_SAY = "say something to the worker"


class _Part(NamedTuple):
    """What was read: the worker, a reader for it, and a stretch of what it wrote."""

    view: WorkerView
    reader: AgentTranscript | None
    output: Output


class TranscriptScreen(Screen[None]):
    """The transcript of one worker."""

    BINDINGS: ClassVar = bindings(TRANSCRIPT)

    def __init__(self, backend: Backend, worker: str) -> None:
        super().__init__()
        self._backend, self._worker = backend, worker
        self._title, self._text = Title(worker), TextView()
        self._input = KeyedText(TRANSCRIPT, name="say", hint=_SAY)
        self._reader: AgentTranscript | None = None
        self._cursor = _TAIL
        self._rest = b""
        self._is_reading = self._has_ended = False

    def compose(self) -> ComposeResult:
        yield self._title
        yield self._text
        yield self._input

    def on_mount(self) -> None:
        self._title.tell("attaching…")
        self._input.focus()
        self._read()
        self.set_interval(_SECONDS, self._read)

    def _read(self) -> None:
        if self._is_reading or self._has_ended:
            return
        self._is_reading = True
        Work(self.app, self._part, self._show, self._fail)

    def _part(self) -> _Part:
        view = self._backend.worker(self._worker)
        reader = self._reader
        if reader is None and self._cursor == _TAIL:
            reader = self._backend.reader(view)
        return _Part(view, reader, self._backend.output(self._worker, self._cursor))

    def _show(self, part: _Part) -> None:
        self._is_reading = False
        if not self.is_attached:
            return
        is_first = self._cursor == _TAIL
        self._reader = part.reader
        self._cursor = part.output.cursor
        lines: list[Line] = []
        if is_first and part.output.start:
            lines.append(said(f"… {part.output.start} bytes before this", DIM))
        elif part.output.resync:
            lines.append(said("… what came before this is not kept any more", WAITING))
        lines += self._lines(part.output.data, cut_first=is_first and part.output.start > 0)
        view = part.view
        if view.has_ended and part.output.at_end:
            self._has_ended = True
            lines += self._last_lines()
            lines.append(said(f"— it {view.ending}: {view.evidence}", LINK))
        state = view.ending if view.has_ended else view.state
        about = " ".join(one for one in (view.role, view.profile, view.ticket) if one)
        self._title.tell(f"{state}  {about}")
        self._input.read_only = not view.accepts_input
        self._input.placeholder = _SAY if view.accepts_input else "it takes no input"
        if lines:
            self._text.add(lines)

    def _lines(self, data: bytes, *, cut_first: bool) -> list[Line]:
        if cut_first:
            data = data.partition(b"\n")[2]
        if self._reader is not None:
            shown = self._reader.feed(data)
            return prose(shown.removesuffix("\n")) if shown else []
        whole, newline, self._rest = (self._rest + data).rpartition(b"\n")
        if not newline:
            return []
        return prose(whole.decode("utf-8", "replace"))

    def _last_lines(self) -> list[Line]:
        left = self._reader.rest() if self._reader else self._rest.decode("utf-8", "replace")
        self._rest = b""
        return prose(left.removesuffix("\n")) if left else []

    def _fail(self, error: YoiError | OSError) -> None:
        self._is_reading = False
        if self.is_attached:
            self._has_ended = True  # it is not asked again and again
            self._title.tell("")
            self._text.add(prose(sentence_of(error), WRONG))

    def action_send(self) -> None:
        text = self._input.text
        if not text or self._has_ended or self._input.read_only:
            return

        def sent(_: None) -> None:
            if self.is_attached:
                if self._input.text == text:
                    self._input.put("")
                self._text.add([said(f"› {text}", LINK)])

        def failed(error: YoiError | OSError) -> None:
            if self.is_attached:
                self._text.add(prose(sentence_of(error), WRONG))

        Work(self.app, lambda: self._backend.send(self._worker, text), sent, failed)

    def action_stop(self) -> None:
        if self._has_ended:
            return
        ask = PromptScreen(f"Stop the worker {self._worker}, with all that it started?")
        self.app.push_screen(ask, self._stop)

    def _stop(self, text: str | None) -> None:
        if text is None:
            return
        self._title.tell("stopping…")

        def stopped(ending: str) -> None:
            if self.is_attached:
                self._title.tell(ending)

        Work(self.app, lambda: self._backend.stop(self._worker), stopped, self._fail)

    def action_scroll(self, step: int) -> None:
        self._text.by(step)

    def action_scroll_page(self, step: int) -> None:
        self._text.by(step * max(1, self._text.size.height - 1))

    def action_scroll_edge(self, step: int) -> None:
        self._text.go(0) if step < 0 else self._text.to_end()

    def action_close(self) -> None:
        self.dismiss()
