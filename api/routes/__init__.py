"""The operations of the API, over a model or over an answer store."""

from api.routes.registration import MODEL_OPERATIONS, STORE_OPERATIONS, register_model_routes, register_store_routes
from api.routes.store_answers import StoreAnswers

__all__ = ["MODEL_OPERATIONS", "STORE_OPERATIONS", "StoreAnswers", "register_model_routes", "register_store_routes"]
