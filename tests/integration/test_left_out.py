"""What other programs and hands did to a store's files is merged or kept, whoever takes it out."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from support.clones import Branches
from support.process import Program
from support.sync_clones import OWN, Clones, NewClones

WORDS = "A paragraph that somebody typed."


@pytest.fixture(params=[(), OWN], ids=["current", "own"])
def clones(request: pytest.FixtureRequest, new_clones: NewClones) -> Clones:
    return new_clones(request.param)


def kept(folder: Path, ticket: str) -> str:
    """All that stands aside for a ticket."""
    torn = folder / ".yoi/tickets" / ticket / "artifacts/.torn"
    return "\n".join(one.read_text("utf-8") for one in torn.iterdir()) if torn.is_dir() else ""


def shared(clones: Clones) -> tuple[Path, Path, str]:
    """Two clones that both have a ticket; its id."""
    ada, bob = clones.clone("ada"), clones.clone("bob")
    ticket = clones.create(ada, "Shared")
    clones.comment(ada, ticket, "with a break  \nin it")
    clones.sync(ada)
    clones.sync(bob)
    return ada, bob, ticket


def test_text_between_events_is_kept_before_a_sync_takes_it_out(clones: Clones) -> None:
    ada, bob, ticket = shared(clones)
    with (ada / f".yoi/tickets/{ticket}/thread.md").open("a") as file:
        file.write(f"\n{WORDS}\n")
    clones.comment(bob, ticket, "from bob")
    clones.sync(bob)

    clones.sync(ada)

    assert "from bob" in clones.thread(ada, ticket)
    assert kept(ada, ticket) == f"{WORDS}\n"
    clones.sync(ada)
    assert kept(ada, ticket) == f"{WORDS}\n"
    assert kept(bob, ticket) == ""


def test_a_description_that_a_sync_decides_against_is_kept(clones: Clones) -> None:
    ada, bob, ticket = shared(clones)
    clones.yoi("ticket", "edit", ticket, "--message", WORDS, cwd=ada)
    clones.yoi("ticket", "edit", ticket, "--message", "What bob says.", cwd=bob)
    item = bob / f".yoi/tickets/{ticket}/item.md"
    later = re.sub("updated_at: '.*'", "updated_at: '2099-01-01T00:00:00Z'", item.read_text())
    item.write_text(later)
    clones.sync(bob)

    clones.sync(ada)

    assert WORDS not in (ada / f".yoi/tickets/{ticket}/item.md").read_text()
    assert WORDS in kept(ada, ticket)


def test_tags_of_both_are_united_and_nothing_is_set_aside(clones: Clones) -> None:
    ada, bob, ticket = shared(clones)
    clones.yoi("ticket", "edit", ticket, "--tag", "ui", cwd=ada)
    clones.yoi("ticket", "edit", ticket, "--tag", "api", cwd=bob)
    clones.sync(bob)
    clones.sync(ada)
    assert kept(ada, ticket) == ""


def test_a_checkout_that_was_formatted_syncs_events_as_they_were_written(clones: Clones) -> None:
    ada, bob, ticket = shared(clones)
    before = clones.thread(ada, ticket)
    formatted = re.sub("(?m)[ \t]+$", "", before)
    (ada / f".yoi/tickets/{ticket}/thread.md").write_text(formatted)
    clones.comment(bob, ticket, "from bob")
    clones.sync(bob)

    clones.sync(ada)

    assert clones.thread(ada, ticket).startswith(before)
    assert "with a break\nin it" in kept(ada, ticket)
    clones.sync(bob)
    assert clones.thread(bob, ticket) == clones.thread(ada, ticket)


def formatted_on_main(branches: Branches, pattern: str, by: str) -> tuple[str, str]:
    """A ticket, and its thread: `work` commented, and a formatter went over `main`."""
    ticket = branches.ticket("Shared")
    branches.say(ticket, "with a break  \nin it")
    branches.commit("Begin")
    branches.on("work", new=True)
    branches.say(ticket, "from work")
    branches.commit("Work")
    after = branches.path(ticket).read_text()
    branches.on("main")
    path = branches.path(ticket)
    path.write_text(re.sub(pattern, by, path.read_text()))
    branches.commit("Format")
    return ticket, after


FORMATTERS = {"white space": ("(?m)[ \t]+$", ""), "separators": ("(?m)^---$", "_" * 70)}


@pytest.mark.parametrize(
    ("name", "driver"), [("white space", True), ("separators", True), ("separators", False)]
)
def test_a_formatter_on_one_branch_asks_nobody(branches: Branches, name: str, driver: bool) -> None:
    ticket, thread = formatted_on_main(branches, *FORMATTERS[name])
    formatted = branches.path(ticket).read_text()

    merged = branches.merge(driver=driver, check=False)
    if not driver:
        branches.yoi("resolve")
        branches.git("commit", "--quiet", "--no-edit")
    else:
        assert merged.code == 0
        assert "changed on one side" in merged.err

    assert branches.path(ticket).read_text() == thread
    lines = {line for line in formatted.splitlines() if line not in thread.splitlines()}
    assert lines <= set(kept(branches.folder, ticket).splitlines())
    assert branches.problems() == []


def test_text_that_a_merge_asks_for_is_kept_besides(branches: Branches) -> None:
    ticket = branches.ticket("Shared")
    branches.commit("Begin")
    branches.on("work", new=True)
    branches.say(ticket, "from work")
    branches.commit("Work")
    branches.on("main")
    with branches.path(ticket).open("a") as file:
        file.write(f"\n{WORDS}\n")
    branches.commit("By hand")

    merged = branches.merge(driver=True, check=False)

    assert merged.code == 1
    assert kept(branches.folder, ticket) == f"{WORDS}\n"


@pytest.mark.parametrize("setting", ["* text=auto", "*.md text eol=lf", "*.md text=auto eol=crlf"])
def test_a_clone_reads_a_comment_with_windows_line_ends_whole(
    yoi: Program, git: Program, workspace: Path, tmp_path: Path, setting: str
) -> None:
    (workspace / ".gitattributes").write_text(f"{setting}\n")
    (workspace / ".yoi/.gitattributes").unlink()  # as a store of an older version
    made = yoi("ticket", "create", "--title", "T", "--message", "x").out.split("\t")[1].strip()
    said = b"Before the rule.\r\n\r\n---\r\n\r\nDo not merge.\r\n"
    (tmp_path / "said.txt").write_bytes(said)
    yoi("ticket", "comment", made, "--file", str(tmp_path / "said.txt"))
    git("add", "--all")
    git("commit", "--quiet", "--message", "Store")
    git("clone", "--quiet", str(workspace), str(tmp_path / "clone"))

    shown = yoi("ticket", "show", made, "--json", cwd=tmp_path / "clone").json

    body = str(shown["events"][-1]["body"]).replace("\r", "")
    assert body == said.decode().replace("\r", "").strip()
    found = yoi("ticket", "doctor", "--json", cwd=tmp_path / "clone").json
    assert [one["code"] for one in found["diagnostics"]] == []
