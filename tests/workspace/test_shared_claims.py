"""A claim at the remote: one holder for all clones, fenced at the result (docs/machines.md)."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from support.process import Program
from support.shared_claims import LEASE, REFS, TICKET, Clone, Hub, wall

from yoi_cli.errors import ConflictError
from yoi_cli.git.command import GitAnswer
from yoi_cli.model.shared_claim import PUBLISHED
from yoi_cli.store.ports import BranchPush
from yoi_cli.workspace.claim_probe import BRANCHES, Refusal, try_refs
from yoi_cli.workspace.claim_records import ClaimRecords

pytestmark = pytest.mark.process


@pytest.fixture
def hub(git: Program, tmp_path: Path) -> Hub:
    made = Hub(tmp_path, git)
    made.make()
    return made


@pytest.fixture
def both(hub: Hub) -> tuple[Clone, Clone]:
    return hub.clone("a"), hub.clone("b")


def branch_of(hub: Hub, clone: Clone, seen: str = "") -> BranchPush:
    return BranchPush("origin", "work/t", hub.commit(clone), seen)


def test_the_first_has_the_ticket_and_the_second_is_told_who(
    hub: Hub, both: tuple[Clone, Clone]
) -> None:
    a, b = both
    assert a.take().generation == 1
    with pytest.raises(ConflictError, match="ada on a") as refused:
        b.take()
    assert (refused.value.code, refused.value.exit_code) == ("claimed", 4)
    said = json.loads(hub.git("cat-file", "blob", f"{hub.head()}:claim.json", cwd=hub.bare).out)
    assert {"holder": "ada", "host": "a", "generation": 1, "lease": said["lease"]}.items() <= (
        said.items()
    )
    assert LEASE - 60_000 < said["lease"] <= LEASE


def test_the_ref_is_its_own_history(hub: Hub, both: tuple[Clone, Clone]) -> None:
    a, b = both
    taken = a.take()
    a.claims.share(taken.freed(wall()))
    assert b.take().generation == 2
    told = hub.git("log", "--format=%s", REFS + TICKET, cwd=hub.bare).out.splitlines()
    assert [line.split(" ")[0] for line in told] == ["held", "released", "held"]


def test_who_pushes_from_the_same_look_loses(both: tuple[Clone, Clone]) -> None:
    a, b = both
    request = b.look(TICKET, closed=0)
    assert request is None
    taken = a.take()
    with pytest.raises(ConflictError, match="ada on a") as refused:
        b.claims.share(taken._replace(holder="eve"))
    assert refused.value.code == "claimed"
    known = b.claims.look(TICKET)
    assert known is not None
    assert known.holder == "ada on a", "who has it is known here now"


def test_a_lease_ends_for_an_observer_that_saw_one_commit_for_its_length(
    both: tuple[Clone, Clone],
) -> None:
    a, b = both
    a.take()
    with pytest.raises(ConflictError):
        b.take()
    b.passed = LEASE - 60_000
    with pytest.raises(ConflictError):
        b.take()
    b.passed = LEASE
    assert b.take().generation == 2


def test_a_renewal_begins_the_observers_time_anew(both: tuple[Clone, Clone]) -> None:
    a, b = both
    taken = a.take()
    with pytest.raises(ConflictError):
        b.take()
    a.passed = LEASE // 2
    a.claims.keep(taken._replace(expires_at=wall() + LEASE))
    b.passed = LEASE
    with pytest.raises(ConflictError):
        b.take()


def test_an_observer_that_was_started_anew_begins_to_count_anew(
    both: tuple[Clone, Clone],
) -> None:
    a, b = both
    a.take()
    with pytest.raises(ConflictError):
        b.take()
    b.boot, b.passed = "another", LEASE * 9
    with pytest.raises(ConflictError):
        b.take()


def test_no_clock_is_compared_across_machines(both: tuple[Clone, Clone]) -> None:
    a, b = both
    a.passed = LEASE * 1000
    a.take()
    b.passed = LEASE
    with pytest.raises(ConflictError):
        b.take()


def test_a_renewal_goes_out_once_a_third_of_the_lease_is_gone(
    hub: Hub, both: tuple[Clone, Clone]
) -> None:
    a, _ = both
    taken, before = a.take(), hub.head()
    assert not a.open().is_due(TICKET)
    a.claims.keep(taken)
    assert hub.head() == before
    a.passed = LEASE // 3
    assert a.open().is_due(TICKET)
    a.claims.keep(taken)
    assert hub.head() != before


def test_a_holder_without_renewals_stops_after_two_thirds_of_its_lease(
    hub: Hub, both: tuple[Clone, Clone]
) -> None:
    a, _ = both
    taken = a.take()
    hub.bare.rename(hub.folder / "gone.git")
    a.passed = LEASE // 2
    a.claims.keep(taken)
    assert not a.claims.is_due(TICKET), "it is not asked again at once"
    a.passed = LEASE * 2 // 3
    with pytest.raises(ConflictError) as refused:
        a.claims.keep(taken)
    assert refused.value.code == "claim_remote_unreachable"


def test_whoever_was_overtaken_publishes_nothing(hub: Hub, both: tuple[Clone, Clone]) -> None:
    """The control: with the bare flag, which goes by what was fetched, the branch gets through."""
    a, b = both
    lost = a.take()
    with pytest.raises(ConflictError):
        b.take()
    b.passed = LEASE
    won = b.take()
    before = hub.head()

    with pytest.raises(ConflictError) as refused:
        a.claims.publish(lost, lambda: branch_of(hub, a))
    assert refused.value.code == "claimed"
    wanted = ["--atomic", f"--force-with-lease={REFS}{TICKET}:{'0' * 40}"]
    specs = [f"HEAD:{REFS}{TICKET}", "HEAD:refs/heads/work/t"]
    whole = hub.git("push", *wanted, "origin", *specs, cwd=a.path, check=False)
    assert whole.code != 0
    assert hub.head() == before
    assert hub.git("branch", "--list", "work/t", cwd=hub.bare).out == ""

    assert b.claims.publish(won, lambda: branch_of(hub, b))
    assert hub.git("rev-parse", "work/t", cwd=hub.bare).out.strip() == hub.commit(b)

    bare = ["--atomic", "--force-with-lease", "origin"]
    hub.git("fetch", "--quiet", "origin", f"+{REFS}*:{REFS}*", cwd=a.path)
    hub.git("fetch", "--quiet", "origin", cwd=a.path)
    control = hub.git("push", *bare, "HEAD:refs/heads/work/t", cwd=a.path, check=False)
    assert control.code == 0, "the bare flag lets the overtaken through"


def test_the_push_itself_is_refused_whole_where_a_look_was_too_early(
    hub: Hub, both: tuple[Clone, Clone]
) -> None:
    a, b = both
    lost = a.take()
    known, _ = ClaimRecords(str(a.path / ".git/yoi/shared_claims")).get(TICKET)
    assert known is not None
    commit = a.claims._refs.make(b"{}", "late", known.commit)
    with pytest.raises(ConflictError):
        b.take()
    b.passed = LEASE
    b.take()
    before = hub.head()
    assert not a.claims._refs.push(TICKET, known.commit, commit, branch_of(hub, a))
    assert hub.head() == before
    assert hub.git("branch", "--list", "work/t", cwd=hub.bare).out == ""
    assert lost.generation == 1


def test_a_branch_that_somebody_else_moved_keeps_the_claim_from_going_out(
    hub: Hub, both: tuple[Clone, Clone]
) -> None:
    a, b = both
    taken, before = a.take(), hub.head()
    hub.git("push", "--quiet", "origin", "HEAD:refs/heads/work/t", cwd=b.path)
    with pytest.raises(ConflictError) as refused:
        a.claims.publish(taken, lambda: branch_of(hub, a))
    assert refused.value.code == "branch_moved"
    assert hub.head() == before
    assert a.claims.publish(taken, lambda: branch_of(hub, a, hub.commit(b)))


def test_what_is_being_published_does_not_run_out(hub: Hub, both: tuple[Clone, Clone]) -> None:
    a, b = both
    taken = a.take()
    a.claims.publish(taken)
    a.claims.share(taken._replace(expires_at=wall() + LEASE))
    with pytest.raises(ConflictError):
        b.take()
    b.passed = LEASE * 100
    with pytest.raises(ConflictError):
        b.take()
    assert PUBLISHED in hub.git("log", "-1", "--format=%s", REFS + TICKET, cwd=hub.bare).out


def test_who_tells_late_of_an_end_leaves_the_claim_that_was_taken_since(
    hub: Hub, both: tuple[Clone, Clone]
) -> None:
    a, b = both
    freed = a.take().freed(wall())
    a.claims.put(freed)
    assert a.take().generation == 2, "another command of the clone was quicker than its news"
    a.claims.finish(freed, is_done=True)
    with pytest.raises(ConflictError, match="ada on a"):
        b.take()


def test_finished_work_is_not_begun_by_a_clone_that_was_not_told(
    both: tuple[Clone, Clone],
) -> None:
    a, b = both
    taken = a.take()
    a.claims.publish(taken)
    a.claims.finish(taken.freed(wall()), is_done=True)
    with pytest.raises(ConflictError) as refused:
        b.take()
    assert refused.value.code == "claim_finished"
    assert b.take(logged=1, closed=1).generation == 2


@pytest.mark.parametrize("has_arrived", [True, False])
def test_a_kill_between_the_push_and_the_record_is_found_by_the_next_command(
    hub: Hub, both: tuple[Clone, Clone], monkeypatch: pytest.MonkeyPatch, has_arrived: bool
) -> None:
    a, b = both

    class KilledError(Exception):
        pass

    def push(ticket: str, expected: str, commit: str, _branch: BranchPush | None) -> bool:
        if has_arrived:
            real(ticket, expected, commit)
        raise KilledError

    real = a.claims._refs.push
    monkeypatch.setattr(a.claims._refs, "push", push)
    with pytest.raises(KilledError):
        a.take()
    assert a.claims.get(TICKET) is None
    a.claims = a.open()
    if has_arrived:
        with pytest.raises(ConflictError):
            b.take()
    else:
        assert hub.git("for-each-ref", REFS, cwd=hub.bare).out == ""
    assert a.take().generation == 1
    with pytest.raises(ConflictError):
        b.take()


def test_a_copy_of_the_same_claim_by_another_clone_is_another_commit(
    both: tuple[Clone, Clone], hub: Hub
) -> None:
    a, b = both
    a.take()
    first = hub.head()
    hub.git("update-ref", "-d", REFS + TICKET, cwd=hub.bare)
    b.take()
    assert hub.head() != first


def test_a_remote_that_was_restored_from_a_backup_is_refused_and_named(
    hub: Hub, both: tuple[Clone, Clone]
) -> None:
    a, b = both
    first = a.take()
    backup = hub.head()
    a.claims.share(first._replace(expires_at=wall() + LEASE))
    with pytest.raises(ConflictError):
        b.take()
    hub.point(backup)
    for clone in (a, b):
        with pytest.raises(ConflictError, match="restored from a backup") as refused:
            clone.claims = clone.open()
            clone.look()
        assert refused.value.code == "claim_remote_rewound"
    assert hub.head() == backup

    seen = b.look(TICKET, mends=True)
    assert seen is not None
    b.claims.share(seen.freed(wall()))
    assert b.take().generation == 2
    with pytest.raises(ConflictError, match="ada on b"):
        a.take()


def test_a_ref_that_went_while_a_claim_ran_is_refused_too(
    hub: Hub, both: tuple[Clone, Clone]
) -> None:
    a, _ = both
    a.take()
    hub.git("update-ref", "-d", REFS + TICKET, cwd=hub.bare)
    with pytest.raises(ConflictError) as refused:
        a.look(TICKET)
    assert refused.value.code == "claim_remote_rewound"


def test_generations_rise_across_the_deletion_of_a_ref(hub: Hub, both: tuple[Clone, Clone]) -> None:
    a, b = both
    a.claims.share(a.take().freed(wall()))
    hub.git("update-ref", "-d", REFS + TICKET, cwd=hub.bare)
    assert a.take().generation == 2
    hub.git("update-ref", "-d", REFS + TICKET, cwd=hub.bare)
    assert b.take(logged=2).generation == 3, "a clone that knows nothing goes by the log"


def test_a_remote_that_is_gone_lets_nothing_begin(hub: Hub, both: tuple[Clone, Clone]) -> None:
    a, _ = both
    hub.bare.rename(hub.folder / "gone.git")
    with pytest.raises(ConflictError) as refused:
        a.take()
    assert (refused.value.code, refused.value.exit_code) == ("claim_remote_unreachable", 4)
    assert "--local" in refused.value.hint
    assert a.claims.get(TICKET) is None


def test_a_remote_that_hides_the_refs_says_so(hub: Hub, both: tuple[Clone, Clone]) -> None:
    a, _ = both
    hub.git("config", "receive.hideRefs", "refs/yoi", cwd=hub.bare)
    with pytest.raises(ConflictError, match="hidden ref") as refused:
        a.take()
    assert refused.value.code == "claim_refs_refused"
    found = try_refs(str(a.path), "origin", REFS, silence=30)
    assert found is not None
    assert found.kind is Refusal.REFS
    assert try_refs(str(a.path), "origin", BRANCHES, silence=30) is None
    assert hub.git("for-each-ref", cwd=hub.bare).out == "", "a probe leaves nothing behind"


def test_a_probe_finds_a_remote_without_atomic_pushes(hub: Hub, both: tuple[Clone, Clone]) -> None:
    hub.git("config", "receive.advertiseAtomic", "false", cwd=hub.bare)
    found = try_refs(str(both[0].path), "origin", REFS, silence=30)
    assert found is not None
    assert found.kind is Refusal.NOT_ATOMIC


def test_all_claims_are_listed_by_one_question(
    hub: Hub, both: tuple[Clone, Clone], monkeypatch: pytest.MonkeyPatch
) -> None:
    a, b = both
    others = [f"00001M7WFC{n:03d}" for n in range(3)]
    for ticket in others:
        a.take(ticket)
    b.claims.learn(b.claims.ask_all())
    held = {ticket: claim.holder for ticket, claim in b.claims.all().items()}
    assert held == dict.fromkeys(others, "ada on a")
    commit = hub.head(others[0])
    rows = "".join(f"create {REFS}{n:013d} {commit}\n" for n in range(10_000))
    monkeypatch.chdir(hub.bare)
    hub.git("update-ref", "--stdin", cwd=hub.bare, stdin=rows)
    asked: list[str] = []
    real = b.claims._refs._talk

    def talk(arguments: list[str]) -> GitAnswer:
        asked.append(arguments[0])
        return real(arguments)

    monkeypatch.setattr(b.claims._refs, "_talk", talk)
    assert len(b.claims._refs.heads()) == 10_003
    assert asked == ["ls-remote"]
    assert len(b.claims.list_remote()) == 3, "those that speak of another ticket are none"


def test_neither_clones_nor_fetches_bring_claims(hub: Hub, both: tuple[Clone, Clone]) -> None:
    both[0].take()
    hub.git("push", "--quiet", "origin", "HEAD:refs/heads/main", cwd=both[0].path)
    hub.git("clone", "--quiet", str(hub.bare), "c", cwd=hub.folder)
    assert "yoi/claims" not in hub.git("for-each-ref", cwd=hub.folder / "c").out
