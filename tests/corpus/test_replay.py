"""The past of the real store: what was decided, and what its logs and relations said then."""

from __future__ import annotations

import json
import random
import re
from dataclasses import dataclass
from pathlib import Path

import pytest
from support.corpus import Corpus
from support.process import Program

from yoi_cli.routing.at_time import AtTime, StoreHistory
from yoi_cli.routing.replay import Replay, replay
from yoi_cli.routing.router import Decision, Router, RoutingContext
from yoi_cli.store.files.layout import StoreLocation
from yoi_cli.store.files.store import FileStore

INSTANTS = 200
SEED = 20260626
#: Why the six decisions that relations alone do not explain were taken all the same.
EXPLAINED = {
    "00001KTG3MDFG": "said_missing_authority",
    "00001KTJ0B3G0": "said_dirty_workspace",
    "00001KTVPS6K3": "not_queued",
    "00001KVSMJJNV": "said_dirty_workspace",
    "00001KVWECEQG": "plan_do_not_parallelize",
    "00001KVZG9BMS": "in_progress",
}


def store_of(corpus: Corpus) -> FileStore:
    location = StoreLocation(str(corpus.workspace), str(corpus.workspace / "no.lock"))
    return FileStore(location, command="a test", deadline=1.0)


@pytest.fixture(scope="module")
def replayed(corpus: Corpus) -> Replay:
    store = store_of(corpus)
    return replay(store, store.ids())


def test_exactly_the_recorded_decisions_are_found_with_what_relations_said_then(
    replayed: Replay, corpus: Corpus
) -> None:
    found = {
        (row.ticket, row.at): {
            "ticket": row.ticket,
            "at": row.at,
            "recorded": row.recorded,
            "computed": row.computed,
            "blockers": sorted(blocker.ticket for blocker in row.blockers),
            "had_dependency": row.had_dependency,
        }
        for row in replayed.rows
    }
    expected = {(row["ticket"], row["at"]): row for row in corpus.expected["replay"]["rows"]}

    assert found == expected
    assert len(replayed.rows) == corpus.expected["replay"]["decisions"] == 156


def test_relations_alone_agree_with_150_and_nothing_was_called_ready_while_blocked(
    replayed: Replay,
) -> None:
    assert replayed.agree == 150
    assert replayed.ready_while_blocked == 0


def test_plan_records_states_and_words_explain_the_other_six(replayed: Replay) -> None:
    assert {row.ticket: row.reason for row in replayed.rows if not row.agrees} == EXPLAINED
    assert replayed.explained == 6


def test_other_decisions_are_counted_by_their_own_words(replayed: Replay) -> None:
    assert sum(replayed.other.values()) == 35
    assert replayed.other["preflight_needed"] == 11
    assert replayed.other["return_to_planning"] == 1


def test_moves_of_before_there_was_a_queue_are_illegal_and_none_went_past_a_blocker(
    replayed: Replay,
) -> None:
    pairs = {(move.origin, move.target) for move in replayed.illegal_moves}

    assert len(replayed.illegal_moves) == 16
    assert pairs == {("planning", "done"), ("ready", "done"), ("queued", "ready")}
    assert max(move.at for move in replayed.illegal_moves) < "2026-06-10"
    assert replayed.moves_past_blockers == ()
    assert replayed.unreadable == ()


def test_the_program_prints_the_same_and_leaves_with_0(
    yoi: Program, corpus_copy: Path, replayed: Replay
) -> None:
    said = yoi("replay", "--json").json
    assert (said["decisions"], said["agree"], said["explained"]) == (156, 150, 6)
    assert [(row["ticket"], row["at"]) for row in said["rows"]] == [
        (row.ticket, row.at) for row in replayed.rows
    ]
    header, *lines = yoi("replay").out.splitlines()
    assert header.split("\t") == ["ticket", "at", "recorded", "computed", "blockers", "reason"]
    assert len(lines) == 156
    one = yoi("replay", "00001KVWECEQG").out.splitlines()[1:]
    assert [line.split("\t")[0] for line in one] == ["00001KVWECEQG"] * 2


# An independent reader of the raw files, which shares nothing with the program.


@dataclass(frozen=True, slots=True)
class Raw:
    """One ticket by its raw files: when it was made, its (kind, at, header) events."""

    created_at: str
    events: list[tuple[str, str, str]]

    def existed(self, instant: str) -> bool:
        return self.created_at <= instant or any(at <= instant for _, at, _ in self.events)

    def state(self, instant: str) -> str:
        moves = [(kind, header) for kind, at, header in self.events if at <= instant]
        state, is_begun = "planning", False
        for kind, header in moves:
            if kind in ("close", "closed"):
                state, is_begun = "closed", True
            elif kind == "state_changed" and re.search(r" field: (workflow_)?state\b", header):
                origin, target = (value(header, key) for key in ("from", "to"))
                if not is_begun and origin in STATES:
                    state, is_begun = origin, True
                state = target if target in STATES else state
        return state


STATES = ("planning", "ready", "queued", "inprogress", "done", "closed")


def value(header: str, key: str) -> str:
    found = re.search(rf' {key}: ("[^"]*"|\S+)', header)
    return found.group(1).strip('"') if found else ""


def raw_ticket(folder: Path) -> Raw:
    events: list[tuple[str, str, str]] = []
    fence = ""
    for line in (folder / "thread.md").read_text(encoding="utf-8").split("\n"):
        if line.startswith("<!-- event: ") and not fence:
            events.append((value(line, "event"), value(line, "at"), line))
            continue
        mark = re.match(r" {0,3}(`{3,}|~{3,})(.*)", line)
        if mark and not fence and "`" not in mark.group(2):
            fence = mark.group(1)
        elif mark and fence and mark.group(1).startswith(fence) and not mark.group(2).strip():
            fence = ""
    item = (folder / "item.md").read_text(encoding="utf-8")
    made = re.search(r"(?m)^created_at: ['\"]?([^'\"\n]+)", item)
    assert made is not None
    return Raw(made.group(1), events)


def raw_relations(tickets: Path) -> list[tuple[str, str, str, str]]:
    """(owner, waiting, blocker, at) of every blocking relation."""
    found: list[tuple[str, str, str, str]] = []
    for path in sorted(tickets.glob("*/artifacts/relations.json")):
        owner = path.parent.parent.name
        for one in json.loads(path.read_bytes())["relations"]:
            if one["kind"] == "depends_on":
                found.append((owner, owner, one["target"], one["at"]))
            elif one["kind"] == "blocks":
                found.append((owner, one["target"], owner, one["at"]))
    return found


@pytest.fixture(scope="module")
def raw(corpus: Corpus) -> dict[str, Raw]:
    return {folder.name: raw_ticket(folder) for folder in sorted(corpus.tickets.iterdir())}


def test_the_independent_reader_reads_every_event(raw: dict[str, Raw], corpus: Corpus) -> None:
    for ticket, facts in corpus.expected["tickets"].items():
        expected = [(event["kind"], event["at"]) for event in facts["events"]]
        assert [(kind, at) for kind, at, _ in raw[ticket].events] == expected, ticket


def raw_blockers(
    raw: dict[str, Raw], relations: list[tuple[str, str, str, str]], instant: str
) -> dict[str, set[str]]:
    """The unresolved blockers of every ticket that was there at `instant`."""
    found: dict[str, set[str]] = {id_: set() for id_, one in raw.items() if one.existed(instant)}
    for owner, waiting, blocker, at in relations:
        if at > instant or waiting not in found or owner not in found:
            continue
        if blocker not in found or raw[blocker].state(instant) not in ("done", "closed"):
            found[waiting].add(blocker)
    return found


def test_at_200_instants_every_ticket_has_the_blockers_of_an_independent_computation(
    raw: dict[str, Raw], corpus: Corpus
) -> None:
    relations = raw_relations(corpus.tickets)
    times = sorted(at for one in raw.values() for _, at, _ in one.events)
    related = [at for at in times if at >= min(at for *_, at in relations)]
    chosen = random.Random(SEED)
    # Half of them at an event's very second, where being off by one would show.
    instants = [*chosen.sample(related, INSTANTS // 2)]
    instants += [between(chosen, times) for _ in range(INSTANTS - len(instants))]
    history = StoreHistory(store_of(corpus))
    blocked = 0
    for instant in instants:
        view = AtTime(history, instant)
        router = Router(view, RoutingContext())
        found: dict[str, set[str]] = {}
        for decision in router.route_all(view.ids()):
            assert isinstance(decision, Decision), decision
            found[decision.ticket] = {blocker.ticket for blocker in decision.blockers}
            assert decision.state == raw[decision.ticket].state(instant), (decision, instant)
        assert found == raw_blockers(raw, relations, instant), instant
        blocked += sum(map(bool, found.values()))
    assert blocked > 100  # it was worth comparing


def between(chosen: random.Random, times: list[str]) -> str:
    """A time on a day of the store's life, at any second of it."""
    second = chosen.randrange(86400)
    hours, minutes = divmod(second // 60, 60)
    return f"{chosen.choice(times)[:10]}T{hours:02}:{minutes:02}:{second % 60:02}Z"


def test_the_program_routes_an_instant_as_the_library_does(
    yoi: Program, raw: dict[str, Raw], corpus: Corpus, corpus_copy: Path
) -> None:
    instant = "2026-06-25T16:30:32Z"
    expected = raw_blockers(raw, raw_relations(corpus.tickets), instant)

    said = yoi("route", "--all", "--at", instant, "--json").json["decisions"]

    assert said
    for decision in said:
        blockers = {blocker["ticket"] for blocker in decision["blockers"]}
        assert blockers == expected[decision["ticket"]], decision["ticket"]


def test_a_commit_of_the_store_routes_as_the_store_does(
    yoi: Program, git: Program, corpus_copy: Path, tmp_path: Path
) -> None:
    git("clone", "--quiet", "--bare", corpus_copy, tmp_path / "bare.git")

    of_files = yoi("route", "--all", "--json").json
    of_commit = yoi("-C", tmp_path / "bare.git", "route", "--all", "--at", "HEAD", "--json").json

    assert of_commit == of_files
