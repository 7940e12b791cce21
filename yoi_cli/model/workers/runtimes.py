"""Runtimes on other machines, as a clone's own file names them (docs/runtime.md, "Registry").

The file is never shared: it says where a token is found, and never the token.
"""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING, Annotated, Literal

from msgspec import Meta, Struct

from yoi_cli.model.run_choices import RUNTIME_NAME
from yoi_cli.model.settings import Expected, Line, Positive, RemoteName
from yoi_cli.model.workers.profiles import LOCAL

if TYPE_CHECKING:
    from collections.abc import Mapping

#: The runtime of this clone, which is always there.
EMBEDDED_ID = LOCAL
EMBEDDED, HTTP, SLURM, SSH = "embedded", "http", "slurm", "ssh"
#: The kinds that the file may name, each with the keys that are its own: those that must be there,
#: and those that may.
KINDS: Mapping[str, tuple[frozenset[str], frozenset[str]]] = {
    HTTP: (frozenset(), frozenset({"url", "token_env", "token_file", "workspaces"})),
    SLURM: (
        frozenset(),
        frozenset({"folder", "partition", "time", "account", "arguments", "python"})
        | frozenset({"poll_interval", "start_wait"}),
    ),
    SSH: (frozenset({"host", "folder"}), frozenset({"python"})),
}
#: Kinds whose workers are in the worktrees of the clone that names them: no commit has to travel.
_OF_THIS_CLONE = frozenset({SLURM})
_OF_ANY_KIND = frozenset({"kind", "name", "timeout", "remote", "places"})
_LONGEST = 120
_ID = re.compile(RUNTIME_NAME)
_HASH = 16

RuntimeName = Annotated[
    str,
    Meta(pattern=rf"^{_ID.pattern}\Z"),
    Expected(
        "the id of a runtime",
        lambda name: name != EMBEDDED_ID,
        "Use up to 120 letters, digits and -_: , beginning with a letter or digit; not local.",
    ),
]
Kind = Annotated[
    Literal["http", "slurm", "ssh"],
    Expected("http, slurm or ssh", hint="docs/runtime.md says what each kind needs."),
]
Variable = Annotated[
    str, Meta(pattern=r"^[A-Za-z_][A-Za-z0-9_]*\Z"), Expected("the name of a variable")
]
AbsolutePath = Annotated[
    str,
    Expected("an absolute path", lambda path: path.startswith(("/", "~/")) and path.isprintable()),
]
Timeout = Annotated[float, Meta(gt=0, le=600), Expected("a number of seconds (up to 600)")]
Wait = Annotated[float, Meta(ge=0, le=600), Expected("a number of seconds (0 to 600)")]
#: A name that ssh knows, also with a user; what begins with a dash would be an option.
Host = Annotated[
    str,
    Meta(pattern=r"^(?!-)[A-Za-z0-9_.@%+-]{1,255}\Z"),
    Expected(
        "a host as ssh knows it", hint="HOST or USER@HOST; ports and more are for ~/.ssh/config."
    ),
]
#: What Slurm calls its partitions and accounts, and how it writes times.
SlurmWord = Annotated[
    str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.,:-]{0,199}\Z"), Expected("a word of Slurm's")
]
Arguments = Annotated[tuple[Line, ...], Expected("an array of options of sbatch")]
WorkspaceIds = Annotated[
    tuple[Annotated[str, Meta(pattern=r"^[A-Za-z0-9-]{1,120}\Z")], ...],
    Expected("an array of ids of workspaces"),
]


class RuntimeEntry(Struct, frozen=True, forbid_unknown_fields=True):
    """`[runtimes.NAME]`: a runtime on another machine, of one `kind`.

    `name` is a label, `timeout` how many seconds an answer may take. `remote` is the git remote
    through which branches are exchanged with it: without one no role works there. `places` is how
    many workers a run has at work there at once, None for as many as it takes up.

    One over HTTP is reached at `url`. Its token is in the file `token_file` or in the variable
    `token_env`. `workspaces` are the ids of the workspaces of which it has to work for one; where
    none is named, any will do.

    One by Slurm keeps its workers below `folder`, which all its machines see; in the clone's git
    folder, where none is named. `partition`, `time`, `account` and `arguments` are for sbatch, and
    `python` starts the shim there. Slurm is asked every `poll_interval` seconds at most, and a new
    worker is waited for `start_wait` seconds before it counts as queued.

    One over SSH works at `host`, in the clone that the folder `folder` there lies in; `python` is
    the interpreter, where it is not to be the first of the usual names that is new enough.
    """

    kind: Kind = "http"
    url: Line = ""
    name: Line | None = None
    token_env: Variable | None = None
    token_file: AbsolutePath | None = None
    timeout: Timeout = 10.0
    workspaces: WorkspaceIds = ()
    remote: RemoteName | None = None
    places: Positive | None = None
    folder: AbsolutePath | None = None
    partition: SlurmWord | None = None
    time: SlurmWord | None = None
    account: SlurmWord | None = None
    arguments: Arguments = ()
    python: AbsolutePath | None = None
    poll_interval: Timeout = 5.0
    start_wait: Wait = 2.0
    host: Host | None = None

    @property
    def is_of_this_clone(self) -> bool:
        """Whether its workers work in this clone's own worktrees."""
        return self.kind in _OF_THIS_CLONE

    def said(self) -> frozenset[str]:
        """The keys that say something else than their default does."""
        defaults = zip(self.__struct_fields__, self.__struct_defaults__, strict=True)
        return frozenset(name for name, default in defaults if getattr(self, name) != default)

    def keys_of_its_kind(self) -> tuple[str, ...]:
        """The keys that say something for its kind, as they stand in the file."""
        known = _OF_ANY_KIND.union(*KINDS[self.kind])
        return tuple(name for name in self.__struct_fields__ if name in known)

    def missing(self) -> frozenset[str]:
        """The keys that its kind needs and that are not there."""
        return KINDS[self.kind][0] - self.said()

    def foreign(self) -> frozenset[str]:
        """The keys that are there and say nothing for its kind."""
        needed, others = KINDS[self.kind]
        return self.said() - needed - others - _OF_ANY_KIND


class BackendEntry(Struct, frozen=True, forbid_unknown_fields=True):
    """`[backends.NAME]`: a workspace that `yoi serve` serves at `url`, for `yoi panel --backend`.

    The token is in the file `token_file` or in the variable `token_env`; `timeout` is how many
    seconds an answer may take.
    """

    url: Line = ""
    token_env: Variable | None = None
    token_file: AbsolutePath | None = None
    timeout: Timeout = 10.0


class RuntimeTables(Struct, frozen=True, forbid_unknown_fields=True):
    """The whole file."""

    runtimes: dict[RuntimeName, RuntimeEntry] = {}
    backends: dict[RuntimeName, BackendEntry] = {}


def is_runtime_id(word: str) -> bool:
    """Whether `word` has the shape of a runtime's id."""
    return _ID.fullmatch(word) is not None


def generated_id(label: str) -> str:
    """An id for a runtime that has a `label` only: readable, and no other label's."""
    body = re.sub(r"[^A-Za-z0-9_-]+", "-", label).strip("-_") or "runtime"
    mark = hashlib.sha256(label.encode("utf-8", "surrogatepass")).hexdigest()[:_HASH]
    return f"{body[: _LONGEST - _HASH - 1]}-{mark}"
