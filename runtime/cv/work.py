"""Jobs: who employed whom as what, from when to when, and what was done."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from runtime.cv import entries
from runtime.cv.document import Document
from runtime.cv.entries import Date, Entry, Row
from runtime.cv.passage import Passage, closed
from runtime.cv.places import COMMA, apart_from_place, ways_of_writing, without_place
from runtime.cv.result import Leaf, Method, Work
from runtime.cv.vocabulary import BREAK, ORGANISATION, TITLE, country_of, fold, is_city

# A hyphen joins names, a dash with white around it separates them.
_SEPARATOR = re.compile(
    r"\s+[–—|·•∙⋅/-]\s+|\s*[|·•⋅]\s*|\s{2,}|\t|:\s+|\s+(?:at|@|beim?|chez|presso)\s+(?=[^\W\d_a-z])"
)
# Words that may stand before an employer, and before a field of work as well: "Abogada en Bufete Rey", "Técnica en
# Redes".
_WITHIN = re.compile(
    r"\s(?:en|em|na|no|nos|nas|in|im|a|au|aux|for|with|del|della|of)\s(?:the\s)?(?=[^\W\d_a-z])"
)
_TOLD_EMPLOYER = frozenset({"employer", "school"})
_TOLD_ASIDE = frozenset({"duties", "other", "area", "name"})
# What follows a title over a comma and is no employer: "Vice President, Operations, Acme".
_FIELD_OF_WORK = re.compile(
    r"^(?:(?:global|regional|corporate|north|south|east|west|central|international|product|software|data|human|public|people"
    r"|supply|business|customer|clinical|digital|information)\s)?(?:operations?|marketing|sales|finance|engineering|research"
    r"|development|product|design|strategy|logistics|procurement|manufacturing|production|quality|compliance|security"
    r"|communications?|relations|affairs|resources|accounts?|analytics|science|platform|infrastructure|it|hr|r&d|legal"
    r"|success|support|services?|chain|management|technology|emea|apac|europe|americas|latam|dach"
    r"|vertrieb|einkauf|entwicklung|produktion|ventas|compras|ventes|achats|vendite|acquisti|vendas)\b[^,]{0,30}$"
)
_LEGAL_FORM = re.compile(
    r"^(?:inc|llc|ltd|corp|co|gmbh|plc|llp|s\.?a|s\.?l|s\.?p\.?a|b\.?v|a\.?g)\.?$", re.IGNORECASE
)
_ENGAGEMENT = re.compile(
    r"^\W*(?:full[ -]?time|part[ -]?time|contract(?:or)?|freelance|temporary|permanent|internship"
    r"|vollzeit|teilzeit"
    r"|cdi|cdd|self-employed)\W*$"
)

# A part of an army belongs to its name.
_TROOPS = re.compile(
    r"\b(?:\d+(?:st|nd|rd|th)\s.*(?:division|group|wing|fleet|army|corps)"
    r"|battalion|regiment|brigade|squadron|platoon|bataillon|geschwader|kompanie|batallon)\b"
)
# "Nurse, Emergency Department" is a title; "Professor, Department of Biology" has a place in a university behind it.
_UNIT = re.compile(r"\s(?:department|dept|division|unit|ward|abteilung)\.?$")
_DEPARTMENT = re.compile(r"(?:department|dept|division|faculty|school|college|abteilung|departement)\b")
_SELF_EMPLOYED = re.compile(
    r"\b(?:freelancer?|self-employed|independent|freiberuf\w*|selbststandig\w*|autonom[oa])\b"
)


def _begins_job(entry: Entry, row: Row) -> bool:
    """A second period begins another job, and so does a new name after a dated and named head."""
    if _begins_break(row) or (entry.ranges and _is_break(entry) and row.parts):
        return True
    if not entry.ranges or row.labelled:
        return bool(entry.ranges) and any(date.period.ranged for date in row.dates)
    if any(date.period.ranged for date in row.dates):
        # "Company 2015 - 2020" over "Title 2018 - 2020" are two, whatever follows.
        return True
    first_dated = bool(entry.head) and any(date.period.ranged for date in entry.head[0].dates)
    return not first_dated and bool(row.parts) and _named(entry) and not _is_side_note(row)


def _named(entry: Entry) -> bool:
    return sum(len(row.parts) > 0 for row in entry.head) >= 1 and any(
        TITLE.search(fold(part.text)) for row in entry.head for part in row.parts
    )


def _is_side_note(row: Row) -> bool:
    return all(segment.rail for segment in row.line.segments) or all(
        without_place(part, alone=False)[0] == () for part in row.parts
    )


@dataclass(slots=True)
class _Names:
    """What the head of a job says, before anyone decides which is the employer."""

    title: Passage | None = None
    employer: Passage | None = None
    place: Passage | None = None
    others: list[Passage] = field(default_factory=list)
    title_first: bool | None = None
    # On the title's own line although the employer has another: a department, not an employer.
    beside: bool = False
    own_line: bool = False
    # Self-employed: nobody to inherit an employer from.
    alone: bool = False
    self_employed: Passage | None = None


@dataclass(frozen=True, slots=True)
class _Piece:
    """A name in the head; `row` its line, `part` the stretch between dates, tabs and dashes' gaps it is from."""

    passage: Passage
    row: int
    part: int

    @property
    def text(self) -> str:
        return self.passage.text


def work(document: Document, indexes: Sequence[int]) -> tuple[Work, ...]:
    """The jobs of one section, in the document's order."""
    found = entries.entries(entries.rows(document, indexes), _begins_job)
    found = [entry for entry in _without_asides(found) if not _is_break(entry)]
    ways = ways_of_writing([[part.text for row in entry.head for part in row.parts] for entry in found])
    names = [_names(document, entry, ways) for entry in found]
    _fill_by_order(names)
    _share_employers(document, names, found)
    jobs = [
        _job(document, entry, name)
        for entry, name in zip(found, names, strict=True)
        if name.title is not None or name.employer is not None
    ]
    return tuple(job for job in jobs if job is not None)


def _is_break(entry: Entry) -> bool:
    named = next((row for row in (*entry.head, *entry.body) if row.parts), None)
    return named is not None and _begins_break(named)


def _begins_break(row: Row) -> bool:
    return bool(row.parts) and BREAK.match(fold(row.parts[0].text)) is not None


def _without_asides(found: list[Entry]) -> list[Entry]:
    """Undated heads inside a section whose other entries are dated are part of the job before them."""
    if not any(entry.dates for entry in found):
        return found
    result: list[Entry] = []
    for entry in found:
        if result and not entry.dates:
            result[-1].body += sorted([*entry.head, *entry.body], key=lambda row: row.index)
        else:
            result.append(entry)
    return result


def _names(document: Document, entry: Entry, ways: frozenset[int]) -> _Names:
    names = _Names()
    head = entry.head
    if not any(row.parts for row in head) and entry.body and entry.body[0].kind == "bullet":
        # A date as the heading, and the job as the first bullet under it.
        text = entry.body[0].parts[0].text if entry.body[0].parts else ""
        if len(text.split()) <= 10 and TITLE.search(fold(text)):
            head = [*head, entry.body.pop(0)]
    found: list[_Piece] = []
    parts = [(number, part) for number, row in enumerate(head) for part in row.parts]
    for order, (number, whole) in enumerate(parts):
        part, aside = apart_from_place(whole, ways)
        names.place = names.place or aside
        told = head[number].told.get(whole)
        if told in _TOLD_EMPLOYER:
            pieces = _pieces(part, names, alone=True)
            names.employer = _over_dashes(document, pieces, names) if pieces else part
        elif told == "title" and names.title is None:
            names.title = _told_title(part)
        elif told == "place":
            names.place = names.place or part
        elif told not in _TOLD_ASIDE:
            pieces = _pieces(part, names, alone=len(parts) == 1)
            found += [_Piece(piece, number, order) for piece in pieces]
    for row in (*head, *entry.body):
        _rail_place(row, names)
    if names.title is None and names.employer is None:
        _assign(document, found, names)
        _own_employer(names)
    elif found and names.title is None:
        names.title = found[0].passage
    elif found and names.employer is None:
        names.employer = found[0].passage
    return names


def _own_employer(names: _Names) -> None:
    """ "Self-employed" in the employer's stead, unless a company's name is there; another name is the place."""
    if names.self_employed is None or names.title is None:
        return
    if names.employer is None or not _is_organisation(names.employer.text):
        names.place = names.place or names.employer
        names.employer = names.self_employed


def _told_title(part: Passage) -> Passage:
    """The title in what a form or a table has for it, which may say what was done as well."""
    pieces = part.split(_SEPARATOR)
    return next((piece for piece in pieces if _is_title(piece.text)), pieces[0] if pieces else part)


def _rail_place(row: Row, names: _Names) -> None:
    for part in row.rail:
        if without_place(part, alone=False)[1] is not None and names.place is None:
            names.place = part


def _pieces(part: Passage, names: _Names, *, alone: bool) -> list[Passage]:
    """The names in one part of a head, places and engagement ("full-time") taken out."""
    result: list[Passage] = []
    pieces = part.split(_SEPARATOR)
    for piece in pieces:
        if _ENGAGEMENT.match(fold(piece.text)):
            if _SELF_EMPLOYED.search(fold(piece.text)):
                names.alone, names.self_employed = True, names.self_employed or piece
            continue
        only = alone and len(pieces) == 1
        named, place = without_place(piece, alone=only)
        if place is not None:
            names.place = names.place or place
        if not named:
            continue
        result += _joined(piece, named)
    return result


def _joined(piece: Passage, parts: Sequence[Passage]) -> list[Passage]:
    """Comma parts as names: "Acme, Inc." is one, "Staff Engineer, Acme" are two, "Head of X, Y and Z" is
    one."""
    result: list[Passage] = []
    for part in parts:
        if result and (_LEGAL_FORM.match(part.text) or _TROOPS.search(fold(part.text))):
            before = result.pop()
            result.append(piece.cut(before.start - piece.start, part.stop - piece.start))
        else:
            result.append(part)
    return result


def _is_title(text: str) -> bool:
    return TITLE.search(fold(text)) is not None


def _is_organisation(text: str) -> bool:
    return ORGANISATION.search(fold(text)) is not None


def _assign(document: Document, found: list[_Piece], names: _Names) -> None:
    # A company's name may hold a title's word ("Partners Group"): prefer the piece without a company's word.
    titles = sorted(
        (piece for piece in found if _is_title(piece.text)), key=lambda piece: _is_organisation(piece.text)
    )
    if not titles:
        names.others = [piece.passage for piece in found]
        return
    title = titles[0]
    names.title = title.passage
    names.alone = names.alone or _SELF_EMPLOYED.search(fold(title.text)) is not None
    rest = [piece for piece in found if piece is not title]
    if not rest:
        names.title, names.employer = _title_within(title.passage)
        if names.employer is None and names.place is not None:
            names.employer, names.place = _taken_for_a_city(names.place)
        return
    chosen = _employer(title, rest)
    names.employer = chosen.passage
    if chosen.part == title.part:
        between = [
            piece.passage
            for piece in rest
            if title.passage.stop <= piece.passage.start < chosen.passage.start
            and (_FIELD_OF_WORK.match(fold(piece.text)) or _UNIT.search(fold(piece.text)))
        ]
        names.title = _with_field(document, title.passage, between)
    if chosen.part != title.part:
        names.employer = _over_dashes(document, [p.passage for p in rest if p.part == chosen.part], names)
        names.own_line = chosen.row != title.row
        beside = [piece.passage for piece in rest if piece.part == title.part]
        names.beside = names.own_line and bool(beside)
        names.title = _with_field(document, title.passage, beside)
    names.title_first = title.passage.start < chosen.passage.start


def _title_within(passage: Passage) -> tuple[Passage, Passage | None]:
    """Title and employer of a head that joins them by a word: "Abogada sénior en Bufete Santaella"."""
    for match in _WITHIN.finditer(passage.text):
        before, after = passage.cut(0, match.start()), passage.cut(match.end(), len(passage.text))
        name_like = len(re.findall(r"(?<!\w)[^\W\d_a-z]", after.text)) >= 2 and not re.match(
            r"\s(?:in|im|of|for|with|del|della)\s", match[0], re.IGNORECASE
        )
        if (
            _is_title(before.text)
            and not _is_title(after.text)
            and (_is_organisation(after.text) or name_like)
        ):
            return before, after
    return passage, None


def _taken_for_a_city(place: Passage) -> tuple[Passage | None, Passage]:
    """ "Calçados Ipê, Franca": where nothing else is left to be the employer, what no list knows for a city is it."""
    first = place.split(COMMA)[0]
    if first.stop == place.stop or is_city(first.text) or country_of(first.text):
        return None, place
    return first, place.cut(first.stop - place.start, len(place.text))


def _employer(title: _Piece, rest: Sequence[_Piece]) -> _Piece:
    """The name among `rest` that is the employer's: known by a word of it, or what is no field of the title's."""
    known = [piece for piece in rest if _is_organisation(piece.text) and not _is_title(piece.text)]
    if known:
        return min(known, key=lambda piece: _DEPARTMENT.match(fold(piece.text)) is not None)
    names = [
        piece for piece in rest if not (piece.part == title.part and _FIELD_OF_WORK.match(fold(piece.text)))
    ]
    return min(names or rest, key=lambda piece: _DEPARTMENT.match(fold(piece.text)) is not None)


def _with_field(document: Document, title: Passage, beside: Sequence[Passage]) -> Passage:
    """The title with what follows it over a comma: "Director, Product Management"."""
    last = title
    for passage in beside:
        between = document.text[last.stop : passage.start] if passage.start >= last.stop else ""
        if between.strip() != ",":
            break
        last = passage
    return document.between(title, last)


def _over_dashes(document: Document, pieces: Sequence[Passage], names: _Names) -> Passage:
    """An employer with a line of its own: "City Hospital - Emergency Department" is one name, "Acme,
    Toledo" a
    name and a place."""
    last = 0
    for position in range(1, len(pieces)):
        between = document.text[pieces[position - 1].stop : pieces[position].start]
        if re.search(r"[,|·•⋅]", between) and not _is_organisation(pieces[position].text):
            names.place = names.place or pieces[position]
            break
        last = position
    return document.between(pieces[0], pieces[last])


def _fill_by_order(names: Sequence[_Names]) -> None:
    """Heads without a known title follow the order of the others; employer first where there are none."""
    votes = [name.title_first for name in names if name.title_first is not None]
    title_first = sum(votes) * 2 > len(votes) if votes else False
    for name in names:
        if not name.others:
            continue
        if len(name.others) == 1:
            name.employer = name.others[0]
        else:
            first, second = name.others[:2]
            name.title, name.employer = (first, second) if title_first else (second, first)


def _share_employers(document: Document, names: list[_Names], found: list[Entry]) -> None:
    """A promotion names only the new title; the company's own line, if dated, is no job."""
    for index in range(1, len(names)):
        before, name = names[index - 1], names[index]
        if name.title is None or name.alone:
            continue
        heads_block = before.own_line or (before.title is None and not found[index - 1].body)
        department = before.beside and not name.own_line and name.employer is not None
        if heads_block and (
            name.employer is None or (department and not _is_organisation(name.employer.text))
        ):
            if name.employer is not None:
                name.title = _with_field(document, name.title, [name.employer])
            name.employer, name.place = before.employer, name.place or before.place
            name.beside, name.own_line = department, True
    for index in range(len(names) - 2, -1, -1):
        umbrella = names[index].title is None and not found[index].body
        if (
            umbrella
            and names[index].employer is not None
            and names[index + 1].employer is names[index].employer
        ):
            del names[index], found[index]


def _leaf(passage: Passage | None, known: bool) -> Leaf | None:
    if passage is None:
        return None
    method: Method = "vocabulary" if known else "order"
    return passage.leaf(0.9 if known else 0.6, method)


def _job(document: Document, entry: Entry, names: _Names) -> Work | None:
    dates = entry.ranges or entry.dates
    start, end, current = ends(dates)
    title, employer = names.title, names.employer
    highlights, prose = body(document, entry.body)
    return Work(
        name=_leaf(employer, employer is not None and _is_organisation(employer.text)),
        position=_leaf(title, title is not None and _is_title(title.text)),
        location=names.place.leaf(0.8, "vocabulary") if names.place else None,
        start_date=start,
        end_date=end,
        current=current,
        summary=prose,
        highlights=highlights,
    )


def ends(dates: Sequence[Date]) -> tuple[Leaf | None, Leaf | None, bool]:
    """Start, end and "still going on" of the first of `dates`, as leaves."""
    if not dates:
        return None, None, False
    date = dates[0]
    period = date.period
    leaves = []
    for point, passage in ((period.start, date.start), (period.end, date.end)):
        written = str(point) if point is not None else ""
        leaves.append(
            passage.leaf(0.95, "pattern", value=written) if written and passage is not None else None
        )
    return leaves[0], leaves[1], period.present


def body(document: Document, found: Sequence[Row]) -> tuple[tuple[Leaf, ...], Leaf | None]:
    """The bullets, each with its wrapped lines, and the prose before or without them."""
    groups: list[list[Passage]] = []
    prose: list[Passage] = []
    for row in found:
        text = _own_text(document, row)
        if text is None or row.kind == "link":
            continue
        if row.kind == "bullet":
            groups.append([text])
        elif groups:
            groups[-1].append(text)
        else:
            prose.append(text)
    highlights = tuple(_together(document, group) for group in groups)
    return highlights, _together(document, prose) if prose else None


def _own_text(document: Document, row: Row) -> Passage | None:
    texts = [passage for segment, passage in document.segments(row.index) if not segment.rail]
    if not texts:
        return None
    whole = document.between(texts[0], texts[-1])
    stripped = re.sub(r"^[\s•◦▪●○■□◆◇►▸▹‣∙·✓✔➢➤⁃*–—-]+", "", whole.text)
    skipped = len(whole.text) - len(stripped)
    return Passage(stripped, whole.start + skipped, whole.page) if stripped else None


def _together(document: Document, parts: Sequence[Passage]) -> Leaf:
    # Between the lines of one bullet a rail's date may stand: the place covers it, the value leaves it out.
    whole = document.between(parts[0], parts[-1])
    return whole.leaf(0.9, "layout", value=closed("\n".join(part.text for part in parts)))
