"""What every test stands on: a hermetic environment, real processes, real repositories."""

from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path

import pytest
from hypothesis import settings
from support.corpus import Corpus, unpack
from support.environment import enter, hermetic_environment
from support.process import Program, git_program, yoi_program

#: Read before the environment is emptied.
CORPUS_FOLDER = os.environ.get("YOI_CORPUS", "")

settings.register_profile("ci", max_examples=100, deadline=None, print_blob=True)
settings.register_profile("torture", max_examples=10_000, deadline=None, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


def pytest_configure() -> None:
    """A run in the background inherits a SIGINT that is ignored, and so would every program
    that a test means to interrupt."""
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs the corpus, so that `-m corpus` is true without anybody's care."""
    for item in items:
        if {"corpus", "corpus_copy"} & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.corpus)


@pytest.fixture(scope="session", autouse=True)
def _hermetic(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    env = hermetic_environment(tmp_path_factory.mktemp("home") / "user")
    enter(env)
    return env


@pytest.fixture
def env(_hermetic: dict[str, str]) -> dict[str, str]:
    """The environment for a subprocess; a copy, to change freely."""
    return dict(_hermetic)


@pytest.fixture
def yoi(env: dict[str, str], tmp_path: Path) -> Program:
    """The real program: `yoi("ticket", "create", "--title", "x")` gives a Result."""
    return yoi_program(env, tmp_path)


@pytest.fixture
def git(env: dict[str, str], tmp_path: Path) -> Program:
    """The real git: `git("log", "--oneline").out`."""
    return git_program(env, tmp_path)


@pytest.fixture
def repo(git: Program, tmp_path: Path) -> Path:
    """A fresh git repository with one commit, on branch main."""
    folder = tmp_path / "repo"
    folder.mkdir()
    git("init", "--quiet", cwd=folder)
    (folder / "README.md").write_text("# A project\n", encoding="utf-8")
    git("add", "README.md", cwd=folder)
    git("commit", "--quiet", "--message", "Begin", cwd=folder)
    return folder


@pytest.fixture
def workspace(yoi: Program, repo: Path) -> Path:
    """A repository in which the real `yoi init` was run."""
    yoi("init", cwd=repo)
    return repo


@pytest.fixture(scope="session")
def corpus(_hermetic: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    """The real store, to read only; the tests that ask for it are skipped without it."""
    if not CORPUS_FOLDER:
        pytest.skip("YOI_CORPUS is not set: the real store is not here to be read")
    return unpack(Path(CORPUS_FOLDER).absolute(), tmp_path_factory.mktemp("corpus"))


@pytest.fixture(scope="session")
def _committed_corpus(
    _hermetic: dict[str, str], corpus: Corpus, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    folder = tmp_path_factory.mktemp("committed") / "repo"
    shutil.copytree(corpus.workspace, folder, symlinks=True)
    git = git_program(_hermetic, folder)
    git("init", "--quiet")
    git("add", "--all", "--force")
    git("commit", "--quiet", "--message", "The store as it came")
    return folder


@pytest.fixture
def corpus_copy(_committed_corpus: Path, git: Program, tmp_path: Path) -> Path:
    """A workspace of its own with the real store in it, everything committed."""
    folder = tmp_path / "repo"
    shutil.copytree(_committed_corpus, folder, symlinks=True)
    # The copies are new inodes: without this, git would call every file changed by stat.
    git("update-index", "-q", "--refresh", cwd=folder)
    return folder
