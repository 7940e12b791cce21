"""`yoi panel --backend`: the same panel, over a workspace that `yoi serve` serves."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from support.process import Program
from support.servers import Backend, serving_workspace
from support.tmux import Terminal, terminal
from support.workspaces import put

from yoi_cli.api.served import find_place
from yoi_cli.api.session import Start
from yoi_cli.errors import YoiError

pytestmark = [
    pytest.mark.process,
    pytest.mark.slow,
    pytest.mark.skipif(shutil.which("tmux") is None, reason="tmux is not installed"),
]

Opens = Callable[..., AbstractContextManager[Terminal]]


@pytest.fixture
def panel(yoi: Program, tmp_path: Path) -> Opens:
    """Opens `yoi panel` with options, from a folder."""

    @contextmanager
    def opened(*options: str, folder: Path, **more: str) -> Iterator[Terminal]:
        environment = {**yoi.env, "LANG": "C.UTF-8", **more}
        command = [*yoi.argv, "panel", *options]
        with terminal(command, folder, environment, tmp_path / "t", (100, 30)) as found:
            yield found

    return opened


@pytest.fixture
def served(yoi: Program, workspace: Path) -> Iterator[Backend]:
    with serving_workspace(yoi, "--name", "The workshop", cwd=workspace) as backend:
        yield backend


def start_at(folder: Path, **environment: str) -> Start:
    return Start(str(folder), False, "test", environment)


def test_a_day_from_another_folder_and_through_a_restart_of_the_server(
    panel: Opens, yoi: Program, workspace: Path, tmp_path: Path
) -> None:
    one = put(workspace, 1, "planning", title="Print the invoice")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    with serving_workspace(yoi, "--name", "The workshop", cwd=workspace) as first:
        given = {"YOI_THAT_TOKEN": first.server.token, "TMPDIR": str(tmp_path)}
        options = ("--backend", first.server.address, "--token-env", "YOI_THAT_TOKEN")
        port = first.server.port
        with panel(*options, folder=elsewhere, **given) as shown:
            shown.shows("The workshop", "Print the invoice", "orchestrator absent")
            shown.keys("Down", "Enter")
            shown.shows("What was settled")
            shown.type("All of it.")
            shown.keys("Enter")
            shown.shows(f"{one} is ready", "gate open")
            shown.keys("F2")
            shown.shows("Log", "All of it.")
            shown.keys("Escape")
            yoi("ticket", "create", "--title", "By a command")
            shown.shows("By a command")
            first.server.end()
            shown.shows("The server cannot be reached")
            with serving_workspace(yoi, "--bind", f"127.0.0.1:{port}", cwd=workspace):
                shown.shows("gate open")
                yoi("ticket", "create", "--title", "Behind the restart")
                shown.shows("Behind the restart")
                shown.type("Never said")
                shown.keys("C-c")
                shown.ends()
                shown.shows("yoi-draft-")
    (draft,) = tmp_path.glob("yoi-draft-*")
    assert draft.read_text() == "Never said"


def test_what_keeps_it_from_a_server_is_told_before_the_screen_is_taken(
    panel: Opens, served: Backend, workspace: Path, tmp_path: Path
) -> None:
    wrong = tmp_path / "wrong.token"
    wrong.write_text("not-the-token-0123456789\n")
    address = served.server.address
    for options, told in (
        (("--backend", "nowhere"), "There is no backend 'nowhere'"),
        (("--backend", "http://example.org:80"), "it has to be https"),
        (("--backend", address, "--token-file", str(wrong)), "does not take the token"),
        (("--backend", "http://127.0.0.1:1", "--token-file", str(wrong)), "cannot be reached"),
        (("--token-file", str(wrong)), "A token is for --backend"),
    ):
        with panel(*options, folder=workspace) as shown:
            shown.shows(told)
            shown.ends()


def test_the_token_is_found_where_other_commands_find_it(
    served: Backend, workspace: Path, tmp_path: Path
) -> None:
    token, address = served.server.token, served.server.address
    here, elsewhere = start_at(workspace), start_at(tmp_path, YOI_GIVEN_TOKEN=token)
    assert find_place(here, "local")[:2] == (address, token)
    assert find_place(here, address).token == token
    assert find_place(elsewhere, address, token_env="YOI_GIVEN_TOKEN").token == token
    file = str(served.server.file)
    assert find_place(elsewhere, address, token_file=file).token == token
    assert token not in repr(find_place(here, address))
    with pytest.raises(YoiError, match="no token") as refused:
        find_place(start_at(tmp_path), address)
    assert refused.value.code == "server_token_missing"


def test_a_backend_has_a_name_in_the_clones_file_of_runtimes(
    served: Backend, workspace: Path, yoi: Program
) -> None:
    yoi("runtime", "add", "big", "--url", "https://big.example", "--token-env", "BIG_TOKEN")
    (file,) = workspace.glob(".git/yoi/**/runtimes.toml")
    named = f'[backends.shop]\nurl = "{served.server.address}"\ntoken_env = "SHOP_TOKEN"\n'
    file.write_text(f"{file.read_text()}\n{named}")
    start = start_at(workspace, SHOP_TOKEN="of-the-shop-0123456789")
    assert find_place(start, "shop").token == "of-the-shop-0123456789"
    yoi("runtime", "remove", "big")
    assert named in file.read_text()
    assert json.loads(yoi("runtime", "list", "--json").out)
    with pytest.raises(YoiError) as unknown:
        find_place(start, "shed")
    assert (unknown.value.code, "shop" in unknown.value.hint) == ("backend_not_found", True)
