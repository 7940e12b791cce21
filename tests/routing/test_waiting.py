"""How long tickets waited, and for what, is told from their logs alone."""

from __future__ import annotations

from pathlib import Path

from support.process import Program

from yoi_cli.model.ids import TicketId
from yoi_cli.routing.waiting import measure_waiting
from yoi_cli.store.files.layout import StoreLocation
from yoi_cli.store.files.store import FileStore

ONE, TWO = "0000000000001", "0000000000002"


def test_every_span_is_charged_to_what_held_the_ticket_then(tmp_path: Path) -> None:
    """Two is ready for 10 s, behind one for 20 s, free for 5 s; one is free for 20 s."""
    put(tmp_path, ONE, move("10", "queued"), move("30", "inprogress"), move("40", "done"))
    put(tmp_path, TWO, move("10", "ready"), move("20", "queued"), move("45", "inprogress"))
    relate(tmp_path, TWO, ONE, "05")
    waited = measure_waiting(store(tmp_path), "2026-06-01T00:00:59Z")
    assert dict(waited.by_ticket[TicketId(TWO)]) == {
        "human_gate": 10,
        "dependency": 20,
        "pick_up": 5,
    }
    assert dict(waited.by_ticket[TicketId(ONE)]) == {"pick_up": 20}
    assert dict(waited.by_blocker) == {ONE: 20}
    assert (waited.by_reason["dependency"], waited.tickets["dependency"]) == (20, 1)


def test_who_waits_still_waits_until_now(tmp_path: Path) -> None:
    put(tmp_path, ONE, move("10", "ready"))
    waited = measure_waiting(store(tmp_path), "2026-06-01T00:00:40Z")
    assert waited.by_reason["human_gate"] == 30


def test_a_ticket_that_cannot_be_read_is_named_and_hides_no_other(tmp_path: Path) -> None:
    put(tmp_path, ONE, move("10", "ready"))
    put(tmp_path, TWO)
    (tmp_path / ".yoi/tickets" / TWO / "thread.md").unlink()
    waited = measure_waiting(store(tmp_path), "2026-06-01T00:00:40Z")
    assert (waited.unreadable, waited.by_reason["human_gate"]) == ((TWO,), 30)


def test_a_pipe_gets_seconds_by_reason(yoi: Program, workspace: Path) -> None:
    put(workspace, ONE, move("10", "ready"), move("20", "queued"), move("25", "inprogress"))
    header, *rows = yoi("stats", "--routing", cwd=workspace).out.splitlines()
    assert header == "metric\tname\tvalue"
    assert "waited\thuman_gate\t10" in rows
    assert "waited\tpick_up\t5" in rows


def store(workspace: Path) -> FileStore:
    location = StoreLocation(str(workspace), str(workspace / "lock"))
    return FileStore(location, command="test", deadline=1)


def move(second: str, target: str) -> str:
    return (
        f"<!-- event: state_changed author: ada at: 2026-06-01T00:00:{second}Z from: x "
        f"to: {target} reason: test field: state -->\n\n## State changed\n\nMoved.\n\n---\n"
    )


def put(workspace: Path, ticket: str, *moves: str) -> None:
    folder = workspace / ".yoi/tickets" / ticket
    (folder / "artifacts").mkdir(parents=True)
    created = "<!-- event: create author: ada at: 2026-06-01T00:00:00Z -->\n\n## Created\n\n---\n"
    (folder / "thread.md").write_text("\n".join([created, *moves]))
    at = "2026-06-01T00:00:00Z"
    (folder / "item.md").write_text(
        f"---\ntitle: 'T'\nstate: 'planning'\ncreated_at: '{at}'\nupdated_at: '{at}'\n---\n"
    )


def relate(workspace: Path, ticket: str, target: str, second: str) -> None:
    path = workspace / ".yoi/tickets" / ticket / "artifacts/relations.json"
    relation = (
        f'{{"ticket_id": "{ticket}", "kind": "depends_on", "target": "{target}", '
        f'"author": "ada", "at": "2026-06-01T00:00:{second}Z"}}'
    )
    path.write_text(f'{{"version": 1, "relations": [{relation}]}}\n')
