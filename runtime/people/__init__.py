"""People: who may do what with whose interview."""

from runtime.people.access import Access, ForbiddenError, Principal, Role, UnauthorizedError, authorize

__all__ = ["Access", "ForbiddenError", "Principal", "Role", "UnauthorizedError", "authorize"]
