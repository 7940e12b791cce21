"""The routes of the backend (docs/api-http.md is made from them)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.server.backend import (
    login,
    moves,
    observing,
    requests,
    runtimes,
    tickets,
    workers,
    workspace,
)
from yoi_cli.server.http.permissions import (
    CLEANUP,
    LOGINS,
    PUBLIC,
    RUNTIMES_READ,
    RUNTIMES_WRITE,
    TICKETS_READ,
    TICKETS_WRITE,
    WORKERS_CREATE,
    WORKERS_INPUT,
    WORKERS_LIST,
    WORKERS_OBSERVE,
    WORKERS_READ,
    WORKERS_STOP,
    WORKSPACE_READ,
)
from yoi_cli.server.http.routes import Answer, Route, Socket
from yoi_cli.server.observe.query import ObserveQuery
from yoi_cli.server.runtime.requests import (
    CancelBody,
    EventsQuery,
    InputBody,
    StopBody,
    TranscriptQuery,
)

if TYPE_CHECKING:
    from msgspec import Struct

    from yoi_cli.server.backend.context import BackendContext
    from yoi_cli.server.http.permissions import Permission
    from yoi_cli.server.http.routes import Blocking

    _Run = Blocking[BackendContext]
    _Routes = tuple[Route[BackendContext], ...]

_W = "/api/w/{workspace_id}"
_TICKET = f"{_W}/tickets/{{ticket_id}}"
_RUNTIME = f"{_W}/runtimes/{{runtime_id}}"
_WORKER = f"{_RUNTIME}/workers/{{worker_id}}"
_SCOPED = ("workspace_mismatch",)
_PAGED = ("limit", "cursor_malformed")
_OF_TICKET = (*_SCOPED, "ticket_not_found", "ticket_ambiguous", "ticket_id_too_short")
_WRITING = ("author_empty", "lock_timeout", "git_holds_files")
_MOVING = (
    *(*_OF_TICKET, *_WRITING, "action_unknown", "text_empty", "text_too_long", "text_invalid"),
    *("state_unexpected", "move_illegal", "not_now", "blocked", "claimed", "reason_needed"),
    *("resolution_empty", "resolution_needed", "acceptance_missing", "worker_at_work"),
    *("commit_check_failed", "review_not_yours", "answer_not_yours", "nothing_asked"),
)
_REMOTE = (
    *("runtime_not_found", "runtime_auth_failed", "runtime_unreachable", "runtime_timeout"),
    *("runtime_unsupported", "runtime_malformed", "runtime_failed", "runtime_unavailable"),
    *("runtime_token_missing", "runtime_workspace_refused", "slurm_refused"),
    *("runtime_ssh_missing", "runtime_control_unsafe", "runtime_host_key_refused"),
    *("runtime_python_missing", "runtime_python_old", "runtime_git_missing", "runtime_noise"),
    *("runtime_folder_missing", "runtime_folder_unwritable", "runtime_repository_missing"),
)
_OF_WORKER = (
    *(*_SCOPED, *_REMOTE, "worker_id_invalid", "worker_not_found", "worker_store_corrupt"),
)


def _get(
    path: str,
    permission: Permission,
    summary: str,
    kind: str,
    run: _Run,
    *,
    errors: tuple[str, ...] = _SCOPED,
    query: type[Struct] | None = None,
    slow: bool = False,
) -> Route[BackendContext]:
    """A route that reads one document."""
    answers = (Answer(200, "It is.", kind),)
    return Route(
        "GET", path, permission, summary, answers, run, query=query, errors=errors, slow=slow
    )


def _post(  # noqa: PLR0917 - a row of a table
    path: str,
    permission: Permission,
    summary: str,
    answer: Answer,
    run: _Run,
    body: type[Struct] | None,
    *,
    errors: tuple[str, ...] = _MOVING,
    method: str = "POST",
    optional: bool = False,
    more: tuple[Answer, ...] = (),
) -> Route[BackendContext]:
    """A route that changes something, for which git or another server may be waited for."""
    return Route(
        method,
        path,
        permission,
        summary,
        (answer, *more),
        run,
        body=body,
        body_is_optional=optional,
        errors=errors,
        slow=True,
    )


_LOGIN: _Routes = (
    Route(
        "GET",
        "/api/health",
        PUBLIC,
        "Whether the server listens",
        (Answer(204, "It does."),),
        wait=login.health,
    ),
    Route(
        "GET",
        "/login",
        PUBLIC,
        "Exchange a code, once, for the cookie of a session, and leave its address",
        (Answer(303, "The browser is let in, or led to where it can sign in."),),
        run=login.enter,
        query=requests.LoginQuery,
        errors=("login_refused",),
    ),
    Route(
        "POST",
        "/api/login",
        PUBLIC,
        "Exchange a code, or the owner's token, for the cookie of a session",
        (Answer(200, "The browser is let in.", "session"),),
        run=login.login,
        body=requests.Login,
        errors=("login_refused",),
    ),
    Route(
        "GET",
        "/api/openapi.json",
        WORKSPACE_READ,
        "This interface as an OpenAPI 3.1 document",
        (Answer(200, "The document.", media_type="application/json"),),
        run=login.openapi,
    ),
    _get(
        "/api/session",
        WORKSPACE_READ,
        "Who asks, in which workspace, and the proof that a page sends with changes",
        "session",
        login.session,
        errors=(),
    ),
    Route(
        "DELETE",
        "/api/session",
        WORKSPACE_READ,
        "End the session",
        (Answer(200, "It has ended.", "session_ended"),),
        run=login.logout,
    ),
    Route(
        "POST",
        "/api/login-codes",
        LOGINS,
        "A new path that lets a browser in once",
        (Answer(201, "It was made.", "login_code"),),
        run=login.new_code,
    ),
)

_WORKSPACE: _Routes = (
    _get(f"{_W}/workspace", WORKSPACE_READ, "The workspace", "workspace", workspace.workspace),
    _get(
        f"{_W}/overview",
        TICKETS_READ,
        "All that a panel shows at once, or what of it changed since",
        "overview",
        workspace.overview,
        query=requests.OverviewQuery,
    ),
    _get(f"{_W}/inbox", TICKETS_READ, "What waits for a person", "inbox", workspace.inbox),
    _post(
        f"{_W}/runs",
        TICKETS_WRITE,
        "Start a run of `yoi orchestrate` that stays and takes up what is queued",
        Answer(201, "It was started.", "run_started"),
        workspace.start_run,
        None,
        errors=(*_SCOPED, "workspace_untrusted", "repository_not_found"),
    ),
    _get(
        f"{_W}/objectives",
        TICKETS_READ,
        "The objectives",
        "objectives",
        workspace.objectives,
        query=requests.ObjectivesQuery,
    ),
    _post(
        f"{_W}/objectives",
        TICKETS_WRITE,
        "Make an objective that links tickets",
        Answer(201, "It was made.", "objective_created"),
        workspace.create_objective,
        requests.CreateObjective,
        errors=(*_OF_TICKET, *_WRITING, "title_empty", "title_not_one_line", "text_too_long"),
    ),
    _get(
        f"{_W}/objectives/{{objective_id}}",
        TICKETS_READ,
        "An objective with its tickets",
        "objective",
        workspace.objective,
        errors=(*_SCOPED, "objective_not_found"),
    ),
    _post(
        f"{_W}/objectives/{{objective_id}}/links",
        TICKETS_WRITE,
        "Link tickets to an objective, or take links away",
        Answer(200, "They are linked, or not any more.", "objective_linked"),
        workspace.link_tickets,
        requests.LinkTickets,
        errors=(*_OF_TICKET, *_WRITING, "objective_not_found"),
    ),
    _get(
        f"{_W}/plan",
        TICKETS_READ,
        "Plan records: of a ticket, or all",
        "plans",
        workspace.plans,
        query=requests.PlanQuery,
        errors=_OF_TICKET,
    ),
    _post(
        f"{_W}/plan",
        TICKETS_WRITE,
        "Keep a plan record",
        Answer(200, "It is kept.", "plan"),
        workspace.add_plan,
        requests.Plan,
        errors=(
            *(*_OF_TICKET, *_WRITING, "plan_incomplete", "plan_kind_unknown", "plan_to_itself"),
            *("plan_text_too_long", "plan_accepted_misplaced"),
        ),
    ),
    _get(
        f"{_W}/claims",
        TICKETS_READ,
        "Who holds which ticket",
        "claims",
        workspace.claims,
        query=requests.ClaimsQuery,
    ),
    _get(
        f"{_W}/graph",
        TICKETS_READ,
        "Which tickets wait for which",
        "graph",
        workspace.graph,
        query=requests.GraphQuery,
        errors=_OF_TICKET,
    ),
    _get(f"{_W}/stats", TICKETS_READ, "Figures", "stats", workspace.stats, slow=True),
    _get(
        f"{_W}/doctor",
        WORKSPACE_READ,
        "What is wrong in the store, or with a ticket of it",
        "doctor",
        workspace.doctor,
        query=requests.DoctorQuery,
        errors=_OF_TICKET,
        slow=True,
    ),
)

_TICKETS: _Routes = (
    _get(
        f"{_W}/tickets",
        TICKETS_READ,
        "Tickets with what may be done with them first, and counts by state",
        "ticket_page",
        tickets.list_,
        query=requests.TicketsQuery,
        errors=(*_SCOPED, *_PAGED, "objective_not_found"),
    ),
    Route(
        "POST",
        f"{_W}/tickets/query",
        TICKETS_READ,
        "The same, asked for by a body",
        (Answer(200, "A page of them.", "ticket_page"),),
        run=tickets.query,
        body=requests.TicketFilter,
        errors=(*_SCOPED, *_PAGED, "objective_not_found"),
    ),
    _get(
        f"{_W}/tickets/search",
        TICKETS_READ,
        "Lines of titles, descriptions and threads that have a text",
        "search",
        tickets.search,
        query=requests.SearchQuery,
        errors=(*_SCOPED, "query_empty", "limit"),
        slow=True,
    ),
    _post(
        f"{_W}/tickets",
        TICKETS_WRITE,
        "Make a ticket",
        Answer(201, "It was made.", "created"),
        tickets.create,
        requests.CreateTicket,
        errors=(
            *(*_OF_TICKET, *_WRITING, "title_empty", "title_not_one_line", "text_invalid"),
            *("text_too_long", "choice_invalid", "cycle", "objective_not_found"),
        ),
    ),
    _get(
        _TICKET,
        TICKETS_READ,
        "A ticket, whole, with the revision that an edit names",
        "served_ticket",
        tickets.show,
        query=requests.TicketQuery,
        errors=_OF_TICKET,
    ),
    _post(
        _TICKET,
        TICKETS_WRITE,
        "Edit a ticket that is still of the expected revision",
        Answer(200, "It is edited.", "revised"),
        tickets.edit,
        requests.EditTicket,
        method="PATCH",
        errors=(
            *(*_OF_TICKET, *_WRITING, "item_changed", "title_empty", "title_not_one_line"),
            *("text_invalid", "text_too_long", "choice_invalid"),
        ),
    ),
    _get(
        f"{_TICKET}/events",
        TICKETS_READ,
        "A ticket's events",
        "ticket_events",
        tickets.events,
        query=requests.EventsQuery,
        errors=(*_OF_TICKET, *_PAGED),
    ),
    _post(
        f"{_TICKET}/events",
        TICKETS_WRITE,
        "Write a comment, plan, decision, report, question or answer",
        Answer(201, "It stands on the ticket.", "appended"),
        tickets.comment,
        requests.Comment,
    ),
    _get(
        f"{_TICKET}/moves",
        TICKETS_READ,
        "What may be done with a ticket, and why the rest may not",
        "moves",
        moves.list_moves,
        errors=_OF_TICKET,
        slow=True,
    ),
    _post(
        f"{_TICKET}/moves",
        TICKETS_WRITE,
        "Make one of these moves",
        Answer(200, "It was made.", "move_made"),
        moves.act,
        requests.Act,
    ),
    *(
        _post(
            f"{_TICKET}/{word}",
            TICKETS_WRITE,
            summary,
            Answer(200, "It was made.", "move_made"),
            run,
            requests.Said,
            optional=True,
        )
        for word, summary, run in (
            ("ready", "Mark a planned ticket ready, with a summary", moves.ready),
            ("queue", "Queue a ready ticket", moves.queue),
            ("close", "Close a ticket with a resolution", moves.close),
        )
    ),
    _get(
        f"{_TICKET}/state",
        TICKETS_READ,
        "A ticket's state by its log",
        "state",
        moves.state,
        errors=_OF_TICKET,
    ),
    _post(
        f"{_TICKET}/state",
        TICKETS_WRITE,
        "Move a ticket to another state",
        Answer(200, "It is there.", "moved"),
        moves.move,
        requests.MoveTo,
    ),
    _post(
        f"{_TICKET}/review",
        TICKETS_WRITE,
        "Approve a commit, or ask for changes",
        Answer(201, "It stands on the ticket.", "reviewed"),
        moves.review,
        requests.Review,
    ),
    _get(
        f"{_TICKET}/relations",
        TICKETS_READ,
        "The relations around a ticket",
        "relations",
        moves.list_relations,
        errors=_OF_TICKET,
    ),
    _post(
        f"{_TICKET}/relations",
        TICKETS_WRITE,
        "Relate a ticket to another",
        Answer(200, "It is.", "relation"),
        moves.relate,
        requests.Relate,
        errors=(
            *(*_OF_TICKET, *_WRITING, "relation_kind_unknown", "relation_to_itself", "cycle"),
            "note_too_long",
        ),
    ),
    Route(
        "DELETE",
        f"{_TICKET}/relations/{{kind}}/{{target}}",
        TICKETS_WRITE,
        "Take a relation away",
        (Answer(200, "It is gone.", "relation"),),
        run=moves.unrelate,
        errors=(*_OF_TICKET, *_WRITING, "relation_kind_unknown", "relation_not_found"),
        slow=True,
    ),
    _get(
        f"{_TICKET}/intent",
        TICKETS_READ,
        "The contract for whoever implements a ticket",
        "intent",
        moves.intent,
        errors=_OF_TICKET,
    ),
    _get(
        f"{_TICKET}/route",
        TICKETS_READ,
        "What a ticket is ready for, and why",
        "route",
        moves.route,
        errors=_OF_TICKET,
        slow=True,
    ),
    _get(
        f"{_TICKET}/waits",
        TICKETS_READ,
        "What a ticket waits for, and what that waits for",
        "waits",
        moves.waits,
        errors=_OF_TICKET,
        slow=True,
    ),
    _get(
        f"{_TICKET}/diff",
        TICKETS_READ,
        "What a ticket's branch changes",
        "diff",
        moves.diff,
        errors=(*_OF_TICKET, "branch_missing", "repository_not_found"),
        slow=True,
    ),
    Route(
        "GET",
        f"{_TICKET}/patch",
        TICKETS_READ,
        "The same as git prints it, or as much of it as is asked for",
        (Answer(200, "The patch.", None, "text/x-diff"),),
        run=moves.patch,
        query=requests.PatchQuery,
        errors=(*_OF_TICKET, "branch_missing", "repository_not_found"),
        slow=True,
    ),
)

_WORKERS: _Routes = (
    _get(
        f"{_W}/workers",
        WORKERS_LIST,
        "The workers of all runtimes, the oldest first",
        "worker_rows",
        workers.all_workers,
        query=requests.WorkersQuery,
        errors=(*_SCOPED, *_PAGED),
        slow=True,
    ),
    _post(
        f"{_W}/workers",
        WORKERS_CREATE,
        "Start a worker on a runtime",
        Answer(201, "It was started.", "worker_row"),
        workers.create_anywhere,
        requests.CreateWorkerAnywhere,
        errors=(*_OF_WORKER, *_OF_TICKET, "key_conflict", "profile_not_found", "worker_invalid"),
        more=(Answer(200, "It was started before.", "worker_row"),),
    ),
    _get(
        f"{_W}/workers/launch-options",
        WORKERS_LIST,
        "What a new worker may be",
        "launch_options",
        workers.launch_options,
    ),
    _get(f"{_W}/runtimes", RUNTIMES_READ, "The runtimes", "runtimes", runtimes.list_),
    _get(
        _RUNTIME,
        RUNTIMES_READ,
        "A runtime",
        "runtime_row",
        runtimes.show,
        errors=(*_SCOPED, "runtime_not_found"),
    ),
    _get(
        f"{_RUNTIME}/workers",
        WORKERS_LIST,
        "The workers of a runtime, the oldest first",
        "worker_rows",
        workers.workers_of,
        query=requests.WorkersQuery,
        errors=(*_SCOPED, *_PAGED, "runtime_not_found"),
        slow=True,
    ),
    _post(
        f"{_RUNTIME}/workers",
        WORKERS_CREATE,
        "Start a worker on this runtime",
        Answer(201, "It was started.", "worker_row"),
        workers.create,
        requests.CreateWorker,
        errors=(*_OF_WORKER, *_OF_TICKET, "key_conflict", "profile_not_found", "worker_invalid"),
        more=(Answer(200, "It was started before.", "worker_row"),),
    ),
    _get(
        _WORKER,
        WORKERS_READ,
        "A worker, asked now",
        "worker_row",
        workers.worker,
        errors=_OF_WORKER,
        slow=True,
    ),
    _post(
        f"{_WORKER}/input",
        WORKERS_INPUT,
        "Give a worker something to read",
        Answer(200, "It was given.", "worker_input"),
        workers.give_input,
        InputBody,
        errors=(*_OF_WORKER, "worker_stopped", "worker_conflict", "worker_limit"),
    ),
    _post(
        f"{_WORKER}/stop",
        WORKERS_STOP,
        "Ask a worker to end, and make it",
        Answer(200, "It has ended.", "worker_row"),
        workers.stop,
        StopBody,
        errors=(*_OF_WORKER, "self_termination", "worker_timeout"),
        optional=True,
    ),
    _post(
        f"{_WORKER}/cancel",
        WORKERS_STOP,
        "Drop a worker that is queued, or stop one whose result counts for nothing",
        Answer(200, "It has ended.", "worker_row"),
        workers.cancel,
        CancelBody,
        errors=(*_OF_WORKER, "self_termination", "worker_timeout"),
        optional=True,
    ),
    _post(
        f"{_WORKER}/pin",
        WORKERS_STOP,
        "Keep a worker from being cleaned up, or let it go",
        Answer(200, "It is.", "worker_row"),
        workers.pin,
        requests.Pin,
        errors=_OF_WORKER,
    ),
    Route(
        "GET",
        f"{_WORKER}/transcript",
        WORKERS_READ,
        "What a worker wrote, by offsets of bytes",
        (
            Answer(200, "A stretch of it.", "worker_output"),
            Answer(200, "With `raw`: the bytes.", None, "application/octet-stream"),
        ),
        run=workers.transcript,
        query=TranscriptQuery,
        errors=(*_OF_WORKER, "limit"),
        slow=True,
    ),
    _get(
        f"{_WORKER}/events",
        WORKERS_READ,
        "What happened to a worker",
        "worker_events",
        workers.events,
        query=EventsQuery,
        errors=(*_OF_WORKER, *_PAGED),
        slow=True,
    ),
)

_CLEANUP: _Routes = (
    _get(
        f"{_RUNTIME}/cleanup-plan",
        CLEANUP,
        "What of a runtime may be removed, and why the rest may not",
        "cleanup_plan",
        runtimes.cleanup_plan,
        errors=(*_SCOPED, "runtime_not_found", "runtime_unsupported"),
        slow=True,
    ),
    _post(
        f"{_RUNTIME}/cleanup-executions",
        CLEANUP,
        "Remove targets of a plan, while what is there is still what it says",
        Answer(200, "What became of each.", "cleanup"),
        runtimes.clean_up,
        requests.CleanupOrder,
        errors=(
            *(*_SCOPED, "runtime_not_found", "runtime_unsupported"),
            *("cleanup_stale", "cleanup_refused"),
        ),
    ),
)

_SETTINGS: _Routes = (
    _get(
        f"{_W}/settings/runtimes",
        RUNTIMES_READ,
        "The registry of runtimes",
        "runtimes",
        runtimes.list_,
    ),
    _post(
        f"{_W}/settings/runtimes",
        RUNTIMES_WRITE,
        "Add a runtime on another machine",
        Answer(201, "It is used from now on.", "runtime_row"),
        runtimes.add,
        requests.AddRuntime,
        errors=(
            *(*_SCOPED, "runtime_exists", "runtime_id_invalid", "runtime_url_invalid"),
            *("runtime_kind_unknown", "token_reference_invalid", "registry_changed"),
        ),
    ),
    Route(
        "DELETE",
        f"{_W}/settings/runtimes/{{runtime_id}}",
        RUNTIMES_WRITE,
        "Take a runtime out of the registry",
        (Answer(200, "It is gone.", "runtime_removed"),),
        run=runtimes.remove,
        errors=(
            *(*_SCOPED, "runtime_not_found", "runtime_embedded", "runtime_busy"),
            "registry_changed",
        ),
        slow=True,
    ),
    _post(
        f"{_W}/settings/runtimes/{{runtime_id}}/test",
        RUNTIMES_WRITE,
        "Negotiate with a runtime; the result is not kept",
        Answer(200, "What it can do.", "runtime_test"),
        runtimes.test,
        None,
        errors=(*_SCOPED, "runtime_not_found"),
    ),
)

ROUTES: _Routes = (*_LOGIN, *_WORKSPACE, *_TICKETS, *_WORKERS, *_CLEANUP, *_SETTINGS)

#: WebSockets, let in as routes are, and with a cookie only from one of this server's own pages.
SOCKETS: tuple[Socket[BackendContext], ...] = (
    Socket(
        f"{_WORKER}/observe",
        WORKERS_OBSERVE,
        "What a worker of any runtime writes, and what happens to it",
        observing.observe_worker,
        query=ObserveQuery,
    ),
    Socket(
        f"{_W}/stream",
        WORKSPACE_READ,
        "What a page subscribes to: tickets, workers, runtimes, and what single workers write",
        observing.stream_page,
    ),
)
