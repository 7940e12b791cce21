"""Every kind of document that `--json` prints, with the type of its `data`.

`yoi schema` publishes this table, and a test holds what the commands print against it: a
new kind of document is added here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.api.documents import (
    claims as documents_claims,
)
from yoi_cli.api.documents import (
    doctor as documents_doctor,
)
from yoi_cli.api.documents import (
    gate as documents_gate,
)
from yoi_cli.api.documents import (
    graph as documents_graph,
)
from yoi_cli.api.documents import (
    hooks as documents_hooks,
)
from yoi_cli.api.documents import (
    lists as documents_reading,
)
from yoi_cli.api.documents import (
    objective as documents_objective,
)
from yoi_cli.api.documents import (
    orchestrate as documents_orchestrate,
)
from yoi_cli.api.documents import (
    outcomes as documents_outcomes,
)
from yoi_cli.api.documents import (
    plan as documents_plan,
)
from yoi_cli.api.documents import (
    prime as documents_prime,
)
from yoi_cli.api.documents import (
    profile as documents_profile,
)
from yoi_cli.api.documents import (
    relations as documents_relations,
)
from yoi_cli.api.documents import (
    replay as documents_replay,
)
from yoi_cli.api.documents import (
    resolve as documents_resolve,
)
from yoi_cli.api.documents import (
    routing as documents_routing,
)
from yoi_cli.api.documents import (
    sync as documents_sync,
)
from yoi_cli.api.documents import (
    transfer as documents_transfer,
)
from yoi_cli.api.documents import (
    workers as documents_workers,
)
from yoi_cli.api.documents import (
    workspace as documents_workspace,
)
from yoi_cli.api.documents import (
    worktree as documents_worktree,
)
from yoi_cli.cli.routing import decided_text as decided
from yoi_cli.cli.ticket import waiting_text as waiting

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
    "accepted": decided.AcceptedDocument,
    "appended": documents_outcomes.WrittenDocument,
    "claim": documents_claims.ClaimDocument,
    "claims": documents_claims.ClaimsDocument,
    "completion": documents_workspace.CompletionDocument,
    "created": documents_outcomes.CreatedDocument,
    "doctor": documents_doctor.DoctorDocument,
    "edited": documents_outcomes.EditedDocument,
    "environment": documents_doctor.EnvironmentDocument,
    ERROR: documents_workspace.ErrorDocument,
    "event": documents_reading.EntryDocument,
    "export": documents_transfer.ExportDocument,
    EXPORT_LINE: documents_transfer.ExportedDocument,
    "gate": documents_gate.GateDocument,
    "graph": documents_graph.GraphDocument,
    "hook_run": documents_hooks.HookRunDocument,
    "hooks": documents_hooks.HooksDocument,
    "imported": documents_transfer.ImportedDocument,
    "initialised": documents_workspace.InitialisedDocument,
    "intent": decided.IntentDocument,
    "log": documents_reading.LogDocument,
    "merged": documents_resolve.MergedFileDocument,
    "moved": documents_outcomes.MovedDocument,
    "next": documents_claims.NextDocument,
    "objective": documents_objective.ObjectiveDocument,
    "objective_created": documents_objective.ObjectiveWrittenDocument,
    "objective_doctor": documents_objective.ObjectiveDoctorDocument,
    "objective_linked": documents_objective.ObjectiveWrittenDocument,
    "objectives": documents_objective.ObjectiveListDocument,
    "orchestration": documents_orchestrate.OrchestrationDocument,
    ORCHESTRATION_STEP: documents_orchestrate.OrchestrationStepDocument,
    "plan": documents_plan.PlannedDocument,
    "plans": documents_plan.PlansDocument,
    "prime": documents_prime.PrimeDocument,
    "profile": documents_profile.ProfileDocument,
    "profile_checks": documents_profile.ProfileChecksDocument,
    "profiles": documents_profile.ProfilesDocument,
    "recorded": decided.RecordedDocument,
    "relation": documents_relations.RelatedDocument,
    "relations": documents_relations.RelationListDocument,
    "replay": documents_replay.ReplayDocument,
    "resolved": documents_resolve.ResolveDocument,
    "reviewed": documents_outcomes.WrittenDocument,
    "route": documents_routing.RouteDocument,
    "schema": documents_workspace.SchemaDocument,
    "search": documents_reading.SearchDocument,
    "state": documents_workspace.StateDocument,
    "stats": documents_reading.StatsDocument,
    "waiting": waiting.WaitingDocument,
    "sync": documents_sync.SyncDocument,
    "ticket": documents_reading.ShownDocument,
    "tickets": documents_reading.TicketsDocument,
    "where": documents_workspace.WhereDocument,
    "worker": documents_workers.WorkerDocument,
    "worker_input": documents_workers.InputGivenDocument,
    "worker_output": documents_workers.WorkerOutputDocument,
    "worker_recovery": documents_workers.RecoveryDocument,
    "workers": documents_workers.WorkersDocument,
    "workers_pruned": documents_workers.PrunedWorkersDocument,
    "worktree": documents_worktree.ShownWorktreeDocument,
    "worktree_added": documents_worktree.WorktreeDocument,
    "worktree_doctor": documents_worktree.WorktreeDoctorDocument,
    "worktree_removed": documents_worktree.RemovedWorktreeDocument,
    "worktrees": documents_worktree.WorktreesDocument,
    "worktrees_pruned": documents_worktree.PrunedWorktreesDocument,
}
