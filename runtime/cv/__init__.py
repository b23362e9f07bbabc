"""The CV room: a document in, a profile out, every value with its place in the document.

From bytes to claims, each step a module (docs/architecture.md has the picture):

    kinds          what kind of document the bytes are
    pdf, docx, ocr the words in them, and where each stands; scrutiny what people do not see of them
    layout         words to lines in reading order; document holds them, and every span counts its characters
    sections       lines to headings and what stands below each
    entries        a section to entries, such as one job; dates, places and vocabulary tell what is what in them
    contact, work, education, skills, listed
                   entries to a résumé whose every leaf is a passage of the document
    refinement     a model's second reading, held to what stands there
    evidence, timeline, scrutiny
                   what follows: skills and their years, gaps, findings
    analysis       all of it in order: `analyze` gives a `result.CvResult`
    correction, corrected
                   what the candidate may change of it, and what follows then
    claims         what in it is worth a question

Outside of it people know `result`, `claims`, `errors`, `limits`, and the port to whoever analyses (`ports`). The work
itself is imported where it is done: it brings a PDF reader along. As a tool it is `request` and `tool`.
"""

from runtime.cv.claims import Claim, claims
from runtime.cv.ports import CvAnalyzer
from runtime.cv.result import CvResult

__all__ = ["Claim", "CvAnalyzer", "CvResult", "claims"]
