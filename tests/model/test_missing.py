"""What is said of writes that are in no file."""

from __future__ import annotations

from yoi_cli.model.missing import MissingWrites, hint_for


def test_a_stash_that_git_would_refuse_to_bring_back_has_a_way_back() -> None:
    hint = hint_for([MissingWrites("T", events=1, places=("stash@{0}",))])
    assert "`git stash pop`" in hint
    assert "commit them first" in hint
    assert "yoi restore`" not in hint.replace("yoi restore --leave`", "")
