"""Workers of a workspace, and a server at which they are watched."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.observing import ObservingServer, Place, place_in, serving
from support.workers import Workers


@pytest.fixture
def place(workspace: Path) -> Iterator[Place]:
    with place_in(workspace) as made:
        yield made


@pytest.fixture
def workers(place: Place) -> Workers:
    return place.workers


@pytest.fixture
def server(place: Place) -> Iterator[ObservingServer]:
    with serving(place.session) as made:
        yield made
