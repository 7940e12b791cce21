"""What makes git merge tickets by meaning: attributes in the tree, a driver in the clone.

Git runs no program that a repository names by itself: `.gitattributes` only names the
driver, and each clone says what it runs (docs/merging.md).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from yoi_cli.doctor.environment import CLONE, OK, EnvironmentCheck
from yoi_cli.doctor.repair import CONFIGURE_CLONE, WRITE_ATTRIBUTES, Repair
from yoi_cli.model.findings import ERROR, WARNING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

DRIVER = "yoi"
DRIVER_NAME = "yoi: tickets merge by meaning"
#: The program of the drivers that we configure.
PROGRAM = "yoi"
#: What the shell runs for a file. Code 4 is a merged file that a person must look at: git
#: is told of a conflict. Whatever else goes wrong, the program missing above all, leaves the
#: file as it was and makes an ordinary text conflict; git alone would keep our side silently.
_ONE_FILE = (
    "yoi merge-driver %O %A %B %P || { test $? -eq 4 && exit 1; "
    "git merge-file --marker-size=%L -L ours -L base -L theirs %A %O %B; }"
)
#: In front of it, what the first file's driver merged ahead is taken by the shell alone: git has to
#: name the bytes of the three files and of what lies ready as the note beside that does. The folder
#: is the checkout's git folder's, and called by the process of git that merges.
DRIVER_COMMAND = (
    "test -f .git && read -r _ d <.git || d=.git; d=$d/yoi-merge/$PPID; f=$d/%P; "
    '{ read -r ids <"$f.ids" && set -- $(git hash-object --no-filters -- %O %A %B "$f"); } '
    # A move to another disk may fail half-way: nobody may merge what it left of our side.
    '2>/dev/null && test "$*" = "$ids" && { mv -f -- "$f" %A && exit; exit 129; }; '
    "YOI_MERGE_AHEAD=$d " + _ONE_FILE
)
#: What earlier versions configured: as good, and slower where many tickets merge.
EARLIER_COMMANDS = (_ONE_FILE,)
#: What git runs where the ancestors of a merge must be merged first (histories that cross).
ANCESTOR_DRIVER = "yoi-ancestor"
ANCESTOR_DRIVER_NAME = "yoi: ancestors of tickets merge, and nobody is asked"
ANCESTOR_COMMAND = (
    "yoi merge-driver --ancestor %O %A %B %P || "
    "git merge-file --marker-size=%L -L ours -L base -L theirs %A %O %B"
)
_FALLBACK = "merge-file"
_UNION = "union"
_UNSET = "unset"
#: What would change the line ends in a thread, or the driver, wherever it stands in a line.
_OVERRIDING = ("merge", "text", "binary", "eol")
_HEADING = "# yoi: tickets merge by meaning; `yoi init` tells a clone how."
_TICKET_FILES = (
    "*/thread.md",
    "*/item.md",
    "*/artifacts/relations.json",
    "*/artifacts/orchestration-plan.jsonl",
)
#: The files of a ticket that merge by meaning, by their path in its folder.
TICKET_PARTS = tuple(file.removeprefix("*/") for file in _TICKET_FILES)
_OBJECTIVES = ".yoi/objectives"
#: A ticket that no store has, to ask git what it would do with one.
_ANY = "0000000000000"


@dataclass(frozen=True, slots=True)
class MergeFacts:
    """What git would do with tickets in a merge.

    `attributes` says for some paths of tickets what `merge` is (`unspecified` where nothing
    is), `text` for threads what `text` is. `driver` is the command that the clone has, None where
    it has none, `ancestor_driver` the one for ancestors, and `program_missing` the program of
    `driver` that cannot be started. `missing_lines` are the attributes files that lack lines;
    `unmerged` are the store's paths in conflict.
    """

    attributes: Mapping[str, str]
    driver: str | None
    ancestor_driver: str | None = None
    program_missing: str | None = None
    missing_lines: tuple[str, ...] = ()
    unmerged: tuple[str, ...] = ()
    text: Mapping[str, str] = field(default_factory=dict)

    @property
    def ignores_ancestors(self) -> bool:
        """Whether yoi's own driver was configured without the one for ancestors."""
        is_ours = self.driver in (DRIVER_COMMAND, *EARLIER_COMMANDS)
        return is_ours and self.ancestor_driver is None

    @property
    def is_earlier(self) -> bool:
        """Whether the driver is one that an earlier version of yoi configured."""
        return self.driver in EARLIER_COMMANDS


def attribute_lines(root: str) -> Mapping[str, tuple[str, ...]]:
    """The lines that each attributes file needs, for the store at `root`, by its path.

    They stand as near to the tickets as can be: a rule there goes before one further up.
    """
    goals = (f"/{_OBJECTIVES.rpartition('/')[2]}/*/item.md merge={DRIVER}",)
    below, _, name = root.rpartition("/")
    if below == ".yoi":
        return {".yoi/.gitattributes": (*_ticket_lines(f"/{name}"), *goals)}
    return {".yoi/.gitattributes": goals, f"{root}/.gitattributes": _ticket_lines("")}


def _ticket_lines(above: str) -> tuple[str, ...]:
    """The driver for every file of tickets, and no change of line ends in threads."""
    merged = (f"{above}/{file} merge={DRIVER}" for file in _TICKET_FILES)
    return (*merged, f"{above}/{_TICKET_FILES[0]} -text")


def asked_paths(root: str) -> tuple[str, ...]:
    """Paths of which `git check-attr` can tell whether every file of tickets has the driver."""
    tickets = (f"{root}/{file.replace('*', _ANY)}" for file in _TICKET_FILES)
    return (*tickets, f"{_OBJECTIVES}/{_ANY}/item.md")


def completed(existing: bytes, lines: tuple[str, ...]) -> bytes:
    """An attributes file with `lines` in force; every line that is there keeps its bytes.

    A line that a later one might override is said again at the end, for the last one counts.
    """
    missing = missing_lines(existing, lines)
    if not missing:
        return existing
    gap = b"" if not existing or existing.endswith(b"\n") else b"\n"
    newline = b"\r\n" if b"\r\n" in existing else b"\n"
    added = (_HEADING, *missing)
    return existing + gap + b"".join(line.encode() + newline for line in added)


def missing_lines(existing: bytes, lines: tuple[str, ...]) -> tuple[str, ...]:
    """Those of `lines` that an attributes file lacks, or that a later line may override."""
    there = [line.strip().decode("utf-8", "replace") for line in existing.split(b"\n")]
    foreign = [
        number
        for number, line in enumerate(there)
        if any(word in line for word in _OVERRIDING)
        and line not in lines
        and not line.startswith("#")
    ]
    last_foreign = foreign[-1] if foreign else -1
    in_force = set(there[last_foreign + 1 :])
    return tuple(line for line in lines if line not in in_force)


def check_merging(facts: MergeFacts) -> Iterator[EnvironmentCheck]:
    """Whether git would merge tickets by meaning, and whether a merge is left in conflict."""
    yield _check_attributes(facts)
    converted = sorted(path for path, value in facts.text.items() if value != _UNSET)
    if converted:
        message = f"git may change the line ends of threads: {converted[0]}."
        hint = "`yoi doctor --fix` completes .gitattributes; then commit it."
        if not facts.missing_lines:
            hint = "Another attribute overrides .yoi/.gitattributes: `git check-attr -a` says."
        yield EnvironmentCheck("line_ends", CLONE, WARNING, message, hint)
    yield _check_driver(facts)
    if facts.unmerged:
        number = len(facts.unmerged)
        said = "1 file of tickets is" if number == 1 else f"{number} files of tickets are"
        message = f"{said} in conflict after a merge: {', '.join(facts.unmerged[:3])}"
        message += "." if number <= 3 else ", …"
        hint = "`yoi resolve` merges them by meaning, and says what is left to you."
        yield EnvironmentCheck("unmerged", CLONE, WARNING, message, hint)


def _check_attributes(facts: MergeFacts) -> EnvironmentCheck:
    name = "attributes"
    wrong = {path: value for path, value in facts.attributes.items() if value != DRIVER}
    union = sorted(path for path, value in wrong.items() if value == _UNION)
    if union:
        message = f"merge=union is set for {union[0]}, which fuses events silently."
        hint = "`yoi doctor --fix` answers it in .gitattributes; then commit that."
        if not facts.missing_lines:
            hint = "No line of the store can answer it: look in .git/info/attributes."
        return EnvironmentCheck(name, CLONE, ERROR, message, hint)
    if wrong:
        message = f"git merges {sorted(wrong)[0]} by lines."
        hint = "`yoi doctor --fix` completes .gitattributes; then commit it."
        if not facts.missing_lines:
            hint = "Another attribute overrides .yoi/.gitattributes: `git check-attr -a` says."
        return EnvironmentCheck(name, CLONE, WARNING, message, hint)
    return EnvironmentCheck(name, CLONE, OK, "Tickets have git's merge driver yoi.")


def _check_driver(facts: MergeFacts) -> EnvironmentCheck:
    name = "driver"
    hint = "`yoi doctor --fix` configures it, as `yoi init` does in a new clone."
    if facts.driver is None:
        message = "This clone does not know the merge driver yoi, so tickets merge by lines."
        return EnvironmentCheck(name, CLONE, WARNING, message, hint)
    if _FALLBACK not in facts.driver:
        message = "Where the merge driver cannot run, git would keep one side silently."
        return EnvironmentCheck(name, CLONE, WARNING, message, hint)
    if facts.program_missing is not None:
        message = f"The merge driver's program is not there: {facts.program_missing}."
        if facts.driver == DRIVER_COMMAND:
            hint = "Put yoi on PATH; until then tickets merge by lines, and `yoi resolve` helps."
        return EnvironmentCheck(name, CLONE, WARNING, message, hint)
    if facts.ignores_ancestors:
        message = "Where histories cross, a field that was settled in two ways is not asked for."
        return EnvironmentCheck(name, CLONE, WARNING, message, hint)
    message = "This clone merges tickets by meaning."
    if facts.is_earlier:
        message = "This clone merges tickets by meaning; `yoi init` makes it faster for many."
    return EnvironmentCheck(name, CLONE, OK, message)


def plan_setup(facts: MergeFacts) -> tuple[Repair, ...]:
    """What would make the clone merge by meaning; nothing where it does."""
    repairs = [Repair(WRITE_ATTRIBUTES, None, path) for path in facts.missing_lines]
    lacks = facts.driver is None or _FALLBACK not in facts.driver or facts.ignores_ancestors
    lacks |= facts.program_missing is not None and facts.driver != DRIVER_COMMAND
    if lacks or facts.is_earlier:
        repairs.append(Repair(CONFIGURE_CLONE, None, ".git/config"))
    return tuple(repairs)
