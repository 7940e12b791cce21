"""Every coding agent for real, against a model that follows a script (`make agents`).

Agents are installed from npm and PyPI into a folder outside of the repository; nothing but the
registries is reached. With --markdown the table goes into docs/agents.md.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import sys
import tempfile
import time
import traceback
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
sys.path.insert(0, str(Path(__file__).parents[2]))

from agents.cases import CASES, Failure, Trial
from agents.installed import AGENTS, install, version

_MARKS = re.compile(r"(<!-- tried: begin -->\n).*?(<!-- tried: end -->)", re.DOTALL)


def main() -> int:
    """Run what was asked for; 1 where anything was not as it should be."""
    home = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cache", type=Path, default=Path(home) / "yoi-agents")
    parser.add_argument("--agent", action="append", choices=AGENTS)
    parser.add_argument("--case", action="append", choices=list(CASES))
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--markdown", type=Path)
    asked = parser.parse_args()
    agents = asked.agent or list(AGENTS)
    cases = asked.case or list(CASES)
    folder = Path(tempfile.mkdtemp(prefix="yoi-agents-"))
    try:
        programs = {agent: install(agent, asked.cache) for agent in agents}
        versions = {agent: version(agent, programs[agent], folder / agent) for agent in agents}
        pairs = [(agent, case) for case in cases for agent in agents]
        with ThreadPoolExecutor(asked.jobs) as pool:
            results = dict(
                zip(
                    pairs,
                    pool.map(lambda pair: _try(pair[0], pair[1], programs[pair[0]], folder), pairs),
                    strict=True,
                )
            )
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    if asked.markdown:
        _write(asked.markdown, agents, cases, versions, results)
    return 0 if all(said == "passed" for said in results.values()) else 1


def _try(agent: str, case: str, programs: Path, folder: Path) -> str:
    """`passed`, or what was wrong."""
    begun, trial, said = time.monotonic(), None, "passed"
    try:
        trial = Trial(agent, programs, folder / f"{agent}-{case.replace(' ', '-')}")
        CASES[case](trial)
        trial.ends()
    except Failure as failure:
        said = str(failure)
    except Exception:  # one that breaks must not hide the others
        said = traceback.format_exc()
    if trial is not None:
        trial.model.ended.set()
    print(f"{agent:9} {case:14} {time.monotonic() - begun:5.0f} s  {said}", flush=True)
    return said


def _write(
    page: Path,
    agents: list[str],
    cases: list[str],
    versions: dict[str, str],
    results: dict[tuple[str, str], str],
) -> None:
    date = datetime.now(UTC).date().isoformat()
    rows = [f"| agent | version | date | {' | '.join(cases)} |"]
    rows.append(f"|{' --- |' * (3 + len(cases))}")
    for agent in agents:
        words = ["passed" if results[agent, one] == "passed" else "**failed**" for one in cases]
        rows.append(f"| {agent} | {versions[agent]} | {date} | {' | '.join(words)} |")
    table = "\n".join(rows) + "\n"
    text = page.read_text(encoding="utf-8")
    page.write_text(_MARKS.sub(lambda found: found[1] + table + found[2], text), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
