"""`prepai`: the platform and its tools from the command line."""

from runtime.cli.main import main

__all__ = ["main"]
