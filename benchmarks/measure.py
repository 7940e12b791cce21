"""Timing whole processes, two kinds in turn, so that the machine's moods hit both alike."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

#: `ru_maxrss` counts kilobytes, on macOS bytes.
RSS_UNIT = 1 if sys.platform == "darwin" else 1024


class CommandFailedError(Exception):
    """A measured command did not do its work; its time would mean nothing."""


@dataclass(frozen=True, slots=True)
class Command:
    """A process to measure: its arguments, its folder, and the exit codes that are success.

    `undo` is run after it, outside the time, so that the next sample starts from the same state.
    """

    argv: tuple[str, ...]
    cwd: Path
    exits: tuple[int, ...] = (0,)
    undo: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sample:
    """One run: wall-clock seconds, seconds of CPU, and the largest resident set in bytes."""

    seconds: float
    cpu: float
    peak_bytes: int


@dataclass(frozen=True, slots=True)
class Series:
    """The samples of one command."""

    values: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.values)

    @property
    def lowest(self) -> float:
        return min(self.values)

    @property
    def highest(self) -> float:
        return max(self.values)


@dataclass(frozen=True, slots=True)
class Costs:
    """Seconds of CPU and peak bytes of one command."""

    cpu: Series
    peak: Series


def run_once(command: Command, env: Mapping[str, str]) -> Sample:
    """Run `command` with stdout to the null device, and measure it.

    Raises CommandFailedError if it exits otherwise than it should.
    """
    sample = _timed(command.argv, command, env)
    if command.undo:
        _timed(command.undo, command, env)
    return sample


def _timed(argv: tuple[str, ...], command: Command, env: Mapping[str, str]) -> Sample:
    with tempfile.TemporaryFile() as complaints:
        started = time.perf_counter()
        process = subprocess.Popen(
            argv,
            cwd=command.cwd,
            env=dict(env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=complaints,
        )
        # wait4 and not wait: it gives the resources of this child alone.
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in command.exits:
            complaints.seek(0)
            said = complaints.read().decode(errors="replace").strip().splitlines()
            raise CommandFailedError(f"exit {process.returncode}: {said[-1] if said else ''}")
    return Sample(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * RSS_UNIT)


def in_turn(
    ours: Command, reference: Command, repeat: int, env: Mapping[str, str]
) -> tuple[Series, Series]:
    """Seconds of both, `repeat` times A B A B, after one run of each that does not count."""
    run_once(ours, env)
    run_once(reference, env)
    pairs = [(run_once(ours, env), run_once(reference, env)) for _ in range(repeat)]
    return (
        Series(tuple(mine.seconds for mine, _ in pairs)),
        Series(tuple(other.seconds for _, other in pairs)),
    )


def all_in_turn(commands: Sequence[tuple[Command, Mapping[str, str]]], repeat: int) -> list[Costs]:
    """What each of `commands`, with its environment, takes: `repeat` times all of them in turn,
    after one run of each that does not count."""
    for command, env in commands:
        run_once(command, env)
    runs = [[run_once(command, env) for command, env in commands] for _ in range(repeat)]
    return [
        Costs(
            Series(tuple(one.cpu for one in samples)),
            Series(tuple(float(one.peak_bytes) for one in samples)),
        )
        for samples in zip(*runs, strict=True)
    ]


def peak_memory(command: Command, repeat: int, env: Mapping[str, str]) -> Series:
    """Peak resident bytes of `repeat` runs."""
    return Series(tuple(float(run_once(command, env).peak_bytes) for _ in range(repeat)))
