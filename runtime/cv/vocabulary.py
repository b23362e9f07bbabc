"""The words by which a CV's parts are known, in English, German, French, Spanish, Italian and Portuguese.

Everything here is folded (`fold`): lower case, no accents, so that one spelling serves all.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from typing import Literal

SectionKind = Literal[
    "basics",
    "summary",
    "work",
    "education",
    "skills",
    "languages",
    "projects",
    "certificates",
    "other",
]

DegreeLevel = Literal["secondary", "associate", "bachelor", "master", "doctorate"]
DEGREE_LEVELS: tuple[DegreeLevel, ...] = ("secondary", "associate", "bachelor", "master", "doctorate")


def fold(text: str) -> str:
    """Lower case without accents, exactly as long as `text`, so that offsets hold for both."""
    if text.isascii():
        return text.lower()
    return "".join(_folded(char) for char in text)


@functools.cache
def _folded(char: str) -> str:
    return unicodedata.normalize("NFD", char)[0].lower()[0]


_HEADINGS: dict[SectionKind, str] = {
    "summary": """en bref|su di me|in breve|en pocas palabras|zur person|hello|hi|in a nutshell|in short
        |overview|statement
        |about the candidate|em resumo|breve descrizione|personal summary
        |chi sono|quien soy|quem sou|wer ich bin|qui suis-je|in brief|at a glance|kurz und bundig
        |mein profil|introduction
        |who i am|presentazione|presentation|apresentacao|presentacion
        |summary|profile|about|about me|objective|career objective|professional summary
        |executive summary
        |career summary|professional profile|personal profile|personal statement|personal summary
        |career profile
        |profil|profil professionnel|a propos|uber mich|kurzprofil|zusammenfassung|perfil
        |perfil profesional
        |perfil profissional|resumen|resumen profesional|resumo|resumo profissional|sobre mi|sobre mim
        |profilo
        |profilo professionale|sommario|objectif|objetivo|obiettivo""",
    "work": """ou j'ai travaille|la ou j'ai travaille|mes experiences|mes postes|metiers exerces
        |ma carriere|vie active
        |donde he trabajado|mi experiencia|mi trayectoria|puestos|cargos|empleos|recorrido laboral
        |historia laboral
        |wo ich gearbeitet habe|mein weg|mein werdegang|stationen|beruflicher weg|berufsweg
        |arbeitsstationen|anstellungen
        |dove ho lavorato|le mie esperienze|lavoro|carriera professionale|onde trabalhei|minha experiencia
        |cargos ocupados
        |emprego|empregos|historico|my path|career path|jobs held|job experience|positions held|work record
        |postings
        |assignments and postings|military experience|industry|practice|clinical practice|nursing experience
        |teaching positions|academic employment|research positions|professional positions|creative work
        |kitchens|bylines
        |mon parcours|postes occupes|missions|activites professionnelles|cursus professionnel
        |puestos desempenados
        |mi recorrido|percurso|atuacao profissional|praktika|berufstatigkeit|berufsleben
        |professional journey|engagements
        |service history|posts held|previous posts|hospital posts|work life|professional history|assignments
        |stages
        |stages et emplois|tirocini|practicas|estagios|contracts|clients|selected clients
        |academic appointments|appointments|professional appointments|where i have worked
        |where i've worked|berufliche stationen
        |beruflicher hintergrund|berufliche laufbahn|berufliche tatigkeit|berufliche erfahrung|beruf
        |laufbahn|tatigkeiten
        |emplois occupes|vie professionnelle|carriere|vida laboral|carrera profesional|historial laboral
        |percorso professionale|carriera|trajetoria profissional|percurso profissional|carreira
        |practical experience
        |employment record|roles|jobs
        |experience|work experience|professional experience|employment|employment history
        |work history
        |career history|relevant experience|industry experience|career|positions|professional background
        |work|job history|clinical experience|teaching experience|research experience|internships
        |internship experience|experience professionnelle|experiences professionnelles
        |parcours professionnel
        |experiences|parcours|emplois|berufserfahrung|beruflicher werdegang|werdegang|praxiserfahrung
        |berufspraxis|arbeitserfahrung|experiencia|experiencia profesional|experiencia laboral
        |trayectoria profesional|esperienza|esperienze|esperienza professionale|esperienze professionali
        |esperienza lavorativa|esperienze lavorative|experiencia profissional|historico profissional""",
    "education": """ou j'ai etudie|mes etudes|mes diplomes|mon cursus|etudes et formations
        |diplomes et formations
        |formation et diplomes|donde he estudiado|mis estudios|preparacion academica|historial academico
        |wo ich gelernt habe|mein studium|studium und schule|schule und studium|ausbildung und studium
        |bildungsgang
        |schullaufbahn|dove ho studiato|i miei studi|onde estudei|meus estudos|formacao e cursos
        |academic record
        |academic path|degrees and diplomas|study|schools|education history|college education|medical training
        |medical education|vocational training|scolarite|lehre|learning|university|universite|universitat
        |universidad|universidade
        |universita|college|school
        |ecole|etudes universitaires|escuela|liceo|academic career|academic training|apprenticeship
        |apprentissage
        |schul- und berufsausbildung|schule und ausbildung|aus- und weiterbildung|schule
        |schulische ausbildung|hochschulbildung
        |etudes et diplomes|diplomes|parcours scolaire|estudios realizados|titulacion|titulaciones
        |percorso di studi|studi|titoli
        |percurso academico|estudos|habilitacoes literarias|schooling|where i studied|where i've studied
        |where i have studied|training and education
        |formation initiale|cursus
        |education|academic background|academic history|academic qualifications|qualifications
        |educational background|academic education|studies|degrees|formation|formations|etudes
        |parcours academique
        |ausbildung|bildung|studium|bildungsweg|akademischer werdegang|schulbildung|educacion
        |formacion|formacion academica|estudios|istruzione|formazione|istruzione e formazione
        |titoli di studio
        |educacao|formacao|formacao academica|escolaridade|academics""",
    "skills": """mes competences|mes atouts|mes outils|boite a outils|ma boite a outils|bagage technique
        |environnement technique
        |competences et outils|outils et methodes|outils et logiciels|maitrise|maitrise des outils
        |connaissances|qualites
        |capacites|aptitudes|specialites|expertises|mes savoir-faire|langages|langages et outils
        |competences numeriques
        |competences informatiques|que se hacer|lo que mejor hago|mis herramientas|manejo de programas
        |programas|dominio
        |mis habilidades|capacidades|areas de conocimiento|conocimientos informaticos|competencias digitales
        |was ich mitbringe|das kann ich|mein werkzeugkasten|methoden|methodenkompetenz|it und methoden
        |technologien
        |programmierung|software-kenntnisse|computerkenntnisse|pc-kenntnisse|technik|handwerkszeug
        |meine starken
        |le mie competenze|cosa so fare meglio|conoscenze|conoscenze informatiche|competenze informatiche
        |competenze digitali|capacita|attitudini|programmi|minhas competencias|o que faco bem
        |conhecimentos tecnicos
        |competencias informaticas|habilidades e competencias|dominios|tech|toolset|craft|proficiency
        |technical
        |what i bring|what i use|i work with|hard and soft skills|software proficiency|digital skills
        |lab skills
        |laboratory skills|trade skills|practical skills|languages and tools|languages and frameworks
        |points forts|atouts|informatique|punti di forza|fortalezas|informatica|pontos fortes
        |starken|konnen|qualifikationen
        |know-how|toolkit|technical toolkit|stack|specialisms|capabilities|technical profile
        |competency profile|it|computing
        |computer literacy|equipment|ce que je sais faire|cosa so fare|lo que se hacer|o que sei fazer
        |was ich kann
        |domaines d'intervention|what i do well|at my fingertips|core strengths and skills|machinery
        |instruments
        |programming|programming languages|frameworks|ferramentas e tecnologias
        |methods|software|software and methods|toolbox|what i can do|what i know|fachkompetenzen
        |besondere kenntnisse|werkzeuge
        |edv|outils|logiciels|savoir-etre|herramientas|destrezas|strumenti|ferramentas|aptidoes
        |competencies and tools
        |programmes|systems|specialities|specialties|areas of practice|practice areas|areas de practica
        |areas de especialidad|areas de especializacion|areas de atuacao|domaines de competence
        |domaines d'expertise|aree di competenza|especialidades|ambitos de experiencia
        |skills|technical skills|key skills|core skills|skill set|skillset|competencies
        |core competencies
        |key competencies|technologies|tech stack|technical proficiencies|technical expertise
        |areas of expertise
        |expertise|professional skills|hard skills|soft skills|tools|computer skills|it skills
        |software skills
        |programming skills|strengths|core strengths|clinical skills|technical competencies|proficiencies
        |tools and technologies|technologies and tools|competences|competences techniques|competences cles
        |savoir-faire|kenntnisse|fahigkeiten|kompetenzen|it-kenntnisse|edv-kenntnisse|fachkenntnisse
        |fachliche kenntnisse|technische kenntnisse|kernkompetenzen|habilidades|competencias
        |habilidades tecnicas|competencias tecnicas|aptitudes|conocimientos|conocimientos tecnicos
        |competenze|competenze tecniche|capacita e competenze|abilita|conhecimentos""",
    "languages": """fremdsprachen|languages spoken|language proficiency|linguistic skills|langues vivantes
        |lingue straniere
        |lenguas extranjeras|linguas estrangeiras
        |languages|language skills|spoken languages|langues|sprachen|sprachkenntnisse|idiomas
        |lenguas|lingue|conoscenze linguistiche""",
    "projects": """portfolio|selected work|works|realisations|trabajos destacados
        |projects|personal projects|selected projects|key projects|academic projects
        |side projects
        |open source|open source projects|notable projects|projets|projets personnels|projekte|proyectos
        |progetti|projetos""",
    "certificates": """habilitations|permis|permis et habilitations|scheine|fuhrerscheine|tickets
        |licences and tickets|registration
        |professional registration|accreditations|cpd|continuing education|abilitazioni|patenti|carnets
        |fuhrerschein
        |driving licence|driving licences
        |certifications|certification|certificates|licenses|licenses and certifications
        |certifications and licenses|licences|licensure|training|courses|professional development
        |professional certifications|certificats|zertifikate|zertifizierungen|weiterbildung
        |weiterbildungen
        |fortbildung|fortbildungen|certificaciones|certificados|cursos|certificazioni|corsi
        |certificacoes""",
    "basics": """contact|contact details|contact information|contact info|personal details
        |personal information|personal data|personal info|details|profiles|links|social|online|contatti
        |kontakt
        |kontaktdaten|personliche daten|personliche angaben|coordonnees|contacto|datos personales
        |datos de contacto
        |dati personali|informazioni personali|contato|dados pessoais""",
    "other": """engagements associatifs|outside work|beyond work|military service|conference talks|societies
        |committees
        |extracurricular|community|sports|achievements and awards
        |grants and prizes|prizes|recognition|riconoscimenti|reconocimientos|prix|preise
        |in my free time|freizeit
        |teaching|supervision|press|exhibitions|referenze|mitgliedschaften|memberships and service
        |hobbies et interets
        |publications|selected publications|papers|patents|talks|invited talks|presentations
        |conferences
        |awards|honors|honours|honors and awards|awards and honors|selected honors|achievements
        |accomplishments
        |key achievements|interests|hobbies|hobbies and interests|activities|extracurricular activities
        |volunteering|volunteer|volunteer experience|volunteer work|community service|references|referees
        |affiliations|professional affiliations|memberships|professional memberships|leadership|coursework
        |relevant coursework|military service|additional information|miscellaneous|service|grants
        |scholarships
        |centres d'interet|loisirs|benevolat|distinctions|interessen|interessen und hobbys|ehrenamt
        |auszeichnungen
        |referenzen|publikationen|veroffentlichungen|intereses|aficiones|publicaciones|premios
        |voluntariado
        |referencias|interessi|pubblicazioni|premi|volontariato|referenze|hobby|interesses|publicacoes
        |premiacoes
        |signature""",
}
HEADINGS: dict[str, SectionKind] = {
    name: kind
    for kind, names in _HEADINGS.items()
    for name in (part.strip() for part in names.replace("\n", "").split("|"))
}
Field = Literal["date", "employer", "title", "place", "school", "degree", "area", "duties", "name", "other"]
# What forms and tables call their fields and columns.
_FIELDS: dict[Field, str] = {
    "name": """name|full name|surname and first name|first name and surname|surname first name
        |vor- und nachname
        |nachname vorname|name vorname|vorname name|nom|nom et prenom|nom prenom|nom(s) prenom(s)|nombre
        |nombre y apellidos
        |apellidos y nombre|apellido(s) nombre(s)|nome|nome e cognome|cognome e nome|cognome nome
        |nome completo
        |candidate|kandidat""",
    "date": """from|to|von|bis|period|date|dates|dates employed|employment dates|employment period
        |period of employment|year|years
        |from - to|when|time|time period
        |duration|start/end|attended|dates attended|date of graduation|graduation date|graduated|zeitraum
        |datum|jahr
        |jahre|dauer
        |von - bis|periode|annee|annees|duree|periodo|fecha|fechas|ano|anos|duracion|data|date (da - a)
        |anni|anno
        |durata|datas|dates (from - to)|fechas (de - a)""",
    "employer": """employer|company|organi[sz]ation|firm|workplace|hospital|institution/employer|company name
        |name of employer
        |employer name|name and address of employer|client|unit|arbeitgeber|firma|unternehmen|betrieb|kunde
        |auftraggeber
        |name und adresse des arbeitgebers|name und anschrift des arbeitgebers|employeur|entreprise|societe
        |nom et adresse de l'employeur|empresa|empleador|nombre y direccion de la empresa|compania
        |nombre y direccion del empleador|azienda|datore di lavoro|nome e indirizzo del datore di lavoro
        |societa|ditta
        |empregador|nome e endereco do empregador|nome e morada do empregador""",
    "title": """position|job title|title|role|post|rank|designation|position held|positions held|post held
        |occupation or position held|occupation|job|funktion|tatigkeit|tatigkeit als|stelle|beruf|rolle
        |beruf oder funktion|poste|fonction|intitule du poste|poste occupe|fonction ou poste occupe
        |emploi ou fonction occupe|puesto|cargo|puesto de trabajo|profesion o cargo desempenado|funcion
        |ruolo|posizione|mansione|qualifica|lavoro o posizione ricoperti|tipo di impiego|funcao|posicao
        |funcao ou cargo ocupado|dienstgrad|grade et fonction""",
    "place": """location|place|city|where|wo|ou|donde|dove|onde|country
        |ort|standort|einsatzort|lieu|ville|lugar|ciudad|ubicacion
        |luogo
        |sede|citta|local|localidade|cidade""",
    "school": """school|university|college|institution|name of institution|education provider
        |training provider
        |name and type of organisation
        |name and type of organisation providing education and training|einrichtung|schule|hochschule
        |universitat
        |bildungseinrichtung|name und art der bildungseinrichtung|ausbildungsstatte|etablissement|ecole
        |universite
        |nom et type de l'etablissement
        |nom et type de l'etablissement d'enseignement ou de formation|institucion|centro|universidad
        |centro de estudios
        |nombre y tipo de la organizacion|istituto|universita|scuola|ateneo
        |nome e tipo d'organizzazione|nome e tipo di istituto|instituicao|universidade|escola
        |nome e tipo da organizacao""",
    "degree": """degree|qualification|award|title of qualification awarded|qualification awarded|diploma
        |certificate
        |course|programme|abschluss|studiengang|formation|corso|bezeichnung der erworbenen qualifikation
        |titel der zuerkannten qualifikation|diplome|intitule du diplome
        |intitule du certificat ou diplome delivre|titulo|titulacion|estudios
        |titulo de la cualificacion obtenida
        |titolo|titolo di studio|corso di studi|titolo della qualifica rilasciata|qualifica conseguita|grau
        |curso
        |habilitacao
        |designacao da qualificacao atribuida|titulo da qualificacao atribuida""",
    "area": """major|field|field of study|subject|fach|fachrichtung|studienfach|specialite|especialidad
        |indirizzo
        |specializzazione|area""",
    "duties": """duties|what|responsibilities|key responsibilities|main responsibilities|tasks|main tasks
        |activities
        |main activities|achievements|key achievements|description|job description
        |main activities and responsibilities|aufgaben|aufgabenbereich|tatigkeiten|wichtigste tatigkeiten
        |wichtigste tatigkeiten und zustandigkeiten|verantwortung|taches|missions|missions principales
        |activites
        |principales activites et responsabilites|realisations|funciones|tareas|responsabilidades|logros
        |funciones y responsabilidades principales|funciones y responsabilidades|mansioni|attivita
        |responsabilita
        |principali attivita e responsabilita|principali mansioni e responsabilita|funcoes|tarefas|atividades
        |principais actividades e responsabilidades|principais atividades e responsabilidades""",
    "other": """type of business or sector|sector|industry|type of employment|grade|result|note|branche
        |art des unternehmens|tatigkeitsbereich oder branche|type ou secteur d'activite|secteur
        |tipo de empresa o sector|settore|tipo di attivita o settore|tipo di azienda o settore|setor
        |tipo de empresa ou sector|level in national classification|reason for leaving|supervisor|salary|hours
        |hours per week""",
}
_FIELD_NAMES: dict[str, Field] = {
    name: field
    for field, names in _FIELDS.items()
    for name in (
        part.strip()
        for part in names.replace("\n", "").replace("organi[sz]ation", "organisation|organization").split("|")
    )
}


def field_of(text: str) -> Field | None:
    """What `text`, taken alone as a label, says that the text beside it is."""
    if len(text) > 80:
        return None
    folded = re.sub(r"\s{0,8}[–—/-]\s{0,8}", " - ", fold(text).replace("’", "'")).strip(" :.*•")
    return _FIELD_NAMES.get(folded) or _FIELD_NAMES.get(folded.replace(" - ", "/"))


def begins_field(text: str) -> Field | None:
    """What the label says that a narrow column broke after `text`: "Name und Adresse des"."""
    folded = fold(text).replace("’", "'").strip() + " "
    if folded.count(" ") < 2:
        return None
    return next((field for name, field in _FIELD_NAMES.items() if name.startswith(folded)), None)


_JOINERS = re.compile(r"\s{0,8}(?:&|/|,|\+|\band\b|\bund\b|\bet\b|\by\b|\be\b)\s{0,8}")
_MODIFIERS = re.compile(
    r"^(?:(?:top|digital|core|key|main|relevant|selected|additional|other|further|specialist|special"
    r"|academic|professional"
    r"|teaching|research|clinical|personal|technical|recent|previous|current|practical|formal"
    r"|higher)\s+){1,2}"
)
_EDGES = re.compile(r"^[\W_\d]+|[\W_]+$")


def heading_kind(text: str) -> SectionKind | None:
    """The section that `text`, taken alone, is the heading of."""
    text = text.strip(" =~*#+-_|[]<>")
    # The last word of a paragraph on a line of its own is no heading.
    if len(text) > 60 or text.endswith(".") or text[:1].islower():
        return None
    folded = _EDGES.sub("", fold(text)).replace("’", "'")
    kind = HEADINGS.get(folded)
    if kind is None:
        kind = HEADINGS.get(_MODIFIERS.sub("", folded))
    if kind is None and folded:
        parts = [HEADINGS.get(part) for part in _JOINERS.split(folded)]
        if parts[0] is not None and all(parts):
            kind = parts[0]
    return kind


# What headings of one kind have in common, for those that stand in no list. The order decides between two: training
# is no education, and an academic appointment is a job.
_ROOT_WORDS: tuple[tuple[SectionKind, str], ...] = (
    (
        "other",
        r"publi[ck]|veroffentlich|award|grants?\b|prizes?\b|premi[os]|honou?rs|interes|interets|hobb"
        r"|volunt|volont"
        r"|ehrenamt|benevol|referen[cz]|patent|member|mitglied|conferenc",
    ),
    (
        "languages",
        r"(?:spoken |foreign )?languages?$|sprach|fremdsprach|langues?\b|idiomas?\b|lingue\b|linguas?\b",
    ),
    (
        "certificates",
        r"certif|zertif|zusatzbezeichnung|licen[cs]es?\b|weiterbildung|fortbildung|courses?\b|kurse\b"
        r"|cursos?\b"
        r"|corsi\b",
    ),
    (
        "skills",
        r"skills?\b|kenntnis|kompeten|competen|fahigkeit|strengths?\b|schwerpunkt|good at|can do|i bring",
    ),
    (
        "summary",
        r"summary|in short|in brief|profil|perfil|about (?:me|us)|uber mich|chi sono|quien soy|quem sou|objective",
    ),
    (
        "work",
        r"internship|experien|erfahrung|esperienz|employ|careers?\b|beruflich|stationen"
        r"|appointments?\b|positions?\b"
        r"|laufbahn|werdegang|parcours prof|work background|trayector|trajetor|tatigkeit|emplois?\b"
        r"|empleos?\b"
        r"|impieghi|lavor|worked|travaille|trabaj|trabalh|gearbeitet|jobs?\b",
    ),
    ("projects", r"proje[ck]t|projet|proyecto|progett|portfolio"),
    (
        "education",
        r"educa[tcz]|formaci|formation|formaz|formac|studied|studi|etudie|estudi|estud|learned|etudes"
        r"|ausbildung|schul"
        r"|studium|degrees?\b|diplom|qualificat|academic|akadem|istruzion|escolar|training",
    ),
    (
        "skills",
        r"expertise|technolog|tools?\b|toolbox|techniques|werkzeug|outils|logiciels|herramient"
        r"|strumenti|ferramentas"
        r"|methods?\b|methoden|methodes|software|proficien|habilid|aptitud|conocimient|conhecim"
        r"|savoir|abilita"
        r"|capacita|familiar with",
    ),
    ("basics", r"contact|kontakt|contatt|contato|coordonn"),
)
_ROOTS = tuple((kind, re.compile(rf"\b(?:{words})")) for kind, words in _ROOT_WORDS)


# A time without work, told where jobs are told.
BREAK = re.compile(
    r"^\W*(?:(?:planned |voluntary )?career (?:break|pause|gap)|sabbatical"
    r"|(?:maternity|paternity|parental|family|medical|sick) leave"
    r"|gap year|unemployed|between jobs|job ?seeking|seeking (?:new )?(?:work|employment)"
    r"|full[ -]time (?:parent|carer|mother|father)|stay[ -]at[ -]home \w+|caring for .{1,40}|family care"
    r"|travel(?:l?ing)?$|redundancy|laid off"
    r"|elternzeit|arbeitss?uchend|arbeitslos|mutterschutz|auszeit|familienpause|pflegezeit|weltreise"
    r"|conge (?:maternite|parental|sabbatique)|recherche d.emploi|sans emploi"
    r"|baja (?:maternal|por maternidad)|excedencia|desempleo|maternita|aspettativa|disoccupat[oa]"
    r"|licenca (?:maternidade|sabatica)|desempregad[oa])(?!\w)"
)


def likely_heading_kind(text: str) -> SectionKind | None:
    """The section that `text` names by one of its words; for text that is known to be a heading by its
    looks."""
    known = heading_kind(text)
    if known is not None or len(text.split()) > 6:
        return known
    folded = fold(text)
    if BREAK.match(folded):
        return None
    return next((kind for kind, roots in _ROOTS if roots.search(folded)), None)


def _words(text: str) -> str:
    return "|".join(sorted((re.escape(part) for part in text.split()), key=len, reverse=True))


def _forms(*patterns: str) -> str:
    """Alternatives out of small patterns, one per word: `abogad[oa]`."""
    return "|".join(dict.fromkeys(" ".join(patterns).split()))


# The last noun of a job title; German and Spanish feminine forms by suffix.
TITLE = re.compile(
    r"\b(?:"
    + _words(
        """engineer developer programmer architect manager director analyst scientist researcher consultant
        administrator designer intern trainee apprentice assistant associate specialist coordinator officer
        lead
        head founder co-founder cofounder owner partner president ceo cto cfo coo cio cmo vp executive
        supervisor
        technician operator nurse doctor physician surgeon therapist pharmacist dentist paramedic caregiver
        teacher lecturer professor tutor instructor principal dean librarian fellow postdoc
        accountant auditor bookkeeper controller banker trader broker underwriter actuary cashier clerk teller
        representative salesperson seller agent recruiter buyer planner strategist advisor adviser counselor
        lawyer attorney paralegal counsel judge secretary receptionist editor writer author journalist
        copywriter translator interpreter photographer illustrator animator producer artist curator
        chef cook baker waiter waitress bartender barista driver pilot mechanic electrician plumber
        carpenter welder
        machinist builder contractor foreman superintendent inspector surveyor
        chemist biologist physicist statistician economist geologist mathematician
        volunteer freelancer freelance member chair chairman chairperson ambassador evangelist sre devops
        tester qa scrum master merchandiser stylist hairdresser guard soldier sergeant captain lieutenant
        entwickler entwicklerin ingenieur ingenieurin leiter leiterin berater beraterin werkstudent
        werkstudentin
        praktikant praktikantin mitarbeiter mitarbeiterin sachbearbeiter geschaftsfuhrer geschaftsfuhrerin
        lehrer lehrerin krankenpfleger krankenschwester kaufmann kauffrau referent referentin
        developpeur developpeuse ingenieure directeur directrice responsable chef charge chargee stagiaire
        conseiller conseillere infirmier infirmiere enseignant enseignante comptable technicien technicienne
        desarrollador desarrolladora ingeniero ingeniera gerente jefe jefa becario becaria analista consultor
        consultora enfermero enfermera profesor profesora contable tecnico tecnica administrativo
        sviluppatore sviluppatrice ingegnere responsabile direttore direttrice tirocinante stagista consulente
        infermiere infermiera insegnante desenvolvedor desenvolvedora engenheiro engenheira coordenador
        coordenadora estagiario estagiaria diretor diretora enfermeiro enfermeira professora"""
    )
    + "|"
    + _forms(
        # English
        """operative leader handler packer picker porter roofer tiler plasterer painter decorator gardener
        landscaper joiner
        fitter installer housekeeper host hostess concierge dispatcher courier coach trainer educator
        headteacher registrar
        midwife carer radiographer sonographer phlebotomist optometrist veterinarian dietitian nutritionist
        psychologist
        psychiatrist physiotherapist counsellor solicitor barrister notary magistrate adjuster examiner
        appraiser assessor
        valuer estimator marketer publicist videographer musician composer actor actress dancer tailor
        florist farmer ranger
        forester firefighter constable detective corporal lieutenant colonel sailor deckhand steward
        stewardess purser
        worker labou?rer printer sysadmin resident houseman hygienist nanny babysitter stocker server
        dishwasher sommelier
        cleaner janitor caretaker custodian undergraduate postgraduate co-op trustee treasurer bookseller
        checker tutor
        geographer archivist archaeologist astronomer engineer-in-training salesman saleswoman""",
        # English, of work with people, hands and books
        """bricklayer scaffolder labourer fabricator toolmaker millwright lineman technologist cleaner brewer winemaker
        beekeeper jockey zookeeper confectioner chocolatier seamstress cobbler upholsterer locksmith glazier
        blacksmith watchmaker jeweller ceramicist sculptor choreographer violinist pianist cellist soprano
        dramaturge screenwriter playwright novelist columnist correspondent reporter presenter broadcaster
        proofreader subtitler lexicographer comptroller bursar stockbroker financier economist econometrician
        demographer sociologist anthropologist historian linguist philosopher theologian pastor priest chaplain
        vicar rabbi imam deacon missionary mediator arbitrator bailiff conveyancer legislator senator councillor
        mayor diplomat consul attache lobbyist organizer organiser fundraiser canvasser oncologist cardiologist
        radiologist anaesthetist anesthesiologist dermatologist neurologist pathologist paediatrician
        pediatrician urologist orthodontist podiatrist chiropractor osteopath masseur acupuncturist audiologist
        embalmer orderly extern midshipman commander airman seaman gunner quartermaster bosun boatswain stoker
        signaller armorer armourer teamster trucker chauffeur stevedore docker shunter signalman dispatcher
        expediter storekeeper shopkeeper stockist greengrocer fishmonger wholesaler retailer importer exporter
        influencer vlogger blogger podcaster streamer moderator""",
        # German, of the army, of care and with the endings of compounds
        """grundwehrdiener zivildienstleistende[rn]? zivildiener wehrdienstleistende[rn]? soldat(?:in)? unteroffizier
        feldwebel hauptmann oberleutnant souschef(?:in)? kuchenchef(?:in)? \\w*referent(?:in)? \\w{4,}leitung
        \\w*assistenz \\w*beauftragte[rn]? \\w*beamt(?:er|e|in) \\w*pfleger(?:in)? \\w*schwester
        \\w*therapeut(?:in)? \\w*psycholog(?:e|in) \\w*padagog(?:e|in) \\w*lehrer(?:in)? \\w*trainer(?:in)?
        \\w*techniker(?:in)? \\w*informatiker(?:in)? \\w*chemiker(?:in)? \\w*physiker(?:in)?
        \\w*biolog(?:e|in)
        \\w*monteur(?:in)? \\w*mechaniker(?:in)? \\w*elektriker(?:in)? \\w*installateur(?:in)? \\w*fuhrer(?:in)?
        \\w*praktikant(?:in)? \\w{3,}student(?:in)? praktikum \\w*konstrukteur(?:in)? \\w*controller(?:in)?
        \\w*einkaufer(?:in)? \\w*vertreter(?:in)? \\w*makler(?:in)? \\w*verkaufer(?:in)? \\w*assistent(?:in)?
        \\w*berater(?:in)? \\w*manager(?:in)? \\w*lektor(?:in)? \\w*ubersetzer(?:in)? \\w*dolmetscher(?:in)?
        journalist(?:in)? bibliothekar(?:in)? \\w*forscher(?:in)? doktorand(?:in)? postdoktorand(?:in)?
        professor(?:in)? oberarzt assistenzarzt hebamme lehrling geselle""",
        # German
        """(?:ober|elektro|industrie|kfz-|haus)?meister(?:in)? geselle gesellin (?:ober)?monteur(?:in)?
        elektroniker(?:in)?
        (?:industrie|kfz-)?mechaniker(?:in)? mechatroniker(?:in)? schlosser(?:in)? tischler(?:in)?
        maurer(?:in)? maler(?:in)?
        koch kochin kellner(?:in)? backer(?:in)? verkaufer(?:in)? \\w*fachkraft \\w*angestellte[rn]?
        sekretar(?:in)?
        \\w*buchhalter(?:in)? \\w*anwalt \\w*anwaltin notar(?:in)? richter(?:in)? \\w*arzt \\w*arztin
        apotheker(?:in)?
        erzieher(?:in)? \\w*arbeiter(?:in)? dozent(?:in)? \\w*hilfskraft redakteur(?:in)?
        \\w*gestalter(?:in)? architekt(?:in)?
        disponent(?:in)? lagerist(?:in)? \\w*fahrer(?:in)? auszubildende[rn]? azubi volontar(?:in)? vorstand
        prokurist(?:in)?
        referendar(?:in)? inhaber(?:in)? grunder(?:in)? \\w*kaufmann \\w*kauffrau \\w*planer(?:in)?
        \\w*prufer(?:in)?
        \\w*betreuer(?:in)? \\w*helfer(?:in)? \\w*verwalter(?:in)? \\w*zeichner(?:in)?""",
        # French
        """cheffes? sous-cheff?e? commis cuisini(?:er|ere) serveu(?:r|se) vendeu(?:r|se) caissi(?:er|ere)
        gerante? assistante?
        secretaire avocate? juriste notaire medecin chirurgien(?:ne)? pharmacien(?:ne)? sage-femme
        aide-soignante? educat(?:eur|rice)
        professeure? format(?:eur|rice) animat(?:eur|rice) redact(?:eur|rice) graphiste architecte
        electricien(?:ne)? plombier macon
        menuisier mecanicien(?:ne)? conduct(?:eur|rice) chauffeur magasinier cariste ouvri(?:er|ere)
        operat(?:eur|rice)
        apprentie? alternante? benevole acheteu(?:r|se) attachee? agente? consultante? controleu(?:r|se)
        audit(?:eur|rice)
        gestionnaire chargee? coiffeu(?:r|se) boulang(?:er|ere) patissi(?:er|ere) adjointe?
        institut(?:eur|rice) developpeu(?:r|se)""",
        # French, Spanish, Italian, Portuguese: further ones
        """cuisinier cuisiniere livreu(?:r|se) couvreu(?:r|se) soudeu(?:r|se) carreleu(?:r|se) tourneu(?:r|se)
        fraiseu(?:r|se) ajusteu(?:r|se) chaudronni(?:er|ere) charpenti(?:er|ere) jardini(?:er|ere) paysagiste
        fleuriste pompi(?:er|ere) polici(?:er|ere) gendarme facteu(?:r|rice) bibliothecaire
        traduct(?:eur|rice)
        interprete chercheu(?:r|se) doctorante? kinesitherapeute orthophoniste psychologue ambulanci(?:er|ere)
        preparat(?:eur|rice) receptionniste gouvernante barmaid barman plongeu(?:r|se) directeur-adjoint
        sous-directeur contremaitre dessinat(?:eur|rice) geometre urbaniste styliste modeliste webmestre
        web-designer concept(?:eur|rice) integrat(?:eur|rice) administrat(?:eur|rice) coordinat(?:eur|rice)
        coordonnat(?:eur|rice) superviseu(?:r|se) telecommerciale? disenador[ae]? aparejador[a]? albanil
        pintor[a]? soldador[a]? carpinter[oa] jardiner[oa] repartidor[a]? transportista reponedor[a]?
        almacener[oa] carretiller[oa] panader[oa] pasteler[oa] peluquer[oa] esteticista fisioterapeuta
        psicolog[oa] logopeda trabajador[a]? educador[a]? monitor[a]? cuidador[a]? bibliotecari[oa] bombero
        gestor[a]? azafata recepcionista gobernanta subdirector[a]? interventor[a]? auditor[a]? economista
        bioquimic[oa] biolog[oa] becari[oa] doctorand[oa] catedratic[oa] adjunt[oa] teleoperador[a]?
        promotor[a]? capocantiere muratore falegname saldatore giardiniere parrucchier[ea] estetista
        pasticcer[ea] panettiere pizzaiolo fisioterapista logopedista poliziotto carabiniere dottorand[oa]
        ricercatore borsista geometra perito ingegnera disegnat(?:ore|rice) sistemista programmatrice
        receptionist governante direttrice vicedirettore consigliere contabilista rececionista empregad[oa]
        vendedor[a]? repositor[a]? armazenista pedreiro carpinteiro soldador serralheiro pintor jardineiro
        padeiro pasteleir[oa] cabeleireir[oa] bombeir[oa] investigador[a]? doutorand[oa] bolseir[oa]
        tesoureir[oa] consultor[a]? supervisor[a]? administrador[a]? analista contador[a]? escriturari[oa]
        assessor[a]?""",
        # Spanish
        """abogad[oa] asesora? camarer[oa] cociner[oa] dependient[ea] vendedora? cajer[oa] administrativ[oa]
        auxiliar secretari[oa]
        medic[oa] farmaceutic[oa] maestr[oa] docente directora? encargad[oa] coordinadora? programadora?
        disenadora? arquitect[oa]
        electricista fontaner[oa] mecanic[oa] conductora? operari[oa] mozo peon periodista redactora?
        traductora? soci[oa] pasante
        practicas voluntari[oa] asistente ayudante supervisora? comercial contadora? investigadora?
        tecnic[oa] delegad[oa]""",
        # Italian
        """avvocat[oa] commess[oa] camerier[ea] cuoc[oa] impiegat[oa] segretari[oa] medico farmacista
        educat(?:ore|rice)
        professoress[ae] professore coordinat(?:ore|rice) programmat(?:ore|rice) progettista architetto
        elettricista idraulico
        meccanico autista operai[oa] magazzinier[ea] giornalista redatt(?:ore|rice) tradutt(?:ore|rice)
        grafic[oa] professionista
        apprendista volontari[oa] addett[oa] capo\\w* vendit(?:ore|rice) contabile ragionier[ea]
        ricercat(?:ore|rice)
        amministrat(?:ore|rice) praticante tecnic[oa]""",
        # Portuguese
        """advogad[oa] cozinheir[oa] garcom medic[oa] farmaceutic[oa] educadora? diretora? arquitet[oa]
        eletricista encanador
        mecanic[oa] motorista operadora? assistente redatora? tradutora? estagiari[oa] encarregad[oa] chefe
        pesquisadora?
        bolsista aprendiz atendente jornalista auxiliar cobrador promotora? representante journaliste
        pigiste""",
    )
    + r")\b|\w{3,40}(?:entwickler|ingenieur|leiter|berater|pfleger|assistent|techniker)(?:in)?\b"
    r"|\b(?:vice president|scrum master|team lead|chief \w+ officer)\b"
)
ORGANISATION = re.compile(
    r"\b(?:inc|llc|ltd|limited|corp|corporation|co|company|gmbh|ag|kg|se|plc|llp|sa|sas|sarl|srl|spa"
    r"|bv|nv|oy|ab|lda|ltda"
    r"|group|groupe|gruppe|grupo|gruppo|holdings?|partners|labs?|laborator(?:y|ies)|systems|solutions"
    r"|technologies"
    r"|technology|software|studios?|services|industries|enterprises|ventures|capital|bank|banca|banco|banque"
    r"|hospital|clinic|klinik|klinikum|hopital|universitatsklinikum|medical center|health|pharmacy|university"
    r"|universitat|universite|universidad|universita|universidade|college|school|institute|institut"
    r"|foundation"
    r"|agency|agentur|consulting|associates|network|media|press|publishing|airlines|airways|motors"
    r"|energy|insurance|logistics|restaurant|hotel|council|ministry|department of|research|video|analytics"
    r"|union|association|society|trust|charity|museum|theatre|theater|library|brewery|bakery|cafe"
    r"|bistro|farms?|garage"
    r"|army|navy|air force|marine corps|police|nhs|hospice|nursing home|care home|dental|surgery"
    r"|stadtwerke|bundeswehr|bundesheer|ministerium|verein|stiftung|verlag|praxis|kanzlei|werke"
    r"|klinikverbund|landratsamt"
    r"|gasthof|gasthaus|backerei|brauerei|ingenieurburo|architekturburo|universitatsmedizin"
    r"|krankenhaus|sparkasse"
    r"|mairie|prefecture|cabinet|clinique|chu|ehpad|boulangerie|brasserie|transports|maison"
    r"|etablissements|fondation"
    r"|ayuntamiento|clinica|bufete|asociacion|fundacion|talleres|panaderia|laboratorios|conservas|junta de"
    r"|comune di|ospedale|associazione|fondazione|officina|arredi|panificio|prefeitura|associacao"
    r"|fundacao|auditoria"
    r"|laboratori|hospitals|clinics|medical centre|health centre|centro medico|centre hospitalier"
    r"|financial|games|robotics|pharma|pharmaceuticals|biotech|telecom|stores?|retail|foods?)\b\.?"
)
SCHOOL = re.compile(
    r"\b(?:university|universitat|universiteit|universite|universidad|universidade|universita|uniwersytet|univ"
    r"|universitesi|universitet|college|colleges|institute|institut|instituto|istituto|school|academy"
    r"|academia"
    r"|polytechnic|polytechnique|politecnico|politecnica|hochschule|fachhochschule|gymnasium|lycee"
    r"|liceo|ecole"
    r"|escuela|escola|vidyalaya|vidyapeeth|mandir|lisesi|lise|akademie|academie|accademia"
    r"|hochschule fur|berufskolleg"
    r"|handwerkskammer|kolleg|hauptschule|gesamtschule|grundschule|fachschule|college|instituut|skola"
    r"|skole|shkola|faculty|faculdade|facultad|facolta|conservatory|seminary|berufsschule|realschule"
    r"|iut|ifsi|ecole d\W|campus"
    r"|\w{3,}(?:schule|gymnasium|universitat|hochschule|akademie|kolleg|lyzeum)|hogeschool"
    r"|polytech\w*|conservatoire"
    r"|conservatorio|konservatorium|sciences po|ies|cfa|politechnika|liceum|szkola|technikum|tafe|ucl"
    r"|lse|essec"
    r"|escp|edhec|insa|unicamp|fgv|vocational|bootcamp|volkshochschule|escuelas|schools"
    r"|mit|eth|epfl|ucla|usc|nyu|tu|fh|uc|iit|caltech|tum|rwth|kit|lmu|hec|insead)\b"
)
_LEVELS: dict[DegreeLevel, str] = {
    "doctorate": (
        r"ph\.? ?d|d\.?phil|doctorate|doctor of|doctoral|doctorat|doktor\w*|dr\. ?\w+\.?|promotion"
        r"|dottorato|doutorado"
        r"|doctorado|doutoramento|doctora? en|docteur en|dottore di ricerca|m\.?b\.?b\.?s|mb\.?ch\.?b"
        r"|d\.?d\.?s|d\.?v\.?m"
        r"|d\.?b\.?a|psy\.?d|m\.?d\.?|j\.?d\.?|ed\.?d|pharm\.?d|d\.?n\.?p|juris doctor"
    ),
    "master": (
        r"master(?:['’]?s)?|m\.? ?sc|m\.?s\.?|m\.?a\.?|m\.?eng|m\.?b\.?a|m\.?phil|m\.?ed|m\.?tech|m\.?f\.?a"
        r"|ll\.?m|m\.?p\.?h|m\.?c\.?s|m\.?s\.?n|mestrado|maestria|laurea magistrale|diplom(?:-\w+)?|magister"
        r"|m\.?sci|m\.?res|m\.?litt|m\.?arch|m\.?mus|m\.?pharm|m\.?fin|m\.?p\.?a|m\.?p\.?p|mastere"
        r"|d\.?e\.?a|dess"
        r"|bac ?\+ ?[56]|ingenieur diplome|laurea (?:specialistica|a ciclo unico|vecchio ordinamento)"
        r"|magistere"
        r"|postgraduate degree|lizentiat"
        r"|maitrise|staatsexamen|diplome d'ingenieur"
    ),
    "bachelor": (
        r"bachelor(?:['’]?s)?|b\.? ?sc|b\.?s\.?|b\.?a\.?|b\.?eng|b\.?tech|b\.?b\.?a|b\.?com|b\.?ed|b\.?f\.?a"
        r"|b\.?e\.?|ll\.?b|b\.?s\.?n|b\.?arch|a\.?b\.?|licence|licenciatura|licenciado|licenciada"
        r"|laurea(?: triennale)?"
        r"|b\.?mus|b\.?des|b\.?pharm|b\.?a\.?sc|b\.?c\.?a|b\.?h\.?sc|b\.?n(?:urs)?|bac ?\+ ?[34]|b\.?u\.?t"
        r"|graduad[oa] (?:en|social)|doble grado|grado de|diplomad[oa] universitari[oa]|ingenieria (?:en|de|industrial"
        r"|informatica|civil|electronica|mecanica|quimica|agronomica|ambiental|comercial|electrica|telecomunicaciones)"
        r"|diplomatura|diplomad[oa] en|ingenieria tecnica|grado universitario|bacharel"
        r"|graduacao em"
        r"|grado en|bacharelado|undergraduate degree"
    ),
    "associate": (
        r"associate(?:['’]?s)?(?: degree)?|a\.?a\.?s?|a\.?s\.|bts|dut|hnd|foundation degree|tecnologo"
        r"|deug|btsa|bac ?\+ ?2|hnc|diploma of higher education|tecnic[oa] superior"
        r"|formacion profesional(?: de grado superior)?|cfgs"
        r"|(?:ciclo )?grado superior"
        r"|curso superior de tecnologia|tecnologo em"
        r"|ciclo formativo(?: de grado superior)?|vordiplom"
    ),
    "secondary": (
        r"diploma (?:di|in) (?:perito|ragionier\w+|ragioneria|geometra|liceo|scuola|istituto|tecnico"
        r"|operatore|maturita)(?: \w+)?"
        r"|perito (?:industriale|agrario|informatico|meccanico|elettronico|chimico|tecnico|commerciale)"
        r"|bac(?:calaureat)? (?:pro(?:fessionnel)?|general|technologique|s|es|l|stmg|sti2d|st2s|std2a|stl)"
        r"|c\.?a\.?p\.?|b\.?e\.?p\.?|cfgm|tecnic[oa] de grado medio|b\.?u\.?p|e\.?g\.?b"
        r"|preparatoria|educacion media|ciclo formativo de grado medio|grado medio"
        r"|educacion secundaria(?: obligatoria)?"
        r"|bachiller|tecnico em|reifeprufung|maturitat|realschulreife|quali|school certificate"
        r"|diploma di stato"
        r"|high[ -]school (?:diploma|certificate|degree)|high school diploma|secondary school diploma"
        r"|school leaving certificate"
        r"|leaving certificate|(?:qualifizierender |einfacher )?hauptschulabschluss|mittlere reife"
        r"|realschulabschluss"
        r"|mittlerer schulabschluss|fachhochschulreife|(?:allgemeine )?hochschulreife"
        r"|brevet des colleges|graduado escolar"
        r"|e\.?s\.?o\.?|diploma di scuola|maturita (?:classica|scientifica)|ensino secundario"
        r"|12\.? ano|lise diplomasi"
        r"|matric(?:ulation)?|higher secondary(?: certificate)?"
        r"|class (?:xii|x|12|10)(?:th)?"
        r"|(?:12|10)th (?:standard|grade)|xii|senior secondary|hsc|o-?levels?|highers|ged|a-?levels?"
        r"|gcses?|abitur|fachabitur|baccalaureat|bachillerato"
        r"|maturita|diploma di"
        r" maturita|ensino medio|secondary school(?: certificate)?|matura|international baccalaureate"
        r"|ib diploma"
    ),
}
DEGREE = re.compile(
    "|".join(rf"(?P<{level}>(?<![\w.])(?:{pattern})(?![\w]))" for level, pattern in _LEVELS.items()),
    re.IGNORECASE,
)


def degree(text: str) -> tuple[DegreeLevel, int, int] | None:
    """The first degree named in `text`: its level and where its name stands."""
    for match in DEGREE.finditer(fold(text)):
        level = match.lastgroup
        raw = text[match.start() : match.end()]
        # Two-letter degrees are words in other sentences ("as", "ma"); they count only in their capitals.
        letters = re.sub(r"\W", "", raw)
        if level is None or (len(letters) <= 3 and sum(char.isupper() for char in letters) < 2):
            continue
        end = match.end() + (1 if text[match.end() : match.end() + 1] == "." else 0)
        return next(known for known in DEGREE_LEVELS if known == level), match.start(), end
    return None


_REGIONS = """al ak az ar ca co ct de fl ga hi id il in ia ks ky la me md ma mi mn ms mo mt ne nv nh nj
nm ny nc nd oh ok or pa ri sc sd tn tx ut vt va wa wv wi wy dc on bc qc ab mb sk ns nb nsw vic qld"""
US_STATES = frozenset(part.upper() for part in _REGIONS.split()[:51])
REGIONS = frozenset(part.upper() for part in _REGIONS.split())
COUNTRIES: dict[str, str] = {
    name: code
    for code, names in {
        "US": "usa|us|u.s.|u.s.a.|united states|united states of america|estados unidos|etats-unis",
        "GB": "uk|u.k.|united kingdom|england|scotland|wales|great britain|northern ireland",
        "DE": "germany|deutschland|allemagne|alemania|germania|alemanha",
        "FR": "france|frankreich|francia|franca",
        "ES": "spain|espana|spanien|espagne",
        "IT": "italy|italia|italien|italie",
        "PT": "portugal",
        "BR": "brazil|brasil",
        "CH": "switzerland|schweiz|suisse|svizzera",
        "AT": "austria|osterreich",
        "NL": "netherlands|the netherlands|nederland|niederlande",
        "BE": "belgium|belgique|belgien",
        "IE": "ireland",
        "CA": "canada",
        "MX": "mexico",
        "AR": "argentina",
        "CL": "chile",
        "CO": "colombia",
        "AU": "australia",
        "NZ": "new zealand",
        "IN": "india",
        "CN": "china",
        "JP": "japan",
        "SG": "singapore",
        "KR": "south korea|korea",
        "TR": "turkey|turkiye",
        "PL": "poland|polska",
        "SE": "sweden|sverige",
        "NO": "norway|norge",
        "DK": "denmark|danmark",
        "FI": "finland|suomi",
        "CZ": "czech republic|czechia",
        "GR": "greece",
        "IL": "israel",
        "AE": "united arab emirates|uae",
        "ZA": "south africa",
        "NG": "nigeria",
        "KE": "kenya",
        "EG": "egypt",
        "PK": "pakistan",
        "UA": "ukraine",
        "RO": "romania",
        "HU": "hungary",
        "LU": "luxembourg|luxemburg",
    }.items()
    for name in names.split("|")
}
US_STATE_NAMES = frozenset(
    """alabama|alaska|arizona|arkansas|california|colorado|connecticut|delaware|florida|georgia|hawaii|idaho
        |illinois
|indiana|iowa|kansas|kentucky|louisiana|maine|maryland|massachusetts|michigan|minnesota|mississippi|missouri
|montana
|nebraska|nevada|new hampshire|new jersey|new mexico|new york|north carolina|north dakota|ohio|oklahoma|oregon
|pennsylvania|rhode island|south carolina|south dakota|tennessee|texas|utah|vermont|virginia|washington
|west virginia|wisconsin|wyoming|ontario|quebec|british columbia|alberta""".replace("\n", "").split("|")
)
CITIES: dict[str, str] = {
    name: code
    for code, names in {
        "GB": (
            "london|manchester|birmingham|edinburgh|glasgow|bristol|leeds|liverpool|sheffield|newcastle"
            "|nottingham|leicester|cardiff|belfast|coventry|southampton|aberdeen|oxford|reading|brighton"
            "|york|exeter|norwich"
        ),
        "IE": "dublin|cork|galway|limerick",
        "FR": (
            "paris|lyon|marseille|toulouse|lille|nantes|bordeaux|strasbourg|grenoble|montpellier|rennes"
            "|nice|dijon|angers|reims|tours|rouen|clermont-ferrand"
        ),
        "DE": (
            "berlin|munich|munchen|hamburg|koln|cologne|frankfurt|frankfurt am main|stuttgart|dusseldorf"
            "|leipzig|dresden|hannover|nurnberg|bonn|karlsruhe|heidelberg|aachen|bremen|essen|dortmund"
            "|mannheim|augsburg|freiburg|munster|mainz|kiel|rostock|erfurt|jena|potsdam|regensburg|ulm"
            "|kassel|wuppertal|bochum|bielefeld|wiesbaden"
        ),
        "AT": "vienna|wien|graz|linz|salzburg|innsbruck|klagenfurt",
        "CH": "zurich|geneva|geneve|basel|bern|lausanne|winterthur|luzern|st. gallen|lugano",
        "ES": (
            "madrid|barcelona|valencia|sevilla|bilbao|malaga|zaragoza|murcia|granada|salamanca"
            "|valladolid|alicante|cordoba|vigo|gijon|santander|pamplona"
        ),
        "PT": "lisbon|lisboa|porto|coimbra|braga|aveiro|faro",
        "IT": (
            "rome|roma|milan|milano|turin|torino|napoli|bologna|firenze|genova|palermo|verona|padova"
            "|venezia|trieste|bari|catania|pisa|brescia|modena|parma"
        ),
        "NL": "amsterdam|rotterdam|utrecht|eindhoven|delft|den haag|the hague|groningen|leiden|nijmegen",
        "BE": "brussels|bruxelles|antwerp|antwerpen|gent|ghent|leuven|liege",
        "DK": "copenhagen|kobenhavn|aarhus",
        "SE": "stockholm|gothenburg|goteborg|malmo|uppsala",
        "NO": "oslo|bergen|trondheim",
        "FI": "helsinki|tampere|espoo",
        "IS": "reykjavik",
        "PL": "warsaw|warszawa|krakow|wroclaw|gdansk|poznan|lodz",
        "CZ": "prague|praha|brno",
        "HU": "budapest",
        "RO": "bucharest|bucuresti|cluj-napoca",
        "GR": "athens|thessaloniki",
        "TR": "istanbul|ankara|izmir",
        "US": (
            "new york|new york city|nyc|san francisco|los angeles|seattle|boston|chicago|austin|denver"
            "|atlanta|miami|houston|dallas|philadelphia|phoenix|portland|san diego|san jose|minneapolis"
            "|detroit|pittsburgh|cleveland|washington|nashville"
        ),
        "CA": "toronto|vancouver|montreal|ottawa|calgary|edmonton",
        "MX": "mexico city|ciudad de mexico|guadalajara|monterrey",
        "AR": "buenos aires",
        "CO": "bogota|medellin",
        "CL": "santiago",
        "PE": "lima",
        "BR": (
            "sao paulo|rio de janeiro|belo horizonte|curitiba|porto alegre|brasilia|recife|salvador"
            "|fortaleza|campinas"
        ),
        "AU": "sydney|melbourne|brisbane|perth|adelaide|canberra",
        "NZ": "auckland|wellington|christchurch",
        "IN": (
            "bangalore|bengaluru|mumbai|delhi|new delhi|hyderabad|pune|chennai|kolkata|ahmedabad|noida"
            "|gurgaon|gurugram"
        ),
        "SG": "singapore",
        "JP": "tokyo|osaka|kyoto",
        "KR": "seoul|busan",
        "CN": "beijing|shanghai|shenzhen|guangzhou|hangzhou",
        "HK": "hong kong",
        "TW": "taipei",
        "VN": "hanoi|ho chi minh city|da nang",
        "ID": "jakarta",
        "PH": "manila",
        "TH": "bangkok",
        "MY": "kuala lumpur",
        "IL": "tel aviv|haifa|jerusalem",
        "AE": "dubai|abu dhabi",
        "OM": "muscat",
        "QA": "doha",
        "SA": "riyadh|jeddah",
        "KE": "nairobi",
        "NG": "lagos|abuja|ibadan",
        "ZA": "cape town|johannesburg|durban|pretoria",
        "EG": "cairo|alexandria",
        "GH": "accra",
        "MA": "casablanca|rabat",
    }.items()
    for name in names.split("|")
}
_REMOTE = frozenset(
    [
        "remote",
        "fully remote",
        "hybrid",
        "on-site",
        "onsite",
        "worldwide",
        "home office",
        "teletravail",
        "remoto",
        "a distance",
    ]
)


_POSTCODE = re.compile(r"^(?:[A-Z]{1,2}-)?\d{4,5}\s+|\s{1,8}\d{5}(?:-\d{4})?$")


def is_region(text: str) -> bool:
    """Whether `text` names a state or a country, or a way of working that stands in a place's stead."""
    folded = fold(_POSTCODE.sub("", text.strip(" .()")))
    bare = re.sub(r"\s{1,8}\d{5}(?:-\d{4})?$", "", text.strip(" ()"))
    return bare in REGIONS or folded in COUNTRIES or folded in US_STATE_NAMES or folded in _REMOTE


def country_of(text: str) -> str | None:
    """The ISO 3166 code of the country that `text` names or whose city it is."""
    name = fold(_POSTCODE.sub("", text.strip(" .()")))
    return COUNTRIES.get(name) or CITIES.get(name)


_LANGUAGES: tuple[tuple[tuple[str, ...], re.Pattern[str]], ...] = (
    ((), re.compile(r"\b(?:and|the|of|for|with|in|to|a)\b")),
    (("DE", "AT", "CH"), re.compile(r"\b(?:und|der|die|das|von|fur|mit|bei)\b")),
    (("FR", "BE", "CH"), re.compile(r"\b(?:et|les|des|du|une|pour|dans|avec)\b")),
    (("ES", "MX", "AR"), re.compile(r"\b(?:y|los|las|del|para|con|una|el)\b")),
    (("IT",), re.compile(r"\b(?:e|il|di|della|per|con|gli|una)\b")),
    (("BR", "PT"), re.compile(r"\b(?:e|os|do|da|dos|para|com|uma)\b")),
)


def language_regions(text: str) -> tuple[str, ...]:
    """Countries of the language that `text` is most likely written in; none for English, which names no
    country."""
    folded = fold(text)
    return max(_LANGUAGES, key=lambda language: len(language[1].findall(folded)))[0]


def is_city(text: str) -> bool:
    """Whether `text` is a city that needs no region beside it to be known as one."""
    return fold(_POSTCODE.sub("", text.strip(" .()"))) in CITIES


SPOKEN = frozenset(
    """english|german|french|spanish|italian|portuguese|dutch|russian|polish|turkish|arabic|chinese|mandarin
        |cantonese
|japanese|korean|hindi|urdu|bengali|swedish|norwegian|danish|finnish|greek|hebrew|czech|hungarian|romanian
|ukrainian
|deutsch|englisch|franzosisch|spanisch|italienisch|portugiesisch|niederlandisch|russisch|polnisch|turkisch
|anglais|allemand|francais|espagnol|italien|portugais|neerlandais|russe|ingles|aleman|frances|espanol
|castellano|italiano
|portugues|inglese|tedesco|francese|spagnolo|portoghese|alemao|espanhol|catalan|catala|vietnamese|thai
|indonesian
|irish|welsh|gaelic|croatian|serbian|slovak|slovenian|bulgarian|lithuanian|latvian|estonian|icelandic
        |albanian|basque
|galician|malay|tagalog|filipino|marathi|gujarati|kannada|malayalam|sinhala|nepali|amharic|hausa|yoruba|igbo
        |zulu
|afrikaans|tamil|telugu|punjabi|farsi|persian|swahili|latin""".replace("\n", "").split("|")
)
PROFICIENCY = re.compile(
    r"^(?:native(?: speaker)?|mother tongue|bilingual|fluent|advanced|intermediate|upper intermediate"
    r"|beginner|basic"
    r"|elementary|proficient|expert|professional|working knowledge|conversational|competent|novice|familiar"
    r"|(?:full |limited )?(?:professional|working) proficiency|muttersprache|verhandlungssicher|fliessend"
    r"|fließend"
    r"|grundkenntnisse|fortgeschritten|langue maternelle|courant|bilingue|notions|intermediaire|avance"
    r"|nativo|nativa"
    r"|fluido|avanzado|avanzada|intermedio|basico|madrelingua|fluente|avanzato|avancado|intermediario"
    r"|(?:sehr )?gut(?:e)?(?: kenntnisse)?|solide(?: kenntnisse)?|erweiterte kenntnisse"
    r"|expertenkenntnisse|grundlagen"
    r"|muttersprachlich|sicher(?: in wort und schrift)?|buono|ottimo|discreto|eccellente|scolastico"
    r"|livello base"
    r"|muito bom|bom|otimo|fluente|avancada|basica|bonne? maitrise|bonnes? notions|tres bon(?:ne)?|scolaire"
    r"|operationnel|lu,? ecrit,? parle|maternelle|lengua materna|lingua madre|alto|medio"
    r"|nivel (?:alto|medio|basico|avanzado)"
    r"|excellent|very good|good|strong|fair|limited"
    r"|[abc][12]\+?"
    r"|\d{1,3} ?%|\d+\+? years?)$"
)
