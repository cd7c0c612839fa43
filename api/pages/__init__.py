"""Pages for people: the explorer, and what the API's own pages share with it."""

from api.pages.cards import Card
from api.pages.controls import Controls
from api.pages.exploration import Exploration
from api.pages.explorer import blueprint as explorer_blueprint
from api.pages.page import HTML, render_page, report_path
from api.pages.reasons import Piece, Reason, pieces
from api.pages.timeline import Timeline

__all__ = [
    "HTML",
    "Card",
    "Controls",
    "Exploration",
    "Piece",
    "Reason",
    "Timeline",
    "explorer_blueprint",
    "pieces",
    "render_page",
    "report_path",
]
