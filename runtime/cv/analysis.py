"""A CV to `{resume, analysis}`, deterministically and offline."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from runtime.cv.contact import basics
from runtime.cv.document import Document, from_recognized, from_text, read
from runtime.cv.education import education
from runtime.cv.evidence import identified, overlaps, skill_uses
from runtime.cv.listed import certificates, projects
from runtime.cv.ocr import OcrFailed, OcrReader
from runtime.cv.refinement import ProfileModel, refined
from runtime.cv.result import Analysis, Basics, CvResult, Finding, Refinement, Resume
from runtime.cv.scrutiny import findings, instructions
from runtime.cv.sections import Section, sections
from runtime.cv.skills import languages, skills
from runtime.cv.timeline import document_day, gaps, newest_day, total_years
from runtime.cv.vocabulary import DEGREE_LEVELS
from runtime.cv.work import work

# The shortest CV that says anything (a name, an address, one job) has more letters than this on its pages.
_FEWEST_LETTERS = 40
_NEEDS_OCR = (
    "The document holds {letters} letters of text: it is empty or made of pictures. Recognise its text first "
    "(OCR), or send the CV as a text document."
)
_EMPTY = "The document is empty: it holds no letter of text. Send the CV's file or its text."
_LITTLE = "The document holds only {letters} letters of text, less than a CV; was it cut off?"
_RECOGNIZED_IN_PART = (
    "Some pages are pictures; their text was recognised (OCR). Check names, dates and numbers before "
    "they count."
)
_RECOGNIZED = (
    "The document is made of pictures; its text was recognised (OCR). Check names, dates and numbers before they "
    "count."
)


def analyze(
    document: bytes,
    filename: str,
    *,
    as_of: dt.date | None = None,
    extract_skills: bool = True,
    ocr: OcrReader | None = None,
    key: str | None = None,
    model: ProfileModel | None = None,
) -> CvResult:
    """The profile in a PDF, DOCX, text or Markdown document.

    `as_of` is the day up to which a current job counts; by default the document's own date, and where it has
    none that agrees with what it tells the newest date of a job or of studies; see `timeline`.
    `ocr` reads a PDF that is made of pictures, and `key` is where it is stored.
    `model` reads the CV a second time, see `refinement`.
    Raises `UnsupportedDocument`, `DocumentTooLarge` or `UnreadableDocument`, each a `ValueError` whose message is
    meant for the sender. The same text gives the same result.
    """
    found = read(document, filename)
    if ocr is not None and found.pictured and _letters(found) >= _FEWEST_LETTERS:
        try:
            recognized = ocr.read(document, pages=found.pages, key=key)
        except OcrFailed as failure:
            return _analyze(found, as_of, extract_skills, message=f"{_unread(found)} {failure}", model=model)
        more = [
            line for line in from_recognized(document, recognized, None).lines if line.page in found.pictured
        ]
        kept = [line for line in found.lines if line.page not in found.pictured]
        whole = replace(found, lines=tuple(sorted([*kept, *more], key=lambda line: line.page)), pictured=())
        return _analyze(whole, as_of, extract_skills, message=_RECOGNIZED_IN_PART, model=model)
    if ocr is None or found.kind != "pdf" or _letters(found) >= _FEWEST_LETTERS:
        message = _unread(found) if found.pictured else None
        return _analyze(found, as_of, extract_skills, message=message, model=model)
    try:
        recognized = ocr.read(document, pages=found.pages, key=key)
    except OcrFailed as failure:
        return _needs_ocr(found, str(failure), retry_after_s=failure.retry_after_s)
    read_again = from_recognized(document, recognized, found.date)
    read_again = replace(read_again, hidden=found.hidden, labels=found.labels)
    result = _analyze(read_again, as_of, extract_skills, message=_RECOGNIZED)
    if model is None:
        return result
    # What was recognised is not what stands there to the letter, and the time is spent.
    skipped = Refinement(model=model.name, status="skipped", message="The text was recognised in pictures.")
    return result.model_copy(update={"analysis": result.analysis.model_copy(update={"refinement": skipped})})


def analyze_text(
    text: str,
    *,
    as_of: dt.date | None = None,
    extract_skills: bool = True,
    model: ProfileModel | None = None,
) -> CvResult:
    """The profile in a CV's plain text or Markdown; see `analyze`."""
    return _analyze(from_text(text), as_of, extract_skills, model=model)


def _unread(document: Document) -> str:
    pages = ", ".join(map(str, document.pictured))
    which = f"Page {pages} holds" if len(document.pictured) == 1 else f"Pages {pages} hold"
    return f"{which} no text that can be read, only pictures: nothing was taken from there."


def _letters(document: Document) -> int:
    return sum(char.isalpha() for char in document.text)


def _needs_ocr(document: Document, message: str, *, retry_after_s: int | None = None) -> CvResult:
    return CvResult(
        resume=Resume(),
        analysis=Analysis(
            status="needs_ocr",
            message=message,
            retry_after_s=retry_after_s,
            findings=_findings(document),
            text_chars=len(document.text),
            pages=document.pages,
        ),
    )


def _findings(document: Document) -> tuple[Finding, ...]:
    told = findings(document.text, document.hidden, document.labels, document.page_starts)
    if document.guessed_encoding is None:
        return told
    message = (
        f"The file is no UTF-8 and does not say what it is; it was read as {document.guessed_encoding}. Check the "
        "letters with accents, in names above all."
    )
    return (Finding(kind="encoding", message=message), *told)


def _analyze(
    document: Document,
    as_of: dt.date | None,
    extract_skills: bool,
    *,
    message: str | None = None,
    model: ProfileModel | None = None,
) -> CvResult:
    text = document.text
    if (letters := _letters(document)) < _FEWEST_LETTERS:
        if document.kind != "text":
            return _needs_ocr(document, _NEEDS_OCR.format(letters=letters))
        # Text has no pictures in which more could be recognised: this is all there is.
        message = _LITTLE.format(letters=letters) if letters else _EMPTY
    found = sections(document)
    resume = _resume(document, found, extract_skills)
    told = _findings(document)
    refinement: Refinement | None = None
    if model is not None:
        resume, refinement, more = refined(document, resume, model)
        resume = resume.model_copy(update={"skills": identified(resume.skills) if extract_skills else ()})
        told += more
    # Who orders a machine to find skills has not shown any.
    orders = instructions(text)
    resume = resume.model_copy(
        update={"skills": tuple(skill for skill in resume.skills if not overlaps(skill.name, orders))}
    )
    day, source = _as_of(document, resume, as_of)
    levels = {entry.level.value for entry in resume.education if entry.level is not None}
    return CvResult(
        resume=resume,
        analysis=Analysis(
            status="ok",
            message=message,
            total_years=total_years(resume.work, day),
            as_of=day.isoformat() if day is not None else None,
            as_of_source=source,
            degree_levels=tuple(level for level in reversed(DEGREE_LEVELS) if level in levels),
            skills=skill_uses(resume, day, besides=orders) if extract_skills else (),
            gaps=gaps(resume, day),
            findings=told,
            refinement=refinement,
            text=text,
            text_chars=len(text),
            pages=document.pages,
        ),
    )


def _resume(document: Document, found: tuple[Section, ...], extract_skills: bool) -> Resume:
    def each(kind: str) -> list[tuple[int, ...]]:
        return [section.indexes for section in found if section.kind == kind]

    declared = [skill for indexes in each("skills") for skill in skills(document, indexes)]
    return Resume(
        basics=_with_summary(document, found),
        work=tuple(job for indexes in each("work") for job in work(document, indexes)),
        education=tuple(study for indexes in each("education") for study in education(document, indexes)),
        skills=identified(declared) if extract_skills else (),
        languages=tuple(
            [language for indexes in each("languages") for language in languages(document, indexes)]
            + [spoken for indexes in each("skills") for spoken in languages(document, indexes, labelled=True)]
        ),
        certificates=tuple(
            named for indexes in each("certificates") for named in certificates(document, indexes)
        ),
        projects=tuple(named for indexes in each("projects") for named in projects(document, indexes)),
    )


def _with_summary(document: Document, found: tuple[Section, ...]) -> Basics:
    person = basics(document, found)
    for section in found:
        if section.kind == "summary":
            first, last = document.passage(section.indexes[0]), document.passage(section.indexes[-1])
            if last.start >= first.start:
                return person.model_copy(
                    update={"summary": document.between(first, last).leaf(0.9, "layout")}
                )
    return person


def _as_of(document: Document, resume: Resume, given: dt.date | None) -> tuple[dt.date | None, str | None]:
    if given is not None:
        return given, "given"
    if (own := document_day(document.date, resume)) is not None:
        return own, "document"
    newest = newest_day(resume)
    return newest, "newest date in the text" if newest is not None else None
