"""PDF by Chromium's print: HTML and CSS, as most builders in a browser do it."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from html import escape

from playwright.sync_api import Browser, sync_playwright

from benchmarks.cv_documents.composition import Block, Composition, Grid, Piece, Row, Run, Section, Table
from benchmarks.cv_documents.templates import Template

_ICONS = {"address": "⌂", "phone": "☎", "email": "✉", "link": "↗", "detail": "•"}
_CSS = """
* { box-sizing: border-box; margin: 0; padding: 0 }
body { font: 10pt/1.35 'Liberation Sans', sans-serif; color: #222 }
h1 { font-size: 22pt } h2 { font-size: 12.5pt; margin: 10pt 0 4pt } .label { font-size: 12pt; color: #555 }
.row { display: flex; justify-content: space-between; gap: 12pt } .row .r { white-space: nowrap }
.block { margin-bottom: 6pt } ul { padding-left: 14pt } .margin { display: flex; gap: 10pt }
.margin > .when { flex: 0 0 92pt; color: #555 } .margin > .what { flex: 1 }
.grid { display: grid; gap: 2pt 10pt } .chips { display: flex; flex-wrap: wrap; gap: 4pt }
.chips span { border: 1px solid #888; border-radius: 8pt; padding: 1pt 6pt }
.bar { background: #ddd; height: 4pt; margin: 1pt 0 4pt } .bar i { display: block; background: #246; height: 4pt }
.sheet.railed { display: flex; gap: 18pt } .rail { flex: 0 0 31% } .main { flex: 1; min-width: 0 }
.rail.right { order: 2 }
table { border-collapse: collapse; width: 100% } th { text-align: left } th, td { border: 1px solid #999;
padding: 3pt 5pt; vertical-align: top } td { white-space: pre-line }
"""


def present() -> bool:
    """Whether this machine has the browser."""
    return shutil.which("chromium") is not None


@contextmanager
def printer() -> Iterator[Browser]:
    """One browser for many documents."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        yield browser
        browser.close()


def write(composition: Composition, template: Template, browser: Browser) -> bytes:
    """The document; always the same bytes from the same version of the browser and the same fonts."""
    page = browser.new_page()
    html = _html(composition, template)
    page.set_content(_soft(html) if template.shape == "soft hyphens" else html)
    footer = {
        "": "",
        "page": '<span class="pageNumber"></span> / <span class="totalPages"></span>',
        "name": f'{escape(composition.plain_name)} – <span class="pageNumber"></span>',
        "contact": escape(composition.contact_line),
    }[template.footer]
    document = page.pdf(
        format=template.page,
        print_background=True,
        margin={"top": "14mm", "bottom": "16mm", "left": "15mm", "right": "15mm"},
        display_header_footer=bool(footer),
        header_template="<span></span>",
        footer_template=f'<div style="font-size:8px;width:100%;text-align:center">{footer}</div>',
    )
    page.close()
    # The day of printing stands in the file in a fixed length.
    return re.sub(rb"(/(?:Creation|Mod)Date \(D:)\d{14}", rb"\g<1>20261101090000", document)


def _soft(html: str) -> str:
    """Soft hyphens in the long words of bullets, where a vowel and then a consonant with a vowel meet."""
    split = re.compile(
        r"(?<=[a-zäöüéèáíóúãç]{2}[aeiouyäöüéáíóú])(?=[bcdfglmnprstv][aeiouäöüéáíóú][a-zäöüß]{2})"
    )

    def soften(paragraph: re.Match[str]) -> str:
        return re.sub(r"\w{9,}", lambda word: split.sub("\u00ad", word.group()), paragraph.group())

    return re.sub(r"(?<=<li>)[^<]+", soften, html)


def _html(composition: Composition, template: Template) -> str:
    header = _header(composition, template)
    main = "".join(_section(section) for section in composition.sections)
    if template.rail:
        contact = _contact_list(composition) if template.header == "rail" else ""
        rail = contact + "".join(_section(section) for section in composition.aside)
        body = (
            f'<div class="sheet railed"><div class="rail {template.rail}">{rail}</div>'
            f'<div class="main">{main}</div></div>'
        )
    else:
        body = f'<div class="sheet">{main}</div>'
    return (
        f'<!doctype html><html lang="{composition.language}"><meta charset="utf-8">'
        f"<title>CV</title><style>{_CSS}{template.style}</style><body>{header}{body}</body></html>"
    )


def _header(composition: Composition, template: Template) -> str:
    name = f"<h1>{escape(composition.name)}</h1>"
    label = f'<div class="label">{escape(composition.label)}</div>' if composition.label else ""
    contacts = composition.contacts
    match template.header:
        case "rail":
            return f"<header>{name}{label}</header>"
        case "stacked":
            lines = "".join(f"<div>{escape(contact.text)}</div>" for contact in contacts)
        case "labelled":
            lines = "".join(f"<div>{escape(contact.labelled)}</div>" for contact in contacts)
        case "icons":
            lines = " ".join(
                f"<span>{_ICONS[contact.kind]} {escape(contact.text)}</span>&ensp;" for contact in contacts
            )
        case "pipes":
            lines = escape(" | ".join(contact.text for contact in contacts))
        case "split":
            lines = "".join(f"<div>{escape(contact.text)}</div>" for contact in contacts)
            return (
                f'<header class="row"><div>{name}{label}</div>'
                f'<div style="text-align:right">{lines}</div></header>'
            )
        case "footer":
            lines = ""
        case _:
            lines = escape(" · ".join(contact.text for contact in contacts))
    return f'<header class="{template.header}">{name}{label}<div class="contacts">{lines}</div></header>'


def _contact_list(composition: Composition) -> str:
    lines = "".join(f"<p>{escape(contact.text)}</p>" for contact in composition.contacts)
    return f"<section><h2>{escape(composition.contact_heading)}</h2>{lines}</section>"


def _section(section: Section) -> str:
    heading = f"<h2>{escape(section.heading)}</h2>" if section.heading else ""
    return f'<section class="{section.kind}">{heading}{"".join(_piece(piece) for piece in section.pieces)}</section>'


def _piece(piece: Piece) -> str:
    match piece:
        case Block():
            return _block(piece)
        case Grid():
            return _grid(piece)
        case Table():
            head = "".join(f"<th>{escape(cell)}</th>" for cell in piece.head)
            rows = "".join(
                "<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in piece.rows
            )
            return f"<table><tr>{head}</tr>{rows}</table>"


def _block(block: Block) -> str:
    inner = "".join(_row(row) for row in block.rows)
    if block.text:
        inner += f"<p>{escape(block.text)}</p>"
    if block.bullets:
        inner += "<ul>" + "".join(f"<li>{escape(bullet)}</li>" for bullet in block.bullets) + "</ul>"
    if block.margin:
        when = escape(block.margin)
        return (
            f'<div class="block margin"><div class="when">{when}</div><div class="what">{inner}</div></div>'
        )
    return f'<div class="block">{inner}</div>'


def _row(row: Row) -> str:
    right = f'<span class="r">{_runs(row.right)}</span>' if row.right else ""
    return f'<div class="row"><span class="l">{_runs(row.left)}</span>{right}</div>'


def _runs(runs: tuple[Run, ...]) -> str:
    tags = {"": "{}", "b": "<b>{}</b>", "i": "<i>{}</i>"}
    return "".join(tags[run.style].format(escape(run.text)) for run in runs)


def _grid(grid: Grid) -> str:
    label = f"<h3>{escape(grid.label)}</h3>" if grid.label else ""
    match grid.shape:
        case "bars":
            cells = "".join(
                f'<div>{escape(cell)}<div class="bar"><i style="width:{level * 20}%"></i></div></div>'
                for cell, level in zip(grid.cells, grid.levels, strict=True)
            )
            return f'{label}<div class="bars">{cells}</div>'
        case "chips":
            return (
                f'{label}<div class="chips">{"".join(f"<span>{escape(c)}</span>" for c in grid.cells)}</div>'
            )
        case _:
            cells = "".join(f"<span>{escape(cell)}</span>" for cell in grid.cells)
            return f'{label}<div class="grid" style="grid-template-columns:repeat(3,1fr)">{cells}</div>'
