"""Reading order by geometry."""

from __future__ import annotations

import itertools

from hypothesis import given
from hypothesis import strategies as st

from runtime.cv.document import SIGNS
from runtime.cv.layout import Line, Word, lines


def _words(x: float, y: float, text: str, *, size: float = 10) -> list[Word]:
    """`text` set at (x, y), every character half its size wide."""
    result, at = [], x
    for word in text.split():
        width = len(word) * size * 0.5
        result.append(Word(word, at, at + width, y, y + size, size=size))
        at += width + size * 0.3
    return result


def _texts(found: tuple[Line, ...]) -> list[str]:
    return [line.text for line in found]


def _column(x: float, y: float, *texts: str) -> list[Word]:
    return [word for number, text in enumerate(texts) for word in _words(x, y + 14 * number, text)]


LEFT = ("Skills", "Welding", "Soldering", "Languages", "English")
RIGHT = ("Experience", "Welder at Iron Works", "2019 - 2021", "Education", "Trade School of Leeds")


def test_columns_with_their_own_headings_are_read_one_after_the_other() -> None:
    found = lines(_column(40, 100, *LEFT) + _column(250, 103, *RIGHT), 1, SIGNS)
    assert _texts(found) == [*LEFT, *RIGHT]


def test_the_order_of_drawing_changes_nothing() -> None:
    words = _column(40, 100, *LEFT) + _column(250, 100, *RIGHT)
    assert _texts(lines(words[::-1], 1, SIGNS)) == [*LEFT, *RIGHT]


def test_a_title_over_both_columns_comes_first() -> None:
    title = "Jane Smith welder and certified fabricator of stairs and railings"
    found = lines(_words(40, 60, title) + _column(40, 100, *LEFT) + _column(250, 100, *RIGHT), 1, SIGNS)
    assert _texts(found) == [title, *LEFT, *RIGHT]


def test_a_stack_of_dates_stays_in_its_rows_and_is_marked() -> None:
    text = _column(40, 100, "Welder, Iron Works", "Built stairs", "Fitter, Steel Yard", "Built rails")
    stack = _column(420, 100, "Leeds, UK", "2019 - 2021", "York, UK", "2016 - 2019")
    found = lines(text + stack, 1, SIGNS)
    assert _texts(found)[0] == "Welder, Iron Works\tLeeds, UK"
    assert [[segment.rail for segment in line.segments] for line in found] == [[False, True]] * 4


def test_headings_in_the_margin_stand_before_their_sections() -> None:
    headings = [
        word
        for y, text in ((100, "Skills"), (142, "Languages"), (170, "Projects"))
        for word in _words(40, y, text)
    ]
    story = _column(
        200,
        100,
        "Welding of steel stairs",
        "Soldering",
        "Brazing",
        "English and French",
        "Spanish",
        "A bridge",
    )
    found = _texts(lines(headings + story, 1, SIGNS))
    assert found == [
        "Skills",
        "Welding of steel stairs",
        "Soldering",
        "Brazing",
        "Languages",
        "English and French",
        "Spanish",
        "Projects",
        "A bridge",
    ]


def test_a_spaced_heading_is_closed_up() -> None:
    letters = [Word(char, 40 + 12 * n, 45 + 12 * n, 100, 110, size=10) for n, char in enumerate("EXPERIENCE")]
    assert _texts(lines(letters, 1, SIGNS)) == ["EXPERIENCE"]


_boxes = st.tuples(
    st.text("abcdefghij", min_size=1, max_size=8),
    st.floats(0, 600, allow_nan=False),
    st.floats(0, 780, allow_nan=False),
    st.floats(4, 40, allow_nan=False),
)


@given(st.lists(_boxes, max_size=60))
def test_no_word_is_lost_or_doubled_wherever_it_stands(boxes: list[tuple[str, float, float, float]]) -> None:
    words = [Word(text, x, x + len(text) * size / 2, y, y + size, size=size) for text, x, y, size in boxes]
    found = "".join(itertools.chain.from_iterable(_texts(lines(words, 1, SIGNS))))
    assert sorted(found.replace(" ", "").replace("\t", "")) == sorted("".join(text for text, *_ in boxes))


def test_a_stack_of_dates_between_the_text_and_a_rail_belongs_to_the_text() -> None:
    """Although their right edge and the rail's make a taller gutter than the rail's own."""
    heads = (
        "Work experience",
        "Welder",
        "Iron Works in Leeds",
        "Fitter",
        "Steel Yard in York",
        "Roofer",
        "Roof & Tile in Hull",
        "Summary",
    )
    story = "A long line of the summary that reaches over to where the dates stand"
    text = _column(40, 100, *heads, story)
    stack = [
        word
        for y, date in ((114, "2019 - 2021"), (142, "2016 - 2019"), (170, "2012 - 2016"))
        for word in _words(300, y, date)
    ]
    rail = _column(420, 103, "Skills", "Welding", "Soldering", "Languages", "English")
    found = _texts(lines(text + stack + rail, 1, SIGNS))
    assert found.index("Welder\t2019 - 2021") < found.index("Fitter\t2016 - 2019") < found.index("Skills")


def test_words_in_line_with_a_column_begin_a_piece_of_their_own() -> None:
    """A long date may come closer to the text beside it than columns usually do."""
    dates = _words(40, 100, "03/2019 - now") + _words(40, 142, "2016") + _words(40, 184, "2014")
    text = [word for y in (100, 114, 142, 156, 184) for word in _words(110, y, "Fitter of stairs")]
    assert _texts(lines(dates + text, 1, SIGNS))[0] == "03/2019 - now\tFitter of stairs"


def test_letters_that_a_reader_took_apart_are_a_word_again() -> None:
    word = [
        Word(letter, 40 + 5 * at, 45 + 5 * at, 100, 110, size=10) for at, letter in enumerate("Organisation")
    ]
    assert _texts(lines(word, 1, SIGNS)) == ["Organisation"]


def test_a_spaced_heading_with_kerned_pairs_is_closed_up() -> None:
    parts, at, spaced = ("E", "D", "U", "C", "AT", "I", "O", "N"), 40.0, []
    for part in parts:
        spaced.append(Word(part, at, at + 5 * len(part), 100, 110, size=10))
        at += 5 * len(part) + 4
    assert _texts(lines(spaced, 1, SIGNS)) == ["EDUCATION"]


def test_a_heading_that_runs_over_its_margin_is_a_piece_of_its_own() -> None:
    heading = [Word("Qualifications", 40, 112, 100, 110, bold=True, size=10)]
    text = _column(110, 100, "Welding of stairs", "Rigging", "Milling of steel", "Turning")
    assert _texts(lines(heading + text, 1, SIGNS))[0] == "Qualifications\tWelding of stairs"
