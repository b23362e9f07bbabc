"""Which words of a PDF's page a person cannot see.

Told from how the page is drawn: render modes, sizes, places, colours against what was drawn under them. Nothing is
rendered for it but pages with layers, because a hostile page can make rendering as slow as it likes. Whatever is in
doubt is seen: to lose a line of a real CV is worse than to keep a hidden one, which an order inside betrays anyway.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

import pypdfium2
import pypdfium2.raw as pdfium

from runtime.cv.scrutiny import Hiding

# Of a page's height; print below three points is a hairline.
_LEAST_HEIGHT: Final = 3.0 / 792
_LIGHT: Final = 235
_SAME: Final = 20
_INVISIBLE_MODES: Final = frozenset({3, 7})
_FILLING_MODES: Final = frozenset({0, 4})
_MOST_OBJECTS: Final = 4_000
_MOST_SHAPES: Final = 400
_DEEPEST: Final = 4
# A rectangle is drawn by one move and three or four lines.
_RECTANGLE: Final = 5
_MOST_PIXELS: Final = 1_500_000
_DARK: Final = 160

type Colour = tuple[int, int, int]
type Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class _Ink:
    """How a piece of text is drawn. `colour` is None where it is no plain one."""

    mode: int
    colour: Colour | None
    transparent: bool
    layered: bool


@dataclass(frozen=True, slots=True)
class _Shape:
    """Something drawn at `box` as the `order`th thing of the page.

    `plain`: it is an upright rectangle or a line. `exact`: it is a filled rectangle that nothing cuts.
    """

    order: int
    box: Box
    colour: Colour | None
    exact: bool
    plain: bool


class Sight:
    """What can be seen of one page. For use under PDFium's lock, while the page is open."""

    def __init__(self, page: pypdfium2.PdfPage, text: Any, box: Box) -> None:
        self._page = page
        self._text = text
        self._box = box
        self._inks: dict[int, _Ink] = {}
        self._texts: list[tuple[Any, int]] = []
        self._shapes: list[_Shape] = []
        self._objects = 0
        self._unknown = self._crowded = False
        self._walk(page.raw, pdfium.FPDFPage_CountObjects, pdfium.FPDFPage_GetObject, (), 0)
        self._exact = [shape for shape in self._shapes if shape.exact]
        self._rendered: tuple[bytes, int, int, float] | None = None

    def hiding(self, index: int, box: Box) -> Hiding | None:
        """Why the word that begins with the character `index`, at `box` (left, bottom, right, top), is not seen."""
        left, bottom, right, top = self._box
        if box[2] <= left or box[0] >= right or box[3] <= bottom or box[1] >= top:
            return "off_page"
        if box[3] - box[1] < _LEAST_HEIGHT * (top - bottom):
            return "size"
        thing = pdfium.FPDFText_GetTextObject(self._text, index)
        address = _address(thing)
        ink = self._inks.get(address)
        if ink is None:
            ink = self._inks[address] = _ink(self._text, index, thing)
        if ink.mode in _INVISIBLE_MODES or ink.transparent:
            return None if self._is_traced(box) else "invisible"
        if ink.colour is None:
            return None
        if ink.layered and max(ink.colour) < _DARK and not self._is_drawn(box):
            return "layer"
        return self._lost(ink.colour, box, address)

    def believable(self, ways: Sequence[Hiding | None]) -> Sequence[Hiding | None]:
        """The ways in which a page's words are hidden, but for what is no trick.

        A scan carries its recognised text invisibly; and where most of a page seems to have the colour of a background
        that is made of more than shapes, it is the background that was not understood.
        """
        most = len(ways) / 2
        if ways.count("invisible") > most:
            ways = [None if way == "invisible" else way for way in ways]
        if self._unknown and ways.count("colour") > most:
            ways = [None if way == "colour" else way for way in ways]
        return ways

    def _walk(self, parent: Any, count: Any, get: Any, matrices: tuple[Any, ...], depth: int) -> None:
        for number in range(count(parent)):
            self._objects += 1
            if self._objects > _MOST_OBJECTS or len(self._shapes) > _MOST_SHAPES:
                self._unknown = self._crowded = True
                return
            thing = get(parent, number)
            kind = pdfium.FPDFPageObj_GetType(thing)
            if kind == pdfium.FPDF_PAGEOBJ_TEXT:
                self._texts.append((thing, self._objects))
            elif kind == pdfium.FPDF_PAGEOBJ_FORM and depth < _DEEPEST:
                matrix = pdfium.FS_MATRIX()
                pdfium.FPDFPageObj_GetMatrix(thing, matrix)
                self._walk(
                    thing,
                    pdfium.FPDFFormObj_CountObjects,
                    pdfium.FPDFFormObj_GetObject,
                    (matrix, *matrices),
                    depth + 1,
                )
            else:
                self._take(thing, kind, matrices)

    def _take(self, thing: Any, kind: int, matrices: tuple[Any, ...]) -> None:
        box = _bounds(thing, matrices)
        if box is None:
            return
        is_path = kind == pdfium.FPDF_PAGEOBJ_PATH
        # A path of many parts is a letter or a drawing. What colour it has does not matter: it hides nothing for sure.
        if not is_path or pdfium.FPDFPath_CountSegments(thing) > _RECTANGLE:
            self._unknown = self._unknown or not is_path
            self._shapes.append(_Shape(self._objects, box, None, exact=False, plain=False))
            return
        fill, stroke = ctypes.c_int(), ctypes.c_int()
        pdfium.FPDFPath_GetDrawMode(thing, fill, stroke)
        if not fill.value and not stroke.value:
            return
        colour, alpha = _colour(pdfium.FPDFPageObj_GetFillColor, thing)
        if not fill.value:
            colour, alpha = _colour(pdfium.FPDFPageObj_GetStrokeColor, thing)
        plain = _is_rectangle(thing)
        exact = (
            plain
            and bool(fill.value)
            and alpha == 255
            and not matrices
            and pdfium.FPDFClipPath_CountPaths(pdfium.FPDFPageObj_GetClipPath(thing)) <= 0
        )
        self._shapes.append(_Shape(self._objects, box, colour, exact, plain))

    def _is_traced(self, box: Box) -> bool:
        """Whether something else may show an invisible word: its picture, or its letters drawn as shapes, as browsers
        do with fonts that may not be embedded."""
        return self._crowded or any(_holds(shape.box, box) for shape in self._shapes if not shape.plain)

    @cached_property
    def _order(self) -> dict[int, int]:
        """When each piece of text is drawn. Pages of browsers have thousands of pieces, and few pages ask for it."""
        return {_address(thing): order for thing, order in self._texts}

    def _lost(self, colour: Colour, box: Box, address: int) -> Hiding | None:
        """Whether a word is lost in what lies under it, or over it."""
        if self._crowded:
            return None
        light = min(colour) >= _LIGHT
        near = [shape for shape in self._shapes if _holds(shape.box, box)] if light or self._exact else []
        order: int | None = self._objects + 1
        if any(shape.order > (self._texts[0][1] if self._texts else 0) for shape in near):
            order = self._order.get(address)
        behind = [shape for shape in near if order is None or shape.order < order]
        if light and not any(_differs(shape.colour, colour) for shape in behind):
            return "colour"
        if order is None:
            return None
        if behind and behind[-1].exact and not _differs(behind[-1].colour, colour):
            return "colour"
        over = any(shape.order > order and shape.exact and _is_light(shape) for shape in near)
        return "covered" if over else None

    def _is_drawn(self, box: Box) -> bool:
        """Whether anything dark is there when the page is drawn as it is shown."""
        if self._rendered is None:
            # Pictures are left out: drawing one may take more memory than this process has.
            for picture in [
                thing for thing in self._page.get_objects() if thing.type == pdfium.FPDF_PAGEOBJ_IMAGE
            ]:
                self._page.remove_obj(picture)
            left, bottom, right, top = self._box
            scale = min(1.5, (_MOST_PIXELS / max(1.0, (right - left) * (top - bottom))) ** 0.5)
            bitmap = self._page.render(scale=scale, grayscale=True, may_draw_forms=False)
            self._rendered = (bytes(bitmap.buffer), bitmap.stride, bitmap.height, scale)
        pixels, stride, height, scale = self._rendered
        left, _, _, top = self._box
        first, last = max(0, int((box[0] - left) * scale)), int((box[2] - left) * scale) + 1
        for row in range(max(0, int((top - box[3]) * scale)), min(height, int((top - box[1]) * scale) + 1)):
            if min(pixels[row * stride + first : row * stride + min(last, stride)], default=255) < _DARK:
                return True
        return False


def _address(thing: Any) -> int:
    # The same object is handed out by several functions, each time in another wrapper.
    return ctypes.addressof(thing.contents) if thing else 0


def _ink(text: Any, index: int, thing: Any) -> _Ink:
    parts = [ctypes.c_uint() for _ in range(4)]
    known = pdfium.FPDFText_GetFillColor(text, index, *parts)
    red, green, blue, alpha = (part.value for part in parts)
    mode = pdfium.FPDFTextObj_GetTextRenderMode(thing)
    filled = bool(known) and mode in _FILLING_MODES
    return _Ink(
        mode=mode,
        colour=(red, green, blue) if filled else None,
        transparent=filled and alpha < 255 - _LIGHT,
        layered=_is_layered(thing),
    )


def _is_layered(thing: Any) -> bool:
    """Whether it belongs to optional content, which a viewer shows or not."""
    for number in range(min(8, max(0, pdfium.FPDFPageObj_CountMarks(thing)))):
        name, length = (pdfium.FPDF_WCHAR * 4)(), ctypes.c_ulong()
        mark = pdfium.FPDFPageObj_GetMark(thing, number)
        if (
            pdfium.FPDFPageObjMark_GetName(mark, name, ctypes.sizeof(name), length)
            and bytes(name)[:4] == b"O\0C\0"
        ):
            return True
    return False


def _colour(ask: Any, thing: Any) -> tuple[Colour | None, int]:
    parts = [ctypes.c_uint() for _ in range(4)]
    if not ask(thing, *parts):
        return None, 0
    red, green, blue, alpha = (part.value for part in parts)
    return (red, green, blue), alpha


def _bounds(thing: Any, matrices: tuple[Any, ...]) -> Box | None:
    sides = [ctypes.c_float() for _ in range(4)]
    if not pdfium.FPDFPageObj_GetBounds(thing, *sides):
        return None
    left, bottom, right, top = (side.value for side in sides)
    corners = [(left, bottom), (right, bottom), (left, top), (right, top)]
    for m in matrices:
        corners = [(m.a * x + m.c * y + m.e, m.b * x + m.d * y + m.f) for x, y in corners]
    across, up = [x for x, _ in corners], [y for _, y in corners]
    return min(across), min(up), max(across), max(up)


def _is_rectangle(path: Any) -> bool:
    matrix = pdfium.FS_MATRIX()
    pdfium.FPDFPageObj_GetMatrix(path, matrix)
    count = pdfium.FPDFPath_CountSegments(path)
    if count > _RECTANGLE or matrix.b or matrix.c:
        return False
    across, up = set(), set()
    for number in range(count):
        segment = pdfium.FPDFPath_GetPathSegment(path, number)
        if pdfium.FPDFPathSegment_GetType(segment) == pdfium.FPDF_SEGMENT_BEZIERTO:
            return False
        x, y = ctypes.c_float(), ctypes.c_float()
        pdfium.FPDFPathSegment_GetPoint(segment, x, y)
        across.add(round(x.value, 2))
        up.add(round(y.value, 2))
    return len(across) <= 2 and len(up) <= 2


def _is_light(shape: _Shape) -> bool:
    return shape.colour is not None and min(shape.colour) >= _LIGHT


def _holds(shape: Box, word: Box) -> bool:
    x, y = (word[0] + word[2]) / 2, (word[1] + word[3]) / 2
    return shape[0] <= x <= shape[2] and shape[1] <= y <= shape[3]


def _differs(shape: Colour | None, colour: Colour) -> bool:
    return shape is None or any(abs(one - other) > _SAME for one, other in zip(shape, colour, strict=True))
