"""The steps of several coders on one ticket, as they are folded from its log
(docs/orchestrate.md, "The best of several")."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.model.run_choices import MOST_CANDIDATES
from yoi_cli.orchestration import position as stages
from yoi_cli.orchestration.position import Candidate

if TYPE_CHECKING:
    from yoi_cli.model.events import Event
    from yoi_cli.orchestration.position import Position

#: Why a person is asked where people choose.
CHOICE = "choice"
#: Stages in which a candidate may be chosen; of those in which a person is waited for, or an agent
#: that could not run is, such as came of them.
_CHOOSABLE = frozenset({stages.CANDIDATES, stages.CHOOSE, stages.NO_CHOICE})
_BETWEEN = frozenset({stages.PERSON, stages.COULD_NOT_RUN})


def candidates(at: Position, event: Event) -> Position:
    """Several coders begin, each a round of its own."""
    count = min(max(_number(event, "count"), 1), MOST_CANDIDATES)
    is_answered, again = at.stage == stages.ANSWERED, at.stage == stages.COULD_NOT_RUN
    return at._replace(
        stage=stages.CANDIDATES,
        contest=tuple(range(at.round + 1, at.round + count + 1)),
        candidates=(),
        chosen=0,
        round=at.round + count,
        spent=at.spent + count,
        tree="",
        profile=event.attributes.get("profile", ""),
        start=event.attributes.get("head", ""),
        resumes=False,
        coder_runtime="",
        asked=at.question if is_answered else at.asked if again else "",
        requests=tuple(one._replace(is_told=True) for one in at.requests),
        question="",
        is_answered=False,
        tries=0,
    )


def candidate(at: Position, event: Event) -> Position:
    """One of them has ended."""
    number, status = _number(event, "round"), event.attributes.get("status", "")
    if at.stage != stages.CANDIDATES or number not in at.unended:
        return at
    ended = Candidate(number, status, event.attributes.get("commit", ""), event.body)
    asked = (at.question, event.body if status == stages.ASKED else "")
    question = "\n\n".join(filter(None, asked))
    at = at._replace(candidates=(*at.candidates, ended), question=question)
    return at._replace(stage=stages.CHANGES) if at.is_vetoed and not at.unended else at


def chosen(at: Position, event: Event) -> Position:
    """One of those that can be chosen is; any other word is none."""
    number = _number(event, "round")
    found = next((one for one in at.fit if one.number == number), None)
    if found is None or not can_be_chosen(at):
        return at
    return at._replace(
        stage=stages.CHOSEN, chosen=number, commit=found.commit, question="", is_answered=False
    )


def can_be_chosen(at: Position) -> bool:
    """Whether a candidate may be chosen at this stage."""
    came_from = at.stage in _BETWEEN and at.before in _CHOOSABLE
    return not at.chosen and bool(at.fit) and (at.stage in _CHOOSABLE or came_from)


def _number(event: Event, name: str) -> int:
    word = event.attributes.get(name, "")
    return int(word) if word.isascii() and word.isdigit() and len(word) < 10 else 0
