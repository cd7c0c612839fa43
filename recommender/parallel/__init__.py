"""Many tasks on one machine or on a cluster: each is a plain function with small arguments."""

from recommender.parallel.engine import Engine, Name
from recommender.parallel.gc_control import held_off, leave_alone

__all__ = [
    "Engine",
    "Name",
    "held_off",
    "leave_alone",
]
