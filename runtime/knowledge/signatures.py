"""A task's signature, and what an editor starts with for it in each language whose functions can be called."""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Annotated, Final, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

_LEAVES: Final = ("int", "float", "str", "bool", "any")


@dataclass(frozen=True, slots=True)
class _Type:
    """`kind`: a leaf's name, or `list`, `dict` (its keys are text), `tuple` (a list of fixed length) or `optional`."""

    kind: str
    parts: tuple[_Type, ...] = ()

    @property
    def items(self) -> _Type:
        return self.parts[-1]

    def holds(self, kind: str) -> bool:
        return self.kind == kind or any(part.holds(kind) for part in self.parts)


def _parsed(text: str) -> _Type:
    try:
        return _type(ast.parse(text, mode="eval").body)
    except (SyntaxError, ValueError) as error:
        expected = f"{', '.join(_LEAVES)}, list[T], dict[str, T], tuple[T, ...] or T | None"
        raise ValueError(f"expected a type made of {expected}; got {text!r}") from error


def _type(node: ast.expr) -> _Type:
    match node:
        case ast.Name(id=name) if name in _LEAVES:
            return _Type(name)
        case ast.BinOp(left=left, op=ast.BitOr(), right=ast.Constant(value=None)):
            return _Type("optional", (_type(left),))
        case ast.Subscript(value=ast.Name(id="list"), slice=item):
            return _Type("list", (_type(item),))
        case ast.Subscript(value=ast.Name(id="dict"), slice=ast.Tuple(elts=[ast.Name(id="str"), item])):
            return _Type("dict", (_type(item),))
        case ast.Subscript(value=ast.Name(id="tuple"), slice=ast.Tuple(elts=items)) if len(items) > 1:
            return _Type("tuple", tuple(map(_type, items)))
    raise ValueError(ast.unparse(node))


def _checked(text: str) -> str:
    _parsed(text)
    return text


TypeText = Annotated[str, StringConstraints(max_length=80), AfterValidator(_checked)]
"""A type as Python writes it, of what JSON has: `list[tuple[str, int]]`."""
ParameterName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)]


class Signature(BaseModel):
    """What the function takes, in order, and what it gives back."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    parameters: Annotated[dict[ParameterName, TypeText], Field(min_length=1, max_length=8)]
    returns: TypeText | Literal["none"]

    def starters(self, function_name: str) -> dict[str, str]:
        """The function without its body, by language; where a language has no such type, it is left out."""
        typed = {name: _parsed(text) for name, text in self.parameters.items()}
        returns = None if self.returns == "none" else _parsed(self.returns)
        return {
            language: start
            for language, write in _WRITERS.items()
            if (start := write(function_name, typed, returns)) is not None
        }


type _Parameters = Mapping[str, _Type]


def _python(name: str, parameters: _Parameters, _returns: _Type | None) -> str:
    return f"def {name}({', '.join(parameters)}):\n    ...\n"


def _javascript(name: str, parameters: _Parameters, _returns: _Type | None) -> str:
    return f"function {name}({', '.join(parameters)}) {{\n    \n}}\n"


def _typescript(name: str, parameters: _Parameters, returns: _Type | None) -> str:
    declared = ", ".join(f"{each}: {_in_typescript(kind)}" for each, kind in parameters.items())
    result = _in_typescript(returns) if returns else "void"
    return f"function {name}({declared}): {result} {{\n    \n}}\n"


def _in_typescript(kind: _Type) -> str:
    match kind.kind:
        case "list":
            item = _in_typescript(kind.items)
            return f"({item})[]" if kind.items.kind == "optional" else f"{item}[]"
        case "dict":
            return f"Record<string, {_in_typescript(kind.items)}>"
        case "tuple":
            return f"[{', '.join(map(_in_typescript, kind.parts))}]"
        case "optional":
            return f"{_in_typescript(kind.items)} | null"
        case leaf:
            return {"int": "number", "float": "number", "str": "string", "bool": "boolean"}.get(leaf, "any")


_JAVA_LEAVES: Final = {"int": "int", "float": "double", "str": "String", "bool": "boolean", "any": "Object"}
_JAVA_BOXED: Final = {"int": "Integer", "double": "Double", "boolean": "Boolean"}
# Without a value to return Java and Go do not compile, and what C++ returns then is a crash.
_JAVA_NOTHING: Final = {"int": "0", "double": "0", "boolean": "false"}
_GO_LEAVES: Final = {"int": "int", "float": "float64", "str": "string", "bool": "bool"}
_GO_NOTHING: Final = {"int": "0", "float64": "0", "string": '""', "bool": "false"}
_CPP_LEAVES: Final = {"int": "int", "float": "double", "str": "string", "bool": "bool"}
_CPP_HEADERS: Final = {
    "str": "string",
    "list": "vector",
    "dict": "map",
    "optional": "optional",
    "tuple": "tuple",
}


def _java(name: str, parameters: _Parameters, returns: _Type | None) -> str:
    declared = ", ".join(f"{_in_java(kind, given=True)} {each}" for each, kind in parameters.items())
    result = _in_java(returns) if returns else "void"
    told = (
        "    // An Object is a String, Long, Double, Boolean, List or null.\n" if "Object" in declared else ""
    )
    body = f"return {_JAVA_NOTHING.get(result, 'null')};" if returns else ""
    return (
        "import java.util.*;\n\nclass Solution {\n"
        f"{told}    {result} {name}({declared}) {{\n        {body}\n    }}\n}}\n"
    )


def _in_java(kind: _Type, *, given: bool = False, boxed: bool = False) -> str:
    """`given`: it comes from a test, so numbers stand in arrays. What is returned may have grown, so it is a list."""
    match kind.kind:
        case "list" if given and _innermost(kind) in ("int", "float", "bool"):
            return f"{_in_java(kind.items, given=True)}[]"
        case "list":
            return f"List<{_in_java(kind.items, boxed=True)}>"
        case "dict":
            return f"Map<String, {_in_java(kind.items, boxed=True)}>"
        case "tuple":
            return "List<Object>"
        case "optional":
            return _in_java(kind.items, boxed=True)
        case leaf:
            written = _JAVA_LEAVES[leaf]
            return _JAVA_BOXED.get(written, written) if boxed else written


def _innermost(kind: _Type) -> str:
    while kind.kind == "list":
        kind = kind.items
    return kind.kind


def _cpp(name: str, parameters: _Parameters, returns: _Type | None) -> str | None:
    kinds = [*parameters.values(), *([returns] if returns else [])]
    if any(kind.holds("any") for kind in kinds):
        return None
    headers = sorted(
        header for part, header in _CPP_HEADERS.items() if any(kind.holds(part) for kind in kinds)
    )
    given = [f"{_in_cpp(kind)} {each}" for each, kind in parameters.items()]
    if returns is None:  # what it changes is its caller's
        given[0] = f"{_in_cpp(next(iter(parameters.values())))}& {next(iter(parameters))}"
    declared = ", ".join(given)
    included = "".join(f"#include <{header}>\n" for header in headers)
    opened = f"{included}\nusing namespace std;\n\n" if headers else ""
    result, body = (_in_cpp(returns), "return {};") if returns else ("void", "")
    return f"{opened}{result} {name}({declared}) {{\n    {body}\n}}\n"


def _in_cpp(kind: _Type) -> str:
    match kind.kind:
        case "list":
            return f"vector<{_in_cpp(kind.items)}>"
        case "dict":
            return f"map<string, {_in_cpp(kind.items)}>"
        case "tuple":
            return f"tuple<{', '.join(map(_in_cpp, kind.parts))}>"
        case "optional":
            return f"optional<{_in_cpp(kind.items)}>"
        case leaf:
            return _CPP_LEAVES[leaf]


def _go(name: str, parameters: _Parameters, returns: _Type | None) -> str:
    declared = ", ".join(f"{each} {_in_go(kind)}" for each, kind in parameters.items())
    told = "// Of type any: a string, int, float64, bool, []any or nil.\n" if "any" in declared else ""
    result, body = "", ""
    if returns:
        result = f"{_in_go(returns)} "
        body = f"return {_GO_NOTHING.get(result.strip(), 'nil')}"
    # No package clause: then the engine imports what is used of the standard library.
    return f"{told}func {name}({declared}) {result}{{\n\t{body}\n}}\n"


def _in_go(kind: _Type) -> str:
    match kind.kind:
        case "list":
            return f"[]{_in_go(kind.items)}"
        case "dict":
            return f"map[string]{_in_go(kind.items)}"
        case "tuple":
            return "[]any"
        case leaf:
            return _GO_LEAVES.get(leaf, "any")


_WRITERS: Final[Mapping[str, Callable[[str, _Parameters, _Type | None], str | None]]] = {
    "python": _python,
    "javascript": _javascript,
    "typescript": _typescript,
    "java": _java,
    "cpp": _cpp,
    "go": _go,
}
