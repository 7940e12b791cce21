"""Local state is this clone's and this workspace's own (docs/worktrees.md, "What is local")."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from support.api import session_at
from support.process import Program

from yoi_cli.api import claims, tickets
from yoi_cli.api.session import Session
from yoi_cli.workspace import own_folder


def claimed(session: Session, title: str = "x") -> str:
    ticket = tickets.create(session, title, description="## Acceptance criteria\n\n- x").ticket
    tickets.move(session, ticket, "ready")
    tickets.move(session, ticket, "queued")
    claims.claim(session, ticket)
    return ticket


def test_a_copy_of_a_clone_has_none_of_its_claims(workspace: Path, tmp_path: Path) -> None:
    first = session_at(workspace)
    ticket = claimed(first)
    shutil.copytree(workspace, tmp_path / "copy")
    copy = session_at(tmp_path / "copy")
    assert copy.claims.all() == {}
    kept = (tmp_path / "copy/.git/yoi/copied").glob("*/claims/*.json")
    assert [path.stem for path in kept] == [ticket]
    assert set(first.claims.all()) == {ticket}


def test_a_clone_that_was_moved_keeps_its_claims(workspace: Path, tmp_path: Path) -> None:
    ticket = claimed(session_at(workspace))
    workspace.rename(tmp_path / "moved")
    moved = session_at(tmp_path / "moved")
    assert set(moved.claims.all()) == {ticket}
    shutil.copytree(tmp_path / "moved", workspace)  # at the place that it had before
    assert session_at(workspace).claims.all() == {}


def test_outside_of_git_a_copy_has_no_claims_either(yoi: Program, tmp_path: Path) -> None:
    (tmp_path / "plain").mkdir()
    yoi("init", cwd=tmp_path / "plain")
    ticket = claimed(session_at(tmp_path / "plain"))
    shutil.copytree(tmp_path / "plain", tmp_path / "copy")
    assert session_at(tmp_path / "copy").claims.all() == {}
    assert set(session_at(tmp_path / "plain").claims.all()) == {ticket}


def test_two_workspaces_of_one_repository_share_nothing_that_is_local(
    yoi: Program, repo: Path
) -> None:
    sessions = []
    for name in ("services/api", "services/web"):
        (repo / name).mkdir(parents=True)
        yoi("init", cwd=repo / name)
        sessions.append(session_at(repo / name))
    api, web = sessions
    ticket = claimed(api)
    assert set(api.claims.all()) == {ticket}
    assert web.claims.all() == {}
    assert api.local_folder != web.local_folder
    assert api.location.lock != web.location.lock


def test_what_an_earlier_version_kept_in_one_place_comes_to_the_workspace_that_it_is_of(
    yoi: Program, repo: Path
) -> None:
    made: list[str] = []
    for name in ("api", "web"):
        (repo / name).mkdir()
        yoi("init", cwd=repo / name)
        session = session_at(repo / name)
        made.append(claimed(session))
        shutil.copytree(
            Path(session.local_folder, "claims"), repo / ".git/yoi/claims", dirs_exist_ok=True
        )
        shutil.rmtree(Path(session.local_folder, "claims"))
        folder = repo / ".git/yoi/workers" / f"w-{made[-1] * 2}"
        folder.mkdir(parents=True)
        (folder / "spec.json").write_text(json.dumps({"ticket": made[-1]}), encoding="utf-8")
        keys = repo / ".git/yoi/workers/keys"
        keys.mkdir(exist_ok=True)
        (keys / f"key-{name}").write_text(folder.name, encoding="ascii")

    for name, ticket in zip(("api", "web"), made, strict=True):
        session = session_at(repo / name)
        assert set(session.claims.all()) == {ticket}
        assert set(session.claims.all()) == {ticket}  # and again
        workers = Path(session.own_folder(), "workers")
        assert sorted(path.name for path in workers.iterdir()) == ["keys", f"w-{ticket * 2}"]
        assert (workers / "keys" / f"key-{name}").read_text() == f"w-{ticket * 2}"


def test_a_folder_that_cannot_be_written_is_taken_as_it_is(tmp_path: Path) -> None:
    own_folder.own(str(tmp_path / "not there"), mark=True)
    assert not (tmp_path / "not there").exists()
