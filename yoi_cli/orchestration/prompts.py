"""The prompts of coders and reviewers (docs/orchestrate.md, "The coder's contract").

What others wrote stands between markers that it cannot contain, so that no text of a ticket, no
commit's subject and no output can pass for what `yoi` says itself.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from yoi_cli.model import events
from yoi_cli.model.events import (
    ANSWER,
    CLAIM,
    CLOSE,
    COMMENT,
    DECISION,
    IMPLEMENTATION_REPORT,
    INTAKE_SUMMARY,
    PLAN,
    QUESTION,
    REQUEST_CHANGES,
    REVIEW,
    STATE_CHANGED,
)
from yoi_cli.model.intent import render_packet
from yoi_cli.model.quoting import explained, marker_of, quoted
from yoi_cli.model.states import TAKEN_BACK
from yoi_cli.model.withdrawn import standing
from yoi_cli.named_tuple import NamedTuple
from yoi_cli.orchestration import position as stages
from yoi_cli.orchestration.texts import MARK, code, short
from yoi_cli.tickets.move import is_standard_sentence

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from yoi_cli.model.events import Event
    from yoi_cli.model.intent import IntentPacket
    from yoi_cli.orchestration.position import Position, Request

_SAID = frozenset(
    {COMMENT, PLAN, DECISION, QUESTION, ANSWER, INTAKE_SUMMARY, STATE_CHANGED, CLOSE, REVIEW}
    | {IMPLEMENTATION_REPORT}
)
#: The reasons of moves that commands give; others are somebody's words.
_REASON_CODE = re.compile(r"[a-z]+(?:_[a-z]+)+|orchestrated")
#: So many of the newest comments go along, of so many characters in all.
_MOST_COMMENTS, _MOST_CHARACTERS = 50, 60_000


class Assignment(NamedTuple):
    """What a worker is put to: a ticket with its packet, what its description says besides, what
    was said on it, and the commands that judge the work."""

    ticket: str
    title: str
    packet: IntentPacket
    rest: str
    said: tuple[str, ...]
    validate: tuple[str, ...]


def words_of_people(thread: Sequence[Event]) -> tuple[str, ...]:
    """What was said on a ticket, each with author and time, oldest first: comments, plans,
    decisions, reports, questions and answers, why it was moved, reopened or approved, and what
    reviews asked for before the claim that holds. Those since the coder before the newest one are
    marked."""
    begun = (stages.CODER, stages.CANDIDATES)
    rounds = [event.line for event in thread if event.attributes.get("step") in begun]
    since = rounds[-2] if len(rounds) > 1 else None
    claimed = max((event.line for event in thread if event.kind == CLAIM), default=0)
    said = [(event, _said(event, claimed)) for event in standing(thread)]
    said = [(event, text) for event, text in said if text]
    kept: list[str] = []
    room = _MOST_CHARACTERS
    for event, body in reversed(said[-_MOST_COMMENTS:]):
        is_new = since is not None and event.line > since
        kind = (event.heading or event.kind) + (", since the last round" if is_new else "")
        text = f"{kind}, by {event.author}, {event.at}:\n\n{body}"
        room -= len(text)
        if room < 0 and kept:
            break
        kept.append(text)
    if len(kept) < len(said):
        kept.append(f"({len(said) - len(kept)} older ones are left out.)")
    return tuple(reversed(kept))


def _said(event: Event, claimed: int) -> str:
    """What somebody said by an event; nothing for the steps of an orchestrator, the decisions of
    routing, sentences of commands, and the reviews after the line `claimed`, which a coder is told
    of as what it has to answer."""
    pairs = event.attributes
    if pairs.get("step") == stages.CHOSEN:
        return event.body
    if event.kind not in _SAID or "step" in pairs or "classification" in pairs:
        return ""
    if event.kind == REVIEW and event.status == REQUEST_CHANGES and event.line > claimed:
        return ""
    if event.kind not in (STATE_CHANGED, INTAKE_SUMMARY):
        return event.body
    reason = pairs.get("reason", "")
    reason = "" if _REASON_CODE.fullmatch(reason) else reason
    body = "" if _is_of_a_command(event) else event.body
    return body if reason in body else "\n\n".join(filter(None, (reason, body)))


def _is_of_a_command(event: Event) -> bool:
    by_command = ("orchestrator_acceptance", "orchestrated", TAKEN_BACK)
    return event.attributes.get("reason") in by_command or is_standard_sentence(event.body)


def coder_prompt(assignment: Assignment, at: Position, tip: str = "") -> str:
    """What the coder of the round that was recorded reads. `tip` is what the target is at, for one
    in another clone, where its name says nothing of that and its ticket is not."""
    wanted = _contract(assignment)
    wanted += _under("You asked", [at.asked])
    so_far = [_request(one) for one in at.requests]
    marker = marker_of([*wanted, *so_far])
    blocks = [
        f"# Ticket {assignment.ticket}, round {at.round}",
        f"You are in a git worktree of your own, on the branch `{at.branch}`, which began at "
        f"{short(at.base)} of `{at.target}`.",
        explained(marker),
    ]
    if at.asked:
        blocks.append("You asked a question before. It is answered in what was said on the ticket.")
    blocks += ["## What is wanted", quoted(wanted, marker)]
    if so_far:
        blocks += ["## What came of the work so far, and is to be answered"]
        blocks += [quoted(so_far, marker)]
    rules = [
        f"- Commit your work on `{at.branch}`. What is not committed does not count, and "
        "nothing may be left over: `git status` must be empty.",
        "- Do not merge, push, switch branches or change the state of tickets. A branch that "
        f"conflicts may merge {_target(at, tip)} into itself.",
        "- If you cannot go on without an answer of a person, commit nothing more, "
        f"{_ask(assignment, tip)}end your output with the question, "
        "and stop. You will be started again with the answer.",
        *_validation(assignment),
    ]
    blocks.append("## How it is judged\n\n" + "\n".join(rules))
    return "\n\n".join(blocks) + "\n"


def _target(at: Position, tip: str) -> str:
    return f"`{tip}`, which is `{at.target}` now," if tip else f"`{at.target}`"


def _ask(assignment: Assignment, tip: str) -> str:
    return "" if tip else f"run `yoi ticket ask {assignment.ticket} -m QUESTION` or "


def reviewer_prompt(assignment: Assignment, at: Position) -> str:
    """What a reviewer of the reported commit reads."""
    contract = _contract(assignment)
    asked = [_request(one) for one in at.requests]
    marker = marker_of([*contract, *asked, at.report])
    blocks = [
        f"# Review of ticket {assignment.ticket}",
        f"Commit {at.reported} of the branch `{at.branch}` is checked out "
        f"here; it began at {short(at.base)} of `{at.target}`. See "
        f"`git log {short(at.base)}..HEAD` and `git diff {short(at.base)} HEAD`.",
        explained(marker),
        "Judge it by this contract and nothing else:",
        quoted(contract, marker),
    ]
    if asked:
        blocks += ["## What was asked for, and must be answered by now", quoted(asked, marker)]
    blocks += [
        "## What was reported",
        quoted([at.report], marker),
        "## Your verdict\n\nChange nothing here, and commit nothing. Say what must change, with "
        "file and line, then end your output with a line of its own that is exactly "
        f"`{MARK} approve` or `{MARK} request_changes`.",
    ]
    return "\n\n".join(blocks) + "\n"


def chooser_prompt(assignment: Assignment, at: Position) -> str:
    """What the reviewer reads that is to choose among several coders' work."""
    contract = _contract(assignment)
    asked = [_request(one) for one in at.requests]
    marker = marker_of([*contract, *asked, *(one.text for one in at.candidates)])
    blocks = [
        f"# Choose one of the candidates for ticket {assignment.ticket}",
        f"{len(at.candidates)} coders worked on it, each by itself, from {short(at.start)} of "
        f"`{at.target}`, which is checked out here.",
        explained(marker),
        "Judge them by this contract and nothing else:",
        quoted(contract, marker),
    ]
    if asked:
        blocks += ["## What was asked for, and must be answered by now", quoted(asked, marker)]
    for one in sorted(at.candidates):
        base, head = short(at.start), short(one.commit)
        if one.status == stages.FIT:
            blocks.append(
                f"## Candidate {one.number}, at {head}\n\nSee `git log {base}..{head}`, "
                f"`git diff --stat {base} {head}` and `git diff {base} {head}`."
            )
        else:
            blocks.append(f"## Candidate {one.number}, which cannot be chosen")
        blocks.append(quoted([one.text], marker))
    choices = " or ".join(f"`{MARK} choose {one.number}`" for one in sorted(at.fit))
    blocks.append(
        "## Your choice\n\nChange nothing here, and commit nothing. Say why one is better than "
        f"the others, then end your output with a line of its own that is exactly {choices}."
    )
    return "\n\n".join(blocks) + "\n"


def _contract(assignment: Assignment) -> list[str]:
    return [
        f"Title: {_line(assignment.title)}",
        render_packet(assignment.packet),
        *_under("The rest of the description", [assignment.rest]),
        *_under("What was said on the ticket", assignment.said),
    ]


def _under(heading: str, texts: Iterable[str]) -> list[str]:
    given = [text for text in texts if text]
    return [f"{heading}:", *given] if given else []


def _request(one: Request) -> str:
    heads = {
        events.REVIEW: f"A review by {one.author} asks for changes, {one.at}:",
        stages.CONFLICT: f"A merge did not succeed, {one.at}:",
        stages.VALIDATION: f"Validation failed, {one.at}:",
        stages.FAILURE: f"The newest round failed, {one.at}:",
    }
    return f"{heads[one.kind]}\n\n{one.text}"


def _line(text: str) -> str:
    return " ".join(text.split())


def _validation(assignment: Assignment) -> list[str]:
    if not assignment.validate:
        return []
    listed = ", ".join(map(code, assignment.validate))
    return [f"- Afterwards these commands must succeed here: {listed}."]
