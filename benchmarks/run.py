"""Print the budget table of docs/benchmarks.md for the `yoi` of this environment.

    python benchmarks/run.py --tickets 10000 --large 100000 --repeat 7

Stores are made below TMPDIR. Verdicts are for people to read: the exit code is 1, and no
markdown is written, only if a command did not work.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from measure import Command, CommandFailedError, in_turn, peak_memory, run_once
from report import MEGABYTE, Row, markdown, text_table
from stores import HERE, Store, build_store, clean_environment, grow_thread

SMALL = 10


@dataclass(frozen=True, slots=True)
class Bench:
    """What all rows share."""

    yoi: tuple[str, ...]
    env: Mapping[str, str]
    scratch: Path
    repeat: int
    tickets: int
    large: int
    thread_mb: int

    def store(self, name: str, tickets: int) -> Store:
        print(f"making a store of {tickets:,} tickets", file=sys.stderr)
        return build_store(self.scratch / name, tickets, self.env)

    def command(
        self,
        store: Store,
        *arguments: str,
        undo: tuple[str, ...] = (),
        exits: tuple[int, ...] = (0,),
    ) -> Command:
        """`yoi` with `arguments` in `store`; `undo` are the arguments of the way back."""
        back = self.yoi + undo if undo else ()
        return Command(self.yoi + arguments, store.root, exits, back)

    def against(self, what: str, ours: Command, reference: Command, bound: float) -> Row:
        """A row of two commands in turn; what does not run is told in its place."""
        try:
            return Row(what, bound, "x", *in_turn(ours, reference, self.repeat, self.env))
        except CommandFailedError as error:
            return Row(what, bound, missing=f"failed: {error}", failed=True)

    def has(self, store: Store, command: str) -> bool:
        try:
            run_once(self.command(store, command, "--help"), self.env)
        except CommandFailedError:
            return False
        return True


def installed_yoi() -> tuple[str, ...]:
    """The console script beside this interpreter, else the package run as a module."""
    script = Path(sys.executable).parent / "yoi"
    return (str(script),) if script.exists() else (sys.executable, "-m", "yoi_cli")


def move(bench: Bench, store: Store) -> Command:
    """A legal move, with the way back."""
    back = ("ticket", "state", store.planned, "planning", "--reason", "measure again")
    return bench.command(store, "ticket", "state", store.planned, "ready", undo=back)


def reading_program(store: Store) -> Command:
    return Command((sys.executable, str(HERE / "read_all.py"), str(store.tickets)), store.root)


def startup_rows(bench: Bench, store: Store) -> Iterator[Row]:
    typer = Command((sys.executable, "-c", "import typer"), store.root)
    yield bench.against("yoi ticket state ID STATE / import typer", move(bench, store), typer, 1.3)
    for arguments in (("--help",), ("ticket", "--help")):
        what = f"yoi {' '.join(arguments)} / import typer"
        yield bench.against(what, bench.command(store, *arguments), typer, 2)


def list_row(bench: Bench, store: Store, tickets: int) -> Row:
    what = f"{tickets:,}: yoi ticket list / reading program"
    return bench.against(what, bench.command(store, "ticket", "list"), reading_program(store), 2)


def routing_rows(bench: Bench, store: Store) -> Iterator[Row]:
    budgets = (
        (("next",), (0,), 3.0),
        (("gate", store.planned), (0, 5), 3.0),
        (("route", "--all"), (0,), 4.0),
    )
    for arguments, exits, bound in budgets:
        what = f"{bench.tickets:,}: yoi {arguments[0]} / reading program"
        if not bench.has(store, arguments[0]):
            yield Row(what, bound, missing="not yet")
            continue
        ours = bench.command(store, *arguments, exits=exits)
        yield bench.against(what, ours, reading_program(store), bound)


def scaling_rows(bench: Bench, small: Store, medium: Store) -> Iterator[Row]:
    """The same command in a large store and in a small one."""

    def commands(store: Store) -> Iterator[tuple[str, Command]]:
        ticket = store.planned
        yield "show", bench.command(store, "ticket", "show", ticket)
        yield "comment", bench.command(store, "ticket", "comment", ticket, "--message", "x")
        yield "state", move(bench, store)
        create = ("ticket", "create", "--title", "x", "--message", "y")
        yield "create", bench.command(store, *create)

    for (name, ours), (_, reference) in zip(commands(medium), commands(small), strict=True):
        what = f"yoi ticket {name}: {bench.tickets:,} / {SMALL} tickets"
        yield bench.against(what, ours, reference, 1.5)


def memory_row(bench: Bench, store: Store) -> Row:
    what = f"{bench.large:,}: yoi ticket list, peak memory"
    try:
        command = bench.command(store, "ticket", "list")
        return Row(what, 300, "MB", peak_memory(command, bench.repeat, bench.env))
    except CommandFailedError as error:
        return Row(what, 300, "MB", missing=f"failed: {error}", failed=True)


def append_row(bench: Bench) -> Row:
    """One comment more in a thread of many megabytes, and in a short one."""
    long, short = (bench.store(name, SMALL) for name in ("long-thread", "short-thread"))
    grow_thread(long.thread(long.planned), bench.thread_mb * MEGABYTE)
    ours, reference = (
        bench.command(store, "ticket", "comment", store.planned, "--message", "x")
        for store in (long, short)
    )
    what = f"append to a thread: {bench.thread_mb} MB / a short one"
    return bench.against(what, ours, reference, 1.5)


def rows(bench: Bench) -> Iterator[Row]:
    """Every row of the table, each measured when it is asked for."""
    small = bench.store("small", SMALL)
    yield from startup_rows(bench, small)
    medium = bench.store("medium", bench.tickets)
    yield list_row(bench, medium, bench.tickets)
    yield from routing_rows(bench, medium)
    yield from scaling_rows(bench, small, medium)
    yield append_row(bench)
    large = bench.store("large", bench.large)
    yield list_row(bench, large, bench.large)
    yield memory_row(bench, large)


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Print the budget table of the design.")
    parser.add_argument("--tickets", type=int, default=10_000, help="tickets of the usual store")
    parser.add_argument("--large", type=int, default=100_000, help="tickets of the large store")
    parser.add_argument("--thread-mb", type=int, default=100, help="size of the long thread")
    parser.add_argument("--repeat", type=int, default=7, help="samples of each command")
    parser.add_argument("--markdown", type=Path, metavar="FILE", help="write the table there too")
    return parser.parse_args()


def main() -> int:
    given = parse_arguments()
    sizes = (given.repeat, given.tickets, given.large, given.thread_mb)
    with tempfile.TemporaryDirectory(prefix="yoi-bench-") as scratch:
        env = clean_environment(Path(scratch) / "home")
        bench = Bench(installed_yoi(), env, Path(scratch), *sizes)
        measured: list[Row] = []
        for row in rows(bench):
            print("  ".join(row.cells()), file=sys.stderr)
            measured.append(row)
    print(text_table(measured))
    if any(row.failed for row in measured):
        return 1
    if given.markdown:
        command = "python benchmarks/run.py --repeat {} --tickets {} --large {} --thread-mb {}"
        page = markdown(measured, command.format(*sizes))
        given.markdown.write_text(page + _other_sections(given.markdown), encoding="utf-8")
    return 0


def _other_sections(page: Path) -> str:
    """What other measures wrote below the table that is about to be replaced."""
    text = page.read_text(encoding="utf-8") if page.exists() else ""
    _, heading, rest = text.partition("\n## ")
    return heading + rest


if __name__ == "__main__":
    sys.exit(main())
