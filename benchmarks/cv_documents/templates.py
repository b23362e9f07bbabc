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
        style="body { font: 12pt/1.75 'Liberation Serif', serif } header { text-align: center } "
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
        shape="soft hyphens",
        header="icons",
        rail="right",
        aside=RAIL,
        page="Letter",
        style="body { font-family: 'DejaVu Sans', sans-serif; font-size: 8.5pt } h2 { color: #a33 }",
        groups=True,
    ),
    # Held out.
    Template(
        name="atlas",
        split="held-out",
        producer="chromium",
        layout="single column",
        head="title/org · date",
        skills="pipes",
        header="split",
        footer="name",
        shape="soft hyphens",
        style="body { font-family: 'Liberation Serif', serif; font-size: 12.5pt; line-height: 1.8 } "
        "body { text-align: justify; hyphens: manual } "
        "h2 { font-variant: small-caps; border-top: 2px solid #444 }",
    ),
    Template(
        name="bay",
        split="held-out",
        producer="chromium",
        layout="rail right",
        head="title/org/date",
        skills="bars",
        header="rail",
        rail="right",
        aside=("skills", "languages", "certificates", "interests", "education"),
        page="Letter",
        style="header { background: #333; color: #fff; padding: 18pt } .rail { border-left: 1px solid #999; "
        "padding-left: 8pt; font-size: 9pt } h2 { text-transform: uppercase; letter-spacing: .12em; font-size: 10pt }",
    ),
    Template(
        name="cedar",
        split="held-out",
        producer="chromium",
        layout="date over head",
        head="date/title/org",
        skills="chips",
        header="icons",
        style="body { font-family: 'Liberation Sans Narrow', sans-serif; font-size: 11pt } h2 { color: #06c }",
    ),
    Template(
        name="delta",
        split="held-out",
        producer="chromium",
        layout="two columns",
        head="org|date/title",
        skills="columns",
        header="pipes",
        rail="right",
        aside=("education", "skills", "languages", "certificates", "interests", "awards"),
        style="header { text-align: center; margin-bottom: 10pt } .rail { flex: 0 0 45% } body { font-size: 9pt }",
        footer="page",
    ),
    Template(
        name="elm",
        split="held-out",
        producer="chromium",
        layout="one-line heads",
        head="org – title|date",
        skills="semicolons",
        header="labelled",
        capital_name=True,
        style="h2 { background: #ddd; padding: 2pt 4pt } body { font-family: 'DejaVu Serif', serif; font-size: 9pt }",
    ),
    Template(
        name="fjord",
        split="held-out",
        producer="chromium",
        layout="rail left",
        head="org|place/title|date",
        skills="bars",
        header="icons",
        rail="left",
        aside=("education", "skills", "languages", "certificates", "interests"),
        style=".rail { background: #234; color: #fff; padding: 8pt } .bar { background: #567 } "
        "h1 { font-variant: small-caps; letter-spacing: .08em }",
        groups=True,
    ),
    Template(
        name="grove",
        split="held-out",
        producer="chromium",
        layout="timeline",
        head="margin:title, org",
        skills="dots",
        header="stacked",
        page="Letter",
        style=".margin { flex-direction: row-reverse } .margin > .when { text-align: right } "
        ".margin > .what { border-left: 3px dotted #b60; padding-left: 8pt }",
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
        style="#set text(11.5pt)\n#set par(leading: 0.9em, spacing: 1.1em)",
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
    # Held out.
    Template(
        name="recto",
        split="held-out",
        producer="typst",
        layout="date stack right",
        head="stack-org",
        skills="dots",
        header="center",
        footer="page",
        style='#set text(font: "New Computer Modern", size: 12pt)\n'
        "#set par(justify: true, leading: 1em, spacing: 1.3em)\n"
        "#show heading.where(level: 2): it => block(below: 6pt, text(tracking: 3pt, upper(it.body)))",
    ),
    Template(
        name="verso",
        split="held-out",
        producer="typst",
        layout="rail right",
        head="title|date/org",
        skills="columns",
        header="rail",
        rail="right",
        aside=RAIL,
        page="Letter",
        style="#set text(9pt)\n#show grid.cell.where(x: 1): set text(8pt)",
        groups=True,
    ),
    Template(
        name="colophon",
        split="held-out",
        producer="typst",
        layout="dates left",
        head="margin:title, org",
        study_head="margin:title/org",
        skills="semicolons",
        header="labelled",
        footer="name",
        style="#set text(hyphenate: true)\n#set par(justify: true)",
    ),
    Template(
        name="gloss",
        split="held-out",
        producer="typst",
        layout="one-line heads",
        head="title @ org|date",
        skills="slashes",
        header="stacked",
        style='#set text(font: "DejaVu Sans Mono", size: 8.5pt)',
    ),
    Template(
        name="incipit",
        split="held-out",
        producer="typst",
        layout="table",
        head="table",
        skills="commas",
        header="pipes",
        style="#set table(stroke: none)",
    ),
)

_PLACED: tuple[Template, ...] = (
    Template(
        name="office",
        split="dev",
        producer="reportlab",
        layout="single column",
        head="title at org/date",
        skills="commas",
        header="labelled",
        shape="ruled",
        style="Times-Roman 12",
        footer="page",
    ),
    Template(
        name="sidebar",
        split="dev",
        producer="reportlab",
        layout="rail right",
        head="org|date/title",
        skills="columns",
        header="rail",
        rail="right",
        aside=RAIL,
        groups=True,
    ),
    Template(
        name="placed",
        split="dev",
        producer="fpdf2",
        layout="date stack right",
        head="stack",
        skills="pipes",
        header="left",
        shape="late right",
        page="Letter",
        footer="name",
    ),
    Template(
        name="pasted",
        split="dev",
        producer="fpdf2",
        layout="rail left",
        head="title/org · date",
        skills="columns",
        header="rail",
        rail="left",
        aside=RAIL,
        style="Times",
    ),
    # Held out.
    Template(
        name="bureau",
        split="held-out",
        producer="reportlab",
        layout="dates left",
        head="margin:org/title",
        skills="bullets",
        header="stacked",
        footer="contact",
        style="Helvetica 11.5",
    ),
    Template(
        name="counter",
        split="held-out",
        producer="reportlab",
        layout="rail left",
        head="title/org/date",
        skills="columns",
        header="rail",
        rail="left",
        aside=("education", "skills", "languages", "certificates", "interests"),
        style="Times-Roman 10",
        footer="name",
    ),
    Template(
        name="words",
        split="held-out",
        producer="fpdf2",
        layout="single column",
        head="org | title | date",
        study_head="title, org|date",
        skills="commas",
        header="split",
        shape="words",
        footer="page",
    ),
    Template(
        name="letters",
        split="held-out",
        producer="fpdf2",
        layout="rail right",
        head="title|date/org",
        skills="columns",
        header="left",
        rail="right",
        aside=RAIL,
        shape="letters",
        page="Letter",
        style="Times",
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
    # Held out.
    Template(
        name="boxed-docx",
        split="held-out",
        producer="python-docx",
        layout="docx text box",
        head="title, org|date",
        skills="commas",
        header="text box",
        groups=True,
    ),
    Template(
        name="form-docx",
        split="held-out",
        producer="python-docx",
        layout="docx content controls",
        head="org|place/title|date",
        skills="dots",
        header="breaks",
        shape="content controls",
        page="Letter",
    ),
    Template(
        name="columns-docx",
        split="held-out",
        producer="python-docx",
        layout="docx columns",
        head="title/org/date",
        skills="bullets",
        header="stacked",
        shape="columns",
        footer="name",
    ),
    Template(
        name="grid-docx",
        split="held-out",
        producer="python-docx",
        layout="docx tables",
        head="table",
        skills="semicolons",
        header="labelled",
    ),
    Template(
        name="right-docx",
        split="held-out",
        producer="python-docx",
        layout="docx tables",
        head="margin:org/title",
        skills="columns",
        header="page header",
        rail="right",
        aside=RAIL,
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
    # Held out.
    Template(
        name="mail-text",
        split="held-out",
        producer="text",
        layout="txt",
        head="date: org/title",
        skills="commas",
        shape="mail",
    ),
    Template(
        name="centred-text",
        split="held-out",
        producer="text",
        layout="txt",
        head="org – title|date",
        skills="dots",
        shape="centred",
        capital_name=True,
    ),
    Template(
        name="columns-text",
        split="held-out",
        producer="text",
        layout="txt",
        head="margin:title, org",
        skills="bullets",
        shape="colon",
        header="labelled",
    ),
    Template(
        name="page-markdown",
        split="held-out",
        producer="markdown",
        layout="markdown",
        head="title @ org|date",
        skills="commas",
        header="labelled",
        shape="subheadings",
    ),
    Template(
        name="table-markdown",
        split="held-out",
        producer="markdown",
        layout="markdown",
        head="table",
        skills="bullets",
    ),
)

TEMPLATES = {template.name: template for template in (*_CHROMIUM, *_TYPST, *_PLACED, *_WORD, *_TEXT)}
