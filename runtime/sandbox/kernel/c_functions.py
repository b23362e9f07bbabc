"""Functions in C, in the shape that LeetCode's have, called through the C++ side of the harness.

C's types say less than a test needs, so the shape does: a pointer is followed by its size, a result that is a pointer
has a `returnSize` to fill, `char*` is a string unless its own size follows (`s`, `sSize`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

_WORDS: Final = frozenset(
    [
        "void",
        "bool",
        "_Bool",
        "char",
        "short",
        "int",
        "long",
        "signed",
        "unsigned",
        "float",
        "double",
        "size_t",
    ]
    + [f"{sign}int{bits}_t" for sign in ("", "u") for bits in (8, 16, 32, 64)]
)
_NODES: Final = ("struct ListNode", "struct TreeNode")
_SHAPE: Final = (
    "a scalar, `T* a, int aSize`, `T** a, int aSize, int* aColSize`, `char* s`, `char** s, int sSize`, "
    "`struct ListNode*` or `struct TreeNode*`; a pointer that is returned needs `int* returnSize`"
)
# What LeetCode includes before a solution in C.
PREAMBLE: Final = "".join(
    f"#include <{name}.h>\n"
    for name in ("ctype", "limits", "math", "stdbool", "stdint", "stdio", "stdlib", "string")
)


class Unlike(Exception):  # noqa: N818 - the candidate's, and told as a verdict
    """What of the function has not the shape."""


@dataclass(frozen=True, slots=True)
class _Type:
    base: str
    stars: int
    name: str = ""

    @property
    def written(self) -> str:
        return self.base + "*" * self.stars

    @property
    def counts(self) -> bool:
        return not self.stars and self.base not in ("void", "bool", "char", "float", "double", *_NODES)


def harness(source: str, plain: str, name: str) -> str:
    """The C++ file that calls the function.

    Args:
        plain: the source without comments and strings.

    Raises:
        Unlike: the function is not there, or has not the shape.
    """
    returns, parameters = _prototype(plain, name)
    nodes = [
        _structure(source, node) for node in _NODES if node in (returns.base, *(p.base for p in parameters))
    ]
    declared = ", ".join(one.written for one in parameters)
    reading: list[str] = []
    passed: list[str] = []
    for given in _arguments(parameters, returns):
        if isinstance(given, str):
            passed.append(given)
            continue
        how, length = given
        number = len(reading)
        reading.append(
            f'tokens.where = "argument {number + 1}"; auto a{number} = prepai_room::c::{how}(tokens);'
        )
        passed += [f"a{number}.at", f"a{number}.size", f"a{number}.columns"][:length]
    call = f"{name}({', '.join(passed)})"
    if returns.written == "void":
        calling = f'{call}; if (in_place) {"a0.write(text)" if reading else ""}; else text += "null";'
    else:
        calling = f"auto result = {call}; if (in_place) {'a0.write(text)' if reading else ''}; else {_result(returns)};"
    lines = [
        *nodes,
        f'extern "C" {returns.written} {name}({declared});',
        "signed main() { return prepai_room::served([](prepai_room::Tokens& tokens) {",
        "bool in_place = tokens.kind() == 'i'; int size = 0; int* columns = nullptr; (void)size; (void)columns;",
        f"prepai_room::c::expect(tokens, {len(reading)});",
        *reading,
        'std::string text = "[\\"returned\\",";',
        calling,
        'return text + ",null]"; }); }',
    ]
    return "\n".join(lines) + "\n"


def _prototype(plain: str, name: str) -> tuple[_Type, list[_Type]]:
    if not re.fullmatch(r"[A-Za-z_]\w*", name):
        raise Unlike(f"function not found: {name}")
    # A line may begin with what ends the thing before it.
    found = re.search(rf"(?m)(?:^|[;}}])[ \t]*((?:\w++[\s*]++){{1,8}}?)({name})\s*\(([^()]*)\)\s*\{{", plain)
    if found is None:
        raise Unlike(f"function not found: {name}")
    if "static" in found[1].split():
        raise Unlike(f"{name} is static: the tests call it from outside its file")
    parameters = [part for part in found[3].split(",") if part.strip() not in ("", "void")]
    aliases = _aliases(plain)
    return _type(found[1], name, aliases), [_type(part, part.strip(), aliases) for part in parameters]


def _aliases(plain: str) -> dict[str, _Type]:
    """The names that the source gives to types, by `typedef` or `#define`."""
    aliases: dict[str, _Type] = {}
    given = (
        r"(?m)\btypedef\s+(?P<of>[\w\s*]{1,200}?)(?:\{[^{}]*\}(?P<after>[\w\s*]{1,200}+))?;"
        r"|^[ \t]*#[ \t]*define[ \t]+(?P<name>\w+)[ \t]+(?P<as>[\w \t*]+)$"
    )
    for found in re.finditer(given, plain):
        if found["name"] is not None:
            named = replace(_declared(found["as"], aliases), name=found["name"])
        else:
            named = _declared(f"{found['of']} {found['after'] or ''}", aliases)
        if named.name and (set(named.base.split()) <= _WORDS or named.base in _NODES):
            aliases[named.name] = named
    return aliases


def _type(text: str, what: str, aliases: dict[str, _Type]) -> _Type:
    declared = _declared(text, aliases)
    words = declared.base.split()
    if set(words) <= _WORDS and words and declared.stars <= 2:
        return declared
    if declared.base in _NODES and declared.stars == 1:
        return declared
    raise Unlike(f"the type in `{what}` is not supported; use {_SHAPE}, or write a program that reads stdin")


def _declared(text: str, aliases: dict[str, _Type]) -> _Type:
    """From a declaration: `const char *s`, `int a[]`."""
    stars = text.count("*") + text.count("[")
    words = re.sub(r"\[[^\]]*\]|\*", " ", text).split()
    words = [word for word in words if word not in ("const", "restrict", "register", "inline", "extern")]
    name = ""
    if len(words) > (2 if words[:1] == ["struct"] else 1) and words[-1] not in _WORDS:
        name = words.pop()
    base = " ".join("bool" if word == "_Bool" else word for word in words)
    alias = aliases.get(base)
    return _Type(base, stars, name) if alias is None else _Type(alias.base, alias.stars + stars, name)


def _arguments(parameters: list[_Type], returns: _Type) -> Iterator[tuple[str, int] | str]:
    """How each argument of the test is read, with how many parameters it fills; or what is passed by itself."""
    left = list(parameters)
    while left:
        one, rest = left[0], left[1:]
        following = [other.counts and other.name.lower() == f"{one.name.lower()}size" for other in rest[:1]]
        taken = 1
        if re.fullmatch(r"return_?column_?sizes?", one.name, re.IGNORECASE) and one.stars == 2:
            yield "&columns"
        elif re.fullmatch(r"return_?size", one.name, re.IGNORECASE) and one.stars == 1 and returns.stars:
            yield "&size"
        elif one.stars == 0 or one.base in _NODES:
            yield f"value<{one.written}>", 1
        elif one.base == "char" and one.stars == 1 and not any(following):
            yield "text", 1
        elif one.stars == 1 and rest and rest[0].counts:
            taken = 2
            yield f"array<{one.base}>", taken
        elif one.stars == 2 and len(rest) > 1 and rest[0].counts and _columns(rest[1]):
            taken = 3
            yield f"table<{one.base}>", taken
        elif one.base == "char" and one.stars == 2 and rest and rest[0].counts:
            taken = 2
            yield "texts", taken
        else:
            raise Unlike(f"`{one.written} {one.name}` has no size after it; use {_SHAPE}")
        left = left[taken:]


def _columns(following: _Type) -> bool:
    return following.written == "int*" and not following.name.lower().startswith("return")


def _result(returns: _Type) -> str:
    if returns.stars == 0 or returns.base in _NODES:
        return "prepai_room::write(text, result)"
    if returns.base == "char" and returns.stars == 1:
        return "prepai_room::c::write_text(text, result)"
    if returns.base == "char" and returns.stars == 2:
        return "prepai_room::c::write_either(text, result, size, columns)"
    if returns.stars == 1:
        return "prepai_room::c::write_array(text, result, size)"
    return "prepai_room::c::write_table(text, result, size, columns)"


def _structure(source: str, node: str) -> str:
    found = re.search(rf"{node}\s*\{{[^{{}}]*\}}", source)
    if found is None:
        raise Unlike(f"{node} is used and not defined: add its definition above the function")
    return found[0] + ";"
