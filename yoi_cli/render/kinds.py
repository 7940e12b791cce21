"""Every kind of document that `--json` prints, with the type of its `data`.

`yoi schema` publishes this table, and a test holds what the commands print against it: a
new kind of document is added here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.render import (
    decided,
    documents,
    documents_claims,
    documents_doctor,
    documents_gate,
    documents_graph,
    documents_objective,
    documents_plan,
    documents_reading,
    documents_replay,
    documents_routing,
    documents_transfer,
    documents_workspace,
    waiting,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

#: The kind of a document that holds an `error` instead of a kind and data.
ERROR = "error"
#: What stands on a line of `yoi ticket export`, without an envelope.
EXPORT_LINE = "export_line"

KINDS: Mapping[str, type] = {
    "accepted": decided.AcceptedDocument,
    "appended": documents.WrittenDocument,
    "claim": documents_claims.ClaimDocument,
    "claims": documents_claims.ClaimsDocument,
    "completion": documents_workspace.CompletionDocument,
    "created": documents.CreatedDocument,
    "doctor": documents_doctor.DoctorDocument,
    "edited": documents.EditedDocument,
    "environment": documents_doctor.EnvironmentDocument,
    ERROR: documents_workspace.ErrorDocument,
    "event": documents_reading.EntryDocument,
    "export": documents_transfer.ExportDocument,
    EXPORT_LINE: documents_transfer.ExportedDocument,
    "gate": documents_gate.GateDocument,
    "graph": documents_graph.GraphDocument,
    "imported": documents_transfer.ImportedDocument,
    "initialised": documents_workspace.InitialisedDocument,
    "intent": decided.IntentDocument,
    "log": documents_reading.LogDocument,
    "moved": documents.MovedDocument,
    "next": documents_claims.NextDocument,
    "objective": documents_objective.ObjectiveDocument,
    "objective_created": documents_objective.ObjectiveWrittenDocument,
    "objective_doctor": documents_objective.ObjectiveDoctorDocument,
    "objective_linked": documents_objective.ObjectiveWrittenDocument,
    "objectives": documents_objective.ObjectiveListDocument,
    "plan": documents_plan.PlannedDocument,
    "plans": documents_plan.PlansDocument,
    "recorded": decided.RecordedDocument,
    "relation": documents.RelatedDocument,
    "relations": documents.RelationListDocument,
    "replay": documents_replay.ReplayDocument,
    "reviewed": documents.WrittenDocument,
    "route": documents_routing.RouteDocument,
    "schema": documents_workspace.SchemaDocument,
    "search": documents_reading.SearchDocument,
    "state": documents_workspace.StateDocument,
    "stats": documents_reading.StatsDocument,
    "waiting": waiting.WaitingDocument,
    "ticket": documents_reading.ShownDocument,
    "tickets": documents_reading.TicketsDocument,
    "where": documents_workspace.WhereDocument,
}
