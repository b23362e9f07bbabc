"""A person's CV as blocks that every producer can set: what stands in which row, and what beside it.

Where employer, title, place and dates stand to each other is decided here, by the template's `head`; fonts, columns
and pages are the producer's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from benchmarks.cv_documents.dates import Dates, duration
from benchmarks.cv_documents.people import Person, Study
from benchmarks.cv_documents.templates import Template

_HEADINGS = {
    "en": {
        "contact": "Contact",
        "profile": "Profile",
        "work": "Experience",
        "education": "Education",
        "skills": "Skills",
        "languages": "Languages",
        "certificates": "Certifications",
        "projects": "Projects",
        "publications": "Publications",
        "interests": "Interests",
        "awards": "Awards",
        "volunteering": "Volunteering",
        "references": "References",
    },
    "de": {
        "contact": "Kontakt",
        "profile": "Profil",
        "work": "Berufserfahrung",
        "education": "Ausbildung",
        "skills": "Kenntnisse",
        "languages": "Sprachen",
        "certificates": "Weiterbildungen",
        "projects": "Projekte",
        "publications": "Veröffentlichungen",
        "interests": "Interessen",
        "awards": "Auszeichnungen",
        "volunteering": "Ehrenamt",
        "references": "Referenzen",
    },
    "fr": {
        "contact": "Coordonnées",
        "profile": "Profil",
        "work": "Expérience professionnelle",
        "education": "Formation",
        "skills": "Compétences",
        "languages": "Langues",
        "certificates": "Certifications",
        "projects": "Projets",
        "publications": "Publications",
        "interests": "Centres d'intérêt",
        "awards": "Distinctions",
        "volunteering": "Bénévolat",
        "references": "Références",
    },
    "es": {
        "contact": "Contacto",
        "profile": "Perfil",
        "work": "Experiencia profesional",
        "education": "Formación académica",
        "skills": "Competencias",
        "languages": "Idiomas",
        "certificates": "Certificaciones",
        "projects": "Proyectos",
        "publications": "Publicaciones",
        "interests": "Intereses",
        "awards": "Premios",
        "volunteering": "Voluntariado",
        "references": "Referencias",
    },
    "it": {
        "contact": "Contatti",
        "profile": "Profilo",
        "work": "Esperienza professionale",
        "education": "Istruzione e formazione",
        "skills": "Competenze",
        "languages": "Lingue",
        "certificates": "Certificazioni",
        "projects": "Progetti",
        "publications": "Pubblicazioni",
        "interests": "Interessi",
        "awards": "Riconoscimenti",
        "volunteering": "Volontariato",
        "references": "Referenze",
    },
    "pt": {
        "contact": "Contato",
        "profile": "Perfil",
        "work": "Experiência profissional",
        "education": "Formação acadêmica",
        "skills": "Competências",
        "languages": "Idiomas",
        "certificates": "Certificações",
        "projects": "Projetos",
        "publications": "Publicações",
        "interests": "Interesses",
        "awards": "Prêmios",
        "volunteering": "Voluntariado",
        "references": "Referências",
    },
}
_ORDER = (
    "profile",
    "work",
    "education",
    "projects",
    "publications",
    "certificates",
    "skills",
    "languages",
    "awards",
    "volunteering",
    "interests",
    "references",
)
_LABELS = {
    "en": ("Address", "Phone", "Email", "Web"),
    "de": ("Anschrift", "Telefon", "E-Mail", "Web"),
    "fr": ("Adresse", "Tél.", "Courriel", "Site"),
    "es": ("Dirección", "Teléfono", "Correo electrónico", "Web"),
    "it": ("Indirizzo", "Telefono", "E-mail", "Sito"),
    "pt": ("Endereço", "Telefone", "E-mail", "Site"),
}
_TABLE = {
    "en": ("Period", "Employer", "Position"),
    "de": ("Zeitraum", "Arbeitgeber", "Position"),
    "fr": ("Période", "Employeur", "Poste"),
    "es": ("Período", "Empresa", "Cargo"),
    "it": ("Periodo", "Azienda", "Ruolo"),
    "pt": ("Período", "Empresa", "Cargo"),
}
_STUDY_TABLE = {
    "en": ("Years", "Institution", "Qualification"),
    "de": ("Zeitraum", "Einrichtung", "Abschluss"),
    "fr": ("Années", "Établissement", "Diplôme"),
    "es": ("Años", "Centro", "Titulación"),
    "it": ("Anni", "Istituto", "Titolo di studio"),
    "pt": ("Anos", "Instituição", "Curso"),
}
_AT = {"en": "at", "de": "bei", "fr": "chez", "es": "en", "it": "presso", "pt": "na"}


@dataclass(frozen=True)
class Run:
    """Text in one weight: "" plain, "b" bold, "i" italic."""

    text: str
    style: str = ""


@dataclass(frozen=True)
class Row:
    """One line: `left` from the left edge, `right` against the right one."""

    left: tuple[Run, ...]
    right: tuple[Run, ...] = ()


@dataclass(frozen=True)
class Block:
    """Rows, then text, then bullets; `margin` stands in a narrow column to the left of them all."""

    rows: tuple[Row, ...] = ()
    text: str = ""
    bullets: tuple[str, ...] = ()
    margin: str = ""


@dataclass(frozen=True)
class Grid:
    """Short texts side by side: "columns", "chips", or "bars" with a level from 1 to 5 each."""

    cells: tuple[str, ...]
    shape: str
    levels: tuple[int, ...] = ()
    label: str = ""


@dataclass(frozen=True)
class Table:
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


Piece = Block | Grid | Table


@dataclass(frozen=True)
class _Entry:
    """A job or a course before it is laid out; `at` is the language's word between title and employer."""

    title: str
    org: str
    place: str
    date: str
    at: str

    @property
    def both(self) -> str:
        return ", ".join(part for part in (self.org, self.place) if part)


@dataclass(frozen=True)
class Section:
    kind: str
    heading: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class Contact:
    """`label` is empty where the text names itself ("Nationality: Dutch")."""

    kind: str
    label: str
    text: str

    @property
    def labelled(self) -> str:
        return f"{self.label}: {self.text}" if self.label else self.text


@dataclass(frozen=True)
class Composition:
    """The whole CV; `aside` are the sections that a template with a rail puts there."""

    name: str
    label: str
    contacts: tuple[Contact, ...]
    sections: tuple[Section, ...]
    aside: tuple[Section, ...]
    language: str
    contact_heading: str
    plain_name: str

    @property
    def contact_line(self) -> str:
        """What fits on one line at the foot of a page."""
        return " | ".join(c.text for c in self.contacts if c.kind in {"address", "phone", "email"})


def compose(person: Person, template: Template, dates: Dates) -> Composition:
    """Everything on the page, in the order in which a reader takes it in."""
    sections = []
    wanted = person.order or template.order or _ORDER
    for kind in wanted:
        pieces = _pieces(kind, person, template, dates)
        if pieces:
            sections.append(Section(kind, _heading(kind, person), pieces))
    missing = {kind for kind in _ORDER if _pieces(kind, person, template, dates)} - set(wanted)
    if missing:
        raise ValueError(f"{person.id}: expected every section in the order, {sorted(missing)} missing")
    aside = tuple(section for section in sections if section.kind in template.aside)
    return Composition(
        name=(person.shown or person.name).upper()
        if template.capital_name
        else (person.shown or person.name),
        label=person.label,
        contacts=_contacts(person),
        sections=tuple(section for section in sections if section.kind not in template.aside),
        aside=aside,
        language=person.language,
        contact_heading=_heading("contact", person),
        plain_name=person.name,
    )


def _heading(kind: str, person: Person) -> str:
    return person.headings.get(kind, _HEADINGS[person.language].get(kind, kind))


def _contacts(person: Person) -> tuple[Contact, ...]:
    address, phone, email, web = _LABELS[person.language]
    found = []
    if person.address:
        found.append(Contact("address", address, person.address))
    if person.phone:
        found.append(Contact("phone", phone, person.phone.written))
    found.append(Contact("email", email, person.email))
    found += [Contact("link", web, link) for link in person.links]
    found += [Contact("detail", "", detail) for detail in person.details]
    return tuple(found)


def _pieces(kind: str, person: Person, template: Template, dates: Dates) -> tuple[Piece, ...]:
    match kind:
        case "profile":
            return (Block(text=person.profile),) if person.profile else ()
        case "work":
            return _work(person, template, dates)
        case "education":
            return _education(person, template, dates)
        case "skills":
            return _skills(person, template)
        case _:
            items = person.lists.get(kind, ())
            return (Block(bullets=items),) if items else ()


def _work(person: Person, template: Template, dates: Dates) -> tuple[Piece, ...]:
    if not person.work:
        return ()
    if template.head == "table":
        cells = tuple(
            (
                dates.span(role.start, role.end),
                ", ".join(part for part in (employment.company, employment.place) if part),
                "\n".join((role.title, *(f"• {text}" for text in role.did))),
            )
            for employment in person.work
            for role in employment.roles
        )
        return (Table(_TABLE[person.language], cells),)
    blocks: list[Block] = []
    for employment in person.work:
        grouped = len(employment.roles) > 1 and template.groups
        if grouped:
            span = dates.span(employment.roles[-1].start, employment.roles[0].end)
            right = (Run(span),) if template.head == "org|date/title" else ()
            place = f", {employment.place}" if employment.place else ""
            blocks.append(Block(rows=(Row((Run(employment.company, "b"), Run(place)), right),)))
        for role in employment.roles:
            written = dates.span(role.start, role.end)
            if template.durations and dates.form != "YYYY":
                written += f" ({duration(role.start, role.end)})"
            if grouped:
                margin = written if template.head.startswith("margin") else ""
                right = () if margin else (Run(written),)
                rows: tuple[Row, ...] = (Row((Run(role.title, "i"),), right),)
            else:
                margin, rows = _head(
                    template.head, role.title, employment.company, employment.place, written, person.language
                )
            blocks.append(_body(rows, role.did, margin, template))
    return tuple(blocks)


def _body(rows: tuple[Row, ...], did: Sequence[str], margin: str, template: Template) -> Block:
    if template.prose:
        return Block(rows=rows, text=" ".join(did), margin=margin)
    return Block(rows=rows, bullets=tuple(did), margin=margin)


def _education(person: Person, template: Template, dates: Dates) -> tuple[Piece, ...]:
    if not person.education:
        return ()
    if template.head == "table":
        cells = tuple(
            (
                _years(study, dates),
                ", ".join(part for part in (study.school, study.place) if part),
                "\n".join((study.degree, *study.notes)),
            )
            for study in person.education
        )
        return (Table(_STUDY_TABLE[person.language], cells),)
    blocks = []
    for study in person.education:
        margin, rows = _head(
            template.study_head or template.head,
            study.degree,
            study.school,
            study.place,
            _years(study, dates),
            person.language,
        )
        blocks.append(Block(rows=rows, bullets=study.notes, margin=margin))
    return tuple(blocks)


def _years(study: Study, dates: Dates) -> str:
    return dates.span(study.start, study.end)


def _head(
    style: str, title: str, org: str, place: str, written: str, language: str
) -> tuple[str, tuple[Row, ...]]:
    """The lines over an entry, and what stands in the margin. A course without a degree has its school alone."""
    if not title:
        title, org = org, ""
    rows = _HEADS[style](_Entry(title, org, place, written, _AT[language]))
    margin = written if style.startswith("margin") else ""
    return margin, tuple(row for row in rows if any(run.text for run in row.left + row.right))


def _b(text: str) -> Run:
    return Run(text, "b")


def _i(text: str) -> Run:
    return Run(text, "i")


def _joined(parts: Sequence[tuple[str, str]], glue: str) -> tuple[Run, ...]:
    runs: list[Run] = []
    for text, style in parts:
        if text:
            if runs:
                runs.append(Run(glue))
            runs.append(Run(text, style))
    return tuple(runs)


_Head = Callable[[_Entry], Sequence[Row]]
_HEADS: dict[str, _Head] = {
    "title|date/org": lambda e: (Row((_b(e.title),), (Run(e.date),)), Row((_i(e.both),))),
    "org|place/title|date": lambda e: (
        Row((_b(e.org or e.title),), (Run(e.place),)),
        Row((_i(e.title if e.org else ""),), (_i(e.date),)),
    ),
    "org|date/title": lambda e: (
        Row((_b(e.both or e.title),), (Run(e.date),)),
        Row((_i(e.title if e.both else ""),)),
    ),
    "stack": lambda e: (Row((_b(e.title),), (_b(e.date),)), Row((Run(e.org),), (_i(e.place),))),
    "stack-org": lambda e: (
        Row((_b(e.org or e.title),), (_b(e.date),)),
        Row((Run(e.title if e.org else ""),), (_i(e.place),)),
    ),
    "title, org|date": lambda e: (
        Row(_joined(((e.title, "b"), (e.org, ""), (e.place, "")), ", "), (Run(e.date),)),
    ),
    "title | org | date": lambda e: (
        Row(_joined(((e.title, "b"), (e.org, ""), (e.place, ""), (e.date, "")), " | ")),
    ),
    "org | title | date": lambda e: (Row(_joined(((e.org, "b"), (e.title, "i"), (e.date, "")), " | ")),),
    "title – org (date)": lambda e: (
        Row((*_joined(((e.title, "b"), (e.both, "")), " – "), Run(f" ({e.date})"))),
    ),
    "org – title|date": lambda e: (
        Row(_joined(((e.org, "b"), (e.title, ""), (e.place, "")), " – "), (Run(e.date),)),
    ),
    "title at org/date": lambda e: (
        Row(_joined(((e.title, "b"), (e.both, "b")), f" {e.at} ")),
        Row((_i(e.date),)),
    ),
    "title @ org|date": lambda e: (Row(_joined(((e.title, "b"), (e.org, "")), " @ "), (Run(e.date),)),),
    "title/org · date": lambda e: (
        Row((_b(e.title),)),
        Row(_joined(((e.org, ""), (e.place, ""), (e.date, "")), " · ")),
    ),
    "title/org/date": lambda e: (Row((_b(e.title),)), Row((Run(e.both),)), Row((_i(e.date),))),
    "org/title/date/place": lambda e: (
        Row((_b(e.org or e.title),)),
        Row((Run(e.title if e.org else ""),)),
        Row((Run(e.date),)),
        Row((Run(e.place),)),
    ),
    "date/title/org": lambda e: (Row((Run(e.date),)), Row((_b(e.title),)), Row((_i(e.both),))),
    "date: org/title": lambda e: (
        Row((Run(f"{e.date}: "), _b(e.both or e.title))),
        Row((_i(e.title if e.both else ""),)),
    ),
    "date title, org": lambda e: (
        Row((Run(f"{e.date}  "), _b(e.title), Run(f", {e.both}" if e.both else ""))),
    ),
    "margin:title/org": lambda e: (Row((_b(e.title),)), Row((_i(e.both),))),
    "margin:org/title": lambda e: (Row((_b(e.both or e.title),)), Row((Run(e.title if e.both else ""),))),
    "margin:title, org": lambda e: (Row(_joined(((e.title, "b"), (e.org, "i"), (e.place, "")), ", ")),),
}


def _skills(person: Person, template: Template) -> tuple[Piece, ...]:
    if not person.skills:
        return ()
    every = tuple(name for group in person.skills for name in group.names)
    style = template.skills
    if style in {"columns", "chips", "bars"}:
        return tuple(
            Grid(
                cells=group.names,
                shape=style,
                levels=tuple(5 - (position * 2 + len(name)) % 4 for position, name in enumerate(group.names)),
                label=group.label,
            )
            for group in person.skills
        )
    if style == "bullets":
        return (Block(bullets=every),)
    glue = {"commas": ", ", "pipes": " | ", "dots": " · ", "semicolons": "; ", "slashes": " / "}[style]
    rows = tuple(
        Row((*((_b(f"{group.label}: "),) if group.label else ()), Run(glue.join(group.names))))
        for group in person.skills
    )
    return (Block(rows=rows),)
