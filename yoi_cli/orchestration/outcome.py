"""Whether an agent could not run at all, which is another thing than work that is not good
enough (docs/orchestrate.md)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from yoi_cli.named_tuple import NamedTuple
from yoi_cli.orchestration.reset_time import reset_time
from yoi_cli.workers.model import EXITED
from yoi_cli.workers.refusals import refusal_in

if TYPE_CHECKING:
    from yoi_cli.workers.model import WorkerView

#: Why an agent could not run, in the order in which its words are looked for.
LIMIT = "limit"
LOGIN = "login"
NETWORK = "network"
CONFINED = "confined"
MISSING = "missing"
HUNG = "hung"
FAILED = "failed"
BECAUSE = {
    LIMIT: "a limit is reached",
    LOGIN: "it is not logged in",
    NETWORK: "it reaches nobody",
    CONFINED: "it failed at what the kernel keeps it from (docs/security.md)",
    MISSING: "its program cannot be started",
    HUNG: "it did nothing until its time was over",
    FAILED: "it failed before it did anything",
}
_WORDS = (
    (
        LIMIT,
        r"(?:usage|rate|quota|spend(?:ing)?|message|request|session|hour(?:ly)?|daily|weekly"
        r"|monthly|plan|token|credit)s?[ _-]?(?:limit|exceed|exhaust|allowance)|\b429\b|too many "
        r"(?:requests|tokens|concurrent)|throttl|quota|insufficient[_ ]"
        r"(?:quota|credit|balance|funds)"
        r"|credit balance|out of credits|resource[_ ]exhausted|overloaded|\b529\b|at capacity"
        r"|limit (?:was |is |has been )?(?:reached|exceeded|hit)|limit (?:will )?resets?"
        r"|hit (?:your|the) .{0,20}limit|billing|payment required|\b402\b"
        r"|subscription (?:has )?(?:expired|ended|required)|利用(?:上限|制限)|レート制限",
    ),
    (
        LOGIN,
        r"not (?:logged|signed) in|(?:log|sign) ?in (?:again|first|required|to continue)"
        r"|(?:please|must|need to) (?:run /?|first )?(?:log|sign) ?in|/login\b|unauthori[sz]ed"
        r"|authenticat(?:e|ion)|\b401\b|invalid[ _-](?:x-)?api[ _-]?key|api[ _-]?key\b.{0,40}"
        r"(?:invalid|missing|not (?:set|found|valid)|required|expired)|(?:no|missing|set|without"
        r"|specify)\b.{0,40}api[ _-]?key|token (?:is |has )?expired|credentials"
        r"|\b403\b.{0,30}forbidden|session (?:has |is )?expired|run .{0,20}\blogin\b|ログインし",
    ),
    (
        NETWORK,
        r"\bE(?:NOTFOUND|CONNREFUSED|CONNRESET|TIMEDOUT|HOSTUNREACH|AI_AGAIN)\b|connection "
        r"(?:refused|reset|error|timed out)|could ?n.t connect|(?:un)?able to connect|fetch failed"
        r"|network (?:error|is unreachable)|certificate|getaddrinfo|name resolution"
        r"|\b50[234]\b|bad gateway|service (?:is )?(?:temporarily )?unavailable"
        r"|stream disconnected|dns error",
    ),
)
_KINDS = tuple((kind, re.compile(words, re.IGNORECASE)) for kind, words in _WORDS)
#: An agent that exits with 0 is believed only where it says in so many words that it failed.
_COMPLAINT = re.compile(
    r"error|fail|denied|reject|exceed|exhaust|unauthori|invalid|expired|reached|hit (?:your|the)"
    r"|too (?:low|many)|insufficient|throttled|not (?:logged|signed) in|not authenticated"
    r"|please (?:run )?/?(?:log|sign) ?in|\b(?:401|402|403|429|5\d\d)\b|unavailable|達しました",
    re.IGNORECASE,
)
#: So many of the last lines can say why: an agent may print where in itself it failed behind it.
_LINES = 20
_LONGEST_LINE = 300
#: What a shell exits with for a program that is missing, or that cannot be run.
_NO_PROGRAM = frozenset({126, 127})


class Inability(NamedTuple):
    """Why an agent could not run: one of the kinds above, what it said of it (one line, or
    empty), and until when it told to wait (Unix milliseconds), if it did."""

    kind: str
    said: str
    until: int | None = None

    @property
    def is_certain(self) -> bool:
        """Whether it is known that it did not run, so that no round is spent; a failure
        without a known reason may have been the work's."""
        return self.kind not in (HUNG, FAILED)

    @property
    def because(self) -> str:
        return BECAUSE[self.kind]


def inability_of(
    view: WorkerView, output: str, *, error: str = "", has_work: bool, now: int
) -> Inability | None:
    """Why the agent that ended as `view` could not run; None where it ran.

    `output` is the end of what it printed, as plain text, `error` what it reported as its
    failure, where it reports. One that left work behind (`has_work`) ran, and so did one that
    somebody ended.
    """
    if has_work or view.cause in ("stopped", "cancelled", "output_limit"):
        return None
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    last = lines[-1] if lines else ""
    has_hung = view.cause in ("timeout", "idle_timeout")
    if view.state != EXITED and not has_hung:
        return None  # it was killed: the machine's doing, or somebody's
    has_failed = has_hung or view.exit_code != 0 or bool(error)
    said = [one.strip() for one in error.splitlines() if one.strip()] or lines[-_LINES:]
    for kind, words in _KINDS:
        found = [one for one in said if words.search(one) and (has_failed or _complains(one, now))]
        if found:
            telling = [one for one in found if reset_time(one, now) is not None]
            line = (telling or found)[-1]
            return Inability(kind, line[:_LONGEST_LINE], reset_time("\n".join(said), now))
    refused = refusal_in(view, said)
    if refused or has_hung:
        kind, line = (CONFINED, refused) if refused else (HUNG, last)
        return Inability(kind, line[:_LONGEST_LINE])
    if view.exit_code in _NO_PROGRAM:
        return Inability(MISSING, last[:_LONGEST_LINE])
    return Inability(FAILED, (said[-1] if said else "")[:_LONGEST_LINE]) if has_failed else None


def _complains(line: str, now: int) -> bool:
    """Whether a line says that something failed, or when to come again."""
    is_told = _COMPLAINT.search(line) is not None or reset_time(line, now) is not None
    return is_told and not line.endswith("?")
