"""aider with `--message-file`: text, and a line of figures for each message."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from yoi_cli.workers.agents.figures import tokens_of

if TYPE_CHECKING:
    from yoi_cli.workers.agents.base import AgentReport, Read

_TOKENS = re.compile(
    r"Tokens: ([\d.,]+[km]?) sent,(?: .*?)? ?([\d.,]+[km]?) received\.", re.IGNORECASE
)
_COST = re.compile(r"Cost: \$([\d.]+) message")
_ITS_OWN = re.compile(
    r"Commit [0-9a-f]{7,} |Applied edit to |Repo-map: |Git repo: |Aider v|Model: "
)
_ERROR = re.compile(r"litellm\.\w+(?:Error|Exceeded)\b|The API provider ")


def read_line(report: AgentReport, line: str) -> Read:
    """One line of it."""
    tokens = _TOKENS.match(line)
    if tokens is not None:
        cost = _COST.search(line)
        report = report.spending(
            tokens_of(tokens[1]), tokens_of(tokens[2]), float(cost[1].rstrip(".")) if cost else None
        )
        return report._replace(error="", partial=""), line
    if _ERROR.match(line):
        error = f"{report.error}\n{line}" if report.error.count("\n") < 8 else report.error
        return report._replace(error=error.strip()), line
    if _ITS_OWN.match(line):
        return report._replace(partial=""), line
    partial = f"{report.partial}\n{line}" if report.partial else line
    return report._replace(
        partial=partial, last_message=partial.strip() or report.last_message
    ), line
