"""Ten jobs of a day in `yoi` and three other tools, as each would have them typed.

Run it as `.venv/bin/python benchmarks/jobs.py --markdown docs/compare.md`. Every command is run, in
a repository of its own; a tool that is not installed (`tk`, `backlog`, `task` on PATH, or
`--tk PATH`, `--backlog PATH`) is left out. Ids are typed as short as the tool takes them.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

#: A job that a tool has no command for.
NONE: tuple[str, ...] = ()
_SHOWN = 64
_ESCAPES = re.compile(r"\x1b\[[0-9;]*m")

JOBS = (
    "make a ticket with a priority and a criterion",
    "make one that waits for it",
    "see what is open",
    "see what may be started",
    "see why one waits",
    "note something",
    "begin: mine, on a branch of its own",
    "find two words in any order",
    "set when it is due, and list what is due in a week",
    "finish: report, merge, close, tidy up",
)


class Tool(NamedTuple):
    """A tool, what prepares a repository for it, and the commands of each job.

    `{A}` and `{B}` stand for the tickets of the first two jobs, as `ids` finds them in what these
    print; `work` is what is done between beginning and finishing, in the folder where one is then.
    """

    name: str
    prepare: tuple[str, ...]
    jobs: tuple[tuple[str, ...], ...]
    ids: Callable[[str], str]
    folder: Callable[[Path, str], Path] = lambda repository, _: repository


class Done(NamedTuple):
    """What was typed for a job, and the beginning of what was seen."""

    typed: tuple[str, ...]
    seen: str
    is_done: bool

    @property
    def length(self) -> int:
        return sum(map(len, self.typed))


def found(pattern: str) -> Callable[[str], str]:
    """What finds an id in what a command prints."""

    def find(said: str) -> str:
        match = re.search(pattern, said)
        if match is None:
            raise SystemExit(f"no id in: {said}")
        return match[1]

    return find


def yoi_folder(repository: Path, ticket: str) -> Path:
    return next((repository / ".worktree").glob(f"*{ticket}-*"), repository)


TOOLS = (
    Tool(
        "yoi",
        ("yoi init",),
        (
            ("yoi create 'Round half up' -p P1 --ac 'Both agree'",),
            ("yoi create 'Show the price' --dep {A}",),
            ("yoi list",),
            ("yoi route",),
            ("yoi show {B}",),
            ("yoi comment {A} -m 'Seen in the bill'",),
            ('cd "$(yoi start {A} --print)"',),
            ("yoi search 'half round'",),
            ("yoi edit {B} --due 3d", "yoi list --due week"),
            ("yoi finish {A} -m 'Rounds half up'",),
        ),
        found(r"[0-9A-Z]{9}([0-9A-Z]{4})\b"),
        yoi_folder,
    ),
    Tool(
        "Backlog.md",
        ("backlog init shop --defaults --agent-instructions none",),
        (
            ("backlog task create 'Round half up' --priority high --ac 'Both agree'",),
            ("backlog task create 'Show the price' --dep {A}",),
            ("backlog task list --plain",),
            ("backlog task list --ready --plain",),
            ("backlog task {B} --plain",),
            ("backlog task edit {A} --append-notes 'Seen in the bill'",),
            ("backlog task edit {A} -s 'In Progress' -a @ada", "git switch -c task-{A}"),
            ("backlog search 'half round' --plain",),
            NONE,
            (
                "backlog task edit {A} -s Done --final-summary 'Rounds half up'",
                "git add -A && git commit -m 'Done: {A}'",
                "git switch main",
                "git merge task-{A}",
                "git branch -d task-{A}",
            ),
        ),
        found(r"(?i)task-(\d+)"),
    ),
    Tool(
        "tk",
        NONE,
        (
            ("tk create 'Round half up' -p 1 --acceptance 'Both agree'",),
            ("tk create 'Show the price'", "tk dep {B} {A}"),
            ("tk ready", "tk blocked"),
            ("tk ready",),
            ("tk dep tree {B}",),
            ("tk add-note {A} 'Seen in the bill'",),
            ("tk start {A}", "git switch -c {A}"),
            NONE,
            NONE,
            (
                "tk add-note {A} 'Rounds half up'",
                "tk close {A}",
                "git add -A && git commit -m 'Done: {A}'",
                "git switch main",
                "git merge {A}",
                "git branch -d {A}",
            ),
        ),
        found(r"-([0-9a-z]{4})\b"),
    ),
    Tool(
        "taskwarrior",
        NONE,
        (
            ("task add Round half up pri:H", "task {A} annotate Both agree"),
            ("task add Show the price dep:{A}",),
            ("task list",),
            ("task ready",),
            ("task blocked",),
            ("task {A} annotate Seen in the bill",),
            ("task {A} start", "git switch -c round-half-up"),
            ("task /half/ /Round/ list",),
            ("task {B} mod due:3d", "task due.before:7d list"),
            (
                "task {A} annotate Rounds half up",
                "git switch main",
                "git merge round-half-up",
                "git branch -d round-half-up",
                "task {A} done",
            ),
        ),
        found(r"Created task (\d+)"),
    ),
)


class Bench:
    """One tool in a repository of its own."""

    def __init__(self, tool: Tool, home: Path, path: str) -> None:
        self._tool = tool
        self._repository = home / "shop"
        self._repository.mkdir(parents=True)
        self._environment = {
            "PATH": path,
            "HOME": str(home),
            "TERM": "xterm",
            "LANG": "C.UTF-8",
            "GIT_CONFIG_NOSYSTEM": "1",
            "NO_COLOR": "1",
            "YOI_AUTHOR": "ada",
        }
        (home / ".taskrc").write_text(
            f"data.location={home}/.task\nconfirmation=no\nverbose=new-id\n", encoding="utf-8"
        )
        (home / ".gitconfig").write_text(
            "[user]\n\tname = ada\n\temail = ada@example.org\n[init]\n\tdefaultBranch = main\n",
            encoding="utf-8",
        )
        self._names: dict[str, str] = {}
        self._run("git init -q && git commit -q --allow-empty -m Begin", self._repository)
        for command in tool.prepare:
            self._run(command, self._repository)
        self._run("git add -A && git commit -q --allow-empty -m Set-up", self._repository)

    def jobs(self) -> list[Done]:
        """Every job, in turn."""
        done: list[Done] = []
        for number, commands in enumerate(self._tool.jobs):
            done.append(self._job(commands, "AB"[number] if number < len("AB") else ""))
            if JOBS[number].startswith("begin"):
                self._work()
        return done

    def _job(self, commands: Sequence[str], makes: str) -> Done:
        typed: list[str] = []
        said, is_done = "", bool(commands)
        for at, command in enumerate(commands):
            words = command
            for name, ticket in self._names.items():
                words = words.replace("{" + name + "}", ticket)
            typed.append(words)
            code, said = self._run(words, self._repository)
            is_done = is_done and code == 0
            if makes and not at:
                self._names[makes] = self._tool.ids(said)
        return Done(tuple(typed), _first_line(said), is_done)

    def _work(self) -> None:
        folder = self._tool.folder(self._repository, self._names["A"])
        (folder / "round.py").write_text("half_up = True\n", encoding="utf-8")
        self._run("git add round.py && git commit -q -m 'Round half up'", folder)

    def _run(self, command: str, folder: Path) -> tuple[int, str]:
        ended = subprocess.run(
            ["bash", "-c", command],
            cwd=folder,
            env=self._environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        return ended.returncode, ended.stdout + ended.stderr


def _first_line(said: str) -> str:
    """The first line of what a command printed that names a ticket, or that says anything."""
    lines = (_ESCAPES.sub("", line).replace("\t", " ").strip() for line in said.splitlines())
    telling = [line for line in lines if re.search(r"\w", line)]
    named = [line for line in telling if re.search("Round half up|Show the price", line)]
    line = (named or telling or [""])[0]
    return line if len(line) <= _SHOWN else line[: _SHOWN - 1] + "…"


def page(results: Mapping[str, Sequence[Done]], versions: Mapping[str, str]) -> str:
    """The page, with every job as a table."""
    lines = [
        _HEAD.format(
            versions=", ".join(f"{name} {says}".strip() for name, says in versions.items())
        )
    ]
    names = list(results)
    lines.append("| job | " + " | ".join(names) + " |")
    lines.append("| --- |" + " --- |" * len(names))
    for number, job in enumerate(JOBS):
        cells = [_figures(results[name][number]) for name in names]
        lines.append(f"| {number + 1}. {job} | " + " | ".join(cells) + " |")
    totals = [
        f"{sum(len(one.typed) for one in done)}, {sum(one.length for one in done)}"
        for done in results.values()
    ]
    lines.append("| all that it can | " + " | ".join(totals) + " |")
    behind = [
        f"{number + 1} ({', '.join(better)})"
        for number in range(len(JOBS))
        if (better := _better(results, number))
    ]
    fewer = [job for number, job in enumerate(JOBS) if _has_fewer(results, number)]
    if fewer:
        raise SystemExit(f"what the page says is not so of: {', '.join(fewer)}")
    lines.append(_BEHIND.format(jobs="; ".join(behind) or "none"))
    for number, job in enumerate(JOBS):
        lines.append(f"## {number + 1}. {job[0].upper()}{job[1:]}\n")
        for name in names:
            one = results[name][number]
            if not one.typed:
                lines.append(f"{name}: has no command for it.\n")
                continue
            typed = "".join(f"    $ {command}\n" for command in one.typed)
            lines.append(f"{name}:\n\n{typed}    {one.seen}\n")
    return "\n".join(lines).rstrip("\n") + "\n"


def _has_fewer(results: Mapping[str, Sequence[Done]], number: int) -> bool:
    """Whether another tool does a job in fewer commands."""
    ours = len(results["yoi"][number].typed)
    return any(done[number].is_done and len(done[number].typed) < ours for done in results.values())


def _better(results: Mapping[str, Sequence[Done]], number: int) -> list[str]:
    """The tools that need fewer commands than yoi for a job, or as many and fewer characters."""
    ours = results["yoi"][number]
    return [
        name
        for name, done in results.items()
        if name != "yoi"
        and done[number].typed
        and (len(done[number].typed), done[number].length) < (len(ours.typed), ours.length)
    ]


def _figures(one: Done) -> str:
    if not one.typed:
        return "–"
    failed = "" if one.is_done else " (fails)"
    return f"{len(one.typed)}, {one.length}{failed}"


_HEAD = """# Ten jobs beside other tools

Written by `python benchmarks/jobs.py --markdown docs/compare.md`, which runs every command below in
a repository of its own: {versions}.
A cell has the number of commands and the characters typed for them, ids as short as the tool takes
them; – where a tool has no command for the job. Below the table is what was typed, and the first
line of what was seen that names a ticket (in a pipe; terminals show tables).
"""
_BEHIND = """
No tool needs fewer commands than `yoi` for any of these. As many commands, and fewer characters,
have in these jobs: {jobs}.
Their commands have shorter names, or take ids of one digit, which do for one person, and not for
clones that make tickets apart from each other. What the lines do not show: `yoi start` and
`yoi finish` also queue, claim, review, try the merge apart, validate, and record who did what.
"""


def _version(command: str, path: str) -> str:
    said = subprocess.run(
        ["bash", "-c", command],
        env={"PATH": path, "HOME": tempfile.gettempdir()},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    ).stdout
    match = re.search(r"\d+(\.\d+)+", said)
    return match[0] if match else ""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--markdown", metavar="FILE")
    parser.add_argument("--tk", metavar="PATH", help="The program tk, if it is not on PATH.")
    parser.add_argument("--backlog", metavar="PATH", help="The same of Backlog.md.")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        programs = Path(folder) / "bin"
        programs.mkdir()
        for name in ("tk", "backlog"):
            named: str | None = getattr(given, name)
            if named:
                (programs / name).symlink_to(Path(named).resolve())
        path = os.pathsep.join(
            [str(programs), str(Path(sys.executable).parent), os.environ["PATH"]]
        )
        results: dict[str, list[Done]] = {}
        versions: dict[str, str] = {}
        for tool in TOOLS:
            program = tool.jobs[0][0].split()[0]
            if shutil.which(program, path=path):
                results[tool.name] = Bench(tool, Path(folder) / program, path).jobs()
                versions[tool.name] = _version(f"{program} --version", path)
    written = page(results, versions)
    if given.markdown:
        Path(given.markdown).write_text(written, encoding="utf-8")
    else:
        print(written)


if __name__ == "__main__":
    main()
