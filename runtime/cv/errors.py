"""What can be wrong with a CV before a single word of it is understood."""

from __future__ import annotations


class CvError(ValueError):
    """A document that cannot be read; the message is one sentence meant for the person who sent it."""


class UnsupportedDocument(CvError):
    """Not a kind of document we read, or not the kind its name says (REST: 415)."""


class DocumentTooLarge(CvError):
    """Larger than a CV can reasonably be, packed or unpacked (REST: 413)."""


class UnreadableDocument(CvError):
    """The right kind, but encrypted or broken (REST: 422)."""
