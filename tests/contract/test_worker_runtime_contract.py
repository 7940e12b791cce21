"""One suite for every runtime of workers: in this process, over HTTP, over SSH, and by the registry
(docs/runtime.md).

The two look at one clone, so that what each says of the same worker can be compared as well.
"""

from __future__ import annotations

import contextlib
import itertools
import shutil
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import msgspec
import pytest
from msgspec import UNSET
from support.api import session_at
from support.observing import observing
from support.process import Program, git_program, yoi_program
from support.runtimes import (
    PATIENCE,
    Place,
    add_profiles,
    by_slurm,
    by_ssh,
    embedded,
    everything,
    new_key,
    order,
    over_http,
    said,
)
from support.servers import RunningServer, serving
from support.sshd import Sshd
from support.templates import copy_repository

from yoi_cli.api.documents.observation import lifecycle_event_document
from yoi_cli.api.runtimes import EmbeddedRuntime
from yoi_cli.errors import (
    ConflictError,
    NotFoundError,
    OperationError,
    StoreInvalidError,
    UsageError,
    YoiError,
)
from yoi_cli.model.workers.bundles import (
    BundleProfile,
    CapabilityGrant,
    NetworkPolicy,
    ProfileBundle,
    SecretRef,
    digest_of,
)
from yoi_cli.model.workers.cleanup import Cleaned, CleanupOrder, CleanupPlan
from yoi_cli.model.workers.order import Base, BundleName, Run, Tip, WorkerOrder
from yoi_cli.workers.model import WorkerView
from yoi_cli.workers.remote.http import HttpRuntime
from yoi_cli.workers.remote.named import NamedRuntime
from yoi_cli.workers.runtime import Runtime, WorkerFilter

pytestmark = pytest.mark.process


@pytest.fixture(scope="module")
def clone(
    _hermetic: dict[str, str],
    _repo_template: Path,
    _workspace_template: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    base = tmp_path_factory.mktemp("runtimes")
    git = git_program(_hermetic, base)
    folder = copy_repository(_repo_template, git, base / "repo")
    shutil.copytree(_workspace_template, folder, symlinks=True, dirs_exist_ok=True)
    add_profiles(folder)
    (folder / "src").mkdir()
    (folder / "src/app.txt").write_text("app\n")
    (folder / "out").symlink_to("/")
    git("add", "src", "out", cwd=folder)
    git("commit", "--quiet", "--message", "Sources", cwd=folder)
    return folder


@pytest.fixture(scope="module")
def server(_hermetic: dict[str, str], clone: Path) -> Iterator[RunningServer]:
    with serving(yoi_program(_hermetic, clone.parent), cwd=clone) as running:
        yield running


@pytest.fixture(scope="module")
def runtimes(clone: Path, server: RunningServer) -> Iterator[dict[str, Runtime]]:
    with (
        contextlib.closing(over_http(server)) as http,
        contextlib.closing(over_http(server)) as inner,
    ):
        registered = NamedRuntime(inner, "local")
        yield {"embedded": embedded(clone), "http": http, "registered": registered}


@pytest.fixture(scope="module")
def over_ssh(clone: Path, far_host: Sshd) -> Iterator[Place]:
    """Another clone, on a host that is reached by ssh."""
    there = clone.parent / "there/repo"
    git = git_program(dict(far_host.environment), clone.parent)
    git("clone", "--quiet", str(clone), str(there))
    with contextlib.closing(by_ssh(clone, far_host, there)) as runtime:
        yield Place(runtime, clone, elsewhere=there)


@pytest.fixture(params=["embedded", "http", "registered", "slurm", "ssh"])
def place(
    request: pytest.FixtureRequest, runtimes: dict[str, Runtime], clone: Path
) -> Iterator[Place]:
    if request.param == "slurm":
        cluster = request.getfixturevalue("slurm_cluster")
        place = Place(by_slurm(clone, cluster), clone, "slurm/cluster")
    elif request.param == "ssh":
        place = request.getfixturevalue("over_ssh")
    else:
        place = Place(runtimes[request.param], clone)
    yield place
    owner = embedded(clone) if place.is_own else place.runtime
    for view in owner.list_workers(WorkerFilter()).workers:
        if not view.has_ended:
            owner.end(view.worker_id, grace=0)


def code_of(refused: pytest.ExceptionInfo[YoiError]) -> str:
    return refused.value.code


def test_an_order_starts_a_worker_that_is_told_its_prompt(place: Place) -> None:
    made = place.runtime.create(order(prompt="hello\n"))
    assert made.is_new
    view = place.runtime.await_end(made.worker.worker_id, PATIENCE)
    assert (view.state, view.exit_code, view.profile) == ("exited", 0, "teller")
    assert everything(place.runtime, view.worker_id) == b"told: hello\ndone\n"


def test_every_runtime_says_the_same_of_a_worker(
    place: Place, runtimes: dict[str, Runtime]
) -> None:
    if not place.is_own:
        pytest.skip("its workers are not those of the clone's own runtime")
    worker_id = place.runtime.create(order(prompt="x")).worker.worker_id
    place.runtime.await_end(worker_id, PATIENCE)
    one, other = runtimes["embedded"], runtimes["http"]
    assert said(one.show(worker_id)) == said(other.show(worker_id))
    assert one.output(worker_id, 0, 1 << 20) == other.output(worker_id, 0, 1 << 20)
    events = [runtime.events(worker_id) for runtime in (one, other)]
    documents = [[*map(lifecycle_event_document, found)] for found in events]
    assert documents[0] == documents[1]
    assert one.facts().counts == other.facts().counts
    assert one.facts().capabilities == other.facts().capabilities
    assert one.facts().workspaces == other.facts().workspaces


def test_lists_are_equal_and_have_every_worker_the_oldest_first(
    place: Place, runtimes: dict[str, Runtime]
) -> None:
    ids = [place.runtime.create(order()).worker.worker_id for _ in range(2)]
    for worker_id in ids:
        place.runtime.await_end(worker_id, PATIENCE)
    found = {name: one.list_workers(WorkerFilter()).workers for name, one in runtimes.items()}
    assert list(map(said, found["embedded"])) == list(map(said, found["http"]))
    listed = [view.worker_id for view in place.runtime.list_workers(WorkerFilter()).workers]
    assert listed == sorted(listed)
    assert set(ids) <= set(listed)


def test_a_list_is_filtered_by_what_is_asked(place: Place) -> None:
    made = place.runtime.create(order("sleeper", role="coder")).worker
    wanted = WorkerFilter(state="running", role="coder", profile="sleeper", key=made.key)
    assert [v.worker_id for v in place.runtime.list_workers(wanted).workers] == [made.worker_id]
    assert place.runtime.list_workers(wanted._replace(role="reviewer")).workers == ()


def test_the_same_order_with_the_same_key_is_the_same_worker(place: Place) -> None:
    asked = order("sleeper")
    first, second = place.runtime.create(asked), place.runtime.create(asked)
    assert first.worker.worker_id == second.worker.worker_id
    assert (first.is_new, second.is_new) == (True, False)
    assert place.runtime.create(asked).worker.key == asked.key


def test_a_key_with_another_order_is_a_conflict(place: Place) -> None:
    asked = order("sleeper")
    place.runtime.create(asked)
    with pytest.raises(ConflictError) as refused:
        place.runtime.create(order("sleeper", key=asked.key, prompt="other"))
    assert code_of(refused) == "key_conflict"


def test_two_orders_with_one_key_at_once_are_one_worker_and_both_get_it(place: Place) -> None:
    asked = order("sleeper")
    barrier = threading.Barrier(4)

    def create() -> str:
        barrier.wait()
        return place.runtime.create(asked).worker.worker_id

    with ThreadPoolExecutor(4) as threads:
        ids = {one.result() for one in [threads.submit(create) for _ in range(4)]}
    assert len(ids) == 1


def test_a_program_that_cannot_start_is_refused_with_the_reason_and_leaves_nothing(
    place: Place,
) -> None:
    asked = order("missing")
    with pytest.raises(UsageError) as refused:
        place.runtime.create(asked)
    assert code_of(refused) == "worker_invalid"
    assert refused.value.details["missing"] == "program"
    assert place.runtime.list_workers(WorkerFilter(key=asked.key)).workers == ()


def test_a_profile_that_is_not_known_is_refused_and_never_another(place: Place) -> None:
    asked = order("tellr")
    with pytest.raises(YoiError) as refused:
        place.runtime.create(asked)
    assert code_of(refused) == "profile_not_found"
    assert place.runtime.list_workers(WorkerFilter(key=asked.key)).workers == ()


def test_a_capability_that_is_not_known_is_refused(place: Place) -> None:
    with pytest.raises(UsageError) as refused:
        place.runtime.create(order(capabilities=("root",)))
    assert code_of(refused) == "capability_unknown"


def test_a_ticket_that_is_not_there_is_refused(place: Place) -> None:
    with pytest.raises(NotFoundError) as refused:
        place.runtime.create(order(ticket="ABCDEFGHJKMNP"))
    assert code_of(refused) == "ticket_not_found"


def test_a_worker_that_takes_input_says_so_and_reads_it_once(place: Place) -> None:
    made = place.runtime.create(order("reader", capabilities=("input",))).worker
    assert made.accepts_input
    place.runtime.give_input(made.worker_id, b"one \xff\n")
    place.runtime.give_input(made.worker_id, b"two\n", close=True)
    ended = place.runtime.await_end(made.worker_id, PATIENCE)
    assert everything(place.runtime, made.worker_id) == b"one \xff\ntwo\n"
    assert not ended.accepts_input


def test_what_takes_no_input_says_so_and_refuses_it(place: Place) -> None:
    made = place.runtime.create(order("sleeper")).worker
    assert not made.accepts_input
    with pytest.raises(ConflictError) as refused:
        place.runtime.give_input(made.worker_id, b"x")
    assert code_of(refused) == "worker_conflict"


def test_what_has_ended_takes_no_input(place: Place) -> None:
    made = place.runtime.create(order("reader", capabilities=("input",))).worker
    place.runtime.end(made.worker_id, grace=0)
    with pytest.raises(ConflictError) as refused:
        place.runtime.give_input(made.worker_id, b"x")
    assert code_of(refused) == "worker_stopped"


@pytest.mark.parametrize("first_is_cancel", [False, True], ids=["stop", "cancel"])
def test_the_first_end_is_kept_and_nothing_is_counted_twice(
    place: Place, first_is_cancel: bool
) -> None:
    worker_id = place.runtime.create(order("sleeper")).worker.worker_id
    first = place.runtime.end(worker_id, cancel=first_is_cancel, reason="enough")
    events = place.runtime.events(worker_id)
    again = place.runtime.end(worker_id, cancel=not first_is_cancel)
    assert said(again) == said(first)
    assert first.cause == ("cancelled" if first_is_cancel else "stopped")
    assert place.runtime.events(worker_id) == events


def test_waiting_is_over_when_the_time_is(place: Place) -> None:
    made = place.runtime.create(order("sleeper")).worker
    assert place.runtime.await_end(made.worker_id, 0.2).state == "running"


def test_events_tell_a_workers_life_in_order(place: Place) -> None:
    worker_id = place.runtime.create(order()).worker.worker_id
    place.runtime.await_end(worker_id, PATIENCE)
    found = place.runtime.events(worker_id)
    assert [one.event for one in found] == ["started", "ended"]
    assert [one.number for one in found] == [1, 2]


def test_output_is_read_from_any_byte_and_from_the_end(place: Place) -> None:
    worker_id = place.runtime.create(order(prompt="0123456789")).worker.worker_id
    place.runtime.await_end(worker_id, PATIENCE)
    whole = everything(place.runtime, worker_id)
    for start in (0, 1, 7, len(whole) - 1, len(whole)):
        part = place.runtime.output(worker_id, start, 4)
        assert (part.start, part.data) == (start, whole[start : start + 4])
    tail = place.runtime.output(worker_id, -5, 100)
    assert (tail.data, tail.at_end, tail.cursor) == (whole[-5:], True, len(whole))


def test_a_worker_is_watched_from_its_first_byte_to_its_end(place: Place) -> None:
    assert isinstance(place.runtime, EmbeddedRuntime | HttpRuntime | NamedRuntime)
    worker_id = place.runtime.create(order(prompt="hello\n")).worker.worker_id
    with observing(place.runtime) as server:
        with server.watch(worker_id, from_="start") as viewer:
            assert viewer.end == (1000, "worker_ended")
            assert viewer.output() == b"told: hello\ndone\n"
            assert viewer.frames[-1]["worker"]["exit_code"] == 0
        with server.watch("w-00000000000000000000000000") as viewer:
            assert viewer.end == (4404, "worker_not_found")


def test_a_worker_that_is_not_there_is_not_found_whatever_is_asked(place: Place) -> None:
    worker_id = "w-01ARZ3NDEKTSV4RRFFQ69G5FAV"
    asked = (
        lambda: place.runtime.show(worker_id),
        lambda: place.runtime.output(worker_id, 0, 1),
        lambda: place.runtime.events(worker_id),
        lambda: place.runtime.give_input(worker_id, b"x"),
        lambda: place.runtime.end(worker_id),
        lambda: place.runtime.await_end(worker_id, 1),
    )
    for ask in asked:
        with pytest.raises(NotFoundError) as refused:
            ask()
        assert code_of(refused) == "worker_not_found"


def test_a_worker_that_cannot_be_read_is_its_own_error_and_hides_no_other(place: Place) -> None:
    broken = place.runtime.create(order()).worker.worker_id
    other = place.runtime.create(order()).worker.worker_id
    for worker_id in (broken, other):
        place.runtime.await_end(worker_id, PATIENCE)
    spec = place.clone / ".git/yoi" / place.records / broken / "spec.json"
    kept = spec.read_bytes()
    spec.write_text("{torn")
    try:
        found = place.runtime.list_workers(WorkerFilter())
        assert other in [view.worker_id for view in found.workers]
        assert broken in [str(error.details["worker_id"]) for error in found.unreadable]
        assert place.runtime.facts().counts.unreadable == 1
        with pytest.raises(StoreInvalidError) as refused:
            place.runtime.show(broken)
        assert code_of(refused) == "worker_store_corrupt"
        assert place.runtime.output(broken, 0, 100).data
    finally:
        spec.write_bytes(kept)


def test_a_worker_does_not_end_itself_without_force(
    place: Place, server: RunningServer, request: pytest.FixtureRequest
) -> None:
    worker_id = place.runtime.create(order("sleeper")).worker.worker_id
    with contextlib.ExitStack() as stack:
        own: Runtime = EmbeddedRuntime(session_at(place.workspace), caller=worker_id)
        if place.is_by_slurm:
            cluster = request.getfixturevalue("slurm_cluster")
            own = by_slurm(place.workspace, cluster, YOI_WORKER_ID=worker_id)
        if place.elsewhere is not None:
            host = request.getfixturevalue("far_host")
            far = by_ssh(place.workspace, host, place.elsewhere, YOI_WORKER_ID=worker_id)
            own = stack.enter_context(contextlib.closing(far))
        if isinstance(place.runtime, HttpRuntime):
            inside = {"YOI_WORKER_ID": worker_id}
            client = HttpRuntime(server.address, server.token, environment=inside)
            own = stack.enter_context(contextlib.closing(client))
        with pytest.raises(ConflictError) as refused:
            own.end(worker_id)
        assert code_of(refused) == "self_termination"
        assert own.show(worker_id).state == "running"
        if place.elsewhere is None:
            assert own.end(worker_id, force=True, grace=0).has_ended
        else:
            # Its connection is a process of the worker here, and is ended with it.
            with contextlib.suppress(OperationError):
                own.end(worker_id, force=True, grace=0)
            place.runtime.await_end(worker_id, PATIENCE)
            assert place.runtime.show(worker_id).has_ended


def test_recovery_says_what_was_done_for_each(place: Place) -> None:
    worker_id = place.runtime.create(order("sleeper")).worker.worker_id
    found = {one.worker.worker_id: one.action for one in place.runtime.recover()}
    assert found[worker_id] == "none"


def test_old_workers_are_forgotten_and_others_stay(place: Place) -> None:
    gone = place.runtime.create(order()).worker.worker_id
    place.runtime.await_end(gone, PATIENCE)
    kept = place.runtime.create(order("sleeper")).worker.worker_id
    assert list(place.runtime.prune(0)) == []
    ended = place.runtime.show(gone).ended_at or 0
    assert gone in place.runtime.prune(ended + 2000)
    with pytest.raises(NotFoundError):
        place.runtime.show(gone)
    assert place.runtime.show(kept).state == "running"


def by_plan(plan: CleanupPlan, *ids: str, confirm: tuple[str, ...] = ()) -> CleanupOrder:
    """Targets of a plan, to be removed."""
    return CleanupOrder(expected_digest=plan.digest, target_ids=ids, confirm_dirty_ids=confirm)


def test_workers_that_ended_are_cleaned_up_by_a_plan_and_those_that_run_stay(place: Place) -> None:
    ended, kept = (place.runtime.create(order()).worker.worker_id for _ in range(2))
    for one in (ended, kept):
        place.runtime.await_end(one, PATIENCE)
    old = place.runtime.cleanup_plan()
    running = place.runtime.create(order("sleeper")).worker.worker_id
    plan = place.runtime.cleanup_plan()
    why = {one.id: one.refused for one in plan.targets}
    assert [why[f"worker:{one}"] for one in (ended, kept, running)] == ["", "", "running"]
    with pytest.raises(ConflictError) as late:
        place.runtime.clean_up(by_plan(old, f"worker:{ended}"))
    with pytest.raises(ConflictError) as busy:
        place.runtime.clean_up(by_plan(plan, f"worker:{ended}", f"worker:{running}"))
    assert [code_of(one) for one in (late, busy)] == ["cleanup_stale", "cleanup_refused"]
    assert busy.value.details == {"target": f"worker:{running}", "why": "running"}
    done = place.runtime.clean_up(by_plan(plan, f"worker:{ended}"))
    assert done == [Cleaned(f"worker:{ended}")]
    with pytest.raises(NotFoundError):
        place.runtime.show(ended)
    assert place.runtime.show(kept).has_ended


def head(clone: Path, git_env: dict[str, str]) -> str:
    return git_program(git_env, clone.parent)("rev-parse", "HEAD", cwd=clone).out.strip()


def based(commit: str, **others: str) -> WorkerOrder:
    return order("place", base=Base(ref="main", commit=commit, **others))


def test_a_base_gets_a_worktree_of_its_own_at_that_commit(
    place: Place, env: dict[str, str]
) -> None:
    commit = head(place.workspace, env)
    made = place.runtime.create(based(commit, folder="src")).worker
    view = place.runtime.await_end(made.worker_id, PATIENCE)
    assert view.exit_code == 0
    lines = everything(place.runtime, made.worker_id).decode().split()
    assert lines == [commit, "src", "app.txt"]


def test_a_commit_that_is_nowhere_is_refused(place: Place) -> None:
    with pytest.raises(NotFoundError) as refused:
        place.runtime.create(based("0" * 40))
    assert code_of(refused) == "base_not_found"


@pytest.mark.parametrize("folder", ["..", "/etc", "src/../..", "out", "out/etc", ".git"])
def test_a_folder_that_leaves_the_worktree_is_refused_with_its_own_code(
    place: Place, env: dict[str, str], folder: str
) -> None:
    asked = based(head(place.workspace, env), folder=folder)
    with pytest.raises(UsageError) as refused:
        place.runtime.create(asked)
    assert code_of(refused) == "folder_outside"
    assert place.runtime.list_workers(WorkerFilter(key=asked.key)).workers == ()


def test_a_dirty_source_is_refused(place: Place, env: dict[str, str]) -> None:
    commit = head(place.workspace, env)
    file = place.clone / "src/app.txt"
    file.write_text("changed\n")
    try:
        with pytest.raises(ConflictError) as refused:
            place.runtime.create(based(commit))
        assert code_of(refused) == "base_dirty"
    finally:
        file.write_text("app\n")


_numbers = itertools.count()


class Way(NamedTuple):
    """A ticket's branch, which an orchestrator elsewhere has, and the ref by which it goes to and
    fro."""

    ticket: str
    git: Program

    @property
    def branch(self) -> str:
        return f"work/{self.ticket}-a-title"

    @property
    def ref(self) -> str:
        return f"refs/yoi/work/{self.ticket}/there.coder"

    def order(self, commit: str, *, profile: str = "committer", **others: object) -> WorkerOrder:
        """An order for its coder; the commit is sent first."""
        self.git("update-ref", self.ref, commit)
        base = Base(ref=self.ref, commit=commit, branch=self.branch)
        run = Run(branch=self.branch, target="main", generation=1, round=next(_numbers))
        given = {"ticket": self.ticket, "role": "coder", "prompt": "Do it.\n", "base": base}
        return order(profile, **{**given, "run": run, **others})

    def at(self, revision: str) -> str:
        return self.git("rev-parse", "--verify", "--quiet", revision, check=False).out.strip()


@pytest.fixture
def way(place: Place, env: dict[str, str]) -> Way:
    ticket = f"00001M7YV{next(_numbers):04d}"
    git = git_program(env, place.clone.parent)
    return Way(ticket, Program(git.argv, git.env, place.clone.parent))


def carried_out(place: Place, asked: WorkerOrder) -> WorkerView:
    """The worker of an order, once it has ended well."""
    made = place.runtime.create(asked).worker
    ended = place.runtime.await_end(made.worker_id, PATIENCE)
    assert ended.exit_code == 0, everything(place.runtime, made.worker_id)
    return ended


def test_a_worker_on_a_branch_is_part_of_a_run_and_its_commit_is_delivered(
    place: Place, way: Way, env: dict[str, str]
) -> None:
    start = head(place.workspace, env)
    asked = way.order(start)
    done = carried_out(place, asked)
    assert (done.ticket, done.role) == (way.ticket, "coder")
    printed = everything(place.runtime, done.worker_id).decode()
    assert printed.startswith("Do it.\n")
    told = dict(line.split("=", 1) for line in printed.splitlines() if "=" in line)
    assert told["YOI_BRANCH"] == way.branch
    assert (told["YOI_TARGET"], told["YOI_GENERATION"]) == ("main", "1")
    assert told["YOI_AUTHOR"] == "coder (committer)"
    assert told["YOI_TICKET"] == way.ticket
    found = place.runtime.deliver(done.worker_id)
    assert (found.branch, found.commit) == (way.branch, way.at(way.branch))
    assert found.commit == way.at(way.ref) != start
    assert way.at(f"{found.commit}^") == start
    assert (found.uncommitted, found.uncommitted_count) == (("left.txt",), 1)
    assert place.runtime.deliver(done.worker_id) == found


def test_the_next_round_goes_on_in_the_same_worktree_and_the_one_before_is_taken_over(
    place: Place, way: Way, env: dict[str, str]
) -> None:
    first = carried_out(place, way.order(head(place.workspace, env)))
    delivered = place.runtime.deliver(first.worker_id)
    second = carried_out(place, way.order(delivered.commit))
    found = place.runtime.deliver(second.worker_id)
    assert way.at(f"{found.commit}^") == delivered.commit
    with pytest.raises(ConflictError) as refused:
        place.runtime.deliver(first.worker_id)
    assert code_of(refused) == "work_taken_over"


def test_commits_of_others_on_top_are_what_the_next_round_begins_at(
    place: Place, way: Way, env: dict[str, str]
) -> None:
    first = carried_out(place, way.order(head(place.workspace, env)))
    delivered = place.runtime.deliver(first.worker_id).commit
    tree = way.at(f"{delivered}^{{tree}}")
    commit = ("commit-tree", tree, "-p", delivered, "-m", "A person's")
    later = way.git(*commit).out.strip()
    second = carried_out(place, way.order(later))
    assert way.at(f"{place.runtime.deliver(second.worker_id).commit}^") == later


def test_a_branch_that_begins_anew_keeps_what_it_had(
    place: Place, way: Way, env: dict[str, str]
) -> None:
    start = head(place.workspace, env)
    first = carried_out(place, way.order(start))
    lost = place.runtime.deliver(first.worker_id).commit
    second = carried_out(place, way.order(start))
    assert way.at(f"{place.runtime.deliver(second.worker_id).commit}^") == start
    kept = way.git("for-each-ref", "--contains", lost, f"refs/yoi/rescue/{way.ticket}/")
    assert kept.out


def test_somebody_elses_branch_is_never_taken_for_an_order(
    place: Place, way: Way, env: dict[str, str]
) -> None:
    start = head(place.workspace, env)
    way.git("branch", way.branch, start)
    asked = way.order(start)
    with pytest.raises(ConflictError) as refused:
        place.runtime.create(asked)
    assert code_of(refused) == "branch_exists"
    assert place.runtime.list_workers(WorkerFilter(key=asked.key)).workers == ()


@pytest.mark.parametrize("branch", ["work/00001M7YVXXXX-other", "work/ABCDEFGHJKMNP"])
def test_no_branch_but_the_tickets_is_worked_on(
    place: Place, way: Way, env: dict[str, str], branch: str
) -> None:
    asked = way.order(head(place.workspace, env))
    assert asked.base is not None
    base = Base(ref=asked.base.ref, commit=asked.base.commit, branch=branch)
    with pytest.raises(UsageError) as refused:
        place.runtime.create(msgspec.structs.replace(asked, base=base))
    assert code_of(refused) == "branch_invalid"


def test_nothing_is_delivered_while_a_worker_runs_nor_given_to_another(
    place: Place, way: Way, env: dict[str, str]
) -> None:
    start = head(place.workspace, env)
    running = place.runtime.create(way.order(start, profile="sleeper")).worker
    with pytest.raises(ConflictError) as early:
        place.runtime.deliver(running.worker_id)
    with pytest.raises(ConflictError) as busy:
        place.runtime.create(way.order(start))
    assert [code_of(early), code_of(busy)] == ["worker_running"] * 2


def test_what_is_released_is_gone_and_what_was_not_delivered_is_kept(
    place: Place, way: Way, env: dict[str, str]
) -> None:
    done = carried_out(place, way.order(head(place.workspace, env)))
    place.runtime.deliver(done.worker_id)
    (kept,) = place.runtime.release(done.worker_id)
    assert way.git("show", f"{kept}:left.txt").out == "left\n"
    gone = ("for-each-ref", f"refs/heads/{way.branch}", f"refs/yoi/work/{way.ticket}/")
    assert way.git(*gone).out == ""
    assert way.ticket not in way.git("worktree", "list").out
    assert list(place.runtime.release(done.worker_id)) == []
    with pytest.raises(NotFoundError) as refused:
        place.runtime.deliver(done.worker_id)
    assert code_of(refused) == "work_not_found"


def test_the_worktree_of_an_order_is_cleaned_up_before_its_worker_and_what_it_held_is_kept(
    place: Place, way: Way, env: dict[str, str]
) -> None:
    worker_id = carried_out(place, way.order(head(place.workspace, env))).worker_id
    worktree, record = f"worktree:{worker_id}", f"worker:{worker_id}"
    plan = place.runtime.cleanup_plan()
    targets = {one.id: one for one in plan.targets}
    found = targets[worktree]
    assert (found.ticket, found.worker_id, found.is_ordered) == (way.ticket, worker_id, True)
    assert (found.refused, found.is_dirty, found.uncommitted) == ("", True, 1)
    assert targets[record].refused == "worktree"
    with pytest.raises(ConflictError) as refused:
        place.runtime.clean_up(by_plan(plan, worktree))
    assert refused.value.details["why"] == "dirty"
    (done,) = place.runtime.clean_up(by_plan(plan, worktree, confirm=(worktree,)))
    assert way.git("show", f"{done.rescued[0]}:left.txt").out == "left\n"
    assert way.ticket not in way.git("worktree", "list").out
    later = by_plan(place.runtime.cleanup_plan(), record)
    assert place.runtime.clean_up(later) == [Cleaned(record)]


def test_a_worker_without_a_base_has_nothing_to_deliver(place: Place) -> None:
    done = carried_out(place, order())
    with pytest.raises(NotFoundError) as refused:
        place.runtime.deliver(done.worker_id)
    assert code_of(refused) == "work_not_found"


def test_a_worker_that_only_looks_leaves_what_it_left_and_delivers_nothing(
    place: Place, way: Way, env: dict[str, str]
) -> None:
    start = head(place.workspace, env)
    run = Run(branch=way.branch, target="main", generation=1, round=1)
    base = Base(ref="main", commit=start)
    asked = order("committer", ticket=way.ticket, role="reviewer", base=base, run=run)
    done = carried_out(place, asked)
    assert b"GIT_NO_REPLACE_OBJECTS=1" in everything(place.runtime, done.worker_id)
    found = place.runtime.deliver(done.worker_id)
    assert (found.branch, way.at(f"{found.commit}^")) == (None, start)
    assert place.runtime.release(done.worker_id)


def test_a_worker_is_told_of_no_commit_that_it_does_not_have(
    place: Place, way: Way, env: dict[str, str]
) -> None:
    asked = way.order(head(place.workspace, env))
    assert asked.run is not UNSET
    tips = (Tip(ref="main", commit="0" * 40),)
    with pytest.raises(NotFoundError) as refused:
        place.runtime.create(
            msgspec.structs.replace(asked, run=msgspec.structs.replace(asked.run, tips=tips))
        )
    assert code_of(refused) == "base_not_found"


def test_a_model_is_one_that_the_profile_allows(place: Place) -> None:
    assert place.runtime.create(order("chooser", model="small")).is_new
    with pytest.raises(UsageError) as refused:
        place.runtime.create(order("chooser", model="large"))
    assert code_of(refused) == "model_unknown"


def bundle_of(*profiles: tuple[str, str], **others: object) -> ProfileBundle:
    rows = tuple(BundleProfile(name=name, runs=runs) for name, runs in profiles)
    given = {"id": f"set.{new_key().split()[1]}", "revision": 1, "profiles": rows, **others}
    return ProfileBundle(**given)  # type: ignore[arg-type]


def with_bundle(
    bundle: ProfileBundle, profile: str, digest: str = "", **others: object
) -> WorkerOrder:
    name = BundleName(id=bundle.id, digest=digest or digest_of(bundle))
    return order(profile, bundle=name, **others)


def test_a_bundle_is_kept_by_its_digest_and_found_by_it(place: Place) -> None:
    bundle = bundle_of(("mine", "teller"))
    digest = digest_of(bundle)
    assert place.runtime.bundle_state(bundle.id, digest).availability == "missing"
    kept = place.runtime.put_bundle(bundle, digest)
    assert (kept.availability, kept.revision) == ("available", 1)
    assert place.runtime.bundle(digest) == bundle
    assert place.runtime.bundle_state(bundle.id, digest) == kept
    assert place.runtime.bundle_state(bundle.id, "0" * 64).availability == "mismatch"
    assert place.runtime.bundle_state("another", digest).availability == "mismatch"


def test_an_order_runs_what_its_bundle_means(place: Place) -> None:
    bundle = bundle_of(("mine", "teller"))
    place.runtime.put_bundle(bundle, digest_of(bundle))
    made = place.runtime.create(with_bundle(bundle, "mine")).worker
    assert place.runtime.await_end(made.worker_id, PATIENCE).profile == "teller"


def test_missing_mismatch_unknown_profile_and_unsupported_are_four_codes(place: Place) -> None:
    bundle = bundle_of(("mine", "teller"), ("lost", "no-such-profile"))
    with pytest.raises(NotFoundError) as missing:
        place.runtime.create(with_bundle(bundle, "mine"))
    with pytest.raises(UsageError) as wrong_digest:
        place.runtime.put_bundle(bundle, "0" * 64)
    place.runtime.put_bundle(bundle, digest_of(bundle))
    with pytest.raises(UsageError) as mismatch:
        place.runtime.create(with_bundle(bundle, "mine", "1" * 64))
    with pytest.raises(UsageError) as unknown:
        place.runtime.create(with_bundle(bundle, "yours"))
    with pytest.raises(UsageError) as lost:
        place.runtime.create(with_bundle(bundle, "lost"))
    codes = [code_of(one) for one in (missing, wrong_digest, mismatch, unknown, lost)]
    assert codes == [
        "bundle_not_found",
        "bundle_digest_mismatch",
        "bundle_digest_mismatch",
        "bundle_profile_unknown",
        "bundle_profile_unknown",
    ]


@pytest.mark.parametrize(
    "declared", [NetworkPolicy(ports=(443,)), SecretRef(variable="NOT_THERE")], ids=repr
)
def test_a_declaration_that_cannot_be_kept_is_refused(place: Place, declared: object) -> None:
    bundle = bundle_of(("mine", "teller"), declarations=(declared,))
    place.runtime.put_bundle(bundle, digest_of(bundle))
    with pytest.raises(UsageError) as refused:
        place.runtime.create(with_bundle(bundle, "mine"))
    assert code_of(refused) == "unsupported_declaration"


def test_a_capability_is_had_only_where_the_bundle_grants_it(place: Place) -> None:
    without = bundle_of(("mine", "reader"))
    granting = bundle_of(("mine", "reader"), declarations=(CapabilityGrant(capability="input"),))
    for bundle in (without, granting):
        place.runtime.put_bundle(bundle, digest_of(bundle))
    with pytest.raises(UsageError) as refused:
        place.runtime.create(with_bundle(without, "mine", capabilities=("input",)))
    assert code_of(refused) == "unsupported_declaration"
    made = place.runtime.create(with_bundle(granting, "mine", capabilities=("input",)))
    assert made.worker.accepts_input


def test_a_bundle_whose_file_was_changed_is_not_trusted_again(place: Place) -> None:
    bundle = bundle_of(("mine", "teller"))
    digest = digest_of(bundle)
    place.runtime.put_bundle(bundle, digest)
    file = place.workspace / ".git/yoi/bundles" / f"{digest}.json"
    file.write_bytes(file.read_bytes().replace(b"teller", b"reader"))
    with pytest.raises(StoreInvalidError) as refused:
        place.runtime.create(with_bundle(bundle, "mine"))
    assert code_of(refused) == "bundle_corrupt"


def test_the_end_of_a_tickets_worker_is_in_its_log_with_the_reason(
    place: Place, env: dict[str, str]
) -> None:
    yoi = yoi_program(env, place.workspace.parent)
    ticket = str(yoi("ticket", "create", "-t", "T", "-m", "x", "--json").json["id"])
    made = place.runtime.create(order("sleeper", ticket=ticket)).worker
    assert made.ticket == ticket
    place.runtime.end(made.worker_id, grace=0, reason="The plan changed.")
    assert "The plan changed." in yoi("ticket", "show", ticket).out
