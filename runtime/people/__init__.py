"""People: who may do what with whose interview."""

from runtime.people.access import Access, ForbiddenError, Principal, Role, authorize

__all__ = ["Access", "ForbiddenError", "Principal", "Role", "authorize"]
