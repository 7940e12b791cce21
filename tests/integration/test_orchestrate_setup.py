"""Every worktree of a run is set up before anything is run in it."""

from __future__ import annotations

from support.orchestration import GOOD, Shop

CHECK = '["sh", "-c", "test -s made/now && test -s .env"]'


def ignoring(shop: Shop) -> None:
    (shop.repo / ".gitignore").write_text("made/\n.env\n")
    shop.git("add", ".gitignore")
    shop.git("commit", "--quiet", "--message", "Ignore")
    (shop.repo / ".env").write_text("A=1\n")


def folders(shop: Shop) -> list[str]:
    """Where the setup was run."""
    lines = (shop.agents / "setup").read_text().splitlines()
    return [line.rpartition("/")[2] for line in lines]


def settings(shop: Shop, more: str = "") -> str:
    command = f"pwd >> {shop.agents}/setup; mkdir -p made; date > made/now"
    return f'copy = [".env"]\nsetup = [["sh", "-c", "{command}"]]\nvalidate = [{CHECK}]\n{more}'


def test_the_worktrees_of_ticket_merge_and_target_are_set_up(shop: Shop) -> None:
    ignoring(shop)
    shop.configure(settings(shop))
    shop.script("coder", f"test -s made/now && test -s .env || exit 9\n{GOOD}")
    ticket = shop.queue()
    shop.run()
    assert sorted(folders(shop)) == [
        f"{ticket}-a-piece-of-work",
        f"check-{ticket}",
        f"check-{ticket}",
        f"merge-{ticket}",
        "merge-target",
    ]
    assert len(shop.merges()) == 1


def test_a_lock_file_that_changed_has_it_run_again_and_the_same_one_brings_what_was_kept(
    shop: Shop,
) -> None:
    ignoring(shop)
    shop.configure(settings(shop, 'setup_key = ["lock"]\nsetup_keeps = ["made"]'))
    shop.script("coder", f"echo 1 > lock\n{GOOD}")
    first = shop.queue("First")
    shop.run()
    ran = folders(shop)
    assert ran.count(f"{first}-first") == 1, "before the coder"
    assert ran.count(f"check-{first}") == 2, "with the lock file it made: validation, and review"
    assert f"merge-{first}" in ran
    shop.script("coder", GOOD)
    second = shop.queue("Second")
    shop.run()
    third = shop.queue("Third")
    shop.run()
    assert folders(shop)[len(ran) :] == [f"{second}-second"]
    assert shop.state(third) == "done"


def test_a_setup_that_fails_goes_to_a_person_and_is_run_again_on_retry(shop: Shop) -> None:
    shop.configure(f'setup = [["sh", "-c", "echo no network; test -e {shop.agents}/net"]]')
    ticket = shop.queue()
    done = shop.run("--json", code=5)
    assert done.json["outcomes"][0]["reason"] == "setup_failed"
    assert "no network" in shop.thread(ticket)
    assert shop.ran() == []
    (shop.agents / "net").touch()
    shop.run("--retry")
    assert shop.state(ticket) == "done"


def test_what_git_does_not_ignore_is_not_copied_and_nothing_is_begun(shop: Shop) -> None:
    shop.configure('copy = [".env"]')
    ticket = shop.queue()
    assert shop.run("--json", code=1).json["outcomes"][0]["reason"] == "copy_missing"
    (shop.repo / ".env").write_text("A=1\n")
    assert shop.run("--json", code=1).json["outcomes"][0]["reason"] == "copy_not_ignored"
    assert shop.state(ticket) == "queued"
