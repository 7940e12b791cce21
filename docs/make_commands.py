"""Write docs/commands.md from the registry and from what every command's --help prints.

Run it as `.venv/bin/python docs/make_commands.py`; a test holds the page against the program.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from yoi_cli.cli.registry import GROUPS

WIDTH = 96
PAGE = Path(__file__).parent / "commands.md"

INTRODUCTION = """# Commands

What every command prints for `--help`, and what all of them have in common. Written by
`docs/make_commands.py`; a test holds it against the program.

## What is common to all

**Which store.** `-C DIR`, else `YOI_WORKSPACE`, else the current folder: from there upward to the
first folder that holds `.yoi/`. In a linked worktree of git that is the main worktree's store, so
that parallel work meets in one log; `--here`, or `authority = "checkout"` in the configuration,
chooses the worktree's own. `yoi where` says which, and why.

**Ids.** A ticket is named by its id, or by any unambiguous beginning or end of it of at least 4
characters. A full id never costs a look at the other tickets.

**Texts** come from exactly one of `--message TEXT`, `--file FILE` and `-` (standard input; also
`--file -`). `--message` may be repeated, for a paragraph each time. Where none is given, on a
terminal, `$VISUAL` or `$EDITOR` opens; should anything fail then, the error names the file that
has your text.

**Author.** `--author`, else `YOI_AUTHOR`, else git's `user.name`, else the login name.

**Committing.** `--commit`, or `autocommit = true` below `[git]`, commits the files of that ticket
and nothing else. Where git refuses, in the middle of a merge for instance, that is a warning on
stderr and the exit code stays 0: what was acknowledged stands, and trying again would write it
twice.

**Output.** Tables and sentences on a terminal; in a pipe one line for each thing, with tabs between
cells, lists under a header line; with `--json` exactly one document,
`{"schema": "yoi/1", "kind": …, "data": …}` or
`{"schema": "yoi/1", "error": {"code", "message", "hint", "details"}}`. `yoi schema` prints the
JSON Schema of every kind. Diagnostics go to stderr. `NO_COLOR`, `FORCE_COLOR` and `COLUMNS` are
honoured. No text of a ticket can hold a tab, a line break or an escape sequence in what is
printed: such characters are shown as `\\\\t`, `\\\\n`, `\\\\x1b`.

**Tables.** A terminal shows ids whole at every width and marks the end of a ticket's id that is
enough to type; a title has at least half of what ids leave. A column in which nothing stands is
left out, and where a terminal is too narrow for one line, a ticket takes two: what fits beside the
id, and below it the title and the rest. Times are ages (`3h`, `2d`, `in 20m`), with `--dates`
dates; a pipe has every column, whole, and times as the files have them. What is longer than the
terminal is shown in the pager that git uses (`GIT_PAGER`, `core.pager`), without `--no-pager`.
The same list at [40](list-40.svg), [80](list-80.svg) and [120](list-120.svg) columns.

**Plain calls.** What programs call by the thousand is answered without the parser of the command
line, in half of the CPU time (benchmarks.md): `comment`, `ticket comment`, `ticket state`, `next`,
`list`, `show ID`, `ticket list`, `ticket show ID`, `sync` and `route` without tickets, with words
and options that each stand alone (`-m TEXT`, not `-mTEXT` or `--message=TEXT`, and no value that
begins with a dash), `worker spawn … -- COMMAND` with whole seconds and without `--runtime`,
`hook run NAME -- ARGS` and `merge-driver`. Every other form of these says and does the same.

| piped line | of |
| --- | --- |
| `created  ID` | `ticket create` |
| `appended  ID  KIND` | `ticket comment` |
| `reviewed  ID  RESULT` | `ticket review` |
| `asked  ID  question`, `answered  ID  answer` | `ticket ask`, `ticket answer` |
| `state  ID  STATE` | `ticket state`, `intake`, `reopen` |
| `closed  ID` | `ticket close` |
| `unblocked  ID` | after a `state` or `closed` line: a ticket that waits for nobody now |
| `edited  ID  KEY…` | `ticket edit` |
| `undone  ID  WHAT  SENTENCE` | `undo`, a line for each step |
| `relation  ID  KIND  TARGET` | `ticket relation add`, `remove` |
| `plan  ID  RECORD  KIND  OTHER`, `unplanned …` | `plan add`, `plan remove` |
| `claimed  ID  HOLDER  GENERATION  UNTIL` | `claim`, `next --claim`; also `renewed`, `released` |
| `recorded  ID  CLASS  STATE` | `route --record` |
| `accepted  ID  HOLDER  GENERATION  BRANCH` | `route --accept` |

**Exit codes.**

| code | meaning |
| --- | --- |
| 0 | done; for a gate: ready |
| 1 | it was tried and failed (disk, editor, git) |
| 2 | the command cannot mean anything as it was given |
| 3 | what it names is not there |
| 4 | conflict: illegal move, blocked, lost compare-and-swap, lock timeout, ambiguous id |
| 5 | not ready |
| 6 | the store, or a file of it, cannot be trusted |
| 130 | interrupted |
| 141 | the reader of the output went away |

Exit code 0 means that what was written is on stable storage. What goes wrong after that point is a
warning, because a retry would write it twice.

**Environment.** `YOI_WORKSPACE`, `YOI_AUTHOR`, `YOI_TRUST` (what may be run,
`docs/trust.md`), `YOI_INDEX` (0: read every file, `docs/format.md`, "Index"), `YOI_LOCK_TIMEOUT`
(seconds to wait for the store's lock, 10), `YOI_DEBUG` (show where a fault of yoi's own happened).
"""


def help_of(path: str) -> str:
    """What `yoi PATH --help` prints."""
    done = subprocess.run(
        [sys.executable, "-m", "yoi_cli", *path.split(), "--help"],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | {"COLUMNS": str(WIDTH), "LC_ALL": "C.UTF-8", "TERM": "dumb"},
    )
    return "\n".join(line.rstrip() for line in done.stdout.strip().split("\n"))


def commands() -> list[str]:
    """Every command in the order of the registry, groups before what is below them."""
    found: list[str] = []

    def walk(path: str) -> None:
        for entry in GROUPS[path].entries:
            name = f"{path} {entry.name}".strip()
            found.append(name)
            if entry.function is None:
                walk(name)

    walk("")
    return found


def page() -> str:
    """The whole page."""
    blocks = [f"## yoi {path}\n\n```text\n{help_of(path)}\n```\n" for path in commands()]
    return "\n".join([INTRODUCTION.replace("\\\\", "\\"), *blocks])


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
