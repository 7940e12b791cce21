"""A served workspace and a browser, one of each for a module."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from support.browser import Visitor, chromium
from support.process import Program, git_program, yoi_program
from support.servers import Backend, serving_workspace
from support.templates import copy_repository

if TYPE_CHECKING:
    from playwright.sync_api import Browser


@pytest.fixture(scope="module")
def served_yoi(
    _hermetic: dict[str, str],
    _repo_template: Path,
    _workspace_template: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Program:
    """The program in a workspace of the module."""
    base = tmp_path_factory.mktemp("served")
    git = git_program(_hermetic, base)
    repo = copy_repository(_repo_template, git, base / "repo")
    shutil.copytree(_workspace_template, repo, symlinks=True, dirs_exist_ok=True)
    return yoi_program(_hermetic, base)


@pytest.fixture(scope="module")
def served(served_yoi: Program) -> Iterator[Backend]:
    """`yoi serve` with its pages for that workspace."""
    with serving_workspace(served_yoi, cwd=served_yoi.base / "repo") as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as running:
        yield running


@pytest.fixture
def visitor(browser: Browser, served: Backend) -> Iterator[Visitor]:
    """Somebody who is let in, and whose pages have no trouble and ask for what there is."""
    somebody = Visitor(browser, served)
    yield somebody
    somebody.context.close()
    assert (somebody.troubles, somebody.undeclared) == ([], [])
