"""The list of canonical skills: its own rules, and what counts as a mention of one."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from typing import get_args

import pytest

from runtime.cv.mentions import Reader
from runtime.cv.taxonomy import SKILLS_DIR, CanonicalSkill, Family, load_taxonomy, tokens

TAXONOMY = load_taxonomy()


def key(name: str) -> str:
    """A name as it is looked up: its folded words."""
    return " ".join(token.text for token in tokens(name))


def named(text: str) -> list[str]:
    return [mention.skill for mention in Reader().mentions(text)]


def entries() -> Iterator[CanonicalSkill]:
    yield from TAXONOMY.skills.values()


class TestTheList:
    def test_it_has_skills_of_every_family(self) -> None:
        assert {path.stem for path in SKILLS_DIR.iterdir()} == set(get_args(Family.__value__))
        assert min(Counter(TAXONOMY.families.values()).values()) >= 15
        assert len(TAXONOMY.skills) >= 700

    def test_every_id_is_there_once_and_files_are_in_order(self) -> None:
        ids = []
        for path in sorted(SKILLS_DIR.iterdir()):
            written = [entry["id"] for entry in json.loads(path.read_text("utf-8"))]
            assert written == sorted(written), path.name
            ids += written
        assert [name for name, count in Counter(ids).items() if count > 1] == []

    def test_each_entry_has_its_line_so_that_a_change_is_seen_in_review(self) -> None:
        for path in SKILLS_DIR.iterdir():
            content = json.loads(path.read_text("utf-8"))
            lines = ",\n".join("  " + json.dumps(entry, ensure_ascii=False) for entry in content)
            assert path.read_text("utf-8") == f"[\n{lines}\n]\n", path.name

    def test_a_name_belongs_to_one_skill_unless_each_of_them_asks_for_context(self) -> None:
        owners: dict[str, set[tuple[str, str]]] = defaultdict(set)
        for skill in entries():
            for kind, name in skill.names():
                owners[key(name)].add((skill.id, kind))
        shared = {
            name: owned
            for name, owned in owners.items()
            if len({skill for skill, _ in owned}) > 1 and {kind for _, kind in owned} != {"form"}
        }
        assert shared == {}

    def test_skills_that_share_a_name_are_told_apart_by_different_families(self) -> None:
        shared = defaultdict(list)
        for skill in entries():
            for form in {key(form) for form in skill.ambiguous.forms} if skill.ambiguous else ():
                shared[form].append(set(skill.ambiguous.beside if skill.ambiguous else ()))
        twice = [beside for beside in shared.values() if len(beside) > 1]
        assert len(twice) >= 3
        assert [beside for beside in twice if set.intersection(*beside)] == []

    def test_no_skill_repeats_a_name_of_its_own(self) -> None:
        repeated = {
            skill.id: name
            for skill in entries()
            for name, count in Counter(key(name) for _, name in skill.names()).items()
            if count > 1 and not (skill.ambiguous and name in {key(form) for form in skill.ambiguous.forms})
        }
        assert repeated == {}

    def test_every_name_has_words(self) -> None:
        assert [name for skill in entries() for _, name in skill.names() if not key(name)] == []

    def test_every_skill_is_found_under_each_of_its_names_in_a_list_of_its_family(self) -> None:
        reader = Reader()
        lost = []
        for skill in entries():
            company = set(skill.ambiguous.beside) if skill.ambiguous else set()
            for _, name in skill.names():
                found, whole = reader.item(name, company)
                if not whole or skill.id not in {mention.skill for mention in found}:
                    lost.append((skill.id, name))
        assert lost == []


@pytest.mark.parametrize(
    ("skill", "names"),
    [
        ("kubernetes", "Kubernetes, k8s, K8S"),
        ("postgresql", "PostgreSQL, postgres, Postgres, psql"),
        ("javascript", "JavaScript, javascript, JS, ES6"),
        ("typescript", "TypeScript, Typescript"),
        ("go", "golang, Golang"),
        ("cpp", "C++, c++, cpp, C++17"),
        ("c-sharp", "C#, c#, csharp"),
        ("dotnet", ".NET, .net core, dotnet, ASP.NET"),
        ("node-js", "Node.js, node.js, nodejs, NodeJS"),
        ("react", "React, React.js, reactjs, ReactJS"),
        ("next-js", "Next.js, nextjs"),
        ("vue-js", "Vue.js, vuejs"),
        ("amazon-web-services", "AWS, Amazon Web Services"),
        ("google-cloud", "Google Cloud Platform, google cloud"),
        ("ci-cd", "CI/CD, continuous integration"),
        ("scikit-learn", "scikit-learn, sklearn, Scikit-Learn"),
        ("machine-learning", "machine learning, ML, maschinelles Lernen, apprentissage automatique"),
        ("rest", "REST, RESTful APIs, REST API"),
        ("data-warehousing", "data warehouse, Data Warehouses"),
        ("microsoft-excel", "MS Excel, Microsoft Excel, Excel avanzado"),
        ("accounting", "accounting, Buchhaltung, comptabilité, contabilidad, contabilità, contabilidade"),
        ("payroll", "payroll, Lohnbuchhaltung, gestion de la paie, folha de pagamento"),
        (
            "project-management",
            "project management, Projektmanagement, gestion de projet, gestão de projetos",
        ),
        ("customer-service", "customer service, Kundenservice, service client, atención al cliente"),
        ("wound-care", "wound care, Wundversorgung, soins des plaies, curación de heridas"),
        ("first-aid", "first aid, Erste Hilfe, premiers secours, primo soccorso, primeiros socorros"),
        ("welding", "welding, Schweißen, soudure, soldadura, saldatura"),
        ("warehouse-management", "warehousing, Lagerverwaltung, gestión de almacén"),
        ("intellectual-property", "intellectual property, propriété intellectuelle"),
        ("quality-control", "quality control, Qualitätskontrolle, contrôle qualité, control de calidad"),
    ],
)
def test_a_skill_is_known_by_its_usual_names(skill: str, names: str) -> None:
    for name in names.split(", "):
        assert named(f"Worked on {name} every day") == [skill], name


ORDINARY = """Led the go to market of two products with the sales team
We had to go live with Kubernetes by May
We went for a swift solution in Python
Swift resolution of incidents
I excel at teamwork and SQL
Excel in a fast-paced Java team
Spring 2020 intake of Java interns
In Spring 2021 moved PostgreSQL to the cloud
The spring semester of teaching
express interest in React
Express delivery of parcels
American Express, Java team
grew by word of mouth with Google Ads
Word of mouth grew sales
access to SQL databases
Access to the PostgreSQL cluster
Access control for 400 employees
a rust removal contract
Rust removal on Linux terminals
Rest of the team
Head Chef at the Grand Hotel
Trained as a chef de partie
R&D in organic chemistry
C-level reporting in Python
Vitamin C and D studies
Series C funding
a salt solution
make sure that tests pass
make or buy decisions
took the helm of a team of 40
oversaw the bank vault
a storm drain and a beam
guinea pig trials
the hive of activity
a dash of humour
less than 5 % returns
next steps for the product
next generation of leaders
the ant and the maven
a lean budget
lean on others
an agile mind
Agile and flexible person
an epic party
Epic Games account
sage advice for students
customer segment analysis
pension scheme administration
React to changes in the market
react quickly to alarms
a tableau de bord for directors
Tableau de bord mensuel
a slack time of two weeks
electron microscopes
University of Phoenix
Cassandra Smith, nurse
Julia Roberts and Ruby Walsh
Phoenix, AZ
a gamma ray detector
the notion that less is more
a ray of hope
plan C was ready
grade C welding plates
the flask and the beaker
a shiny new office
Taylor Swift tour
a dart board
5 ml of saline
ts sci clearance
the scala in Milan
an oracle of wisdom
informatica e telecomunicazioni
vite fait, bien fait
during the workday
a confluence of rivers""".splitlines()
# What those sentences do name.
_NAMED_TOO = {
    "access-control",
    "google-ads",
    "java",
    "kubernetes",
    "linux",
    "organic-chemistry",
    "postgresql",
    "project-management",
    "python",
    "react",
    "sales",
    "security-guarding",
    "sql",
    "teaching",
    "welding",
}


@pytest.mark.parametrize("sentence", ORDINARY)
def test_an_ordinary_word_is_no_skill(sentence: str) -> None:
    found = named(sentence)
    assert set(found) <= _NAMED_TOO
    assert len(found) <= 1


@pytest.mark.parametrize(
    ("sentence", "skill"),
    [
        ("Wrote microservices in Go", "go"),
        ("Go developer for payments", "go"),
        ("Kubernetes, Go and gRPC", "go"),
        ("Built services in Go and Rust", "rust"),
        ("Statistical models in R", "r"),
        ("Python, R, SQL", "r"),
        ("C/C++ firmware", "c"),
        ("Embedded C for STM32", "c"),
        ("Java, Spring, Hibernate", "spring"),
        ("Experience in Spring", "spring"),
        ("Spring framework and Kafka", "spring"),
        ("Built it in Spring Boot", "spring-boot"),
        ("iOS apps in Swift", "swift"),
        ("Swift and SwiftUI", "swift"),
        ("Budgets in Excel", "microsoft-excel"),
        ("Advanced Excel models", "microsoft-excel"),
        ("PowerPoint, Word, Excel", "microsoft-word"),
        ("Access databases for the archive", "microsoft-access"),
        ("Reports from Microsoft Access", "microsoft-access"),
        ("Automated 900 servers with Ansible, Chef and Terraform", "chef"),
        ("Puppet, Chef, Jenkins", "puppet"),
        ("Spark and Hive on Hadoop", "hive"),
        ("Kafka, Flink, Storm", "storm"),
        ("Ruby on Rails apps, Sidekiq, Ruby", "ruby"),
        ("APIs in Express and Node.js", "express"),
        ("TypeScript, React, Next.js", "next-js"),
        ("Flask, SQLAlchemy, PostgreSQL", "flask"),
        ("Helm charts for Kubernetes", "helm"),
        ("Secrets in Terraform, Vault and Consul", "vault"),
        ("Lean principles on two lines", "lean"),
        ("an agile team of eight", "agile"),
        ("Scrum and Kanban", "scrum"),
        ("Epic EHR charting", "epic"),
        ("Sage accounting for 40 clients", "sage"),
        ("Wireframes in Figma", "figma"),
        ("Figma, Sketch, Adobe XD", "sketch"),
        ("Dashboards in Power BI", "power-bi"),
        ("Tableau and SQL", "tableau"),
        ("Oracle database tuning", "oracle-database"),
        ("HTML, CSS, Less, Sass", "less"),
        ("Makefiles and CMake", "make"),
        ("Ant, Maven, Gradle", "ant"),
        ("Julia, Python and MATLAB", "julia"),
        ("Segment, Mixpanel, Amplitude", "segment"),
        ("Moved jobs to Ray and PyTorch", "ray"),
        ("Flutter and Dart apps", "dart"),
        ("Data pipelines in Scala", "scala"),
        ("HPLC and SEM", "scanning-electron-microscopy"),
        ("SEM and Google Ads", "search-engine-marketing"),
        ("GCP, AWS and Terraform", "google-cloud"),
        ("Clinical trials under GCP", "good-clinical-practice"),
    ],
)
def test_the_same_word_in_its_context_is_the_skill(sentence: str, skill: str) -> None:
    assert skill in named(sentence)


class TestItemsOfAList:
    @pytest.mark.parametrize(
        ("item", "skill"),
        [("Go", "go"), ("excel", "microsoft-excel"), ("WORD", "microsoft-word"), ("R", "r"), ("Spring", "spring")],
    )  # fmt: skip
    def test_a_word_that_stands_alone_is_a_skill_in_any_spelling(self, item: str, skill: str) -> None:
        assert [mention.skill for mention in Reader().item(item)[0]] == [skill]

    def test_a_cook_who_lists_chef_has_no_server_automation(self) -> None:
        assert Reader().item("Chef", {"hospitality"})[0] == ()
        assert [mention.skill for mention in Reader().item("Chef", {"cloud"})[0]] == ["chef"]

    def test_a_name_of_two_skills_goes_to_the_one_whose_family_is_there(self) -> None:
        read = Reader().item
        assert [mention.skill for mention in read("QA", {"software"})[0]] == ["software-testing"]
        assert [mention.skill for mention in read("QA", {"engineering"})[0]] == ["quality-assurance"]
        assert read("QA")[0] == ()

    def test_a_general_word_counts_in_a_list_and_nowhere_else(self) -> None:
        assert [mention.skill for mention in Reader().item("Communication")[0]] == ["communication"]
        assert named("Improved communication between two teams") == []


class TestRunningText:
    def test_a_declared_skill_is_recognised_where_its_word_alone_would_not_be(self) -> None:
        text = "Ported the billing engine to Go last year"
        assert Reader({"go"}).mentions(text) != Reader().mentions(text)

    def test_a_line_in_capitals_says_nothing_about_spelling(self) -> None:
        assert named("WE GO AND REST AND REACT TO IT") == []

    def test_a_name_does_not_go_on_over_the_end_of_a_sentence(self) -> None:
        assert named("Migrated to React. Native speakers reviewed it") == ["react"]

    def test_a_mention_is_where_it_says(self) -> None:
        text = "Straße: Zürich, Lohnbuchhaltung und C++"
        assert [text[m.start : m.stop] for m in Reader().mentions(text)] == ["Lohnbuchhaltung", "C++"]

    def test_a_word_inside_another_is_no_mention(self) -> None:
        assert named("JavaScripting, Sqlite3x, Pythonic") == []
