"""Where the workers of a clone work: on this machine, or on another one that they are sent to."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from yoi_cli.errors import StoreInvalidError
    from yoi_cli.model.workers.runtimes import RuntimeEntry
    from yoi_cli.model.workers.spec import WorkerRequest
    from yoi_cli.workers.local.runtime import FileRuntime
    from yoi_cli.workers.local.settled import SettledWorkers
    from yoi_cli.workers.model import WorkerView
    from yoi_cli.workers.runtime import CloneWorkers, OrderWorktrees
    from yoi_cli.workspace.session import Session
    from yoi_cli.worktrees.service import WorktreeService


class WorkerHost(Protocol):
    """What starting workers needs of the machine and the clone in which they work."""

    @property
    def workers(self) -> CloneWorkers: ...

    def each(
        self, after: str, told: Callable[[WorkerView], WorkerView]
    ) -> Iterator[WorkerView | StoreInvalidError]:
        """Every worker whose id is greater than `after`, as it is `told`; and in place of one that
        cannot be read the error for it."""
        ...

    @property
    def worktrees(self) -> OrderWorktrees: ...

    def worktree_service(self) -> WorktreeService | None:
        """What looks after the worktrees of the clone's own tickets; None where it is in no
        repository, or its own runtime has them. Raises `NotFoundError` without a commit."""
        ...

    def folder(self, ticket: str | None) -> str:
        """Where a worker works that nobody named a folder for: in its ticket's worktree, where it
        has one."""
        ...

    def worktree_of(self, ticket: str) -> str | None:
        """The folder of a ticket's worktree, by its full id; None where it has none."""
        ...

    def keep_prompt(self, text: str) -> str:
        """Write a prompt down, outside of every worktree; its path."""
        ...

    def identity(self, request: WorkerRequest) -> Mapping[str, str]:
        """Who commits there, as variables, for an agent that hides it from git."""
        ...

    def folders(self) -> Mapping[str, str]:
        """By their paths, what the folders of the clone are called to whoever is elsewhere."""
        ...


class ThisMachine:
    """The machine and the clone of the session, as a `WorkerHost`. Who lists again and again gives
    it `settled`, by which those that have ended are read once, and told in one way."""

    def __init__(self, session: Session, settled: SettledWorkers | None = None) -> None:
        self._session = session
        self._settled = settled

    @property
    def workers(self) -> CloneWorkers:
        return self._files()

    def each(
        self, after: str, told: Callable[[WorkerView], WorkerView]
    ) -> Iterator[WorkerView | StoreInvalidError]:
        return self._files().each(after, settled=self._settled, told=told)

    @property
    def worktrees(self) -> OrderWorktrees:
        from yoi_cli.workers.open import open_order_worktrees

        return open_order_worktrees(self._session)

    def worktree_service(self) -> WorktreeService | None:
        from yoi_cli.workers.open import open_worktree_service

        if self._session.runtime or self._session.checkout is None:
            return None
        return open_worktree_service(self._session)

    def folder(self, ticket: str | None) -> str:
        found = None if ticket is None else self.worktree_of(ticket)
        return found or self._session.workspace

    def worktree_of(self, ticket: str) -> str | None:
        from yoi_cli.workers.open import worktree_of

        return worktree_of(self._session, ticket)

    def keep_prompt(self, text: str) -> str:
        import hashlib
        import os

        from yoi_cli.workers.open import keep_prompt

        name = hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:32]
        return keep_prompt(os.path.join(self._session.local_folder, "prompts"), f"{name}.md", text)

    def identity(self, request: WorkerRequest) -> Mapping[str, str]:
        from yoi_cli.workers.open import machine_of

        return machine_of(self._session).identity(request)

    def folders(self) -> Mapping[str, str]:
        from yoi_cli.workers.open import clone_folders

        return clone_folders(self._session)

    def _files(self) -> FileRuntime:
        from yoi_cli.workers.open import open_runtime

        return open_runtime(self._session)


class SshHost:
    """A clone on another machine, by an entry of the session's registry, as a `WorkerHost`."""

    def __init__(self, session: Session, runtime_id: str, entry: RuntimeEntry) -> None:
        from yoi_cli.workers.open import open_ssh

        self._workers = open_ssh(session, runtime_id, entry)

    @property
    def workers(self) -> CloneWorkers:
        return self._workers

    def each(
        self, after: str, told: Callable[[WorkerView], WorkerView]
    ) -> Iterator[WorkerView | StoreInvalidError]:
        from yoi_cli.errors import StoreInvalidError

        for one in self._workers.each(after):
            yield one if isinstance(one, StoreInvalidError) else told(one)

    @property
    def worktrees(self) -> OrderWorktrees:
        return self._workers.worktrees

    def worktree_service(self) -> WorktreeService | None:
        """Those of the clone there are looked after there, those of the clone here by its own
        runtime."""
        return None

    def folder(self, ticket: str | None) -> str:
        del ticket
        return self._workers.facts().workspace

    def worktree_of(self, ticket: str) -> str | None:
        """Tickets and their worktrees are here; there a worker gets one by its order."""
        del ticket
        return None

    def keep_prompt(self, text: str) -> str:
        return self._workers.keep_prompt(text)

    def identity(self, request: WorkerRequest) -> Mapping[str, str]:
        return self._workers.identity(request)

    def folders(self) -> Mapping[str, str]:
        there = self._workers.facts()
        return {there.workspace: "", there.repository: "", there.git_folder: ".git"}

    def close(self) -> None:
        """Let the session go."""
        self._workers.close()
