"""Input by a file, as it comes from another machine: each byte once, whoever is killed."""

from __future__ import annotations

import os
import random
import select
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.workers import PATIENCE, both_ways

from yoi_cli.workers.local.shim import files
from yoi_cli.workers.local.shim.parts import PORTABLE
from yoi_cli.workers.local.shim.spool import (
    SPOOL,
    UNREAD,
    Feeder,
    Spooled,
    make_spool,
    write_spooled,
)

pytestmark = pytest.mark.process


class Place:
    """A worker's folder with its pipe, of which `read` is what its program reads."""

    def __init__(self, path: Path) -> None:
        self.path = path
        os.mkfifo(path / files.STDIN)
        self.folder = files.open_folder(str(path))
        self.read = os.open(path / files.STDIN, os.O_RDONLY | os.O_NONBLOCK)
        self.keeper = os.open(path / files.STDIN, os.O_WRONLY)
        self.spool = make_spool(self.folder)

    def come(self, data: bytes, size: int, *, is_closed: bool = False) -> None:
        """Let `data` be in the spool, of which `size` bytes count."""
        (self.path / SPOOL).write_bytes(data)
        write_spooled(self.folder, Spooled(size, is_closed))

    def close(self) -> None:
        for descriptor in (self.folder, self.keeper, self.spool):
            os.close(descriptor)
        if self.read >= 0:
            os.close(self.read)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    made = Place(tmp_path)
    yield made
    made.close()


@pytest.fixture
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param != "own":
        monkeypatch.setenv(PORTABLE, "1")


@both_ways
@pytest.mark.usefixtures("way")
def test_what_counts_is_handed_on_once_and_what_a_dead_writer_left_never(place: Place) -> None:
    feeder = Feeder(place.folder, place.spool)
    assert not feeder.feed()
    place.come(b"one\ntorn", 4)
    assert not feeder.feed()
    assert os.read(place.read, 100) == b"one\n"
    place.come(b"one\ntwo\n", 8)
    assert not Feeder(place.folder, place.spool).feed()
    assert not feeder.feed()
    assert os.read(place.read, 100) == b"two\n"


@both_ways
@pytest.mark.usefixtures("way")
def test_more_than_the_pipe_takes_is_handed_on_as_it_is_read_and_closed_behind_it(
    place: Place,
) -> None:
    sent = random.Random(1).randbytes(300_000)
    place.come(sent, len(sent), is_closed=True)
    feeder = Feeder(place.folder, place.spool)
    got, is_closed = b"", False
    while not is_closed:
        is_closed = feeder.feed()
        assert feeder.pause < 100 or is_closed
        got += os.read(place.read, 1 << 20)
    assert got == sent
    assert not feeder.feed()


def test_who_reads_no_more_is_known_before_anything_is_given(place: Place) -> None:
    feeder = Feeder(place.folder, place.spool)
    assert not feeder.feed()
    os.close(place.read)
    place.read = -1
    assert feeder.feed()
    assert (place.path / UNREAD).exists()


def test_what_has_not_come_here_yet_is_waited_for(place: Place) -> None:
    place.come(b"one", 7)
    feeder = Feeder(place.folder, place.spool)
    assert not feeder.feed()
    place.come(b"one two", 7)
    assert not feeder.feed()
    assert os.read(place.read, 100) == b"one two"


def test_a_spool_that_says_nonsense_gives_nothing(place: Place) -> None:
    place.come(b"one", 3)
    for nonsense in (b"", b"\xff", b"three\n"):
        (place.path / "input.size").write_bytes(nonsense)
        assert not Feeder(place.folder, place.spool).feed()
    with pytest.raises(BlockingIOError):
        os.read(place.read, 100)


def test_each_byte_is_given_once_in_order_however_often_whoever_hands_it_on_is_killed(
    place: Place,
) -> None:
    """A successor goes on at the offset that it shares with who was killed."""
    sent = random.Random(2).randbytes(2_000_000)
    place.come(sent, len(sent))
    got = b""
    while len(got) < len(sent):
        child = os.fork()
        if child == 0:
            feeder = Feeder(place.folder, place.spool)
            while True:
                feeder.feed()
        wanted = min(len(sent), len(got) + 100_000)
        while len(got) < wanted:  # it fills the pipe again while it is killed
            select.select([place.read], [], [], PATIENCE)
            got += os.read(place.read, 7_001)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    assert got == sent
