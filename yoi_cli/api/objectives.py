"""Objectives: the goals that tickets serve (docs/format.md)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from yoi_cli.doctor.diagnostics import Diagnostic as Diagnostic
    from yoi_cli.objectives.service import LinkedTicket as LinkedTicket
    from yoi_cli.objectives.service import ObjectiveRow as ObjectiveRow
    from yoi_cli.objectives.service import ObjectiveView as ObjectiveView
    from yoi_cli.objectives.service import ObjectiveWritten as ObjectiveWritten
    from yoi_cli.workspace.session import Session


def template(session: Session) -> str:
    """The text that a new objective starts from."""
    from yoi_cli.objectives.service import template

    return template(japanese=session.config.is_japanese)


def create(
    session: Session,
    title: str,
    *,
    text: str | None = None,
    tickets: Sequence[str] = (),
    commit: bool = False,
) -> ObjectiveWritten:
    """Make an active objective that links `tickets`; without a `text`, from the template.

    Raises `UsageError` for a bad title, and what finding a ticket raises.
    """
    from yoi_cli.objectives.service import create_objective

    body = template(session) if text is None else text
    made = create_objective(session.store, session.objectives, title, body, tickets)
    return _committed(session, made, "create", asked=commit)


def link(
    session: Session,
    objective: str,
    tickets: Sequence[str],
    *,
    remove: bool = False,
    commit: bool = False,
) -> ObjectiveWritten:
    """Link tickets to an objective, or take links away. Raises `NotFoundError`."""
    from yoi_cli.objectives.service import link_tickets

    done = link_tickets(session.store, session.objectives, objective, tickets, remove=remove)
    return _committed(session, done, "link", asked=commit)


def edit(
    session: Session,
    objective: str,
    *,
    fields: Mapping[str, str | None],
    text: str | None = None,
    commit: bool = False,
) -> ObjectiveWritten:
    """Change an objective's title, what it is due, or its text. Raises `UsageError` for a bad
    value, and `NotFoundError`."""
    from yoi_cli.objectives.service import edit_objective

    done = edit_objective(session.store, session.objectives, objective, fields, text)
    return _committed(session, done, "edit", asked=commit)


def close(
    session: Session, objective: str, *, dropped: bool = False, commit: bool = False
) -> ObjectiveWritten:
    """Say that an objective is achieved, or was dropped. Raises `NotFoundError`."""
    from yoi_cli.objectives.service import close_objective

    done = close_objective(session.store, session.objectives, objective, dropped=dropped)
    return _committed(session, done, "close", asked=commit)


def list_objectives(session: Session, *, finished_too: bool = False) -> tuple[ObjectiveRow, ...]:
    """Objectives by rising id, broken ones included."""
    from yoi_cli.objectives.service import list_objectives

    return list_objectives(session.store, session.objectives, finished_too=finished_too)


def show(session: Session, objective: str) -> ObjectiveView:
    """One objective with the tickets that it links. Raises `NotFoundError`."""
    from yoi_cli.objectives.service import show_objective

    return show_objective(session.store, session.objectives, objective)


def examine(session: Session) -> tuple[Diagnostic, ...]:
    """What is wrong with objectives: what cannot be read, is missing or leads nowhere."""
    from yoi_cli.doctor.objectives import examine_objectives

    return examine_objectives(session.store, session.objectives)


def titles(session: Session, beginning: str = "") -> Iterator[tuple[str, str]]:
    """Ids that begin so, with their titles. Raises `StoreInvalidError` at one that is broken."""
    objectives = session.objectives
    for id_ in objectives.ids():
        if id_.startswith(beginning):
            yield id_, objectives.objective(id_).item.title


def _committed(
    session: Session, written: ObjectiveWritten, verb: str, *, asked: bool
) -> ObjectiveWritten:
    from dataclasses import replace

    from yoi_cli.api.autocommit import commit_folders_if_asked
    from yoi_cli.store.files.layout import OBJECTIVES_FOLDER

    folder, message = f"{OBJECTIVES_FOLDER}/{written.id}", f"objective {written.id}: {verb}"
    warnings = commit_folders_if_asked(session, [folder], message, asked=asked)
    return replace(written, warnings=(*written.warnings, *warnings))
