"""Paths that profiles name, as they are on this machine."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from yoi_cli.model.workers.presets import PRESETS
from yoi_cli.model.workers.profiles import STRICT
from yoi_cli.model.workers.spec import WorkerSpec
from yoi_cli.workers.local.confinement import named_grants
from yoi_cli.workers.local.grants import Grant, grants_of, make_named, named_path
from yoi_cli.workers.local.place import Clone
from yoi_cli.workers.local.watched import settings_of_agent

HOME = {"HOME": "/home/ada"}


@pytest.mark.parametrize(
    ("path", "environment", "real"),
    [
        ("~/.agent/", HOME, "/home/ada/.agent"),
        ("build/", HOME, "/tree/build"),
        ("${AGENT_HOME:-~/.agent}/log/", HOME, "/home/ada/.agent/log"),
        ("${AGENT_HOME:-~/.agent}/log/", {**HOME, "AGENT_HOME": "/other"}, "/other/log"),
        ("${AGENT_HOME:-~/.agent}/log/", {**HOME, "AGENT_HOME": ""}, "/home/ada/.agent/log"),
        ("${AGENT_HOME}/log/", {**HOME, "AGENT_HOME": "/other"}, "/other/log"),
        ("${AGENT_HOME}/log/", HOME, None),
        ("$AGENT_HOME/log", HOME, "/tree/$AGENT_HOME/log"),
    ],
)
def test_a_path_is_what_the_environment_of_the_worker_makes_of_it(
    path: str, environment: dict[str, str], real: str | None
) -> None:
    assert named_path(path, "/tree", environment) == real


def test_only_a_folder_is_made_and_nothing_of_the_clone_is_granted(tmp_path: Path) -> None:
    paths = ("~/new/", "~/file.json", "~/shop/.yoi/")
    protected = (str(tmp_path / "shop"),)
    env = {"HOME": str(tmp_path)}
    told = list(grants_of(paths, "/", env, protected))
    assert not (tmp_path / "new").exists()
    assert list(make_named(paths, "/", env, protected)) == [str(tmp_path / "new")]
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o700
    assert not (tmp_path / "shop").exists()
    assert told == [
        Grant(str(tmp_path / "new")),
        Grant(str(tmp_path / "shop/.yoi"), "it belongs to the clone"),
    ]


def test_a_folder_that_is_none_is_told(tmp_path: Path) -> None:
    (tmp_path / ".agent").write_text("")
    env = {"HOME": str(tmp_path)}
    (grant,) = grants_of(("~/.agent/",), "/", env, ())
    assert grant == Grant(str(tmp_path / ".agent"), "it is no folder")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_one_may_not_write_oneself_is_told() -> None:
    (grant,) = grants_of(("/proc/agent/",), "/", {}, ())
    assert grant == Grant("/proc/agent", "you may not write there yourself")


def test_a_home_that_is_the_repository_keeps_agents_from_their_folders(tmp_path: Path) -> None:
    home = str(tmp_path)
    clone = Clone(home, (f"{home}/.yoi",), f"{home}/.git", home, f"{home}/.git/yoi")
    spec = WorkerSpec(command=(), cwd="/", writable=PRESETS["claude"].writable, confine=STRICT)
    (grant,) = named_grants(spec, {"HOME": home}, clone)
    assert grant == Grant(f"{home}/.claude", "it belongs to the clone")


def test_the_settings_of_an_agent_stand_where_its_variable_says() -> None:
    assert "/home/ada/.codex/config.toml" in settings_of_agent("codex", HOME)
    assert "/c/config.toml" in settings_of_agent("codex", {**HOME, "CODEX_HOME": "/c"})
    assert list(settings_of_agent("", HOME)) == []
