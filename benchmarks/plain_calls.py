"""CPU time of calls as programs make them, answered without Typer and with it.

    python benchmarks/plain_calls.py

Both are the same program in turn, as whole processes; the medians and their ratio are printed.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

WITH = """
import os, sys
from yoi_cli.cli.plain import forms
forms.FORMS = {}
from yoi_cli.__main__ import main
main()
"""
PROGRAM = (sys.executable, "-P", "-m", "yoi_cli")
TYPED = (sys.executable, "-P", "-c", WITH)


def cpu(folder: str, environment: dict[str, str], *command: str) -> float:
    """Milliseconds of CPU that one command takes."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, check=False, input=b""
    )
    if done.returncode not in (0, 5):  # 5: nothing may start
        sys.exit(done.stderr.decode())
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return 1000 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeat", type=int, default=15)
    repeat = parser.parse_args().repeat
    # The last worker may still be writing down that it ended.
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        here = str(Path(__file__).parents[1])
        environment = {**os.environ, "YOI_AUTHOR": "Ada", "HOME": folder, "PYTHONPATH": here}
        subprocess.run(["git", "init", "-q", folder], check=True)
        cpu(folder, environment, *PROGRAM, "init")
        made = subprocess.run(
            [*PROGRAM, "create", "A ticket", "--acceptance", "It works."],
            cwd=folder,
            env=environment,
            capture_output=True,
            check=True,
        )
        ticket = made.stdout.decode().split()[1]
        message = Path(folder, "message")
        message.write_text(f"Begin\n\nTicket: {ticket}\n")
        item = f".yoi/tickets/{ticket}/item.md"
        calls: dict[str, list[tuple[str, ...]]] = {
            "yoi comment ID -m TEXT": [("comment", ticket, "-m", "Said.")],
            "yoi ticket state ID": [("ticket", "state", ticket)],
            "yoi ticket state ID STATE": [
                ("ticket", "state", ticket, "ready"),
                ("ticket", "state", ticket, "planning", "--reason", "again"),
            ],
            "yoi next": [("next",)],
            "yoi list": [("list",)],
            "yoi show ID": [("show", ticket)],
            "yoi route": [("route",)],
            "yoi worker spawn -- true": [("worker", "spawn", "--", "true")],
            "yoi hook run commit-msg": [("hook", "run", "commit-msg", "--", str(message))],
            "yoi merge-driver": [("merge-driver", item, item, item, item)],
        }
        for name, ways in calls.items():
            found: dict[tuple[str, ...], list[float]] = {PROGRAM: [], TYPED: []}
            for at in range(repeat):
                for program, times in found.items():
                    # Two programs and two states: each begins with either as often.
                    words = ways[(2 * at + (program is TYPED)) % len(ways)]
                    times.append(cpu(folder, environment, *program, *words))
            plain, typed = (statistics.median(times) for times in found.values())
            print(
                f"| `{name}` | {plain:.0f} ms | {typed:.0f} ms | {plain / typed:.2f} |", flush=True
            )
        idle = statistics.median(
            cpu(folder, environment, sys.executable, "-P", "-c", "pass") for _ in range(repeat)
        )
        print(f"| `python -c pass` | {idle:.0f} ms | | |")


if __name__ == "__main__":
    main()
