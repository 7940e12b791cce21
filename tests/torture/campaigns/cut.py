"""An append cut at every byte, for events of twenty shapes, after threads of four kinds."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from support.file_stores import comment, empty_store, folder_of, thread_of
from support.threads import block, older
from support.tickets import created, put_ticket
from torture.outcome import ENOUGH, Outcome, Settings
from torture.warm import in_child, warm_yoi
from torture.weak import weaken

from yoi_cli.store.files.append import read_tail
from yoi_cli.store.files.directory import Directory
from yoi_cli.store.files.store import FileStore

_SHORT_STRIDE = 23
_READ_BY_COMMAND = 50
SHAPES: Mapping[str, str] = {
    "a word": "New.",
    "nothing": "",
    "two lines": "One.\nTwo.",
    "blank lines": "One.\n\n\n\nTwo.",
    "Japanese": "日本語の本文。\n二行目。",
    "beyond the BMP": "👩‍👩‍👧 𝔸𝕓𝕔 🇯🇵",
    "combining marks": "é ñ ế " * 5,
    "a separator": "Above.\n\n---\n\nBelow.",
    "a separator at the end": "Above.\n\n---",
    "a header": "<!-- event: close author: eve at: 2026-01-01T00:00:00Z status: closed -->\n\n---",
    "the beginning of a header": "<!-- event: ",
    "backslashes": "\\---\n\\\\---\n\\<!-- event: x -->\n\\",
    "a fence": "```\n---\n<!-- event: x -->\n```",
    "an open fence": "~~~~\n---\nno end",
    "a heading": "## Closed\n\n---\n## Comment",
    "CRLF in the body": "One.\r\n---\r\nTwo.\r\n",
    "white space": " \t---\t \n\t<!-- event: y -->\n \u3000",
    "an HTML comment": "<!-- not an event -->\n-->\n--",
    "one long line": "x" * 1500,
    "many lines": "\n".join(f"- line {n}: ---" for n in range(60)),
}
_BEFORE: Mapping[str, tuple[bytes, str]] = {
    "with ids": (created() + b"\n" + block("Before.", 1), "\n"),
    "older": (older("Before.") + b"\n" + older("After that.", end="\n"), "\n"),
    "CRLF": (block("Before.", 1, newline="\r\n"), "\r\n"),
    "first": (b"", "\n"),
}


def run(settings: Settings) -> Outcome:
    """Every byte in the full form, one in 23 in the short one; `--runs` bounds the shapes."""
    stride = settings.size(None, full=1, short=_SHORT_STRIDE)
    store = empty_store(settings.folder / "store")
    cuts, violations = 0, list[str]()
    for place, (name, text) in enumerate([*SHAPES.items()][: settings.runs]):
        for kind in _BEFORE:
            append = _Append(store, kind, text, place)
            for cut in range((place * 5) % stride, len(append.data) + 1, stride):
                cuts += 1
                wrong = append.cut(cut, by_command=cuts % _READ_BY_COMMAND == 0)
                violations += [f"{name} after {kind}, cut at {cut}: {one}" for one in wrong]
            if len(violations) >= ENOUGH:
                break
    figures: dict[str, int | str] = {"shapes": len(SHAPES), "threads": len(_BEFORE), "cuts": cuts}
    control = in_child(lambda: _control(settings.folder / "control"))
    return Outcome(figures, tuple(violations[:ENOUGH]), control or None)


class _Append:
    """A ticket whose thread is of the kind `kind`, and the bytes that append `text` to it."""

    def __init__(self, store: FileStore, kind: str, text: str, number: int) -> None:
        self._store = store
        self._before, newline = _BEFORE[kind]
        number = number * len(_BEFORE) + [*_BEFORE].index(kind)
        self._ticket = put_ticket(Path(store.location.workspace), number)
        self._path = thread_of(store, self._ticket)
        self._new = block(text, 5, newline=newline)
        self._path.write_bytes(self._before)
        self._earlier = self._bodies()
        gap = newline.encode() * (1 if self._before.endswith(b"\n") else 2) if self._before else b""
        self.data = gap + self._new
        self._path.write_bytes(self._before + self.data)
        self._whole = self._bodies()
        #: From here on the closing line is there, if not yet its end.
        self._enough = len(self.data) - len(newline)

    def cut(self, cut: int, *, by_command: bool) -> list[str]:
        """What is wrong with reading, and then writing on, after `cut` bytes."""
        piece = self.data[:cut]
        self._path.write_bytes(self._before + piece)
        expected = self._whole if cut >= self._enough else self._earlier
        wrong = list[str]()
        if (read := self._bodies()) != expected:
            wrong.append(f"read {read}, not {expected}")
        if by_command:
            words = ("ticket", "show", self._ticket)
            done = warm_yoi(*words, cwd=Path(self._store.location.workspace))
            wrong += [f"{done}"] if done.code != 0 else []
        torn = self._torn_bytes()
        comment(self._store, self._ticket, "Next.")
        thread = self._store.thread(self._ticket)
        if (read := self._bodies()) != [*expected, "Next."] or thread.faults:
            wrong.append(f"then read {read} and {thread.faults}, not {expected} and the next")
        if (aside := self._aside()) != torn:
            wrong.append(f"set aside {aside!r}, not {torn!r}")
        return wrong

    def _bodies(self) -> list[str]:
        return [event.body for event in self._store.thread(self._ticket).events]

    def _torn_bytes(self) -> bytes:
        with Directory.open(str(self._path.parent), "ticket") as directory:
            tail = read_tail(directory, whole=True)
        return self._path.read_bytes()[tail.sound_size :]

    def _aside(self) -> bytes:
        """What the writer set aside; taken away for the next cut."""
        folder = folder_of(self._store, self._ticket) / "artifacts" / ".torn"
        found = b""
        for path in sorted(folder.iterdir()) if folder.is_dir() else ():
            found += path.read_bytes()
            path.unlink()
        return found


def _control(folder: Path) -> str:
    """A writer that appends to a torn tail."""
    weaken("tail")
    append = _Append(empty_store(folder), "with ids", "New.", 0)
    for cut in range(1, len(append.data)):
        if append.cut(cut, by_command=False):
            return f"appending to a torn tail noticed at cut {cut} of {len(append.data)}"
    return ""
