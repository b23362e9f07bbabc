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
    "summary": """summary|profile|about|about me|objective|career objective|professional summary
        |executive summary
        |career summary|professional profile|personal profile|personal statement|personal summary
        |career profile
        |profil|profil professionnel|a propos|uber mich|kurzprofil|zusammenfassung|perfil
        |perfil profesional
        |perfil profissional|resumen|resumen profesional|resumo|resumo profissional|sobre mi|sobre mim
        |profilo
        |profilo professionale|sommario|objectif|objetivo|obiettivo""",
    "work": """experience|work experience|professional experience|employment|employment history
        |work history
        |career history|relevant experience|industry experience|career|positions|professional background
        |work|job history|clinical experience|teaching experience|research experience|internships
        |internship experience|experience professionnelle|experiences professionnelles
        |parcours professionnel
        |experiences|parcours|emplois|berufserfahrung|beruflicher werdegang|werdegang|praxiserfahrung
        |berufspraxis|arbeitserfahrung|experiencia|experiencia profesional|experiencia laboral
        |trayectoria profesional|esperienza|esperienze|esperienza professionale|esperienze professionali
        |esperienza lavorativa|esperienze lavorative|experiencia profissional|historico profissional""",
    "education": """education|academic background|academic history|academic qualifications|qualifications
        |educational background|academic education|studies|degrees|formation|formations|etudes
        |parcours academique
        |ausbildung|bildung|studium|bildungsweg|akademischer werdegang|schulbildung|educacion
        |formacion|formacion academica|estudios|istruzione|formazione|istruzione e formazione
        |titoli di studio
        |educacao|formacao|formacao academica|escolaridade|academics""",
    "skills": """skills|technical skills|key skills|core skills|skill set|skillset|competencies
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
    "languages": """languages|language skills|spoken languages|langues|sprachen|sprachkenntnisse|idiomas
        |lenguas|lingue|conoscenze linguistiche""",
    "projects": """projects|personal projects|selected projects|key projects|academic projects
        |side projects
        |open source|open source projects|notable projects|projets|projets personnels|projekte|proyectos
        |progetti|projetos""",
    "certificates": """certifications|certification|certificates|licenses|licenses and certifications
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
    "other": """publications|selected publications|papers|patents|talks|invited talks|presentations
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
_JOINERS = re.compile(r"\s{0,8}(?:&|/|,|\+|\band\b|\bund\b|\bet\b|\by\b|\be\b)\s{0,8}")
_MODIFIERS = re.compile(
    r"^(?:(?:top|digital|core|key|main|relevant|selected|additional|other|further|specialist|special|academic|professional"
    r"|teaching|research|clinical|personal|technical|recent|previous|current|practical|formal|higher)\s+){1,2}"
)
_EDGES = re.compile(r"^[\W_\d]+|[\W_]+$")


def heading_kind(text: str) -> SectionKind | None:
    """The section that `text`, taken alone, is the heading of."""
    if len(text) > 60:
        return None
    folded = _EDGES.sub("", fold(text))
    kind = HEADINGS.get(folded)
    if kind is None:
        kind = HEADINGS.get(_MODIFIERS.sub("", folded))
    if kind is None and folded:
        parts = [HEADINGS.get(part) for part in _JOINERS.split(folded)]
        if parts[0] is not None and all(parts):
            kind = parts[0]
    return kind


def _words(text: str) -> str:
    return "|".join(sorted((re.escape(part) for part in text.split()), key=len, reverse=True))


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
    + r")\b|\w{3,40}(?:entwickler|ingenieur|leiter|berater|pfleger|assistent|techniker)(?:in)?\b"
    r"|\b(?:vice president|scrum master|team lead|chief \w+ officer)\b"
)
ORGANISATION = re.compile(
    r"\b(?:inc|llc|ltd|limited|corp|corporation|co|company|gmbh|ag|kg|se|plc|llp|sa|sas|sarl|srl|spa|bv|nv|oy|ab|lda|ltda"
    r"|group|groupe|gruppe|grupo|gruppo|holdings?|partners|labs?|laborator(?:y|ies)|systems|solutions|technologies"
    r"|technology|software|studios?|services|industries|enterprises|ventures|capital|bank|banca|banco|banque"
    r"|hospital|clinic|klinik|klinikum|hopital|universitatsklinikum|medical center|health|pharmacy|university"
    r"|universitat|universite|universidad|universita|universidade|college|school|institute|institut|foundation"
    r"|agency|agentur|consulting|associates|network|media|press|publishing|airlines|airways|motors"
    r"|energy|insurance|logistics|restaurant|hotel|council|ministry|department of|research|video|analytics"
    r"|financial|games|robotics|pharma|pharmaceuticals|biotech|telecom|stores?|retail|foods?)\b\.?"
)
SCHOOL = re.compile(
    r"\b(?:university|universitat|universiteit|universite|universidad|universidade|universita|uniwersytet|univ"
    r"|universitesi|universitet|college|colleges|institute|institut|instituto|istituto|school|academy|academia"
    r"|polytechnic|polytechnique|politecnico|politecnica|hochschule|fachhochschule|gymnasium|lycee|liceo|ecole"
    r"|escuela|escola|faculty|faculdade|facultad|facolta|conservatory|seminary|berufsschule|realschule|iut"
    r"|mit|eth|epfl|ucla|usc|nyu|tu|fh|uc|iit|caltech|tum|rwth|kit|lmu|hec|insead)\b"
)
_LEVELS: dict[DegreeLevel, str] = {
    "doctorate": (
        r"ph\.? ?d|d\.?phil|doctorate|doctor of|doctoral|doctorat|doktor\w*|dr\. ?\w+\.?|promotion"
        r"|dottorato|doutorado"
        r"|doctorado|m\.?d\.?|j\.?d\.?|ed\.?d|pharm\.?d|d\.?n\.?p|juris doctor"
    ),
    "master": (
        r"master(?:['’]?s)?|m\.? ?sc|m\.?s\.?|m\.?a\.?|m\.?eng|m\.?b\.?a|m\.?phil|m\.?ed|m\.?tech|m\.?f\.?a"
        r"|ll\.?m|m\.?p\.?h|m\.?c\.?s|m\.?s\.?n|mestrado|maestria|laurea magistrale|diplom(?:-\w+)?|magister"
        r"|maitrise|staatsexamen|diplome d'ingenieur"
    ),
    "bachelor": (
        r"bachelor(?:['’]?s)?|b\.? ?sc|b\.?s\.?|b\.?a\.?|b\.?eng|b\.?tech|b\.?b\.?a|b\.?com|b\.?ed|b\.?f\.?a"
        r"|b\.?e\.?|ll\.?b|b\.?s\.?n|b\.?arch|a\.?b\.?|licence|licenciatura|licenciado|licenciada"
        r"|laurea(?: triennale)?"
        r"|grado en|bacharelado|undergraduate degree"
    ),
    "associate": (
        r"associate(?:['’]?s)?(?: degree)?|a\.?a\.?s?|a\.?s\.|bts|dut|hnd|foundation degree|tecnologo"
        r"|ciclo formativo(?: de grado superior)?|vordiplom"
    ),
    "secondary": (
        r"high school(?: diploma)?|ged|a-?levels?|gcses?|abitur|fachabitur|baccalaureat|bachillerato"
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
    """alabama|alaska|arizona|arkansas|california|colorado|connecticut|delaware|florida|georgia|hawaii|idaho|illinois
|indiana|iowa|kansas|kentucky|louisiana|maine|maryland|massachusetts|michigan|minnesota|mississippi|missouri
|montana
|nebraska|nevada|new hampshire|new jersey|new mexico|new york|north carolina|north dakota|ohio|oklahoma|oregon
|pennsylvania|rhode island|south carolina|south dakota|tennessee|texas|utah|vermont|virginia|washington
|west virginia|wisconsin|wyoming|ontario|quebec|british columbia|alberta""".replace("\n", "").split("|")
)
CITIES = frozenset(
    """london|manchester|birmingham|edinburgh|glasgow|bristol|leeds|dublin|paris|lyon|marseille|toulouse|lille|nantes
|bordeaux|strasbourg|grenoble|berlin|munich|munchen|hamburg|koln|cologne|frankfurt|stuttgart|dusseldorf
|leipzig|dresden
|hannover|nurnberg|bonn|karlsruhe|heidelberg|aachen|vienna|wien|graz|zurich|geneva|geneve|basel|bern|lausanne
|madrid
|barcelona|valencia|sevilla|bilbao|malaga|lisbon|lisboa|porto|coimbra|rome|roma|milan|milano|turin|torino
|napoli|bologna
|firenze|amsterdam|rotterdam|utrecht|eindhoven|brussels|bruxelles|antwerp|copenhagen|stockholm|oslo|helsinki
|warsaw
|krakow|prague|budapest|bucharest|athens|istanbul|ankara|new york|new york city|nyc|san francisco|los angeles
|seattle
|boston|chicago|austin|denver|atlanta|miami|toronto|vancouver|montreal|sydney|melbourne|bangalore|bengaluru
|mumbai|delhi
|new delhi|hyderabad|pune|chennai|singapore|tokyo|osaka|seoul|beijing|shanghai|shenzhen|hong kong|taipei
|tel aviv|dubai
|sao paulo|rio de janeiro|mexico city|buenos aires|bogota|santiago|lima|nairobi|lagos|cape town|johannesburg
|cairo""".replace("\n", "").split("|")
)
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


def is_city(text: str) -> bool:
    """Whether `text` is a city that needs no region beside it to be known as one."""
    return fold(_POSTCODE.sub("", text.strip(" .()"))) in CITIES


SPOKEN = frozenset(
    """english|german|french|spanish|italian|portuguese|dutch|russian|polish|turkish|arabic|chinese|mandarin|cantonese
|japanese|korean|hindi|urdu|bengali|swedish|norwegian|danish|finnish|greek|hebrew|czech|hungarian|romanian
|ukrainian
|deutsch|englisch|franzosisch|spanisch|italienisch|portugiesisch|niederlandisch|russisch|polnisch|turkisch
|anglais|allemand|francais|espagnol|italien|portugais|neerlandais|russe|ingles|aleman|frances|espanol
|castellano|italiano
|portugues|inglese|tedesco|francese|spagnolo|portoghese|alemao|espanhol|catalan|catala|vietnamese|thai
|indonesian
|irish|welsh|gaelic|croatian|serbian|slovak|slovenian|bulgarian|lithuanian|latvian|estonian|icelandic|albanian|basque
|galician|malay|tagalog|filipino|marathi|gujarati|kannada|malayalam|sinhala|nepali|amharic|hausa|yoruba|igbo|zulu
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
    r"|fluido|avanzado|avanzada|intermedio|basico|madrelingua|fluente|avanzato|avancado|intermediario|[abc][12]\+?"
    r"|\d{1,3} ?%|\d+\+? years?)$"
)
