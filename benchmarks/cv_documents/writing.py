"""All documents and their labels into a folder."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from benchmarks.cv_documents import chromium, drawing, plain, platypus, typesetting, word
from benchmarks.cv_documents.composition import Composition, compose
from benchmarks.cv_documents.people import people, truth
from benchmarks.cv_documents.templates import TEMPLATES, Producer, Template

Write = Callable[[Composition, Template], bytes]


def write_all(folder: Path) -> list[dict[str, Any]]:
    """Write every document and `truth.json`; the records of that file. Without Chromium its documents are left out."""
    folder.mkdir(parents=True, exist_ok=True)
    records = []
    with ExitStack() as stack:
        producers: dict[Producer, Write] = {
            "typst": typesetting.write,
            "reportlab": platypus.write,
            "fpdf2": drawing.write,
            "python-docx": word.write,
            "text": plain.text,
            "markdown": plain.markdown,
        }
        if chromium.present():
            browser = stack.enter_context(chromium.printer())
            producers["chromium"] = lambda composition, template: chromium.write(
                composition, template, browser
            )
        else:
            print(
                "chromium is missing, its documents are left out (Debian: apt-get install chromium)",
                file=sys.stderr,
            )
        for person in people():
            for writing in person.documents:
                template = TEMPLATES[writing.template]
                if template.split != person.split:
                    raise ValueError(f"{person.id} is {person.split}, {template.name} is {template.split}")
                if template.producer not in producers:
                    continue
                name = f"{person.id}-{template.name}.{template.suffix}"
                document = producers[template.producer](compose(person, template, writing.dates), template)
                (folder / name).write_bytes(document)
                records.append(
                    {
                        "file": name,
                        "source": template.layout,
                        "split": person.split,
                        "layout": template.layout,
                        "format": template.suffix
                        if template.suffix != "pdf"
                        else f"pdf, {template.producer}",
                        "language": person.language,
                        "profession": person.profession,
                        "truth": truth(person, writing.dates),
                    }
                )
    (folder / "truth.json").write_text(json.dumps(records, ensure_ascii=False, indent=1), encoding="utf-8")
    return records
