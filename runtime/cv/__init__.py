"""The CV room: a document in, a profile out, every value with its place in the document."""

from runtime.cv.analysis import analyze, analyze_text
from runtime.cv.claims import Claim, claims
from runtime.cv.errors import CvError, DocumentTooLarge, UnreadableDocument, UnsupportedDocument
from runtime.cv.result import CvResult

__all__ = [
    "Claim",
    "CvError",
    "CvResult",
    "DocumentTooLarge",
    "UnreadableDocument",
    "UnsupportedDocument",
    "analyze",
    "analyze_text",
    "claims",
]
