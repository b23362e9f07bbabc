"""A report as PDF/UA-1 by Typst: tagged, with its fonts inside, and from the same document the same bytes.

The template is ours and fixed; the document reaches it as one JSON string (`sys.inputs`), which is set as text and
never read as Typst. The fonts are those inside Typst's wheel, whatever the machine has.
"""

from __future__ import annotations

import base64
import functools
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pydantic import BaseModel, ConfigDict

from runtime.evaluation.document import Document
from runtime.evaluation.ports import PdfFailedError

if TYPE_CHECKING:
    import typst

_TEMPLATE: Final = Path(__file__).with_name("print") / "report.typ"
# PDF/UA refuses a character without a shape in any font, and Typst names each one that it met.
_WITHOUT_SHAPE: Final = re.compile(r'the text `"(.+?)"` could not be displayed')
_ESCAPED: Final = re.compile(r"\\u\{([0-9a-f]+)\}")
# What was named once is written as its code point, so each try brings new ones only; texts hold few scripts.
_MOST_TRIES: Final = 8


def write_pdf(document: Document, /) -> bytes:
    """The PDF. Characters that the fonts do not have stand as their code points: [U+4E2D].

    Raises `PdfFailedError`, without the document's words.
    """
    text = document.model_dump_json()
    for _ in range(_MOST_TRIES):
        made, missing = _compiled(text, document)
        if made is not None:
            return made
        text = "".join(f"[U+{ord(one):04X}]" if one in missing else one for one in text)
    raise PdfFailedError(f"after {_MOST_TRIES} tries there were still characters that no font has")


class PrintRequest(BaseModel):
    """`{document}`: a report of the platform's, to be printed. No agent may send one."""

    model_config = ConfigDict(extra="forbid")

    document: Document


def printed(request: PrintRequest) -> dict[str, str]:
    """The answer to a request: the file in base64. Raises `PdfFailedError`."""
    return {"pdf": base64.b64encode(write_pdf(request.document)).decode()}


def _compiled(text: str, document: Document) -> tuple[bytes | None, frozenset[str]]:
    """The file, or the characters that stand in its way."""
    # 84 MB of machine code: only who prints loads it.
    import typst  # noqa: PLC0415

    try:
        return (
            typst.compile(
                _TEMPLATE.read_bytes(),
                format="pdf",
                font_paths=_fonts(),
                ignore_system_fonts=True,
                sys_inputs={"document": text},
                pdf_standards=["ua-1"],
                timestamp=int(document.held_at.timestamp()),
            ),
            frozenset(),
        )
    except typst.TypstError as error:
        missing = frozenset(
            character
            for found in _WITHOUT_SHAPE.findall(error.diagnostic)
            for character in _ESCAPED.sub(lambda code: chr(int(code[1], 16)), found)
            # Ours and JSON's own characters have shapes; nothing may take them for a candidate's.
            if ord(character) > 126 and character in text
        )
        if missing:
            return None, missing
        raise PdfFailedError("the report could not be printed") from None


@functools.cache
def _fonts() -> typst.Fonts:
    import typst  # noqa: PLC0415

    fonts: Any = typst.Fonts(include_system_fonts=False)
    return fonts  # type: ignore[no-any-return]
