"""CVs of invented people in several professions and languages, as text, each with what it says."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.cv import CvResult
from runtime.cv.analysis import analyze, analyze_text
from runtime.cv.document import from_text
from runtime.cv.errors import DocumentTooLarge
from runtime.cv.limits import MAX_CHARS
from runtime.cv.result import Leaf

type Job = tuple[str | None, str | None, str | None, str | None]
type Study = tuple[str | None, str | None, str | None]


@dataclass(frozen=True)
class Labelled:
    """A CV and its truth; jobs as (position, name, start, end), studies as (institution, level, area)."""

    text: str
    name: str
    phone: str | None
    jobs: tuple[Job, ...]
    studies: tuple[Study, ...]
    skills: tuple[str, ...]
    languages: tuple[str, ...] = ()


CVS: dict[str, Labelled] = {
    "nurse": Labelled(
        text="""\
MARIA T. GONZALEZ, RN, BSN
1200 Oak Street, Tampa, FL 33602 | 813-555-0188 | maria.gonzalez@example.org

PROFESSIONAL SUMMARY
Compassionate registered nurse with nine years of acute care experience.

CLINICAL EXPERIENCE

Tampa General Hospital, Tampa, FL
Charge Nurse, Intensive Care Unit                      April 2019 - Present
- Lead a team of 14 nurses on a 24-bed unit
- Cut central line infections by 30%
Staff Nurse, Intensive Care Unit                       June 2016 - March 2019
- Cared for post-operative cardiac patients

St. Joseph's Medical Center, Orlando, FL
Staff Nurse                                            May 2014 - May 2016
- Administered medication and documented care in Epic

EDUCATION
Bachelor of Science in Nursing, University of South Florida, 2014

LICENSES AND CERTIFICATIONS
Registered Nurse, State of Florida
ACLS, BLS

SKILLS
Ventilator management; wound care; Epic; patient education; triage
""",
        name="MARIA T. GONZALEZ",
        phone="+18135550188",
        jobs=(
            ("Charge Nurse, Intensive Care Unit", "Tampa General Hospital", "2019-04", "present"),
            ("Staff Nurse, Intensive Care Unit", "Tampa General Hospital", "2016-06", "2019-03"),
            ("Staff Nurse", "St. Joseph's Medical Center", "2014-05", "2016-05"),
        ),
        studies=(("University of South Florida", "bachelor", "Nursing"),),
        skills=("Ventilator management", "wound care", "Epic", "patient education", "triage"),
    ),
    "sales": Labelled(
        text="""\
Robert King
Denver, CO
(303) 555-0147
robert.king@example.com
linkedin.com/in/robertking

EXPERIENCE

ACME SOFTWARE - Denver, CO
Regional Sales Manager, 2018 to present
Exceeded quota by 120% in five consecutive years and built a partner channel across the mountain states.

BLUE RIDGE FOODS - Boulder, CO
Account Executive, 2014 to 2018
Opened 80 new accounts in the restaurant segment.

Freelance Consultant, 2012 - 2014

EDUCATION

University of Colorado Boulder, B.A. Economics, 2012
Fairview High School, High School Diploma, 2008

CORE COMPETENCIES
Negotiation | Pipeline management | Salesforce | HubSpot
Territory planning | Cold calling
""",
        name="Robert King",
        phone="+13035550147",
        jobs=(
            ("Regional Sales Manager", "ACME SOFTWARE", "2018", "present"),
            ("Account Executive", "BLUE RIDGE FOODS", "2014", "2018"),
            ("Freelance Consultant", None, "2012", "2014"),
        ),
        studies=(
            ("University of Colorado Boulder", "bachelor", "Economics"),
            ("Fairview High School", "secondary", None),
        ),
        skills=(
            "Negotiation",
            "Pipeline management",
            "Salesforce",
            "HubSpot",
            "Territory planning",
            "Cold calling",
        ),
    ),
    "teacher": Labelled(
        text="""\
Amara Okafor
amara.okafor@example.co.uk
+44 20 7946 0958
London, UK

Profile
Secondary school teacher of mathematics.

Employment History
Sept 2019 – Present: Head of Mathematics at Greenhill Academy, London
Sept 2015 – Aug 2019: Teacher of Mathematics at St Mary's School, Croydon
Responsible for years 7 to 11.

Education
2014 – 2015: PGCE Secondary Mathematics, King's College London
2011 – 2014: BSc (Hons) Mathematics, University of Leeds

Key Skills
Curriculum design
Classroom management
Data analysis
Safeguarding
""",
        name="Amara Okafor",
        phone="+442079460958",
        jobs=(
            ("Head of Mathematics", "Greenhill Academy", "2019-09", "present"),
            ("Teacher of Mathematics", "St Mary's School", "2015-09", "2019-08"),
        ),
        studies=(("King's College London", None, None), ("University of Leeds", "bachelor", "Mathematics")),
        skills=("Curriculum design", "Classroom management", "Data analysis", "Safeguarding"),
    ),
    "prose": Labelled(
        text="""\
DANIEL O'BRIEN
Dublin, Ireland | daniel.obrien@example.ie | +353 85 123 4567

WORK HISTORY

Bank of Liffey, Dublin
Senior Risk Analyst
2019 to date
Built the credit risk models for the small business portfolio and presented
them to the regulator. Reduced the time of the monthly report from five days
to one.

Engineers Without Borders Ireland, Galway
Project Coordinator
2016 to 2019
Coordinated water projects in three countries, with budgets of up to 400,000
euro.

QUALIFICATIONS
MSc Statistics, Trinity College Dublin, 2016
BA Mathematics, University of Galway, 2014

TECHNICAL SKILLS
- Languages: R, Python, SAS
- Tools: Tableau, Git
- Spoken languages: English, Irish, French
""",
        name="DANIEL O'BRIEN",
        phone="+353851234567",
        jobs=(
            ("Senior Risk Analyst", "Bank of Liffey", "2019", "present"),
            ("Project Coordinator", "Engineers Without Borders Ireland", "2016", "2019"),
        ),
        studies=(
            ("Trinity College Dublin", "master", "Statistics"),
            ("University of Galway", "bachelor", "Mathematics"),
        ),
        skills=("R", "Python", "SAS", "Tableau", "Git"),
        languages=("English", "Irish", "French"),
    ),
    "academic": Labelled(
        text="""\
Curriculum Vitae

Hannah Goldberg, Ph.D.
Department of Biology, Lakeview University, Chicago, IL 60601
hgoldberg@example.edu

Academic Positions
Assistant Professor, Department of Biology, Lakeview University, 2020–present
Postdoctoral Fellow, Stanford University School of Medicine, 2016–2020

Education
Ph.D., Molecular Biology, University of Wisconsin–Madison, 2016
B.S., Biology, Cornell University, 2010

Publications
Goldberg H., Smith J. (2021). Cells and their walls. Journal of Walls, 12, 1-20.
Goldberg H. (2019). Walls again. Journal of Walls, 10, 5-9.

Skills
CRISPR, confocal microscopy, R, image analysis
""",
        name="Hannah Goldberg",
        phone=None,
        jobs=(
            ("Assistant Professor", "Lakeview University", "2020", "present"),
            ("Postdoctoral Fellow", "Stanford University School of Medicine", "2016", "2020"),
        ),
        studies=(
            ("University of Wisconsin–Madison", "doctorate", "Molecular Biology"),
            ("Cornell University", "bachelor", "Biology"),
        ),
        skills=("CRISPR", "confocal microscopy", "R", "image analysis"),
    ),
    "europass": Labelled(
        text="""\
PERSONAL INFORMATION
Pavel Novák
Prague, Czech Republic
+420 601 234 567
pavel.novak@example.cz

WORK EXPERIENCE
01/2019 – Present
Mechanical Engineer
Strojírna Brno a.s., Brno (Czech Republic)
▪ Designed gearboxes for trams
▪ Managed suppliers

09/2015 – 12/2018
Junior Design Engineer
Kovo Design s.r.o., Prague (Czech Republic)

EDUCATION AND TRAINING
09/2010 – 06/2015
Master's degree in Mechanical Engineering
Czech Technical University in Prague

DIGITAL SKILLS
SolidWorks, Ansys, MATLAB, Python
""",
        name="Pavel Novák",
        phone="+420601234567",
        jobs=(
            ("Mechanical Engineer", "Strojírna Brno a.s.", "2019-01", "present"),
            ("Junior Design Engineer", "Kovo Design s.r.o.", "2015-09", "2018-12"),
        ),
        studies=(("Czech Technical University in Prague", "master", "Mechanical Engineering"),),
        skills=("SolidWorks", "Ansys", "MATLAB", "Python"),
    ),
    "table": Labelled(
        text="""\
Sofia Lindqvist
Stockholm, Sweden    sofia@example.se    +46 70 123 45 67

Employment

2020-03 – present    UX Designer    Nordbank AB    Stockholm
2017-08 – 2020-02    Interaction Designer    Fjord Studio    Malmö
2015-01 – 2017-07    Web Designer    Freelance

Education

2012 – 2015    BFA Design    Konstfack University of Arts    Stockholm

Expertise
Figma • Sketch • Prototyping • User research • Accessibility (WCAG)
""",
        name="Sofia Lindqvist",
        phone="+46701234567",
        jobs=(
            ("UX Designer", "Nordbank AB", "2020-03", "present"),
            ("Interaction Designer", "Fjord Studio", "2017-08", "2020-02"),
            ("Web Designer", "Freelance", "2015-01", "2017-07"),
        ),
        studies=(("Konstfack University of Arts", "bachelor", "Design"),),
        skills=("Figma", "Sketch", "Prototyping", "User research", "Accessibility (WCAG)"),
    ),
    "deutsch": Labelled(
        text="""\
# Lebenslauf

**Dr. Jonas Weber**
Musterstraße 12, 80331 München
Telefon: +49 89 12345678
E-Mail: jonas.weber@example.de

## Berufserfahrung

**03/2020 – heute**
Leiter Softwareentwicklung, Beispiel Automotive GmbH, München
- Führung von 25 Entwicklern
- Einführung von Kubernetes und GitLab CI

**10/2015 – 02/2020**
Softwareentwickler, Muster AG, Stuttgart
- Entwicklung von Steuergeräten in C++

## Ausbildung

**10/2011 – 09/2015**
Promotion in Informatik, Technische Universität München

**10/2006 – 09/2011**
Diplom-Informatiker, Universität Stuttgart

## Kenntnisse
Programmiersprachen: C++, Python, Rust
Werkzeuge: Git, Docker, Jira

## Sprachen
Deutsch (Muttersprache), Englisch (fließend)
""",
        name="Dr. Jonas Weber",
        phone="+498912345678",
        jobs=(
            ("Leiter Softwareentwicklung", "Beispiel Automotive GmbH", "2020-03", "present"),
            ("Softwareentwickler", "Muster AG", "2015-10", "2020-02"),
        ),
        studies=(
            ("Technische Universität München", "doctorate", "Informatik"),
            ("Universität Stuttgart", "master", None),
        ),
        skills=("C++", "Python", "Rust", "Git", "Docker", "Jira"),
        languages=("Deutsch", "Englisch"),
    ),
    "francais": Labelled(
        text="""\
Claire Dubois
Responsable marketing
Lyon, France
claire.dubois@example.fr
06 12 34 56 78

EXPÉRIENCE PROFESSIONNELLE

Responsable marketing digital — Société Lumière, Lyon
Depuis septembre 2021
• Pilotage des campagnes SEO et SEA
• Budget de 2 M€

Chargée de communication — Agence Horizon, Paris
Janvier 2017 – août 2021
• Rédaction de la newsletter

FORMATION
Master Marketing, Université Lyon 2, 2016
Licence Économie, Université Grenoble Alpes, 2014

COMPÉTENCES
SEO, Google Analytics, Photoshop, gestion de projet

LANGUES
Français (langue maternelle), Anglais (courant), Espagnol (notions)
""",
        name="Claire Dubois",
        phone="+33612345678",
        jobs=(
            ("Responsable marketing digital", "Société Lumière", "2021-09", "present"),
            ("Chargée de communication", "Agence Horizon", "2017-01", "2021-08"),
        ),
        studies=(
            ("Université Lyon 2", "master", "Marketing"),
            ("Université Grenoble Alpes", "bachelor", "Économie"),
        ),
        skills=("SEO", "Google Analytics", "Photoshop", "gestion de projet"),
        languages=("Français", "Anglais", "Espagnol"),
    ),
    "espanol": Labelled(
        text="""\
Javier Ortega Ruiz
Madrid, España · +34 612 345 678 · javier.ortega@example.es

Experiencia profesional

Contable senior
Grupo Iberia Consultores, Madrid
enero de 2018 - actualidad
- Cierre mensual y consolidación

Auxiliar contable
Talleres Mendoza S.L., Toledo
marzo de 2014 - diciembre de 2017
- Facturación y conciliación bancaria

Formación académica
Licenciatura en Administración de Empresas
Universidad Complutense de Madrid
2009 - 2013

Habilidades
SAP, Excel avanzado, conciliación bancaria, IFRS
""",
        name="Javier Ortega Ruiz",
        phone="+34612345678",
        jobs=(
            ("Contable senior", "Grupo Iberia Consultores", "2018-01", "present"),
            ("Auxiliar contable", "Talleres Mendoza S.L.", "2014-03", "2017-12"),
        ),
        studies=(("Universidad Complutense de Madrid", "bachelor", "Administración de Empresas"),),
        skills=("SAP", "Excel avanzado", "conciliación bancaria", "IFRS"),
    ),
    "italiano": Labelled(
        text="""\
Giulia Rossi
Via Roma 10, 20121 Milano, Italia
Tel: +39 02 1234 5678  Email: giulia.rossi@example.it

ESPERIENZA LAVORATIVA
Graphic Designer | Studio Verde S.r.l. | Milano | 05/2019 – oggi
- Identità visive per clienti del settore alimentare
Stagista | Pubblicità Nord S.p.A. | Torino | 09/2018 – 03/2019
- Impaginazione di cataloghi

ISTRUZIONE E FORMAZIONE
Laurea magistrale in Design della comunicazione, Politecnico di Milano, 2016 – 2018
Laurea triennale in Design, Politecnico di Torino, 2013 – 2016

COMPETENZE
Adobe Illustrator, InDesign, Figma, tipografia
""",
        name="Giulia Rossi",
        phone="+390212345678",
        jobs=(
            ("Graphic Designer", "Studio Verde S.r.l.", "2019-05", "present"),
            ("Stagista", "Pubblicità Nord S.p.A.", "2018-09", "2019-03"),
        ),
        studies=(
            ("Politecnico di Milano", "master", "Design della comunicazione"),
            ("Politecnico di Torino", "bachelor", "Design"),
        ),
        skills=("Adobe Illustrator", "InDesign", "Figma", "tipografia"),
    ),
    "pt": Labelled(
        text="""\
Mariana Costa
São Paulo, Brasil | +55 11 91234-5678 | mariana.costa@example.com.br

Resumo
Analista de dados com foco em varejo.

Experiência Profissional
Banco Paulista — Analista de Dados Sênior
jan/2020 – atual
• Modelos de previsão de demanda
Loja Boa Ltda — Estagiária de Dados
fev/2018 – dez/2019
• Relatórios em Power BI

Formação Acadêmica
Bacharelado em Estatística, Universidade de São Paulo, 2014 – 2018

Habilidades
Python, SQL, Power BI e Excel
Idiomas
Inglês fluente, Espanhol básico
""",
        name="Mariana Costa",
        phone="+5511912345678",
        jobs=(
            ("Analista de Dados Sênior", "Banco Paulista", "2020-01", "present"),
            ("Estagiária de Dados", "Loja Boa Ltda", "2018-02", "2019-12"),
        ),
        studies=(("Universidade de São Paulo", "bachelor", "Estatística"),),
        skills=("Python", "SQL", "Power BI e Excel"),
        languages=("Inglês", "Espanhol"),
    ),
}


def _value(leaf: Leaf | None) -> str | None:
    return leaf.value if leaf is not None else None


def _leaves(node: object) -> list[Leaf]:
    if isinstance(node, Leaf):
        return [node]
    if isinstance(node, tuple):
        return [leaf for item in node for leaf in _leaves(item)]
    fields = getattr(type(node), "model_fields", {})
    return [leaf for name in fields for leaf in _leaves(getattr(node, name))]


@pytest.fixture(params=CVS, ids=str)
def labelled(request: pytest.FixtureRequest) -> Labelled:
    return CVS[request.param]


def test_the_name_and_phone_are_read(labelled: Labelled) -> None:
    basics = analyze_text(labelled.text).resume.basics
    assert (_value(basics.name), _value(basics.phone)) == (labelled.name, labelled.phone)


def test_the_jobs_are_read(labelled: Labelled) -> None:
    jobs = tuple(
        (
            _value(w.position),
            _value(w.name),
            _value(w.start_date),
            "present" if w.current else _value(w.end_date),
        )
        for w in analyze_text(labelled.text).resume.work
    )
    assert jobs == labelled.jobs


def test_the_studies_are_read(labelled: Labelled) -> None:
    studies = tuple(
        (_value(e.institution), _value(e.level), _value(e.area))
        for e in analyze_text(labelled.text).resume.education
    )
    assert studies == labelled.studies


def test_the_skills_and_languages_are_read(labelled: Labelled) -> None:
    resume = analyze_text(labelled.text).resume
    assert tuple(skill.name.value for skill in resume.skills) == labelled.skills
    assert tuple(spoken.language.value for spoken in resume.languages) == labelled.languages


def test_every_value_stands_where_its_span_says(labelled: Labelled) -> None:
    leaves = _leaves(analyze_text(labelled.text).resume)
    text = from_text(labelled.text).text
    assert len(leaves) > 10
    assert [text[slice(*leaf.span or ())] for leaf in leaves] == [leaf.raw for leaf in leaves]


def test_a_number_that_no_plan_knows_stays_as_written_and_says_so() -> None:
    phone = analyze_text(
        "Jane Smith\n(555) 123-4567\njane.smith@example.com\nWelder in Leeds, UK"
    ).resume.basics.phone
    assert phone is not None
    assert (phone.value, phone.valid) == ("(555) 123-4567", False)


def test_a_text_of_a_few_letters_is_read_and_is_said_to_be_short() -> None:
    result = analyze_text("Robin Example\nrobin@example.com")
    assert result.analysis.status == "ok"
    assert "only 27 letters" in (result.analysis.message or "")
    assert (result.resume.basics.name or result.resume.basics.email) is not None
    assert result.resume.basics.email is not None
    assert result.resume.basics.email.value == "robin@example.com"


@pytest.mark.parametrize("text", ["", " \n\t", "42 - 17"])
def test_a_text_without_a_letter_is_said_to_be_empty_and_invents_nobody(text: str) -> None:
    result = analyze_text(text)
    assert result.analysis.status == "ok"
    assert "is empty" in (result.analysis.message or "")
    assert result.resume.basics.name is None


def test_a_current_job_in_an_undated_text_counts_up_to_its_newest_date_and_says_so() -> None:
    text = "Jane Smith, Leeds\n\nExperience\nWelder at Iron Works Ltd\nJan 2020 - present"
    text += "\n\nEducation\nBSc, Leeds College, Dec 2021"
    analysis = analyze_text(text).analysis
    assert (analysis.as_of, analysis.as_of_source) == ("2021-12-31", "newest date in the text")
    assert analysis.total_years == 2.0


def test_skills_are_left_out_when_not_asked_for() -> None:
    text = CVS["nurse"].text
    assert analyze_text(text, extract_skills=False).resume.skills == ()
    assert analyze_text(text).resume.skills != ()


def test_a_text_longer_than_any_cv_is_refused() -> None:
    with pytest.raises(DocumentTooLarge, match="characters"):
        analyze_text("a" * (MAX_CHARS + 1))


_PIECES = st.sampled_from(
    [
        "Experience",
        "Education",
        "Skills",
        "\n",
        "\n\n",
        "\t",
        " - ",
        "• ",
        ", ",
        " | ",
        "2019 - 2021",
        "present",
        "Engineer",
    ]
)


@given(st.lists(_PIECES | st.text(max_size=12), max_size=60).map("".join))
def test_any_text_gives_a_profile_whose_values_stand_in_it(text: str) -> None:
    result: CvResult = analyze_text(text)
    read = from_text(text).text
    assert all(read[slice(*leaf.span or ())] == leaf.raw for leaf in _leaves(result.resume))


@given(st.binary(max_size=400), st.sampled_from(["cv.pdf", "cv.docx", "cv.txt", "cv.md", "cv", "cv.exe"]))
def test_any_bytes_give_a_profile_or_one_clear_sentence(document: bytes, filename: str) -> None:
    outcome = _outcome(document, filename)
    assert outcome in {"ok", "needs_ocr"} or (
        outcome.startswith("runtime.cv.errors: ") and outcome.endswith(".")
    )


def _outcome(document: bytes, filename: str) -> str:
    try:
        return analyze(document, filename).analysis.status
    except ValueError as error:
        return f"{type(error).__module__}: {error}"
