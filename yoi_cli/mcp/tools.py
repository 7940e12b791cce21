"""The tools, and who has which (docs/mcp.md): the one table that lists, schemas and calls go by."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar, cast

from yoi_cli.mcp import arguments as given
from yoi_cli.mcp import reading, working, writing
from yoi_cli.mcp.schema import parse
from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from yoi_cli.api.session import Session
    from yoi_cli.mcp.answer import Answer

READER, WORKER, INTAKE, ORCHESTRATOR = ROLES = ("reader", "worker", "intake", "orchestrator")
_Kind = TypeVar("_Kind", bound=given.Arguments)


class Tool(NamedTuple):
    """A tool of some roles. `run` takes a session and a value of `arguments`. A destructive one may
    end what cannot be brought back. `own` says how far a session that is for one ticket may go
    with it: `""` anywhere, `write` on its ticket alone, `comment` elsewhere only with comments."""

    name: str
    roles: tuple[str, ...]
    description: str
    arguments: type[given.Arguments]
    run: Callable[[Session, given.Arguments], Answer]
    is_reading: bool = False
    is_destructive: bool = False
    own: str = ""


def _tool(
    name: str,
    roles: tuple[str, ...],
    description: str,
    arguments: type[_Kind],
    run: Callable[[Session, _Kind], Answer],
    *,
    is_reading: bool = False,
    is_destructive: bool = False,
    own: str = "",
) -> Tool:
    runs = cast("Callable[[Session, given.Arguments], Answer]", run)
    return Tool(name, roles, description, arguments, runs, is_reading, is_destructive, own)


#: In the order in which they are listed, always.
TOOLS = (
    _tool(
        "ticket_find",
        ROLES,
        "List or search tickets, newest first; or what relates to one.",
        given.Find,
        reading.find,
        is_reading=True,
    ),
    _tool(
        "ticket_show",
        ROLES,
        "A ticket: state, blockers, description, log.",
        given.Show,
        reading.show,
        is_reading=True,
    ),
    _tool(
        "ticket_route",
        ROLES,
        "What tickets are ready for or wait for, why, and the next action.",
        given.Route,
        reading.route,
        is_reading=True,
    ),
    _tool(
        "ticket_write",
        (WORKER, INTAKE, ORCHESTRATOR),
        "Add a comment, plan, decision, report or question to a ticket's log.",
        given.Write,
        writing.write,
        own="comment",
    ),
    _tool(
        "ticket_next",
        (WORKER, ORCHESTRATOR),
        "What to work on next, best first.",
        given.Next,
        working.next_,
        own="write",
    ),
    _tool(
        "claim",
        (WORKER, ORCHESTRATOR),
        "Keep others from a ticket, or start work on it.",
        given.Claim,
        working.claim,
        own="write",
    ),
    _tool(
        "ticket_create",
        (INTAKE, ORCHESTRATOR),
        "Make a ticket.",
        given.Create,
        writing.create,
    ),
    _tool(
        "ticket_edit",
        (INTAKE, ORCHESTRATOR),
        "Change title, description or fields of a ticket.",
        given.Edit,
        writing.edit,
    ),
    _tool(
        "ticket_ready",
        (INTAKE,),
        "Mark a planned ticket ready.",
        given.Ready,
        writing.ready,
    ),
    _tool(
        "ticket_move",
        (ORCHESTRATOR,),
        "Move a ticket to another state.",
        given.Move,
        writing.move,
    ),
    _tool(
        "ticket_relate",
        (INTAKE, ORCHESTRATOR),
        "Add or remove a relation between two tickets.",
        given.Relate,
        writing.relate,
    ),
    _tool(
        "plan_record",
        (ORCHESTRATOR,),
        "Record order, conflict, capacity or an accepted plan.",
        given.Plan,
        writing.plan,
    ),
    _tool(
        "ticket_review",
        (WORKER, ORCHESTRATOR),
        "Approve a commit, or ask for changes.",
        given.Review,
        writing.review,
        own="write",
    ),
    _tool(
        "worker",
        (READER,),
        "The end of what a worker wrote.",
        given.Tail,
        working.tail,
        is_reading=True,
    ),
    _tool(
        "worker",
        (ORCHESTRATOR,),
        "List, show, read, feed or stop workers.",
        given.Control,
        working.control,
        is_destructive=True,
    ),
    _tool(
        "doctor",
        (READER, ORCHESTRATOR),
        "What is wrong in the store.",
        given.Doctor,
        reading.doctor,
        is_reading=True,
    ),
)
#: What a worker may only do where it is the reviewer.
_OF_REVIEWERS = "ticket_review"


def tools_of(role: str, environment: Mapping[str, str]) -> tuple[Tool, ...]:
    """The tools that a server of `role` lists, in a fixed order. A worker reviews where it was
    started to, or where nobody started it: the other side of a worker's own work is not its."""
    is_coder = environment.get("YOI_ROLE", "reviewer") != "reviewer"
    return tuple(
        tool
        for tool in TOOLS
        if role in tool.roles and not (role == WORKER and is_coder and tool.name == _OF_REVIEWERS)
    )


def call(session: Session, tool: Tool, arguments: given.Arguments, role: str) -> Answer:
    """Run a tool. Raises what the api raises, and `ConflictError` (`ticket_not_yours`)."""
    if role == WORKER and tool.own:
        _check_own(session, tool, arguments)
    return tool.run(session, arguments)


def _check_own(session: Session, tool: Tool, arguments: given.Arguments) -> None:
    from yoi_cli.api.worker_scope import check_own, not_yours, own_ticket

    if isinstance(arguments, given.Next):
        own = own_ticket(session) if arguments.claim else None
        if own is not None:
            raise not_yours(own)
        return
    ticket = getattr(arguments, "ticket", "")
    only_comments = tool.own == "comment" and getattr(arguments, "kind", "") == "comment"
    check_own(session, ticket, only_comments=only_comments)


def parsed(tool: Tool, arguments: Mapping[str, object]) -> given.Arguments:
    """The arguments of a call. Raises `UsageError` (`arguments_invalid`)."""
    return parse(tool.arguments, arguments)
