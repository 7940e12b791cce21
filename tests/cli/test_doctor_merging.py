"""`yoi init` and `yoi doctor` set up a clone so that git merges tickets by meaning."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from support.process import Program

from yoi_cli.setup.merge_checks import DRIVER_COMMAND, EARLIER_COMMANDS


@pytest.fixture
def clone(yoi: Program, git: Program, workspace: Path, tmp_path: Path) -> Path:
    """A fresh clone of a repository with a store: its attributes came along, no driver did."""
    yoi("ticket", "create", "--title", "A", cwd=workspace)
    git("add", "--all", cwd=workspace)
    git("commit", "--quiet", "--message", "Store", cwd=workspace)
    git("clone", "--quiet", workspace, tmp_path / "clone", cwd=tmp_path)
    return tmp_path / "clone"


def driver(git: Program, folder: Path) -> str:
    return git("config", "--get", "merge.yoi.driver", cwd=folder, check=False).out.strip()


def check_of(yoi: Program, folder: Path, name: str) -> str:
    found = yoi("doctor", "--json", cwd=folder, check=False).json["checks"]
    return next(str(one["status"]) for one in found if one["name"] == name)


def test_init_names_the_driver_and_configures_the_clone(
    yoi: Program, git: Program, workspace: Path
) -> None:
    assert driver(git, workspace) == DRIVER_COMMAND
    attribute = git("check-attr", "merge", ".yoi/tickets/0000000000000/thread.md").out
    assert attribute.strip().endswith("merge: yoi")
    assert check_of(yoi, workspace, "driver") == "ok"


def test_ci_fails_on_a_clone_that_is_not_configured(yoi: Program, clone: Path) -> None:
    assert yoi("doctor", cwd=clone, check=False).code == 0
    assert yoi("doctor", "--ci", cwd=clone, check=False).code == 6
    yoi("init", cwd=clone)
    assert yoi("doctor", "--ci", cwd=clone).code == 0


def test_only_init_and_fix_write_gits_configuration(
    yoi: Program, git: Program, clone: Path
) -> None:
    before = (clone / ".git/config").read_bytes()
    for words in ("doctor", "doctor --ci", "doctor --dry-run", "ticket doctor --fix", "resolve"):
        yoi(*words.split(), cwd=clone, check=False)
    yoi("ticket", "create", "--title", "B", cwd=clone)
    assert (clone / ".git/config").read_bytes() == before

    planned = yoi("doctor", "--dry-run", "--json", cwd=clone).json["planned"]
    fixed = yoi("doctor", "--fix", "--json", cwd=clone).json["fixed"]

    assert planned == fixed
    assert [one["action"] for one in fixed] == ["configure_clone"]
    assert driver(git, clone) == DRIVER_COMMAND


def test_fix_completes_the_attributes_and_keeps_every_line(yoi: Program, workspace: Path) -> None:
    attributes = workspace / ".yoi/.gitattributes"
    attributes.write_bytes(b"*.png binary\r\n")
    assert check_of(yoi, workspace, "attributes") == "warning"

    yoi("doctor", "--fix")

    assert attributes.read_bytes().startswith(b"*.png binary\r\n")
    assert check_of(yoi, workspace, "attributes") == "ok"


def test_fix_repairs_the_store_too(yoi: Program, workspace: Path) -> None:
    made = yoi("ticket", "create", "--title", "A", "--json").json["id"]
    item = workspace / ".yoi/tickets" / made / "item.md"
    item.write_text(item.read_text().replace("planning", "ready"))

    fixed = yoi("doctor", "--fix", "--json").json

    assert [one["action"] for one in fixed["fixed"]] == ["reproject"]
    assert fixed["ok"] is True


def test_union_is_an_error_whoever_set_it(yoi: Program, workspace: Path) -> None:
    (workspace / ".git/info/attributes").write_text("*.md merge=union\n")

    assert yoi("doctor", check=False).code == 6
    assert check_of(yoi, workspace, "attributes") == "error"
    # What --fix cannot mend it does not promise to.
    assert "info/attributes" in yoi("doctor", check=False).out


def test_a_driver_whose_program_is_gone_is_told(
    yoi: Program, git: Program, workspace: Path
) -> None:
    git("config", "merge.yoi.driver", "/gone/yoi merge-driver || git merge-file x")
    assert check_of(yoi, workspace, "driver") == "warning"

    yoi("doctor", "--fix")

    assert driver(git, workspace) == DRIVER_COMMAND


def test_a_clone_that_was_configured_without_the_driver_for_ancestors_is_told(
    yoi: Program, git: Program, workspace: Path
) -> None:
    git("config", "--unset", "merge.yoi.recursive")
    assert check_of(yoi, workspace, "driver") == "warning"

    yoi("doctor", "--fix")

    assert git("config", "--get", "merge.yoi.recursive").out == "yoi-ancestor\n"
    assert check_of(yoi, workspace, "driver") == "ok"


def test_the_driver_of_an_earlier_version_is_good_and_init_renews_it(
    yoi: Program, git: Program, workspace: Path
) -> None:
    git("config", "merge.yoi.driver", EARLIER_COMMANDS[0])
    assert check_of(yoi, workspace, "driver") == "ok"

    yoi("init")

    assert driver(git, workspace) == DRIVER_COMMAND


def test_the_driver_is_told_where_yoi_is_not_on_path(
    yoi: Program, workspace: Path, tmp_path: Path
) -> None:
    (tmp_path / "git").symlink_to(shutil.which("git") or "")
    found = yoi("doctor", "--json", check=False, env={"PATH": str(tmp_path)}).json["checks"]

    said = next(one for one in found if one["name"] == "driver")
    assert (said["status"], said["message"][-5:]) == ("warning", " yoi.")


def test_a_driver_of_ones_own_is_left_alone(yoi: Program, git: Program, workspace: Path) -> None:
    own = f"{os.path.realpath('/bin/sh')} -c 'yoi merge-driver' || git merge-file x"
    git("config", "merge.yoi.driver", own)

    yoi("init")
    yoi("doctor", "--fix")

    assert driver(git, workspace) == own


def test_a_store_elsewhere_merges_by_meaning_too(
    yoi: Program, git: Program, workspace: Path
) -> None:
    (workspace / ".yoi/ticket.config.toml").write_text('[backend]\nroot = "work/items"\n')

    yoi("init")

    attribute = git("check-attr", "merge", "work/items/0000000000000/thread.md").out
    assert attribute.strip().endswith("merge: yoi")
    assert check_of(yoi, workspace, "attributes") == "ok"


def test_a_ticket_with_attributes_of_its_own_is_told(yoi: Program, workspace: Path) -> None:
    ticket = yoi("ticket", "create", "--title", "x", "--message", "y").out.split("\t")[1].strip()
    folder = workspace / ".yoi/tickets" / ticket
    (folder / ".gitattributes").write_text("thread.md merge=union text\n")

    said = yoi("doctor", "--json", check=False).json["checks"]

    checks = {one["name"]: one for one in said}
    assert checks["attributes"]["status"] == "error"
    assert checks["line_ends"]["status"] == "warning"
    assert ticket in checks["attributes"]["message"]
    assert ticket in checks["line_ends"]["message"]


def test_line_ends_of_threads_are_left_alone_whatever_the_repository_says(
    yoi: Program, git: Program, workspace: Path
) -> None:
    (workspace / ".gitattributes").write_text("* text=auto eol=crlf\n")
    names = [one["name"] for one in yoi("doctor", "--json", check=False).json["checks"]]
    assert "line_ends" not in names
    lines = (workspace / ".yoi/.gitattributes").read_text().splitlines(keepends=True)
    older = "".join(line for line in lines if "-text" not in line)
    (workspace / ".yoi/.gitattributes").write_text(older)
    assert check_of(yoi, workspace, "line_ends") == "warning"
    yoi("doctor", "--fix")
    said = git("check-attr", "text", ".yoi/tickets/0000000000000/thread.md").out
    assert said.endswith("text: unset\n")


def test_an_import_with_attributes_of_its_own_is_refused(
    yoi: Program, workspace: Path, tmp_path: Path
) -> None:
    ticket = yoi("ticket", "create", "--title", "x", "--message", "y").out.split("\t")[1].strip()
    attributes = workspace / ".yoi/tickets" / ticket / "artifacts/.GitAttributes"
    attributes.write_text("* merge=union\n")
    exported = yoi("ticket", "export").out
    for path in sorted((workspace / ".yoi/tickets" / ticket).rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    (workspace / ".yoi/tickets" / ticket).rmdir()

    refused = yoi("ticket", "import", "-", stdin=exported, check=False)

    assert refused.code != 0
    assert ".gitattributes" in refused.out + refused.err
    assert not (workspace / ".yoi/tickets" / ticket).exists()
