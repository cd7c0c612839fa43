"""Pages: the explorer, and the parts that it shares with other pages (layout, cards, content security policy)."""

from api.pages.cards import Card
from api.pages.comparison import operations as comparison_operations
from api.pages.controls import Controls
from api.pages.corpus import operations as corpus_operations
from api.pages.editing import allow_editing
from api.pages.editing import operations as editing_operations
from api.pages.exploration import Exploration
from api.pages.explorer import operations as explorer_operations
from api.pages.page import HTML, register_filters, render_page, render_refusal
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
    "allow_editing",
    "comparison_operations",
    "corpus_operations",
    "editing_operations",
    "explorer_operations",
    "pieces",
    "register_filters",
    "render_page",
    "render_refusal",
]
