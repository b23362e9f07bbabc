"""Months and periods as CVs write them, in six languages, and the arithmetic on them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable
from dataclasses import dataclass

from runtime.cv.vocabulary import fold

_NAMES = (
    "january jan januar janner janvier janv enero ene gennaio gen janeiro",
    "february feb februar fevrier fevr fev febrero febbraio fevereiro",
    "march mar marz mrz mars marzo marco",
    "april apr avril avr abril abr aprile",
    "may mai mayo maggio mag maio",
    "june jun juni juin junio giugno giu junho",
    "july jul juli juillet juil julio luglio lug julho",
    "august aug aout agosto ago",
    "september sept sep septembre septiembre settembre set setembro",
    "october oct oktober okt octobre octubre ottobre ott outubro out",
    "november nov novembre noviembre novembro",
    "december dec dezember dez decembre diciembre dic dicembre dezembro",
)
_MONTHS = {name: number for number, names in enumerate(_NAMES, 1) for name in names.split()}
# A season is dated by the month in which its term usually starts.
_SEASON_NAMES = {
    1: "winter hiver invierno inverno",
    3: "spring fruhling fruhjahr printemps primavera",
    6: "summer sommer ete verano estate verao",
    9: "fall autumn herbst automne otono autunno outono",
}
_SEASONS = {name: number for number, names in _SEASON_NAMES.items() for name in names.split()}


def _any(names: Iterable[str]) -> str:
    return "|".join(sorted(names, key=len, reverse=True))


# Templates write 20XX for a year the owner has yet to fill in: a date stands there, its year is unknown.
_YEAR = r"(?:19[4-9]\d|20\d\d|20XX|20xx|19xx)"
_DAY = r"(?:(?:[0-3]?\d)(?:er|st|nd|rd|th|\.|o)?\s+(?:de\s+|of\s+)?)?"
_POINT = (
    rf"(?:{_DAY}(?P<{{0}}name>{_any(_MONTHS)}|{_any(_SEASONS)})\b\.?,?(?:\s+\d{{{{1,2}}}},)?(?:\s+(?:de|del|of))?\s*[-/]?\s*"
    rf"(?P<{{0}}nyear>{_YEAR}|'\d\d|’\d\d)"
    rf"|(?:\d{{{{1,2}}}}[./])?(?P<{{0}}month>0?[1-9]|1[0-2])\s?[./-]\s?(?P<{{0}}myear>{_YEAR})"
    rf"|q(?P<{{0}}quarter>[1-4])\s?[/-]?\s?(?P<{{0}}qyear>{_YEAR})"
    rf"|(?P<{{0}}iyear>{_YEAR})[./-](?P<{{0}}imonth>0[1-9]|1[0-2])(?:-\d\d)?(?!\d)"
    rf"|(?P<{{0}}year>{_YEAR}))(?![\w%])"
)
_PRESENT = (
    r"(?P<present>(?:the )?present|pres|date|current(?:ly)?|now|today|ongoing|onwards?|to date|till date"
    r"|until further notice"
    r"|heute|jetzt|aktuell|laufend|gegenwart|dato"
    r"|aujourd['’]hui|auj|a present|a ce jour|ce jour|present|actuel(?:lement)?|en cours|maintenant|en poste"
    r"|a l['’]heure actuelle"
    r"|actualidad|la actualidad|actual(?:mente)?|act|presente|hoy|a la fecha|oggi|attuale|in corso|attualmente"
    r"|atual(?:mente)?|hoje|o momento|(?:a )?data|(?:a )?presente data|la fecha)\b"
)
_DASH = r"(?:\s+/\s+|\s*(?:[-–—−~→…]+|\.{2,3}"
_DASH += r"|\b(?:to|until|till|through|thru|bis|a|ad|au|al|hasta|ate|as|jusqu['’]a|fino ad?)\b)\s*)"
_DASH += r"(?:(?:until|till|to|bis|zum|hasta|ate|jusqu['’]a|fino ad?)\s+)?(?:l'|l’|la |o |ao |a |heute )?"
_RANGE = re.compile(
    rf"(?<![\w/.,$€£#])(?:(?:from|von|de|du|da|dal|desde)\s+)?"
    rf"(?:{_POINT.format('s')}|(?P<bare>{_any(_MONTHS)}|{_any(_SEASONS)})\b\.?)"
    rf"{_DASH}\(?(?:{_POINT.format('e')}|(?P<short>\d\d)(?![\w%])|{_PRESENT})"
)
# The year of a school: "2016/17", "2016/2017".
_SCHOOL_YEAR = re.compile(r"(?<![\w/.,$€£#-])(?P<s>(?:19|20)\d\d)/(?P<e>(?:19|20)?\d\d)(?![\w/-])")
_SINCE = re.compile(
    rf"\b(?:since|seit|depuis(?: le)?|desde|dal|da|ab|a partir (?:de|du|da))\s+(?:{_POINT.format('s')})"
    rf"(?:\s*{_DASH}{_PRESENT})?"
)
# A dash with nothing after it says that it goes on; only where nothing else stands beside it, or far off.
_OPEN = re.compile(rf"^\s*(?:{_POINT.format('s')})\s*[-–—](?:\s*$|\s{{2,8}}(?=[^\W\d_]))")
# Years of two digits are years only beside months, and only at both ends: "03/18 - 06/20", "Mar 18 - today".
_SHORT_POINT = (
    rf"(?:(?P<{{0}}month>0?[1-9]|1[0-2])[/.]|(?P<{{0}}name>{_any(_MONTHS)})\.?\s)"
    r"(?P<{0}year>[0-4]\d|[6-9]\d)(?![\w/.])"
)
_SHORT_RANGE = re.compile(
    rf"(?<![\w/.,$€£#])(?:{_SHORT_POINT.format('s')}){_DASH}(?:{_SHORT_POINT.format('e')}|{_PRESENT})"
)
_SINGLE = re.compile(rf"(?<![\w/.,$€£#-])(?:{_POINT.format('s')})")
# Possessive throughout: white that two parts may share would be tried both ways for every part of a long line.
DURATION = re.compile(
    r"^\W*+(?:\d++(?:[.,]\d++)?\s*+\+?\s*+(?:years?|yrs?|months?|mos?|jahre?|monate?|ans?|mois|anos?|meses|anni|mesi)"
    r"\b\s*+(?:(?:,|&|(?:and|und|et|y|e)\b)\s*+)?)++\W*+$"
)


@dataclass(frozen=True, slots=True)
class Point:
    """A month, or a year whose month is not said, or neither where a placeholder stands."""

    year: int | None = None
    month: int | None = None

    def __str__(self) -> str:
        """`YYYY-MM` or `YYYY`; empty where the year is unknown."""
        if self.year is None:
            return ""
        return f"{self.year:04d}" if self.month is None else f"{self.year:04d}-{self.month:02d}"


@dataclass(frozen=True, slots=True)
class Period:
    """A dated stretch as it stands at `[begin, stop)` of a text. `ranged`: both ends are written."""

    start: Point | None
    end: Point | None
    present: bool
    ranged: bool
    begin: int
    stop: int
    start_span: tuple[int, int] | None = None
    end_span: tuple[int, int] | None = None


def periods(text: str) -> tuple[Period, ...]:
    """All periods in `text`, in order; ranges win over single dates."""
    folded = fold(text)
    found: list[Period] = []
    unfinished = _OPEN.match(folded)
    if unfinished is not None:
        return (_period(unfinished, ranged=True),)
    patterns = ((_RANGE, True), (_SINCE, True), (_SHORT_RANGE, True), (_SCHOOL_YEAR, True), (_SINGLE, False))
    for pattern, ranged in patterns:
        for match in pattern.finditer(folded):
            if all(match.end() <= known.begin or match.start() >= known.stop for known in found):
                if pattern is _SCHOOL_YEAR:
                    found += _school_year(match)
                    continue
                found.append(_short_period(match) if pattern is _SHORT_RANGE else _period(match, ranged))
    return tuple(sorted(found, key=lambda period: period.begin))


def _school_year(match: re.Match[str]) -> list[Period]:
    """ "2016/17" if the second year is the next; "2011/12" may be a month."""
    first, second = int(match["s"]), int(match["e"])
    if second % 100 != (first + 1) % 100 or second <= 12:
        return []
    points, spans = (Point(first), Point(first + 1)), (match.span("s"), match.span("e"))
    return [Period(points[0], points[1], False, True, match.start(), match.end(), spans[0], spans[1])]


def _short_period(match: re.Match[str]) -> Period:
    points: list[Point | None] = []
    spans: list[tuple[int, int] | None] = []
    for prefix in ("s", "e"):
        name, month, year = (match[prefix + key] for key in ("name", "month", "year"))
        if year is None:
            points.append(None)
            spans.append(None)
            continue
        century = 2000 if int(year) < 60 else 1900
        points.append(Point(century + int(year), _number(name) if name else int(month)))
        spans.append((match.start(prefix + ("name" if name else "month")), match.end(prefix + "year")))
    present = match["present"] is not None
    return Period(points[0], points[1], present, True, match.start(), match.end(), spans[0], spans[1])


def _period(match: re.Match[str], ranged: bool) -> Period:
    groups = match.groupdict()
    start, start_span = _point(match, "s")
    end, end_span = _point(match, "e") if "eyear" in groups else (None, None)
    present = bool(groups.get("present")) or match.re in {_SINCE, _OPEN}
    if groups.get("bare") and end is not None:
        # "May - Aug 2022": the year is written once, at the end.
        start = Point(end.year, _number(groups["bare"]))
        start_span = match.span("bare")
    if groups.get("short") and start is not None and start.year is not None:
        # "2019-21"
        end = Point(start.year // 100 * 100 + int(groups["short"]))
        end_span = match.span("short")
        if end.year is not None and end.year < start.year:
            end, end_span, ranged = None, None, False
    if not ranged:
        start, end, start_span, end_span = None, start, None, start_span
    return Period(start, end, present, ranged, match.start(), match.end(), start_span, end_span)


def _point(match: re.Match[str], prefix: str) -> tuple[Point | None, tuple[int, int] | None]:
    groups = match.groupdict()
    year = next(
        (
            groups[prefix + key]
            for key in ("nyear", "myear", "qyear", "iyear", "year")
            if groups[prefix + key]
        ),
        None,
    )
    if year is None:
        return None, None
    name, digits = groups[prefix + "name"], groups[prefix + "month"] or groups[prefix + "imonth"]
    if groups[prefix + "quarter"]:
        digits = str(3 * int(groups[prefix + "quarter"]) - 2)
    keys = [
        key
        for key in ("name", "nyear", "month", "myear", "quarter", "qyear", "iyear", "imonth", "year")
        if groups[prefix + key]
    ]
    span = (min(match.start(prefix + key) for key in keys), max(match.end(prefix + key) for key in keys))
    if "x" in year:
        return Point(), span
    if year[0] in "'’":
        short = int(year[1:])
        year = str(2000 + short if short < 60 else 1900 + short)
    return Point(int(year), _number(name) if name else int(digits) if digits else None), span


def _number(name: str) -> int:
    return _MONTHS[name] if name in _MONTHS else _SEASONS[name]


def is_date(text: str) -> bool:
    """Whether `text` is about a date or a duration and little else."""
    found = periods(text)
    if not found:
        return bool(DURATION.match(fold(text)))
    text = _IN_BRACKETS.sub("", text)
    rest = len(text.strip()) - sum(period.stop - period.begin for period in found)
    return rest <= 14 and not (len(found) == 1 and not found[0].ranged and rest > 6)


_IN_BRACKETS = re.compile(r"\s\(\d[^()]{0,30}\)$")
_BROKEN = re.compile(
    rf"(?:{_POINT.format('s')})\s*(?:[-–—−~→]|\b(?:to|until|bis|a|au|al|hasta|ate|as)\b|/)\s*"
    rf"(?:(?:{_any(_MONTHS)}|{_any(_SEASONS)})\b\.?)?\s*$"
)


def is_broken(text: str) -> bool:
    """Whether `text` is a period whose end, or the end's year, must stand in the next line."""
    return _BROKEN.match(fold(text.strip())) is not None


def months(start: Point, end: Point | None, *, as_of: dt.date | None) -> tuple[int, int] | None:
    """The half-open interval of months, counted from year 0; `end` None means "to the present".

    A month counts whole. A year without a month is taken at its middle, so that "2020 - 2022" is two years
    and
    the error of either end stays within six months; a single year counts its second half. None where an end
    is
    missing.
    """
    if start.year is None:
        return None
    first = start.year * 12 + (start.month - 1 if start.month else 6)
    if end is None:
        if as_of is None:
            return None
        last = as_of.year * 12 + as_of.month
    elif end.year is None:
        return None
    elif end.month:
        last = end.year * 12 + end.month
    else:
        last = end.year * 12 + (12 if start.year == end.year else 6)
    return (first, last) if last > first else None


def union(intervals: Iterable[tuple[int, int]]) -> int:
    """Months covered by at least one interval: two jobs at once count once."""
    total, reached = 0, 0
    for first, last in sorted(intervals):
        total += max(0, last - max(first, reached))
        reached = max(reached, last)
    return total


def point(written: str) -> Point:
    """The point that `str(point)` wrote."""
    year, _, month = written.partition("-")
    return Point(int(year) if year else None, int(month) if month else None)
