"""The ways in which people write jobs, studies and skills: labels, tables, lists, places, and what is set apart."""

from __future__ import annotations

import pytest

from runtime.cv.analysis import analyze_text
from runtime.cv.document import SIGNS, Document
from runtime.cv.layout import Word, lines
from runtime.cv.sections import sections
from runtime.cv.skills import skills
from runtime.cv.vocabulary import degree, field_of

HEAD = "Jane Smith\njane.smith@example.com\n\n"


def _jobs(text: str) -> list[tuple[str | None, str | None, str | None, str | None]]:
    return [
        (
            job.position.value if job.position else None,
            job.name.value if job.name else None,
            job.start_date.value if job.start_date else None,
            "present" if job.current else job.end_date.value if job.end_date else None,
        )
        for job in analyze_text(text).resume.work
    ]


def _skills(text: str) -> list[str]:
    return [skill.name.value for skill in analyze_text(text).resume.skills]


FITTER = [("Fitter", "Iron Works", "2019-03", "present"), ("Welder", "Steel Yard", "2016-01", "2019-02")]


@pytest.mark.parametrize(
    "text",
    [
        "Employer: Iron Works\nPosition: Fitter\nDates: 03/2019 - present\nDuties:\n- Stairs\n\n"
        "Employer: Steel Yard\nPosition: Welder\nDates: 01/2016 - 02/2019\n",
        "Zeitraum: 03/2019 - heute\nArbeitgeber: Iron Works\nPosition: Fitter\nAufgaben: Stairs and rails\n\n"
        "Zeitraum: 01/2016 - 02/2019\nArbeitgeber: Steel Yard\nPosition: Welder\n",
        "Fechas    03/2019 - actualidad\nProfesión o cargo desempeñado    Fitter\n"
        "Nombre y dirección de la empresa    Iron Works\n\n"
        "Fechas    01/2016 - 02/2019\nProfesión o cargo desempeñado    Welder\n"
        "Nombre y dirección de la empresa    Steel Yard\n",
    ],
    ids=["en", "de", "es"],
)
def test_what_a_label_names_is_what_it_says(text: str) -> None:
    assert _jobs(HEAD + "Work experience\n\n" + text) == FITTER


def test_the_columns_of_a_table_hold_what_their_heads_say() -> None:
    table = "| When | Where | What |\n|---|:--|--|\n| 03/2019 - present | Iron Works | Fitter |\n"
    table += "| 01/2016 - 02/2019 | Steel Yard | Welder |\n"
    assert _jobs(HEAD + "## Experience\n\n" + table) == FITTER


def test_the_items_of_a_list_are_jobs_where_nothing_else_has_a_period() -> None:
    text = "- **03/2019 - present** Fitter, Iron Works\n  - Built stairs since the 2019 fire\n"
    text += "- **01/2016 - 02/2019** Welder, Steel Yard\n  - Built rails\n"
    assert _jobs(HEAD + "## Experience\n\n" + text) == FITTER


def test_studies_may_be_the_items_of_a_list() -> None:
    text = f"{HEAD}Education\n\n- BSc Biology, University of Leeds, 2012\n- A-levels, Ossett Academy, 2009\n"
    studies = analyze_text(text).resume.education
    assert [
        (s.level.value if s.level else None, s.end_date.value if s.end_date else None) for s in studies
    ] == [
        ("bachelor", "2012"),
        ("secondary", "2009"),
    ]


@pytest.mark.parametrize(
    "line",
    ["{} (Leeds)", "{} (Ossett)", "{} – {place}", "{}, {place}"],
    ids=["a known place in brackets", "an unknown one as the known", "behind a dash", "behind a comma"],
)
def test_a_place_is_no_part_of_the_employer(line: str) -> None:
    text = f"Fitter\n{line.format('Iron Works', place='Ossett')}\n03/2019 - present\n- Stairs\n\n"
    text += "Welder\n" + line.replace("Ossett", "Leeds").format("Steel Yard", place="Leeds")
    text += "\n01/2016 - 02/2019\n- Rails\n"
    assert _jobs(HEAD + "Experience\n\n" + text) == FITTER


def test_what_ends_every_employers_line_alike_is_its_place() -> None:
    text = "Fitter\nIron Works - Ossett\n03/2019 - present\n- Stairs\n\n"
    text += "Welder\nSteel Yard - Mirfield\n01/2016 - 02/2019\n- Rails\n"
    assert _jobs(HEAD + "Experience\n\n" + text) == FITTER


def test_a_ward_belongs_to_the_title_and_a_division_to_its_army() -> None:
    text = "Charge Nurse, Emergency Department, St. Brigid Hospital, Leeds\n03/2019 - present\n\n"
    text += "Supply Sergeant\nUnited States Army, 25th Infantry Division\n01/2016 - 02/2019\n"
    assert [job[:2] for job in _jobs(HEAD + "Experience\n\n" + text)] == [
        ("Charge Nurse, Emergency Department", "St. Brigid Hospital"),
        ("Supply Sergeant", "United States Army, 25th Infantry Division"),
    ]


def test_under_a_complete_head_between_white_lines_stands_what_was_done() -> None:
    text = "Fitter at Iron Works\n03/2019 - present\nAssembly of stairs\n\n"
    text += "Welder at Steel Yard\n01/2016 - 02/2019\nRepair of rails\n"
    assert _jobs(HEAD + "Experience\n\n" + text) == FITTER


def test_a_rule_drawn_with_dashes_says_nothing() -> None:
    text = "----------\n03/2019 - present     Fitter\n                      Iron Works, Leeds\n"
    text += "01/2016 - 02/2019     Welder\n                      Steel Yard, Leeds\n"
    assert _jobs(HEAD + "Experience\n" + text) == FITTER


def test_who_works_for_themselves_names_that_as_the_employer() -> None:
    text = "Fitter\nSelf-employed, Ossett\n03/2019 - present\n"
    assert _jobs(HEAD + "Experience\n\n" + text) == [("Fitter", "Self-employed", "2019-03", "present")]


def test_an_open_dash_before_a_wide_gap_goes_on_until_today() -> None:
    text = "2019-  IRON WORKS\n       Fitter\n2016-2019  STEEL YARD\n       Welder\n"
    assert [job[2:] for job in _jobs(HEAD + "Experience\n\n" + text)] == [
        ("2019", "present"),
        ("2016", "2019"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Contact\njane.smith@example.com\n\nSkills\nWelding\n\nJane Smith\nFitter\n\nExperience\n",
        "Name: Jane Smith\njane.smith@example.com\n\nExperience\n",
        "Jane Smith - Fitter\njane.smith@example.com\n\nExperience\n",
    ],
    ids=["behind a rail", "with a label", "before a title"],
)
def test_the_name_is_found(text: str) -> None:
    name = analyze_text(text + "\nFitter at Iron Works\n03/2019 - present\n").resume.basics.name
    assert name is not None
    assert name.value == "Jane Smith"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Welding - Rigging - Milling", ["Welding", "Rigging", "Milling"]),
        ("Steel welding. Rigging. Milling.", ["Steel welding", "Rigging", "Milling"]),
        ("Shop - Welding, Milling\nSite - Rigging, Lifting", ["Welding", "Milling", "Rigging", "Lifting"]),
        ("  + Welding\n  + Rigging", ["Welding", "Rigging"]),
        ("Shop     Welding, Milling\nSite     Rigging", ["Welding", "Milling", "Rigging"]),
        ("Welding, Rigging\njane@example.com\n+44 113 496 0000", ["Welding", "Rigging"]),
    ],
)
def test_a_list_of_skills_is_read_as_it_separates_them(text: str, expected: list[str]) -> None:
    assert _skills(f"{HEAD}Skills\n\n{text}\n") == expected


def test_a_deeper_heading_among_skills_is_a_label() -> None:
    text = "# Jane Smith\n\n## Experience\n\nFitter at Iron Works\n03/2019 - present\n\n## Skills\n\n"
    text += "### Languages\n\nPython, Rust\n\n### Tools\n\nGit, Docker\n"
    assert _skills(text) == ["Python", "Rust", "Git", "Docker"]


@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("Máster Universitario en Abogacía", "master"),
        ("Graduada en Derecho", "bachelor"),
        ("Técnico Superior en Sonido", "associate"),
        ("Diploma di perito agrario", "secondary"),
        ("Laurea specialistica in Fisica", "master"),
        ("Bac +5", "master"),
        ("CAP Boulanger", "secondary"),
        ("Doutoramento em Química", "doctorate"),
        ("MSci Physics", "master"),
        ("the cap of a bottle", None),
    ],
)
def test_degrees_of_many_countries_have_their_level(text: str, level: str | None) -> None:
    found = degree(text)
    assert (found[0] if found else None) == level


def test_a_field_is_known_by_its_whole_name() -> None:
    assert field_of("Nom et adresse de l'employeur :") == "employer"
    assert field_of("Employer of the year") is None


def _set(x: float, y: float, *texts: str, size: float = 10, bold: bool = False) -> list[Word]:
    """Lines from (x, y) downwards, every character half its size wide, a step and a half apart."""
    result = []
    for number, text in enumerate(texts):
        at, top = x, y + 1.5 * size * number
        for word in text.split():
            width = len(word) * size / 2
            result.append(Word(word, at, at + width, top, top + size, bold=bold, size=size))
            at += width + 0.3 * size
    return result


def _document(words: list[Word]) -> Document:
    return Document("pdf", lines(words, 1, SIGNS), 1)


def test_heads_of_jobs_set_like_headings_begin_no_sections() -> None:
    words = _set(40, 40, "EXPERIENCE", size=12, bold=True)
    for number, (title, employer) in enumerate([("Fitter", "Iron Works"), ("Welder", "Steel Yard")]):
        words += _set(40, 60 + 70 * number, title, size=12, bold=True)
        words += _set(40, 80 + 70 * number, employer, "03/2016 - 02/2019", "• Built stairs and rails")
    words += _set(40, 210, "EDUCATION", size=12, bold=True) + _set(40, 230, "Leeds College", "2012 - 2014")
    found = sections(_document(words))
    assert [(section.kind, len(section.indexes)) for section in found] == [("work", 8), ("education", 2)]


def test_a_list_of_known_skills_under_a_heading_nobody_knows_is_skills() -> None:
    words = _set(40, 40, "Experience", size=14) + _set(40, 65, "Fitter, Iron Works", "03/2016 - 02/2019")
    words += _set(40, 110, "Cords of my bow", size=14) + _set(40, 135, "Python, Docker, Kubernetes", "Excel")
    words += _set(40, 180, "Education", size=14) + _set(40, 205, "Leeds College", "2012 - 2014")
    assert [section.kind for section in sections(_document(words))] == ["work", "skills", "education"]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        (
            ("Gestion de stocks, Conduite de", "projets, Excel"),
            ["Gestion de stocks", "Conduite de projets", "Excel"],
        ),
        (("• Conduite de grands et petits", "• Excel"), ["Conduite de grands et petits", "Excel"]),
        (("Python, Google", "Analytics, Jira"), ["Python", "Google", "Analytics", "Jira"]),
    ],
    ids=["no room for the next word", "bullets", "room for the next word"],
)
def test_a_skill_goes_on_on_the_next_line_where_it_had_no_room(
    written: tuple[str, ...], expected: list[str]
) -> None:
    document = _document(_set(40, 40, *written, "the longest line of the column"))
    indexes = range(len(written))
    assert [skill.name.value for skill in skills(document, list(indexes))] == expected
