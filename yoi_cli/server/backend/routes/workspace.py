"""The workspace as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.server.backend import requests, workspace
from yoi_cli.server.backend.routes.rows import (
    OF_TICKET,
    SCOPED,
    WORKSPACE,
    WRITING,
    changing,
    reading,
)
from yoi_cli.server.http.permissions import TICKETS_READ, TICKETS_WRITE, WORKSPACE_READ
from yoi_cli.server.http.routes import Answer

if TYPE_CHECKING:
    from yoi_cli.server.backend.routes.rows import Routes

ROUTES: Routes = (
    reading(
        f"{WORKSPACE}/workspace", WORKSPACE_READ, "The workspace", "workspace", workspace.workspace
    ),
    reading(
        f"{WORKSPACE}/overview",
        TICKETS_READ,
        "All that a panel shows at once, or what of it changed since",
        "overview",
        workspace.overview,
        query=requests.OverviewQuery,
    ),
    reading(
        f"{WORKSPACE}/inbox", TICKETS_READ, "What waits for a person", "inbox", workspace.inbox
    ),
    changing(
        f"{WORKSPACE}/runs",
        TICKETS_WRITE,
        "Start a run of `yoi orchestrate` that stays and takes up what is queued",
        Answer(201, "It was started.", "run_started"),
        workspace.start_run,
        None,
        errors=(*SCOPED, "workspace_untrusted", "repository_not_found"),
    ),
    reading(
        f"{WORKSPACE}/objectives",
        TICKETS_READ,
        "The objectives",
        "objectives",
        workspace.objectives,
        query=requests.ObjectivesQuery,
    ),
    changing(
        f"{WORKSPACE}/objectives",
        TICKETS_WRITE,
        "Make an objective that links tickets",
        Answer(201, "It was made.", "objective_created"),
        workspace.create_objective,
        requests.CreateObjective,
        errors=(*OF_TICKET, *WRITING, "title_empty", "title_not_one_line", "text_too_long"),
    ),
    reading(
        f"{WORKSPACE}/objectives/{{objective_id}}",
        TICKETS_READ,
        "An objective with its tickets",
        "objective",
        workspace.objective,
        errors=(*SCOPED, "objective_not_found"),
    ),
    changing(
        f"{WORKSPACE}/objectives/{{objective_id}}/links",
        TICKETS_WRITE,
        "Link tickets to an objective, or take links away",
        Answer(200, "They are linked, or not any more.", "objective_linked"),
        workspace.link_tickets,
        requests.LinkTickets,
        errors=(*OF_TICKET, *WRITING, "objective_not_found"),
    ),
    reading(
        f"{WORKSPACE}/plan",
        TICKETS_READ,
        "Plan records: of a ticket, or all",
        "plans",
        workspace.plans,
        query=requests.PlanQuery,
        errors=OF_TICKET,
    ),
    changing(
        f"{WORKSPACE}/plan",
        TICKETS_WRITE,
        "Keep a plan record",
        Answer(200, "It is kept.", "plan"),
        workspace.add_plan,
        requests.Plan,
        errors=(
            *(*OF_TICKET, *WRITING, "plan_incomplete", "plan_kind_unknown", "plan_to_itself"),
            *("plan_text_too_long", "plan_accepted_misplaced"),
        ),
    ),
    reading(
        f"{WORKSPACE}/claims",
        TICKETS_READ,
        "Who holds which ticket",
        "claims",
        workspace.claims,
        query=requests.ClaimsQuery,
    ),
    reading(
        f"{WORKSPACE}/graph",
        TICKETS_READ,
        "Which tickets wait for which",
        "graph",
        workspace.graph,
        query=requests.GraphQuery,
        errors=OF_TICKET,
    ),
    reading(f"{WORKSPACE}/stats", TICKETS_READ, "Figures", "stats", workspace.stats, slow=True),
    reading(
        f"{WORKSPACE}/doctor",
        WORKSPACE_READ,
        "What is wrong in the store, or with a ticket of it",
        "doctor",
        workspace.doctor,
        query=requests.DoctorQuery,
        errors=OF_TICKET,
        slow=True,
    ),
)
