"""What tests with the real git stand on: branches, a shop of workers, a repository with hooks.

That with hooks is made once and copied, because it takes several processes.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from support.clones import Branches
from support.hooked import Hooked, copy_of, make_template
from support.orchestration import Shop, shop_in
from support.process import Program, git_program, yoi_program


@pytest.fixture(scope="session")
def _hooked_template(_hermetic: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    repo = tmp_path_factory.mktemp("hooked") / "repo"
    make_template(yoi_program(_hermetic, repo.parent), git_program(_hermetic, repo.parent), repo)
    return repo


@pytest.fixture
def hooked(_hooked_template: Path, yoi: Program, git: Program, tmp_path: Path) -> Hooked:
    """A repository with hooks, a ticket, and a worktree on the ticket's branch."""
    return copy_of(_hooked_template, yoi, git, tmp_path / "repo")


@pytest.fixture
def branches(yoi: Program, git: Program, workspace: Path) -> Branches:
    return Branches(yoi, git, workspace)


@pytest.fixture
def shop(workspace: Path, yoi: Program, git: Program) -> Shop:
    return shop_in(workspace, yoi, git)
