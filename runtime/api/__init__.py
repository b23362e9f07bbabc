"""The REST API and the page: `create_app(container)`."""

from runtime.api.app import create_app
from runtime.api.container import Container

__all__ = ["Container", "create_app"]
