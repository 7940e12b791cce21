"""Every table of `ticket.config.toml`: its keys, their types and defaults (docs/format.md).

The only definition of a setting: what reads the file, what doctor looks for and the tables of
the page follow from it. A table that forbids unknown keys is read strictly; in the others
nothing reads such a key, and doctor tells of it. This module loads msgspec, so that the
settings of every command have a value of their own (`model/config.py`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Generic, Literal, TypeVar

from msgspec import Meta, Struct, field
from msgspec.structs import force_setattr

from yoi_cli.model.config import (
    DEFAULT,
    PROVIDER,
    SILENCE,
    is_git_folder,
    is_ref_folder,
    is_store_folder,
)
from yoi_cli.model.run_choices import MODEL_NAME, MOST_CANDIDATES, RUNTIME_NAME
from yoi_cli.model.worker_limits import UNSAID
from yoi_cli.named_tuple import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


class Expected(NamedTuple, Generic[T]):
    """What a value must be, in words, and whether it `holds` where a type cannot say it."""

    what: str
    holds: Callable[[T], bool] | None = None
    hint: str = ""


def _is_line(text: str) -> bool:
    return bool(text.strip()) and text.isprintable()


def _is_command(words: tuple[str, ...]) -> bool:
    return bool(words and words[0]) and not any("\0" in word for word in words)


def _is_branch(name: str) -> bool:
    return _is_line(name) and not name.startswith(("-", "refs/")) and name == name.strip()


def _is_folder(path: str) -> bool:
    names = path.rstrip("/").split("/")
    return _is_line(path) and not any(
        name in ("", ".", "..") or is_git_folder(name) for name in names
    )


_ONE_BY_ONE = 'Give the arguments one by one: ["make", "test"].'
_EACH = 'Give each as an array: [["make", "test"]].'
_NAMES_ONLY = "Name the variables only; their values come from the environment."
_NAMING = "Use letters, digits, '.', '_' and '-', beginning with a letter or digit."
_PATHS = "Each is absolute, begins with ~/, or is told from the worktree."
_SHORT = "Write its short name, such as main."
_REMOTE = "Write the name that `git remote` shows, such as origin."

Flag = Annotated[bool, Expected("true or false")]
Text = Annotated[str, Expected("a text")]
#: The original system's: a text, or nothing, in whatever form that was written.
Kept = Annotated[object, Expected("a text", lambda value: not value or isinstance(value, str))]
Line = Annotated[str, Expected("a text of one line", _is_line)]
Count = Annotated[int, Meta(ge=0), Expected("a whole number of 0 or more")]
Positive = Annotated[int, Meta(ge=1), Expected("a whole number of 1 or more")]
Candidates = Annotated[
    int,
    Meta(ge=1, le=MOST_CANDIDATES),
    Expected(f"a whole number from 1 to {MOST_CANDIDATES}"),
]
#: At most over thirty years: whoever writes more means something else, and 0 says "no limit".
Seconds = Annotated[float, Meta(ge=0, le=1e9), Expected("a number of seconds (0 to 1000000000)")]
Dollars = Annotated[float, Meta(ge=0, le=1e9), Expected("an amount of US dollars")]
Variable = Annotated[str, Meta(pattern=r"^[A-Za-z_][A-Za-z0-9_]*\Z")]
Variables = Annotated[
    tuple[Variable, ...], Expected("an array of names of variables", hint=_NAMES_ONLY)
]
Command = Annotated[
    tuple[str, ...],
    Expected("an array of texts that begins with a program", _is_command, _ONE_BY_ONE),
]
Commands = Annotated[
    tuple[tuple[str, ...], ...],
    Expected("an array of commands", lambda commands: all(map(_is_command, commands)), _EACH),
]
#: `inherit` is the original system's word for the profile of whoever starts a worker.
ProfileName = Annotated[
    str,
    Meta(pattern=r"^(?!inherit\Z)[A-Za-z0-9][A-Za-z0-9._-]{0,63}\Z"),
    Expected("the name of a profile", hint=_NAMING),
]
Confine = Annotated[Literal["off", "protect", "strict"], Expected("off, protect or strict")]
Paths = Annotated[
    tuple[str, ...],
    Expected("an array of paths", lambda paths: all(map(_is_line, paths)), _PATHS),
]
Ports = Annotated[
    tuple[Annotated[int, Meta(ge=1, le=65535)], ...], Expected("an array of TCP ports")
]
Models = Annotated[
    tuple[Annotated[str, Meta(pattern=rf"^{MODEL_NAME}\Z")], ...],
    Expected("an array of names of models"),
]
Branch = Annotated[str, Expected("the name of a branch", _is_branch, _SHORT)]
RootPaths = Annotated[
    tuple[str, ...],
    Expected("an array of paths below the root", lambda paths: all(map(_is_folder, paths))),
]
Folder = Annotated[str, Expected("a folder below the repository's root", _is_folder)]
StoreFolder = Annotated[str, Expected("a folder inside the workspace", is_store_folder)]
Provider = Annotated[Literal["builtin:yoi_local", ""], Expected(PROVIDER)]
Kind = Annotated[Literal["local"], Expected("local")]
Authority = Annotated[Literal["main", "checkout", ""], Expected("main or checkout")]
Prompt = Annotated[Literal["stdin", "argument", "file"], Expected("stdin, argument or file")]
Agent = Annotated[
    Literal["claude", "codex", "gemini", "aider", "opencode", "copilot", ""],
    Expected("claude, codex, gemini, aider, opencode or copilot"),
]
Review = Annotated[Literal["worker", "person"], Expected("worker or person")]
Approvals = Annotated[Literal["local", "signed"], Expected("local or signed")]
MergeBy = Annotated[Literal["local", "pull_request"], Expected("local or pull_request")]
ForgeProgram = Annotated[Literal["auto", "gh", "glab", "none"], Expected("auto, gh, glab or none")]
RemoteName = Annotated[
    str,
    Expected("the name of a remote", lambda name: _is_branch(name) and ":" not in name, _REMOTE),
]
RefFolder = Annotated[
    str,
    Expected(
        "a folder of refs", is_ref_folder, "Such as refs/yoi/claims/ or refs/heads/yoi/claims/."
    ),
]
File = Annotated[str, Expected("a file below the workspace", _is_folder)]


RuntimeId = Annotated[
    str, Meta(pattern=rf"^{RUNTIME_NAME}\Z"), Expected("the id of a runtime, or local")
]
RuntimeIds = Annotated[tuple[RuntimeId, ...], Expected("an array of ids of runtimes")]


class BackendSettings(Struct, frozen=True):
    """`[backend]`: where the store is. An empty text stands for the default."""

    provider: Provider = PROVIDER
    kind: Kind = "local"
    root: StoreFolder = DEFAULT.root
    authority: Authority = DEFAULT.authority


class TicketSettings(Struct, frozen=True):
    """`[ticket]`: the language of records."""

    language: Text = ""


class GitSettings(Struct, frozen=True):
    """`[git]`: whether writing commits, and whether sync and merges run the repository's hooks."""

    autocommit: Flag = DEFAULT.autocommit
    run_hooks: Flag = False


class HookSettings(Struct, frozen=True):
    """`[hook]`: whether a pre-push hook is installed, too."""

    gate_on_push: Flag = False


class RoutingSettings(Struct, frozen=True):
    """`[routing]`: what holds tickets back, and how long a claim lasts (minutes; 0: default)."""

    max_in_progress: Count | None = DEFAULT.max_in_progress
    require_clean: Flag = DEFAULT.require_clean
    lease_minutes: Count = DEFAULT.lease_minutes
    require_acceptance: Flag = DEFAULT.require_acceptance


class ClaimSettings(Struct, frozen=True):
    """`[claims]`: the remote by whose refs claims hold across clones, None for claims of this
    clone alone; which refs; how many seconds the remote may say nothing (0: default)."""

    remote: RemoteName | None = None
    refs: RefFolder = DEFAULT.claims_refs
    timeout: Seconds = DEFAULT.claims_timeout

    def __post_init__(self) -> None:
        force_setattr(self, "timeout", self.timeout or DEFAULT.claims_timeout)


class SyncSettings(Struct, frozen=True):
    """`[sync]`: with which remote and branch; how many seconds a remote may say nothing.

    `branch` is None where the store lives on the branch that is checked out.
    """

    remote: Line | None = None
    branch: Line | None = None
    timeout: Seconds = SILENCE

    def __post_init__(self) -> None:
        force_setattr(self, "timeout", self.timeout or SILENCE)


class ProfileSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """`[profiles.NAME]`: what it says of the profile; None where it says nothing."""

    command: Command | None = None
    prompt: Prompt | None = None
    environment: Variables | None = None
    secrets: Variables | None = None
    requires: Variables | None = None
    timeout: Seconds | None = None
    idle_timeout: Seconds | None = None
    fallback: ProfileName | None = None
    agent: Agent | None = None
    group: Line | None = None
    description: Line | None = None
    confine: Confine | None = None
    writable: Paths | None = None
    readable: Paths | None = None
    ports: Ports | None = None
    models: Models | None = None
    terminal: Flag | None = None


class RoleSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """`[roles.ROLE]`: its profile, and the runtime on which that works: None for this clone's own,
    `runtimes` for those that a ticket may choose besides. What else the original system says there
    is kept."""

    profile: Line | None = None
    runtime: RuntimeId | None = None
    runtimes: RuntimeIds = ()
    launch_prompt: Kept = ""
    workflow: Kept = ""


class RoleTables(Struct, frozen=True, forbid_unknown_fields=True):
    """`[roles]`: the roles that a configuration may name. `yoi` starts coders and reviewers."""

    intake: RoleSettings | None = None
    orchestrator: RoleSettings | None = None
    coder: RoleSettings | None = None
    reviewer: RoleSettings | None = None


class WorkerSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """`[worker]`: bounds of every worker, in seconds and bytes; 0 is no limit, and so is None
    but for a preset, which has bounds of its own then.

    `environment` and `secrets` name variables that are passed on; the values of secrets are
    taken out of what is written. `capacity` says how many workers of a group run at once.
    `confine` says how the kernel confines those whose profile does not say it, and `writable`
    what all of them may write besides.
    """

    timeout: Seconds | None = UNSAID.timeout
    grace: Seconds = UNSAID.grace
    output_limit: Count | None = UNSAID.output_limit
    environment: Variables = UNSAID.environment
    secrets: Variables = UNSAID.secrets
    redact: Flag = UNSAID.redact
    capacity: dict[str, Positive] = {}
    idle_timeout: Seconds | None = UNSAID.idle_timeout
    confine: Confine = UNSAID.confine
    writable: Paths = UNSAID.writable

    def __post_init__(self) -> None:
        force_setattr(self, "output_limit", self.output_limit or None)


class OrchestrationSettings(Struct, frozen=True, forbid_unknown_fields=True):
    """`[orchestration]`: what `yoi orchestrate` does with a ticket.

    `target` is the branch that work is merged into, None for the repository's own; `max_cost` and
    `max_run_cost` are what agents may spend on a ticket, and in a run. `validate`
    are argument lists that must exit with 0 in the worktree, each within `validate_timeout`
    seconds. `approvals` says which count: those of this clone's own commands, or those that
    somebody signed whom `allowed_signers`, a file that is read from the target branch, allows to.
    `close` delegates closing. `rounds` bounds how often a coder is sent back, `best_of` is how many
    coders begin on a ticket, of whose work one is chosen,
    `max_workers` how many tickets are worked on at once. `cleanup` says whether the worktree
    goes once the work is merged. `worktree_dir` is the folder for worktrees, below the
    repository's root. `branch` and `worktree_name` are the original system's, and kept.

    `setup` are argument lists that are run in every worktree first, each within `setup_timeout`
    seconds, and again where a file of `setup_key` changed; the paths `setup_keeps` that they make
    are kept for worktrees with the same. `copy` are paths that the main checkout has and git
    ignores.

    `merge` says who merges what is approved: a run itself, or whoever merges a pull request at the
    forge that `remote` is at (None for the target's own), by the program `forge`. Such requests are
    drafts with `draft`, and looked at every `request_interval` seconds.

    A run that has nothing else to do waits for a worker on a runtime that could not be asked for
    `runtime_patience` seconds no longer.
    """

    target: Branch | None = None
    validate: Commands = ()
    validate_timeout: Seconds = 1800.0
    review: Review = "worker"
    close: Flag = False
    rounds: Positive = 3
    max_workers: Positive = 2
    cleanup: Flag = True
    worktree_dir: Folder = ".worktree"
    branch: Kept = ""
    worktree_name: Kept = ""
    setup: Commands = ()
    setup_timeout: Seconds = 1800.0
    setup_key: RootPaths = ()
    setup_keeps: RootPaths = ()
    copy: RootPaths = ()
    max_cost: Dollars | None = None
    max_run_cost: Dollars | None = None
    approvals: Approvals = "local"
    allowed_signers: File = ".yoi/allowed_signers"
    merge: MergeBy = "local"
    remote: RemoteName | None = None
    forge: ForgeProgram = "auto"
    draft: Flag = False
    request_interval: Seconds = 60.0
    best_of: Candidates = 1
    runtime_patience: Seconds = 60.0

    def __post_init__(self) -> None:
        force_setattr(self, "worktree_dir", self.worktree_dir.rstrip("/"))


class NotifySettings(Struct, frozen=True, forbid_unknown_fields=True):
    """`[notify]`: the command that is run once for everything that begins to wait for a person,
    and how many seconds it has; 0 is no limit."""

    command: Command | None = None
    timeout: Seconds = 60.0


class SettingsTables(Struct, frozen=True):
    """The whole file, table by table."""

    backend: BackendSettings = field(default_factory=BackendSettings)
    ticket: TicketSettings = field(default_factory=TicketSettings)
    git: GitSettings = field(default_factory=GitSettings)
    hook: HookSettings = field(default_factory=HookSettings)
    routing: RoutingSettings = field(default_factory=RoutingSettings)
    claims: ClaimSettings = field(default_factory=ClaimSettings)
    sync: SyncSettings = field(default_factory=SyncSettings)
    profiles: dict[ProfileName, ProfileSettings] = {}
    roles: RoleTables = field(default_factory=RoleTables)
    worker: WorkerSettings = field(default_factory=WorkerSettings)
    orchestration: OrchestrationSettings = field(default_factory=OrchestrationSettings)
    notify: NotifySettings = field(default_factory=NotifySettings)
    filters: dict[str, Line] = {}
