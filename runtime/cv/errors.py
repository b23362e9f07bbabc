"""What can keep a CV from being analysed: the document itself, or what is around it.

Whoever keeps the document goes by the two bases: one that is refused is let go, and any other is kept for another try.
"""

from __future__ import annotations


class CvError(ValueError):
    """A CV that was not analysed; the message is a sentence or two meant for the person who sent it."""


class DocumentRefused(CvError):  # noqa: N818 - the API reads as what is wrong
    """The document itself cannot be read, now or later (REST: 4xx)."""


class UnsupportedDocument(DocumentRefused):
    """Not a kind of document we read, or not the kind its name says (REST: 415)."""


class DocumentTooLarge(DocumentRefused):
    """Larger than a CV can reasonably be, packed or unpacked (REST: 413)."""


class UnreadableDocument(DocumentRefused):
    """The right kind, but encrypted or broken (REST: 422)."""


class AnalysisUnavailable(CvError):  # noqa: N818
    """Nothing was found out about the document: it is not to blame, and should be sent again (REST: 503)."""


class AnalyzerUnavailable(AnalysisUnavailable):
    """Whoever analyses CVs cannot be reached, broke off, or has a fault."""


class StoreNotConfigured(AnalysisUnavailable):
    """A key was given where no store of documents is configured, or of another store than the configured one."""


class DocumentNotFound(AnalysisUnavailable):
    """No document lies under the key, or another one than was meant."""


class StoreUnavailable(Exception):  # noqa: N818
    """The store of documents did not answer, or may not be read: the deployment's fault and not the request's.

    No `CvError`: a tool answers those in words, and this one is to be seen as a failure.
    """
