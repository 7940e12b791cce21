"""An agent's transcript, read as it comes: what a person is shown of it, and what it reports."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from yoi_cli.workers.agents import aider, claude, codex, copilot, gemini, opencode
from yoi_cli.workers.agents.base import AgentReport

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from yoi_cli.workers.agents.base import LineReader

#: A line of an agent may hold a whole file; what is longer is no line of an agent's.
_LONGEST_LINE = 1 << 26
READERS: Mapping[str, LineReader] = MappingProxyType(
    {
        "claude": claude.read_line,
        "codex": codex.read_line,
        "gemini": gemini.read_line,
        "opencode": opencode.read_line,
        "copilot": copilot.read_line,
        "aider": aider.read_line,
    }
)


class AgentTranscript:
    """Reads what the agent `agent` printed, in parts that may end anywhere."""

    def __init__(self, agent: str) -> None:
        self._read = READERS.get(agent)
        self._held = b""
        self.report = AgentReport()

    def feed(self, data: bytes) -> str:
        """What is shown of the lines that are whole by now; each ends in a newline."""
        lines = (self._held + data).split(b"\n")
        self._held = lines.pop()
        if len(self._held) > _LONGEST_LINE:
            lines.append(self._held)
            self._held = b""
        return "".join(map(self._line, lines))

    def rest(self) -> str:
        """What is shown of a last line without an end."""
        held, self._held = self._held, b""
        shown = self._line(held) if held else ""
        partial = self.report.partial.strip("\n")
        if partial and not self.report.last_message.endswith(partial):
            self.report = self.report._replace(last_message=partial, partial="")
            shown += f"{partial}\n"
        return shown

    def _line(self, raw: bytes) -> str:
        line = raw.removesuffix(b"\r").decode("utf-8", "replace")
        if self._read is None:
            return f"{line}\n"
        self.report, shown = self._read(self.report, line)
        return f"{shown}\n" if shown or not line.strip() else ""


def report_of(agent: str, parts: Iterable[bytes]) -> AgentReport:
    """What the agent reports in all that it printed."""
    transcript = AgentTranscript(agent)
    for part in parts:
        transcript.feed(part)
    transcript.rest()
    return transcript.report


def text_of(agent: str, data: bytes, *, is_whole: bool) -> str:
    """What is shown of the end of what the agent printed; of one that is not `is_whole` the
    first line, which may have been cut, is left out."""
    transcript = AgentTranscript(agent)
    return transcript.feed(data if is_whole else data.partition(b"\n")[2]) + transcript.rest()
