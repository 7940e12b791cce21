"""`parser`: the properties of the readers, on very many examples.

The properties are those of the test suite; here each is tried on its share of the examples.
The control reads what a writer wrote that escapes nothing.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator
from multiprocessing import Pool
from pathlib import Path
from types import ModuleType
from typing import NamedTuple
from unittest.mock import patch

from torture.outcome import Outcome, Settings

TESTS = Path(__file__).resolve().parents[2]
FILES = ("test_thread_properties.py", "test_item_properties.py")
#: A property's examples come in parts of this size, each with a seed of its own.
PART = 2_500


class Task(NamedTuple):
    """Some examples of one property."""

    file: str
    name: str
    examples: int
    seed: int


def properties_of(file: str) -> ModuleType:
    """The test file as a module, loaded anew by its path: a property takes settings once."""
    spec = importlib.util.spec_from_file_location(
        file.removesuffix(".py"), TESTS / "store" / "formats" / file
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def names(file: str) -> Iterator[str]:
    for name, value in vars(properties_of(file)).items():
        if name.startswith("test_") and hasattr(value, "hypothesis"):
            yield name


def try_examples(task: Task) -> str | None:
    """What an example broke, or None."""
    from hypothesis import HealthCheck, seed, settings

    found: Callable[[], None] = getattr(properties_of(task.file), task.name)
    tried = settings(
        max_examples=task.examples,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )(seed(task.seed)(found))
    try:
        tried()
    except Exception as error:
        return f"{task.name}, seed {task.seed}: {error!r}"[:2000]
    return None


def control() -> str | None:
    """What the properties say of a writer that escapes nothing."""
    name = "test_every_body_is_read_back_as_it_was_written"
    with patch("yoi_cli.store.formats.thread_writing.escape_any_line", str):
        return try_examples(Task(FILES[0], name, 300, 1))


def tasks(total: int, first_seed: int) -> list[Task]:
    every = [(file, name) for file in FILES for name in names(file)]
    share = -(-total // len(every))
    return [
        Task(file, name, min(PART, share - done), first_seed * 10_000 + number)
        for number, done in enumerate(range(0, share, PART))
        for file, name in every
    ]


def run(settings: Settings) -> Outcome:
    total = settings.size(settings.runs, full=1_000_000, short=3_000)
    planned = tasks(total, settings.seed)
    # Hypothesis keeps what it compiled for every module: a process does a few tasks only.
    with Pool(settings.jobs, maxtasksperchild=4) as pool:
        broken = [text for text in pool.map(try_examples, planned, 1) if text is not None]
    said = control()
    return Outcome(
        {
            "properties": len({(task.file, task.name) for task in planned}),
            "examples": sum(task.examples for task in planned),
        },
        tuple(broken),
        None if said is None else "a writer that escapes nothing is found out",
    )
