"""Every command, with the function that it is and the sentence that `--help` shows.

A module is imported only when its command runs, so that the table may grow without any
command becoming slower. `ticket.comment:comment` is the function `comment` of the module
`yoi_cli.cli.ticket.comment`.
"""

from __future__ import annotations

from yoi_cli.named_tuple import NamedTuple


class CommandEntry(NamedTuple):
    """One line of `--help`. `function` is None for a group, whose commands stand in `GROUPS`."""

    name: str
    function: str | None
    summary: str
    section: str


class Group(NamedTuple):
    """A command that has commands below it."""

    help: str
    entries: tuple[CommandEntry, ...]


def _section(title: str, *rows: tuple[str, str | None, str]) -> tuple[CommandEntry, ...]:
    return tuple(CommandEntry(*row, title) for row in rows)


_ROOT = (
    *_section(
        "Every day",
        ("start", "daily:start", "Begin the work on a ticket, and print its folder."),
        ("finish", "daily:finish", "Report, merge, close: what is left of a ticket's way."),
        ("status", "status:status", "Show what is yours, may start, waits for you, and runs."),
        ("create", "ticket.create:create", "Make a ticket."),
        ("list", "ticket.list:list_", "List tickets; open ones unless asked otherwise."),
        ("show", "ticket.show:show", "Show one ticket with its thread and relations."),
        ("edit", "ticket.edit:edit", "Change a ticket's title, fields or description."),
        ("comment", "ticket.comment:comment", "Add a comment, plan, decision or report."),
        ("close", "ticket.move:close", "Close tickets with a resolution."),
        ("undo", "undo:undo", "Take back what your last command recorded."),
        ("search", "ticket.search:search", "Find text in titles, descriptions and threads."),
        ("log", "ticket.log:log", "Show the newest events across all tickets."),
    ),
    *_section(
        "Start",
        ("init", "init:init", "Make a workspace in this folder."),
        ("where", "init:where", "Show which store is used, and why."),
        ("doctor", "doctor:doctor", "Check the store, the clone and the environment."),
        ("config", None, "Show and change the settings of this workspace."),
        ("trust", "trust:trust", "Show what the settings run, and say that it may be run."),
        ("prime", "prime:prime", "Print how to work here, for a coding agent."),
        (
            "completion",
            "completion.command:completion",
            "Print or install shell completion.",
        ),
    ),
    *_section(
        "Tickets",
        ("ticket", None, "Create, read, change and close tickets."),
        ("objective", None, "Keep the goals that tickets serve."),
    ),
    *_section(
        "Routing",
        ("route", "routing.route:route", "Show what may start now, what waits, and why."),
        ("gate", "routing.gate:gate", "Check whether tickets are ready, by exit code."),
        ("next", "routing.claim:next_", "Show what to work on next, or claim it."),
        ("claim", "routing.claim:claim", "Claim a ticket, so that nobody else takes it."),
        ("release", "routing.claim:release", "Give a claimed ticket back."),
        (
            "stats",
            "ticket.stats:stats",
            "Count and measure; --routing measures waiting.",
        ),
        ("claims", "routing.claim:claims", "List who holds which ticket."),
        ("plan", None, "Add, remove and list plan records: order, conflict, capacity."),
        ("replay", "routing.replay:replay", "Check recorded decisions against the logs."),
    ),
    *_section(
        "Workers",
        (
            "orchestrate",
            "worker.orchestrate:orchestrate",
            "Take queued tickets to merged branches.",
        ),
        ("panel", "panel:panel", "Show tickets and workers in a panel of the terminal."),
        ("inbox", "inbox:inbox", "Show what waits for a person, and what answers it."),
        ("profile", None, "Show what workers run, and whether it can run here."),
        ("runtime", None, "Serve workers over HTTP, and use those of other machines."),
        ("serve", "serve:serve", "Serve this workspace to browsers and panels."),
        ("web", "web:web", "Open the board of this workspace in a browser."),
        ("worker", None, "Start, watch and stop processes that outlive the terminal."),
        ("worktree", None, "Make, list and remove the worktrees of tickets."),
    ),
    *_section(
        "Sharing",
        ("sync", "sync:sync", "Share the store with other clones through a git remote."),
    ),
    *_section(
        "Git",
        ("resolve", "merge:resolve", "Merge tickets that git left in conflict."),
        ("restore", "restore:restore", "Bring back what git took out of the files."),
        ("merge-driver", "merge:merge_driver", "Merge one file of a ticket; git runs it."),
        ("hook", None, "Install git hooks that record commits on tickets."),
    ),
    *_section(
        "Scripts",
        ("batch", "batch:batch", "Make many changes at once, from JSON lines."),
        ("mcp", "mcp:mcp", "Serve the tickets as tools for a coding agent."),
        ("schema", "schema:schema", "Print the JSON schema of what --json prints."),
    ),
)

_TICKET = (
    *_section(
        "Write",
        ("create", "ticket.create:create", "Make a ticket."),
        ("edit", "ticket.edit:edit", "Change a ticket's title, fields or description."),
        ("comment", "ticket.comment:comment", "Add a comment, plan, decision or report."),
        ("review", "ticket.review:review", "Approve, or ask for changes."),
        ("ask", "ticket.question:ask", "Ask what the work cannot go on without."),
        ("answer", "ticket.question:answer", "Answer the question that a ticket waits with."),
        ("relation", None, "Add, remove and list relations between tickets."),
    ),
    *_section(
        "Read",
        ("intent", "ticket.intent:intent", "Print the contract for whoever implements it."),
        ("list", "ticket.list:list_", "List tickets; open ones unless asked otherwise."),
        ("show", "ticket.show:show", "Show one ticket with its thread and relations."),
        ("moves", "ticket.moves:moves", "Show what may be done with a ticket, and why not."),
        ("diff", "ticket.diff:diff", "Show what a ticket's branch changes."),
        ("search", "ticket.search:search", "Find text in titles, descriptions and threads."),
        ("graph", "ticket.graph:graph", "Draw which tickets wait for which."),
        ("log", "ticket.log:log", "Show the newest events across all tickets."),
        ("stats", "ticket.stats:stats", "Count states, times, reviews and throughput."),
    ),
    *_section(
        "Move",
        ("intake", "ticket.move:intake", "Mark a planned ticket ready, with a summary."),
        ("state", "ticket.move:state", "Move tickets to another state, or print their state."),
        ("close", "ticket.move:close", "Close tickets with a resolution."),
        ("reopen", "ticket.move:reopen", "Reopen a finished ticket."),
    ),
    *_section(
        "Keep",
        ("doctor", "doctor:ticket_doctor", "Find what is wrong in the store, and repair it."),
        ("export", "ticket.export:export", "Print whole tickets, for yoi or other tools."),
        (
            "import",
            "ticket.import_:import_",
            "Take in tickets: an export, or those of another tool.",
        ),
    ),
)

_RELATION = _section(
    "Commands",
    (
        "add",
        "ticket.relation:add",
        "Add a relation: depends on, blocks or relates to.",
    ),
    ("remove", "ticket.relation:remove", "Remove a relation; the log keeps a record of it."),
    ("list", "ticket.relation:list_", "List a ticket's relations, or all of them."),
)

_PLAN = _section(
    "Commands",
    ("add", "routing.plan:add", "Add a plan record to a ticket."),
    ("remove", "routing.plan:remove", "Take a plan record back; the log keeps both."),
    ("list", "routing.plan:list_", "List plan records of a ticket, or all of them."),
)

_CONFIG = _section(
    "Commands",
    ("get", "config:get", "Print the value of a setting."),
    ("set", "config:set_", "Say a setting in the file; the rest of it stays."),
    ("list", "config:list_", "List every setting with its value."),
)

_PROFILE = _section(
    "Commands",
    ("list", "worker.profile:list_", "List the profiles, with the roles they work as."),
    ("show", "worker.profile:show", "Show one profile, or its table for the configuration."),
    ("check", "worker.profile:check", "Show what a profile lacks on this machine."),
)

_WORKTREE = _section(
    "Commands",
    ("add", "worktree:add", "Make a worktree and a branch for a ticket."),
    ("list", "worktree:list_", "List worktrees with their status."),
    ("show", "worktree:show", "Show a worktree, and what removing it would lose."),
    ("remove", "worktree:remove", "Remove a worktree; nothing is lost by it."),
    ("prune", "worktree:prune", "Remove worktrees of finished tickets."),
    ("doctor", "worktree:doctor", "Find leftovers of worktrees."),
)

_WORKER = _section(
    "Commands",
    ("spawn", "worker.spawn:spawn", "Start a worker, and print its id."),
    ("list", "worker.watch:list_", "List workers with their status."),
    ("show", "worker.watch:show", "Show a worker's status, and the evidence for it."),
    ("logs", "worker.watch:logs", "Print what a worker wrote, or follow it."),
    ("input", "worker.control:input_", "Send input to a worker."),
    ("attach", "worker.attach:attach", "Attach this terminal to that of a worker."),
    ("stop", "worker.control:stop", "Stop a worker, with all that it started."),
    (
        "cancel",
        "worker.control:cancel",
        "Drop a queued worker, or stop a running one.",
    ),
    ("wait", "worker.watch:wait", "Wait until a worker has ended."),
    ("recover", "worker.control:recover", "Recover workers whose shim died."),
    ("prune", "worker.control:prune", "Forget workers that ended long ago."),
)

_RUNTIME = _section(
    "Commands",
    ("list", "runtime.registry:list_", "List the runtimes of this workspace."),
    ("show", "runtime.registry:show", "Show where a runtime is, and where its token is found."),
    ("add", "runtime.registry:add", "Add a runtime on another machine to the registry."),
    ("remove", "runtime.registry:remove", "Take a runtime out of the registry."),
    ("test", "runtime.registry:test", "Say whether a runtime can do what is needed."),
    ("cleanup", "runtime.cleanup:cleanup", "Show what its workers left, or remove some of it."),
    ("serve", "runtime.serve:serve", "Serve the workers of this clone over HTTP."),
    ("token", "runtime.serve:token", "Print a token for the server that runs."),
)

_HOOK = _section(
    "Commands",
    ("install", "hook:install", "Install git hooks; existing hooks are kept, and run first."),
    ("uninstall", "hook:uninstall", "Remove them, and restore the hooks that were there."),
    ("status", "hook:status", "Show which hooks are installed, and what they chain."),
    ("run", "hook:run", "Run a hook; the installed hooks call this."),
)

_OBJECTIVE = _section(
    "Commands",
    ("create", "objective:create", "Make an objective."),
    ("list", "objective:list_", "List objectives with the tickets they link."),
    ("show", "objective:show", "Show one objective and the progress of its tickets."),
    ("link", "objective:link", "Link tickets to an objective, or remove links."),
    ("edit", "objective:edit", "Change an objective's title, text or due date."),
    ("close", "objective:close", "Say that an objective is achieved, or dropped."),
    ("doctor", "objective:doctor", "Find what is wrong with objectives."),
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
        "Add, remove and list plan records: what comes first, what must not run in parallel, what "
        "was agreed on. They hold a ticket back in routing and never change a state.",
        _PLAN,
    ),
    "config": Group(
        "Show and change the settings of .yoi/ticket.config.toml, one by one and checked.", _CONFIG
    ),
    "profile": Group(
        "Show what workers run. A profile is a command that is given a ticket; presets for "
        "well-known coding agents come with yoi, and [profiles.NAME] tables of "
        ".yoi/ticket.config.toml add others.",
        _PROFILE,
    ),
    "worktree": Group(
        "Make, list and remove the worktrees of tickets. Work is never lost: what is not "
        "committed or not merged stays, or is first kept under refs/yoi/rescue/.",
        _WORKTREE,
    ),
    "worker": Group(
        "Start, watch and stop workers: processes that outlive the terminal that started them. "
        "Their output and exit code are kept, even if whatever supervises them is killed.",
        _WORKER,
    ),
    "runtime": Group(
        "Serve workers over HTTP. Whoever has the token starts, watches and stops them from "
        "elsewhere; killing the server ends none.",
        _RUNTIME,
    ),
    "hook": Group(
        "Install git hooks that record commits, amends, rebases and merges on the tickets that "
        "they are for. A busy or absent store never stops a commit.",
        _HOOK,
    ),
    "objective": Group(
        "Keep the goals that tickets serve. They link tickets and never hold one up.", _OBJECTIVE
    ),
}
