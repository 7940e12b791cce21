"""A clone's merge driver and attributes, looked at and set up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from yoi_cli.setup.merge_checks import (
    ANCESTOR_COMMAND,
    ANCESTOR_DRIVER,
    ANCESTOR_DRIVER_NAME,
    DRIVER,
    DRIVER_COMMAND,
    DRIVER_NAME,
    PROGRAM,
    TICKET_PARTS,
    MergeFacts,
    asked_paths,
    attribute_lines,
    completed,
    missing_lines,
)
from yoi_cli.store.files.directory import Directory
from yoi_cli.store.files.layout import OBJECTIVES_FOLDER, StoreLocation
from yoi_cli.store.files.reader import FileReader

if TYPE_CHECKING:
    from collections.abc import Iterator

    from yoi_cli.doctor.repair import Repair, RepairResult
    from yoi_cli.git.checkout import Checkout


_THREAD = "/thread.md"


class CloneSetup:
    """What merges in the clone that `workspace` lies in.

    `root` is the store's folder below `workspace`; without a `checkout` there are only
    attributes to write. Every method raises `YoiError` and `OSError`.
    """

    def __init__(self, workspace: str, root: str, checkout: Checkout | None) -> None:
        self._workspace = workspace
        self._root = root
        self._checkout = checkout
        self._lines = attribute_lines(root)

    def facts(self) -> MergeFacts:
        from yoi_cli.setup.git import merge_config

        cwd = self._workspace
        driver = merge_config.configured_driver(cwd, DRIVER)
        asked = (*asked_paths(self._root), *self._present_paths())
        found = merge_config.attributes_of(cwd, asked)
        threads = {path: one for path, one in found["text"].items() if path.endswith(_THREAD)}
        return MergeFacts(
            attributes=found["merge"],
            text=threads,
            driver=driver,
            ancestor_driver=merge_config.configured_ancestor_driver(cwd, DRIVER),
            program_missing=merge_config.missing_program(
                PROGRAM if driver == DRIVER_COMMAND else driver
            ),
            missing_lines=self.incomplete(),
            unmerged=merge_config.unmerged_paths(cwd, [self._root, OBJECTIVES_FOLDER]),
        )

    def _present_paths(self) -> Iterator[str]:
        """The files of the tickets that are there: folders may have attributes of their own."""
        location = StoreLocation(self._workspace, "", self._root)
        for ticket in FileReader(location).ids():
            yield from (f"{self._root}/{ticket}/{part}" for part in TICKET_PARTS)

    def incomplete(self) -> tuple[str, ...]:
        """The attributes files that lack lines."""
        return tuple(
            path for path, lines in self._lines.items() if missing_lines(self._read(path), lines)
        )

    def repair(self, repairs: tuple[Repair, ...]) -> RepairResult:
        """Make the repairs that `plan_setup` gave; one that fails keeps no other back."""
        from yoi_cli.doctor.repair import WRITE_ATTRIBUTES, make_repairs

        def make(repair: Repair) -> None:
            if repair.action == WRITE_ATTRIBUTES:
                self.write_attributes(repair.path)
            else:
                self.configure()

        return make_repairs(repairs, make)

    def write_attributes(self, path: str) -> None:
        """Complete the attributes file at the workspace-relative `path`."""
        data = completed(self._read(path), self._lines[path])
        with Directory.open(self._workspace, "") as top:
            top.replace_path(path, data)

    def configure(self) -> None:
        """Give the clone both drivers, in its own configuration."""
        from yoi_cli.setup.git.merge_config import configure_driver

        if self._checkout is not None:
            cwd = self._workspace
            configure_driver(cwd, ANCESTOR_DRIVER, ANCESTOR_COMMAND, ANCESTOR_DRIVER_NAME)
            configure_driver(cwd, DRIVER, DRIVER_COMMAND, DRIVER_NAME, ancestors=ANCESTOR_DRIVER)

    def _read(self, path: str) -> bytes:
        with Directory.open(self._workspace, "") as top:
            return top.read_path(path) or b""
