"""Every kind of document that `--json` prints, with the type of its `data`.

`yoi schema` publishes this table, and a test holds what the commands print against it: a
new kind of document is added here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.api.documents import (
    claims,
    doctor,
    gate,
    graph,
    hooks,
    lists,
    objective,
    orchestrate,
    outcomes,
    plan,
    prime,
    profile,
    relations,
    replay,
    resolve,
    routing,
    stats,
    sync,
    transfer,
    workers,
    workspace,
    worktree,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

#: The kind of a document that holds an `error` instead of a kind and data.
ERROR = "error"
#: What stands on a line of `yoi ticket export`, without an envelope.
EXPORT_LINE = "export_line"
#: What stands on a line of `yoi orchestrate` in a pipe, without an envelope.
ORCHESTRATION_STEP = "orchestration_step"
LINES = frozenset({EXPORT_LINE, ORCHESTRATION_STEP})

KINDS: Mapping[str, type] = {
    "accepted": routing.AcceptedDocument,
    "appended": outcomes.WrittenDocument,
    "claim": claims.ClaimDocument,
    "claims": claims.ClaimsDocument,
    "completion": workspace.CompletionDocument,
    "created": outcomes.CreatedDocument,
    "doctor": doctor.DoctorDocument,
    "edited": outcomes.EditedDocument,
    "environment": doctor.EnvironmentDocument,
    ERROR: workspace.ErrorDocument,
    "event": lists.EntryDocument,
    "export": transfer.ExportDocument,
    EXPORT_LINE: transfer.ExportedDocument,
    "gate": gate.GateDocument,
    "graph": graph.GraphDocument,
    "hook_run": hooks.HookRunDocument,
    "hooks": hooks.HooksDocument,
    "imported": transfer.ImportedDocument,
    "initialised": workspace.InitialisedDocument,
    "intent": routing.IntentDocument,
    "log": lists.LogDocument,
    "merged": resolve.MergedFileDocument,
    "moved": outcomes.MovedDocument,
    "next": claims.NextDocument,
    "objective": objective.ObjectiveDocument,
    "objective_created": objective.ObjectiveWrittenDocument,
    "objective_doctor": objective.ObjectiveDoctorDocument,
    "objective_linked": objective.ObjectiveWrittenDocument,
    "objectives": objective.ObjectiveListDocument,
    "orchestration": orchestrate.OrchestrationDocument,
    ORCHESTRATION_STEP: orchestrate.OrchestrationStepDocument,
    "plan": plan.PlannedDocument,
    "plans": plan.PlansDocument,
    "prime": prime.PrimeDocument,
    "profile": profile.ProfileDocument,
    "profile_checks": profile.ProfileChecksDocument,
    "profiles": profile.ProfilesDocument,
    "recorded": routing.RecordedDocument,
    "relation": relations.RelatedDocument,
    "relations": relations.RelationListDocument,
    "replay": replay.ReplayDocument,
    "resolved": resolve.ResolveDocument,
    "reviewed": outcomes.WrittenDocument,
    "route": routing.RouteDocument,
    "schema": workspace.SchemaDocument,
    "search": lists.SearchDocument,
    "state": workspace.StateDocument,
    "stats": lists.StatsDocument,
    "waiting": stats.WaitingDocument,
    "sync": sync.SyncDocument,
    "ticket": lists.ShownDocument,
    "tickets": lists.TicketsDocument,
    "where": workspace.WhereDocument,
    "worker": workers.WorkerDocument,
    "worker_input": workers.InputGivenDocument,
    "worker_output": workers.WorkerOutputDocument,
    "worker_recovery": workers.RecoveryDocument,
    "workers": workers.WorkersDocument,
    "workers_pruned": workers.PrunedWorkersDocument,
    "worktree": worktree.ShownWorktreeDocument,
    "worktree_added": worktree.WorktreeDocument,
    "worktree_doctor": worktree.WorktreeDoctorDocument,
    "worktree_removed": worktree.RemovedWorktreeDocument,
    "worktrees": worktree.WorktreesDocument,
    "worktrees_pruned": worktree.PrunedWorktreesDocument,
}
