"""Where a text names skills of the canonical list, and where a word only looks like one."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from runtime.cv.taxonomy import (
    ANY_YEAR,
    Ambiguity,
    Family,
    Name,
    Node,
    Taxonomy,
    Token,
    load_taxonomy,
    tokens,
    within,
)

# As many words apart, two skills of one sentence still speak of the same work.
_NEAR: Final = 12
_SENTENCE: Final = re.compile(r"[.!?;:•▪●–—]\s{0,8}\Z|\n\s{0,8}[-*]?\s{0,8}\Z")
_LISTED: Final = re.compile(
    r"(?:[\s,;/|+&•·()\[\]–—]|\b(?:and|or|und|oder|et|ou|y|e|o|with|mit|avec|con)\b)*"
)
# A list of skills is longer, but whoever is no skill's neighbour for so long is in none. It also bounds the work.
_LIST: Final = 12
_FOLLOWING: Final = re.compile(
    r"(?:developer|engineer|programmer|cluster|pipeline|application|app|script|server|database|(?:micro)?service"
    r"|playbook|module|dashboard|component|api|job)s?|librar(?:y|ies)|programming|framework|scripting|backend"
    r"|frontend|queries|codebase|code|sdk|entwickler|entwicklung"
)
_USED: Final = re.compile(r"using|via|mittels|utilisant|usando|utilizando")
_IN: Final = re.compile(r"in|with|mit|en|avec|em|con")
_DONE_IN: Final = re.compile(
    r"(?:re)?written|writing|built|build|cod(?:ed|ing)|programm(?:ed|ing|iert)|develop(?:ed|ing|ment)"
    r"|proficien(?:t|cy)|fluent|experience[sd]?|expertise|skill(?:ed|s)|implemented|scripting|knowledge|certified"
    r"|trained|services|apps|kenntnisse|erfahrung|entwickelt"
)
_YEAR: Final = re.compile(r"(?:19|20)\d\d")
# Beside one of these a single letter is part of something else: R&D, C-level, l'R.
_GLUE: Final = frozenset("&'’-–.+#")


@dataclass(frozen=True, slots=True)
class Mention:
    """The skill `skill` is named at `[start, stop)` of the text."""

    skill: str
    start: int
    stop: int


@dataclass(frozen=True, slots=True)
class _Found:
    first: int
    last: int
    names: tuple[Name, ...]

    @property
    def plain(self) -> tuple[Name, ...]:
        return tuple(name for name in self.names if name.kind != "form")


class Reader:
    """Finds skills in the texts of one CV.

    `declared`: the skills that its own lists name without doubt, which make a form of theirs count elsewhere, too.
    """

    def __init__(self, declared: Collection[str] = (), taxonomy: Taxonomy | None = None) -> None:
        self._taxonomy = taxonomy or load_taxonomy()
        self._declared = declared

    def mentions(self, text: str) -> tuple[Mention, ...]:
        """Where running text names skills, in order."""
        words = tokens(text)
        found = list(_found(self._taxonomy.root, text, words, spelled=True))
        result = []
        for position, each in enumerate(found):
            skill = self._meant(text, words, found, position)
            if skill is not None:
                result.append(Mention(skill, words[each.first].start, words[each.last].stop))
        return tuple(result)

    def item(self, text: str, company: Collection[Family] = ()) -> tuple[tuple[Mention, ...], bool]:
        """The skills that an item of a list of skills names, and whether one of them is the whole item.

        `company`: the families of the list's other skills. In a list, a word that stands alone is a skill's name in any
        spelling.
        """
        words = tokens(text)
        for each in _found(self._taxonomy.root, text, words, spelled=False):
            if each.first == 0 and each.last == len(words) - 1:
                skill = self._listed(each.names, company)
                if skill is None:
                    return (), True
                return (Mention(skill, words[0].start, words[-1].stop),), True
            break
        result = []
        for each in _found(self._taxonomy.root, text, words, spelled=True):
            skill = self._listed(each.names, company) if len(words) <= 4 else _unambiguous(each)
            if skill is not None:
                result.append(Mention(skill, words[each.first].start, words[each.last].stop))
        return tuple(result), False

    def family(self, skill: str) -> Family:
        """The family of a skill."""
        return self._taxonomy.families[skill]

    def _listed(self, names: Sequence[Name], company: Collection[Family]) -> str | None:
        if sure := [name for name in names if name.kind != "form"]:
            return sure[0].skill.id
        forms = [name.skill for name in names]
        beside = [skill for skill in forms if skill.ambiguous and set(skill.ambiguous.beside) & set(company)]
        if beside:
            return beside[0].id
        alone = [skill for skill in forms if skill.ambiguous and not skill.ambiguous.company]
        # A writing of two skills, without anything beside it, is neither.
        return alone[0].id if len(alone) == 1 == len(forms) else None

    def _meant(self, text: str, words: Sequence[Token], found: Sequence[_Found], position: int) -> str | None:
        each = found[position]
        if sure := each.plain:
            told = [name for name in sure if not name.skill.declared_only]
            return told[0].skill.id if told else None
        if len(words[each.first].text) == 1 and _glued(text, words[each.first]):
            return None
        return next(
            (name.skill.id for name in each.names if self._in_context(name, text, words, found, position)),
            None,
        )

    def _in_context(
        self, name: Name, text: str, words: Sequence[Token], found: Sequence[_Found], position: int
    ) -> bool:
        ambiguity = name.skill.ambiguous
        if ambiguity is None:
            return False
        each = found[position]
        if _has_company(ambiguity, text, words, each) or any(
            self._vouched_in_a_list(ambiguity.beside, text, words, found, position, step) for step in (-1, 1)
        ):
            return True
        # Every sentence begins with a capital: it tells nothing there.
        if name.written[:1].isupper() and _begins_sentence(text, words, each.first):
            return False
        if name.skill.id in self._declared:
            return True
        return not ambiguity.adjacent and self._vouched_nearby(ambiguity.beside, text, words, found, position)

    def _vouched_in_a_list(
        self,
        families: Sequence[Family],
        text: str,
        words: Sequence[Token],
        found: Sequence[_Found],
        position: int,
        step: int,
    ) -> bool:
        """Whether the neighbours on one side, joined by commas and the like, hold a skill of the families."""
        own = {name.skill.id for name in found[position].names}
        for here in range(position, position + step * _LIST, step):
            if not 0 <= here + step < len(found):
                return False
            left, right = sorted((found[here], found[here + step]), key=lambda one: one.first)
            between = text[words[left.last].stop : words[right.first].start]
            if not between.strip() or _LISTED.fullmatch(between) is None:
                return False
            # Two words with other meanings, in one list of one family, mean the skills: "Rust and Go".
            others = [name.skill.id for name in found[here + step].names if name.skill.id not in own]
            if any(self.family(skill) in families for skill in others):
                return True
        return False

    def _vouched_nearby(
        self,
        families: Sequence[Family],
        text: str,
        words: Sequence[Token],
        found: Sequence[_Found],
        position: int,
    ) -> bool:
        each = found[position]
        for step in (-1, 1):
            for here in range(position + step, position + step * _NEAR, step):
                if not 0 <= here < len(found) or abs(found[here].first - each.first) > _NEAR:
                    break
                left, right = sorted((each, found[here]), key=lambda one: one.first)
                if re.search(r"[.!?]\s", text[words[left.last].stop : words[right.first].start]):
                    break
                if any(self.family(name.skill.id) in families for name in found[here].plain):
                    return True
        return False


def _has_company(ambiguity: Ambiguity, text: str, words: Sequence[Token], each: _Found) -> bool:
    """Whether the words next to a form make it the skill: "Go developer", "written in Go"."""
    if each.last + 1 < len(words) and within(text, words[each.last], words[each.last + 1]):
        after = words[each.last + 1].text
        if after in ambiguity.next_to or (not ambiguity.adjacent and _FOLLOWING.fullmatch(after)):
            return True
    if not each.first or not within(text, words[each.first - 1], words[each.first]):
        return False
    before = words[each.first - 1].text
    earlier = words[each.first - 2].text if each.first > 1 else ""
    return (
        before in ambiguity.next_to
        or (_USED.fullmatch(before) is not None and not ambiguity.company)
        or (_IN.fullmatch(before) is not None and _DONE_IN.fullmatch(earlier) is not None)
    )


def _begins_sentence(text: str, words: Sequence[Token], index: int) -> bool:
    start = words[index].start
    return index == 0 or _SENTENCE.search(text[max(0, start - 8) : start]) is not None


def _unambiguous(each: _Found) -> str | None:
    sure = each.plain
    return sure[0].skill.id if sure else None


def _found(root: Node, text: str, words: Sequence[Token], *, spelled: bool) -> Iterator[_Found]:
    """The longest names from left to right. `spelled`: a name that counts only as it is spelled must be spelled so."""
    position = 0
    shouted = spelled and len(words) > 3 and text.isupper()  # a shorter line may be a list of acronyms
    while position < len(words):
        last, names, never = _longest(root, text, words, position)
        if never:
            # "in Spring" is a season, but not in "in Spring Boot".
            position = next(
                (
                    inner
                    for inner in range(position + 1, last + 1)
                    if _longest(root, text, words, inner)[0] > last
                ),
                last + 1,
            )
            continue
        raw = " ".join(text[words[position].start : words[last].stop].split())
        fitting = tuple(
            name
            for name in names
            if name.kind == "plain" or not spelled or (raw == name.written and not shouted)
        )
        if fitting:
            yield _Found(position, last, fitting)
            position = last + 1
        else:
            position += 1


def _longest(root: Node, text: str, words: Sequence[Token], position: int) -> tuple[int, list[Name], bool]:
    node, last, names, never = root, position, [], False
    for index in range(position, len(words)):
        if index > position and not within(text, words[index - 1], words[index]):
            break
        word = words[index].text
        following = node.next.get(word)
        if following is None and _YEAR.fullmatch(word):
            following = node.next.get(ANY_YEAR)
        if following is None and len(word) > 4 and word.endswith("s"):
            # A plural: of plain names alone, since "Excels" and "gos" are verbs.
            singular = node.next.get(word[:-1])
            plain = [name for name in singular.ends if name.kind == "plain"] if singular else []
            if plain:
                last, names, never = index, plain, False
            break
        if following is None:
            break
        node = following
        if node.ends or node.never:
            last, names, never = index, node.ends, node.never and not node.ends
    return last, names, never


def _glued(text: str, letter: Token) -> bool:
    around = text[max(0, letter.start - 1) : letter.start] + text[letter.stop : letter.stop + 1]
    ends_a_sentence = text[letter.stop :].strip() in {"", "."}
    return any(char in _GLUE and not (char == "." and ends_a_sentence) for char in around)
