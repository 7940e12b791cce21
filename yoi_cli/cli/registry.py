"""Every command, with the function that it is and the sentence that `--help` shows.

A module is imported only when its command runs, so that the table may grow without any
command becoming slower. `ticket.comment:comment` is the function `comment` of the module
`yoi_cli.cli.ticket.comment`.
"""

from __future__ import annotations

from typing import NamedTuple


class Entry(NamedTuple):
    """One line of `--help`. `function` is None for a group, whose commands stand in `GROUPS`."""

    name: str
    summary: str
    function: str | None
    section: str = "Commands"


class Group(NamedTuple):
    """A command that has commands below it."""

    help: str
    entries: tuple[Entry, ...]


_ROOT = (
    Entry("init", "Make a workspace in this folder.", "init:init", "Start"),
    Entry("where", "Say which store is used, and why.", "where:where", "Start"),
    Entry("doctor", "Look over the store, the clone and the environment.", "doctor:doctor", "Start"),
    Entry("prime", "Tell a coding agent how to work here, and what stands.", "prime:prime", "Start"),
    Entry(
        "completion", "Print or install completion for your shell.", "completion.command:completion", "Start"
    ),
    Entry("ticket", "Create, read, change and close tickets.", None, "Tickets"),
    Entry("route", "Say what may start now, what waits, and why.", "routing.route:route", "Routing"),
    Entry(
        "gate", "Answer with the exit code whether tickets are ready.", "routing.gate:gate", "Routing"
    ),
    Entry("next", "Say what to work on next, or claim it.", "routing.next:next_", "Routing"),
    Entry("claim", "Claim a ticket, so that nobody else takes it.", "routing.claim:claim", "Routing"),
    Entry("release", "Give a claimed ticket back.", "routing.release:release", "Routing"),
    Entry(
        "stats",
        "Count and measure; --routing says what tickets waited for.",
        "ticket.stats:stats",
        "Routing",
    ),
    Entry("claims", "List who holds which ticket.", "routing.claims:claims", "Routing"),
    Entry("plan", "Keep and list plan records: order, conflict, capacity.", None, "Routing"),
    Entry("replay", "Hold recorded decisions against their instants.", "routing.replay:replay", "Routing"),
    Entry("objective", "Keep the goals that tickets serve.", None, "Tickets"),
    Entry(
        "orchestrate", "Take queued tickets to merged branches.", "worker.orchestrate:orchestrate", "Workers"
    ),
    Entry("profile", "Show what workers run, and whether it can run here.", None, "Workers"),
    Entry("sync", "Share the store with other clones through a git remote.", "sync:sync", "Sharing"),
    Entry("worker", "Start, watch and end processes that outlive the terminal.", None, "Workers"),
    Entry("worktree", "Make, list and remove the worktrees of tickets.", None, "Workers"),
    Entry("resolve", "Merge by meaning what git left in conflict.", "merge:resolve", "Git"),
    Entry("merge-driver", "Merge one file of a ticket; git runs it.", "merge_driver:merge_driver", "Git"),
    Entry("hook", "Install git hooks that record commits on tickets.", None, "Git"),
    Entry("schema", "Print the JSON schema of what --json prints.", "schema:schema", "Scripts"),
)

_TICKET = (
    Entry("create", "Make a ticket.", "ticket.create:create", "Write"),
    Entry("edit", "Change a ticket's title, fields or description.", "ticket.edit:edit", "Write"),
    Entry("comment", "Add a comment, plan, decision or report.", "ticket.comment:comment", "Write"),
    Entry("review", "Approve, or ask for changes.", "ticket.review:review", "Write"),
    Entry("relation", "Add, remove and list relations between tickets.", None, "Write"),
    Entry("intent", "Print the contract for whoever implements it.", "ticket.intent:intent", "Read"),
    Entry("intake", "Mark a planned ticket ready, with a summary.", "ticket.intake:intake", "Move"),
    Entry("state", "Move a ticket to another state, or print its state.", "ticket.move:state", "Move"),
    Entry("close", "Close a ticket with a resolution.", "ticket.close:close", "Move"),
    Entry("reopen", "Take up a finished ticket again.", "ticket.reopen:reopen", "Move"),
    Entry("list", "List tickets; open ones unless asked otherwise.", "ticket.list:list_", "Read"),
    Entry("show", "Show one ticket with its thread and relations.", "ticket.show:show", "Read"),
    Entry("search", "Find text in titles, descriptions and threads.", "ticket.search:search", "Read"),
    Entry("graph", "Draw which tickets wait for which.", "ticket.graph:graph", "Read"),
    Entry("log", "Show the newest events across all tickets.", "ticket.log:log", "Read"),
    Entry("stats", "Count states, times, reviews and throughput.", "ticket.stats:stats", "Read"),
    Entry("doctor", "Find what is wrong in the store, and repair it.", "ticket.doctor:doctor", "Keep"),
    Entry("export", "Print whole tickets as JSON Lines.", "ticket.export:export", "Keep"),
    Entry(
        "import", "Take in tickets from JSON Lines, tk or Backlog.md.", "ticket.transfer:import_", "Keep"
    ),
)

_RELATION = (
    Entry(
        "add", "Record that a ticket depends on, blocks or relates to another.", "ticket.relation:add"
    ),
    Entry(
        "remove", "Take a relation away; the log keeps that it was there.", "ticket.relation_remove:remove"
    ),
    Entry("list", "List a ticket's relations, or all of them.", "ticket.relation_list:list_"),
)

_PLAN = (
    Entry("add", "Keep a plan record about a ticket.", "routing.plan:add"),
    Entry("list", "List plan records of a ticket, or all of them.", "routing.plan_list:list_"),
)

_PROFILE = (
    Entry("list", "List the profiles, with the roles they work as.", "worker.profile:list_"),
    Entry("show", "Show one profile, or its table for the configuration.", "worker.profile_show:show"),
    Entry("check", "Say what a profile lacks on this machine.", "worker.profile_check:check"),
)

_WORKTREE = (
    Entry("add", "Make a worktree and a branch for a ticket.", "worktree:add"),
    Entry("list", "List the worktrees, and how they stand.", "worktree_list:list_"),
    Entry("show", "Show a worktree, and what removing it would lose.", "worktree_show:show"),
    Entry("remove", "Remove a worktree; nothing is lost by it.", "worktree_remove:remove"),
    Entry("prune", "Remove worktrees of tickets that are over.", "worktree_prune:prune"),
    Entry("doctor", "Find what is left over of worktrees.", "worktree_doctor:doctor"),
)

_WORKER = (
    Entry("spawn", "Start a worker, and print its id.", "worker.spawn:spawn"),
    Entry("list", "List workers, and how they stand.", "worker.watch:list_"),
    Entry("show", "Show how a worker stands, and what that is known by.", "worker.show:show"),
    Entry("logs", "Print what a worker wrote, or follow it.", "worker.logs:logs"),
    Entry("input", "Give a worker something to read.", "worker.input:input_"),
    Entry("stop", "End a worker, with all that it started.", "worker.control:stop"),
    Entry("cancel", "Drop a queued worker, or end one for nothing.", "worker.cancel:cancel"),
    Entry("wait", "Wait until a worker has ended.", "worker.wait:wait"),
    Entry("recover", "Look after workers whose shim died.", "worker.recover:recover"),
    Entry("prune", "Forget workers that ended long ago.", "worker.prune:prune"),
)

_HOOK = (
    Entry("install", "Install git hooks; what stands there stays, and runs first.", "hook_install:install"),
    Entry("uninstall", "Take them away, and put back what stood there.", "hook_uninstall:uninstall"),
    Entry("status", "Say which hooks are installed, and what they chain.", "hook_status:status"),
    Entry("run", "Do what a hook is for; the installed hooks call this.", "hook:run"),
)

_OBJECTIVE = (
    Entry("create", "Make an objective.", "objective:create"),
    Entry("list", "List objectives with the tickets they link.", "objective_list:list_"),
    Entry("show", "Show one objective and how far its tickets are.", "objective_show:show"),
    Entry("link", "Link tickets to an objective, or take links away.", "objective_link:link"),
    Entry("doctor", "Find what is wrong with objectives.", "objective_doctor:doctor"),
)

GROUPS = {
    "": Group(
        "Tickets that live in the git repository they are about.\n\n"
        "Tickets are markdown files below .yoi/; every one has a log that loses nothing. "
        "Ids may be shortened to any unambiguous beginning or end of 4 characters.",
        _ROOT,
    ),
    "ticket": Group(
        "Create, read, change and close tickets.\n\n"
        "A ticket moves planning → ready → queued → inprogress → done → closed.",
        _TICKET,
    ),
    "ticket relation": Group("Add, remove and list relations between tickets.", _RELATION),
    "plan": Group(
        "Keep plan records: what comes first, what must not run side by side, what was agreed on. "
        "They hold a ticket back in routing and never change a state.",
        _PLAN,
    ),
    "profile": Group(
        "Show what workers run. A profile is a command that is given a ticket; presets for "
        "well-known coding agents come with yoi, and [profiles.NAME] tables of "
        ".yoi/ticket.config.toml add others.",
        _PROFILE,
    ),
    "worktree": Group(
        "Make, list and remove the worktrees of tickets. No work is ever destroyed: what is not "
        "committed or not merged stays, or is kept under refs/yoi/rescue/ first.",
        _WORKTREE,
    ),
    "worker": Group(
        "Start, watch and end workers: processes that outlive the terminal that started them. "
        "What they write and how they ended is kept, also where whoever stands over them is "
        "killed.",
        _WORKER,
    ),
    "hook": Group(
        "Install git hooks that record commits, amends, rebases and merges on the tickets that "
        "they are for. A hook keeps nobody from committing because the store is busy or absent.",
        _HOOK,
    ),
    "objective": Group(
        "Keep the goals that tickets serve. They link tickets and never hold one up.", _OBJECTIVE
    ),
}
