"""What is recorded of the work of coders and reviewers (docs/orchestrate.md)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from yoi_cli.model.events import APPROVE, REQUEST_CHANGES
from yoi_cli.model.text import visible
from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from yoi_cli.orchestration.position import Position


_SHORT = 12


class CommandResult(NamedTuple):
    """How one validation command ended: its words, how, and the end of what it printed."""

    command: str
    outcome: str
    is_good: bool
    tail: str = ""


class WorkEvidence(NamedTuple):
    """What was found of a round's work. `problems` are sentences; with none it is good.
    `tail` is the end of what the coder printed."""

    round: int
    branch: str
    commit: str
    worker: str
    problems: tuple[str, ...]
    commits: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    results: tuple[CommandResult, ...] = ()
    notes: tuple[str, ...] = ()
    tail: str = ""


def short(commit: str) -> str:
    """A commit's id as sentences have it."""
    return commit[:_SHORT]


def evidence_line(found: WorkEvidence) -> str:
    """What came of a round, in one line."""
    if found.problems:
        last = _line(found.tail.rpartition("\n")[2])
        said = f" Its last line: {last}" if last else ""
        return f"Round {found.round} is not good enough: {' '.join(found.problems)}{said}"
    return f"Round {found.round} can be reviewed at {short(found.commit)}."


def evidence_report(found: WorkEvidence) -> str:
    """The body of the report on a round's work."""
    if found.problems:
        head = f"Round {found.round} on `{found.branch}` is not good enough:"
        blocks = ["\n".join([head, *(f"- {problem}" for problem in found.problems)])]
    else:
        blocks = [
            f"Round {found.round} on `{found.branch}` can be reviewed at {short(found.commit)}."
        ]
    blocks.append(found.worker)
    blocks += _listed("Commits", found.commits)
    blocks += _listed("Changes", found.files)
    blocks += validation_blocks(found.results)
    blocks += _listed("Notes", found.notes)
    if found.problems:
        blocks += printed("coder", found.tail)
    return "\n\n".join(block for block in blocks if block)


def printed(who: str, tail: str) -> list[str]:
    """The end of what `who` printed, as a block that nothing in it can end."""
    return [f"The end of what the {who} printed:\n\n{fenced(tail)}"] if tail else []


def fenced(text: str) -> str:
    """`text` as a block of code that nothing in it can end."""
    fence = "`" * max(4, _longest_run(text) + 1)
    return f"{fence}\n{text}\n{fence}"


def validation_blocks(results: Sequence[CommandResult]) -> list[str]:
    """How the validation commands ended: one list, and the output of those that failed."""
    blocks = _listed("Validation", [f"{code(one.command)}: {one.outcome}" for one in results])
    for one in results:
        if not one.is_good and one.tail:
            head = f"The end of what {code(one.command)} printed:"
            blocks.append(f"{head}\n\n{fenced(one.tail)}")
    return blocks


def conflict_report(at: Position, paths: Sequence[str]) -> str:
    """The body of the report on a merge that conflicts."""
    head = f"Merging {short(at.reported)} into `{at.target}` conflicts; it stays as it was."
    return "\n\n".join(
        [
            head,
            *_listed("In conflict", list(map(code, paths))),
            f"Merge `{at.target}` into `{at.branch}`, settle the conflicts and commit.",
        ]
    )


def failed_merge_report(at: Position, merge: str, results: Sequence[CommandResult]) -> str:
    """The body of the report on a merge whose validation failed."""
    head = (
        f"Merged into `{at.target}` (apart, as {short(merge)}), {short(at.reported)} does not pass "
        f"validation; `{at.target}` stays as it was. Merge `{at.target}` into `{at.branch}` to "
        "see it there."
    )
    return "\n\n".join([head, *validation_blocks(results)])


def merged_report(at: Position, *, is_ours: bool) -> str:
    """The body of the last report: what stands in the target branch now, and whether that is
    the merge of this run."""
    if not is_ours:
        return (
            f"{short(at.reported)} of `{at.branch}` is in `{at.target}` already, which is at "
            f"{short(at.merge)}: somebody else brought it there."
        )
    return f"Merged {short(at.reported)} of `{at.branch}` into `{at.target}` as {short(at.merge)}."


def merge_message(ticket: str, title: str, branch: str) -> str:
    """The message of the merge commit; a title cannot add a line to it."""
    return f"Merge {branch}: {_line(title)}\n\nTicket: {ticket}\n"


def resolution(at: Position) -> str:
    """The text with which a merged ticket is closed."""
    return (
        f"Commit {at.reported} of `{at.branch}` was validated, reviewed and merged "
        f"into `{at.target}` as {at.merge}."
    )


def _listed(name: str, lines: Sequence[str]) -> list[str]:
    return ["\n".join([f"{name}:", *(f"- {line}" for line in lines)])] if lines else []


def _line(text: str) -> str:
    return " ".join(text.split())


def code(text: str) -> str:
    """`text`, a command or a path, as a code span that it cannot end or leave."""
    shown = visible(text)
    fence = "`" * (_longest_run(shown) + 1)
    pad = " " if fence != "`" or not shown else ""
    return f"{fence}{pad}{shown}{pad}{fence}"


def _longest_run(text: str) -> int:
    longest = run = 0
    for char in text:
        run = run + 1 if char == "`" else 0
        longest = max(longest, run)
    return longest


MARK = "YOI-REVIEW:"
_CHOICE = re.compile(rf"{MARK} choose ([0-9]{{1,9}})")
_VERDICT = re.compile(rf"{MARK} ({APPROVE}|{REQUEST_CHANGES})")
#: Escape sequences of terminals: CSI, OSC up to its end, and the short ones.
_ESCAPES = re.compile(r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[ -/]*[0-~])")
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_LONGEST_TEXT = 16_000


class Verdict(NamedTuple):
    """`approve` or `request_changes`, and the text before it."""

    status: str
    text: str


def plain_text(output: bytes) -> str:
    """What a program printed, as text without what drives a terminal."""
    text = output.decode("utf-8", "replace").replace("\r\n", "\n")
    return _CONTROLS.sub("", _ESCAPES.sub("", text))


def question_of(printed: str) -> str:
    """The question that what a coder printed ends with: its last paragraph, if that ends in a
    question mark; empty for none."""
    last = printed.rstrip().rpartition("\n\n")[2].strip()
    return last if last.endswith(("?", "？")) else ""


def choice_of(printed: str, numbers: Sequence[int]) -> tuple[int, str] | None:
    """Which of `numbers` a reviewer chose, and the text before that: its last line that is not
    blank names one, alone. None for every other end, also for a number that is not to be chosen."""
    before, _, last = printed.rstrip().rpartition("\n")
    match = _CHOICE.fullmatch(last.strip())
    if match is None or int(match[1]) not in numbers:
        return None
    return int(match[1]), _shortened(before.strip())


def verdict_of(printed: str) -> Verdict | None:
    """The verdict in what a reviewer printed: its last line that is not blank says it, alone.

    Nothing else counts, so that a reviewer which breaks off, or repeats its prompt,
    has given none.
    """
    text = printed.rstrip()
    before, _, last = text.rpartition("\n")
    match = _VERDICT.fullmatch(last.strip())
    if match is None:
        return None
    return Verdict(match[1], _shortened(before.strip()))


def _shortened(reasons: str) -> str:
    return reasons if len(reasons) <= _LONGEST_TEXT else f"[…]\n{reasons[-_LONGEST_TEXT:]}"
