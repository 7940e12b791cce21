"""Workers on a host that no server is on, as `yoi serve` shows them (docs/runtime.md)."""

from __future__ import annotations

from pathlib import Path

import pytest
from support.observing import Watch
from support.process import Program, git_program
from support.runtimes import add_profiles
from support.servers import serving_workspace
from support.sshd import Sshd

pytestmark = pytest.mark.process


def test_a_worker_over_ssh_is_watched_through_yoi_serve(
    yoi: Program, workspace: Path, tmp_path: Path, far_host: Sshd
) -> None:
    add_profiles(workspace)
    yoi("trust", "--yes", cwd=workspace, check=False)
    there = tmp_path / "there"
    git_program(dict(far_host.environment), tmp_path)("clone", "-q", str(workspace), str(there))
    yoi("runtime", "add", "gpu", "--kind", "ssh", "--host", "far", "--folder", str(there))
    with serving_workspace(yoi, cwd=workspace, env=far_host.environment) as backend:
        asked = {"profile": "teller", "text": "hello"}
        made = backend.data("POST", "runtimes/gpu/workers", asked)["worker"]
        path = backend.path(f"runtimes/gpu/workers/{made['worker_id']}/observe?from=start")
        headers = {"Authorization": f"Bearer {backend.server.token}"}
        with Watch(f"ws://{backend.server.host}{path}", headers) as viewer:
            assert viewer.end == (1000, "worker_ended")
            assert viewer.output() == b"told: hellodone\n"
            assert viewer.frames[-1]["worker"]["runtime_id"] == "gpu"
