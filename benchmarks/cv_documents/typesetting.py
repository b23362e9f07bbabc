"""PDF by Typst, with the fonts that its wheel carries."""

from __future__ import annotations

import datetime as dt
import json

import typst

from benchmarks.cv_documents.composition import Block, Composition, Grid, Piece, Row, Run, Section, Table
from benchmarks.cv_documents.templates import Template

_WRITTEN = dt.datetime(2026, 11, 1, 9, tzinfo=dt.UTC)


def write(composition: Composition, template: Template) -> bytes:
    """The document; always the same bytes. Texts reach Typst as string literals, never as code."""
    paper = {"A4": "a4", "Letter": "us-letter"}[template.page]
    footer = {
        "": "none",
        "page": "context align(center, counter(page).display())",
        "name": f"context [#{_text(composition.plain_name)} #h(1fr) #counter(page).display()]",
        "contact": f"align(center, text(8pt, {_string(composition.contact_line)}))",
    }[template.footer]
    source = [
        f'#set page(paper: "{paper}", margin: 17mm, footer: {footer})',
        f'#set text(font: "Libertinus Serif", size: 10pt, lang: "{composition.language}")',
        "#set par(leading: 0.55em, spacing: 0.7em)",
        "#show heading.where(level: 1): set text(20pt)",
        "#show heading.where(level: 2): set text(12pt)",
        template.style,
        _header(composition, template),
    ]
    main = "\n".join(_section(section, template) for section in composition.sections)
    if template.rail:
        contact = (
            f"#heading(level: 2, {_string(composition.contact_heading)})\n"
            + "\n\n".join(f"#{_text(c.text)}" for c in composition.contacts)
            if template.header == "rail"
            else ""
        )
        rail = contact + "\n" + "\n".join(_section(section, template) for section in composition.aside)
        left, right, columns = (
            (rail, main, "(30%, 1fr)") if template.rail == "left" else (main, rail, "(1fr, 30%)")
        )
        source.append(f"#grid(columns: {columns}, column-gutter: 8mm, [{left}], [{right}])")
    else:
        source.append(main)
    return typst.compile(
        "\n".join(source).encode(), format="pdf", ignore_system_fonts=True, timestamp=_WRITTEN
    )


def _string(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _text(text: str) -> str:
    return f"text({_string(text)})"


def _header(composition: Composition, template: Template) -> str:
    name = f"#heading(level: 1, {_string(composition.name)})"
    label = f"#text(12pt, {_string(composition.label)})" if composition.label else ""
    texts = [contact.text for contact in composition.contacts]
    match template.header:
        case "rail" | "footer":
            return f"{name}\n{label}\n"
        case "center":
            return f"#align(center)[{name}\n{label}\n\n#{_text('  •  '.join(texts))}]\n"
        case "labelled":
            lines = "\n\n".join(f"#{_text(contact.labelled)}" for contact in composition.contacts)
            return f"{name}\n{label}\n\n{lines}\n"
        case "stacked":
            return f"{name}\n{label}\n\n" + "\n\n".join(f"#{_text(text)}" for text in texts) + "\n"
        case "split":
            lines = " #linebreak() ".join(f"#{_text(text)}" for text in texts)
            return f"#grid(columns: (1fr, auto), [{name}\n{label}], align(right)[{lines}])\n"
        case "pipes":
            return f"{name}\n{label}\n\n#{_text(' | '.join(texts))}\n"
        case _:
            return f"{name}\n{label}\n\n#{_text(' · '.join(texts))}\n"


def _section(section: Section, template: Template) -> str:
    pieces = "\n\n".join(_piece(piece) for piece in section.pieces)
    if template.shape == "side headings":
        return (
            f"#grid(columns: (27mm, 1fr), column-gutter: 5mm, "
            f"[#heading(level: 2, {_string(section.heading)})], [{pieces}])"
        )
    heading = f"#heading(level: 2, {_string(section.heading)})\n" if section.heading else ""
    return heading + pieces


def _piece(piece: Piece) -> str:
    match piece:
        case Block():
            return _block(piece)
        case Grid():
            label = f"#strong({_string(piece.label)})\n\n" if piece.label else ""
            if piece.shape == "bars":
                cells = ", ".join(
                    f"[#{_text(cell)}], [#{_text('●' * level + '○' * (5 - level))}]"
                    for cell, level in zip(piece.cells, piece.levels, strict=True)
                )
                return f"{label}#grid(columns: (1fr, auto), row-gutter: 5pt, {cells})"
            cells = ", ".join(f"[#{_text(cell)}]" for cell in piece.cells)
            return f"{label}#grid(columns: (1fr, 1fr, 1fr), row-gutter: 5pt, {cells})"
        case Table():
            cells = ", ".join(f"[#{_text(cell)}]" for row in (piece.head, *piece.rows) for cell in row)
            return f"#table(columns: (auto, auto, 1fr), {cells})"


def _block(block: Block) -> str:
    parts = [_row(row) for row in block.rows]
    if block.text:
        parts.append(f"#{_text(block.text)}")
    if block.bullets:
        parts.append("#list(" + ", ".join(f"[#{_text(bullet)}]" for bullet in block.bullets) + ")")
    inner = "\n\n".join(parts)
    if block.margin:
        return f"#grid(columns: (34mm, 1fr), column-gutter: 4mm, [#{_text(block.margin)}], [{inner}])"
    return inner


def _row(row: Row) -> str:
    right = f" #h(1fr) {_runs(row.right)}" if row.right else ""
    return _runs(row.left) + right


def _runs(runs: tuple[Run, ...]) -> str:
    weights = {"": "#text({})", "b": "#strong({})", "i": "#emph({})"}
    return "".join(weights[run.style].format(_string(run.text)) for run in runs)
