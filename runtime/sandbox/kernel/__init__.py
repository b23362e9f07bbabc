"""The kernel engine: C, C++, Java and Go, and Python natively by choice, where Linux itself holds the code (ADR 15)."""

from .engine import KernelEngine

__all__ = ["KernelEngine"]
