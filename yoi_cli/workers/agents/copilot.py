"""GitHub Copilot CLI with `-p`, in its text form: what it says, its tools as blocks of lines, and
figures at the end."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from yoi_cli.workers.agents.figures import tokens_of

if TYPE_CHECKING:
    from yoi_cli.workers.agents.base import AgentReport, Read

_TOOL = re.compile(r"[●✗✓•] |  [│└]")
_FIGURE = re.compile(r"(?:Changes|Duration|AI Credits|Requests|Tokens|Resume) {2,}\S")
_TOKENS = re.compile(r"Tokens +↑ ([\d.,]+[km]?)(?: \([^)]*\))? • ↓ ([\d.,]+[km]?)", re.IGNORECASE)
_SESSION = re.compile(r"Resume +copilot --resume=(\S+)")


def read_line(report: AgentReport, line: str) -> Read:
    """One line of it."""
    if _TOOL.match(line):
        return report._replace(partial=""), line
    if not _FIGURE.match(line):
        partial = f"{report.partial}\n{line}" if report.partial else line
        return report._replace(
            partial=partial, last_message=partial.strip() or report.last_message
        ), line
    tokens, session = _TOKENS.match(line), _SESSION.match(line)
    if tokens is not None:
        report = report.spending(tokens_of(tokens[1]), tokens_of(tokens[2]))
    if session is not None:
        report = report._replace(session=session[1])
    return report, line
