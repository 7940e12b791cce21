"""Every command, with the function that it is and the sentence that `--help` shows.

A module is imported only when its command runs, so that the table may grow without any
command becoming slower. `ticket.comment:comment` is the function `comment` of the module
`yoi_cli.cli.ticket.comment`.
"""

from __future__ import annotations

from typing import NamedTuple


class CommandEntry(NamedTuple):
    """One line of `--help`. `function` is None for a group, whose commands stand in `GROUPS`."""

    name: str
    summary: str
    function: str | None
    section: str = "Commands"


class Group(NamedTuple):
    """A command that has commands below it."""

    help: str
    entries: tuple[CommandEntry, ...]


_ROOT = (
    CommandEntry("init", "Make a workspace in this folder.", "init:init", "Start"),
    CommandEntry("where", "Say which store is used, and why.", "init:where", "Start"),
    CommandEntry(
        "doctor", "Look over the store, the clone and the environment.", "doctor:doctor", "Start"
    ),
    CommandEntry(
        "prime", "Tell a coding agent how to work here, and what stands.", "prime:prime", "Start"
    ),
    CommandEntry(
        "completion",
        "Print or install completion for your shell.",
        "completion_command:completion",
        "Start",
    ),
    CommandEntry("ticket", "Create, read, change and close tickets.", None, "Tickets"),
    CommandEntry(
        "route", "Say what may start now, what waits, and why.", "routing.route:route", "Routing"
    ),
    CommandEntry(
        "gate",
        "Answer with the exit code whether tickets are ready.",
        "routing.gate:gate",
        "Routing",
    ),
    CommandEntry(
        "next", "Say what to work on next, or claim it.", "routing.claim:next_", "Routing"
    ),
    CommandEntry(
        "claim", "Claim a ticket, so that nobody else takes it.", "routing.claim:claim", "Routing"
    ),
    CommandEntry("release", "Give a claimed ticket back.", "routing.claim:release", "Routing"),
    CommandEntry(
        "stats",
        "Count and measure; --routing says what tickets waited for.",
        "ticket.stats:stats",
        "Routing",
    ),
    CommandEntry("claims", "List who holds which ticket.", "routing.claim:claims", "Routing"),
    CommandEntry("plan", "Keep and list plan records: order, conflict, capacity.", None, "Routing"),
    CommandEntry(
        "replay",
        "Hold recorded decisions against their instants.",
        "routing.replay:replay",
        "Routing",
    ),
    CommandEntry("objective", "Keep the goals that tickets serve.", None, "Tickets"),
    CommandEntry(
        "orchestrate",
        "Take queued tickets to merged branches.",
        "worker.orchestrate:orchestrate",
        "Workers",
    ),
    CommandEntry("profile", "Show what workers run, and whether it can run here.", None, "Workers"),
    CommandEntry(
        "sync", "Share the store with other clones through a git remote.", "sync:sync", "Sharing"
    ),
    CommandEntry(
        "worker", "Start, watch and end processes that outlive the terminal.", None, "Workers"
    ),
    CommandEntry("worktree", "Make, list and remove the worktrees of tickets.", None, "Workers"),
    CommandEntry("resolve", "Merge by meaning what git left in conflict.", "merge:resolve", "Git"),
    CommandEntry(
        "merge-driver",
        "Merge one file of a ticket; git runs it.",
        "merge:merge_driver",
        "Git",
    ),
    CommandEntry("hook", "Install git hooks that record commits on tickets.", None, "Git"),
    CommandEntry(
        "schema", "Print the JSON schema of what --json prints.", "schema:schema", "Scripts"
    ),
)

_TICKET = (
    CommandEntry("create", "Make a ticket.", "ticket.create:create", "Write"),
    CommandEntry(
        "edit", "Change a ticket's title, fields or description.", "ticket.edit:edit", "Write"
    ),
    CommandEntry(
        "comment", "Add a comment, plan, decision or report.", "ticket.comment:comment", "Write"
    ),
    CommandEntry("review", "Approve, or ask for changes.", "ticket.review:review", "Write"),
    CommandEntry("relation", "Add, remove and list relations between tickets.", None, "Write"),
    CommandEntry(
        "intent", "Print the contract for whoever implements it.", "ticket.intent:intent", "Read"
    ),
    CommandEntry(
        "intake", "Mark a planned ticket ready, with a summary.", "ticket.move:intake", "Move"
    ),
    CommandEntry(
        "state", "Move a ticket to another state, or print its state.", "ticket.move:state", "Move"
    ),
    CommandEntry("close", "Close a ticket with a resolution.", "ticket.move:close", "Move"),
    CommandEntry("reopen", "Take up a finished ticket again.", "ticket.move:reopen", "Move"),
    CommandEntry(
        "list", "List tickets; open ones unless asked otherwise.", "ticket.list:list_", "Read"
    ),
    CommandEntry(
        "show", "Show one ticket with its thread and relations.", "ticket.show:show", "Read"
    ),
    CommandEntry(
        "search", "Find text in titles, descriptions and threads.", "ticket.search:search", "Read"
    ),
    CommandEntry("graph", "Draw which tickets wait for which.", "ticket.graph:graph", "Read"),
    CommandEntry("log", "Show the newest events across all tickets.", "ticket.log:log", "Read"),
    CommandEntry(
        "stats", "Count states, times, reviews and throughput.", "ticket.stats:stats", "Read"
    ),
    CommandEntry(
        "doctor", "Find what is wrong in the store, and repair it.", "ticket.doctor:doctor", "Keep"
    ),
    CommandEntry("export", "Print whole tickets as JSON Lines.", "ticket.transfer:export", "Keep"),
    CommandEntry(
        "import",
        "Take in tickets from JSON Lines, tk or Backlog.md.",
        "ticket.transfer:import_",
        "Keep",
    ),
)

_RELATION = (
    CommandEntry(
        "add",
        "Record that a ticket depends on, blocks or relates to another.",
        "ticket.relation:add",
    ),
    CommandEntry(
        "remove",
        "Take a relation away; the log keeps that it was there.",
        "ticket.relation:remove",
    ),
    CommandEntry("list", "List a ticket's relations, or all of them.", "ticket.relation:list_"),
)

_PLAN = (
    CommandEntry("add", "Keep a plan record about a ticket.", "routing.plan:add"),
    CommandEntry("list", "List plan records of a ticket, or all of them.", "routing.plan:list_"),
)

_PROFILE = (
    CommandEntry("list", "List the profiles, with the roles they work as.", "worker.profile:list_"),
    CommandEntry(
        "show", "Show one profile, or its table for the configuration.", "worker.profile:show"
    ),
    CommandEntry("check", "Say what a profile lacks on this machine.", "worker.profile:check"),
)

_WORKTREE = (
    CommandEntry("add", "Make a worktree and a branch for a ticket.", "worktree:add"),
    CommandEntry("list", "List the worktrees, and how they stand.", "worktree:list_"),
    CommandEntry("show", "Show a worktree, and what removing it would lose.", "worktree:show"),
    CommandEntry("remove", "Remove a worktree; nothing is lost by it.", "worktree:remove"),
    CommandEntry("prune", "Remove worktrees of tickets that are over.", "worktree:prune"),
    CommandEntry("doctor", "Find what is left over of worktrees.", "worktree:doctor"),
)

_WORKER = (
    CommandEntry("spawn", "Start a worker, and print its id.", "worker.spawn:spawn"),
    CommandEntry("list", "List workers, and how they stand.", "worker.watch:list_"),
    CommandEntry(
        "show", "Show how a worker stands, and what that is known by.", "worker.watch:show"
    ),
    CommandEntry("logs", "Print what a worker wrote, or follow it.", "worker.watch:logs"),
    CommandEntry("input", "Give a worker something to read.", "worker.control:input_"),
    CommandEntry("stop", "End a worker, with all that it started.", "worker.control:stop"),
    CommandEntry(
        "cancel", "Drop a queued worker, or end one for nothing.", "worker.control:cancel"
    ),
    CommandEntry("wait", "Wait until a worker has ended.", "worker.watch:wait"),
    CommandEntry("recover", "Look after workers whose shim died.", "worker.control:recover"),
    CommandEntry("prune", "Forget workers that ended long ago.", "worker.control:prune"),
)

_HOOK = (
    CommandEntry(
        "install",
        "Install git hooks; what stands there stays, and runs first.",
        "hook:install",
    ),
    CommandEntry("uninstall", "Take them away, and put back what stood there.", "hook:uninstall"),
    CommandEntry("status", "Say which hooks are installed, and what they chain.", "hook:status"),
    CommandEntry("run", "Do what a hook is for; the installed hooks call this.", "hook:run"),
)

_OBJECTIVE = (
    CommandEntry("create", "Make an objective.", "objective:create"),
    CommandEntry("list", "List objectives with the tickets they link.", "objective:list_"),
    CommandEntry("show", "Show one objective and how far its tickets are.", "objective:show"),
    CommandEntry("link", "Link tickets to an objective, or take links away.", "objective:link"),
    CommandEntry("doctor", "Find what is wrong with objectives.", "objective:doctor"),
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
