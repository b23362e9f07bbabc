"""Who the CV is about and how to reach them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

import phonenumbers

from runtime.cv.document import Document
from runtime.cv.passage import Passage
from runtime.cv.places import without_place
from runtime.cv.result import Basics, Leaf, Profile
from runtime.cv.sections import Section
from runtime.cv.vocabulary import COUNTRIES, TITLE, US_STATES, fold, heading_kind

_EMAIL = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+(?![\w-])")
_URL = re.compile(
    r"(?<![\w@.-])(?:https?://)?(?:www\.)?[a-z0-9-]{1,63}(?:\.[a-z0-9-]{1,63}){0,3}"
    r"\.(?:com|org|net|io|dev|me|ai|co|app|tech|info|eu|de|fr|es|it|pt|uk|us|ca|ch|at|nl|be|br|in|edu|xyz|page|site|blog)"
    r"(?:/[^\s|,;]*)?(?![\w@-])",
    re.IGNORECASE,
)
_PHONE = re.compile(r"(?<![\w./])(?:\+|00)?\(?\d(?:[\d().‐‑‒–—/-]| (?! )){6,22}\d(?![\w/])")
_NANP = re.compile(r"^(?:\+?1[\s.-]?)?(?:\(\d{3}\)\s?|\d{3}[\s.‐‑‒–—-])\d{3}[\s.‐‑‒–—-]\d{4}$")
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—", "-"))
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
_HEAD_LINES = 30


def basics(document: Document, found: Sequence[Section]) -> Basics:
    """The person, from the lines above and around the sections."""
    name = _name(document, found)
    own = [index for section in found if section.kind == "basics" for index in section.indexes]
    near = list(dict.fromkeys([*own, *range(min(_HEAD_LINES, len(document.lines)))]))
    location = _location(document, own)
    everything = list(dict.fromkeys([*near, *range(len(document.lines))]))
    email = _email(document, everything)
    urls = list(_urls(document, own))
    profiles = tuple(profile for url in urls if (profile := _profile(url)) is not None)
    homes = [url for url in urls if _profile(url) is None]
    return Basics(
        name=name,
        label=_label(document, own, name),
        email=email,
        phone=_phone(document, near, location),
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


def _phone(document: Document, indexes: Iterable[int], location: Leaf | None) -> Leaf | None:
    best: Leaf | None = None
    for index in indexes:
        passage = document.passage(index)
        for match in _PHONE.finditer(passage.text):
            written = Passage(match[0].strip(), passage.start + match.start(), passage.page)
            leaf = _number(written, location)
            if leaf is not None and leaf.valid:
                return leaf
            best = best or leaf
    return best


def _number(written: Passage, location: Leaf | None) -> Leaf | None:
    """The number in E.164; one that no plan knows stays as written and says so; what is no number is None."""
    digits = re.sub(r"\D", "", written.text)
    if not 8 <= len(digits) <= 15 or re.search(r"(?:19|20)\d\d\W+(?:19|20)\d\d", written.text):
        return None
    plain = written.text.translate(_DASHES)
    if plain.startswith("00"):
        plain = "+" + plain[2:]
    region = "US" if _NANP.match(written.text) else _country(location)
    try:
        number = phonenumbers.parse(plain, region)
    except phonenumbers.NumberParseException:
        return written.leaf(0.5, "pattern", valid=False)
    if not phonenumbers.is_valid_number(number):
        return written.leaf(0.5, "pattern", valid=False)
    value = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return written.leaf(0.97, "pattern", value=value, valid=True)


def _country(location: Leaf | None) -> str | None:
    if location is None:
        return None
    last = re.split(r",\s*", location.value)[-1].strip()
    if re.sub(r"\s{1,8}\d{5}.*$", "", last) in US_STATES:
        return "US"
    return COUNTRIES.get(fold(last))


def _urls(document: Document, indexes: Iterable[int]) -> Iterable[Passage]:
    for index in indexes:
        passage = document.passage(index)
        masked = _EMAIL.sub(lambda match: "\x00" * len(match[0]), passage.text)
        for match in _URL.finditer(masked):
            yield Passage(match[0].rstrip("."), passage.start + match.start(), passage.page)


def _profile(url: Passage) -> Profile | None:
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
    return Profile(
        network=url.leaf(0.95, "pattern", value=network),
        username=Passage(user, url.start + begin, url.page).leaf(0.95, "pattern"),
        url=url.leaf(0.95, "pattern"),
    )


def _unique(profiles: Iterable[Profile]) -> tuple[Profile, ...]:
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
    candidates: list[tuple[float, int, Passage]] = []
    for index, line in enumerate(document.lines):
        if line.page != 1 or index not in own:
            continue
        for number, (segment, passage) in enumerate(document.segments(index)[:2]):
            for piece in passage.split(re.compile(r"\s*[|·•●]\s*"))[:1]:
                clean = piece.cut(0, len(_SUFFIX.sub("", _CREDENTIALS.sub("", piece.text))))
                if _can_be_name(clean.text) and number == 0:
                    candidates.append((segment.size, -index, clean))
    if not candidates:
        return None
    size, position, passage = max(candidates, key=lambda candidate: candidate[:2])
    index = -position
    if len(passage.text.split()) == 1:
        # A name in display type is often set over two lines.
        following = [c for c in candidates if c[1] == -(index + 1) and abs(c[0] - size) < 0.5]
        if not following or size <= 0:
            return None
        passage = document.between(passage, following[0][2])
        if len(passage.text.split()) > 5:
            return None
    return passage.leaf(0.95 if size > 0 else 0.8, "layout" if size > 0 else "order")


def _can_be_name(text: str) -> bool:
    words = text.replace(",", " ").split()
    if not 1 <= len(words) <= 5 or heading_kind(text) is not None or _NO_NAME.search(fold(text)):
        return False
    if re.search(r"[\d@/:;!?#&]", text) or len(text) > 50 or any(len(word) > 25 for word in words):
        return False
    if not all(
        word[0].isupper() or not word[0].isascii() or _PARTICLE.fullmatch(word.lower()) for word in words
    ):
        return False
    return len(words) == 1 or TITLE.search(fold(text)) is None


def _label(document: Document, indexes: Sequence[int], name: Leaf | None) -> Leaf | None:
    """The line under the name that says what the person is."""
    for index in indexes[:8]:
        passage = document.passage(index)
        if name is not None and passage.start <= name.span[0] < passage.stop + 1:
            continue
        pieces = passage.split(_SEPARATOR)
        if pieces and TITLE.search(fold(pieces[0].text)) and len(pieces[0].text.split()) <= 8:
            return pieces[0].leaf(0.8, "vocabulary")
    return None
