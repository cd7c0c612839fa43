"""Documentation of the API: the OpenAPI document with code samples, and the page that shows it."""

from api.docs.document import openapi_document
from api.docs.viewer import operations, viewer_operations

__all__ = ["openapi_document", "operations", "viewer_operations"]
