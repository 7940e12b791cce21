"""Whether a store that a crash left behind keeps the promises of README.md.

Every check returns sentences about what is wrong; none where all is well.
"""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from support.process import Result
from torture.cases import Case
from torture.world import (
    World,
    blockers_by_hand,
    findings,
    identities,
    litter,
    next_command,
    out_of_step,
    summary,
)

from yoi_cli.errors import YoiError

_KEPT_ASIDE = "torn_kept"
_READERS = (
    ("ticket", "list"),
    ("ticket", "log"),
    ("route", "--all"),
    ("next",),
    ("claims",),
)


class Expected(NamedTuple):
    """What an untouched run does, to hold the others against.

    `added` counts its events. `findings` are what doctor says of the pristine store. `after`
    sums the store up after the command, and after the next one. `beside` is what the file
    beside the store, if the command has one, may be: as before, and as after.
    """

    added: int
    findings: Counter[tuple[str, str]]
    after: list[str]
    beside: tuple[bytes, ...] = ()


def expected(case: Case, world: World, words: tuple[str, ...]) -> Expected:
    """Run the command untouched, then the next one."""
    world.refresh()
    before = findings(world.yoi("ticket", "doctor", "--json"))
    done = world.yoi(*words)
    assert done.code == 0, f"{case.name}: {done}"
    added = _added(world)
    assert next_command(world).code == 0
    beside: tuple[bytes, ...] = ()
    if case.beside:
        beside = tuple((at / case.beside).read_bytes() for at in (world.pristine, world.workspace))
        assert len(set(beside)) == 2, f"{case.name} leaves {case.beside} as it was"
    return Expected(added, before, summary(world), beside)


def judge(
    case: Case, world: World, words: tuple[str, ...], wanted: Expected, done: Result
) -> list[str]:
    """Everything wrong with the store that a command killed on its way, `done`, left behind."""
    try:
        wrong = [
            *left_behind(case, world, wanted, done),
            *_doctor_says(world, wanted),
            *readers_are_well(world),
            *_heals(world, wanted),
        ]
        return wrong + (_repeats(case, world, words, wanted) if case.is_repeatable else [])
    except (YoiError, OSError, AssertionError, ValueError) as error:
        return [f"{type(error).__name__}: {error}"]


def _added(world: World) -> int:
    now = identities(world.store)
    return sum(len(now[ticket]) - len(world.before.get(ticket, [])) for ticket in now)


def left_behind(case: Case, world: World, wanted: Expected, done: Result) -> list[str]:
    """Sentence 1: what was acknowledged is there, and nothing is there by half."""
    wrong = list[str]()
    store = world.store
    now = identities(store)
    for ticket, earlier in world.before.items():
        # A merge puts events of others between them.
        if [event for event in now.get(ticket, []) if event in earlier] != earlier:
            wrong.append(f"{ticket} lost events that it had")
    for ticket in store.ids():
        faults = store.thread(ticket).faults
        wrong += [f"{ticket}: {fault.code}" for fault in faults]
        store.item(ticket)
        store.relations(ticket)
        store.plan(ticket)
        if ticket not in world.before and not now[ticket]:
            wrong.append(f"{ticket} is visible without its first event")
    if case.beside and (world.workspace / case.beside).read_bytes() not in wanted.beside:
        wrong.append(f"{case.beside} is neither as it was nor as it is to be")
    added = _added(world)
    if done.out and added != wanted.added and (case.is_one_step or done.code == 0):
        wrong.append(f"said {done.out!r}, and {added} of {wanted.added} events are there")
    elif case.is_one_step and added not in (0, wanted.added):
        wrong.append(f"{added} of {wanted.added} events are there")
    return wrong


def _doctor_says(world: World, wanted: Expected) -> list[str]:
    """What is out of step is reported before it is healed."""
    before = out_of_step(world)
    done = world.yoi("ticket", "doctor", "--json")
    if done.code not in (0, 6):
        return [f"doctor: {done}"]
    if before and not findings(done) - wanted.findings:
        return [f"doctor does not report {before}"]
    return []


def readers_are_well(world: World) -> list[str]:
    """Readers end cleanly, and sentence 3: nothing that is blocked is called ready."""
    wrong, tickets = list[str](), world.tickets
    for words in (*_READERS, ("ticket", "show", tickets.base)):
        done = world.yoi(*words)
        if done.code not in (0, 5):
            wrong.append(f"a reader failed: {done}")
    for ticket in (tickets.blocked, tickets.queued):
        done = world.yoi("gate", ticket)
        blockers = blockers_by_hand(world.workspace, ticket)
        if done.code not in (0, 5) or (blockers and done.code == 0):
            wrong.append(f"{ticket} waits for {blockers or 'nothing'}: {done}")
    return wrong


def _heals(world: World, wanted: Expected) -> list[str]:
    """The next command leaves nothing out of step, whatever ticket it is about."""
    done = next_command(world)
    if done.code != 0:
        return [f"the next command failed: {done}"]
    wrong = [f"not healed: {what}" for what in (*out_of_step(world), *litter(world))]
    more = findings(world.yoi("ticket", "doctor", "--json")) - wanted.findings
    # What a command that never came had written before its event is kept aside, with a note.
    left = {code: count for code, count in more.items() if code[0] != _KEPT_ASIDE}
    return wrong + ([f"doctor still says {left}"] if left else [])


def _repeats(case: Case, world: World, words: tuple[str, ...], wanted: Expected) -> list[str]:
    """Given again, the command finishes what it began, and does nothing twice."""
    done = world.yoi(*words)
    if done.code not in case.again:
        return [f"repeated: {done}"]
    if case.beside and (world.workspace / case.beside).read_bytes() != wanted.beside[-1]:
        return [f"repeated, and {case.beside} is not as it is to be"]
    now = summary(world)
    missing = [line for line in wanted.after if line not in now]
    more = [line for line in now if line not in wanted.after]
    return [f"repeated: {more}, not {missing}"] if missing or more else []
