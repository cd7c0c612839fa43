"""The state of an application: its configuration, and the snapshot of the model in use."""

from api.state.config import PREFIX, Config
from api.state.model_watcher import FixedModel, ModelWatcher
from api.state.request_counter import RequestCounter
from api.state.snapshot import AnswerMany, AnswerOne, DescribeModel, ModelDescription, Snapshot, current_snapshot
from api.state.token import has_token, visible_snapshot

__all__ = [
    "PREFIX",
    "AnswerMany",
    "AnswerOne",
    "Config",
    "DescribeModel",
    "FixedModel",
    "ModelDescription",
    "ModelWatcher",
    "RequestCounter",
    "Snapshot",
    "current_snapshot",
    "has_token",
    "visible_snapshot",
]
