"""Documentation of the API: the OpenAPI document with code samples, and the page that shows it."""

from api.docs.viewer import operations, viewer_operations

__all__ = ["operations", "viewer_operations"]
