"""The small process that supervises one worker for its life (docs/workers.md).

It runs by itself, started by path: these modules import the standard library and one another,
and as little of it as can be (no json, no subprocess), for each worker has one of them.
"""
