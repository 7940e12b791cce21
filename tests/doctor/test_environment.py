"""What `yoi doctor` makes of the facts about clone, lock and machine."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from support.environment import ROOT

from yoi_cli.doctor.diagnostics import diagnose
from yoi_cli.doctor.environment import (
    STALE_AFTER,
    VARIABLES,
    CloneFacts,
    EnvironmentCheck,
    EnvironmentFacts,
    LockFacts,
    check_clone,
    check_environment,
    check_lock,
    check_store,
    strict_about_clone,
)
from yoi_cli.doctor.examine import Examination

SOUND = EnvironmentFacts(
    python="3.12.1",
    git="2.45.0",
    editor="vi",
    editor_is_set=True,
    encoding="utf-8",
    is_utf8=True,
    variables=("YOI_AUTHOR",),
    landlock=7,
)
CLONE = CloneFacts("/a/repository", tracked=True)


def statuses(checks: list[EnvironmentCheck]) -> dict[str, str]:
    return {check.name: check.status for check in checks}


def test_a_sound_machine_is_ok_throughout() -> None:
    checks = [*check_environment(SOUND), *check_clone(CLONE), check_lock(LockFacts("a"))]

    assert set(statuses(checks).values()) == {"ok"}
    assert not any(check.hint for check in checks)


@pytest.mark.parametrize(
    ("facts", "name", "status"),
    [
        (replace(SOUND, git=None), "git", "error"),
        (replace(SOUND, editor=None), "editor", "warning"),
        (replace(SOUND, editor_is_set=False), "editor", "ok"),
        (replace(SOUND, encoding="iso8859-1", is_utf8=False), "encoding", "warning"),
        (replace(SOUND, landlock=0), "confinement", "warning"),
        (replace(SOUND, lacking=("pidfd",)), "workers", "warning"),
        (replace(SOUND, lacking=None), "workers", "warning"),
        (replace(SOUND, variables=("YOI_AUTOR",)), "variables", "warning"),
        (replace(SOUND, timeout_problem="It is no number."), "variables", "error"),
    ],
)
def test_what_is_wrong_with_the_machine_is_named(
    facts: EnvironmentFacts, name: str, status: str
) -> None:
    found = {check.name: check for check in check_environment(facts)}

    assert found.pop(name).status == status
    assert {check.status for check in found.values()} == {"ok"}


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (CloneFacts(None), {"repository": "warning"}),
        (replace(CLONE, tracked=False), {"repository": "ok", "tracked": "warning"}),
        (replace(CLONE, ignored_by=".gitignore:1:.yoi"), {"tracked": "warning"}),
        (replace(CLONE, index_lock_age=1), {"index_lock": "ok"}),
        (replace(CLONE, index_lock_age=STALE_AFTER), {"index_lock": "warning"}),
    ],
)
def test_what_is_wrong_with_the_clone_is_named(facts: CloneFacts, expected: dict[str, str]) -> None:
    assert expected.items() <= statuses(list(check_clone(facts))).items()


@pytest.mark.parametrize(
    ("facts", "status"),
    [
        (LockFacts("a", holder="process 7"), "ok"),
        (LockFacts("a", problem="Permission denied."), "error"),
        (LockFacts("a", excludes=False), "error"),
    ],
)
def test_a_lock_that_keeps_nobody_out_is_an_error(facts: LockFacts, status: str) -> None:
    assert check_lock(facts).status == status


def test_whatever_is_not_ok_says_what_to_do() -> None:
    worst = replace(SOUND, git=None, editor=None, is_utf8=False, variables=("YOI_X",))
    clone = CloneFacts("/a", ignored_by="x", index_lock_age=9999)
    checks = [*check_environment(worst), *check_clone(clone), *check_clone(CloneFacts(None))]
    checks.append(check_lock(LockFacts("a", excludes=False)))

    assert all(check.hint for check in checks if check.status != "ok")


def test_ci_takes_warnings_about_the_clone_for_errors_and_no_others() -> None:
    clone = strict_about_clone(EnvironmentCheck("repository", "clone", "warning", "It is none."))
    editor = strict_about_clone(
        EnvironmentCheck("editor", "environment", "warning", "There is none.")
    )

    assert (clone.status, editor.status) == ("error", "warning")


def test_the_configuration_has_a_line_of_its_own() -> None:
    path = ".yoi/ticket.config.toml"
    unknown = diagnose("config_key_unknown", "It is new.", ticket=None, path=path, line=3)
    mismatch = diagnose("state_mismatch", "It differs.", ticket="x", path="y")

    config, store = check_store(Examination(3, (unknown, mismatch)))

    assert (config.name, config.status) == ("config", "warning")
    assert config.message.startswith(f"{path}:3: It is new.")
    assert (store.name, store.status) == ("store", "error")
    assert store.message == "3 tickets: 1 error, 0 warnings."


def test_every_variable_that_the_program_speaks_of_is_understood() -> None:
    sources = (path.read_text() for path in (ROOT / "yoi_cli").rglob("*.py"))
    named = {name for source in sources for name in re.findall(r'"(YOI_[A-Z_]+)"', source)}
    assert named == VARIABLES
