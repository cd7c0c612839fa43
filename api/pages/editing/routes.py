"""The operations that edit lists: preview an act, write it, and undo the last one."""

from __future__ import annotations

from http import HTTPStatus
from typing import cast

from flask import Response, abort, current_app, redirect, url_for

from api.http import EditForm, EditQuery, OperationGroup, UndoForm
from api.pages.editing.editable_list import HEADINGS, EditableList
from api.pages.editing.form_tokens import issue_form_token, require_form_token
from api.pages.page import render_page
from api.state import visible_snapshot
from recommender.curation import Curator
from recommender.errors import RecommenderError, UnknownArticleError
from recommender.storage import FileChangedError

_PAGE = "text/html"
_CHANGED = "The file has changed since that page was made; nothing was written."

operations = OperationGroup("explorer", described=False)


def _require_curator() -> Curator:
    curator = current_app.extensions.get("curator")
    if curator is None:
        abort(HTTPStatus.FORBIDDEN, "editing is off here; start the server with `recommender serve CORPUS --edit`")
    return cast("Curator", curator)


@operations.operation("GET", "/edit", response=_PAGE, problems=(404, 409))
def edit(query: EditQuery) -> Response:
    """Preview an act on an article's file, or show the lists to copy if the server writes no files."""
    return _page(query)


@operations.operation("POST", "/edit", response=_PAGE, problems=(403, 404, 409), guard=_require_curator)
def write_edit(form: EditForm) -> Response:
    """Write an act into an article's file, if the file is unchanged since the preview."""
    require_form_token(form.token)
    editable = EditableList(visible_snapshot(), form.id)
    if editable.digest != form.seen:
        return _page(form, said=_CHANGED)
    try:
        preview = editable.preview(form.act, form.other, int(form.position))
        if preview.edit is None:
            raise RecommenderError(editable.problem)
        _require_curator().write(preview.edit, preview.done)
    except FileChangedError:
        return _page(form, said=_CHANGED)
    except UnknownArticleError:
        raise
    except (RecommenderError, OSError) as error:
        return _page(form, said=f"Nothing was written: {_sentence(error)}")
    return _to_article(editable)


@operations.operation("POST", "/undo", response=_PAGE, problems=(403, 404, 409), guard=_require_curator)
def undo(form: UndoForm) -> Response:
    """Undo the last change of an article's file, if the file is unchanged since."""
    require_form_token(form.token)
    editable = EditableList(visible_snapshot(), form.id)
    try:
        if editable.file is None or editable.digest != form.seen:
            return _not_undone(editable, _CHANGED)
        _require_curator().undo(editable.file.file.path)
    except (RecommenderError, OSError) as error:
        return _not_undone(editable, f"Nothing was undone: {_sentence(error)}")
    return _to_article(editable)


def _not_undone(editable: EditableList, reason: str) -> Response:
    page = render_page(
        visible_snapshot(), "problem.html", title="Not undone", detail=reason.rstrip("."), article=editable.article
    )
    page.status_code = HTTPStatus.CONFLICT
    return page


def _page(asked: EditQuery | EditForm, *, said: str = "") -> Response:
    """The preview page of an act.

    Args:
        said: why a submitted act was not written; the page then previews it again.
    """
    snapshot = visible_snapshot()
    editable = EditableList(snapshot, asked.id)
    preview, refusal = None, editable.problem
    if not refusal:
        try:
            preview = editable.preview(asked.act, asked.other, int(asked.position))
        except UnknownArticleError:
            raise
        except RecommenderError as error:
            refusal = _sentence(error)
    page = render_page(
        snapshot,
        "edit.html",
        editable=editable,
        asked=asked,
        heading=HEADINGS[asked.act],
        position=int(asked.position),
        preview=preview,
        refusal=refusal,
        said=said,
        token=issue_form_token() if preview is not None and editable.is_written else "",
    )
    if said or refusal:
        page.status_code = HTTPStatus.CONFLICT
    return page


def _sentence(error: Exception) -> str:
    text = str(error).rstrip(".")
    return f"{text[:1].upper()}{text[1:]}." if " " in text.partition(":")[0] else f"{text}."


def _to_article(editable: EditableList) -> Response:
    answer = cast("Response", redirect(url_for("explorer.explore", id=editable.article.id, _anchor="list"), 303))
    answer.headers["Cache-Control"] = "no-store"
    return answer
