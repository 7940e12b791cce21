"""Run one target under atheris: `python tests/fuzz/run.py TARGET [libFuzzer options]`.

    python tests/fuzz/run.py thread -max_total_time=3600
    python tests/fuzz/run.py all --seconds 3600

What the fuzzer finds is kept below `fuzz-corpus/TARGET` of the current folder and reused; an
input that breaks a target is written beside it and named.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

#: The targets of `targets.py`, which must be imported under the fuzzer's eyes only.
NAMES = (
    *("thread", "appended", "merged", "item", "merged_items", "relations", "plan", "config"),
    *("second_thread", "second_item"),
)


def fuzz(name: str, options: list[str]) -> None:
    """Feed the target `name` until an option of libFuzzer's says enough; never returns."""
    import atheris

    with atheris.instrument_imports(include=["yoi_cli", "format"], enable_loader_override=False):
        from fuzz.targets import SEEDS, TARGETS

    corpus = Path("fuzz-corpus", name)
    corpus.mkdir(parents=True, exist_ok=True)
    for number, seed in enumerate(SEEDS[name]):
        (corpus / f"seed-{number}").write_bytes(seed)
    atheris.Setup([sys.argv[0], *options, str(corpus)], TARGETS[name])
    atheris.Fuzz()


def fuzz_all(seconds: int) -> int:
    """Every target in turn, each in a process of its own and for its share of `seconds`."""
    for name in NAMES:
        limit = f"-max_total_time={max(1, seconds // len(NAMES))}"
        done = subprocess.run(
            [sys.executable, __file__, name, limit, "-timeout=10", "-rss_limit_mb=2048"],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            print(f"{name}: broken", done.stderr[-4000:], sep="\n", file=sys.stderr)
            return 1
        print(f"{name}: held; {done.stderr.splitlines()[-1]}", flush=True)
    return 0


def main(arguments: list[str]) -> int:
    if arguments[:1] == ["all"]:
        return fuzz_all(int(arguments[2]) if arguments[1:2] == ["--seconds"] else 60)
    if not arguments or arguments[0] not in NAMES:
        print(f"Name a target: all, {', '.join(NAMES)}", file=sys.stderr)
        return 2
    tests = Path(__file__).resolve().parents[1]
    sys.path[0:1] = [str(tests), str(tests.parent)]
    fuzz(arguments[0], arguments[1:])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
