"""A shim loads little, and what stands in for what it does not load does the same."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import yoi_cli
from yoi_cli.workers.local import launcher

pytestmark = pytest.mark.process

_ROOT = str(Path(yoi_cli.__file__).parents[1])
#: Each of them is more than all modules of a shim together.
_HEAVY = {"typing", "re", "enum", "collections", "functools", "contextlib", "inspect", "json"}
_HEAVY |= {"ctypes", "runpy", "struct"}
_LIGHT = f"import sys; sys.path.append({_ROOT!r})\nfrom yoi_cli.workers.local.shim.light import *\n"


def bare(code: str) -> str:
    """What an interpreter prints that loads nothing by itself, as a shim's."""
    command = [sys.executable, "-I", "-S", "-c", "from __future__ import annotations\n" + code]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def test_a_shim_loads_none_of_the_large_modules() -> None:
    code = f"import sys; sys.path.append({_ROOT!r})\nimport yoi_cli.workers.local.shim.main\n"
    modules = bare(f"{code}print(*sys.modules)").split()
    assert "yoi_cli.workers.local.shim.supervisor" in modules
    assert _HEAVY.isdisjoint(modules)


def test_nothing_more_is_loaded_by_the_way_in_which_a_shim_is_started() -> None:
    command = [sys.executable, "-I", "-S", "-X", "importtime", launcher.ENTRY, "w"]
    ended = subprocess.run(command, input=b"", capture_output=True, check=False)
    modules = {line.rpartition("|")[2].strip() for line in ended.stderr.decode().splitlines()}
    assert "yoi_cli.workers.local.shim.supervisor" in modules
    assert _HEAVY.isdisjoint(modules)


@pytest.mark.skipif(sys.platform != "linux", reason="Linux alone has these calls")
def test_a_process_adopts_orphans_and_asks_for_landlock_without_ctypes() -> None:
    code = (
        f"import sys; sys.path.append({_ROOT!r})\n"
        "from yoi_cli.workers.local.shim.kernel import adopt_orphans\n"
        "from yoi_cli.workers.local.shim.landlock import kernel_abi\n"
        "print(adopt_orphans(), kernel_abi() >= 0, 'ctypes' in sys.modules)\n"
    )
    assert bare(code) == "True True False\n"


def test_errors_that_are_named_are_suppressed_and_no_others() -> None:
    code = (
        "with suppress(OSError, KeyError):\n    raise FileNotFoundError\n"
        "try:\n    with suppress(OSError):\n        raise ValueError\n"
        "except ValueError:\n    print('it came')\n"
    )
    assert bare(_LIGHT + code) == "it came\n"


def test_an_answer_is_worked_out_once_for_each_question() -> None:
    code = (
        "def ask(*asked, **named):\n    print(asked, named)\n    return len(asked)\n"
        "ask = cache(ask)\nprint(ask(1), ask(1), ask(1, a=2), ask(1, a=2), ask())\n"
    )
    assert bare(_LIGHT + code) == "(1,) {}\n(1,) {'a': 2}\n() {}\n1 1 1 1 0\n"


def test_signals_have_the_numbers_that_they_have_elsewhere() -> None:
    code = "print([int(getattr(signal, one)) for one in ('SIGTERM', 'SIGKILL', 'SIGUSR1')])"
    assert bare(_LIGHT + code) == bare("import signal\n" + code)
