"""Beyond plain HTTP at this machine: TLS, a proxy that stands before it, sockets, and the names by
which it is asked for."""

from __future__ import annotations

import json
import os
import socket
import ssl
import subprocess
from pathlib import Path

import httpx2
import pytest
from support.process import Program
from support.servers import RunningServer, error_of, serving
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from yoi_cli.errors import OperationError, UsageError
from yoi_cli.server.http.serving import Binding, listen, parse_binding, places_of

pytestmark = pytest.mark.process
TOKEN = "a-token-that-is-long-enough"
WORKER = "w-01ARZ3NDEKTSV4RRFFQ69G5FAV"


@pytest.fixture
def token(tmp_path: Path) -> Path:
    path = tmp_path / "token"
    path.write_text(TOKEN)
    return path


def certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1, and its key."""
    made, key = folder / "certificate.pem", folder / "key.pem"
    subprocess.run(
        [
            *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"),
            *("-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"),
            *("-addext", "subjectAltName=IP:127.0.0.1"),
            *("-keyout", str(key), "-out", str(made)),
        ],
        check=True,
        capture_output=True,
    )
    return made, key


def test_with_tls_requests_and_websockets_are_served_and_nothing_in_the_clear(
    yoi: Program, workspace: Path, tmp_path: Path
) -> None:
    made, key = certificate(tmp_path)
    options = ("--tls-certificate", str(made), "--tls-key", str(key))
    with serving(yoi, *options, cwd=workspace) as server:
        assert server.address.startswith("https://127.0.0.1:")
        trusted = ssl.create_default_context(cafile=str(made))
        headers = {"Authorization": f"Bearer {server.token}"}
        with httpx2.Client(verify=trusted, headers=headers, trust_env=False) as client:
            assert client.get(f"{server.address}/v1/workers").status_code == 200
        url = f"wss://{server.host}/v1/workers/{WORKER}/observe"
        with connect(url, ssl=trusted, additional_headers=headers, proxy=None) as watched:
            assert json.loads(watched.recv(30))["code"] == "worker_not_found"
        with pytest.raises(httpx2.TransportError), httpx2.Client(trust_env=False) as client:
            client.get(f"http://{server.host}/v1/health")
        assert b"Traceback" not in b"".join(server.errors)


@pytest.mark.parametrize("bind", ["127.0.0.1:0", "0.0.0.0:0"])
def test_behind_a_proxy_it_answers_to_the_name_that_was_declared_and_no_header_changes_that(
    yoi: Program, workspace: Path, token: Path, bind: str
) -> None:
    options = ("--bind", bind, "--behind-proxy", "--host", "yoi.example")
    with serving(yoi, *options, "--token-file", str(token), cwd=workspace) as server:
        here = f"http://127.0.0.1:{server.port}"

        def ask(host: str, path: str = "/v1/workers", **more: str) -> httpx2.Response:
            headers = {"Host": host, "Authorization": f"Bearer {TOKEN}", **more}
            with httpx2.Client(headers=headers, trust_env=False) as client:
                return client.get(f"{here}{path}")

        assert ask("yoi.example").status_code == 200
        assert ask("YOI.example").status_code == 200
        for host in ("evil.example", "yoi.example.", "yoi.example:1", "yoi.example.evil"):
            assert error_of(ask(host)) == (421, "host_refused")
        forwarded = {"X-Forwarded-Host": "yoi.example", "Forwarded": "host=yoi.example"}
        assert error_of(ask("evil.example", **forwarded)) == (421, "host_refused")
        assert error_of(ask("yoi.example", Origin="https://yoi.example"))[0] == 403
        url = f"ws://127.0.0.1:{server.port}/v1/workers/{WORKER}/observe"
        with pytest.raises(InvalidStatus) as refused:
            connect(url, additional_headers={"Host": "evil.example"}, proxy=None)
        assert refused.value.response.status_code in (400, 421)


def test_at_every_address_a_name_is_needed() -> None:
    with pytest.raises(UsageError) as refused:
        parse_binding("0.0.0.0:0", certificate="c", key="k", has_token=True)
    assert refused.value.code == "bind_refused"
    made = parse_binding("[::]:0", certificate="c", key="k", has_token=True, hosts=("yoi:8443",))
    assert made.hosts == ("yoi:8443",)


def hosts(binding: Binding, port: int) -> frozenset[str]:
    class Bound:
        def getsockname(self) -> tuple[str, int]:
            return binding.host, port

    return places_of(binding, Bound()).hosts  # type: ignore[arg-type]


def test_a_port_that_nobody_writes_is_no_part_of_its_name() -> None:
    assert "127.0.0.1" in hosts(Binding("127.0.0.1", 80), 80)
    assert "[::1]" in hosts(Binding("127.0.0.1", 80), 80)
    assert "localhost" in hosts(Binding("127.0.0.1", 443, certificate="c"), 443)
    assert "127.0.0.1" not in hosts(Binding("127.0.0.1", 443), 443)


@pytest.mark.parametrize(
    ("host", "status"),
    [
        *(("127.0.0.1:{port}", 200), ("LOCALHOST:{port}", 200), ("[::1]:{port}", 200)),
        *(("127.0.0.1.:{port}", 421), ("localhost.:{port}", 421), ("127.0.0.1", 421)),
        *(("127.1:{port}", 421), ("[::ffff:127.0.0.1]:{port}", 421), ("x@127.0.0.1:{port}", 421)),
        ("127.0.0.1:{port}, evil", 421),
    ],
)
def test_every_other_way_to_write_a_host_is_another_host(
    server: RunningServer, host: str, status: int
) -> None:
    answer = server.ask("GET", "/v1/workers", headers={"Host": host.format(port=server.port)})
    assert answer.status_code == status


def test_two_hosts_are_none(server: RunningServer) -> None:
    with socket.create_connection(("127.0.0.1", server.port), 30) as asking:
        line = f"Host: {server.host}\r\n"
        asking.sendall(f"GET /v1/health HTTP/1.1\r\n{line}{line}\r\n".encode())
        assert asking.recv(4096).split()[1] in (b"400", b"421")


@pytest.mark.parametrize(
    "path",
    [
        *("/v1/bundles/..%2f..%2fetc%2fpasswd", "/v1/bundles/%2e%2e", "/v1/bundles/" + "A" * 64),
        *("/v1/bundles/..%2fx/availability?digest=" + "0" * 64, "/v1/bundles/%00"),
        *("/v1/workers/..%2f..%2fservers", "/v1/workers/w-01%00", "/v1/workers/%2e%2e/transcript"),
    ],
)
def test_no_id_is_a_path(server: RunningServer, path: str) -> None:
    answer = server.ask("GET", path)
    assert answer.status_code in (200, 400, 404)
    if answer.status_code == 200:
        assert json.loads(answer.text)["data"]["availability"] == "missing"


def test_a_bundle_that_is_a_link_is_not_followed(server: RunningServer, workspace: Path) -> None:
    digest = "0" * 64
    folder = workspace / ".git/yoi/bundles"
    folder.mkdir(mode=0o700)
    (folder / f"{digest}.json").symlink_to("/etc/passwd")
    assert server.ask("GET", f"/v1/bundles/{digest}").status_code in (404, 500)
    assert "root:" not in server.ask("GET", f"/v1/bundles/{digest}").text


def test_what_is_logged_of_a_request_is_one_line(server: RunningServer, workspace: Path) -> None:
    spec = workspace / ".git/yoi/workers" / WORKER / "spec.json"
    spec.parent.mkdir(parents=True)
    spec.write_text("{")
    server.ask("GET", f"/v1/workers/{WORKER}?wait=0", headers={"User-Agent": "x\x1b[31m"})
    server.end()
    for line in b"".join(server.errors).splitlines():
        assert json.loads(line)["event"] == "incident"
        assert line.isascii()
        assert b"\x1b" not in line


def test_a_socket_at_which_somebody_listens_is_not_taken_from_them(tmp_path: Path) -> None:
    path = str(tmp_path / "s")
    with socket.socket(socket.AF_UNIX) as other:
        other.bind(path)
        other.listen()
        assert descriptors_of_refused(Binding(path=path)) == 0
    listen(Binding(path=path)).close()  # nobody answers there any more


def test_a_port_at_which_somebody_listens_is_refused_too() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = Binding("127.0.0.1", other.getsockname()[1])
        assert descriptors_of_refused(taken) == 0


def descriptors_of_refused(binding: Binding) -> int:
    """How many descriptors are still open once listening there was refused: while the error is
    held, nothing that its frames hold is closed by the garbage collector."""
    before = len(os.listdir("/dev/fd"))
    with pytest.raises(OperationError) as refused:
        listen(binding)
    assert refused.value.code == "bind_failed"
    return len(os.listdir("/dev/fd")) - before
