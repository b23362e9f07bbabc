"""Plain text and Markdown: typed by hand, exported, pasted into a mail."""

from __future__ import annotations

import textwrap

from benchmarks.cv_documents.composition import Block, Composition, Grid, Piece, Row, Run, Table
from benchmarks.cv_documents.templates import Template

_WIDTH = 78


def text(composition: Composition, template: Template) -> bytes:
    """A .txt; `shape` says how it is laid out."""
    lines = _opening(composition, template)
    for section in (*composition.sections, *composition.aside):
        lines += _heading(section.heading, template)
        for piece in section.pieces:
            lines += _piece(piece, template)
            lines.append("")
    end = "\r\n" if template.shape == "mail" else "\n"
    return end.join(lines).encode()


def markdown(composition: Composition, template: Template) -> bytes:
    """A .md with headings, emphasis and lists."""
    lines = [f"# {composition.name}", ""]
    if composition.label:
        lines += [f"**{composition.label}**", ""]
    if template.header == "labelled":
        lines += [
            f"- {contact.label + ': ' if contact.label else ''}{_linked(contact.kind, contact.text)}"
            for contact in composition.contacts
        ]
    else:
        lines.append(" | ".join(_linked(contact.kind, contact.text) for contact in composition.contacts))
    for section in (*composition.sections, *composition.aside):
        lines += ["", f"## {section.heading}" if section.heading else "---", ""]
        for piece in section.pieces:
            lines += _marked(piece, template)
            lines.append("")
    return "\n".join(lines).encode()


def _opening(composition: Composition, template: Template) -> list[str]:
    texts = [contact.text for contact in composition.contacts]
    name = [composition.name, *([composition.label] if composition.label else [])]
    match template.shape:
        case "boxed":
            bar = "+" + "-" * (_WIDTH - 2) + "+"
            inner = [f"| {line[: _WIDTH - 4].ljust(_WIDTH - 4)} |" for line in (*name, *texts)]
            return [bar, *inner, bar, ""]
        case "export":
            return [composition.contact_heading, *texts, "", *name, ""]
        case "mail":
            return [
                f"From: {composition.plain_name} <{_address(composition)}>",
                "Subject: Application",
                "",
                *_COVER[composition.language],
                "",
                *name,
                *texts,
                "",
            ]
        case "centred":
            return [line.center(_WIDTH).rstrip() for line in (*name, " | ".join(texts))] + [""]
        case _:
            labelled = [contact.labelled for contact in composition.contacts]
            return [*name, *(labelled if template.header == "labelled" else texts), ""]


_COVER = {
    "en": ["Hello,", "please find my CV below as plain text, as you asked."],
    "de": ["Guten Tag,", "wie gewünscht mein Lebenslauf als Text."],
    "fr": ["Bonjour,", "voici mon CV en texte brut, comme demandé."],
    "es": ["Buenos días:", "les envío mi currículum en texto, como pidieron."],
    "it": ["Buongiorno,", "ecco il mio curriculum in formato testo, come richiesto."],
    "pt": ["Bom dia,", "segue o meu currículo em texto, conforme pedido."],
}


def _address(composition: Composition) -> str:
    return next(contact.text for contact in composition.contacts if contact.kind == "email")


def _heading(heading: str, template: Template) -> list[str]:
    if not heading:
        return ["-" * 20] if template.shape != "export" else []
    match template.shape:
        case "boxed":
            return [f"==[ {heading.upper()} ]".ljust(_WIDTH, "="), ""]
        case "export":
            return [heading]
        case "mail":
            return [f"*** {heading} ***", ""]
        case "centred":
            return [" ".join(heading.upper()).center(_WIDTH).rstrip(), ""]
        case "colon":
            return [f"{heading}:", ""]
        case _:
            return [heading.upper(), "-" * len(heading)]


def _piece(piece: Piece, template: Template) -> list[str]:
    match piece:
        case Block():
            return _block(piece, template)
        case Grid():
            return ([piece.label] if piece.label else []) + [f"  {cell}" for cell in piece.cells]
        case Table():
            widths = (20, 26, 28)
            lines = []
            for row in (piece.head, *piece.rows):
                cells = [
                    [part for line in cell.split("\n") for part in (textwrap.wrap(line, width) or [""])]
                    for cell, width in zip(row, widths, strict=True)
                ]
                height = max(len(cell) for cell in cells)
                lines += [
                    "| "
                    + " | ".join(
                        (cell[at] if at < len(cell) else "").ljust(width)
                        for cell, width in zip(cells, widths, strict=True)
                    )
                    + " |"
                    for at in range(height)
                ]
                lines.append("+" + "+".join("-" * (width + 2) for width in widths) + "+")
            return lines


def _block(block: Block, template: Template) -> list[str]:
    sign = {"boxed": "* ", "mail": "- ", "export": "", "centred": "o ", "colon": "• "}.get(
        template.shape, "- "
    )
    inner = [_row(row) for row in block.rows]
    width = _WIDTH - (22 if block.margin else 0)
    if block.text:
        inner += textwrap.wrap(block.text, width)
    for bullet in block.bullets:
        inner += textwrap.wrap(bullet, width, initial_indent=sign, subsequent_indent=" " * len(sign))
    if block.margin:
        first, *rest = inner
        return [f"{block.margin:<21} {first}", *(" " * 22 + line for line in rest)]
    return inner


def _row(row: Row) -> str:
    left, right = _plain(row.left), _plain(row.right)
    if not right:
        return left
    gap = max(2, _WIDTH - len(left) - len(right))
    return left + " " * gap + right


def _plain(runs: tuple[Run, ...]) -> str:
    return "".join(run.text for run in runs)


def _linked(kind: str, written: str) -> str:
    if kind == "email":
        return f"[{written}](mailto:{written})"
    if kind == "link":
        return f"<https://{written}>"
    return written


def _marked(piece: Piece, template: Template) -> list[str]:
    match piece:
        case Block():
            lines = []
            for position, row in enumerate(piece.rows):
                right = f" — {_emphasis(row.right)}" if row.right else ""
                if (
                    position == 0
                    and template.shape == "subheadings"
                    and (piece.bullets or len(piece.rows) > 1)
                ):
                    lines.append(f"### {_plain(row.left)}{right}")
                else:
                    lines.append(f"{_emphasis(row.left)}{right}  ")
            if piece.text:
                lines += ["", piece.text]
            if piece.bullets:
                lines += ["", *(f"* {bullet}" for bullet in piece.bullets)]
            return lines
        case Grid():
            return ([f"**{piece.label}**", ""] if piece.label else []) + [f"- {cell}" for cell in piece.cells]
        case Table():
            rows = (
                piece.head,
                tuple("---" for _ in piece.head),
                *(tuple(cell.replace("\n", "<br>") for cell in row) for row in piece.rows),
            )
            return ["| " + " | ".join(row) + " |" for row in rows]


def _emphasis(runs: tuple[Run, ...]) -> str:
    marks = {"": "{}", "b": "**{}**", "i": "*{}*"}
    return "".join(marks[run.style].format(run.text) if run.text else "" for run in runs)
