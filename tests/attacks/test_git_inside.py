"""What a worker sets in its own worktree says nothing to whoever looks at it, validates it, reviews
it or merges it. Its control is the git that goes by it."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.orchestration import APPROVE, GOOD, UNCONFINED, Shop, shop_in
from support.process import Program


@pytest.fixture
def shop(workspace: Path, yoi: Program, git: Program) -> Shop:
    made = shop_in(workspace, yoi, git)
    made.configure('review = "person"', profile=UNCONFINED)
    return made


#: Have git run a program for every file that it looks at.
TRAP = """\
echo '* filter=trap' > .gitattributes
git add --all && git commit --quiet -m 'Attributes'
"""
BY_WORKTREE = "git config --worktree filter.trap.clean 'touch {sprung}; cat'\n"
BY_INCLUDE = (
    "printf '[filter \"trap\"]\\n\\tclean = touch {sprung}; cat\\n' > {sprung}.config\n"
    "git config --worktree include.path {sprung}.config\n"
)
#: A git folder like the clone's, but for one setting, in its place.
BY_COMMON_DIR = (
    'cp -r "$(git rev-parse --git-common-dir)" {sprung}.git\n'
    "git --git-dir {sprung}.git config filter.trap.clean 'touch {sprung}; cat'\n"
    'echo {sprung}.git > "$(git rev-parse --git-dir)/commondir"\n'
)


@pytest.mark.parametrize("way", [BY_WORKTREE, BY_INCLUDE, BY_COMMON_DIR])
def test_no_program_of_a_worktrees_own_settings_is_run(
    shop: Shop, tmp_path: Path, way: str
) -> None:
    sprung = tmp_path / "sprung"
    script = GOOD + TRAP + way.format(sprung=sprung)
    shop.script("coder", f"{script}rm -f {sprung}; touch *")
    ticket = shop.queue()
    shop.run(code=5)
    shop.yoi("worktree", "list")
    assert shop.steps(ticket)[-1] == "implementation_report evidence passed"
    assert not sprung.exists()
    tree = shop.worktree(ticket)
    (tree / f"{ticket}.txt").touch()
    shop.git("-C", str(tree), "status")
    assert sprung.exists(), "the control: git itself runs it"


HIDDEN = """\
echo bad > value.txt && git add --all && git commit --quiet -m 'Bad'
git update-index --assume-unchanged value.txt && echo good > value.txt
"""
IGNORED = """\
echo pass.txt > .gitignore && git add --all && git commit --quiet -m 'Ignore'
echo good > pass.txt
"""


@pytest.mark.parametrize(("script", "name"), [(HIDDEN, "value.txt"), (IGNORED, "pass.txt")])
def test_what_is_validated_is_what_was_committed(shop: Shop, script: str, name: str) -> None:
    settings = f'review = "person"\nrounds = 1\nvalidate = [["grep", "-q", "good", "{name}"]]'
    shop.configure(settings, profile=UNCONFINED)
    shop.script("coder", f"{GOOD}{script}")
    shop.script("coder-2", "exit 1")
    ticket = shop.queue()
    shop.run(code=5)
    assert "implementation_report evidence failed" in shop.steps(ticket)
    assert "good" in (shop.worktree(ticket) / name).read_text(), "where the coder was it passes"


def test_what_is_reviewed_is_what_was_committed(shop: Shop, tmp_path: Path) -> None:
    shop.configure("close = false", profile=UNCONFINED)
    shop.script("coder", f"{GOOD}{HIDDEN}")
    shop.script("reviewer", f"cat value.txt > {tmp_path}/seen\n{APPROVE}")
    ticket = shop.queue()
    shop.run()
    assert (tmp_path / "seen").read_text() == "bad\n"
    assert shop.git("show", "main:value.txt").out == "bad\n", "and merged"
    assert shop.state(ticket) == "done"


def test_a_replaced_commit_is_neither_reviewed_nor_merged(shop: Shop, tmp_path: Path) -> None:
    shop.configure("close = false", profile=UNCONFINED)
    replace = (
        "echo bad > value.txt && git add --all && git commit --quiet -m Bad\n"
        "good=$(echo good | git hash-object -w --stdin)\n"
        "git replace $(git rev-parse HEAD:value.txt) $good\n"
    )
    shop.script("coder", f"{GOOD}{replace}")
    shop.script(
        "reviewer",
        f"cat value.txt > {tmp_path}/seen; git show HEAD:value.txt >> {tmp_path}/seen\n{APPROVE}",
    )
    shop.queue()
    shop.run()
    assert (tmp_path / "seen").read_text() == "bad\nbad\n"
    assert shop.git("show", "main:value.txt").out == "good\n", "the control: git goes by it"
    assert shop.git("--no-replace-objects", "show", "main:value.txt").out == "bad\n"


def test_a_tag_named_like_a_branch_is_not_taken_for_it(shop: Shop) -> None:
    shop.configure("close = false", profile=UNCONFINED)
    tags = 'git tag main HEAD; git tag "$YOI_BRANCH" HEAD~1\n'
    shop.script("coder", GOOD + tags)
    ticket = shop.queue()
    shop.run()
    assert shop.git("show", f"refs/heads/main:{ticket}.txt").out == f"{ticket}\n"
