"""The `console` blocks of a page, run as a reader would type them.

A line that begins with `$ ` is a command, `> ` continues it, the rest is what it prints. The
page's ids, times and folder are its author's: each id of the page stands for the one that the
run printed in its place, and times are compared by their form alone.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

_BLOCK = re.compile(r"^```console\n(.*?)^```", re.MULTILINE | re.DOTALL)
_TICKET = re.compile(r"\b0000[0-9A-HJKMNP-TV-Z]{9}\b")
_EVENT = re.compile(r"\b0[0-9A-HJKMNP-TV-Z]{25}\b")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
_DATE = re.compile(r"\d{4}-\d\d-\d\d\b")
_SHA = re.compile(r"\b(?:[0-9a-f]{40}|[0-9a-f]{12})\b")
_RECORD = re.compile(r"\borch-plan-\d{8}-\d{6}\b")


@dataclass(frozen=True)
class Step:
    """A command of a page and what the page says that it prints."""

    command: str
    output: str


def steps_of(page: Path) -> list[Step]:
    """The commands of all console blocks of `page`, in their order."""
    found: list[Step] = []
    for block in _BLOCK.findall(page.read_text(encoding="utf-8")):
        for part in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            lines = part.split("\n")
            end = next((n for n in range(1, len(lines)) if lines[n][:1] != ">"), len(lines))
            more = [line.removeprefix(">").removeprefix(" ") for line in lines[1:end]]
            found.append(Step("\n".join([lines[0], *more]), "\n".join(lines[end:])))
    return found


@dataclass
class Reader:
    """Somebody who types a page's commands in a folder of their own."""

    folder: Path
    env: dict[str, str]
    page_folder: str
    ids: dict[str, str] = field(default_factory=dict)

    def type(self, step: Step) -> tuple[str, str]:
        """(what the page says, what was printed), both in a form that can be compared."""
        command = _TICKET.sub(lambda match: self.ids.get(match[0], match[0]), step.command)
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=self.folder,
            env=self.env,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        said, printed = _TICKET.findall(step.output), _TICKET.findall(done.stdout)
        if len(said) == len(printed):
            self.ids.update(zip(said, printed, strict=True))
        expected = step.output.replace(self.page_folder, str(self.folder))
        expected = _TICKET.sub(lambda match: self.ids.get(match[0], match[0]), expected)
        return _plain(expected), _plain(done.stdout)


def check_story(
    page: Path, env: dict[str, str], folder: Path, *, more_than: int, called: str = "/home/ada/shop"
) -> None:
    """Every command of `page`, which has `more_than` so many, prints what the page says.

    They are typed in `folder`, which the page has `called` otherwise, by ada, with this `yoi`.
    """
    path = f"{Path(sys.executable).parent}{os.pathsep}{env['PATH']}"
    reader = Reader(folder, env | {"PATH": path, "YOI_AUTHOR": "ada"}, called)
    steps = steps_of(page)
    assert len(steps) > more_than
    for step in steps:
        expected, printed = reader.type(step)
        assert printed == expected, step.command


def _plain(text: str) -> str:
    text = _EVENT.sub("EVENT", _TIME.sub("TIME", text))
    text = _SHA.sub("SHA", text)
    return _RECORD.sub("RECORD", _DATE.sub("DATE", text)).strip()
