"""`yoi profile`: what workers run, and whether it can run on this machine."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from support.process import Program

from yoi_cli.model.workers.presets import PRESETS
from yoi_cli.workers.local.shim.landlock import kernel_abi

OWN = """
[profiles.own]
command = ["git", "--version"]
requires = ["OWN_KEY"]
secrets = ["OWN_KEY"]

[roles.coder]
profile = "own"
"""


def configure(workspace: Path, text: str) -> None:
    with (workspace / ".yoi/ticket.config.toml").open("a") as config:
        config.write(text)


def install(folder: Path, name: str, says: str) -> dict[str, str | None]:
    """A program `name` that prints `says`; what its PATH must be."""
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\necho '{says}'\n")
    path.chmod(0o755)
    return {"PATH": f"{folder}:/usr/bin:/bin"}


def test_the_list_has_the_configurations_profiles_first_then_the_presets(
    yoi: Program, workspace: Path
) -> None:
    configure(workspace, OWN)
    lines = [line.split("\t") for line in yoi("profile", "list").out.splitlines()]
    assert lines[0] == ["profile", "from", "roles", "prompt", "command"]
    assert lines[1] == ["own", "config", "coder", "stdin", "git --version"]
    assert [line[:2] for line in lines[2:]] == [[name, "preset"] for name in PRESETS]


def test_a_profile_is_shown_as_a_table_that_overrides_it(yoi: Program, workspace: Path) -> None:
    pasted = yoi("profile", "show", "codex", "--toml").out
    assert tomllib.loads(pasted)["profiles"]["codex"]["command"] == list(PRESETS["codex"].command)
    configure(workspace, pasted.replace("danger-full-access", "workspace-write"))
    shown = yoi("profile", "show", "codex", "--json").json
    assert shown["command"] == ["codex", "exec", "--json", "--sandbox", "workspace-write", "-"]
    assert shown["preset"] is False


def test_a_profile_that_there_is_not_is_not_found(yoi: Program, workspace: Path) -> None:
    for command in ("show", "check"):
        result = yoi("profile", command, "nobody", "--json", check=False)
        assert (result.code, result.error["code"]) == (3, "profile_not_found")


def test_check_says_that_a_program_is_missing(yoi: Program, workspace: Path) -> None:
    result = yoi("profile", "check", "claude", check=False, env={"PATH": "/usr/bin:/bin"})
    assert result.code == 1
    assert "claude\tno\tmissing\tThe program 'claude' is not installed, or not on PATH.\n" in (
        result.out
    )


def test_check_finds_an_agent_and_its_version_and_names_variables_without_their_values(
    yoi: Program, workspace: Path, tmp_path: Path
) -> None:
    env = install(tmp_path / "bin", "claude", "2.9.9 (Claude Code)")
    secret = "sk-very-secret"
    result = yoi("profile", "check", "claude", env={**env, "ANTHROPIC_API_KEY": secret})
    assert f"claude\tyes\tprogram\t{tmp_path}/bin/claude\n" in result.out
    assert "claude\tyes\tversion\t2.9.9 (Claude Code)\n" in result.out
    assert "claude\tyes\tset\tANTHROPIC_API_KEY\n" in result.out
    assert "claude\tyes\tnot set\tANTHROPIC_MODEL\n" in result.out
    assert secret not in result.out + result.err


def test_check_says_how_it_is_confined_and_what_it_may_write(
    yoi: Program, workspace: Path, tmp_path: Path
) -> None:
    home = tmp_path / "home"
    home.mkdir(exist_ok=True)
    env = {**install(tmp_path / "bin", "aider", "aider 1"), "HOME": str(home)}
    out = yoi("profile", "check", "aider", env={**env, "YOI_LANDLOCK": "0"}).out
    told = "strict, which this kernel cannot do: nothing confines it"
    assert f"aider\tyes\tconfine\t{told}\n" in out
    assert f"aider\tyes\twritable\t{home}/.aider/caches\n" in out
    (found,) = yoi("profile", "check", "aider", "--json", env=env).json["profiles"]
    assert (found["confine"], found["writable"]) == ("strict", [f"{home}/.aider/caches"])
    assert found["landlock"] == kernel_abi()
    assert not (home / ".aider").exists()


def test_check_says_what_a_profile_needs_to_write_and_may_not(
    yoi: Program, workspace: Path, tmp_path: Path
) -> None:
    env = {**install(tmp_path / "bin", "codex", "codex 1"), "CODEX_HOME": str(workspace / ".codex")}
    result = yoi("profile", "check", "codex", env=env, check=False)
    assert result.code == 1
    path = workspace / ".codex"
    assert f"missing\tIt may not write {path}: it belongs to the clone.\n" in result.out


def test_a_program_of_ones_own_is_never_started_by_check(yoi: Program, workspace: Path) -> None:
    script = workspace / "coder.sh"
    script.write_text("#!/bin/sh\ntouch started\n")
    script.chmod(0o755)
    configure(workspace, "[profiles.own]\ncommand = ['./coder.sh']\n")
    checked = yoi("profile", "check", "own", "--json").json
    assert checked["profiles"][0]["version"] is None
    assert not (workspace / "started").exists()


def test_a_required_variable_that_is_not_set_is_missing(yoi: Program, workspace: Path) -> None:
    configure(workspace, OWN)
    result = yoi("profile", "check", check=False)
    assert result.code == 1
    assert "own\tno\tmissing\tThe environment variable OWN_KEY is not set.\n" in result.out
    assert yoi("profile", "check", env={"OWN_KEY": ""}, check=False).code == 1
    assert yoi("profile", "check", env={"OWN_KEY": "x"}).out.startswith("profile\trunnable")


def test_a_secret_that_only_environment_names_is_told_as_not_passed(
    yoi: Program, workspace: Path
) -> None:
    configure(workspace, "[profiles.own]\ncommand = ['git']\nenvironment = ['A_TOKEN', 'PLAIN']\n")
    result = yoi("profile", "check", "own")
    assert "own\tyes\tnot passed\tA_TOKEN looks like a secret" in result.out
    assert yoi("profile", "check", "own", "--json").json["profiles"][0]["withheld"] == ["A_TOKEN"]


def test_without_roles_one_profile_that_can_run_is_enough(
    yoi: Program, workspace: Path, tmp_path: Path
) -> None:
    assert yoi("profile", "check", check=False, env={"PATH": "/usr/bin:/bin"}).code == 1
    checked = yoi("profile", "check", "--json", env=install(tmp_path / "bin", "codex", "1")).json
    assert [one["name"] for one in checked["profiles"] if one["runnable"]] == ["codex"]


def test_a_role_of_the_original_system_is_told_as_one_that_cannot_run(
    yoi: Program, workspace: Path
) -> None:
    configure(workspace, OWN + '[roles.reviewer]\nprofile = "builtin:reviewer"\n')
    result = yoi("profile", "check", check=False, env={"OWN_KEY": "x"})
    assert result.code == 1
    assert "\tno\treviewer\tIts profile 'builtin:reviewer' is another program's" in result.out
    assert "builtin:reviewer" in yoi("profile", "list").err
    configure(workspace, '[orchestration]\nreview = "person"\n')
    assert yoi("profile", "check", env={"OWN_KEY": "x"}).code == 0


@pytest.mark.parametrize("command", ["list", "show claude", "check claude"])
def test_a_configuration_that_is_wrong_is_refused_and_other_commands_go_on(
    yoi: Program, workspace: Path, command: str
) -> None:
    configure(workspace, "[profiles.own]\ncommand = 'git --version'\n")
    result = yoi("profile", *command.split(), "--json", check=False)
    assert (result.code, result.error["code"]) == (6, "config_invalid")
    assert "profiles.own.command" in str(result.error["message"])
    assert yoi("ticket", "list").code == 0


def test_the_presets_are_there_in_the_real_store(yoi: Program, corpus_copy: Path) -> None:
    listed = yoi("profile", "list", "--json").json
    assert [one["name"] for one in listed["profiles"]] == list(PRESETS)
    assert listed["foreign_roles"]["coder"] == "builtin:coder"
