"""`yoi orchestrate`: from queued tickets to merged branches (docs/orchestrate.md)."""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from yoi_cli.api import orchestration
from yoi_cli.cli.context import claiming_session_of
from yoi_cli.cli.options import AuthorOption, JsonOption, LocalOption, tickets_argument
from yoi_cli.cli.text.console import (
    console,
    is_dumb,
    is_terminal,
    text,
    wants_color,
    write_stderr,
    write_stdout,
)
from yoi_cli.cli.text.report import report_json
from yoi_cli.cli.text.table import ID, PROSE, TITLE, Cell, Column, Look, print_table, table_lines
from yoi_cli.cli.trust import ask_for_trust
from yoi_cli.errors import UsageError
from yoi_cli.model.run_choices import MOST_CANDIDATES
from yoi_cli.model.text import visible
from yoi_cli.model.time import stamp

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import TracebackType

    from rich.console import Console
    from rich.live import Live
    from rich.text import Text

    from yoi_cli.api.orchestration import Progress, RunningTicket, RunPlan, RunResult


_INTERRUPTED = 130


def orchestrate(
    ctx: typer.Context,
    tickets: Annotated[
        list[str] | None, tickets_argument("Only these; default every queued ticket.")
    ] = None,
    once: Annotated[
        bool, typer.Option("--once", help="Stop once nothing can go on without a person (default).")
    ] = False,
    watch: Annotated[
        bool, typer.Option("--watch", help="Keep running, and take up what is queued later.")
    ] = False,
    at_once: Annotated[
        int | None,
        typer.Option("--max", metavar="N", min=1, help="At most N tickets at once, and coders."),
    ] = None,
    best_of: Annotated[
        int | None,
        typer.Option(
            "--best-of",
            metavar="N",
            min=1,
            max=MOST_CANDIDATES,
            help="Begin each ticket with N coders, of whose work one is chosen.",
        ),
    ] = None,
    retry: Annotated[
        bool, typer.Option("--retry", help="Retry tickets that wait for a person.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be done, and do nothing.")
    ] = False,
    local: LocalOption = False,
    author: AuthorOption = None,
    as_json: JsonOption = False,
) -> None:
    """Take queued tickets to a merged branch: worktree, coder, evidence, review, merge.

    Every step is recorded on the ticket before it is made, so that a run may be ended at any
    point, and the next one goes on. With merge = "pull_request" in the settings what is
    approved is pushed, and waits for its request to be merged.

    Exits 0 if all ended well, 5 if a person is needed, 1 if something failed. In a pipe it
    prints one JSON object a step.
    """
    if once and watch:
        raise UsageError(
            "once_or_watch",
            "--once and --watch cannot be given together.",
            hint="Give one of them.",
        )
    session = claiming_session_of(ctx, local=local)
    if dry_run:
        plan = orchestration.plan(session, tickets or (), at_once=at_once, author=author)
        print_plan(plan, as_json=as_json)
        return
    ask_for_trust(session)
    progress, ended = ProgressView(as_json=as_json), _ending()

    def pause(seconds: float, running: Sequence[orchestration.RunningTicket]) -> bool:
        progress.show(running)
        return not ended.wait(seconds)

    with progress:
        result = orchestration.orchestrate(
            session,
            tickets or (),
            at_once=at_once,
            best_of=best_of,
            watch=watch,
            retry=retry,
            author=author,
            tell=progress.tell,
            pause=pause,
        )
    print_outcomes(result, as_json=as_json)
    if ended.is_set():
        print_interrupted(result.running)
    code = _INTERRUPTED if ended.is_set() and not watch else result.exit_code
    if code:
        raise typer.Exit(code)


def _ending() -> threading.Event:
    """What is set once a signal asks this process to end."""
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    return ended


_STYLES = {
    "merged": "green",
    "closed": "green",
    "approve": "green",
    "report passed": "green",
    "report failed": "yellow",
    "request_changes": "yellow",
    "merge failed": "yellow",
    "candidate unfit": "yellow",
    "candidate asked": "yellow",
    "candidate unable": "yellow",
    "no_verdict": "yellow",
    "no_choice": "yellow",
    "chosen": "green",
    "runtime_unreachable": "yellow",
    "person": "magenta",
    "waits": "dim",
    "held": "dim",
    "left": "dim",
    "refused": "red",
    "failed": "red",
}
#: As wide as an id: what is told of a run as a whole names no ticket.
_TICKET = 13
#: Steps whose text says why, and is not cut where the terminal is narrow.
_WHOLE = frozenset(
    {
        *("report failed", "merge failed", "person", "target_fails", "target_moved", "refused"),
        *("pull_request", "runtime_unreachable"),
    }
)
#: So the text of the last step begins where somebody has to do something.
_CALLS = ("person: ", "refused: ", "failed: ")
_COLUMNS = (
    Column("ticket", ID, style="bold"),
    Column("result"),
    Column("reason"),
    Column("commit"),
    Column("title", TITLE),
)
_LIVE_COLUMNS = (
    Column("ticket", ID, style="bold"),
    Column("step", style="cyan"),
    Column("time"),
    Column("worker"),
    Column("title", TITLE),
)
#: From so many columns on there is room for the whole id of a worker beside a title.
_WIDE = 120
_PLAN_COLUMNS = (
    Column("ticket", ID, style="bold"),
    Column("step"),
    Column("title", TITLE),
    Column("in the way", PROSE),
)


class ProgressView:
    """Shows steps as they happen. A context manager."""

    def __init__(self, *, as_json: bool) -> None:
        self._is_quiet = as_json
        self._is_drawn = not as_json and is_terminal(sys.stdout) and not is_dumb()
        self._live: Live | None = None
        self._since: dict[str, tuple[str, float]] = {}

    def __enter__(self) -> ProgressView:
        if self._is_drawn:
            from rich.live import Live

            self._live = Live(
                console=console(sys.stdout),
                transient=True,
                auto_refresh=False,
                redirect_stdout=False,
                redirect_stderr=False,
            )
            self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._live is not None:
            self._live.stop()

    def tell(self, progress: Progress) -> None:
        """One step."""
        now = stamp(time.time_ns() // 1_000_000)
        if self._is_quiet:
            return
        if self._live is not None:
            shown = text(f"{now[11:19]} ", "dim")
            shown.append(text(f"{progress.ticket:{_TICKET}} ", "bold"))
            shown.append(text(f"{progress.step:<15} ", _STYLES.get(progress.step, "cyan")))
            shown.append(text(progress.text))
            if progress.step in _WHOLE or progress.text.startswith(_CALLS):
                self._live.console.print(shown, soft_wrap=False)
            else:
                self._live.console.print(shown, no_wrap=True, overflow="ellipsis", soft_wrap=False)
        elif is_terminal(sys.stdout):
            write_stdout(
                visible(f"{now[11:19]} {progress.ticket:{_TICKET}} {said_of(progress)}") + "\n"
            )
        else:
            from yoi_cli.api.documents.envelope import json_line
            from yoi_cli.api.documents.orchestrate import step_document

            write_stdout(json_line(step_document(progress, now)))

    def show(self, running: Sequence[RunningTicket]) -> None:
        """The running tickets, below the steps."""
        if self._live is not None:
            self._live.update(self.table(running, self._live.console), refresh=True)

    def table(self, running: Sequence[RunningTicket], target: Console) -> Text:
        """The running tickets as `target` has room for them: titles give way first."""
        from rich.text import Text

        rows = []
        for one in running:
            step, since = self._since.get(one.ticket, ("", 0.0))
            if step != one.stage:
                since = time.monotonic()
                self._since[one.ticket] = (one.stage, since)
            spent = int(time.monotonic() - since)
            worker = one.worker if target.width >= _WIDE else _end_of(one.worker)
            time_spent = f"{spent // 60}:{spent % 60:02d}"
            step = "unreachable" if one.away else one.stage
            rows.append((one.ticket, step, time_spent, worker, one.title))
        look = Look(target.width, wants_color(sys.stdout))
        return Text.from_ansi("\n".join(table_lines(_LIVE_COLUMNS, rows, look)))


def said_of(progress: Progress) -> str:
    """A step in a line that never ends at its colon."""
    return ": ".join(part for part in (progress.step, progress.text.rstrip(": \n")) if part)


def _end_of(worker: str) -> str:
    """A worker's id where there is little room: what tells it from others, and finds it."""
    return f"…{worker[-8:]}" if worker else ""


def print_outcomes(result: RunResult, *, as_json: bool) -> None:
    """How far the run came; in a pipe the lines before it have said so."""
    target, outcomes = result.target, result.outcomes
    if as_json:
        from yoi_cli.api.documents.orchestrate import orchestration_document

        report_json("orchestration", orchestration_document(target, outcomes, (), dry_run=False))
        return
    if not outcomes:
        write_stderr("Nothing to do: no queued ticket may start. `yoi route` says why.\n")
    elif is_terminal(sys.stdout):
        rows = [
            (
                one.ticket,
                Cell(one.result, _STYLES.get(one.result, "")),
                one.reason,
                one.commit[:12],
                one.title,
            )
            for one in outcomes
        ]
        print_table(_COLUMNS, rows, empty="")
        unfinished = [one for one in outcomes if not one.is_merged]
        write_stdout("".join(visible(f"{one.ticket}: {one.text}") + "\n" for one in unfinished))


def print_plan(plan: RunPlan, *, as_json: bool) -> None:
    """What a run would do next."""
    target, plans = plan
    if as_json:
        from yoi_cli.api.documents.orchestrate import orchestration_document

        report_json("orchestration", orchestration_document(target, (), plans, dry_run=True))
        return
    rows = [
        (
            one.ticket,
            one.stage,
            one.title,
            Cell(" ".join(sentence for _, sentence in one.obstacles), "red"),
        )
        for one in plans
    ]
    print_table(_PLAN_COLUMNS, rows, empty="Nothing to do: no queued ticket may start.")


def print_interrupted(running: Sequence[RunningTicket]) -> None:
    """The run was ended; workers go on without it."""
    for one in (one for one in running if one.worker):
        write_stderr(visible(f"{one.ticket}: worker {one.worker} goes on without this run.") + "\n")
    if running:
        write_stderr("The next `yoi orchestrate` goes on from here.\n")
