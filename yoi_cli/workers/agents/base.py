"""What is known of an agent's run by what it printed, and how an adapter tells it.

An adapter is a function over one line: it gives the report with what the line adds to it, and
the line as a person reads it. What it does not know it shows as it is, or, where that is the
agent's own bookkeeping, not at all.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from math import isfinite
from typing import TypeAlias

from yoi_cli.named_tuple import NamedTuple

#: So many lines of what a tool printed are shown, and so many characters of a command.
_TOOL_LINES, _LONGEST = 12, 400


class AgentReport(NamedTuple):
    """What an agent told of itself so far.

    `session` is the id by which its session can be resumed, `last_message` what it said last,
    `error` why it failed, where it says so. `input_tokens` and `output_tokens` are None where it
    tells none, and so is `cost`, in US dollars. `partial` is a message that is not yet whole.
    """

    session: str = ""
    last_message: str = ""
    error: str = ""
    input_tokens: int | None = None
    output_tokens: int | None = None
    cost: float | None = None
    partial: str = ""

    def spending(
        self, input_tokens: int = 0, output_tokens: int = 0, cost: float | None = None
    ) -> AgentReport:
        """With so much more spent."""
        return self._replace(
            input_tokens=(self.input_tokens or 0) + input_tokens,
            output_tokens=(self.output_tokens or 0) + output_tokens,
            cost=self.cost if cost is None else (self.cost or 0.0) + cost,
        )


Read: TypeAlias = tuple[AgentReport, str]
LineReader: TypeAlias = Callable[[AgentReport, str], Read]
RecordReader: TypeAlias = Callable[[AgentReport, "Record"], Read]


class Record(NamedTuple):
    """A JSON object, asked for values whose types nobody promised."""

    values: Mapping[str, object]

    def text(self, *path: str) -> str:
        """The text at `path`, empty where there is none."""
        found = self._at(path)
        return found if isinstance(found, str) else ""

    def count(self, *path: str) -> int:
        """The number at `path`, 0 where there is none."""
        found = self._at(path)
        is_number = isinstance(found, int | float) and not isinstance(found, bool)
        return int(found) if is_number and isinstance(found, int | float) else 0

    def amount(self, *path: str) -> float | None:
        """The amount at `path`, None where there is none."""
        found = self._at(path)
        return float(found) if isinstance(found, int | float) and isfinite(found) else None

    def holds(self, *path: str) -> bool:
        """Whether `path` leads to true."""
        return self._at(path) is True

    def record(self, *path: str) -> Record:
        """The object at `path`, an empty one where there is none."""
        found = self._at(path)
        return Record(found) if isinstance(found, dict) else Record({})

    def records(self, *path: str) -> list[Record]:
        """The objects in the array at `path`."""
        found = self._at(path)
        parts = found if isinstance(found, list) else []
        return [Record(one) for one in parts if isinstance(one, dict)]

    def _at(self, path: tuple[str, ...]) -> object:
        found: object = self.values
        for name in path:
            found = found.get(name) if isinstance(found, Mapping) else None
        return found


def json_lines(read: RecordReader) -> LineReader:
    """The adapter of an agent that prints a JSON object a line; other lines are shown as they
    are."""

    def line_reader(report: AgentReport, line: str) -> Read:
        if not line.startswith("{"):
            return report, line
        try:
            values = json.loads(line)
        except (ValueError, RecursionError):
            return report, line
        return read(report, Record(values)) if isinstance(values, dict) else (report, line)

    return line_reader


def tool_call(name: str, given: Record) -> str:
    """The call of a tool in one line: its name, and what it is about."""
    known = ("command", "cmd", "file_path", "filePath", "path", "pattern", "query", "url")
    about = next((given.text(key) for key in known if given.text(key)), "")
    if not about:
        about = ", ".join(key for key in given.values)
    return f"> {name}: {_cut(' '.join(about.split()))}"


def tool_output(printed: str) -> str:
    """What a tool printed, indented and cut short."""
    lines = printed.strip("\n").split("\n")
    shown = [f"  {_cut(line)}" for line in lines[:_TOOL_LINES] if line.strip()]
    if len(lines) > _TOOL_LINES:
        shown.append(f"  … {len(lines) - _TOOL_LINES} more lines")
    return "\n".join(shown)


def _cut(line: str) -> str:
    return line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…"
