"""Runs many tasks on one machine or on a cluster, each a plain function with small arguments.

`Engine.run` returns results in the order of the arguments, runs all tasks even if some fail, and never hangs when
workers die. Processes started within `interrupts_deferred` leave Ctrl-C to the one that started them. `gc_paused` and
`freeze_gc` control garbage collection.
"""

from recommender.parallel.engine import Engine, EngineName
from recommender.parallel.gc_control import freeze_gc, gc_paused
from recommender.parallel.interrupts import interrupts_deferred

__all__ = [
    "Engine",
    "EngineName",
    "freeze_gc",
    "gc_paused",
    "interrupts_deferred",
]
