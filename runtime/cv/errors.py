"""What can be wrong with a CV before a single word of it is understood."""

from __future__ import annotations


class CvError(ValueError):
    """A document that cannot be read; the message is one sentence meant for the person who sent it."""


class UnsupportedDocument(CvError):  # noqa: N818 - the API reads as what is wrong
    """Not a kind of document we read, or not the kind its name says (REST: 415)."""


class DocumentTooLarge(CvError):  # noqa: N818
    """Larger than a CV can reasonably be, packed or unpacked (REST: 413)."""


class StoreNotConfigured(CvError):  # noqa: N818
    """A key was given where no store of documents is configured."""


class DocumentNotFound(CvError):  # noqa: N818
    """No document lies under the key (REST: 404)."""


class AnalyzerUnavailable(CvError):  # noqa: N818
    """Whoever analyses CVs cannot be reached or broke off; the document is not to blame (REST: 503)."""


class UnreadableDocument(CvError):  # noqa: N818
    """The right kind, but encrypted or broken (REST: 422)."""
