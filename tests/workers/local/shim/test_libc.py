"""Functions of the C library, by the core of `ctypes`."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path

import pytest

from yoi_cli.workers.local.shim.kernel import punch
from yoi_cli.workers.local.shim.libc import call

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="Linux alone has these calls")


def test_what_a_function_refuses_is_an_error_with_its_number() -> None:
    with pytest.raises(OSError, match="Invalid argument") as refused:
        call("prctl", -1, 0, 0, 0, 0)
    assert refused.value.errno == errno.EINVAL


def test_so_is_a_function_that_is_not_there() -> None:
    with pytest.raises(OSError, match="yoi_is_not_there"):
        call("yoi_is_not_there")


def test_a_file_is_given_back_beyond_what_a_small_number_holds(tmp_path: Path) -> None:
    before, behind = (1 << 32) + 4096, (1 << 32) + 8192
    with (tmp_path / "large").open("w+b") as file:
        for offset in (before, behind):
            os.pwrite(file.fileno(), b"there", offset)
        if not punch(file.fileno(), behind):
            pytest.skip("the file system gives nothing back")
        assert os.pread(file.fileno(), 5, before) == bytes(5)
        assert os.pread(file.fileno(), 5, behind) == b"there"
