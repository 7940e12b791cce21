"""Every kind of document that `--json` prints, with the type of its `data`.

`yoi schema` publishes this table, and a test holds what the commands print against it: a
new kind of document is added here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.api.documents import (
    board,
    daily,
    diff,
    doctor,
    hooks,
    inbox,
    lists,
    merging,
    moves,
    objective,
    orchestrate,
    outcomes,
    registry,
    relations,
    replay,
    restore,
    routing,
    runtime,
    stats,
    ticket,
    transfer,
    trust,
    workers,
    workspace,
    worktree,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from msgspec import Struct

#: The kind of a document that holds an `error` instead of a kind and data.
ERROR = "error"
#: What stands on a line of `yoi ticket export`, without an envelope.
EXPORT_LINE = "export_line"
#: What stands on a line of `yoi orchestrate` in a pipe, without an envelope.
ORCHESTRATION_STEP = "orchestration_step"
LINES = frozenset({EXPORT_LINE, ORCHESTRATION_STEP})
#: What servers say, and no command that ends (docs/api-http.md).
SERVED = frozenset(
    {
        *("bundle", "bundle_state", "runtime", "runtime_readiness", "runtime_token", "server"),
        *("worker_events", "worker_page", "backend", "session", "session_ended", "login_code"),
        *("workspace", "ticket_page", "served_ticket", "revised", "ticket_events", "move_made"),
        *("worker_row", "worker_rows", "launch_options", "runtime_row"),
        *("cleanup", "cleanup_plan"),
    }
)

KINDS: Mapping[str, type[Struct]] = {
    "accepted": routing.AcceptedDocument,
    "answered": outcomes.WrittenDocument,
    "appended": outcomes.WrittenDocument,
    "asked": outcomes.WrittenDocument,
    "batch": outcomes.BatchDocument,
    "bundle": runtime.BundleDocument,
    "bundle_state": runtime.BundleStateDocument,
    "claim": routing.ClaimDocument,
    "claims": routing.ClaimsDocument,
    "cleanup": registry.CleanupDocument,
    "cleanup_plan": registry.CleanupPlanDocument,
    "remote_claims": routing.RemoteClaimsDocument,
    "completion": workspace.CompletionDocument,
    "created": outcomes.CreatedDocument,
    "finished": daily.FinishedDocument,
    "started": daily.StartedDocument,
    "status": daily.StatusDocument,
    "diff": diff.DiffDocument,
    "doctor": doctor.DoctorDocument,
    "edited": outcomes.EditedDocument,
    "environment": doctor.EnvironmentDocument,
    ERROR: workspace.ErrorDocument,
    "event": lists.EntryDocument,
    "export": transfer.ExportDocument,
    EXPORT_LINE: transfer.ExportedDocument,
    "gate": routing.GateDocument,
    "graph": relations.GraphDocument,
    "hook_run": hooks.HookRunDocument,
    "hooks": hooks.HooksDocument,
    "imported": transfer.ImportedDocument,
    "inbox": inbox.InboxDocument,
    "initialised": workspace.InitialisedDocument,
    "intent": routing.IntentDocument,
    "log": lists.LogDocument,
    "merged": merging.MergedFileDocument,
    "moved": outcomes.MovedDocument,
    "moves": moves.MovesDocument,
    "next": routing.NextDocument,
    "objective": objective.ObjectiveDocument,
    "objective_created": objective.ObjectiveWrittenDocument,
    "objective_doctor": doctor.ObjectiveDoctorDocument,
    "objective_linked": objective.ObjectiveWrittenDocument,
    "objectives": objective.ObjectiveListDocument,
    "orchestration": orchestrate.OrchestrationDocument,
    ORCHESTRATION_STEP: orchestrate.OrchestrationStepDocument,
    "plan": relations.PlannedDocument,
    "plans": relations.PlansDocument,
    "prime": workspace.PrimeDocument,
    "profile": orchestrate.ProfileDocument,
    "profile_checks": orchestrate.ProfileChecksDocument,
    "profiles": orchestrate.ProfilesDocument,
    "recorded": routing.RecordedDocument,
    "relation": relations.RelatedDocument,
    "relations": relations.RelationListDocument,
    "replay": replay.ReplayDocument,
    "resolved": merging.ResolveDocument,
    "restored": restore.RestoredDocument,
    "reviewed": outcomes.WrittenDocument,
    "route": routing.RouteDocument,
    "runtime": runtime.RuntimeDocument,
    "runtime_entry": registry.RuntimeEntryDocument,
    "runtime_readiness": runtime.ReadinessDocument,
    "runtime_token": runtime.RuntimeTokenDocument,
    "runtime_removed": registry.RuntimeRemovedDocument,
    "runtime_test": registry.RuntimeTestDocument,
    "runtimes": registry.RuntimesDocument,
    "schema": workspace.SchemaDocument,
    "search": lists.SearchDocument,
    "state": outcomes.StateDocument,
    "stats": stats.StatsDocument,
    "waiting": stats.WaitingDocument,
    "server": runtime.ServerDocument,
    "sync": merging.SyncDocument,
    "ticket": ticket.ShownDocument,
    "tickets": lists.TicketsDocument,
    "trust": trust.TrustDocument,
    "where": workspace.WhereDocument,
    "worker": workers.WorkerDocument,
    "worker_events": runtime.WorkerEventPageDocument,
    "worker_input": workers.InputGivenDocument,
    "worker_output": workers.WorkerOutputDocument,
    "worker_page": runtime.WorkerPageDocument,
    "worker_recovery": workers.RecoveryDocument,
    "workers": workers.WorkersDocument,
    "workers_pruned": workers.PrunedWorkersDocument,
    "worktree": worktree.ShownWorktreeDocument,
    "worktree_added": worktree.WorktreeDocument,
    "worktree_doctor": worktree.WorktreeDoctorDocument,
    "worktree_removed": worktree.RemovedWorktreeDocument,
    "worktrees": worktree.WorktreesDocument,
    "backend": board.BackendDocument,
    "session": board.SessionDocument,
    "session_ended": board.LeftDocument,
    "login_code": board.LoginCodeDocument,
    "workspace": board.ServedWorkspaceDocument,
    "ticket_page": board.TicketPageDocument,
    "served_ticket": board.ServedTicketDocument,
    "revised": board.RevisedDocument,
    "ticket_events": board.EventPageDocument,
    "move_made": board.MoveMadeDocument,
    "worker_row": registry.WorkerRowDocument,
    "worker_rows": board.WorkerRowPageDocument,
    "launch_options": board.LaunchOptionsDocument,
    "runtime_row": registry.RuntimeRowDocument,
    "worktrees_pruned": worktree.PrunedWorktreesDocument,
}
