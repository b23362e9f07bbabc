"""Who the CV is about and how to reach them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from runtime.cv.dates import periods
from runtime.cv.document import Document
from runtime.cv.passage import Passage, closed
from runtime.cv.phone import likely_regions, read_number
from runtime.cv.places import without_place
from runtime.cv.result import Basics, Leaf, NetworkProfile
from runtime.cv.sections import Section
from runtime.cv.vocabulary import (
    TITLE,
    field_of,
    fold,
    heading_kind,
)

_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+(?![\w-])")
_URL = re.compile(
    r"(?<![\w@.-])(?:https?://)?(?:www\.)?[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){0,3}"
    r"\.(?:com|org|net|io|dev|me|ai|co|app|tech|info|eu|de|fr|es|it|pt|uk|us|ca|ch|at|nl|be|br|in|edu|xyz|page|site|blog)"
    r"(?:/[^\s|,;]*)?(?![\w@-])",
    re.IGNORECASE,
)
_PHONE = re.compile(r"(?<![\w./])(?:\+|00)?\(?\d(?:[\d().‐‑‒–—/-]| (?! )){6,22}\d(?![\w/])")
_SEPARATOR = re.compile(r"\t|\s*[|·•∙⋅●◆]\s*|\s{2,}|\s+[–—]\s+")
_NETWORKS = {
    "linkedin.com": "LinkedIn",
    "github.com": "GitHub",
    "gitlab.com": "GitLab",
    "stackoverflow.com": "Stack Overflow",
    "twitter.com": "X",
    "x.com": "X",
    "xing.com": "XING",
    "orcid.org": "ORCID",
    "scholar.google.com": "Google Scholar",
    "medium.com": "Medium",
    "behance.net": "Behance",
    "dribbble.com": "Dribbble",
    "kaggle.com": "Kaggle",
}
_NO_NAME = re.compile(
    r"\b(?:curriculum|vitae|resume|lebenslauf|cv|page|last updated|updated|confidential|portfolio|address"
    r"|phone|email)\b"
)
_PARTICLE = re.compile(r"(?:d[aeio]|do?s|das|della?|van|von|de[nr]|l[ae]|el|al|bin|ibn|te[nr]|zu|[ye])")
_SUFFIX = re.compile(
    r",?\s{1,8}(?:ph\.?d\.?|m\.?d\.?|mba|msc|bsc|cpa|rn|jr\.?|sr\.?|esq\.?|pmp|dds|dr\.?)$", re.IGNORECASE
)
_CREDENTIALS = re.compile(r"(?:,\s{0,8}[A-Z][A-Za-z.]{1,6}(?:-[A-Z]{1,8})?){1,8}$")
_HONORIFIC = re.compile(
    r"^(?:(?:(?:prof|dr|mr|mrs|ms|mx|sr|sra|srta|dott|dott\.ssa|ing|dipl\.-\w+|mag|herr|frau|m|mme|med|rer|nat|phil|jur|hc|h\.c|eng"
    r"|rev|capt|sgt|lt|col)\.|professor|dr|prof|herr|frau|mr|mrs|ms)\s+)*",
    re.IGNORECASE,
)
# What else has many digits; only what stands right before them tells.
_OTHER_NUMBER = re.compile(
    r"\b(?:passport|pass|student|matrikel\w*|id|dni|nie|nif|cpf|rg|isbn|issn|iban|doi|orcid|vat|reg(?:istration)?|licen[cs]e|nmc"
    r"|gmc|policy|steuer\w*|kontonummer)\W*(?:no|nr|number|id|pin)?\W*$"
)
_HEAD_LINES = 30
_FIRST_LINES = 3
_WORDS_OF_A_NAME = 5
_WORDS_OF_A_SURNAME = 2
_BESIDE_A_NAME = re.compile(r"\s{0,8}[|·•●]\s{0,8}|\s{1,8}[-–—]\s{1,8}")


def basics(document: Document, found: Sequence[Section]) -> Basics:
    """The person, from the lines above and around the sections."""
    name = _name(document, found)
    own = [index for section in found if section.kind == "basics" for index in section.indexes]
    # Referees have addresses, too; theirs stand in a section of another kind.
    others = {index for section in found if section.kind == "other" for index in section.indexes}
    lines = [index for index in range(len(document.lines)) if index not in others]
    near = list(dict.fromkeys([*own, *(index for index in lines if index < _HEAD_LINES)]))
    location = _location(document, own)
    everything = list(dict.fromkeys([*near, *lines]))
    email = _email(document, everything)
    urls = list(_urls(document, own))
    profiles = tuple(profile for url in urls if (profile := _profile(url)) is not None)
    homes = [url for url in urls if _profile(url) is None]
    return Basics(
        name=name,
        label=_label(document, own, name),
        email=email,
        phone=_phone(
            document,
            near,
            likely_regions([document.lines[index].text for index in own], location, document.text),
        ),
        url=homes[0].leaf(0.9, "pattern") if homes else None,
        location=location,
        profiles=_unique(profiles),
    )


def _email(document: Document, indexes: Iterable[int]) -> Leaf | None:
    for index in indexes:
        passage = document.passage(index)
        match = _EMAIL.search(passage.text)
        if match:
            return Passage(match[0], passage.start + match.start(), passage.page).leaf(0.99, "pattern")
    return None


def _phone(document: Document, indexes: Iterable[int], regions: Sequence[str]) -> Leaf | None:
    best: Leaf | None = None
    for index in indexes:
        passage = document.passage(index)
        dated = periods(passage.text)
        for match in _PHONE.finditer(passage.text):
            if any(p.begin < match.end() and p.stop > match.start() for p in dated) or _OTHER_NUMBER.search(
                fold(passage.text[: match.start()])
            ):
                continue
            written = Passage(match[0].strip(), passage.start + match.start(), passage.page)
            leaf = read_number(written, regions)
            if leaf is not None and leaf.valid:
                return leaf
            best = best or leaf
    return best


def _urls(document: Document, indexes: Iterable[int]) -> Iterable[Passage]:
    for index in indexes:
        passage = document.passage(index)
        masked = _EMAIL.sub(lambda match: "\x00" * len(match[0]), passage.text)
        for match in _URL.finditer(masked):
            yield Passage(match[0].rstrip("."), passage.start + match.start(), passage.page)


def _profile(url: Passage) -> NetworkProfile | None:
    bare = re.sub(r"^(?:https?://)?(?:www\.)?", "", url.text.lower())
    host, _, path = bare.partition("/")
    network = next(
        (name for domain, name in _NETWORKS.items() if host == domain or host.endswith("." + domain)), None
    )
    if network is None or not path.strip("/"):
        return None
    tail = url.text.rstrip("/")
    user = tail[tail.rindex("/") + 1 :]
    begin = url.text.rindex(user)
    return NetworkProfile(
        network=url.leaf(0.95, "pattern", value=network),
        username=Passage(user, url.start + begin, url.page).leaf(0.95, "pattern"),
        url=url.leaf(0.95, "pattern"),
    )


def _unique(profiles: Iterable[NetworkProfile]) -> tuple[NetworkProfile, ...]:
    return tuple({(p.network.value, p.username.value if p.username else ""): p for p in profiles}.values())


def _location(document: Document, indexes: Iterable[int]) -> Leaf | None:
    for index in indexes:
        for piece in document.passage(index).split(_SEPARATOR):
            if _EMAIL.search(piece.text) or len(piece.text) > 80:
                continue
            named, place = without_place(piece, alone=False)
            if place is None or "," not in (piece if not named else place).text + ("," if named else ""):
                continue
            street = len(named) == 1 and re.search(r"\d", named[0].text)
            return (piece if street else place).leaf(0.85, "vocabulary")
    return None


def _name(document: Document, found: Sequence[Section]) -> Leaf | None:
    """The largest writing at the top that can be a name; without sizes, the first line that can."""
    own = {index for section in found if section.kind in {"basics", "summary"} for index in section.indexes}
    first = [index for index, line in enumerate(document.lines) if line.page == 1]
    address = _address(document)
    labelled = next(
        (name for index in first[:_HEAD_LINES] if (name := _labelled_name(document, index))), None
    )
    if labelled is not None:
        return labelled.leaf(0.95, "pattern")
    candidates = [name for index in first if index in own for name in _names_on(document, index, address)]
    if not any(len(name.passage.text.split()) > 1 for name in candidates):
        # A rail with sections of its own may stand before the name: then the address must tell it.
        candidates += [
            name
            for index in first
            if index not in own
            for name in _names_on(document, index, address)
            if name.addressed and len(name.passage.text.split()) > 1
        ]
    if not candidates:
        return None
    # Where nothing is set larger, the address tells a name from a street or an employer.
    best = max(candidates, key=lambda name: (name.size, name.addressed, -name.index))
    passage = _over_lines(document, best, candidates)
    if len(passage.text.split()) > _WORDS_OF_A_NAME:
        return None
    if len(passage.text.split()) == 1 and not (best.addressed and best.index <= _FIRST_LINES):
        # Some people have one name; then it stands in their address, too.
        return None
    confidence = 0.7 if len(passage.text.split()) == 1 else 0.95 if best.size > 0 else 0.8
    value = re.sub(r"(?<=\w)-\s+(?=\w)", "-", closed(passage.text))
    return passage.leaf(confidence, "layout" if best.size > 0 else "order", value=value)


@dataclass(frozen=True, slots=True)
class _Candidate:
    """What can be the name; `addressed`: a word of it stands in the e-mail address."""

    passage: Passage
    size: float
    index: int
    addressed: bool


def _labelled_name(document: Document, index: int) -> Passage | None:
    """ "Name: Ana Souza", on one line or in two cells."""
    segments = document.segments(index)
    if len(segments) > 1 and field_of(segments[0][1].text) == "name":
        return segments[1][1] if _can_be_name(segments[1][1].text, known=True) else None
    label, colon, rest = segments[0][1].text.partition(":")
    if not colon or field_of(label) != "name" or not _can_be_name(rest.strip(), known=True):
        return None
    return segments[0][1].cut(len(label) + 1, len(segments[0][1].text))


def _names_on(document: Document, index: int, address: str) -> list[_Candidate]:
    segment, passage = document.segments(index)[0]
    piece = next(iter(passage.split(_BESIDE_A_NAME)), None)
    if piece is None or without_place(piece, alone=True)[1] is not None:
        return []
    clean = piece.cut(0, len(_SUFFIX.sub("", _CREDENTIALS.sub("", piece.text))))
    addressed = _in_address(clean.text, address)
    if not _can_be_name(_HONORIFIC.sub("", clean.text), known=addressed):
        return []
    if document.text[clean.stop : clean.stop + 1] == "-" and passage.text.endswith("-"):
        clean = Passage(clean.text + "-", clean.start, clean.page)
    return [_Candidate(clean, segment.size, index, addressed)]


def _over_lines(document: Document, name: _Candidate, candidates: Sequence[_Candidate]) -> Passage:
    """The name with what stands of it on the next lines: in display type it is often set over two or three."""
    passage, last = name.passage, name
    while name.size > 0:
        below = next(
            (c for c in candidates if c.index == last.index + 1 and abs(c.size - name.size) < 0.5), None
        )
        if below is None:
            break
        broken = last.passage.text.endswith("-") or len(passage.text.split()) == 1
        if not broken and not (below.addressed and len(below.passage.text.split()) <= _WORDS_OF_A_SURNAME):
            break
        passage, last = document.between(passage, below.passage), below
    return passage


def _address(document: Document) -> str:
    """The address and the links to profiles: where people write their names a second time."""
    found = [match[0] for match in _EMAIL.finditer(document.text)][:1]
    found += [
        match[0]
        for match in re.finditer(
            r"(?:linkedin\.com/in|github\.com|xing\.com/profile)/[\w-]{1,60}", document.text
        )
    ][:2]
    return fold(" ".join(found))


def _in_address(text: str, address: str) -> bool:
    return any(len(word) >= 3 and word in address for word in re.findall(r"[a-z]+", fold(text)))


def _can_be_name(text: str, *, known: bool) -> bool:
    words = text.replace(",", " ").split()
    if not 1 <= len(words) <= 5 or heading_kind(text) is not None or _NO_NAME.search(fold(text)):
        return False
    if re.search(r"[\d@/:;!?#&]", text) or len(text) > 50 or any(len(word) > 25 for word in words):
        return False
    if not all(
        word[0].isupper() or not word[0].isascii() or _PARTICLE.fullmatch(word.lower()) for word in words
    ):
        return False
    # Some people are called Teller or Baker.
    return len(words) == 1 or known or TITLE.search(fold(text)) is None


def _label(document: Document, indexes: Sequence[int], name: Leaf | None) -> Leaf | None:
    """The line under the name that says what the person is."""
    for index in indexes[:8]:
        passage = document.passage(index)
        if name is not None and name.span is not None and passage.start <= name.span[0] < passage.stop + 1:
            continue
        pieces = passage.split(_SEPARATOR)
        if pieces and TITLE.search(fold(pieces[0].text)) and len(pieces[0].text.split()) <= 8:
            return pieces[0].leaf(0.8, "vocabulary")
    return None
