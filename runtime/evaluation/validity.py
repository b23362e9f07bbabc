"""The validity figure that reports carry: how far the scorer agreed with people, on a named set of answers.

`python -m benchmarks.grading DIR` measures it anew and fails when it is no longer what stands here.
"""

from __future__ import annotations

from typing import Final

from runtime.evaluation.evidence import Extractor
from runtime.evaluation.report import Measured, Validity

LEXICAL: Final = Validity(
    data_set="SAF, English, unseen_answers",
    digest="d657bc153ab1791eaec1116241a7af79fd950e4ba49ac602b51093612bfd05e0",
    answers=252,
    questions=18,
    r=Measured(value=0.757, low=0.62, high=0.81),
    kappa=Measured(value=0.705, low=0.63, high=0.77),
)
_KNOWN: Final = {("lexical", "3"): LEXICAL}


def validity_of(extractor: Extractor) -> Validity | None:
    """The figure measured for this version of this extractor, or None: another's figure says nothing of it."""
    return _KNOWN.get((extractor.name, extractor.version))
