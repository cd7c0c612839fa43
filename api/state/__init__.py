"""The state of an application: its configuration, and the snapshot of the model in use."""

from api.state.config import PREFIX, Config
from api.state.model_watcher import FixedModel, ModelWatcher
from api.state.request_counter import RequestCounter
from api.state.snapshot import Answering, AnsweringTogether, Described, Describing, Snapshot, current_snapshot
from api.state.token import has_token, visible_snapshot

__all__ = [
    "PREFIX",
    "Answering",
    "AnsweringTogether",
    "Config",
    "Described",
    "Describing",
    "FixedModel",
    "ModelWatcher",
    "RequestCounter",
    "Snapshot",
    "current_snapshot",
    "has_token",
    "visible_snapshot",
]
