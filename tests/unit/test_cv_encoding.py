"""In which encoding a text is, and that nobody reads a guess without knowing."""

from __future__ import annotations

import pytest

from runtime.cv.analysis import analyze
from runtime.cv.encoding import decoded
from runtime.cv.errors import UnreadableDocument

POLISH = "Łukasz Wiśniewski\nul. Świętokrzyska 12, Kraków\n\nDoświadczenie\nInżynier, Żółw Sp. z o.o., 2019 - 2021\n"
CZECH = "Jiří Dvořák\nPraha\n\nPracovní zkušenosti\nVývojář, Škoda Auto a.s.\nleden 2018 - současnost\n"
ABROAD = "Łukasz Wiśniewski\nlukasz@example.com\n\nExperience\nEngineer, Acme Ltd\nJan 2019 - present\n"
GERMAN = "Jürgen Müller\nMünchen\n\nBerufserfahrung\nEntwickler, Größe GmbH\nJanuar 2019 - heute\n"
FRENCH = "Hélène Lefèvre\nOrléans\n\nExpérience\nDéveloppeuse, Société Générale, janvier 2019\nJ'ai créé des services\n"
PORTUGUESE = "João Conceição\nSão Paulo\n\nExperiência\nEngenheiro, Construções Ltda\njaneiro 2019 - atual\n"
ENGLISH = (
    "Jane Doe\njane@example.com\n\nExperience\nEngineer, Acme\nJan 2019 – present\n• “Payments” in Python\n"
)
TURKISH = "Ayşe Yılmaz\nİstanbul\n\nDeneyim\nYazılım mühendisi, Işık A.Ş.\nOcak 2019 - günümüz\n"
RUSSIAN = "Иван Петров\nМосква\n\nОпыт работы\nИнженер, ООО Ромашка\nянварь 2019 - настоящее время\n"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (POLISH, "cp1250"),
        (POLISH, "iso8859_2"),
        (CZECH, "cp1250"),
        (CZECH, "iso8859_2"),
        (ABROAD, "iso8859_2"),
        (GERMAN, "cp1252"),
        (FRENCH, "cp1252"),
        (PORTUGUESE, "iso8859_1"),
        (ENGLISH, "cp1252"),
        (TURKISH, "cp1254"),
        (RUSSIAN, "cp1251"),
        (RUSSIAN, "koi8_r"),
    ],
)
def test_a_text_of_a_few_lines_is_read_in_the_encoding_it_was_saved_in(text: str, encoding: str) -> None:
    found, guessed = decoded(text.encode(encoding))

    assert found == text
    assert guessed is not None


def test_a_guess_is_named_as_the_usual_one_of_those_that_give_the_same_text() -> None:
    assert decoded(GERMAN.encode("iso8859_15"))[1] == "Windows-1252 (Western European)"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_what_says_its_encoding_is_not_guessed(encoding: str) -> None:
    assert decoded(POLISH.encode(encoding)) == (POLISH, None)


def test_whoever_reads_the_profile_is_told_of_a_guess() -> None:
    (finding,) = analyze(POLISH.encode("iso8859_2"), "cv.txt").analysis.findings

    assert finding.kind == "encoding"
    assert "ISO 8859-2 (Central European)" in finding.message
    assert analyze(POLISH.encode(), "cv.txt").analysis.findings == ()


@pytest.mark.parametrize("document", [b"\xff\xfe\x00\xd8", bytes(range(1, 256)) * 40])
def test_what_is_no_text_in_any_of_them_is_refused_with_the_way_out(document: bytes) -> None:
    with pytest.raises(UnreadableDocument, match="save it as UTF-8"):
        decoded(document)
