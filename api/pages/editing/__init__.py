"""Editing of lists: previews acts on an article's list, and writes them into its file if the server may."""

from api.pages.editing.editable_list import EditableList
from api.pages.editing.form_tokens import issue_form_token
from api.pages.editing.permission import allow_editing
from api.pages.editing.routes import operations

__all__ = ["EditableList", "allow_editing", "issue_form_token", "operations"]
