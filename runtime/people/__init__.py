"""People: who may do what with whose interview."""

from runtime.people.access import (
    Access,
    ForbiddenError,
    Principal,
    ReviewersOnlyError,
    Role,
    UnauthorizedError,
    authorize,
)

__all__ = [
    "Access",
    "ForbiddenError",
    "Principal",
    "ReviewersOnlyError",
    "Role",
    "UnauthorizedError",
    "authorize",
]
