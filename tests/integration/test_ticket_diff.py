"""What a ticket's branch changes, as `yoi ticket diff` shows it."""

from __future__ import annotations

from support.orchestration import GOOD, Shop
from support.process import Program
from support.terminal import on_terminal

_HOSTILE = "printf 'kind\\033[2Kcruel\\r\\n' > evil.txt\ngit add --all\n" + GOOD


def test_the_branch_is_shown_until_it_is_merged_and_the_merge_from_then_on(shop: Shop) -> None:
    shop.configure('review = "person"\nclose = true')
    ticket = shop.queue()
    missing = shop.yoi("ticket", "diff", ticket, "--json", check=False)
    assert (missing.code, missing.error["code"]) == (3, "branch_missing")
    shop.run(code=5)
    (shop.repo / "later.txt").write_text("not the coder's\n")
    shop.git("add", "later.txt")
    shop.git("commit", "--quiet", "-m", "The target goes on")
    patch = shop.yoi("ticket", "diff", ticket).out
    assert f"+{ticket}\n" in patch
    assert "later.txt" not in patch
    found = shop.yoi("ticket", "diff", ticket, "--json").json
    assert [one["path"] for one in found["files"]] == [f"{ticket}.txt"]
    assert (found["target"], found["merged"], found["commit_count"]) == ("main", False, 1)
    shop.yoi("ticket", "review", ticket, "--approve", "-m", "Good.")
    shop.run()
    assert shop.yoi("ticket", "diff", ticket).out == patch
    assert shop.yoi("ticket", "diff", ticket, "--json").json["merged"] is True


def test_a_pipe_gets_a_patch_that_git_applies(shop: Shop) -> None:
    shop.configure('review = "person"')
    shop.script("coder", _HOSTILE)
    ticket = shop.queue()
    shop.run(code=5)
    patch = shop.yoi("ticket", "diff", ticket).out_bytes
    assert b"\x1b[2K" in patch
    shop.git("apply", "-", stdin=patch)
    assert (shop.repo / "evil.txt").read_bytes() == b"kind\x1b[2Kcruel\r\n"


def test_what_could_drive_a_terminal_is_shown_and_the_pager_is_gits(
    shop: Shop, env: dict[str, str]
) -> None:
    shop.configure('review = "person"')
    shop.script("coder", _HOSTILE)
    ticket = shop.queue()
    shop.run(code=5)
    shown = on_terminal(shop.yoi, "ticket", "diff", ticket, cwd=shop.repo, env={"GIT_PAGER": "cat"})
    assert "+kind\\x1b[2Kcruel\\r\n" in shown
    assert "\x1b[2K" not in shown
    pager = 'sed "s/^/paged /"'
    paged = on_terminal(shop.yoi, "ticket", "diff", ticket, cwd=shop.repo, env={"GIT_PAGER": pager})
    assert paged.startswith("paged diff --git")
    shop.git("config", "core.pager", 'sed "s/^/configured /"')
    words = ("ticket", "diff", ticket, "--stat")
    own = on_terminal(shop.yoi, *words, cwd=shop.repo, columns=60, env={"GIT_PAGER": None})
    assert own.startswith("configured  ")
    assert all(len(line) <= 60 + len("configured ") for line in own.splitlines())
    piped = Program(shop.yoi.argv, env | {"GIT_PAGER": pager}, shop.repo)
    assert piped("ticket", "diff", ticket).out.startswith("diff --git"), "no pager in a pipe"


def test_gits_own_tool_is_opened(shop: Shop) -> None:
    shop.configure('review = "person"')
    ticket = shop.queue()
    shop.run(code=5)
    tool = 'echo "tool: $(cat "$REMOTE")"'
    shop.git("config", "diff.tool", "mine")
    shop.git("config", "difftool.mine.cmd", tool)
    assert shop.yoi("ticket", "diff", ticket, "--tool").out == f"tool: {ticket}\n"


def test_what_is_not_committed_is_told(shop: Shop) -> None:
    shop.configure('review = "person"')
    ticket = shop.queue()
    shop.run(code=5)
    (shop.worktree(ticket) / "more.txt").write_text("more\n")
    assert "more.txt" in shop.yoi("ticket", "diff", ticket).err
