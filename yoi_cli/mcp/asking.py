"""Asking the person behind a client whether a ticket may be queued (docs/mcp.md).

Since 2026-07-28 the answer to a call says what input is required, and the client calls again with
it; in older protocols the server asks while the call waits. What was shown is bound to the answer:
a sealed state says which text of the ticket it was.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import anyio.to_thread
import mcp_types as types
from mcp_types.version import MODERN_PROTOCOL_VERSIONS

from yoi_cli.api import human_gate
from yoi_cli.api.session import open_session
from yoi_cli.mcp.answer import Answer
from yoi_cli.mcp.writing import check_move, moved_answer
from yoi_cli.model.quoting import marker_of, quoted
from yoi_cli.model.text import visible, visible_block

if TYPE_CHECKING:
    from mcp.server.context import ServerRequestContext

    from yoi_cli.api.human_gate import GateQuestion
    from yoi_cli.api.session import Start
    from yoi_cli.errors import Json
    from yoi_cli.mcp.arguments import Move

    Context: TypeAlias = ServerRequestContext[dict[str, object], object]

_KEY = "queue"
_MOST_SHOWN = 4000
_LONGEST_COMMENT = 2000
_SCHEMA: dict[str, Json] = {
    "type": "object",
    "properties": {
        "queue": {"type": "boolean", "title": "Queue it", "default": False},
        "comment": {"type": "string", "title": "Comment", "maxLength": _LONGEST_COMMENT},
    },
    "required": ["queue"],
}


async def queue(
    start: Start,
    asked: Move,
    context: Context,
    params: types.CallToolRequestParams,
) -> Answer | types.InputRequiredResult:
    """Have a person say whether the ticket is queued, and record the answer.

    Raises what `human_gate.question` raises, and its `person_needed` where nobody can be asked.
    """
    check_move(asked)
    question = await anyio.to_thread.run_sync(_question, start, asked)
    if not _can_ask(context):
        raise human_gate.person_needed(question.ticket)
    if context.protocol_version in MODERN_PROTOCOL_VERSIONS:
        said = _given(params)
        if said is None or params.request_state != question.shown:
            request = types.ElicitRequest(params=_form(question, asked))
            return types.InputRequiredResult(
                input_requests={_KEY: request}, request_state=question.shown
            )
    else:
        form = _form(question, asked)
        said = await context.session.elicit_form(
            form.message, form.requested_schema, related_request_id=context.request_id
        )
    return await anyio.to_thread.run_sync(_record, start, asked, question, said, _client(context))


def _question(start: Start, asked: Move) -> GateQuestion:
    return human_gate.question(open_session(start), asked.ticket, expect=asked.origin)


def _can_ask(context: Context) -> bool:
    known = context.session.client_capabilities
    if known is None or known.elicitation is None:
        return False
    # A client that names no mode means forms: there was no other when it was written.
    return known.elicitation.form is not None or known.elicitation.url is None


def _given(params: types.CallToolRequestParams) -> types.ElicitResult | None:
    said = (params.input_responses or {}).get(_KEY)
    return said if isinstance(said, types.ElicitResult) else None


def _form(question: GateQuestion, asked: Move) -> types.ElicitRequestFormParams:
    """What the person is shown: the ticket, and why the agent asks."""
    wanted = visible_block(question.description)
    if len(wanted) > _MOST_SHOWN:
        wanted = wanted[:_MOST_SHOWN] + f"\n… {len(wanted) - _MOST_SHOWN} more characters"
    texts = [visible(question.title), wanted]
    why = "\n\n".join(text for text in (asked.reason, asked.body[:_LONGEST_COMMENT]) if text)
    if why:
        texts.append("The agent says:\n" + visible_block(why))
    message = (
        f"Queue ticket {question.ticket}? Whoever is free may start it then, at any time.\n\n"
        + quoted(texts, marker_of(texts))
    )
    return types.ElicitRequestFormParams(message=message, requested_schema=_SCHEMA)


def _record(
    start: Start, asked: Move, question: GateQuestion, said: types.ElicitResult, client: str
) -> Answer:
    """Write down what the person said, where the ticket is still what they were shown."""
    session = open_session(start)
    content = said.content or {}
    comment = str(content.get("comment") or "")[:_LONGEST_COMMENT]
    if said.action == "cancel":
        raise human_gate.person_needed(question.ticket)
    now = human_gate.question(session, question.ticket, expect=asked.origin)
    if said.action == "accept" and content.get("queue") is True:
        human_gate.check_unchanged(question, now)
        return moved_answer(human_gate.queue(session, now, through=client, comment=comment))
    done = human_gate.refuse(session, now, through=client, comment=comment)
    return Answer(
        {"ticket": done.ticket, "state": asked.origin, "changed": False, "answer": "no"},
        (comment,) if comment else (),
    )


def _client(context: Context) -> str:
    """What the client calls itself, made visible."""
    known = context.session.client_params
    name = visible(known.client_info.name)[:80] if known is not None else ""
    return name or "a client that gave no name"
