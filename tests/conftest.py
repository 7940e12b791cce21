"""What every test stands on: a hermetic environment, real processes, real repositories."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Generator
from pathlib import Path

import pytest
from hypothesis import settings
from support import process_guard
from support.corpus import Corpus, unpack
from support.environment import IN_MEMORY, enter, has_memory_folder, hermetic_environment
from support.process import Program, git_program, yoi_program
from support.slurm import Cluster, running_cluster
from support.sshd import Sshd, running_sshd
from support.templates import copy_repository, make_repository, make_workspace
from support.warm import IS_COLD, end_servers

#: Read before the environment is emptied.
CORPUS_FOLDER = os.environ.get("YOI_CORPUS", "")

settings.register_profile("ci", max_examples=100, deadline=None, print_blob=True)
settings.register_profile("torture", max_examples=10_000, deadline=None, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "ci"))


def pytest_configure() -> None:
    """Choose where the tests write, and see to it that their programs can be interrupted."""
    if not IS_COLD and "TMPDIR" not in os.environ and has_memory_folder():
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(IN_MEMORY))
    # A run in the background inherits a SIGINT that is ignored, and so would every program.
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_unconfigure() -> None:
    end_servers()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what needs the corpus or processes, so that `-m` is true without anybody's care."""
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        if "corpus" in fixtures:
            item.add_marker(pytest.mark.corpus)
        if fixtures & process_guard.FIXTURES:
            item.add_marker(pytest.mark.process)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(
    item: pytest.Item, nextitem: pytest.Item | None
) -> Generator[None, object, object]:
    """Keep a test that is not marked with `process` from starting one. With the last test the
    session's own fixtures end, and what they started."""
    if item.get_closest_marker("process") or nextitem is None:
        return (yield)
    with process_guard.processes_refused():
        return (yield)


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
def repo(_repo_template: Path, git: Program, tmp_path: Path) -> Path:
    """A fresh git repository with one commit, on branch main."""
    return copy_repository(_repo_template, git, tmp_path / "repo")


@pytest.fixture
def workspace(_workspace_template: Path, repo: Path) -> Path:
    """A repository in which the real `yoi init` was run."""
    shutil.copytree(_workspace_template, repo, symlinks=True, dirs_exist_ok=True)
    return repo


@pytest.fixture(scope="session")
def _repo_template(_hermetic: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_repository(tmp_path_factory.mktemp("template") / "repo", _hermetic)


@pytest.fixture(scope="session")
def _workspace_template(
    _hermetic: dict[str, str], _repo_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    folder = tmp_path_factory.mktemp("template") / "workspace"
    return make_workspace(_repo_template, folder, _hermetic)


@pytest.fixture(scope="session")
def slurm_cluster() -> Generator[Cluster]:
    """Slurm's daemons, once for each process that runs tests; skips where they are not there."""
    with running_cluster() as cluster:
        yield cluster


@pytest.fixture(scope="session")
def far_host(_hermetic: dict[str, str]) -> Generator[Sshd]:
    """A host that is reached by ssh, once for each process that runs tests; skips where there is
    no sshd."""
    with running_sshd(_hermetic) as host:
        yield host


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
    return copy_repository(_committed_corpus, git, tmp_path / "repo")
