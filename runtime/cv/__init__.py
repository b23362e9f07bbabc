"""The CV room: a document in, a profile out, every value with its place in the document.

What a profile is and says, and the port to whoever makes it. The work itself (`analysis.analyze`) is imported where it
is done: it brings a PDF reader along.
"""

from runtime.cv.claims import Claim, claims
from runtime.cv.errors import CvError, DocumentTooLarge, UnreadableDocument, UnsupportedDocument
from runtime.cv.ports import CvAnalyzer
from runtime.cv.result import CvResult

__all__ = [
    "Claim",
    "CvAnalyzer",
    "CvError",
    "CvResult",
    "DocumentTooLarge",
    "UnreadableDocument",
    "UnsupportedDocument",
    "claims",
]
