"""How people write their dates, in six languages."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

_FULL = {
    "en": "January February March April May June July August September October November December",
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre",
    "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro",
}
_SHORT = {
    "en": "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
    "de": "Jan. Feb. März Apr. Mai Juni Juli Aug. Sept. Okt. Nov. Dez.",
    "fr": "janv. févr. mars avr. mai juin juil. août sept. oct. nov. déc.",
    "es": "ene. feb. mar. abr. may. jun. jul. ago. sept. oct. nov. dic.",
    "it": "gen feb mar apr mag giu lug ago set ott nov dic",
    "pt": "jan. fev. mar. abr. maio jun. jul. ago. set. out. nov. dez.",
}
_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


class Dates(BaseModel):
    """A way to write a month and a range.

    `form` is made of YYYY, YY, MM, Mmmm (the month's name), Mmm (its short form) and DD (the first or last day).
    `now` is what an open end is called; with braces ("since {}") it replaces the whole range.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    language: str
    form: Annotated[str, Field(min_length=2)]
    to: str = " – "
    now: str = "Present"

    @classmethod
    def of(cls, language: str, spec: str) -> Dates:
        """Read "FORM|TO|NOW", as the people's files have it."""
        form, to, now = spec.split("|")
        return cls(language=language, form=form, to=to, now=now)

    def written(self, moment: str, *, last: bool = False) -> str:
        """`moment` is YYYY-MM, YYYY or "now"; a bare year stays one."""
        if moment == "now":
            return self.now
        year, _, month = moment.partition("-")
        if not month or self.form == "YYYY":
            return year
        number = int(month)
        text = self.form.replace("YYYY", year).replace("YY", year[2:])
        text = text.replace("DD", str(_DAYS[number - 1]) if last else "01")
        text = text.replace("MM", month)
        for sign, names in (("Mmmm", _FULL), ("Mmm", _SHORT)):
            if sign in text:
                text = text.replace(sign, names[self.language].split()[number - 1])
                break
        return text

    def span(self, start: str | None, end: str) -> str:
        """The whole range; a course with its end alone, a job within one written month as that month."""
        if start is None:
            return self.written(end, last=True)
        begin = self.written(start)
        if end == "now" and "{}" in self.now:
            return self.now.format(begin)
        close = self.written(end, last=True)
        return begin if begin == close else f"{begin}{self.to}{close}"

    def label(self, moment: str) -> str:
        """What stands on the page: "present", YYYY-MM, or YYYY where only years are written."""
        if moment == "now":
            return "present"
        return moment[:4] if self.form == "YYYY" else moment


def duration(start: str, end: str, *, today: str = "2026-11") -> str:
    """As networks for professionals print it, both months counted: "2 yrs 3 mos"."""
    first, last = (
        int(year) * 12 + int(month)
        for year, _, month in (moment.partition("-") for moment in (start, today if end == "now" else end))
    )
    years, months = divmod(last - first + 1, 12)
    parts = [(years, "yr"), (months, "mo")]
    return " ".join(f"{number} {unit}{'s' if number > 1 else ''}" for number, unit in parts if number)
