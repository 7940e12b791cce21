"""One suite for every runtime of workers: in this process, over HTTP, and by the registry
(docs/runtime.md).

The two look at one clone, so that what each says of the same worker can be compared as well.
"""

from __future__ import annotations

import contextlib
import shutil
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from support.api import session_at
from support.process import git_program, yoi_program
from support.runtimes import (
    PATIENCE,
    Place,
    add_profiles,
    embedded,
    everything,
    new_key,
    order,
    over_http,
    said,
)
from support.servers import RunningServer, serving
from support.templates import copy_repository

from yoi_cli.api.documents.observation import lifecycle_event_document
from yoi_cli.api.runtimes import EmbeddedRuntime
from yoi_cli.errors import ConflictError, NotFoundError, StoreInvalidError, UsageError, YoiError
from yoi_cli.model.workers.bundles import (
    BundleProfile,
    CapabilityGrant,
    NetworkPolicy,
    ProfileBundle,
    SecretRef,
    digest_of,
)
from yoi_cli.model.workers.order import Base, BundleName, WorkerOrder
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


@pytest.fixture(params=["embedded", "http", "registered"])
def place(
    request: pytest.FixtureRequest, runtimes: dict[str, Runtime], clone: Path
) -> Iterator[Place]:
    place = Place(runtimes[request.param], clone)
    yield place
    for view in embedded(clone).list_workers(WorkerFilter()).workers:
        if not view.has_ended:
            embedded(clone).end(view.worker_id, grace=0)


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
    listed = [view.worker_id for view in found["http"]]
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
    spec = place.workspace / ".git/yoi/workers" / broken / "spec.json"
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


def test_a_worker_does_not_end_itself_without_force(place: Place, server: RunningServer) -> None:
    worker_id = place.runtime.create(order("sleeper")).worker.worker_id
    with contextlib.ExitStack() as stack:
        own: Runtime = EmbeddedRuntime(session_at(place.workspace), caller=worker_id)
        if isinstance(place.runtime, HttpRuntime):
            inside = {"YOI_WORKER_ID": worker_id}
            client = HttpRuntime(server.address, server.token, environment=inside)
            own = stack.enter_context(contextlib.closing(client))
        with pytest.raises(ConflictError) as refused:
            own.end(worker_id)
        assert code_of(refused) == "self_termination"
        assert own.show(worker_id).state == "running"
        assert own.end(worker_id, force=True, grace=0).has_ended


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
    file = place.workspace / "src/app.txt"
    file.write_text("changed\n")
    try:
        with pytest.raises(ConflictError) as refused:
            place.runtime.create(based(commit))
        assert code_of(refused) == "base_dirty"
    finally:
        file.write_text("app\n")


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
