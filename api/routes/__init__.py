"""The routes of the API, over a model or over an answer store."""

from api.routes.articles import blueprint as articles_blueprint
from api.routes.fragment import blueprint as fragment_blueprint
from api.routes.live_articles import blueprint as live_articles_blueprint
from api.routes.operations import blueprint as operations_blueprint
from api.routes.operations import in_code
from api.routes.store import STORED, Answers, register_store_routes

__all__ = [
    "STORED",
    "Answers",
    "articles_blueprint",
    "fragment_blueprint",
    "in_code",
    "live_articles_blueprint",
    "operations_blueprint",
    "register_store_routes",
]
