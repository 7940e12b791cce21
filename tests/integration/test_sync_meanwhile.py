"""What is written to the folder while a sync brings what others sent is neither lost nor undone."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.sync_clones import OWN, Clones, NewClones, git_wrapper

pytestmark = pytest.mark.slow


@pytest.fixture(params=[(), OWN], ids=["current", "own"])
def clones(request: pytest.FixtureRequest, new_clones: NewClones) -> Clones:
    return new_clones(request.param)


@pytest.mark.parametrize("where", ["same", "other", "file"])
def test_what_is_written_between_taking_and_bringing_is_kept(
    clones: Clones, tmp_path: Path, where: str
) -> None:
    here, there = clones.clone("a"), clones.clone("b")
    shared, other = clones.create(here, "Shared"), clones.create(here, "Other")
    clones.sync(here)
    clones.sync(there)
    clones.comment(there, shared, "Said there")
    new = clones.create(there, "New")
    clones.sync(there)
    store = here / ".yoi/tickets"
    yoi = " ".join(clones.yoi.argv)
    commands = {
        "same": f'{yoi} -C "{here}" ticket comment {shared} -m "In between"',
        "other": f'{yoi} -C "{here}" ticket comment {other} -m "In between"',
        "file": f'echo "In between" >"{store}/{shared}/artifacts.txt"',
    }
    # The merge base is asked for when the store was taken, and nothing was brought.
    env = git_wrapper(
        tmp_path / "bin",
        f"""case " $* " in
*" merge-base "*) if mkdir {tmp_path}/once 2>/dev/null; then ({commands[where]}) >/dev/null; fi;;
esac
exec "$GIT" "$@" """,
    )

    clones.sync(here, env=env)

    assert (tmp_path / "once").is_dir()
    assert "Said there" in clones.thread(here, shared)
    assert "New" in (store / new / "item.md").read_text(encoding="utf-8")
    clones.converge(here, there)
    written = "".join(
        path.read_text(encoding="utf-8")
        for path in sorted((there / ".yoi/tickets").rglob("*"))
        if path.is_file()
    )
    assert written.count("In between") == 1
