"""What tests with the real git stand on: branches, a shop of workers, a repository with hooks.

That with hooks, and what clones are made of, is made once and copied: it takes many processes.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from support.clones import Branches
from support.hooked import Hooked, copy_of, make_template
from support.orchestration import Shop, shop_in
from support.process import Program, git_program, yoi_program
from support.sync_clones import Clones, NewClones


@pytest.fixture(scope="session")
def _hooked_template(_hermetic: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    repo = tmp_path_factory.mktemp("hooked") / "repo"
    make_template(yoi_program(_hermetic, repo.parent), git_program(_hermetic, repo.parent), repo)
    return repo


@pytest.fixture
def hooked(_hooked_template: Path, yoi: Program, git: Program, tmp_path: Path) -> Hooked:
    """A repository with hooks, a ticket, and a worktree on the ticket's branch."""
    return copy_of(_hooked_template, yoi, git, tmp_path / "repo")


@pytest.fixture(scope="session")
def _remotes(
    _hermetic: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Callable[[tuple[str, ...]], Path]:
    made: dict[tuple[str, ...], Path] = {}

    def remote(options: tuple[str, ...]) -> Path:
        if options not in made:
            folder = tmp_path_factory.mktemp("remote")
            programs = yoi_program(_hermetic, folder), git_program(_hermetic, folder)
            made[options] = Clones(folder, *programs, options).make_remote()
        return made[options]

    return remote


@pytest.fixture
def new_clones(
    _remotes: Callable[[tuple[str, ...]], Path], yoi: Program, git: Program, tmp_path: Path
) -> NewClones:
    """Gives clones of a bare repository, for the options by which they are to be synced."""

    def begin(options: tuple[str, ...]) -> Clones:
        shutil.copytree(_remotes(options), tmp_path / "remote.git", symlinks=True)
        return Clones(tmp_path, yoi, git, options)

    return begin


@pytest.fixture
def branches(yoi: Program, git: Program, workspace: Path) -> Branches:
    return Branches(yoi, git, workspace)


@pytest.fixture
def shop(workspace: Path, yoi: Program, git: Program) -> Shop:
    return shop_in(workspace, yoi, git)
