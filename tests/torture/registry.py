"""Every campaign, in the order in which they run."""

from __future__ import annotations

from torture.campaigns import (
    claims,
    clock,
    clones,
    cut,
    far,
    fifty,
    git_hooks,
    git_races,
    graph,
    index,
    kill,
    merge,
    model,
    observe,
    orchestrate,
    parser,
    power,
    refusals,
    workers,
    writers,
)
from torture.outcome import Campaign

CAMPAIGNS: tuple[Campaign, ...] = (
    Campaign("kill", "kill -9 before every system call that changes files", kill.run),
    Campaign("errno", "a disk that refuses, or takes half, at every call", refusals.run),
    Campaign("index", "writers of the index killed and refused at every call", index.run),
    Campaign("cut", "an append cut at every byte", cut.run),
    Campaign("writers", "many writers at once, and some of them killed", writers.run),
    Campaign("git", "appends that race commit, checkout, merge and rebase", git_races.run),
    Campaign("git-hooks", "appends beside commit hooks, autostashes and resets", git_hooks.run),
    Campaign("clock", "the clock a day back, in 1970 and in 2099", clock.run),
    Campaign("power", "a power cut, by a copy of a loop image", power.run),
    Campaign("merge", "whole files of three clones merge to the same in any order", merge.run),
    Campaign("model", "every ready held against a second opinion, on damaged stores", model.run),
    Campaign("workers", "whoever stands over a worker killed, at rest and under load", workers.run),
    Campaign("workers-portable", "the same without what Linux alone has", workers.run_portable),
    Campaign("fifty", "fifty workers at once, and a gigabyte that is followed", fifty.run),
    Campaign("far", "many workers over one connection of ssh, which is killed", far.run),
    Campaign("observe", "viewers come and go while servers are killed and started", observe.run),
    Campaign("orchestrate", "orchestrate killed at every step, and ended", orchestrate.run),
    Campaign("graph", "tickets that wait for one another, orchestrate killed", graph.run),
    Campaign("clones", "three clones that merge, rebase, pick and revert converge", clones.run),
    Campaign("claims", "clones that claim from one remote at once, orchestrate killed", claims.run),
    Campaign("parser", "the readers' properties hold on very many examples", parser.run),
)
