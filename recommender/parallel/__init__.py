"""Many tasks on one machine or on a cluster: each is a plain function with small arguments."""

from recommender.parallel.engine import Engine, EngineName
from recommender.parallel.gc_control import freeze_gc, gc_paused

__all__ = [
    "Engine",
    "EngineName",
    "freeze_gc",
    "gc_paused",
]
