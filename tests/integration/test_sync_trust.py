"""Settings that a sync brings, and that would run commands, wait until somebody trusts them."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.process import Program
from support.sync_clones import OWN, Clones, NewClones

CONFIG = ".yoi/ticket.config.toml"


@pytest.fixture
def clones(new_clones: NewClones) -> Clones:
    return new_clones(OWN)


def change(clone: Path, text: str) -> None:
    (clone / CONFIG).write_text(text)


def read(clone: Path) -> str:
    return (clone / CONFIG).read_text()


ONE = '[profiles.ada]\ncommand = ["one"]\n'
TWO = ONE.replace("one", "two")
CALM = "[routing]\nlease_minutes = 5\n\n"


@pytest.fixture
def pair(clones: Clones) -> tuple[Path, Path]:
    """Two clones that have the same settings, and trust what they run."""
    ada, bea = clones.clone("ada"), clones.clone("bea")
    change(ada, ONE)
    clones.sync(ada)
    clones.sync(bea)
    clones.yoi("trust", "--yes", cwd=bea)
    assert read(bea) == ONE
    return ada, bea


def test_a_command_that_a_sync_brings_waits_and_the_old_one_is_run(
    clones: Clones, pair: tuple[Path, Path]
) -> None:
    ada, bea = pair
    change(ada, TWO)
    clones.sync(ada)
    said = clones.sync(bea)
    assert "held back: `yoi trust` shows it" in said.err
    assert read(bea) == ONE
    assert clones.yoi("trust", "--show", cwd=bea).out.splitlines()[0].startswith("trust\ttrusted")
    assert 'held\t+\tprofiles.ada.command = ["two"]' in clones.yoi("trust", "--show", cwd=bea).out
    assert "held back" in clones.sync(bea).err
    clones.sync(ada)
    assert (read(ada), read(bea)) == (TWO, ONE), "what waits is not taken back from who sent it"

    clones.yoi("trust", "--yes", cwd=bea)
    assert read(bea) == TWO
    assert "held" not in clones.yoi("trust", "--show", cwd=bea).out
    assert clones.sync(bea).err == ""


def test_settings_that_run_nothing_come_at_once(clones: Clones, pair: tuple[Path, Path]) -> None:
    ada, bea = pair
    change(ada, CALM + ONE)
    clones.sync(ada)
    assert clones.sync(bea).err == ""
    assert read(bea) == CALM + ONE


def test_what_is_refused_goes_back_with_the_next_sync(
    clones: Clones, pair: tuple[Path, Path]
) -> None:
    ada, bea = pair
    change(ada, TWO)
    clones.sync(ada)
    clones.sync(bea)
    clones.yoi("trust", "--keep", cwd=bea)
    clones.sync(bea)
    clones.sync(ada)
    assert (read(ada), read(bea)) == (ONE, ONE)


def test_what_was_edited_meanwhile_is_merged_or_told(
    clones: Clones, pair: tuple[Path, Path]
) -> None:
    ada, bea = pair
    change(ada, TWO)
    clones.sync(ada)
    clones.sync(bea)
    change(bea, CALM + ONE)
    clones.yoi("trust", "--yes", cwd=bea)
    assert read(bea) == CALM + TWO
    clones.sync(bea)
    clones.sync(ada)
    assert read(ada) == CALM + TWO

    change(ada, CALM + TWO.replace("two", "three"))
    clones.sync(ada)
    clones.sync(bea)
    change(bea, CALM + TWO.replace("two", "four"))
    refused = clones.yoi("trust", "--yes", "--json", cwd=bea, check=False)
    assert (refused.code, refused.error["code"]) == (4, "held_conflict")
    assert "four" in read(bea)


def test_what_waits_is_gone_when_the_sender_takes_it_back(
    clones: Clones, pair: tuple[Path, Path]
) -> None:
    ada, bea = pair
    change(ada, TWO)
    clones.sync(ada)
    clones.sync(bea)
    change(ada, CALM + ONE)
    clones.sync(ada)
    assert clones.sync(bea).err == ""
    assert read(bea) == CALM + ONE


def test_a_clone_that_never_trusted_anything_gets_tickets_and_no_commands(
    clones: Clones, pair: tuple[Path, Path], yoi: Program
) -> None:
    ticket = clones.create(pair[0], "Shared")
    clones.sync(pair[0])
    cyd = clones.clone("cyd")
    assert "held back" in clones.sync(cyd).err
    assert "ada" not in read(cyd)
    assert (cyd / ".yoi/tickets" / ticket).is_dir()
    checked = clones.yoi("profile", "check", "ada", cwd=cyd, check=False)
    assert checked.code == 3, "there is no such profile yet"
