"""What the registry of runtimes and the backend promise (docs/runtime.md, "Registry"): one backend,
one real runtime of another clone, and runtimes with faults."""

from __future__ import annotations

import contextlib
import json
import shutil
import time
from base64 import b64decode
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import NamedTuple

import pytest
from support import faulty_runtimes as faults
from support.data import Data
from support.faulty_runtimes import faulty
from support.observing import Watch
from support.process import Program, git_program, yoi_program
from support.runtimes import add_profiles, await_until
from support.servers import Backend, RunningServer, serving, serving_workspace
from support.templates import copy_repository

from yoi_cli.workers.remote.remembered import RememberedWorkers
from yoi_cli.workspace.servers import workspace_id

pytestmark = pytest.mark.process
Answer = Callable[[BaseHTTPRequestHandler], None]
NOBODY = "w-00000000000000000000000000"
TOKEN = "a-token-of-another-machine"


class Stand(NamedTuple):
    """A backend, and the runtime of another clone that it knows as `far`."""

    backend: Backend
    far: RunningServer
    yoi: Program
    repo: Path
    git: Program

    def clone(self, runtime: str) -> Path:
        """The clone whose workers a runtime has."""
        return self.repo if runtime == "local" else self.repo.parent / "away"


@pytest.fixture(scope="module")
def stand(
    _hermetic: dict[str, str],
    _repo_template: Path,
    _workspace_template: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Stand]:
    base = tmp_path_factory.mktemp("registry")
    git = git_program(_hermetic, base)
    near, away = (copy_repository(_repo_template, git, base / name) for name in ("repo", "away"))
    for folder in (near, away):
        shutil.copytree(_workspace_template, folder, symlinks=True, dirs_exist_ok=True)
        add_profiles(folder)
    yoi = yoi_program(_hermetic, base)
    for folder in (near, away):
        yoi("trust", "--yes", cwd=folder, check=False)
    with serving(yoi, cwd=away) as far:
        yoi("runtime", "add", "far", "--url", far.address, "--token-file", str(far.file), cwd=near)
        environment = {"YOI_FAULTY_TOKEN": TOKEN}
        with serving_workspace(yoi, cwd=near, env=environment) as backend:
            yield Stand(backend, far, yoi, near, git)


@contextlib.contextmanager
def registered(stand: Stand, name: str, url: str, **others: Data) -> Iterator[str]:
    """A runtime that is in the registry for as long as this lasts."""
    body = {"runtime_id": name, "url": url, "token_env": "YOI_FAULTY_TOKEN", **others}
    stand.backend.data("POST", "settings/runtimes", body)
    try:
        yield name
    finally:
        stand.backend.data("DELETE", f"settings/runtimes/{name}")


def start(stand: Stand, runtime: str, profile: str = "teller", **others: Data) -> str:
    row = stand.backend.data(
        "POST", f"runtimes/{runtime}/workers", {"profile": profile, "text": "hello", **others}
    )
    return str(row["worker"]["worker_id"])


def worker(stand: Stand, runtime: str, worker_id: str) -> Data:
    return stand.backend.data("GET", f"runtimes/{runtime}/workers/{worker_id}")


def await_end(stand: Stand, runtime: str, worker_id: str) -> None:
    await_until(
        lambda: worker(stand, runtime, worker_id)["worker"]["state"] not in ("queued", "running")
    )


# 1


def test_1_a_worker_is_named_by_its_runtime_and_its_id_together(stand: Stand) -> None:
    here = start(stand, "local")
    assert worker(stand, "local", here)["worker"]["runtime_id"] == "local"
    assert stand.backend.error("GET", f"runtimes/far/workers/{here}") == (404, "worker_not_found")


def test_1_the_same_worker_id_on_two_runtimes_is_two_workers(stand: Stand) -> None:
    there = start(stand, "far")
    await_end(stand, "far", there)
    twin = ("twin", "--url", stand.far.address, "--token-file", str(stand.far.file))
    stand.yoi("runtime", "add", *twin, cwd=stand.repo)
    try:
        stand.backend.data("POST", f"runtimes/twin/workers/{there}/pin", {"pinned": True})
        rows = stand.backend.data("GET", "workers?limit=200")["items"]
        found = [
            (row["worker"]["runtime_id"], row["pinned"])
            for row in rows
            if row["worker"]["worker_id"] == there
        ]
        assert found == [("far", False), ("twin", True)]
    finally:
        stand.yoi("runtime", "remove", "twin", cwd=stand.repo)


def test_1_unknown_runtime_and_unknown_worker_are_two_codes(stand: Stand) -> None:
    for method, path, body in (
        ("GET", "", None),
        ("GET", "/transcript", None),
        ("GET", "/events", None),
        ("POST", "/stop", {}),
        ("POST", "/cancel", {}),
        ("POST", "/input", {"data": "x"}),
        ("POST", "/pin", {"pinned": True}),
    ):
        for runtime, code in (("nowhere", "runtime_not_found"), ("far", "worker_not_found")):
            asked = f"runtimes/{runtime}/workers/{NOBODY}{path}"
            assert stand.backend.error(method, asked, body) == (404, code), asked


# 2


@pytest.mark.parametrize("runtime", ["local", "far"])
def test_2_embedded_and_remote_do_the_same_by_the_same_routes(stand: Stand, runtime: str) -> None:
    worker_id = start(stand, runtime, "reader", input=True, name=f"asked at {runtime}")
    again = start(stand, runtime, "reader", input=True, name=f"asked at {runtime}")
    assert again == worker_id
    path = f"runtimes/{runtime}/workers/{worker_id}"
    stand.backend.data("POST", f"{path}/input", {"data": "some words\n", "close": True})
    await_end(stand, runtime, worker_id)
    row = worker(stand, runtime, worker_id)
    assert (row["worker"]["state"], row["worker"]["exit_code"]) == ("exited", 0)
    assert (row["has_console"], row["archived"], row["unreachable_since"]) == (True, False, None)
    raw = stand.backend.server.ask("GET", stand.backend.path(f"{path}/transcript?raw=true"))
    assert b"some words\n" in raw.content
    numbers = [one["number"] for one in stand.backend.data("GET", f"{path}/events")["items"]]
    assert numbers == [*range(1, len(numbers) + 1)] and len(numbers) > 1
    late = stand.backend.error("POST", f"{path}/input", {"data": "x"})
    assert late == (409, "worker_stopped")
    assert stand.backend.data("POST", f"{path}/stop", {})["worker"]["state"] == "exited"


@pytest.mark.parametrize("runtime", ["local", "far"])
def test_2_frames_of_embedded_and_remote_workers_come_by_the_same_sockets(
    stand: Stand, runtime: str
) -> None:
    worker_id = start(stand, runtime)
    server = stand.backend.server
    headers = {"Authorization": f"Bearer {server.token}"}
    one = stand.backend.path(f"runtimes/{runtime}/workers/{worker_id}/observe?from=start")
    with Watch(f"ws://{server.host}{one}", headers) as viewer:
        assert viewer.end == (1000, "worker_ended")
        assert viewer.output() == b"told: hellodone\n"
        named = {frame["runtime_id"] for frame in viewer.frames if "runtime_id" in frame}
        assert named == {runtime}
        beginning = viewer.frames[0]["cursor"]
    with Watch(f"ws://{server.host}{stand.backend.path('stream')}", headers) as page:
        wanted = {"topic": "worker", "runtime_id": runtime, "worker_id": worker_id}
        wanted["cursor"] = beginning
        page.connection.send(json.dumps({"v": 1, "id": "r1", "subscribe": wanted}))
        page.until("closed", code="gone", reason="worker_ended")
        told = [frame["payload"] for frame in page.frames if frame["kind"] == "event"]
    parts = [b64decode(frame["data"]) for frame in told if frame["kind"] == "output"]
    assert b"".join(parts) == b"told: hellodone\n"


def test_2_the_kind_is_shown_and_the_endpoint_never(stand: Stand) -> None:
    rows = stand.backend.data("GET", "runtimes")["runtimes"]
    assert [(row["runtime_id"], row["kind"]) for row in rows] == [
        ("local", "embedded"),
        ("far", "http"),
    ]
    for path in (
        "runtimes",
        "runtimes/far",
        "settings/runtimes",
        "workers",
        "runtimes/far/workers",
    ):
        text = stand.backend.server.ask("GET", stand.backend.path(path)).text
        assert str(stand.far.port) not in text and stand.far.token not in text


# 3


def test_3_runtimes_come_and_go_without_a_restart_by_either_hand(stand: Stand) -> None:
    def ids() -> list[str]:
        return [row["runtime_id"] for row in stand.backend.data("GET", "runtimes")["runtimes"]]

    stand.yoi(
        *("runtime", "add", "by-hand", "--url", "http://127.0.0.1:1", "--token-env", "X"),
        cwd=stand.repo,
    )
    assert ids() == ["local", "by-hand", "far"]
    stand.backend.data("DELETE", "settings/runtimes/by-hand")
    assert ids() == ["local", "far"]
    listed = stand.yoi("runtime", "list", "--json", cwd=stand.repo).json["runtimes"]
    assert [row["runtime_id"] for row in listed] == ["local", "far"]


def test_3_a_registry_that_cannot_be_read_is_told_and_hides_no_own_worker(stand: Stand) -> None:
    file = stand.backend.server.file.parents[1] / "runtimes.toml"
    before = file.read_bytes()
    file.write_bytes(before + b"\n[runtimes.broken]\nurl = 17\n")
    try:
        assert stand.backend.data("GET", "settings/runtimes")["problem"] == "config_invalid"
        new = {"url": "http://127.0.0.1:1", "token_env": "YOI_FAULTY_TOKEN", "runtime_id": "x"}
        status, code = stand.backend.error("POST", "settings/runtimes", new)
        assert (status, code) == (500, "config_invalid")
        assert stand.backend.data("GET", "runtimes/local/workers")["missing"] == []
    finally:
        file.write_bytes(before)
    assert stand.backend.data("GET", "settings/runtimes")["problem"] is None


def test_3_a_runtime_with_workers_that_run_is_not_removed(stand: Stand) -> None:
    running = start(stand, "far", "sleeper")
    refused = stand.backend.error("DELETE", "settings/runtimes/far")
    assert refused == (409, "runtime_busy")
    stand.backend.data("POST", f"runtimes/far/workers/{running}/stop", {"grace": 0})


# 4


def test_4_a_test_says_what_is_there_and_what_is_missing(stand: Stand) -> None:
    found = stand.backend.data("POST", "settings/runtimes/far/test")
    assert found["compatible"] is True
    assert {"api v1", "create", "input", "stop", "transcript", "events"} <= {
        one["name"] for one in found["checks"] if one["is_there"]
    }


def test_4_one_route_that_answers_makes_nothing_compatible(stand: Stand) -> None:
    with faulty(faults.facts()) as fault, registered(stand, "shell", fault.address):
        found = stand.backend.data("POST", "settings/runtimes/shell/test")
        assert found["code"] is None and found["compatible"] is False
        missing = {one["name"] for one in found["checks"] if not one["is_there"]}
        assert {"list", "stop", "transcript", "events"} <= missing
        assert faults.SECRET not in json.dumps(found)


def test_4_another_version_is_named(stand: Stand) -> None:
    newer = faults.facts(api_versions=["v7"])
    with faulty(newer) as fault, registered(stand, "newer", fault.address):
        found = stand.backend.data("POST", "settings/runtimes/newer/test")
        (check,) = [one for one in found["checks"] if one["name"] == "api v1"]
        assert check["is_there"] is False and found["compatible"] is False


def test_4_a_result_is_not_kept(stand: Stand) -> None:
    before = stand.backend.data("GET", "settings/runtimes")
    stand.backend.data("POST", "settings/runtimes/far/test")
    assert stand.backend.data("GET", "settings/runtimes") == before


# 5


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"runtime_id": "far"}, (409, "runtime_exists")),
        ({"runtime_id": "local"}, (409, "runtime_exists")),
        ({"runtime_id": "-x"}, (400, "runtime_id_invalid")),
        ({"runtime_id": "a.b"}, (400, "runtime_id_invalid")),
        ({"runtime_id": "x", "url": "ftp://127.0.0.1"}, (400, "runtime_url_invalid")),
        ({"runtime_id": "x", "url": "http://ada:pw@127.0.0.1:1"}, (400, "runtime_url_invalid")),
        ({"runtime_id": "x", "url": "http://169.254.169.254"}, (400, "runtime_url_invalid")),
        ({"runtime_id": "x", "url": "http://far.example"}, (400, "runtime_url_invalid")),
        ({"runtime_id": "x", "url": "https://far.example/?a=b"}, (400, "runtime_url_invalid")),
        ({"runtime_id": "x", "kind": "slurm"}, (400, "runtime_kind_unknown")),
        ({"runtime_id": "x", "token": "secret"}, (400, "invalid_request")),
        ({"runtime_id": "x", "token_env": "HOME"}, (400, "invalid_request")),
    ],
)
def test_5_what_cannot_be_registered_is_refused_by_its_own_code(
    stand: Stand, body: dict[str, Data], expected: tuple[int, str]
) -> None:
    whole = {"url": "http://127.0.0.1:1", "token_env": "YOI_FAULTY_TOKEN", **body}
    assert stand.backend.error("POST", "settings/runtimes", whole) == expected


def test_5_the_runtime_of_the_clone_stays(stand: Stand) -> None:
    refused = stand.backend.error("DELETE", "settings/runtimes/local")
    assert refused == (409, "runtime_embedded")
    assert stand.backend.error("DELETE", "settings/runtimes/no") == (404, "runtime_not_found")


def test_5_every_id_that_a_list_gives_can_be_looked_up_again(stand: Stand) -> None:
    labels = ["Upper Case", "upper case", "dots.and.dots", "x" * 120, "x" * 119 + "y", "機械"]
    with contextlib.ExitStack() as stack:
        for label in labels:
            body = {"name": label, "url": "http://127.0.0.1:1", "token_env": "YOI_FAULTY_TOKEN"}
            made = stand.backend.data("POST", "settings/runtimes", body)["runtime_id"]
            stack.callback(stand.backend.data, "DELETE", f"settings/runtimes/{made}")
        rows = stand.backend.data("GET", "runtimes")["runtimes"]
        assert len({row["runtime_id"].lower() for row in rows}) == len(labels) + 2
        for row in rows:
            assert len(row["runtime_id"]) <= 120
            assert stand.backend.data("GET", f"runtimes/{row['runtime_id']}") == row


# 6


def test_6_a_runtime_that_is_down_leaves_its_rows_and_pins(stand: Stand) -> None:
    with faulty(faults.facts(workspaces=["x"])) as fault:
        pinned = start(stand, "far")
        await_end(stand, "far", pinned)
        stand.backend.data("POST", f"runtimes/far/workers/{pinned}/pin", {"pinned": True})
        listed = stand.backend.data("GET", "runtimes/far/workers?limit=200")["items"]
        assert next(r for r in listed if r["worker"]["worker_id"] == pinned)["pinned"] is True
        file = stand.repo / ".git/yoi/runtimes.toml"
        before = file.read_text()
        file.write_text(before.replace(stand.far.address, fault.address))
        try:
            down = stand.backend.data("GET", "workers?limit=200")
            row = next(r for r in down["items"] if r["worker"]["worker_id"] == pinned)
            assert (row["pinned"], row["has_console"]) == (True, False)
            assert row["unreachable_since"] is not None
            assert [one["runtime_id"] for one in down["missing"]] == ["far"]
            since = row["unreachable_since"]
            later = stand.backend.data("GET", "workers?limit=200")["missing"][0]
            assert later["unreachable_since"] == since
        finally:
            file.write_text(before)
        row = worker(stand, "far", pinned)
        assert (row["pinned"], row["unreachable_since"]) == (True, None)


def test_6_a_worker_that_its_runtime_forgot_is_archived_and_has_no_console(stand: Stand) -> None:
    gone = start(stand, "far")
    await_end(stand, "far", gone)
    assert stand.backend.data("GET", "runtimes/far/workers?limit=200")["items"]
    stand.far.data("POST", "/v1/prune", {"ended_before": "2999-01-01T00:00:00Z"})
    rows = stand.backend.data("GET", "runtimes/far/workers?limit=200")["items"]
    row = next(one for one in rows if one["worker"]["worker_id"] == gone)
    assert (row["archived"], row["has_console"]) == (True, False)


# 7


BOTH = pytest.mark.parametrize("runtime", ["local", "far"])


def plan_of(stand: Stand, runtime: str) -> Data:
    return stand.backend.data("GET", f"runtimes/{runtime}/cleanup-plan")


def by_plan(plan: Data, *ids: str, confirm: tuple[str, ...] = ()) -> Data:
    targets, confirmed = [*ids], [*confirm]
    digest = plan["digest"]
    return {"expected_digest": digest, "target_ids": targets, "confirm_dirty_ids": confirmed}


def refusal(stand: Stand, runtime: str, order: Data) -> tuple[int, str]:
    return stand.backend.error("POST", f"runtimes/{runtime}/cleanup-executions", order)


def clean_up(stand: Stand, runtime: str, order: Data) -> Data:
    return stand.backend.data("POST", f"runtimes/{runtime}/cleanup-executions", order)["targets"]


@BOTH
def test_7_a_stale_plan_is_refused(stand: Stand, runtime: str) -> None:
    first = plan_of(stand, runtime)
    ended = start(stand, runtime)
    await_end(stand, runtime, ended)
    order = by_plan(first, f"worker:{ended}")
    assert refusal(stand, runtime, order) == (409, "cleanup_stale")


@BOTH
def test_7_running_and_pinned_workers_are_refused_and_others_go(stand: Stand, runtime: str) -> None:
    ended, pinned, running = (
        start(stand, runtime),
        start(stand, runtime),
        start(stand, runtime, "sleeper"),
    )
    for one in (ended, pinned):
        await_end(stand, runtime, one)
    unpinned = plan_of(stand, runtime)
    stand.backend.data("POST", f"runtimes/{runtime}/workers/{pinned}/pin", {"pinned": True})
    plan = plan_of(stand, runtime)
    why = {one["worker_id"]: one["refused"] for one in plan["targets"]}
    assert (why[ended], why[pinned], why[running]) == (None, "pinned", "running")
    for refused in (pinned, running):
        order = by_plan(plan, f"worker:{ended}", f"worker:{refused}")
        assert refusal(stand, runtime, order) == (409, "cleanup_refused")
    late = by_plan(unpinned, f"worker:{pinned}")
    assert refusal(stand, runtime, late) == (409, "cleanup_stale")
    assert clean_up(stand, runtime, by_plan(plan, f"worker:{ended}")) == [
        {"id": f"worker:{ended}", "removed": True, "rescued": [], "code": None}
    ]
    gone = stand.backend.error("GET", f"runtimes/{runtime}/workers/{ended}")
    assert gone == (404, "worker_not_found")
    stand.backend.data("POST", f"runtimes/{runtime}/workers/{running}/stop", {"grace": 0})


@BOTH
def test_7_a_dirty_worktree_is_confirmed_by_itself_and_kept_under_a_rescue_ref(
    stand: Stand, runtime: str
) -> None:
    clone = stand.clone(runtime)
    made = str(stand.yoi("ticket", "create", "-t", "Dirty", "--json", cwd=clone).json["id"])
    path = Path(str(stand.yoi("worktree", "add", made, "--json", cwd=clone).json["path"]))
    (path / "new.txt").write_text("written nowhere else\n")
    worktree = f"worktree:{made}"

    def target() -> tuple[Data, Data]:
        plan = plan_of(stand, runtime)
        return plan, next(one for one in plan["targets"] if one["id"] == worktree)

    plan, found = target()
    assert (found["refused"], found["ordered"]) == ("open", False)
    order = by_plan(plan, worktree, confirm=(worktree,))
    assert refusal(stand, runtime, order) == (409, "cleanup_refused")
    stand.yoi("ticket", "close", made, "-m", "Not wanted.", cwd=clone)
    plan, found = target()
    assert (found["refused"], found["dirty"], found["uncommitted"]) == (None, True, 1)
    assert refusal(stand, runtime, by_plan(plan, worktree)) == (409, "cleanup_refused")
    assert path.exists()
    (done,) = clean_up(stand, runtime, by_plan(plan, worktree, confirm=(worktree,)))
    assert done["removed"] is True and not path.exists()
    kept = stand.git("show", f"{done['rescued'][0]}:new.txt", cwd=clone).out
    assert kept == "written nowhere else\n"


def test_7_work_that_was_ordered_there_stays_until_its_ticket_is_over_here(stand: Stand) -> None:
    made = stand.backend.data("POST", "tickets", {"title": "Far", "acceptance": ["x"]})["id"]
    away, ref = stand.clone("far"), f"refs/yoi/work/{made}/here.coder"
    commit = stand.git("rev-parse", "HEAD", cwd=away).out.strip()
    stand.git("update-ref", ref, commit, cwd=away)
    branch = f"work/{made}-far"
    order: Data = {"key": f"far {made}", "profile": "committer", "ticket": made, "role": "coder"}
    order["base"] = {"ref": ref, "commit": commit, "branch": branch}
    order["run"] = {"branch": branch, "target": "main", "generation": 1, "round": 1}
    worker_id = str(stand.far.data("POST", "/v1/workers", order)["worker_id"])
    await_end(stand, "far", worker_id)
    worktree = f"worktree:{worker_id}"

    def target() -> tuple[Data, Data]:
        plan = plan_of(stand, "far")
        return plan, next(one for one in plan["targets"] if one["id"] == worktree)

    plan, found = target()
    assert (found["ticket"], found["refused"], found["ordered"]) == (made, "open", True)
    early = by_plan(plan, worktree, confirm=(worktree,))
    assert refusal(stand, "far", early) == (409, "cleanup_refused")
    stand.backend.data("POST", f"tickets/{made}/close", {"text": "Not wanted."})
    plan, found = target()
    assert (found["refused"], found["dirty"]) == (None, True)
    (done,) = clean_up(stand, "far", by_plan(plan, worktree, confirm=(worktree,)))
    assert stand.git("show", f"{done['rescued'][0]}:left.txt", cwd=away).out == "left\n"
    assert made not in stand.git("worktree", "list", cwd=away).out


def test_7_what_is_pinned_by_another_name_of_the_runtime_or_there_itself_stays(
    stand: Stand,
) -> None:
    here, there = start(stand, "far"), start(stand, "far")
    for one in (here, there):
        await_end(stand, "far", one)
    twin = ("twin", "--url", stand.far.address, "--token-file", str(stand.far.file))
    stand.yoi("runtime", "add", *twin, cwd=stand.repo)
    RememberedWorkers(str(stand.clone("far") / ".git/yoi"), "local").pin(there, is_pinned=True)
    try:
        stand.backend.data("POST", f"runtimes/twin/workers/{here}/pin", {"pinned": True})
        why = {one["worker_id"]: one["refused"] for one in plan_of(stand, "far")["targets"]}
        assert (why[here], why[there]) == ("pinned", "pinned")
    finally:
        stand.yoi("runtime", "remove", "twin", cwd=stand.repo)


def test_7_a_runtime_that_does_not_say_that_it_can_clean_up_is_not_asked_to(stand: Stand) -> None:
    with faulty(faults.facts()) as older, registered(stand, "older", older.address):
        answer = stand.backend.error("GET", "runtimes/older/cleanup-plan")
        assert answer == (501, "runtime_unsupported")
        order = {"expected_digest": "0" * 64, "target_ids": []}
        assert refusal(stand, "older", order) == (501, "runtime_unsupported")
        assert {path for path, _ in older.asked} == {"/v1/runtime"}


# 8


def test_8_no_redirect_is_followed_and_no_token_leaves_its_origin(stand: Stand) -> None:
    with faulty(faults.say(200, b"{}")) as other:
        elsewhere = faults.say(307, b"", Location=f"{other.address}/v1/workers")
        with faulty(elsewhere) as fault, registered(stand, "moved", fault.address):
            answer = stand.backend.error("GET", f"runtimes/moved/workers/{NOBODY}")
            assert answer == (502, "runtime_malformed")
            assert fault.asked[0][1] == f"Bearer {TOKEN}"
        assert other.asked == []


# 9


def test_9_a_runtime_that_hangs_slows_no_other_and_no_list(stand: Stand) -> None:
    with faulty(faults.hang(30)) as fault, registered(stand, "stuck", fault.address, timeout=25):
        began = time.monotonic()
        with ThreadPoolExecutor(7) as pool:
            lists = [pool.submit(stand.backend.data, "GET", "workers") for _ in range(6)]
            own = pool.submit(stand.backend.data, "GET", "runtimes/local/workers")
            own.result()
            assert not any(one.done() for one in lists)
            found = [one.result() for one in lists]
        assert time.monotonic() - began < 20, "the lists waited for the runtime's own timeout"
        for one in found:
            assert [(m["runtime_id"], m["code"]) for m in one["missing"]] == [
                ("stuck", "runtime_timeout")
            ]


# 10


def test_10_the_id_that_is_served_is_the_id_in_the_file(stand: Stand) -> None:
    file = stand.backend.server.file.parents[1] / "workspace-id"
    assert stand.backend.workspace_id == file.read_text().strip()
    served = stand.backend.data("GET", "workspace")["workspace_id"]
    assert served == stand.backend.workspace_id


def test_10_two_servers_that_make_it_at_once_have_one(tmp_path: Path) -> None:
    for number in range(20):
        folder = tmp_path / str(number)
        with ThreadPoolExecutor(8) as pool:
            ids = set(pool.map(workspace_id, [str(folder)] * 8))
        assert ids == {(folder / "workspace-id").read_text().strip()}


# The table of causes.


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (faults.fail(401, "unauthorized"), (502, "runtime_auth_failed")),
        (faults.fail(403, "forbidden"), (502, "runtime_auth_failed")),
        (faults.fail(404, "worker_not_found"), (404, "worker_not_found")),
        (faults.fail(405, "method_not_allowed"), (501, "runtime_unsupported")),
        (faults.fail(501, "worker_unsupported"), (501, "runtime_unsupported")),
        (faults.fail(409, "worker_stopped"), (409, "worker_stopped")),
        (faults.fail(418, "teapot"), (502, "runtime_failed")),
        (faults.fail(500, "internal"), (502, "runtime_failed")),
        (faults.fail(503, "draining"), (503, "runtime_unavailable")),
        (faults.say(200, b"<html>hello"), (502, "runtime_malformed")),
        (
            faults.say(200, b'{"schema":"yoi/1","kind":"worker","data":{}}'),
            (502, "runtime_malformed"),
        ),
        (faults.say(302, b"", Location="http://127.0.0.1:1/"), (502, "runtime_malformed")),
        (faults.hang(3), (504, "runtime_timeout")),
    ],
    ids=lambda one: str(one[1]) if isinstance(one, tuple) else "",
)
def test_each_cause_at_a_runtime_is_its_own_code(
    stand: Stand, answer: Answer, expected: tuple[int, str]
) -> None:
    with faulty(answer) as fault, registered(stand, "faulty", fault.address, timeout=1):
        path = stand.backend.path(f"runtimes/faulty/workers/{NOBODY}")
        found = stand.backend.server.ask("GET", path)
        assert (found.status_code, found.json()["error"]["code"]) == expected
        assert faults.SECRET not in found.text and TOKEN not in found.text


def test_a_runtime_that_is_not_there_and_one_without_its_token_are_told_apart(
    stand: Stand,
) -> None:
    path = f"workers/{NOBODY}"
    with registered(stand, "closed", "http://127.0.0.1:1"):
        answer = stand.backend.error("GET", f"runtimes/closed/{path}")
        assert answer == (502, "runtime_unreachable")
    body = {"runtime_id": "lost", "url": "http://127.0.0.1:1", "token_env": "YOI_LOST_TOKEN"}
    stand.backend.data("POST", "settings/runtimes", body)
    answer = stand.backend.error("GET", f"runtimes/lost/{path}")
    assert answer == (502, "runtime_token_missing")
    stand.backend.data("DELETE", "settings/runtimes/lost")


def test_a_runtime_of_another_workspace_than_is_expected_is_refused(stand: Stand) -> None:
    stand.yoi(
        *("runtime", "add", "other", "--url", stand.far.address),
        *("--token-file", str(stand.far.file), "--workspace", "not-this-one"),
        cwd=stand.repo,
    )
    answer = stand.backend.error("GET", f"runtimes/other/workers/{NOBODY}")
    assert answer == (502, "runtime_workspace_refused")
    stand.yoi("runtime", "remove", "other", cwd=stand.repo)


def test_another_workspaces_path_is_refused_whatever_it_is(stand: Stand) -> None:
    for path in ("tickets", "workers", "runtimes/local", "settings/runtimes", "doctor"):
        answer = stand.backend.server.error("GET", f"/api/w/other/{path}")
        assert answer == (404, "workspace_mismatch")
