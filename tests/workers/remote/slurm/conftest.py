"""Workers of a cluster for each test, of which nothing may be left when the test is over."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from support.slurm import Cluster
from support.slurm_workers import SlurmWorkers, slurm_workers


@pytest.fixture
def workers(slurm_cluster: Cluster, tmp_path: Path) -> Iterator[SlurmWorkers]:
    with slurm_workers(slurm_cluster, tmp_path) as made:
        yield made
