"""What is said of everything that a runtime refuses, by its code (docs/runtime.md).

A server and its clients say the same, in words that are chosen here: neither repeats what went
wrong inside, nor what another machine sent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping


class Refusal(NamedTuple):
    """A sentence and a hint; `details` are the facts that may be told with it."""

    message: str
    hint: str = ""
    details: tuple[str, ...] = ()


_LOOK = "GET /v1/workers lists those that are kept."

REFUSALS: Mapping[str, Refusal] = {
    "worker_id_invalid": Refusal("That is no worker's id.", "Give all of it."),
    "worker_not_found": Refusal("There is no such worker.", _LOOK, ("worker_id",)),
    "worker_ambiguous": Refusal("Several workers have that id.", _LOOK),
    "worker_invalid": Refusal(
        "The worker cannot be started as it was asked for.", details=("missing",)
    ),
    "worker_stopped": Refusal("The worker has ended, or reads no more.", details=("worker_id",)),
    "worker_conflict": Refusal("The worker takes no input.", details=("worker_id",)),
    "worker_limit": Refusal(
        "The worker does not read its input.",
        "Give the rest when it has read what is there.",
        ("worker_id", "written"),
    ),
    "worker_timeout": Refusal(
        "The worker did not end in time.", "It goes on; look at it again.", ("worker_id",)
    ),
    "worker_unsupported": Refusal("This runtime cannot do that."),
    "worker_running": Refusal(
        "The worker has not ended.", "Wait for its end, or stop it.", ("worker_id",)
    ),
    "key_conflict": Refusal(
        "Another worker was asked for with this key.",
        "A key is for one order; ask for another worker with another key.",
        ("worker_id",),
    ),
    "self_termination": Refusal(
        "The worker would end what it stands in.",
        "Let somebody outside of it end it, or say `force`.",
        ("worker_id",),
    ),
    "profile_not_found": Refusal(
        "This runtime has no such profile.", "It never takes another one.", ("profile",)
    ),
    "role_without_profile": Refusal("The role has no profile here."),
    "capability_unknown": Refusal(
        "A worker cannot be asked to have that.", details=("capability",)
    ),
    "variable_unset": Refusal(
        "A variable that the profile needs is not set where the runtime runs."
    ),
    "ticket_not_found": Refusal("There is no such ticket.", details=("ticket",)),
    "ticket_ambiguous": Refusal("Several tickets have that id."),
    "workspace_untrusted": Refusal(
        "Nobody said there that what the settings run may be run.", "`yoi trust` asks for it."
    ),
    "commands_changed": Refusal(
        "What the settings run was changed there.", "`yoi trust` shows it, and asks."
    ),
    "repository_not_found": Refusal("The runtime's workspace is in no repository."),
    "base_not_found": Refusal(
        "The runtime cannot get that commit on that ref.", "Push it first.", ("field",)
    ),
    "base_dirty": Refusal(
        "What is checked out of that branch has changes that are not committed.",
        "Commit them, or name another commit.",
    ),
    "branch_exists": Refusal(
        "There is a branch of that name, which was not made for an order.",
        "Take it away there, or work on it there.",
        ("branch",),
    ),
    "branch_blocked": Refusal("A branch there is in the way of one of that name."),
    "branch_in_use": Refusal("The branch is checked out somewhere else there."),
    "branch_invalid": Refusal("That is no branch of the ticket.", details=("branch",)),
    "path_taken": Refusal("Something stands there where the worktree was to be made."),
    "worktree_unsafe": Refusal(
        "The worktree there holds what nobody may take away.", "Look at it there."
    ),
    "work_not_found": Refusal(
        "The worktree of that worker is not there any more.",
        "What it committed on a branch is there as long as that is.",
    ),
    "work_taken_over": Refusal(
        "Another worker went on in the worktree of that one.", "Ask for the work of that one."
    ),
    "delivery_failed": Refusal(
        "What the worker committed could not be brought to the remote.",
        "It stays where it is; ask for it again.",
    ),
    "cleanup_stale": Refusal(
        "What is there changed since the plan was made.", "Make a plan again.", ("digest",)
    ),
    "cleanup_refused": Refusal(
        "One of the targets is not to be removed.", "The plan says why.", ("target", "why")
    ),
    "model_unknown": Refusal("The profile does not allow that model.", details=("model",)),
    "folder_outside": Refusal(
        "The folder leaves the worktree.", "Name one below the top of the commit.", ("field",)
    ),
    "folder_not_found": Refusal("There is no such folder.", "Name one that is there.", ("field",)),
    "bundle_not_found": Refusal(
        "That bundle is not kept here.", "PUT /v1/bundles/{digest} keeps one."
    ),
    "bundle_digest_mismatch": Refusal(
        "The bundle does not have that digest.",
        "It is the SHA-256 of the bundle as JSON, with all members sorted by name.",
        ("digest",),
    ),
    "bundle_profile_unknown": Refusal(
        "The bundle has no such profile, or the runtime has not.", details=("profile",)
    ),
    "unsupported_declaration": Refusal(
        "The bundle declares what this runtime cannot keep to.", details=("declaration",)
    ),
    "bundle_corrupt": Refusal("A bundle cannot be read.", "Put it again."),
    "range_not_satisfiable": Refusal("There is nothing in that range.", details=("size",)),
    "worker_store_corrupt": Refusal(
        "What is kept of the worker cannot be read.", details=("worker_id",)
    ),
}
