"""What workers and orchestration are told, read strictly from ticket.config.toml."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import asdict
from support.corpus import Corpus

from yoi_cli.errors import NotFoundError, StoreInvalidError
from yoi_cli.model.settings import OrchestrationSettings, WorkerSettings
from yoi_cli.model.worker_limits import UNSAID
from yoi_cli.model.workers.presets import PRESETS
from yoi_cli.model.workers.profiles import Settings
from yoi_cli.model.workers.spec import withheld
from yoi_cli.store.config.store_config import is_silent_of_workers
from yoi_cli.store.config.toml_file import line_of
from yoi_cli.store.config.worker_settings import parse_settings
from yoi_cli.workspace.session import open_session
from yoi_cli.workspace.settings import settings_of
from yoi_cli.workspace.start import Start

WHOLE = b"""
[profiles.ada]
command = ["ada", "--ticket={ticket}", "{prompt}"]
environment = ["ADA_HOME", "ADA_KEY"]
secrets = ["ADA_KEY"]
requires = ["ADA_KEY"]
timeout = 60
group = "agents"
description = "Ada"

[roles.coder]
profile = "ada"

[roles.reviewer]
profile = "claude"
launch_prompt = "a\\nb"
workflow = "multi-agent-workflow"

[worker]
timeout = 1.5
grace = 0
output_limit = 0
environment = ["LANG"]
secrets = ["TOKEN"]
redact = false
capacity = { agents = 2 }

[orchestration]
branch = "orchestration"
worktree_name = "orchestration"
target = "main"
validate = [["make", "test"], ["true"]]
validate_timeout = 5
review = "person"
close = true
rounds = 1
max_workers = 4
setup = [["npm", "ci"]]
setup_keeps = ["node_modules"]
copy = [".env"]
cleanup = false
worktree_dir = "trees/"
"""


def write(folder: Path, text: bytes) -> str:
    (folder / ".yoi").mkdir(exist_ok=True)
    (folder / ".yoi/ticket.config.toml").write_bytes(text)
    return str(folder)


def read_settings(workspace: str) -> Settings:
    return settings_of(open_session(Start(workspace, False, "test", {})))


def test_every_key_is_read(tmp_path: Path) -> None:
    settings = read_settings(write(tmp_path, WHOLE))
    ada = settings.of_role("coder")
    assert ada.command == ("ada", "--ticket={ticket}", "{prompt}")
    assert (ada.prompt, ada.timeout, ada.group) == ("argument", 60.0, "agents")
    assert (ada.description, ada.is_preset) == ("Ada", False)
    assert ada.environment == ("ADA_HOME", "ADA_KEY")
    assert (ada.secrets, ada.requires) == (("ADA_KEY",), ("ADA_KEY",))
    assert settings.of_role("reviewer").name == "claude"
    assert settings.worker == WorkerSettings(
        1.5, 0.0, None, ("LANG",), ("TOKEN",), redact=False, capacity={"agents": 2}
    )
    assert settings.orchestration == OrchestrationSettings(
        *("main", (("make", "test"), ("true",)), 5.0, "person", True, 1, 4, False, "trees"),
        *("orchestration", "orchestration"),
        setup=(("npm", "ci"),),
        setup_keeps=("node_modules",),
        copy=(".env",),
    )


def test_a_store_without_a_word_about_workers_has_the_presets_and_the_defaults(
    tmp_path: Path,
) -> None:
    settings = read_settings(write(tmp_path, b""))
    assert settings.profiles == PRESETS
    assert (settings.worker, settings.orchestration) == (WorkerSettings(), OrchestrationSettings())
    assert not settings.roles


def test_what_is_unsaid_is_what_the_tables_have_by_default() -> None:
    assert asdict(WorkerSettings()) == {**UNSAID._asdict(), "capacity": {}}


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b'[backend]\nroot = ".yoi/tickets"\n',
        b"# [worker]\n",
        b"[git]\nautocommit = true\n",
        b"[ticket]\nlanguage = 1\n",
    ],
)
def test_a_file_that_is_silent_of_workers_has_the_defaults(text: bytes) -> None:
    assert is_silent_of_workers(text)
    assert parse_settings(text, path="p").settings.worker == WorkerSettings()
    assert parse_settings(text, path="p").problems == ()


@pytest.mark.parametrize(
    "text",
    [
        b"[worker]\n",
        b"worker.grace = 1\n",
        b'["w\\u006frker"]\n',
        b"worker = 1\n",
        b"[profiles.ada]\n",
        b"[roles.coder]\n",
        b"[orchestration]\n",
        b"[notify]\n",
        b"[git]\nautocommit = true\nautocommit = true\n",
    ],
)
def test_a_file_that_is_none_or_says_something_is_not_silent(text: bytes) -> None:
    assert not is_silent_of_workers(text)


def test_a_store_without_a_configuration_file_has_the_presets(tmp_path: Path) -> None:
    (tmp_path / ".yoi").mkdir()
    assert read_settings(str(tmp_path)).profiles == PRESETS


def test_a_table_with_the_name_of_a_preset_replaces_what_it_mentions_and_keeps_the_rest() -> None:
    text = b"[profiles.aider]\ntimeout = 9\n[worker]\ntimeout = 5\n"
    profiles = parse_settings(text, path="p").settings.profiles
    assert profiles["aider"] == PRESETS["aider"]._replace(timeout=9.0, is_preset=False)
    assert profiles["claude"] == PRESETS["claude"]._replace(timeout=5.0)


def test_a_secret_that_only_environment_names_is_told_with_its_line_and_harms_nothing() -> None:
    text = b"[profiles.ada]\ncommand = ['a']\nenvironment = ['HOME', 'A_TOKEN', 'B_KEY']\n"
    (problem,) = parse_settings(text, path="p").problems
    assert (problem.key, problem.line, problem.is_ignored) == ("profiles.ada.environment", 3, True)
    assert "A_TOKEN, B_KEY is not passed on" in problem.sentence
    for more in (b"secrets = ['A_TOKEN', 'B_KEY']", b"[worker]\nsecrets = ['A_TOKEN', 'B_KEY']"):
        assert parse_settings(text + more, path="p").problems == ()


def test_no_preset_names_a_secret_that_it_is_not_given() -> None:
    assert [withheld(preset, WorkerSettings()) for preset in PRESETS.values()] == [()] * len(
        PRESETS
    )


def test_a_profile_may_be_freed_of_the_limit_that_others_have() -> None:
    text = b"[profiles.ada]\ncommand = ['ada']\ntimeout = 0\n[worker]\ntimeout = 5\n"
    assert parse_settings(text, path="p").settings.named("ada").timeout is None


@pytest.mark.parametrize(
    ("command", "prompt"),
    [
        ("['a', '--say={prompt}']", "argument"),
        ("['a', '{intent_file}']", "file"),
        ("['a']", "stdin"),
    ],
)
def test_the_placeholders_of_a_command_say_how_it_is_given_its_prompt(
    command: str, prompt: str
) -> None:
    for name in ("ada", "aider"):
        text = f"[profiles.{name}]\ncommand = {command}\n".encode()
        assert parse_settings(text, path="p").settings.named(name).prompt == prompt


@pytest.mark.parametrize(
    ("text", "key", "said"),
    [
        ("profiles = 1", "profiles", "a table is expected, not a number"),
        ("[profiles]\nada = 1", "profiles.ada", "a table is expected, not a number"),
        ("[profiles.'a b']\ncommand = ['a']", "profiles.a b", "the name of a profile"),
        ("[profiles.inherit]\ncommand = ['a']", "profiles.inherit", "the name of a profile"),
        ("[profiles.ada]", "profiles.ada.command", "is missing"),
        (
            "[profiles.ada]\ncommand = 'a b'",
            "profiles.ada.command",
            "a program is expected, not text",
        ),
        (
            "[profiles.ada]\ncommand = []",
            "profiles.ada.command",
            "begins with a program",
        ),
        (
            "[profiles.ada]\ncommand = ['', 'b']",
            "profiles.ada.command",
            "begins with a program",
        ),
        (
            "[profiles.ada]\ncommand = ['a', 1]",
            "profiles.ada.command",
            "begins with a program",
        ),
        (
            '[profiles.ada]\ncommand = ["a", "\\u0000"]',
            "profiles.ada.command",
            "begins with a program",
        ),
        (
            "[profiles.claude]\nprompt = 'pipe'",
            "profiles.claude.prompt",
            "stdin, argument or file",
        ),
        (
            "[profiles.claude]\nprompt = ['stdin']",
            "profiles.claude.prompt",
            "file is expected, not an array",
        ),
        (
            "[profiles.ada]\ncommand = ['a', '{prompt}']\nprompt = 'stdin'",
            "profiles.ada.prompt",
            "argument is expected, since the command has {prompt}",
        ),
        ("[profiles.claude]\nenvironment = 'HOME'", "profiles.claude.environment", "names of"),
        ("[profiles.claude]\nenvironment = ['A=b']", "profiles.claude.environment", "names of"),
        ("[profiles.claude]\nsecrets = [1]", "profiles.claude.secrets", "names of variables"),
        ("[profiles.claude]\ntimeout = '5'", "profiles.claude.timeout", "number of seconds"),
        ("[profiles.claude]\ntimeout = true", "profiles.claude.timeout", "number of seconds"),
        ("[profiles.claude]\ntimeout = -1", "profiles.claude.timeout", "number of seconds"),
        ("[profiles.claude]\ntimeout = nan", "profiles.claude.timeout", "number of seconds"),
        ("[profiles.claude]\ntimeout = inf", "profiles.claude.timeout", "number of seconds"),
        (
            "[profiles.claude]\ntimeout = 1" + "0" * 400,
            "profiles.claude.timeout",
            "number of seconds",
        ),
        ('[profiles.claude]\ngroup = "a\\tb"', "profiles.claude.group", "text of one line"),
        ("[profiles.claude]\ncomand = ['a']", "profiles.claude.comand", "unknown key"),
        ("[roles.coder]\nprofile = 'ada'", "roles.coder.profile", "there is no profile 'ada'"),
        ("[roles.coder]\nprofile = 1", "roles.coder.profile", "text of one line"),
        ("[roles.coder]\nworkflow = 1", "roles.coder.workflow", "a text is expected"),
        ("[roles.coder]\nmodel = 'x'", "roles.coder.model", "unknown key"),
        ("[roles.investigator]\nprofile = 'claude'", "roles.investigator", "unknown key"),
        ("[worker]\ngrace = 'x'", "worker.grace", "number of seconds"),
        ("[worker]\noutput_limit = 1.5", "worker.output_limit", "whole number"),
        ("[worker]\nredact = 'no'", "worker.redact", "true or false is expected"),
        ("[worker]\ncapacity = 2", "worker.capacity", "a table is expected"),
        ("[worker.capacity]\nagents = 0", "worker.capacity.agents", "whole number of 1"),
        ("[worker]\nlimit = 2", "worker.limit", "unknown key"),
        ("[orchestration]\nvalidate = ['make']", "orchestration.validate", "array of commands"),
        ("[orchestration]\nvalidate = 'make'", "orchestration.validate", "array of commands"),
        ("[orchestration]\nvalidate = [[]]", "orchestration.validate", "array of commands"),
        (
            "[orchestration]\nreview = 'nobody'",
            "orchestration.review",
            "worker or person",
        ),
        ("[orchestration]\nrounds = 0", "orchestration.rounds", "whole number of 1"),
        ("[orchestration]\ntarget = '-f'", "orchestration.target", "name of a branch"),
        ("[orchestration]\nworktree_dir = '../x'", "orchestration.worktree_dir", "a folder below"),
        ("[orchestration]\ncopy = ['../x']", "orchestration.copy", "below the root"),
        ("[orchestration]\nworktree_dir = '/x'", "orchestration.worktree_dir", "a folder below"),
        ("[orchestration]\nbranch = 1", "orchestration.branch", "a text is expected"),
        ("[orchestration]\nclose = 1", "orchestration.close", "true or false is expected"),
    ],
)
def test_what_is_wrong_is_refused_with_its_file_and_key(
    tmp_path: Path, text: str, key: str, said: str
) -> None:
    workspace = write(tmp_path, text.encode())
    with pytest.raises(StoreInvalidError) as caught:
        read_settings(workspace)
    error = caught.value
    assert (error.code, error.details["key"]) == ("config_invalid", key)
    place = f".yoi/ticket.config.toml:{error.details['line']}"
    assert error.message.startswith(f"{place}: {key}: ")
    assert said in error.message
    assert error.hint


def test_all_that_is_wrong_is_in_the_details(tmp_path: Path) -> None:
    with pytest.raises(StoreInvalidError) as caught:
        read_settings(write(tmp_path, b"[worker]\nredact = 1\ngrace = true\nx = 1\n"))
    problems = caught.value.details["problems"]
    assert isinstance(problems, list)
    assert len(problems) == 3


def test_what_is_no_toml_is_told_as_everywhere(tmp_path: Path) -> None:
    with pytest.raises(StoreInvalidError) as caught:
        read_settings(write(tmp_path, b"[worker\n"))
    assert caught.value.code == "config_invalid"


def test_a_configuration_file_that_is_a_symlink_is_not_read(tmp_path: Path) -> None:
    (tmp_path / ".yoi").mkdir()
    (tmp_path / "outside").write_bytes(WHOLE)
    (tmp_path / ".yoi/ticket.config.toml").symlink_to(tmp_path / "outside")
    with pytest.raises(StoreInvalidError) as caught:
        read_settings(str(tmp_path))
    assert caught.value.code == "path_unsafe"


@pytest.mark.parametrize("selector", ["inherit", "builtin:coder", "user:ada", "project:x"])
def test_a_selector_of_the_original_is_read_and_runs_nothing(selector: str) -> None:
    text = f"[roles.coder]\nprofile = '{selector}'\n".encode()
    read = parse_settings(text, path="p")
    assert not read.problems
    assert read.settings.foreign_roles == {"coder": selector}
    with pytest.raises(NotFoundError) as caught:
        read.settings.of_role("coder")
    assert caught.value.code == "role_without_profile"
    assert selector in caught.value.message


def test_a_role_that_is_not_configured_says_so() -> None:
    with pytest.raises(NotFoundError, match="has no profile") as caught:
        parse_settings(b"", path="p").settings.of_role("reviewer")
    assert "[roles.reviewer]" in caught.value.hint


def test_the_real_stores_configuration_is_read(corpus: Corpus) -> None:
    settings = read_settings(str(corpus.workspace))
    assert settings.foreign_roles["reviewer"] == "builtin:reviewer"


def test_theline_of_a_key_is_the_one_below_its_own_table() -> None:
    text = "[profiles.a]\ncommand = ['a']\n\n[profiles.b]\ngroup = 'x'\n[roles.x]\n"
    assert line_of(text, "profiles.a.command") == 2
    assert line_of(text, "profiles.b.command") == 4
    assert line_of(text, "roles.x") == 6
    assert line_of(text, "worker.grace") is None
