"""The JSON types of resolving what a merge left (docs/merging.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from yoi_cli.merge.algebra import needs_person

if TYPE_CHECKING:
    from yoi_cli.merge.driver import DriverResult
    from yoi_cli.merge.resolve import Resolution


class ResolveStepDocument(TypedDict):
    """One thing that was done; `paths` are the files written, relative to the workspace."""

    action: str
    ticket: str
    message: str
    paths: list[str]


class ResolveQuestionDocument(TypedDict):
    """Something that is left to a person."""

    ticket: str
    path: str
    code: str
    message: str


class MergeConflictDocument(TypedDict):
    """What both sides of a merged file say differently, and whether a person must look."""

    code: str
    about: str
    needs_person: bool


class MergedFileDocument(TypedDict):
    """One file that the merge driver merged.

    `diverged` says that its thread is, `guessed` that the state of an item could not be told
    from the threads.
    """

    path: str
    conflicts: list[MergeConflictDocument]
    diverged: bool
    guessed: bool


class ResolveDocument(TypedDict):
    """What `yoi resolve` did, or under `--dry-run` (`planned`) would do.

    `ok` says that nothing is left to a person. `added` are the paths that git was told are
    resolved.
    """

    ok: bool
    planned: bool
    steps: list[ResolveStepDocument]
    questions: list[ResolveQuestionDocument]
    notes: list[str]
    added: list[str]


def merged_file_document(path: str, driven: DriverResult) -> MergedFileDocument:
    return {
        "path": path,
        "conflicts": [
            {"code": one.code, "about": one.about, "needs_person": needs_person(one)}
            for one in driven.conflicts
        ],
        "diverged": driven.diverged,
        "guessed": driven.is_guessed,
    }


def resolve_document(found: Resolution) -> ResolveDocument:
    return {
        "ok": not found.questions,
        "planned": found.planned,
        "steps": [
            {
                "action": step.action,
                "ticket": step.ticket,
                "message": step.message,
                "paths": list(step.paths),
            }
            for step in found.steps
        ],
        "questions": [
            {
                "ticket": question.ticket,
                "path": question.path,
                "code": question.code,
                "message": question.message,
            }
            for question in found.questions
        ],
        "notes": list(found.notes),
        "added": list(found.added),
    }
