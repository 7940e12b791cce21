"""The forge of a repository, behind the port `Forge` (docs/orchestrate.md, "Pull requests")."""

from __future__ import annotations

import shutil
import time
from functools import cached_property
from typing import TYPE_CHECKING

from yoi_cli.errors import YoiError
from yoi_cli.orchestration.forge.address import GITHUB, GITLAB, address_of, page_of, program_for
from yoi_cli.orchestration.forge.github import GitHub
from yoi_cli.orchestration.forge.gitlab import GitLab
from yoi_cli.orchestration.forge.programs import ForgeProgram
from yoi_cli.orchestration.git.remote_branches import RemoteBranches, remote_of, urls_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from yoi_cli.git.repository import RepositoryPaths
    from yoi_cli.model.redaction import Redaction
    from yoi_cli.model.settings import OrchestrationSettings
    from yoi_cli.orchestration.forge.address import Address
    from yoi_cli.orchestration.forge_port import NewRequest, PullRequest
    from yoi_cli.store.ports import BranchPush

#: How long a program may take, and for how long the answer that somebody is logged in counts.
_SECONDS = 60.0
_GOOD_FOR = 600.0
_SHORT = 200


class RemoteForge:
    """A `Forge` as `settings` say, for work that is merged into `target`. Texts that go there pass
    `clean`. `silence` is how many seconds the remote may say nothing."""

    def __init__(
        self,
        paths: RepositoryPaths,
        settings: OrchestrationSettings,
        target: str,
        environment: Mapping[str, str],
        *,
        clean: Redaction,
        silence: float,
        runs_hooks: bool,
    ) -> None:
        self._clean = clean
        self._paths = paths
        self._settings = settings
        self._target = target
        self._environment = environment
        self._silence = silence
        self._runs_hooks = runs_hooks
        self._login_until = 0.0

    @cached_property
    def remote(self) -> str:
        return remote_of(self._paths, self._settings.remote, self._target)

    @property
    def host(self) -> str:
        return self._address.host if self._address is not None else ""

    @cached_property
    def program(self) -> str:
        """The one that is configured, or that of the host where it is installed."""
        chosen = self._settings.forge
        if chosen != "auto":
            return "" if chosen == "none" else chosen
        found = program_for(self.host)
        return found if found and self._is_installed(found) else ""

    def obstacles(self) -> Sequence[tuple[str, str]]:
        if not self.remote:
            named = self._settings.remote
            text = f"There is no remote {named!r}" if named else "No remote is known"
            return [("remote_missing", f"{text} to push branches to: `git remote add` makes one.")]
        if not self.program:
            return ()
        if not self._is_installed(self.program):
            text = f"The forge's program {self.program!r} is not on this machine."
            return [("program_missing", text)]
        if self._address is None:
            text = f"The URL of {self.remote} names no repository that {self.program} could ask for"
            return [("forge_unknown", f"{text}.")]
        problem = self._login_problem(self._address.host)
        return [("not_logged_in", problem)] if problem else ()

    def page(self, branch: str, target: str) -> str:
        if self._address is None:
            return f"{self.remote}/{branch}"
        return page_of(self._address, self._kind, branch, target)

    def push(self, branch: str, commit: str, pushed: Sequence[str]) -> None:
        self._branches.push(branch, commit, pushed)

    def planned_push(self, branch: str, commit: str, pushed: Sequence[str]) -> BranchPush:
        return self._branches.planned(branch, commit, pushed)

    def find(self, branch: str, target: str) -> PullRequest | None:
        return self._client.find(branch, target) if self._client is not None else None

    def open(self, new: NewRequest) -> None:
        if self._client is not None:
            title, body = self._clean.line(new.title), self._clean.text(new.body)
            self._client.open(new._replace(title=title, body=body))

    def look(self, number: str) -> PullRequest:
        if self._client is None:
            raise AssertionError("nobody looks at a request that no program opened")
        return self._client.look(number)

    def fetch(self, target: str) -> str:
        return self._branches.fetch(target)

    def holds(self, head: str, commit: str) -> bool:
        return self._branches.holds(head, commit)

    @cached_property
    def _address(self) -> Address | None:
        found = map(address_of, urls_of(self._paths, self.remote)) if self.remote else ()
        return next((one for one in found if one is not None), None)

    @property
    def _kind(self) -> str:
        chosen = self._settings.forge
        return chosen if chosen in (GITHUB, GITLAB) else program_for(self.host)

    @cached_property
    def _branches(self) -> RemoteBranches:
        return RemoteBranches(
            self._paths, self.remote, silence=self._silence, runs_hooks=self._runs_hooks
        )

    @cached_property
    def _client(self) -> GitHub | GitLab | None:
        if not self.program or self._address is None:
            return None
        program = self._started(self.program)
        if self.program == GITHUB:
            return GitHub(program, self._address)
        return GitLab(program, self._address)

    def _started(self, name: str) -> ForgeProgram:
        return ForgeProgram(name, self._paths.root, self._environment, _SECONDS)

    def _is_installed(self, name: str) -> bool:
        return shutil.which(name, path=self._environment.get("PATH")) is not None

    def _login_problem(self, host: str) -> str:
        """Why the program cannot be used, in its own words; empty where somebody is logged in."""
        if time.monotonic() < self._login_until:
            return ""
        try:
            answer = self._started(self.program).ask(["auth", "status", f"--hostname={host}"])
        except YoiError as error:
            return f"{self.program} does not say whether it is logged in: {error.message}"
        if answer.code == 0:
            self._login_until = time.monotonic() + _GOOD_FOR
            return ""
        said = " ".join(answer.said.split())[:_SHORT].rstrip(".")
        how = f"`{self.program} auth login --hostname {host}` does that"
        return f"{self.program} is not logged in at {host}: {how}. It says: {said or 'nothing'}."
