"""What an application answers with: its configuration, and the model in use at the moment."""

from api.state.config import PREFIX, Config
from api.state.model_watcher import Fixed, Live
from api.state.snapshot import Answering, Described, Describing, Snapshot, Tagged, current_snapshot

__all__ = [
    "PREFIX",
    "Answering",
    "Config",
    "Described",
    "Describing",
    "Fixed",
    "Live",
    "Snapshot",
    "Tagged",
    "current_snapshot",
]
