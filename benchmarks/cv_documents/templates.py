"""The templates: each belongs to one split, so that no rule made on `dev` has seen a `held-out` one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from benchmarks.cv_documents.people import Split

Producer = Literal["chromium", "typst", "reportlab", "fpdf2", "python-docx", "text", "markdown"]
RAIL = ("skills", "languages", "certificates", "interests")


@dataclass(frozen=True, kw_only=True)
class Template:
    """What a document looks like.

    `layout` is the group it is reported under, `head` how employer, title, place and dates stand to each other
    (`composition`), `aside` the sections in the rail. `style` is the producer's own: CSS, or Typst code.
    `capital_name` prints the name in capitals, `groups` sets several roles under one employer, `durations` adds
    "(2 yrs 3 mos)", `prose` writes a job's text without bullets.
    """

    name: str
    split: Split
    producer: Producer
    layout: str
    head: str
    study_head: str = ""
    skills: str = "commas"
    header: str = "left"
    rail: Literal["", "left", "right"] = ""
    aside: tuple[str, ...] = ()
    page: Literal["A4", "Letter"] = "A4"
    footer: Literal["", "page", "name", "contact"] = ""
    order: tuple[str, ...] = ()
    style: str = ""
    shape: str = ""
    capital_name: bool = False
    groups: bool = False
    durations: bool = False
    prose: bool = False

    @property
    def suffix(self) -> str:
        """The file's ending."""
        return {"python-docx": "docx", "text": "txt", "markdown": "md"}.get(self.producer, "pdf")


_CHROMIUM: tuple[Template, ...] = (
    Template(
        name="ledger",
        split="dev",
        producer="chromium",
        layout="single column",
        head="org|place/title|date",
        header="pipes",
        page="Letter",
        style="body { font-family: 'Liberation Serif', serif } header { text-align: center } "
        "h2 { border-bottom: 1px solid #000; text-transform: uppercase; font-size: 11pt }",
        groups=True,
    ),
    Template(
        name="harbour",
        split="dev",
        producer="chromium",
        layout="rail left",
        head="title|date/org",
        skills="bars",
        header="rail",
        rail="left",
        aside=RAIL,
        style="header { background: #1d3b53; color: #fff; padding: 14pt; margin-bottom: 12pt } "
        "header .label { color: #cde } .rail { background: #eef2f5; padding: 8pt }",
    ),
    Template(
        name="meadow",
        split="dev",
        producer="chromium",
        layout="timeline",
        head="margin:title/org",
        skills="columns",
        header="icons",
        footer="page",
        style=".margin > .what { border-left: 2px solid #6a8; padding-left: 10pt; position: relative } "
        ".margin > .what::before { content: ''; position: absolute; left: -5pt; top: 3pt; width: 8pt; height: 8pt; "
        "border-radius: 50%; background: #6a8 }",
    ),
    Template(
        name="slate",
        split="dev",
        producer="chromium",
        layout="table",
        head="table",
        skills="semicolons",
        header="labelled",
        footer="name",
    ),
    Template(
        name="kite",
        split="dev",
        producer="chromium",
        layout="one-line heads",
        head="title, org|date",
        skills="dots",
        header="left",
        style="h2 { letter-spacing: .35em; text-transform: uppercase; font-weight: 400; font-size: 11pt } "
        "h1 { letter-spacing: .2em; font-weight: 300 }",
        capital_name=True,
    ),
    Template(
        name="ferry",
        split="dev",
        producer="chromium",
        layout="rail right",
        head="stack",
        skills="chips",
        header="icons",
        rail="right",
        aside=RAIL,
        page="Letter",
        style="body { font-family: 'DejaVu Sans', sans-serif; font-size: 8.5pt } h2 { color: #a33 }",
        groups=True,
    ),
)

_TYPST: tuple[Template, ...] = (
    Template(
        name="quarto",
        split="dev",
        producer="typst",
        layout="single column",
        head="org|date/title",
        header="center",
        footer="name",
        style="#set par(justify: true)\n#set text(hyphenate: true)\n"
        "#show heading.where(level: 2): it => block(below: 4pt)[#smallcaps(it.body) #v(-6pt) #line(length: 100%)]",
        groups=True,
    ),
    Template(
        name="folio",
        split="dev",
        producer="typst",
        layout="rail left",
        head="title/org/date",
        skills="bars",
        header="rail",
        rail="left",
        aside=RAIL,
        style='#set text(font: "DejaVu Sans Mono", size: 7.5pt)',
    ),
    Template(
        name="marginalia",
        split="dev",
        producer="typst",
        layout="dates left",
        head="margin:org/title",
        skills="commas",
        header="split",
        shape="side headings",
        page="Letter",
        footer="page",
    ),
    Template(
        name="octavo",
        split="dev",
        producer="typst",
        layout="one-line heads",
        head="title | org | date",
        skills="pipes",
        header="pipes",
        style='#set text(font: "New Computer Modern")\n'
        "#show heading.where(level: 2): it => block(below: 5pt, upper(it.body))",
        prose=True,
    ),
)

_WORD: tuple[Template, ...] = (
    Template(
        name="typed-docx",
        split="dev",
        producer="python-docx",
        layout="docx plain",
        head="org | title | date",
        header="labelled",
        shape="plain",
    ),
    Template(
        name="tabbed-docx",
        split="dev",
        producer="python-docx",
        layout="docx tabs",
        head="title|date/org",
        skills="bullets",
        header="pipes",
        footer="name",
        groups=True,
    ),
    Template(
        name="rail-docx",
        split="dev",
        producer="python-docx",
        layout="docx tables",
        head="title/org · date",
        skills="columns",
        header="rail",
        rail="left",
        aside=RAIL,
    ),
    Template(
        name="cells-docx",
        split="dev",
        producer="python-docx",
        layout="docx tables",
        head="margin:title/org",
        header="table",
    ),
    Template(
        name="letterhead-docx",
        split="dev",
        producer="python-docx",
        layout="docx page header",
        head="title at org/date",
        skills="semicolons",
        header="page header",
        footer="contact",
    ),
)

_TEXT: tuple[Template, ...] = (
    Template(
        name="typed-text",
        split="dev",
        producer="text",
        layout="txt",
        head="title – org (date)",
        header="labelled",
    ),
    Template(
        name="boxed-text",
        split="dev",
        producer="text",
        layout="txt",
        head="title|date/org",
        skills="slashes",
        shape="boxed",
    ),
    Template(
        name="export-text",
        split="dev",
        producer="text",
        layout="txt",
        head="org/title/date/place",
        skills="columns",
        shape="export",
        order=(
            "skills",
            "languages",
            "certificates",
            "awards",
            "publications",
            "profile",
            "work",
            "education",
            "projects",
            "volunteering",
            "interests",
            "references",
        ),
        durations=True,
    ),
    Template(
        name="notes-markdown",
        split="dev",
        producer="markdown",
        layout="markdown",
        head="title|date/org",
        skills="commas",
    ),
)

TEMPLATES = {template.name: template for template in (*_CHROMIUM, *_TYPST, *_WORD, *_TEXT)}
