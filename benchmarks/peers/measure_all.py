"""Install what other programs for tickets the registries have, give each the same tickets, and
measure all of them and `yoi` in turn: CPU time of whole processes, and ratios.

    python benchmarks/peers/measure_all.py --tickets 10000 --repeat 5 --only tk,taskwarrior

A program that cannot be had here is told, and left out, as one is that has no such command. `yoi`
is measured with its index, which is there from the run before.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from measure import Command, Costs, all_in_turn
from peers.programs import PEERS, NotToBeHadError
from peers.tickets import read_tickets
from run import installed_yoi
from stores import build_store, clean_environment

OUR_COMMANDS = {
    "list": ("list",),
    "show": ("show", "{last}"),
    "create": ("create", "A title"),
    "next": ("next",),
    "blocked": ("list", "--blocked"),
}


@dataclass(frozen=True, slots=True)
class Program:
    """A program that is measured: its words, its store, and the id of the last ticket in it."""

    name: str
    words: tuple[str, ...]
    folder: Path
    last: str
    env: Mapping[str, str]
    commands: Mapping[str, tuple[str, ...]]

    def command(self, name: str) -> tuple[Command, Mapping[str, str]]:
        words = [word.format(last=self.last) for word in self.commands[name]]
        return Command((*self.words, *words), self.folder), self.env


def programs(scratch: Path, tickets: int, only: str) -> list[Program]:
    """`yoi`, and every other one that can be had, or those named in `only`, each with its store."""
    env = {**clean_environment(scratch / "home"), "YOI_AUTHOR": "Bench"}
    print(f"making a store of {tickets:,} tickets", file=sys.stderr)
    store = build_store(scratch / "yoi", tickets, env)
    known = read_tickets(store.tickets)
    last = sorted(folder.name for folder in store.tickets.iterdir())[-1]
    found = [Program("yoi", installed_yoi(), store.root, last, env, OUR_COMMANDS)]
    for peer in PEERS:
        if only and peer.name not in only.split(","):
            continue
        home, folder = scratch / f"{peer.name}-program", scratch / peer.name
        home.mkdir()
        folder.mkdir()
        subprocess.run(["git", "init", "--quiet", "."], cwd=folder, check=True)
        try:
            print(f"installing {peer.name}", file=sys.stderr)
            words = peer.install(home)
            last = peer.fill(words, folder, known)
        except (NotToBeHadError, OSError) as error:
            print(f"{peer.name} is left out: {error}", file=sys.stderr)
            continue
        variables = {**env, **peer.variables(home), "TASKDATA": str(folder)}
        found.append(Program(peer.name, words, folder, last, variables, peer.commands))
    return found


def row(command: str, program: Program, costs: Costs, ours: Costs) -> str:
    median = costs.cpu.median
    ratio = ours.cpu.median / median
    return f"| {command} | {program.name} | {median * 1000:.0f} ms | {ratio:.2f} |"


def main() -> int:
    """Print the table; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tickets", type=int, default=10_000)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--only", default="", help="programs, by a word: tk,taskwarrior")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="yoi-peers-") as folder:
        found = programs(Path(folder), given.tickets, given.only)
        time.sleep(0.1)  # what was written in this very moment is kept by no index
        print("| command | program | CPU | `yoi` / it |\n|---|---|---|---|")
        for command in OUR_COMMANDS:
            able = [one for one in found if command in one.commands]
            every = all_in_turn([one.command(command) for one in able], given.repeat)
            for program, costs in zip(able, every, strict=True):
                print(row(command, program, costs, every[0]), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
